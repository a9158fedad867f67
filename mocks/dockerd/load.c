/* POST /images/load: a tar as `docker save` and BuildKit's docker and oci exporters write it. */
#include "mocks/dockerd/job.h"

#include "base/archive.h"
#include "base/digest.h"
#include "base/limits.h"

#include <string.h>

/* The files of the tar by name. */
static GHashTable *read_tar(GBytes *tar, GError **error)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, /* is_confined= */ true);
    const struct archive_member *member = NULL;
    g_autoptr(GHashTable) files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);

    while (archive_reader_next(reader, &member, error)) {
        if (member == NULL)
            return g_steal_pointer(&files);
        if (member->kind == ARCHIVE_FILE)
            g_hash_table_replace(files, g_strdup(member->name), g_bytes_ref(member->contents));
    }
    return NULL;
}

static json_t *document_at(GHashTable *files, const char *path)
{
    GBytes *bytes = g_hash_table_lookup(files, path);
    return bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
}

static GBytes *blob_of(GHashTable *files, const char *digest)
{
    const char *colon = digest != NULL ? strchr(digest, ':') : NULL;
    g_autofree char *path = g_strconcat("blobs/sha256/", colon != NULL ? colon + 1 : "", NULL);
    return g_hash_table_lookup(files, path);
}

static int64_t annotated(const json_t *descriptor, const char *key, int64_t otherwise)
{
    const char *text = json_get_string(json_get_object(descriptor, "annotations"), key, NULL);
    return text != NULL ? g_ascii_strtoll(text, NULL, 10) : otherwise;
}

static void layer_free(void *pointer)
{
    struct layer *layer = pointer;
    g_free(layer->digest);
    g_free(layer->diff_id);
    g_clear_pointer(&layer->bytes, g_bytes_unref);
    g_free(layer);
}

static bool add_layer(GHashTable *files, const json_t *descriptor, const json_t *diff_id,
                      GPtrArray *layers)
{
    const char *digest = json_get_string(descriptor, "digest", NULL);
    GBytes *bytes = blob_of(files, digest);
    if (bytes == NULL || !json_is_string(diff_id))
        return false;
    struct layer *layer = g_new0(struct layer, 1);
    int64_t size_bytes = (int64_t)g_bytes_get_size(bytes);
    layer->digest = g_strdup(digest);
    layer->diff_id = g_strdup(json_string_value(diff_id));
    layer->declared_bytes = annotated(descriptor, "dev.seatrial.declared-bytes", size_bytes);
    layer->unpacked_bytes =
        annotated(descriptor, "dev.seatrial.unpacked-bytes", layer->declared_bytes * 5 / 2);
    layer->bytes = g_bytes_ref(bytes);
    g_ptr_array_add(layers, layer);
    return true;
}

/* One platform of the tar; NULL when something is missing. */
static struct pulled_image *read_image(GHashTable *files, const char *manifest_digest)
{
    GBytes *manifest_bytes = blob_of(files, manifest_digest);
    g_autoptr(json_t) manifest =
        manifest_bytes != NULL ? json_parse_gbytes(manifest_bytes, NULL) : NULL;
    const char *config_digest =
        json_get_string(json_get_object(manifest, "config"), "digest", NULL);
    GBytes *config_bytes = blob_of(files, config_digest);
    g_autoptr(json_t) config = config_bytes != NULL ? json_parse_gbytes(config_bytes, NULL) : NULL;
    const json_t *diff_ids = json_get_array(json_get_object(config, "rootfs"), "diff_ids");
    size_t index;
    const json_t *descriptor;
    if (config == NULL)
        return NULL;
    AUTO(pulled_image) image = g_new0(struct pulled_image, 1);
    image->layers = g_ptr_array_new_with_free_func(layer_free);
    json_array_foreach (json_get_array(manifest, "layers"), index, descriptor)
        if (!add_layer(files, descriptor, json_array_get(diff_ids, index), image->layers))
            return NULL;
    image->manifest = g_bytes_ref(manifest_bytes);
    image->manifest_digest = g_strdup(manifest_digest);
    image->top_digest = g_strdup(manifest_digest);
    image->config = g_bytes_ref(config_bytes);
    image->config_digest = g_strdup(config_digest);
    image->platform = image_config_platform(config_bytes);
    return g_steal_pointer(&image);
}

static bool is_attestation(const json_t *entry)
{
    return g_str_equal(json_get_string(json_get_object(entry, "platform"), "os", ""), "unknown");
}

static bool load_index(struct dockerd *dockerd, GHashTable *files, const char *digest,
                       const char *const *tags, GError **error)
{
    GBytes *bytes = blob_of(files, digest);
    g_autoptr(json_t) index = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
    g_autoptr(GPtrArray) images = g_ptr_array_new_with_free_func((GDestroyNotify)pulled_image_free);
    size_t position;
    const json_t *entry;
    json_array_foreach (json_get_array(index, "manifests"), position, entry) {
        if (is_attestation(entry))
            continue;
        struct pulled_image *image = read_image(files, json_get_string(entry, "digest", NULL));
        if (image == NULL)
            return engine_fail(error, 400, "unrecognized image format");
        g_free(image->top_digest);
        image->top_digest = g_strdup(digest);
        image->index = g_bytes_ref(bytes);
        image->reference = reference_parse(tags[0] != NULL ? tags[0] : "sha256", true, error);
        g_ptr_array_add(images, image);
        if (image->reference == NULL)
            return false;
    }
    if (images->len == 0)
        return engine_fail(error, 400, "unrecognized image format");
    return dockerd_store_index(dockerd, tags, images, NULL, error);
}

static bool load_entry(struct dockerd *dockerd, GHashTable *files, const json_t *entry,
                       const char *const *tags, GError **error)
{
    const char *digest = json_get_string(entry, "digest", "");
    if (strstr(json_get_string(entry, "mediaType", ""), "index") != NULL)
        return dockerd->personality->has_containerd_store
                   ? load_index(dockerd, files, digest, tags, error)
                   : engine_fail(error, 400, "unrecognized image format");
    AUTO(pulled_image) image = read_image(files, digest);
    if (image == NULL)
        return engine_fail(error, 400, "unrecognized image format");
    return dockerd_store_image(dockerd, tags, image->config, image->layers, NULL, error);
}

/* The name that a descriptor of index.json carries, as a list. */
static char **tags_of(const json_t *entry)
{
    const char *name =
        json_get_string(json_get_object(entry, "annotations"), "io.containerd.image.name", NULL);
    return name != NULL ? g_strsplit(name, ",", -1) : g_new0(char *, 1);
}

static void tell_loaded(struct outlet *outlet, const char *const *tags)
{
    for (gsize i = 0; tags[i] != NULL; i++) {
        g_autofree char *familiar = image_familiar_name(tags[i], NULL);
        g_autofree char *text = g_strdup_printf("Loaded image: %s\n", familiar);
        job_tell(outlet, json_pack("{s:s}", "stream", text));
    }
}

struct load_request {
    struct dockerd *dockerd;
    GBytes *tar;
};

static bool load_job(void *context, struct outlet *outlet, GError **error)
{
    const struct load_request *request = context;
    g_autoptr(GHashTable) files = read_tar(request->tar, error);
    if (files == NULL)
        return false;
    g_autoptr(json_t) index = document_at(files, "index.json");
    size_t position;
    const json_t *entry;
    if (json_array_size(json_get_array(index, "manifests")) == 0)
        return engine_fail(error, 400, "unrecognized image format");
    json_array_foreach (json_get_array(index, "manifests"), position, entry) {
        g_auto(GStrv) tags = tags_of(entry);
        if (!load_entry(request->dockerd, files, entry, (const char *const *)tags, error))
            return false;
        tell_loaded(outlet, (const char *const *)tags);
    }
    return true;
}

HANDLER(images_load)
{
    struct load_request load = {.dockerd = request->dockerd};
    if (!exchange_read_all(request->exchange, HTTP_BODY_BYTES_MAX, &load.tar, error))
        return false;
    bool is_done = job_run(request, load_job, &load, error);
    g_bytes_unref(load.tar);
    return is_done;
}
