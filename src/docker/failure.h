/*
 * What a failure means: its cause, and whether trying again can help. Derived from the texts and
 * statuses of Docker, BuildKit and registries by one table (failure.c), each row with its source in
 * failures.md. The retry policy and the diagnosis both read it; both may say "cannot tell".
 */
#pragma once

#include "base/error.h"

enum failure_cause {
    CAUSE_UNKNOWN,
    CAUSE_NETWORK,  /* names, connections, TLS, time-outs on the way */
    CAUSE_REGISTRY, /* the registry or token service answered, badly: 5xx, 429, corrupt bytes */
    CAUSE_RESOURCE, /* disk full, out of memory, too slow for the limit */
    CAUSE_CONFIGURATION,  /* credentials, names, missing platform, bad buildkitd.toml */
    CAUSE_TOOLCHAIN,      /* the build itself: compiler, go.mod, RUN step */
    CAUSE_INFRASTRUCTURE, /* the Engine or the runner: down, hung, restarted */
};

enum failure_retry {
    RETRY_UNKNOWN,    /* treated as persistent */
    RETRY_TRANSIENT,  /* wait and try again */
    RETRY_RATE_LIMIT, /* do not hammer: another source or tier */
    RETRY_PERSISTENT, /* the same in every try: next tier at once */
};

struct failure {
    enum failure_cause cause;
    enum failure_retry retry;
    /* "failures.md C1": the entry of the catalogue; several when one text stands for several
       ("failures.md C4 D5 K5"); NULL when nothing matched. Static. */
    const char *rule;
};

/*
 * Reads an error's domain, code and text, and for command failures the tail of the output
 * (FAILURE_OUTPUT_BYTES_MAX of each). The message counts before the output, and of several lines
 * the one nearest to the end, because tools log what they recovered from first. Our own time limits
 * and cancellation count before any text; mere statuses after; warnings and "exit code 1" last.
 * Either may be NULL.
 */
struct failure failure_classify(const GError *error, const char *output);
const char *failure_cause_text(enum failure_cause cause); /* "network", … */
const char *failure_retry_text(enum failure_retry retry);

/* Errors of the Engine API. The code is the HTTP status, 0 for an error inside a stream, or one of
   these. */
#define DOCKER_ERROR (docker_error_quark())
GQuark docker_error_quark(void);
enum docker_error {
    DOCKER_ERROR_CUT = 1,     /* a stream ended without saying how */
    DOCKER_ERROR_FORMAT,      /* an answer that is not what the API promises */
    DOCKER_ERROR_EXIT,        /* a command ended with a non-zero code */
    DOCKER_ERROR_UNREACHABLE, /* no Engine at the endpoint, or it went before it answered */
};
