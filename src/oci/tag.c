/* Tags: one more for what is there, and an index over what is there. */
#include "oci/oci_private.h"

#include "base/digest.h"

#include <string.h>

/* The repository, and the tag that is to be put in it. */
static bool parse_target(const char *repository, const char *tag, struct reference *reference,
                         GError **error)
{
    g_autofree char *text = g_strconcat(repository, ":", tag, NULL);
    return oci_reference_parse(text, reference, error);
}

static bool get_existing(struct oci *oci, const struct reference *reference, const char *digest,
                         struct manifest *manifest, GError **error)
{
    bool is_there = false;

    if (!digest_is_valid(digest)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "'%s' is no digest", digest);
        return false;
    }
    if (!manifest_get(oci, reference, digest, "pull,push", manifest, &is_there, error))
        return false;
    if (!is_there)
        g_set_error(error, OCI_ERROR, 404, "%s/%s has no manifest %s", reference->registry,
                    reference->repository, digest);
    return is_there;
}

bool oci_tag(struct oci *oci, const char *repository, const struct oci_image *image,
             const char *tag, GError **error)
{
    REFERENCE(reference);

    return parse_target(repository, tag, &reference, error) &&
           manifest_put(oci, &reference, reference.wanted, image->manifest, image->media_type,
                        error);
}

/* "linux/arm/v7" as an index writes it. */
static json_t *platform_json(const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", 3);
    guint count = g_strv_length(parts);
    json_t *platform =
        json_pack("{s:s, s:s}", "architecture", count > 1 ? parts[1] : "", "os", parts[0]);
    if (count > 2)
        json_object_set_new(platform, "variant", json_string(parts[2]));
    return platform;
}

static json_t *descriptor_of(const struct manifest *manifest, const char *platform)
{
    return json_pack("{s:s, s:s, s:I, s:o}", "mediaType", manifest->media_type, "digest",
                     manifest->digest, "size", (json_int_t)g_bytes_get_size(manifest->bytes),
                     "platform", platform_json(platform));
}

/* Descriptors of all manifests; *is_docker when every one is of Docker's own type. */
static bool collect(struct oci *oci, const struct reference *reference,
                    const struct oci_platform *platforms, gsize count, json_t *descriptors,
                    bool *is_docker, GError **error)
{
    *is_docker = count > 0;
    for (gsize i = 0; i < count; i++) {
        MANIFEST(manifest);
        if (!get_existing(oci, reference, platforms[i].manifest_digest, &manifest, error))
            return false;
        *is_docker = *is_docker && strcmp(manifest.media_type, DOCKER_IMAGE_TYPE) == 0;
        json_array_append_new(descriptors, descriptor_of(&manifest, platforms[i].name));
    }
    return true;
}

bool oci_put_index(struct oci *oci, const char *repository, const char *tag,
                   const struct oci_platform *platforms, gsize platform_count, char **digest,
                   GError **error)
{
    REFERENCE(reference);
    g_autoptr(json_t) descriptors = json_array();
    bool is_docker = false;

    if (!parse_target(repository, tag, &reference, error) ||
        !collect(oci, &reference, platforms, platform_count, descriptors, &is_docker, error))
        return false;
    const char *media_type = is_docker ? DOCKER_INDEX_TYPE : OCI_INDEX_TYPE;
    g_autoptr(json_t) index = json_pack("{s:i, s:s, s:O}", "schemaVersion", 2, "mediaType",
                                        media_type, "manifests", descriptors);
    g_autoptr(GBytes) bytes = json_bytes(index);
    if (!manifest_put(oci, &reference, reference.wanted, bytes, media_type, error))
        return false;
    if (digest != NULL)
        *digest = digest_of_bytes(bytes);
    return true;
}
