/*
 * Bundles, as cosign 3 makes them of signatures and attestations alike: an in-toto statement in a
 * DSSE envelope, with who signed it and what witnesses it, in a manifest whose subject is the image
 * (cmd/cosign/cli/sign and signcommon, pkg/cosign/bundle, pkg/oci/remote of 3.0.2 to 3.0.6;
 * sigstore-go v1.1.3, pkg/sign). By default the services are those of the signing config that the
 * trust root holds: Fulcio, Rekor 1 and a timestamp authority (sigstore/root-signing,
 * targets/signing_config.v0.2.json).
 */
#pragma once

#include "mocks/commands/cosign/cosign_private.h"

#define COSIGN_SIGN_TYPE "https://sigstore.dev/cosign/sign/v1"

/* Whether this run writes bundles. */
bool cosign_makes_bundles(const struct cosign_run *run);
/* What the options may not be together: the check of commands that sign. */
bool cosign_check_signing(struct cosign_run *run, GError **error) MUST_USE;

/* What the signing config names. */
struct cosign_services {
    bool is_configured; /* false: the options name the services */
    bool has_fulcio, has_log, has_timestamps, has_issuer;
};
/* Fetches trust root and signing config, as the options say. */
bool cosign_find_services(struct cosign_run *run, struct cosign_services *services,
                          GError **error) MUST_USE;

struct cosign_content {
    const struct image_reference *reference;
    const char *digest; /* of the image */
    const char *statement;
    const char *predicate_type;
    bool is_kept_back; /* it is not pushed */
};
/* Signs, has it witnessed, and pushes it. */
bool cosign_write_bundle(struct cosign_run *run, const struct cosign_services *services,
                         const struct cosign_content *content, GError **error) MUST_USE;

/* The bundles of the image that this digest names, added to an array. */
bool cosign_find_bundles(struct ggcr *registry, const char *digest, json_t *bundles,
                         GError **error) MUST_USE;
/* The statement of one; g_free. */
char *cosign_bundle_statement(const json_t *bundle);

/* ---- bundle_services.c: what adds to the verification material of a bundle ---- */

#define COSIGN_FULCIO_URL     "https://fulcio.sigstore.dev"
#define COSIGN_TIMESTAMPS_URL "https://timestamp.sigstore.dev/api/v1/timestamp"

bool cosign_certify(struct cosign_run *run, const char *token, struct cosign_signer *signer,
                    GError **error) MUST_USE;
bool cosign_stamp(struct cosign_run *run, json_t *material, GError **error) MUST_USE;
bool cosign_log_bundle(struct cosign_run *run, const char *statement, json_t *material,
                       GError **error) MUST_USE;
void cosign_add_entry(json_t *material, const json_t *entry);
