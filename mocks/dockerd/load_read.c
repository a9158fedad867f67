/* Reading archives of images: their files, and the images that they hold. */
#include "mocks/dockerd/image_archive.h"

#include "base/archive.h"
#include "base/digest.h"
#include "base/gzip.h"
#include "base/limits.h"

#include <string.h>

/* ---- files ---- */

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void note_folder(struct archive_files *files, const struct archive_member *member)
{
    const char *slash = strchr(member->name, '/');
    g_autofree char *folder = slash != NULL ? g_strndup(member->name, (gsize)(slash - member->name))
                                            : g_strdup(member->name);
    bool is_folder = slash != NULL || member->kind == ARCHIVE_DIRECTORY;
    if (is_folder && strcmp(folder, ".") != 0 &&
        !g_ptr_array_find_with_equal_func(files->folders, folder, g_str_equal, NULL))
        g_ptr_array_add(files->folders, g_steal_pointer(&folder));
}

/* archive/tar and compress/gzip tell a cut archive from one that is none. */
static bool fail_broken(GError *reason, GError **error)
{
    g_autoptr(GError) owned = reason;
    bool is_cut = strstr(owned->message, "runcated") != NULL;
    if (owned->code == BASE_ERROR_LIMIT)
        return engine_fail(error, 500, "%s", owned->message);
    return engine_fail(error, 500, is_cut ? "unexpected EOF" : "archive/tar: invalid tar header");
}

bool archive_files_read(struct archive_files *files, GBytes *tar, GError **error)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new_packed(bytes, length_bytes, true);
    const struct archive_member *member = NULL;
    GError *reason = NULL;

    files->files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    files->folders = g_ptr_array_new_with_free_func(g_free);
    while (archive_reader_next(reader, &member, &reason)) {
        if (member == NULL) {
            g_ptr_array_sort(files->folders, compare_texts);
            return true;
        }
        note_folder(files, member);
        if (member->kind == ARCHIVE_FILE)
            g_hash_table_replace(files->files, g_strdup(member->name),
                                 g_bytes_ref(member->contents));
    }
    return fail_broken(reason, error);
}

void archive_files_clear(struct archive_files *files)
{
    g_clear_pointer(&files->files, g_hash_table_unref);
    g_clear_pointer(&files->folders, g_ptr_array_unref);
}

json_t *archive_files_document(const struct archive_files *files, const char *path)
{
    GBytes *bytes = g_hash_table_lookup(files->files, path);
    return bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
}

GBytes *archive_files_blob(const struct archive_files *files, const char *digest)
{
    const char *colon = digest != NULL ? strchr(digest, ':') : NULL;
    g_autofree char *path = g_strconcat("blobs/sha256/", colon != NULL ? colon + 1 : "", NULL);
    return g_hash_table_lookup(files->files, path);
}

/* ---- layers ---- */

void archived_layer_free(void *pointer)
{
    struct layer *layer = pointer;
    g_free(layer->digest);
    g_free(layer->diff_id);
    g_clear_pointer(&layer->bytes, g_bytes_unref);
    g_free(layer);
}

static int64_t annotated(const json_t *source, const char *key, int64_t otherwise)
{
    const char *text = json_get_string(json_get_object(source, "annotations"), key, NULL);
    gint64 value = 0;
    return text != NULL && g_ascii_string_to_signed(text, 10, 0, BLOB_BYTES_MAX, &value, NULL)
               ? value
               : otherwise;
}

static bool is_packed(GBytes *bytes)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    return gzip_is_compressed(data, length_bytes);
}

/* source is its descriptor, where there is one. */
struct layer *archived_layer_new(GBytes *bytes, const char *diff_id, const json_t *source)
{
    struct layer *layer = g_new0(struct layer, 1);
    int64_t size_bytes = (int64_t)g_bytes_get_size(bytes);
    int64_t usual_bytes = is_packed(bytes) ? size_bytes * 5 / 2 : size_bytes;
    layer->digest = digest_of_bytes(bytes);
    layer->diff_id = g_strdup(diff_id);
    layer->declared_bytes = annotated(source, "dev.seatrial.declared-bytes", size_bytes);
    layer->unpacked_bytes = annotated(
        source, "dev.seatrial.unpacked-bytes",
        layer->declared_bytes == size_bytes ? usual_bytes : layer->declared_bytes * 5 / 2);
    layer->bytes = g_bytes_ref(bytes);
    return layer;
}

/* The classic store packs a layer when it pushes it. */
static void pack(struct layer *layer)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(layer->bytes, &length_bytes);
    GBytes *packed = gzip_compress(bytes, length_bytes);
    bool is_declared = layer->declared_bytes != (int64_t)length_bytes;
    g_bytes_unref(layer->bytes);
    layer->bytes = packed;
    g_free(layer->digest);
    layer->digest = digest_of_bytes(packed);
    if (!is_declared)
        layer->declared_bytes = (int64_t)g_bytes_get_size(packed);
}

/* ---- manifest.json ---- */

void archived_image_free(struct archived_image *image)
{
    if (image == NULL)
        return;
    g_clear_pointer(&image->config, g_bytes_unref);
    g_clear_pointer(&image->layers, g_ptr_array_unref);
    g_strfreev(image->tags);
    g_free(image->first_path);
    g_free(image);
}

static bool fail_open(const char *path, GError **error)
{
    return engine_fail(error, 500, "open /var/lib/docker/tmp/docker-import-%u/%s: %s", 2532866637U,
                       path, "no such file or directory");
}

static bool add_layer(struct archived_image *image, const struct archive_files *files,
                      const char *path, const char *diff_id, const json_t *sources, GError **error)
{
    GBytes *bytes = g_hash_table_lookup(files->files, path);
    if (bytes == NULL)
        return fail_open(path, error);
    struct layer *layer = archived_layer_new(bytes, diff_id, json_get_object(sources, diff_id));
    image->bytes += is_packed(bytes) ? layer->declared_bytes : layer->unpacked_bytes;
    if (!is_packed(bytes))
        pack(layer);
    g_ptr_array_add(image->layers, layer);
    if (image->first_path == NULL)
        image->first_path = g_strdup(path);
    return true;
}

static bool add_layers(struct archived_image *image, const struct archive_files *files,
                       const json_t *item, const json_t *config, GError **error)
{
    const json_t *paths = json_get_array(item, "Layers");
    const json_t *diff_ids = json_get_array(json_get_object(config, "rootfs"), "diff_ids");
    if (json_array_size(paths) != json_array_size(diff_ids))
        return engine_fail(error, 500,
                           "invalid manifest, layers length mismatch: expected %zu, got %zu",
                           json_array_size(paths), json_array_size(diff_ids));
    for (size_t i = 0; i < json_array_size(paths); i++) {
        const char *path = json_string_value(json_array_get(paths, i));
        const char *diff_id = json_string_value(json_array_get(diff_ids, i));
        if (path == NULL || diff_id == NULL || !digest_is_valid(diff_id))
            return engine_fail(error, 500, "invalid checksum digest format");
        if (!add_layer(image, files, path, diff_id, json_get_object(item, "LayerSources"), error))
            return false;
    }
    return true;
}

static char **texts_of(const json_t *array)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    size_t index;
    json_t *value;
    json_array_foreach (array, index, value)
        if (json_is_string(value))
            g_strv_builder_add(builder, json_string_value(value));
    return g_strv_builder_end(builder);
}

static struct archived_image *read_item(const struct archive_files *files, const json_t *item,
                                        GError **error)
{
    AUTO(archived_image) image = g_new0(struct archived_image, 1);
    const char *path = json_get_string(item, "Config", "");
    GBytes *config = g_hash_table_lookup(files->files, path);
    g_autoptr(GError) reason = NULL;
    if (config == NULL) {
        fail_open(path, error);
        return NULL;
    }
    g_autoptr(json_t) facts = json_parse_gbytes(config, &reason);
    if (!json_is_object(facts)) {
        engine_fail(error, 500, "invalid JSON in %s", path);
        return NULL;
    }
    image->config = g_bytes_ref(config);
    image->bytes = (int64_t)g_bytes_get_size(config);
    image->tags = texts_of(json_get_array(item, "RepoTags"));
    image->layers = g_ptr_array_new_with_free_func(archived_layer_free);
    return add_layers(image, files, item, facts, error) ? g_steal_pointer(&image) : NULL;
}

/* Engines before 28.1 take an archive without manifest.json for one of 2015: the file "json" of its
   first folder, and nothing at all where there is no folder. */
GPtrArray *archived_images_read(const struct archive_files *files, GError **error)
{
    g_autoptr(json_t) manifest = archive_files_document(files, "manifest.json");
    g_autoptr(GPtrArray) images =
        g_ptr_array_new_with_free_func((GDestroyNotify)archived_image_free);
    size_t index;
    const json_t *item;
    if (manifest == NULL && files->folders->len > 0) {
        g_autofree char *path = g_strconcat((const char *)files->folders->pdata[0], "/json", NULL);
        fail_open(path, error);
        return NULL;
    }
    json_array_foreach (manifest, index, item) {
        struct archived_image *image = read_item(files, item, error);
        if (image == NULL)
            return NULL;
        g_ptr_array_add(images, image);
    }
    return g_steal_pointer(&images);
}
