/* Reading archives of images for the containerd store: an OCI layout, with indexes. */
#include "mocks/dockerd/image_archive.h"

#include "base/digest.h"

#include <string.h>

/* ---- index.json ---- */

void archived_top_free(struct archived_top *top)
{
    if (top == NULL)
        return;
    g_ptr_array_unref(top->platforms);
    g_strfreev(top->tags);
    g_free(top);
}

static struct archived_top *top_new(char **tags)
{
    struct archived_top *top = g_new0(struct archived_top, 1);
    top->platforms = g_ptr_array_new_with_free_func((GDestroyNotify)pulled_image_free);
    top->tags = tags;
    return top;
}

static struct pulled_image *pulled_new(GBytes *config, GPtrArray *layers)
{
    struct pulled_image *image = g_new0(struct pulled_image, 1);
    image->config = g_bytes_ref(config);
    image->config_digest = digest_of_bytes(config);
    image->platform = image_config_platform(config);
    image->layers = g_ptr_array_ref(layers);
    return image;
}

static void set_manifest(struct pulled_image *image, GBytes *manifest)
{
    image->manifest = g_bytes_ref(manifest);
    image->manifest_digest = digest_of_bytes(manifest);
    image->top_digest = g_strdup(image->manifest_digest);
}

/* NULL when something of it is missing. */
static struct pulled_image *read_manifest(const struct archive_files *files, const char *digest)
{
    GBytes *bytes = archive_files_blob(files, digest);
    g_autoptr(json_t) manifest = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
    GBytes *config = archive_files_blob(
        files, json_get_string(json_get_object(manifest, "config"), "digest", NULL));
    g_autoptr(json_t) facts = config != NULL ? json_parse_gbytes(config, NULL) : NULL;
    const json_t *diff_ids = json_get_array(json_get_object(facts, "rootfs"), "diff_ids");
    g_autoptr(GPtrArray) layers = g_ptr_array_new_with_free_func(archived_layer_free);
    size_t index;
    const json_t *descriptor;
    if (facts == NULL)
        return NULL;
    json_array_foreach (json_get_array(manifest, "layers"), index, descriptor) {
        const char *diff_id = json_string_value(json_array_get(diff_ids, index));
        GBytes *layer = archive_files_blob(files, json_get_string(descriptor, "digest", NULL));
        if (layer == NULL || diff_id == NULL || !digest_is_valid(diff_id))
            return NULL;
        g_ptr_array_add(layers, archived_layer_new(layer, diff_id, descriptor));
    }
    struct pulled_image *image = pulled_new(config, layers);
    set_manifest(image, bytes);
    return image;
}

/* Platforms that the archive leaves out are left out; attestations are none. */
static void add_platforms(struct archived_top *top, const struct archive_files *files,
                          const char *digest, GBytes *bytes)
{
    g_autoptr(json_t) index = json_parse_gbytes(bytes, NULL);
    size_t position;
    const json_t *entry;
    json_array_foreach (json_get_array(index, "manifests"), position, entry) {
        const char *os = json_get_string(json_get_object(entry, "platform"), "os", "");
        struct pulled_image *image =
            strcmp(os, "unknown") != 0
                ? read_manifest(files, json_get_string(entry, "digest", NULL))
                : NULL;
        if (image == NULL)
            continue;
        g_free(image->top_digest);
        image->top_digest = g_strdup(digest);
        image->index = g_bytes_ref(bytes);
        g_ptr_array_add(top->platforms, image);
    }
}

static bool fail_format(GError **error)
{
    return engine_fail(error, 500, "unrecognized image format");
}

static char **names_of(const json_t *entry)
{
    const char *names =
        json_get_string(json_get_object(entry, "annotations"), "io.containerd.image.name", NULL);
    return names != NULL ? g_strsplit(names, ",", -1) : g_new0(char *, 1);
}

static struct archived_top *read_entry(const struct archive_files *files, const json_t *entry,
                                       GError **error)
{
    const char *digest = json_get_string(entry, "digest", "");
    GBytes *bytes = archive_files_blob(files, digest);
    AUTO(archived_top) top = top_new(names_of(entry));
    if (bytes != NULL && strstr(json_get_string(entry, "mediaType", ""), "index") != NULL) {
        add_platforms(top, files, digest, bytes);
    } else {
        struct pulled_image *image = read_manifest(files, digest);
        if (image != NULL)
            g_ptr_array_add(top->platforms, image);
    }
    if (top->platforms->len == 0) {
        fail_format(error);
        return NULL;
    }
    return g_steal_pointer(&top);
}

static GPtrArray *read_index(const struct archive_files *files, const json_t *index, GError **error)
{
    g_autoptr(GPtrArray) tops = g_ptr_array_new_with_free_func((GDestroyNotify)archived_top_free);
    size_t position;
    const json_t *entry;
    json_array_foreach (json_get_array(index, "manifests"), position, entry) {
        struct archived_top *top = read_entry(files, entry, error);
        if (top == NULL)
            return NULL;
        g_ptr_array_add(tops, top);
    }
    return g_steal_pointer(&tops);
}

/* ---- either ---- */

/* An archive in Docker's own layout has no manifests: whoever keeps the image makes one. */
static GPtrArray *read_docker(const struct archive_files *files, GError **error)
{
    g_autoptr(GPtrArray) images = archived_images_read(files, error);
    if (images == NULL)
        return NULL;
    GPtrArray *tops = g_ptr_array_new_with_free_func((GDestroyNotify)archived_top_free);
    for (guint i = 0; i < images->len; i++) {
        struct archived_image *image = g_ptr_array_index(images, i);
        struct archived_top *top = top_new(g_strdupv(image->tags));
        g_ptr_array_add(top->platforms, pulled_new(image->config, image->layers));
        g_ptr_array_add(tops, top);
    }
    return tops;
}

GPtrArray *archived_tops_read(const struct archive_files *files, GError **error)
{
    g_autoptr(json_t) index = archive_files_document(files, "index.json");
    if (g_hash_table_contains(files->files, "oci-layout") &&
        json_array_size(json_get_array(index, "manifests")) > 0)
        return read_index(files, index, error);
    if (!g_hash_table_contains(files->files, "manifest.json")) {
        fail_format(error);
        return NULL;
    }
    return read_docker(files, error);
}
