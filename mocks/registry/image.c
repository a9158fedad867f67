/* Recipes of images, and the index over their platforms. */
#include "mocks/registry/image_private.h"

#include "base/digest.h"

#include <string.h>

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

struct recipe *recipe_new(const struct image_spec *spec, bool is_virtual)
{
    struct recipe *recipe = g_new0(struct recipe, 1);
    recipe->repository = g_strdup(spec->repository);
    recipe->tag = g_strdup(spec->tag);
    recipe->platforms = g_strdupv((char **)spec->platforms);
    recipe->layer_bytes =
        g_memdup2(spec->layer_bytes, spec->layer_count * sizeof spec->layer_bytes[0]);
    recipe->layer_count = spec->layer_count;
    recipe->entrypoint = g_strdupv((char **)spec->entrypoint);
    recipe->environment = g_strdupv((char **)spec->environment);
    recipe->is_index = spec->is_index;
    recipe->is_docker_types = spec->is_docker_types;
    recipe->has_attestations = spec->has_attestations;
    recipe->is_virtual = is_virtual;
    return recipe;
}

void recipe_free(struct recipe *recipe)
{
    if (recipe == NULL)
        return;
    g_free(recipe->repository);
    g_free(recipe->tag);
    g_strfreev(recipe->platforms);
    g_free(recipe->layer_bytes);
    g_strfreev(recipe->entrypoint);
    g_strfreev(recipe->environment);
    g_free(recipe);
}

json_t *image_descriptor(const char *media_type, const char *digest, gsize size_bytes)
{
    json_t *descriptor = json_object();
    json_object_set_new(descriptor, "mediaType", json_string(media_type));
    json_object_set_new(descriptor, "digest", json_string(digest));
    json_object_set_new(descriptor, "size", json_integer((json_int_t)size_bytes));
    return descriptor;
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

json_t *kitchen_put_blob(const struct kitchen *kitchen, const char *media_type, const char *digest,
                         GBytes *bytes, GError **error)
{
    if (!repository_put_blob(kitchen->store, kitchen->repository, digest, bytes, error))
        return NULL;
    return image_descriptor(media_type, digest, g_bytes_get_size(bytes));
}

json_t *kitchen_put_manifest(const struct kitchen *kitchen, const char *media_type,
                             const json_t *document, GError **error)
{
    struct stored_manifest *manifest = g_new0(struct stored_manifest, 1);
    manifest->bytes = json_bytes(document);
    manifest->digest = digest_of_bytes(manifest->bytes);
    manifest->media_type = g_strdup(media_type);
    g_autoptr(json_t) descriptor =
        image_descriptor(media_type, manifest->digest, g_bytes_get_size(manifest->bytes));
    if (!repository_put_manifest(kitchen->store, kitchen->repository, manifest, error))
        return NULL;
    return g_steal_pointer(&descriptor);
}

/* buildx lists attestations behind all platforms. */
static bool make_members(const struct kitchen *kitchen, json_t *members, GError **error)
{
    const struct recipe *recipe = kitchen->recipe;
    guint platform_count = g_strv_length(recipe->platforms);

    for (guint i = 0; i < platform_count; i++) {
        json_t *member = kitchen_make_platform(kitchen, recipe->platforms[i], error);
        if (member == NULL)
            return false;
        json_array_append_new(members, member);
    }
    for (guint i = 0; recipe->has_attestations && i < platform_count; i++) {
        const char *digest = json_get_string(json_array_get(members, i), "digest", NULL);
        json_t *member = kitchen_make_attestation(kitchen, digest, error);
        if (member == NULL)
            return false;
        json_array_append_new(members, member);
    }
    return true;
}

static json_t *make_index(const struct kitchen *kitchen, GError **error)
{
    const struct image_types *types = recipe_types(kitchen->recipe);
    g_autoptr(json_t) index = json_object();
    json_object_set_new(index, "schemaVersion", json_integer(2));
    json_object_set_new(index, "mediaType", json_string(types->index));
    json_t *members = json_array();
    json_object_set_new(index, "manifests", members);
    if (!make_members(kitchen, members, error))
        return NULL;
    return kitchen_put_manifest(kitchen, types->index, index, error);
}

bool recipe_cook(const struct recipe *recipe, struct store *store, GError **error)
{
    struct kitchen kitchen = {.recipe = recipe, .store = store};
    kitchen.repository = registry_store_open(store, recipe->repository, error);
    if (kitchen.repository == NULL)
        return false;
    g_autoptr(json_t) top = recipe->is_index
                                ? make_index(&kitchen, error)
                                : kitchen_make_platform(&kitchen, recipe->platforms[0], error);
    if (top == NULL)
        return false;
    return repository_put_tag(store, kitchen.repository, recipe->tag,
                              json_get_string(top, "digest", NULL), error) != NULL;
}
