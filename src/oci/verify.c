/* Whether everything that an image names is in the registry. */
#include "oci/oci_private.h"

#include "base/digest.h"

#include <string.h>

/* An index may hold indexes; nobody nests them deeper. */
#define INDEX_DEPTH_MAX 4

struct check {
    struct oci *oci;
    const struct reference *reference;
    GHashTable *seen; /* digests already asked for; only looked up */
    char *missing;
};

/* Layers that are kept elsewhere on purpose name their own URLs. */
static bool is_elsewhere(const json_t *descriptor)
{
    return json_array_size(json_get_array(descriptor, "urls")) > 0;
}

static bool check_blob(struct check *check, const json_t *descriptor, GError **error)
{
    const char *digest = json_get_string(descriptor, "digest", NULL);
    if (!digest_is_valid(digest)) {
        g_set_error(error, OCI_ERROR, 0, "a manifest of %s names a blob without a digest",
                    check->reference->repository);
        return false;
    }
    if (is_elsewhere(descriptor) || !g_hash_table_add(check->seen, g_strdup(digest)))
        return true;

    g_autofree char *path = g_strconcat("/blobs/", digest, NULL);
    const struct oci_call call = {
        .method = "HEAD", .reference = check->reference, .path = path, .actions = "pull"};
    HTTP_RESPONSE(response);
    if (!oci_ask(check->oci, &call, &response, error))
        return false;
    if (response.status == 404) {
        check->missing = g_strdup(digest);
    } else if (response.status != 200) {
        g_autofree char *url = oci_url(check->oci, check->reference, path);
        oci_error_from_answer(error, "", "HEAD", url, &response);
        return false;
    }
    return true;
}

static bool check_blobs(struct check *check, const struct manifest *manifest, GError **error)
{
    size_t i;
    const json_t *layer;

    if (!check_blob(check, json_get_object(manifest->json, "config"), error))
        return false;
    json_array_foreach (json_get_array(manifest->json, "layers"), i, layer) {
        if (check->missing != NULL)
            break;
        if (!check_blob(check, layer, error))
            return false;
    }
    return true;
}

static bool check_child(struct check *check, const char *digest, int depth, GError **error);

static bool check_children(struct check *check, const json_t *children, int depth, GError **error)
{
    size_t i;
    const json_t *child;

    json_array_foreach (children, i, child) {
        const char *digest = json_get_string(child, "digest", "");
        if (check->missing != NULL)
            break;
        if (!digest_is_valid(digest)) {
            g_set_error(error, OCI_ERROR, 0, "the index of %s has an entry without a digest",
                        check->reference->repository);
            return false;
        }
        if (g_hash_table_add(check->seen, g_strdup(digest)) &&
            !check_child(check, digest, depth + 1, error))
            return false;
    }
    return true;
}

static bool check_manifest(struct check *check, const struct manifest *manifest, int depth,
                           GError **error)
{
    const json_t *children = manifest_children(manifest);
    return children != NULL ? check_children(check, children, depth, error)
                            : check_blobs(check, manifest, error);
}

static bool check_child(struct check *check, const char *digest, int depth, GError **error)
{
    MANIFEST(manifest);
    bool is_there = false;

    if (depth > INDEX_DEPTH_MAX) {
        g_set_error(error, OCI_ERROR, 0, "%s is an index nested deeper than %d",
                    check->reference->repository, INDEX_DEPTH_MAX);
        return false;
    }
    if (!manifest_get(check->oci, check->reference, digest, "pull", &manifest, &is_there, error))
        return false;
    if (is_there)
        return check_manifest(check, &manifest, depth, error);
    check->missing = g_strdup(digest);
    return true;
}

bool oci_verify_complete(struct oci *oci, const char *text, const struct oci_image *image,
                         char **missing, GError **error)
{
    REFERENCE(reference);
    MANIFEST(manifest);

    *missing = NULL;
    if (!oci_reference_parse(text, &reference, error))
        return false;
    manifest.json = json_parse_gbytes(image->manifest, error);
    if (manifest.json == NULL)
        return false;
    struct check check = {
        .oci = oci,
        .reference = &reference,
        .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    if (image->config_digest != NULL)
        g_hash_table_add(check.seen, g_strdup(image->config_digest));
    bool is_checked = check_manifest(&check, &manifest, 0, error);
    g_hash_table_unref(check.seen);
    if (is_checked)
        *missing = g_steal_pointer(&check.missing);
    g_free(check.missing);
    return is_checked;
}
