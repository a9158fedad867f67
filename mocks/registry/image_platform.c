/* One platform of a generated image: layers, config, manifest; and the attestation buildx adds. */
#include "mocks/registry/image_private.h"

#include "base/digest.h"
#include "mocks/registry/layer.h"

#include <string.h>

/* Fixed, so that digests never depend on when an image is made. */
#define CREATED "2026-01-05T09:00:00Z"

/* Compressed to unpacked size of common base images, about 1 to 2.6. */
#define UNPACKED_TENTHS 26

#define PATH_VARIABLE "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct platform_parts {
    json_t *diff_ids; /* lent from config */
    json_t *history;
    json_t *config;
    json_t *layers;
};

static void annotate_bytes(json_t *annotations, const char *key, int64_t count_bytes)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, count_bytes);
    json_object_set_new(annotations, key, json_string(text));
}

static json_t *declare_bytes(const struct kitchen *kitchen, const char *digest,
                             int64_t declared_bytes)
{
    struct stored_blob *blob = repository_find_blob(kitchen->repository, digest);
    blob->declared_bytes = declared_bytes;
    json_t *annotations = json_object();
    annotate_bytes(annotations, ANNOTATION_DECLARED_BYTES, declared_bytes);
    annotate_bytes(annotations, ANNOTATION_UNPACKED_BYTES, declared_bytes / 10 * UNPACKED_TENTHS);
    return annotations;
}

static bool add_layer(const struct kitchen *kitchen, const char *identity, int64_t size_bytes,
                      struct platform_parts *parts, GError **error)
{
    bool is_virtual = kitchen->recipe->is_virtual;
    struct layer_bytes layer = {0};
    if (is_virtual)
        layer_make_virtual(identity, &layer);
    else if (registry_store_has_room(kitchen->store, size_bytes, error))
        layer_make_real(identity, size_bytes, &layer);
    else
        return false;

    json_t *descriptor = kitchen_put_blob(kitchen, recipe_types(kitchen->recipe)->layer,
                                          layer.digest, layer.blob, error);
    if (descriptor != NULL) {
        if (is_virtual)
            json_object_set_new(descriptor, "annotations",
                                declare_bytes(kitchen, layer.digest, size_bytes));
        json_array_append_new(parts->layers, descriptor);
        json_array_append_new(parts->diff_ids, json_string(layer.diff_id));
    }
    layer_bytes_clear(&layer);
    return descriptor != NULL;
}

static void add_history(struct platform_parts *parts, const char *identity)
{
    json_t *entry = json_object();
    json_object_set_new(entry, "created", json_string(CREATED));
    json_object_set_new(entry, "created_by", json_string(identity));
    json_array_append_new(parts->history, entry);
}

static bool add_layers(const struct kitchen *kitchen, const char *platform,
                       struct platform_parts *parts, GError **error)
{
    const struct recipe *recipe = kitchen->recipe;
    for (gsize i = 0; i < recipe->layer_count; i++) {
        g_autofree char *identity = g_strdup_printf(
            "%s:%s %s layer %" G_GSIZE_FORMAT, recipe->repository, recipe->tag, platform, i + 1);
        if (!add_layer(kitchen, identity, recipe->layer_bytes[i], parts, error))
            return false;
        add_history(parts, identity);
    }
    return true;
}

static json_t *strings(char **texts)
{
    json_t *array = json_array();
    for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
        json_array_append_new(array, json_string(texts[i]));
    return array;
}

/* Without Entrypoint or Cmd an image cannot be created from: "no command specified" (registry.md
 * 5). */
static json_t *runtime_config(const struct recipe *recipe)
{
    json_t *config = json_object();
    json_t *environment = json_array();
    json_array_append_new(environment, json_string(PATH_VARIABLE));
    g_autoptr(json_t) more = strings(recipe->environment);
    json_array_extend(environment, more);
    json_object_set_new(config, "Env", environment);
    if (recipe->entrypoint != NULL)
        json_object_set_new(config, "Entrypoint", strings(recipe->entrypoint));
    else
        json_object_set_new(config, "Cmd", json_pack("[s]", "/bin/sh"));
    return config;
}

static void begin_parts(const struct recipe *recipe, const char *platform,
                        struct platform_parts *parts)
{
    parts->layers = json_array();
    parts->diff_ids = json_array();
    parts->history = json_array();
    parts->config = image_platform(platform);
    json_object_set_new(parts->config, "created", json_string(CREATED));
    json_object_set_new(parts->config, "config", runtime_config(recipe));
    json_t *rootfs = json_object();
    json_object_set_new(rootfs, "type", json_string("layers"));
    json_object_set_new(rootfs, "diff_ids", parts->diff_ids);
    json_object_set_new(parts->config, "rootfs", rootfs);
    json_object_set_new(parts->config, "history", parts->history);
}

/* Takes config and layers over. */
static json_t *put_image(const struct kitchen *kitchen, json_t *config_given, json_t *layers,
                         GError **error)
{
    const struct image_types *types = recipe_types(kitchen->recipe);
    g_autoptr(json_t) config = config_given;
    g_autoptr(json_t) manifest = json_object();
    json_object_set_new(manifest, "schemaVersion", json_integer(2));
    json_object_set_new(manifest, "mediaType", json_string(types->manifest));
    g_autoptr(GBytes) bytes = json_bytes(config);
    g_autofree char *digest = digest_of_bytes(bytes);
    json_t *descriptor = kitchen_put_blob(kitchen, types->config, digest, bytes, error);
    if (descriptor == NULL) {
        json_decref(layers);
        return NULL;
    }
    json_object_set_new(manifest, "config", descriptor);
    json_object_set_new(manifest, "layers", layers);
    return kitchen_put_manifest(kitchen, types->manifest, manifest, error);
}

json_t *kitchen_make_platform(const struct kitchen *kitchen, const char *platform, GError **error)
{
    struct platform_parts parts;
    begin_parts(kitchen->recipe, platform, &parts);
    if (!add_layers(kitchen, platform, &parts, error)) {
        json_decref(parts.config);
        json_decref(parts.layers);
        return NULL;
    }
    json_t *descriptor = put_image(kitchen, parts.config, parts.layers, error);
    if (descriptor != NULL)
        json_object_set_new(descriptor, "platform", image_platform(platform));
    return descriptor;
}

/* An in-toto statement about the manifest, the one layer of an attestation. */
static json_t *put_statement(const struct kitchen *kitchen, const char *manifest_digest,
                             char **digest, GError **error)
{
    g_autoptr(json_t) statement = json_pack("{s:s, s:s, s:[{s:s, s:{s:s}}], s:{}}", "_type",
                                            "https://in-toto.io/Statement/v0.1", "predicateType",
                                            "https://slsa.dev/provenance/v0.2", "subject", "name",
                                            kitchen->recipe->repository, "digest", "sha256",
                                            manifest_digest + strlen("sha256:"), "predicate");
    g_autoptr(GBytes) bytes = json_bytes(statement);
    *digest = digest_of_bytes(bytes);
    json_t *descriptor =
        kitchen_put_blob(kitchen, "application/vnd.in-toto+json", *digest, bytes, error);
    if (descriptor != NULL)
        json_object_set_new(
            descriptor, "annotations",
            json_pack("{s:s}", "in-toto.io/predicate-type", "https://slsa.dev/provenance/v0.2"));
    return descriptor;
}

/* BuildKit's attestation storage: platform unknown/unknown, tied to its manifest by annotations. */
json_t *kitchen_make_attestation(const struct kitchen *kitchen, const char *manifest_digest,
                                 GError **error)
{
    g_autofree char *statement_digest = NULL;
    json_t *statement = put_statement(kitchen, manifest_digest, &statement_digest, error);
    if (statement == NULL)
        return NULL;
    json_t *config = image_platform("unknown/unknown");
    json_object_set_new(config, "config", json_object());
    json_object_set_new(config, "rootfs",
                        json_pack("{s:s, s:[s]}", "type", "layers", "diff_ids", statement_digest));
    json_t *descriptor = put_image(kitchen, config, json_pack("[o]", statement), error);
    if (descriptor == NULL)
        return NULL;
    json_object_set_new(descriptor, "annotations",
                        json_pack("{s:s, s:s}", "vnd.docker.reference.digest", manifest_digest,
                                  "vnd.docker.reference.type", "attestation-manifest"));
    json_object_set_new(descriptor, "platform", image_platform("unknown/unknown"));
    return descriptor;
}
