/*
 * The registry client of @sigstore/oci (sigstore/sigstore-js, packages/oci/src/registry.ts): each
 * request within 30 s, tried four times. Functions throw; what they throw has its class in front,
 * "Error: Error fetching URL - expected 201, received 403".
 */
#pragma once

#include "base/json.h"
#include "runner/action.h"

#define OCI_CLIENT_INDEX    "application/vnd.oci.image.index.v1+json"
#define OCI_CLIENT_MANIFEST "application/vnd.oci.image.manifest.v1+json"

struct oci_client;

/* Of the image's repository, with the login that ~/.docker/config.json has of its registry; NULL:
   it was thrown, without a class, and perhaps for a cause (g_free). */
struct oci_client *oci_client_new(struct action_run *run, const char *image, char **cause,
                                  GError **error) MUST_USE;
void oci_client_free(struct oci_client *client);

/* Finds out what the registry wants for a push, and gets it. */
bool oci_client_sign_in(struct oci_client *client, GError **error) MUST_USE;
/* The descriptor of a manifest that has to be there; json_decref. */
bool oci_client_check_manifest(struct oci_client *client, const char *reference, json_t **found,
                               GError **error) MUST_USE;
/* All NULL: it is not there. */
struct oci_manifest {
    json_t *json;
    char *media_type, *etag;
};
void oci_manifest_clear(struct oci_manifest *manifest);
bool oci_client_get_manifest(struct oci_client *client, const char *reference,
                             struct oci_manifest *found, GError **error) MUST_USE;
/* Unless it is there. */
bool oci_client_put_blob(struct oci_client *client, GBytes *blob, GError **error) MUST_USE;
/* etag and has_subject (whether the registry has understood it) may be NULL. */
bool oci_client_put_manifest(struct oci_client *client, const char *reference, const char *type,
                             GBytes *manifest, const char *etag, bool *has_subject,
                             GError **error) MUST_USE;
bool oci_client_has_referrers(struct oci_client *client, bool *has_referrers,
                              GError **error) MUST_USE;
