/*
 * The cosign command of a fake machine, 2.1 to 2.6 and 3.0: signatures and attestations as
 * manifests in the world's registries, over HTTP, with the login of `docker login`; certificates
 * and log entries from the sites of mocks/sigstore. Requests, their order and retries, texts and
 * exit codes are those of cosign 2.5.3 and 3.0.2, measured against recording servers and our own
 * registry, and the sources up to 3.0.6. Version 3 writes bundles, as manifests whose subject is
 * the image.
 *
 * There is no cryptography. A signature is a digest over what was signed and who signed it: `cosign
 * verify` of the world finds what `cosign sign` of the world has written, with the same key or
 * identity, and a real cosign would not accept it. A key that `cosign generate-key-pair` of the
 * world has not made, such as a secret of the user's, signs all the same, as the real one would;
 * what it has signed is taken to verify with a public key of the user's, and that is assumed.
 *
 * Not modelled, and so assumed: other commands, options that name other services, keys in clouds
 * and on tokens, trust roots of the user's, and older ones than 2.0.
 */
#pragma once

#include "base/command.h"
#include "http/http.h"

struct cosign_options {
    struct http *http;    /* sees the sites */
    struct loop *loop;    /* of pauses between attempts */
    const char *machine;  /* whose keys these are */
    const char *version;  /* "v2.5.3" */
    const char *platform; /* "linux/amd64" */
    uint64_t seed;
    int64_t date_us; /* now, since 1970 */
    /* Whether "acme/app" is the workflow's own: what others have pushed may be signed, though the
       world does not show it. NULL: all are its own. */
    bool (*is_own)(void *self, const char *repository);
    /* Whether the world has a registry at "ghcr.io" or "localhost:5000"; what is at another one
       nobody here knows. NULL: ask and see. */
    bool (*has_host)(void *self, const char *host);
    void *self;
};

/* Not modelled: nothing was done, and nothing said. */
#define COSIGN_UNKNOWN (-1)

/* The exit code, or COSIGN_UNKNOWN. */
int cosign_run(const struct cosign_options *options, const struct command_call *call);
