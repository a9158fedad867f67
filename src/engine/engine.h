/*
 * The fallback engine: runs one leg of a policy against a Docker Engine and the registries, real or
 * fake, and says what it did. Path of a leg: disk check and prune, pre-pull, builder tiers, for
 * each service a multi-platform build and its single-platform rescue, verification of the effects
 * in the registry, diagnosis. Every wait is bounded; the job clock bounds them all.
 */
#pragma once

#include "base/trace.h"
#include "docker/failure.h"
#include "engine/policy.h"
#include "http/http.h"

/* What the machine tells that no API does. In production host_real(); a rehearsal gives its own. */
struct engine_host {
    void *context;
    /* Free bytes of the file system that holds path; -1 when it cannot be told. */
    int64_t (*disk_free_bytes)(void *context, const char *path);
};
const struct engine_host *engine_host_real(void);

struct step_report;
/* Told of each step when it has ended; must not wait. */
typedef void engine_step_fn(void *context, const char *leg, const struct step_report *step);

struct engine_options {
    struct http *http;
    const struct policy *policy;
    const char *endpoint; /* "unix:///var/run/docker.sock" */
    const char *leg;      /* id: of its only service, or "all" when the policy is serial */
    const char *run_id;   /* makes names of builders and contexts unique; "r1" in a rehearsal */
    const struct engine_host *host;
    struct trace *trace;     /* or NULL */
    engine_step_fn *on_step; /* or NULL */
    void *on_step_context;
};

enum step_outcome { /* GitHub's words */
    STEP_SUCCESS,
    STEP_FAILURE,
    STEP_CANCELLED,
    STEP_SKIPPED,
};
const char *step_outcome_text(enum step_outcome outcome);

struct step_report {
    char *id; /* "pre-pull", "builder-container", "build-multi-api", … */
    enum step_outcome outcome;
    bool is_tolerated;  /* its failure does not make the leg red */
    bool has_timed_out; /* by its own limit */
    int64_t started_us;
    int64_t duration_us;
    char *message; /* of a failure or of a skip, NULL on plain success */
    struct failure failure;
};

struct service_report {
    char *id;
    char *image;  /* as the policy names it */
    char *pushed; /* the reference that was really tagged: image, or its side tag; or NULL */
    char *digest;
    GPtrArray *platforms; /* char*, verified */
    bool is_rescue;       /* fewer platforms than the policy asked for */
    bool is_side_tag;
    bool is_delivered;
    GPtrArray *dropped; /* char*, features given up with the policy's leave */
};

struct diagnosis {
    enum failure_cause cause;
    char *rule;       /* the row of failures.md that matched, or NULL */
    char *step;       /* the step that decided, or NULL */
    char *evidence;   /* its message */
    char *escalation; /* what to do next: the seed's escalation path */
};

struct leg_report {
    char *leg;
    enum step_outcome outcome; /* success, failure, or cancelled by the job clock */
    GPtrArray *steps;          /* struct step_report, in order */
    GPtrArray *services;       /* struct service_report */
    char *builder_tier;        /* id of the tier that stood at the end, or NULL */
    bool has_used_local_image; /* a boot's pull failed and the local image rescued it */
    bool has_retried;          /* something went well only after another try */
    struct diagnosis diagnosis;
    GBytes *bundle; /* diagnostics of a leg that is not green, <= DIAGNOSTICS_BYTES_MAX */
    int64_t duration_us;
};

/* Runs the leg in the calling fiber. Never fails: what goes wrong is in the report. */
struct leg_report *engine_run_leg(const struct engine_options *options);
void leg_report_free(struct leg_report *report);
CLEANUP(leg_report, leg_report_free)
const struct step_report *leg_report_step(const struct leg_report *report, const char *id);
