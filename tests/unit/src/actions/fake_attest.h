/* Attestations in tests: what signs and keeps them, and a registry that takes them. */
#pragma once

#include "fake_run.h"

#define ATTEST_HEX    "1308113f945e420fd9a4fba2efe266315ffdb29fcdf0e214893d164cc15c86d0"
#define ATTEST_DIGEST "sha256:" ATTEST_HEX
#define ATTEST_GHCR   "https://ghcr.io/v2/acme/app/"
/* Requests that an attestation makes on its way. */
#define ATTEST_FULCIO "POST https://fulcio.sigstore.dev/api/v2/signingCert"
#define ATTEST_REKOR  "POST https://rekor.sigstore.dev/api/v1/log/entries"
#define ATTEST_STORE  "POST https://api.github.com/repos/acme/app/attestations"

/* A job of a public repository that may ask for an identity; Sigstore and GitHub take what comes.
 */
void fake_let_sign(struct action_run *run);
/* The same, with an image of that digest as the subject. */
void fake_name_image(struct action_run *run, const char *name);
/* push-to-registry, logged in to ghcr.io, which has a list of referrers or none. */
void fake_let_push(struct action_run *run, bool has_referrers);
