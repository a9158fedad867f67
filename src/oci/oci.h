/*
 * Registry client of the engine: what is really there, and tags. Token flow and Basic included. Reads
 * manifests only; layers are asked for by HEAD. Called from fibers. Facts: registry.md 2.
 */
#pragma once

#include "http/http.h"

struct oci;

#define OCI_ERROR (oci_error_quark())
GQuark oci_error_quark(void); /* code: the HTTP status, or 0 for an answer that makes no sense */

struct oci_credentials {
    const char *registry;
    const char *username;
    const char *password;
};

/* plain_http_hosts: registries spoken to without TLS ("localhost:5000"), NULL-terminated, or NULL. */
struct oci *oci_new(struct http *http, const struct oci_credentials *credentials,
                    gsize credential_count, const char *const *plain_http_hosts);
void oci_free(struct oci *oci);
CLEANUP(oci, oci_free)

struct oci_platform {
    char *name;            /* "linux/arm64" */
    char *manifest_digest;
};
struct oci_image {
    char *digest;     /* of what the reference names, computed from the bytes received */
    char *media_type;
    GPtrArray *platforms; /* struct oci_platform, sorted by name; attestations left out */
    GBytes *manifest;
};
/* reference: "ghcr.io/o/app:main" or "…@sha256:…". *image NULL and true: it is not there (404). The
   digest in the answer's header must be that of the bytes. A bare manifest's platform is read from
   its config blob. */
bool oci_resolve(struct oci *oci, const char *reference, struct oci_image **image,
                 GError **error) MUST_USE;
void oci_image_free(struct oci_image *image);
CLEANUP(oci_image, oci_image_free)

/* Whether every manifest, config and layer the image names answers HEAD; *missing names the first
   that does not (g_free) or stays NULL. */
bool oci_verify_complete(struct oci *oci, const char *reference, char **missing,
                         GError **error) MUST_USE;
/* Puts the manifest that digest names under a tag of the same repository: "pushed by digest first and
   tagged last". */
bool oci_tag(struct oci *oci, const char *repository, const char *digest, const char *tag,
             GError **error) MUST_USE;
/* Puts an index over manifests that are already in the repository under a tag. */
bool oci_put_index(struct oci *oci, const char *repository, const char *tag,
                   const struct oci_platform *platforms, gsize platform_count, char **digest,
                   GError **error) MUST_USE;
