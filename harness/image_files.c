/* Reads the layers of an image in a fake registry. */
#include "harness/image_files.h"

#include "base/archive.h"
#include "base/gzip.h"
#include "base/json.h"

#include <string.h>

enum {
    LAYER_BYTES_MAX = 16 * 1024 * 1024
};

static void add_members(GHashTable *paths, GBytes *tar)
{
    gsize length = 0;
    const void *bytes = g_bytes_get_data(tar, &length);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length, /* is_confined= */ false);
    const struct archive_member *member = NULL;
    while (archive_reader_next(reader, &member, NULL) && member != NULL)
        if (member->kind == ARCHIVE_FILE)
            g_hash_table_add(paths, g_strdup(member->name));
}

static void add_layer(GHashTable *paths, struct registry *registry, const char *digest)
{
    g_autoptr(GBytes) blob = digest != NULL ? registry_blob(registry, digest) : NULL;
    if (blob == NULL)
        return;
    gsize length = 0;
    const void *bytes = g_bytes_get_data(blob, &length);
    g_autoptr(GBytes) tar = gzip_decompress(bytes, length, LAYER_BYTES_MAX, NULL);
    add_members(paths, tar != NULL ? tar : blob);
}

static void add_manifest(GHashTable *paths, struct registry *registry, const char *digest)
{
    g_autoptr(GBytes) bytes = registry_blob(registry, digest);
    g_autoptr(json_t) manifest = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
    gsize index;
    json_t *layer;
    json_array_foreach (json_get_array(manifest, "layers"), index, layer)
        add_layer(paths, registry, json_get_string(layer, "digest", NULL));
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

GPtrArray *image_files(struct registry *registry, const struct image_facts *facts)
{
    g_autoptr(GHashTable) paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *sorted = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter each;
    void *path;

    for (guint i = 0; i < facts->manifests->len; i++)
        add_manifest(paths, registry, g_ptr_array_index(facts->manifests, i));
    g_hash_table_iter_init(&each, paths);
    while (g_hash_table_iter_next(&each, &path, NULL))
        g_ptr_array_add(sorted, g_strdup(path));
    g_ptr_array_sort(sorted, compare_texts);
    return sorted;
}
