/*
 * Registry client of the engine: what is really there, and tags. Token flow and Basic included.
 * Reads manifests only; layers are asked for by HEAD. Called from fibers. Facts: registry.md 2.
 *
 * References are Docker's ("app" is docker.io/library/app:latest). Nothing is tried again but a
 * request that was refused with 401, once, with the credentials it asked for. Errors: OCI_ERROR
 * with the status, or 0 for bytes that do not fit their digest and answers that make no sense;
 * HTTP_ERROR and FIBER_ERROR as they came; BASE_ERROR_INVALID for references that are none.
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

/* All strings are copied. plain_http_hosts: registries spoken to without TLS ("localhost:5000"),
   NULL-terminated, or NULL. Credentials go to the registry they are for and to the token service it
   names, which must be https then; never to where a blob is redirected, and into no message. */
struct oci *oci_new(struct http *http, const struct oci_credentials *credentials,
                    gsize credential_count, const char *const *plain_http_hosts);
/* From now on tokens are asked for with push as well, for a client that is about to write. A
   registry that hides what is not there (GHCR) then says so with 404 instead of 401. */
void oci_ask_for_push(struct oci *oci);
void oci_free(struct oci *oci);
CLEANUP(oci, oci_free)

struct oci_platform {
    char *name; /* "linux/arm64" */
    char *manifest_digest;
};
struct oci_image {
    char *digest; /* of what the reference names, computed from the bytes received */
    char *media_type;
    GPtrArray *platforms; /* struct oci_platform, sorted by name; attestations left out */
    GBytes *manifest;
    char *config_digest; /* of the config blob that was read for the platform, or NULL */
};
/* reference: "ghcr.io/o/app:main" or "…@sha256:…". *image NULL and true: it is not there (404); a
   registry that hides what it does not have says 401 or 403 instead, which is an error. The
   digest in the answer's header and the one asked for must be those of the bytes. A bare manifest's
   platform is read from its config blob, so is that of an index entry that does not say it. */
bool oci_resolve(struct oci *oci, const char *reference, struct oci_image **image,
                 GError **error) MUST_USE;
void oci_image_free(struct oci_image *image);
CLEANUP(oci_image, oci_image_free)

/* The digest of what a reference names, computed from the bytes received (g_free); *digest NULL and
   true: it is not there. One request, where resolving an image takes more. */
bool oci_digest(struct oci *oci, const char *reference, char **digest, GError **error) MUST_USE;
/* Whether every manifest that the image of a reference names is there with the right bytes and
   every config and layer answers HEAD; *missing is the digest of the first that does not (g_free),
   or NULL. What resolving the image has read is not asked for again: Docker Hub counts each GET of
   a manifest as a pull. Layers that name other URLs are left out. */
bool oci_verify_complete(struct oci *oci, const char *reference, const struct oci_image *image,
                         char **missing, GError **error) MUST_USE;
/* repository: "ghcr.io/o/app". Puts the manifest of an image that is in it under a tag: "pushed by
   digest first and tagged last". */
bool oci_tag(struct oci *oci, const char *repository, const struct oci_image *image,
             const char *tag, GError **error) MUST_USE;
/* Puts an index over manifests that are already in the repository under a tag: Docker's manifest
   list when all of them are Docker's, else OCI's. *digest (g_free; may be NULL) is the index's. */
bool oci_put_index(struct oci *oci, const char *repository, const char *tag,
                   const struct oci_platform *platforms, gsize platform_count, char **digest,
                   GError **error) MUST_USE;
