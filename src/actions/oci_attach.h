/*
 * @sigstore/oci: an artifact pushed beside an image, as a manifest whose subject it is, with the
 * login of ~/.docker/config.json (sigstore/sigstore-js, packages/oci/src: image.ts, registry.ts,
 * credentials.ts, name.ts). A registry without the referrers API gets the index of the tag
 * "sha256-…" as well.
 */
#pragma once

#include "runner/action.h"

struct oci_attachment {
    const char *image;  /* "ghcr.io/acme/app" */
    const char *digest; /* of the image: "sha256:…" */
    const json_t *artifact;
    const char *media_type;
    const json_t *annotations;
};

/* What was thrown: the message with its class ("OCIError: …", "Error: …") and its cause, NULL
   without one. */
struct oci_failure {
    char *message, *cause;
};
void oci_failure_clear(struct oci_failure *failure);

/* The manifest's digest (g_free), or NULL with a failure; false: it was interrupted. */
bool oci_attach(struct action_run *run, const struct oci_attachment *attachment, char **digest,
                struct oci_failure *failure, GError **error) MUST_USE;
