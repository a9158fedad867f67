/* Archives of images as OCI layouts: what Engines from 25 on write. */
#include "mocks/dockerd/image_archive.h"

#include "base/archive.h"
#include "base/digest.h"
#include "base/gzip.h"
#include "base/limits.h"
#include "mocks/dockerd/manifest.h"

#include <string.h>

#define LAYER_TAR_TYPE  "application/vnd.oci.image.layer.v1.tar"
#define LAYER_GZIP_TYPE "application/vnd.oci.image.layer.v1.tar+gzip"
#define CONFIG_TYPE     "application/vnd.oci.image.config.v1+json"
#define INDEX_TYPE      "application/vnd.oci.image.index.v1+json"
#define BLOBS           "blobs/sha256/"

/* An archive under way. */
struct layout {
    struct dockerd *dockerd;
    struct archive_writer *writer;
    GHashTable *written;  /* digests that are in it; looked up, never walked */
    json_t *entries;      /* of index.json */
    json_t *items;        /* of manifest.json */
    json_t *repositories; /* {"bb": {"1": the top layer}} */
    int64_t declared_bytes;
};

static const char *hex_of(const char *digest)
{
    return strchr(digest, ':') + 1;
}

static char *blob_path(const char *digest)
{
    return g_strconcat(BLOBS, hex_of(digest), NULL);
}

static void add_blob(struct layout *layout, const char *digest, GBytes *bytes,
                     int64_t declared_bytes)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    g_autofree char *path = blob_path(digest);
    if (!g_hash_table_add(layout->written, g_strdup(digest)))
        return;
    archive_writer_add_file(layout->writer, path, 0644, data, length_bytes);
    layout->declared_bytes += declared_bytes;
}

static void add_small_blob(struct layout *layout, const char *digest, GBytes *bytes)
{
    add_blob(layout, digest, bytes, (int64_t)g_bytes_get_size(bytes));
}

void image_archive_add_json(struct archive_writer *writer, const char *name, json_t *document,
                            const char *end)
{
    g_autofree char *text = json_text(document);
    g_autofree char *whole = g_strconcat(text, end, NULL);
    archive_writer_add_file(writer, name, 0644, whole, strlen(whole));
    json_decref(document);
}

/* ---- layers ---- */

GBytes *image_archive_layer(struct stored_layer *layer)
{
    GBytes *bytes = stored_layer_bytes(layer);
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    GBytes *tar = gzip_is_compressed(data, length_bytes)
                      ? gzip_decompress(data, length_bytes, ARCHIVE_BYTES_MAX, NULL)
                      : NULL;
    return tar != NULL ? tar : g_bytes_ref(bytes);
}

json_t *image_archive_source(struct stored_layer *layer, const char *media_type, const char *digest,
                             gsize length_bytes)
{
    json_t *source = json_pack("{s:s, s:s, s:I}", "mediaType", media_type, "digest", digest, "size",
                               (json_int_t)length_bytes);
    bool is_real =
        layer->declared_bytes == (int64_t)g_bytes_get_size(stored_layer_bytes(layer)) &&
        (g_str_has_suffix(media_type, "gzip") || layer->unpacked_bytes == (int64_t)length_bytes);
    if (is_real)
        return source;
    g_autofree char *declared = g_strdup_printf("%" G_GINT64_FORMAT, layer->declared_bytes);
    g_autofree char *unpacked = g_strdup_printf("%" G_GINT64_FORMAT, layer->unpacked_bytes);
    json_object_set_new(source, "annotations",
                        json_pack("{s:s, s:s}", "dev.seatrial.declared-bytes", declared,
                                  "dev.seatrial.unpacked-bytes", unpacked));
    return source;
}

/* The classic store writes tars under their diff ids, the containerd store what it has fetched. */
static json_t *add_layer(struct layout *layout, struct stored_layer *layer)
{
    if (layout->dockerd->images.has_containerd_layout) {
        GBytes *bytes = stored_layer_bytes(layer);
        add_blob(layout, layer->digest, bytes, layer->declared_bytes);
        return image_archive_source(layer, LAYER_GZIP_TYPE, layer->digest, g_bytes_get_size(bytes));
    }
    g_autoptr(GBytes) tar = image_archive_layer(layer);
    add_blob(layout, layer->diff_id, tar, layer->unpacked_bytes);
    return image_archive_source(layer, LAYER_TAR_TYPE, layer->diff_id, g_bytes_get_size(tar));
}

/* ---- documents ---- */

static json_t *manifest_of(const struct image_variant *variant, const json_t *sources)
{
    json_t *layers = json_array();
    for (guint i = 0; i < variant->layers->len; i++) {
        const struct stored_layer *layer = g_ptr_array_index(variant->layers, i);
        json_array_append(layers, json_object_get(sources, layer->diff_id));
    }
    return json_pack("{s:i, s:s, s:{s:s, s:s, s:I}, s:o}", "schemaVersion", 2, "mediaType",
                     MANIFEST_OCI_TYPE, "config", "mediaType", CONFIG_TYPE, "digest",
                     variant->config_digest, "size", (json_int_t)g_bytes_get_size(variant->config),
                     "layers", layers);
}

static json_t *entry_of(const char *media_type, const char *digest, gsize length_bytes,
                        const char *tag)
{
    json_t *entry = json_pack("{s:s, s:s, s:I}", "mediaType", media_type, "digest", digest, "size",
                              (json_int_t)length_bytes);
    AUTO(reference)
    reference = tag != NULL ? reference_parse(tag, /* default_tag= */ true, NULL) : NULL;
    if (reference == NULL)
        return entry;
    g_autofree char *full = reference_text(reference);
    json_object_set_new(entry, "annotations",
                        json_pack("{s:s, s:s}", "io.containerd.image.name", full,
                                  "org.opencontainers.image.ref.name", reference->tag));
    return entry;
}

static void add_entries(struct layout *layout, const struct saved_image *saved,
                        const char *media_type, const char *digest, gsize length_bytes)
{
    for (guint i = 0; i < saved->tags->len; i++)
        json_array_append_new(layout->entries, entry_of(media_type, digest, length_bytes,
                                                        g_ptr_array_index(saved->tags, i)));
    if (saved->tags->len == 0)
        json_array_append_new(layout->entries, entry_of(media_type, digest, length_bytes, NULL));
}

static void add_repositories(struct layout *layout, const struct saved_image *saved,
                             const struct image_variant *variant)
{
    guint count = variant->layers->len;
    const struct stored_layer *top = count > 0 ? variant->layers->pdata[count - 1] : NULL;
    for (guint i = 0; top != NULL && i < saved->tags->len; i++)
        image_archive_add_repository(layout->repositories, g_ptr_array_index(saved->tags, i),
                                     hex_of(top->diff_id));
}

static void add_item(struct layout *layout, const struct saved_image *saved,
                     const struct image_variant *variant, const json_t *sources)
{
    json_t *paths = json_array();
    for (guint i = 0; i < variant->layers->len; i++) {
        const struct stored_layer *layer = g_ptr_array_index(variant->layers, i);
        const char *digest =
            json_get_string(json_get_object(sources, layer->diff_id), "digest", layer->diff_id);
        g_autofree char *path = blob_path(digest);
        json_array_append_new(paths, json_string(path));
    }
    g_autofree char *config = blob_path(variant->config_digest);
    json_t *tags = json_array();
    for (guint i = 0; i < saved->tags->len; i++)
        json_array_append_new(tags, json_string(g_ptr_array_index(saved->tags, i)));
    if (saved->tags->len == 0) {
        json_decref(tags);
        tags = json_null();
    }
    json_array_append_new(layout->items,
                          json_pack("{s:s, s:o, s:o, s:O}", "Config", config, "RepoTags", tags,
                                    "Layers", paths, "LayerSources", sources));
}

/* ---- images ---- */

/* Layers and config of one platform; {diff id: source}, which the caller owns. */
static json_t *add_content(struct layout *layout, const struct image_variant *variant)
{
    json_t *sources = json_object();
    for (guint i = 0; i < variant->layers->len; i++) {
        struct stored_layer *layer = g_ptr_array_index(variant->layers, i);
        json_object_set_new(sources, layer->diff_id, add_layer(layout, layer));
    }
    add_small_blob(layout, variant->config_digest, variant->config);
    return sources;
}

static void add_classic(struct layout *layout, const struct saved_image *saved)
{
    const struct image_variant *variant = g_ptr_array_index(saved->image->variants, 0);
    g_autoptr(json_t) sources = add_content(layout, variant);
    g_autoptr(json_t) manifest = manifest_of(variant, sources);
    g_autoptr(GBytes) bytes = json_bytes(manifest);
    g_autofree char *digest = digest_of_bytes(bytes);

    add_small_blob(layout, digest, bytes);
    add_entries(layout, saved, MANIFEST_OCI_TYPE, digest, g_bytes_get_size(bytes));
    add_repositories(layout, saved, variant);
    add_item(layout, saved, variant, sources);
}

/* Platforms of an index that are not on this machine are left out, the index stays as it is. */
static void add_content_of_all(struct layout *layout, const struct saved_image *saved)
{
    const struct image *image = saved->image;
    const struct image_variant *first = g_ptr_array_index(image->variants, 0);
    for (guint i = 0; i < image->variants->len; i++) {
        const struct image_variant *variant = g_ptr_array_index(image->variants, i);
        g_autoptr(json_t) sources = add_content(layout, variant);
        add_small_blob(layout, variant->manifest_digest, variant->manifest);
        if (variant == first)
            add_item(layout, saved, variant, sources);
    }
    GBytes *top = image->index != NULL ? image->index : first->manifest;
    const char *digest = image->index != NULL ? image->id : first->manifest_digest;
    g_autoptr(json_t) document = json_parse_gbytes(top, NULL);
    add_small_blob(layout, digest, top);
    add_entries(layout, saved,
                json_get_string(document, "mediaType",
                                image->index != NULL ? INDEX_TYPE : MANIFEST_OCI_TYPE),
                digest, g_bytes_get_size(top));
}

static void write_oci(struct layout *layout, const GPtrArray *images)
{
    bool has_all = layout->dockerd->images.has_containerd_layout;
    archive_writer_add_directory(layout->writer, "blobs", 0755);
    archive_writer_add_directory(layout->writer, "blobs/sha256", 0755);
    for (guint i = 0; i < images->len; i++) {
        if (has_all)
            add_content_of_all(layout, g_ptr_array_index(images, i));
        else
            add_classic(layout, g_ptr_array_index(images, i));
    }
    image_archive_add_json(layout->writer, "index.json",
                           json_pack("{s:i, s:s, s:O}", "schemaVersion", 2, "mediaType", INDEX_TYPE,
                                     "manifests", layout->entries),
                           "");
    image_archive_add_json(layout->writer, "manifest.json", json_incref(layout->items), "\n");
    archive_writer_add_file(layout->writer, "oci-layout", 0644,
                            "{\"imageLayoutVersion\": \"1.0.0\"}", 31);
    if (json_object_size(layout->repositories) > 0)
        image_archive_add_json(layout->writer, "repositories", json_incref(layout->repositories),
                               "\n");
}

static int64_t layers_bytes(const GPtrArray *images)
{
    int64_t bytes = 0;
    for (guint i = 0; i < images->len; i++) {
        const struct saved_image *saved = g_ptr_array_index(images, i);
        bytes += image_size_bytes(saved->image);
    }
    return bytes;
}

GBytes *image_archive_write(struct dockerd *dockerd, const GPtrArray *images,
                            int64_t *declared_bytes)
{
    AUTO(archive_writer) writer = archive_writer_new();
    if (dockerd->personality->kind == PULLER_DOCKER_20_10 ||
        dockerd->personality->kind == PULLER_DOCKER_24) {
        image_archive_write_docker(writer, images);
        *declared_bytes = layers_bytes(images);
        return archive_writer_finish(writer);
    }
    g_autoptr(GHashTable) written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(json_t) entries = json_array();
    g_autoptr(json_t) items = json_array();
    g_autoptr(json_t) repositories = json_object();
    struct layout layout = {dockerd, writer, written, entries, items, repositories, 0};
    write_oci(&layout, images);
    *declared_bytes = layout.declared_bytes;
    return archive_writer_finish(writer);
}
