/* A cache in a folder of the client's: an OCI layout, which buildx carries to the builder and back
   (cache/remotecache/local). Here it comes as files of the session, and goes as a tar. */
#include "mocks/buildkit/cache.h"

#include "base/archive.h"
#include "base/digest.h"

#include <string.h>

static char *source(const struct attributes *attributes)
{
    const char *digest = attributes_get(attributes, "digest");
    gsize length = digest != NULL ? strlen(digest) : 0;
    return g_strdup_printf("local:%" G_GUINT64_FORMAT,
                           length >= 16 ? g_ascii_strtoull(digest + length - 16, NULL, 16) : 0);
}

/* ---- import ---- */

static GBytes *blob_of(const struct imported *imported, const char *digest)
{
    const char *folder = attributes_get(imported->attributes, "src");
    const char *colon = digest != NULL ? strchr(digest, ':') : NULL;
    if (folder == NULL || colon == NULL)
        return NULL;
    g_autofree char *path = g_build_filename(folder, "blobs", "sha256", colon + 1, NULL);
    return container_file(imported->build->daemon->container, path);
}

static json_t *document_of(const struct imported *imported, const char *digest, GError **error)
{
    GBytes *bytes = blob_of(imported, digest);
    if (bytes != NULL)
        return json_parse_gbytes(bytes, error);
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "blob %s: not found", digest);
    return NULL;
}

static bool import(struct imported *imported, GError **error)
{
    const char *digest = attributes_get(imported->attributes, "digest");
    g_autoptr(json_t) manifest = document_of(imported, digest, error);
    if (manifest == NULL)
        return false;
    const json_t *descriptor = json_get_object(manifest, "config");
    g_autoptr(json_t) config =
        document_of(imported, json_get_string(descriptor, "digest", ""), error);
    if (config == NULL)
        return false;
    json_t *records = json_get_object(config, CACHE_RECORDS_KEY);
    if (records != NULL)
        json_object_update(imported->records, records);
    return true;
}

static bool fetch(struct imported *imported, const struct cache_layer *layer, GError **error)
{
    GBytes *bytes = blob_of(imported, layer->stored->digest);
    if (bytes != NULL)
        return store_adopt(imported->build->daemon, layer->stored, bytes, error);
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "blob %s: not found", layer->stored->digest);
    return false;
}

/* ---- export ---- */

static void add_blob(struct archive_writer *writer, const char *digest, GBytes *bytes)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    g_autofree char *path = g_strconcat("blobs/sha256/", strchr(digest, ':') + 1, NULL);
    archive_writer_add_file(writer, path, 0644, data, length_bytes);
}

static void add_document(struct archive_writer *writer, GBytes *bytes)
{
    g_autofree char *digest = digest_of_bytes(bytes);
    add_blob(writer, digest, bytes);
}

static void add_index(struct archive_writer *writer, GBytes *manifest)
{
    json_t *entry = media_descriptor(MEDIA_MANIFEST, manifest);
    json_object_set_new(entry, "annotations",
                        json_pack("{s:s}", "org.opencontainers.image.ref.name", "latest"));
    g_autoptr(json_t) index = json_pack("{s:i, s:s, s:[o]}", "schemaVersion", 2, "mediaType",
                                        MEDIA_INDEX, "manifests", entry);
    g_autofree char *text = json_text(index);
    archive_writer_add_file(writer, "index.json", 0644, text, strlen(text));
}

static bool export(const struct cache_writing *writing, GError **error)
{
    struct cache_document document = {0};
    AUTO(archive_writer) writer = archive_writer_new();
    cache_document_make(writing, &document);
    for (guint i = 0; i < document.blobs->len; i++) {
        const struct push_blob *blob = g_ptr_array_index(document.blobs, i);
        add_blob(writer, blob->digest, blob->bytes);
    }
    add_document(writer, document.config);
    add_document(writer, document.manifest);
    add_index(writer, document.manifest);
    cache_document_clear(&document);
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    return container_write_file(writing->build->daemon->container,
                                attributes_get(writing->attributes, "dest"), tar, error);
}

static bool check(const struct build *build, const struct attributes *attributes, GError **error)
{
    (void)build;
    if (attributes_get(attributes, "dest") != NULL)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "local cache exporter requires dest");
    return false;
}

const struct cache_kind cache_local = {
    .type = "local",
    .export_name = "exporting cache to client directory",
    .source = source,
    .import = import,
    .fetch = fetch,
    .check_export = check,
    .export = export,
};
