/* Images: their parts, the index over their platforms, and their way into a store. */
#include "mocks/registry/image_private.h"

#include "base/digest.h"

static const struct image_types oci_types = {
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.oci.image.layer.v1.tar+gzip",
};

static const struct image_types docker_types = {
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
};

const struct image_types *recipe_types(const struct recipe *recipe)
{
    return recipe->is_docker_types ? &docker_types : &oci_types;
}

json_t *image_platform(const char *platform)
{
    g_auto(GStrv) parts = g_strsplit(platform, "/", 3);
    g_assert(g_strv_length(parts) >= 2); /* "linux/amd64", checked by whoever read it */
    json_t *object = json_object();
    json_object_set_new(object, "architecture", json_string(parts[1]));
    json_object_set_new(object, "os", json_string(parts[0]));
    if (parts[2] != NULL)
        json_object_set_new(object, "variant", json_string(parts[2]));
    return object;
}

/* ---- parts ---- */

static void part_free(void *pointer)
{
    struct image_part *part = pointer;
    g_free(part->digest);
    g_free(part->media_type);
    g_bytes_unref(part->bytes);
    g_free(part);
}

static struct image_part *add_part(const struct draft *draft, GBytes *bytes)
{
    struct image_part *part = g_new0(struct image_part, 1);
    part->digest = digest_of_bytes(bytes);
    part->bytes = g_bytes_ref(bytes);
    part->declared_bytes = (int64_t)g_bytes_get_size(bytes);
    g_ptr_array_add(draft->image->parts, part);
    return part;
}

static json_t *describe(const struct image_part *part, const char *media_type)
{
    json_t *descriptor = json_object();
    json_object_set_new(descriptor, "mediaType", json_string(media_type));
    json_object_set_new(descriptor, "digest", json_string(part->digest));
    json_object_set_new(descriptor, "size",
                        json_integer((json_int_t)g_bytes_get_size(part->bytes)));
    return descriptor;
}

json_t *draft_add_blob(const struct draft *draft, const char *media_type, GBytes *bytes,
                       int64_t declared_bytes)
{
    struct image_part *part = add_part(draft, bytes);
    part->declared_bytes = declared_bytes;
    return describe(part, media_type);
}

static json_t *add_manifest(const struct draft *draft, const char *media_type,
                            const json_t *document)
{
    g_autoptr(GBytes) bytes = json_bytes(document);
    struct image_part *part = add_part(draft, bytes);
    part->media_type = g_strdup(media_type);
    return describe(part, media_type);
}

json_t *draft_add_image(const struct draft *draft, json_t *config_given, json_t *layers)
{
    const struct image_types *types = recipe_types(draft->recipe);
    g_autoptr(json_t) config = config_given;
    g_autoptr(json_t) manifest = json_object();
    g_autoptr(GBytes) bytes = json_bytes(config);

    json_object_set_new(manifest, "schemaVersion", json_integer(2));
    json_object_set_new(manifest, "mediaType", json_string(types->manifest));
    json_object_set_new(
        manifest, "config",
        draft_add_blob(draft, types->config, bytes, (int64_t)g_bytes_get_size(bytes)));
    json_object_set_new(manifest, "layers", layers);
    return add_manifest(draft, types->manifest, manifest);
}

/* ---- the whole ---- */

/* buildx lists attestations behind all platforms. */
static json_t *add_members(const struct draft *draft)
{
    const struct recipe *recipe = draft->recipe;
    guint platform_count = g_strv_length(recipe->platforms);
    json_t *members = json_array();

    for (guint i = 0; i < platform_count; i++)
        json_array_append_new(members, draft_add_platform(draft, recipe->platforms[i]));
    for (guint i = 0; recipe->has_attestations && i < platform_count; i++) {
        const char *digest = json_get_string(json_array_get(members, i), "digest", NULL);
        json_array_append_new(members, draft_add_attestation(draft, digest));
    }
    return members;
}

static json_t *add_index(const struct draft *draft)
{
    const struct image_types *types = recipe_types(draft->recipe);
    g_autoptr(json_t) index = json_object();
    json_object_set_new(index, "schemaVersion", json_integer(2));
    json_object_set_new(index, "mediaType", json_string(types->index));
    json_object_set_new(index, "manifests", add_members(draft));
    return add_manifest(draft, types->index, index);
}

struct image *image_generate(const struct recipe *recipe)
{
    struct image *image = g_new0(struct image, 1);
    const struct draft draft = {.recipe = recipe, .image = image};
    image->parts = g_ptr_array_new_with_free_func(part_free);
    g_autoptr(json_t) top =
        recipe->is_index ? add_index(&draft) : draft_add_platform(&draft, recipe->platforms[0]);
    image->digest = g_strdup(json_get_string(top, "digest", NULL));
    return image;
}

void image_free(struct image *image)
{
    if (image == NULL)
        return;
    g_ptr_array_unref(image->parts);
    g_free(image->digest);
    g_free(image);
}

/* ---- into a store ---- */

static bool store_manifest(const struct image_part *part, struct store *store,
                           struct repository *repository, GError **error)
{
    struct stored_manifest *manifest = g_new0(struct stored_manifest, 1);
    manifest->digest = g_strdup(part->digest);
    manifest->media_type = g_strdup(part->media_type);
    manifest->bytes = g_bytes_ref(part->bytes);
    return repository_put_manifest(store, repository, manifest, error);
}

static bool store_blob(const struct image_part *part, struct store *store,
                       struct repository *repository, GError **error)
{
    if (!repository_put_blob(store, repository, part->digest, part->bytes, error))
        return false;
    repository_find_blob(repository, part->digest)->declared_bytes = part->declared_bytes;
    return true;
}

bool image_store(const struct image *image, const struct recipe *recipe, struct store *store,
                 GError **error)
{
    struct repository *repository = registry_store_open(store, recipe->repository, error);
    if (repository == NULL)
        return false;
    for (guint i = 0; i < image->parts->len; i++) {
        const struct image_part *part = image->parts->pdata[i];
        bool is_stored = part->media_type != NULL ? store_manifest(part, store, repository, error)
                                                  : store_blob(part, store, repository, error);
        if (!is_stored)
            return false;
    }
    return repository_put_tag(store, repository, recipe->tag, image->digest, error) != NULL;
}
