/* What verifying signatures in manifests beside the image and in bundles share. */
#pragma once

#include "mocks/commands/cosign/cosign_private.h"

#define COSIGN_CODE_NO_IMAGE 11

/* What a signature must be by. */
struct expectation {
    char *key_id; /* of --key; owned */
    bool is_by_key;
    bool is_foreign_key; /* a key of the user's: what it has signed nobody here can tell */
};

/* What cosign says before all: that the log is not looked at. */
void cosign_warn_of_log(const struct cosign_run *run, bool is_attestation);
/* Without --key the options must name an identity and its issuer. */
bool cosign_check_identity(struct cosign_run *run, GError **error) MUST_USE;
bool cosign_read_key(struct cosign_run *run, struct expectation *expected, GError **error) MUST_USE;
/* Fetches the trust root for what stands beside the image. */
bool cosign_read_trust(struct cosign_run *run, GError **error) MUST_USE;
bool cosign_verify_beside(struct cosign_run *run, const struct expectation *expected,
                          const char *text, bool is_attestation, GError **error) MUST_USE;
bool cosign_matches_name(const struct cosign_run *run, const char *exact, const char *regexp,
                         const char *actual);
/* Whether each annotation that is asked for is there. */
bool cosign_has_annotations(const struct cosign_run *run, const json_t *annotations);
/* Somebody else's image may well be signed. */
bool cosign_is_others(const struct cosign_run *run, const struct cosign_image *image);
void cosign_tell_checks(const struct cosign_run *run, const char *name, bool is_logged,
                        bool is_by_key, bool is_attestation);

/* The whole as version 3 does it: bundles, and without any what stands beside the image. */
bool cosign_verify_three(struct cosign_run *run, bool is_attestation, GError **error) MUST_USE;
