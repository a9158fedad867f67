/* Archives of images in Docker's own layout: what Engines before 25 write. */
#include "mocks/dockerd/image_archive.h"

#include "base/archive.h"
#include "base/digest.h"

#include <string.h>

#define LAYER_TYPE "application/vnd.docker.image.rootfs.diff.tar"

/* Parts that several images have are written once. */
struct docker_layout {
    struct archive_writer *writer;
    GHashTable *written; /* folders; looked up, never walked */
    json_t *items;
    json_t *repositories;
};

/* Engines before 1.10 told layers by such ids; how they are reckoned is of no consequence. */
static char *folder_of(const char *below, const char *diff_id)
{
    g_autofree char *text = g_strconcat(below, " ", diff_id, NULL);
    g_autofree char *digest = digest_of(text, strlen(text));
    return g_strdup(strchr(digest, ':') + 1);
}

static void add_text(const struct docker_layout *layout, const char *folder, const char *name,
                     const char *text)
{
    g_autofree char *path = g_strconcat(folder, "/", name, NULL);
    archive_writer_add_file(layout->writer, path, 0644, text, strlen(text));
}

static void add_layer(const struct docker_layout *layout, struct stored_layer *layer,
                      const char *folder, const char *parent)
{
    if (!g_hash_table_add(layout->written, g_strdup(folder)))
        return;
    json_t *facts = json_pack("{s:s, s:s, s:s}", "id", folder, "created", "1970-01-01T00:00:00Z",
                              "os", "linux");
    if (*parent != '\0')
        json_object_set_new(facts, "parent", json_string(parent));
    g_autoptr(GBytes) tar = image_archive_layer(layer);
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    g_autofree char *facts_path = g_strconcat(folder, "/json", NULL);
    g_autofree char *tar_path = g_strconcat(folder, "/layer.tar", NULL);

    archive_writer_add_directory(layout->writer, folder, 0755);
    add_text(layout, folder, "VERSION", "1.0");
    image_archive_add_json(layout->writer, facts_path, facts, "");
    archive_writer_add_file(layout->writer, tar_path, 0644, bytes, length_bytes);
}

/* Real Engines name sources of foreign layers alone; here they tell declared sizes as well. */
static void add_source(json_t *sources, struct stored_layer *layer)
{
    g_autoptr(GBytes) tar = image_archive_layer(layer);
    g_autoptr(json_t) source =
        image_archive_source(layer, LAYER_TYPE, layer->diff_id, g_bytes_get_size(tar));
    if (json_object_get(source, "annotations") != NULL)
        json_object_set(sources, layer->diff_id, source);
}

void image_archive_add_repository(json_t *repositories, const char *tag, const char *layer)
{
    const char *colon = strrchr(tag, ':');
    g_autofree char *name = g_strndup(tag, (gsize)(colon - tag));
    json_t *tags = json_object_get(repositories, name);
    if (tags == NULL) {
        tags = json_object();
        json_object_set_new(repositories, name, tags);
    }
    json_object_set_new(tags, colon + 1, json_string(layer));
}

static json_t *tags_of(const struct docker_layout *layout, const struct saved_image *saved,
                       const char *top)
{
    json_t *tags = json_array();
    for (guint i = 0; i < saved->tags->len; i++) {
        json_array_append_new(tags, json_string(g_ptr_array_index(saved->tags, i)));
        image_archive_add_repository(layout->repositories, g_ptr_array_index(saved->tags, i), top);
    }
    if (saved->tags->len > 0)
        return tags;
    json_decref(tags);
    return json_null();
}

static void add_image(const struct docker_layout *layout, const struct saved_image *saved)
{
    const struct image_variant *variant = g_ptr_array_index(saved->image->variants, 0);
    g_autofree char *config = g_strconcat(strchr(variant->config_digest, ':') + 1, ".json", NULL);
    g_autofree char *top = g_strdup("");
    g_autoptr(json_t) sources = json_object();
    json_t *paths = json_array();
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(variant->config, &length_bytes);

    for (guint i = 0; i < variant->layers->len; i++) {
        struct stored_layer *layer = g_ptr_array_index(variant->layers, i);
        g_autofree char *below = g_steal_pointer(&top);
        top = folder_of(below, layer->diff_id);
        add_layer(layout, layer, top, below);
        add_source(sources, layer);
        g_autofree char *path = g_strconcat(top, "/layer.tar", NULL);
        json_array_append_new(paths, json_string(path));
    }
    if (g_hash_table_add(layout->written, g_strdup(config)))
        archive_writer_add_file(layout->writer, config, 0644, bytes, length_bytes);
    json_t *item = json_pack("{s:s, s:o, s:o}", "Config", config, "RepoTags",
                             tags_of(layout, saved, top), "Layers", paths);
    if (json_object_size(sources) > 0)
        json_object_set(item, "LayerSources", sources);
    json_array_append_new(layout->items, item);
}

void image_archive_write_docker(struct archive_writer *writer, const GPtrArray *images)
{
    g_autoptr(GHashTable) written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(json_t) items = json_array();
    g_autoptr(json_t) repositories = json_object();
    const struct docker_layout layout = {writer, written, items, repositories};

    for (guint i = 0; i < images->len; i++)
        add_image(&layout, g_ptr_array_index(images, i));
    image_archive_add_json(writer, "manifest.json", json_incref(items), "\n");
    if (json_object_size(repositories) > 0)
        image_archive_add_json(writer, "repositories", json_incref(repositories), "\n");
}
