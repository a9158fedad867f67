/* Manifests: fetched with their digests checked, and put. */
#include "oci/oci_private.h"

#include "base/digest.h"
#include "base/limits.h"

#include <string.h>

#define ACCEPT                                                                                     \
    "Accept: " OCI_INDEX_TYPE ", " DOCKER_INDEX_TYPE ", " OCI_IMAGE_TYPE ", " DOCKER_IMAGE_TYPE

void manifest_clear(struct manifest *manifest)
{
    g_clear_pointer(&manifest->bytes, g_bytes_unref);
    g_clear_pointer(&manifest->json, json_decref);
    g_clear_pointer(&manifest->digest, g_free);
    g_clear_pointer(&manifest->media_type, g_free);
}

bool oci_check_digest(GBytes *bytes, const char *expected, const char *what, GError **error)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    AUTO(hasher) hasher = hasher_new(digest_algorithm_of(expected));
    hasher_update(hasher, data, length_bytes);
    g_autofree char *digest = hasher_digest(hasher);

    if (strcmp(digest, expected) == 0)
        return true;
    g_set_error(error, OCI_ERROR, 0, "%s has the bytes of %s, not of %s", what, digest, expected);
    return false;
}

/* The type of the answer's header without parameters, else the one the manifest gives itself. */
static char *media_type_of(const struct http_response *response, const json_t *json)
{
    const char *header = http_response_header(response, "Content-Type");
    const char *own = json_get_string(json, "mediaType", NULL);
    if (own != NULL)
        return g_strdup(own);
    return header != NULL ? g_strchomp(g_strndup(header, strcspn(header, ";")))
                          : g_strdup(OCI_IMAGE_TYPE);
}

static bool check_manifest(const char *url, const char *wanted, const char *header_digest,
                           GBytes *bytes, GError **error)
{
    if (header_digest != NULL && !digest_is_valid(header_digest)) {
        g_set_error(error, OCI_ERROR, 0, "%s came with a Docker-Content-Digest that is none", url);
        return false;
    }
    if (header_digest != NULL && !oci_check_digest(bytes, header_digest, url, error))
        return false;
    return !digest_is_valid(wanted) || oci_check_digest(bytes, wanted, url, error);
}

static bool take_manifest(const char *url, const char *wanted, const struct http_response *response,
                          struct manifest *manifest, GError **error)
{
    g_autoptr(GError) reason = NULL;

    if (g_bytes_get_size(response->body) > MANIFEST_BYTES_MAX) {
        g_set_error(error, OCI_ERROR, 0, "%s is a manifest of more than %d bytes", url,
                    MANIFEST_BYTES_MAX);
        return false;
    }
    if (!check_manifest(url, wanted, http_response_header(response, "Docker-Content-Digest"),
                        response->body, error))
        return false;
    manifest->json = json_parse_gbytes(response->body, &reason);
    if (!json_is_object(manifest->json)) {
        g_set_error(error, OCI_ERROR, 0, "%s is no manifest: %s", url,
                    reason != NULL ? reason->message : "no JSON object");
        return false;
    }
    manifest->bytes = g_bytes_ref(response->body);
    manifest->digest = digest_is_valid(wanted) ? g_strdup(wanted) : digest_of_bytes(response->body);
    manifest->media_type = media_type_of(response, manifest->json);
    return true;
}

bool manifest_get(struct oci *oci, const struct reference *reference, const char *wanted,
                  const char *actions, struct manifest *manifest, bool *is_there, GError **error)
{
    g_autofree char *path = g_strconcat("/manifests/", wanted, NULL);
    g_autofree char *url = oci_url(oci, reference, path);
    const struct oci_call call = {
        .reference = reference, .path = path, .actions = actions, .header = ACCEPT};
    HTTP_RESPONSE(response);

    if (!oci_ask(oci, &call, &response, error))
        return false;
    *is_there = response.status != 404;
    if (response.status == 200)
        return take_manifest(url, wanted, &response, manifest, error);
    if (*is_there)
        oci_error_from_answer(error, "", "GET", url, &response);
    return !*is_there;
}

json_t *manifest_children(const struct manifest *manifest)
{
    return json_get_array(manifest->json, "manifests");
}

bool manifest_put(struct oci *oci, const struct reference *reference, const char *wanted,
                  GBytes *bytes, const char *media_type, GError **error)
{
    g_autofree char *path = g_strconcat("/manifests/", wanted, NULL);
    g_autofree char *url = oci_url(oci, reference, path);
    g_autofree char *type_line = g_strconcat("Content-Type: ", media_type, NULL);
    const struct oci_call call = {.method = "PUT",
                                  .reference = reference,
                                  .path = path,
                                  .actions = "pull,push",
                                  .header = type_line,
                                  .body = bytes};
    HTTP_RESPONSE(response);

    if (!oci_ask(oci, &call, &response, error))
        return false;
    if (response.status != 201) {
        oci_error_from_answer(error, "", "PUT", url, &response);
        return false;
    }
    const char *digest = http_response_header(&response, "Docker-Content-Digest");
    return digest == NULL || check_manifest(url, "", digest, bytes, error);
}
