/* One platform of a generated image: layers, config and manifest. */
#include "mocks/registry/image_private.h"

#include "mocks/registry/layer.h"

/* Fixed, so that digests never depend on when an image is made. */
#define CREATED "2026-01-05T09:00:00Z"

/* Compressed to unpacked size of common base images, about 1 to 2.6. */
#define UNPACKED_TENTHS 26

#define PATH_VARIABLE "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* The documents of a platform while its layers are added. */
struct platform_draft {
    json_t *config;
    json_t *diff_ids; /* lent from config, like history */
    json_t *history;
    json_t *layers;
};

static void annotate_bytes(json_t *annotations, const char *key, int64_t count_bytes)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, count_bytes);
    json_object_set_new(annotations, key, json_string(text));
}

static json_t *declaration(int64_t declared_bytes)
{
    json_t *annotations = json_object();
    annotate_bytes(annotations, ANNOTATION_DECLARED_BYTES, declared_bytes);
    annotate_bytes(annotations, ANNOTATION_UNPACKED_BYTES, declared_bytes / 10 * UNPACKED_TENTHS);
    return annotations;
}

static void add_history(struct platform_draft *platform, const char *identity)
{
    json_t *entry = json_object();
    json_object_set_new(entry, "created", json_string(CREATED));
    json_object_set_new(entry, "created_by", json_string(identity));
    json_array_append_new(platform->history, entry);
}

static void add_layer(const struct draft *draft, struct platform_draft *platform,
                      const char *identity, int64_t size_bytes)
{
    struct layer_bytes layer = {0};
    bool is_virtual = draft->recipe->is_virtual;

    if (is_virtual)
        layer_make_virtual(identity, &layer);
    else
        layer_make_real(identity, size_bytes, &layer);
    int64_t blob_bytes = (int64_t)g_bytes_get_size(layer.blob);
    json_t *descriptor = draft_add_blob(draft, recipe_types(draft->recipe)->layer, layer.blob,
                                        is_virtual ? size_bytes : blob_bytes);
    if (is_virtual)
        json_object_set_new(descriptor, "annotations", declaration(size_bytes));
    json_array_append_new(platform->layers, descriptor);
    json_array_append_new(platform->diff_ids, json_string(layer.diff_id));
    if (!is_virtual) /* only people read it */
        add_history(platform, identity);
    layer_bytes_clear(&layer);
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

static void begin_platform(const struct recipe *recipe, const char *name,
                           struct platform_draft *platform)
{
    platform->layers = json_array();
    platform->diff_ids = json_array();
    platform->history = json_array();
    platform->config = image_platform(name);
    json_object_set_new(platform->config, "created", json_string(CREATED));
    json_object_set_new(platform->config, "config", runtime_config(recipe));
    json_t *rootfs = json_object();
    json_object_set_new(rootfs, "type", json_string("layers"));
    json_object_set_new(rootfs, "diff_ids", platform->diff_ids);
    json_object_set_new(platform->config, "rootfs", rootfs);
    json_object_set_new(platform->config, "history", platform->history);
}

json_t *draft_add_platform(const struct draft *draft, const char *name)
{
    struct platform_draft platform;
    const struct recipe *recipe = draft->recipe;

    begin_platform(recipe, name, &platform);
    for (gsize i = 0; i < recipe->layer_count; i++) {
        g_autofree char *identity = g_strdup_printf("%s:%s %s layer %" G_GSIZE_FORMAT,
                                                    recipe->repository, recipe->tag, name, i + 1);
        add_layer(draft, &platform, identity, recipe->layer_bytes[i]);
    }
    json_t *descriptor = draft_add_image(draft, platform.config, platform.layers);
    json_object_set_new(descriptor, "platform", image_platform(name));
    return descriptor;
}
