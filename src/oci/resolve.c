/* What a reference names: its digest and its platforms. */
#include "oci/oci_private.h"

#include "base/digest.h"

#include <string.h>

static void platform_free(void *argument)
{
    struct oci_platform *platform = argument;
    g_free(platform->name);
    g_free(platform->manifest_digest);
    g_free(platform);
}

void oci_image_free(struct oci_image *image)
{
    if (image == NULL)
        return;
    g_free(image->digest);
    g_free(image->media_type);
    g_ptr_array_unref(image->platforms);
    g_clear_pointer(&image->manifest, g_bytes_unref);
    g_free(image->config_digest);
    g_free(image);
}

/* "linux/arm/v7" from an index entry's platform or an image's config; NULL for attestations, which
   call themselves unknown/unknown, and for what has no platform; g_free. */
static char *platform_name(const json_t *platform)
{
    const char *os = json_get_string(platform, "os", "");
    const char *architecture = json_get_string(platform, "architecture", "");
    const char *variant = json_get_string(platform, "variant", "");

    if (*os == '\0' || *architecture == '\0' || strcmp(architecture, "unknown") == 0)
        return NULL;
    return g_strconcat(os, "/", architecture, *variant != '\0' ? "/" : "", variant, NULL);
}

static void add_platform(GPtrArray *platforms, const json_t *facts, const char *digest)
{
    char *name = platform_name(facts);
    if (name == NULL)
        return;
    struct oci_platform *platform = g_new0(struct oci_platform, 1);
    platform->name = name;
    platform->manifest_digest = g_strdup(digest);
    g_ptr_array_add(platforms, platform);
}

static bool get_blob(struct oci *oci, const struct reference *reference, const char *digest,
                     GBytes **bytes, GError **error)
{
    g_autofree char *path = g_strconcat("/blobs/", digest, NULL);
    const struct oci_call call = {.reference = reference, .path = path, .actions = "pull"};
    HTTP_RESPONSE(response);

    if (!oci_ask(oci, &call, &response, error))
        return false;
    if (response.status != 200) {
        g_autofree char *url = oci_url(oci, reference, path);
        oci_error_from_answer(error, "", "GET", url, &response);
        return false;
    }
    *bytes = g_bytes_ref(response.body);
    return oci_check_digest(response.body, digest, "the answer for a config blob", error);
}

static const char *config_digest_of(const struct manifest *manifest)
{
    return json_get_string(json_get_object(manifest->json, "config"), "digest", NULL);
}

/* The platform of an image's own manifest stands in its config blob. */
static bool add_platform_of_image(struct oci *oci, const struct reference *reference,
                                  const struct manifest *manifest, GPtrArray *platforms,
                                  GError **error)
{
    const char *digest = config_digest_of(manifest);
    g_autoptr(GBytes) bytes = NULL;

    if (!digest_is_valid(digest)) {
        g_set_error(error, OCI_ERROR, 0, "the manifest %s names no config", manifest->digest);
        return false;
    }
    if (!get_blob(oci, reference, digest, &bytes, error))
        return false;
    g_autoptr(json_t) config = json_parse_gbytes(bytes, NULL);
    add_platform(platforms, config, manifest->digest);
    return true;
}

/* An entry of an index that does not say its platform is asked for it. */
static bool add_child(struct oci *oci, const struct reference *reference, const json_t *child,
                      GPtrArray *platforms, GError **error)
{
    const char *digest = json_get_string(child, "digest", NULL);
    const json_t *platform = json_get_object(child, "platform");
    MANIFEST(manifest);
    bool is_there = false;

    if (!digest_is_valid(digest)) {
        g_set_error(error, OCI_ERROR, 0, "the index of %s has an entry without a digest",
                    reference->repository);
        return false;
    }
    if (platform != NULL) {
        add_platform(platforms, platform, digest);
        return true;
    }
    if (!manifest_get(oci, reference, digest, "pull", &manifest, &is_there, error))
        return false;
    if (!is_there || json_get_object(manifest.json, "config") == NULL)
        return true;
    return add_platform_of_image(oci, reference, &manifest, platforms, error);
}

static bool add_platforms(struct oci *oci, const struct reference *reference,
                          const struct manifest *manifest, GPtrArray *platforms, GError **error)
{
    const json_t *children = manifest_children(manifest);
    size_t i;
    const json_t *child;

    if (children == NULL)
        return add_platform_of_image(oci, reference, manifest, platforms, error);
    json_array_foreach (children, i, child) {
        if (!add_child(oci, reference, child, platforms, error))
            return false;
    }
    return true;
}

static int compare_platforms(const void *left, const void *right)
{
    const struct oci_platform *a = *(struct oci_platform *const *)left;
    const struct oci_platform *b = *(struct oci_platform *const *)right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : strcmp(a->manifest_digest, b->manifest_digest);
}

static bool look_up(struct oci *oci, const char *text, struct reference *reference,
                    struct manifest *manifest, bool *is_there, GError **error)
{
    return oci_reference_parse(text, reference, error) &&
           manifest_get(oci, reference, reference->wanted, "pull", manifest, is_there, error);
}

bool oci_resolve(struct oci *oci, const char *text, struct oci_image **image, GError **error)
{
    REFERENCE(reference);
    MANIFEST(manifest);
    bool is_there = false;

    *image = NULL;
    if (!look_up(oci, text, &reference, &manifest, &is_there, error))
        return false;
    if (!is_there)
        return true;
    g_autoptr(GPtrArray) platforms = g_ptr_array_new_with_free_func(platform_free);
    if (!add_platforms(oci, &reference, &manifest, platforms, error))
        return false;
    g_ptr_array_sort(platforms, compare_platforms);
    *image = g_new0(struct oci_image, 1);
    (*image)->digest = g_steal_pointer(&manifest.digest);
    (*image)->media_type = g_steal_pointer(&manifest.media_type);
    (*image)->manifest = g_steal_pointer(&manifest.bytes);
    (*image)->platforms = g_steal_pointer(&platforms);
    if (manifest_children(&manifest) == NULL)
        (*image)->config_digest = g_strdup(config_digest_of(&manifest));
    return true;
}

bool oci_digest(struct oci *oci, const char *text, char **digest, GError **error)
{
    REFERENCE(reference);
    MANIFEST(manifest);
    bool is_there = false;

    *digest = NULL;
    if (!look_up(oci, text, &reference, &manifest, &is_there, error))
        return false;
    *digest = g_steal_pointer(&manifest.digest);
    return true;
}
