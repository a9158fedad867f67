/* Making manifests, configs and stand-ins for layers. */
#include "mocks/dockerd/manifest.h"

#include "base/archive.h"
#include "base/digest.h"
#include "base/gzip.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

GBytes *stored_layer_bytes(struct stored_layer *layer)
{
    if (layer->bytes != NULL)
        return layer->bytes;
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_file(writer, "layer", 0644, layer->diff_id, strlen(layer->diff_id));
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    layer->bytes = gzip_compress(bytes, length_bytes);
    g_free(layer->digest);
    layer->digest = digest_of_bytes(layer->bytes);
    return layer->bytes;
}

/* The digest of "chain of what is below" space "diff id". */
char *layer_chain_id(const char *below, const char *diff_id)
{
    if (below == NULL)
        return g_strdup(diff_id);
    g_autofree char *text = g_strdup_printf("%s %s", below, diff_id);
    return digest_of(text, strlen(text));
}

static json_t *annotations_of(const struct stored_layer *layer)
{
    g_autofree char *declared = g_strdup_printf("%" G_GINT64_FORMAT, layer->declared_bytes);
    g_autofree char *unpacked = g_strdup_printf("%" G_GINT64_FORMAT, layer->unpacked_bytes);
    return json_pack("{s:s, s:s}", "dev.seatrial.declared-bytes", declared,
                     "dev.seatrial.unpacked-bytes", unpacked);
}

static json_t *layer_descriptor(struct stored_layer *layer, const char *media_type)
{
    gsize real_bytes = g_bytes_get_size(stored_layer_bytes(layer));
    json_t *descriptor = json_pack("{s:s, s:I, s:s}", "mediaType", media_type, "size",
                                   (json_int_t)real_bytes, "digest", layer->digest);
    if (layer->declared_bytes != (int64_t)real_bytes)
        json_object_set_new(descriptor, "annotations", annotations_of(layer));
    return descriptor;
}

/* dockerd's manifests are indented by three spaces, which their digests and sizes show
   (capture 07). */
static GBytes *indented_bytes(const json_t *manifest)
{
    char *text = json_dumps(manifest, JSON_INDENT(3));
    GBytes *bytes = g_bytes_new(text, strlen(text));
    free(text);
    return bytes;
}

GBytes *manifest_make(GBytes *config, GPtrArray *layers, bool is_oci)
{
    const char *layer_type = is_oci ? "application/vnd.oci.image.layer.v1.tar+gzip"
                                    : "application/vnd.docker.image.rootfs.diff.tar.gzip";
    const char *config_type = is_oci ? "application/vnd.oci.image.config.v1+json"
                                     : "application/vnd.docker.container.image.v1+json";
    g_autofree char *config_digest = digest_of_bytes(config);
    g_autoptr(json_t) list = json_array();

    for (guint i = 0; i < layers->len; i++)
        json_array_append_new(list, layer_descriptor(g_ptr_array_index(layers, i), layer_type));
    g_autoptr(json_t) manifest = json_pack(
        "{s:i, s:s, s:{s:s, s:I, s:s}, s:O}", "schemaVersion", 2, "mediaType",
        is_oci ? MANIFEST_OCI_TYPE : MANIFEST_DOCKER_TYPE, "config", "mediaType", config_type,
        "size", (json_int_t)g_bytes_get_size(config), "digest", config_digest, "layers", list);
    return indented_bytes(manifest);
}

GBytes *config_make(const char *platform, const char *created, const char *comment,
                    json_t *settings, GPtrArray *diff_ids)
{
    g_auto(GStrv) parts = g_strsplit(platform, "/", 3);
    g_autoptr(json_t) layers = json_array();

    for (guint i = 0; i < diff_ids->len; i++)
        json_array_append_new(layers, json_string(g_ptr_array_index(diff_ids, i)));
    g_autoptr(json_t) config =
        json_pack("{s:s, s:s, s:s, s:s, s:{}, s:{s:s, s:O}}", "architecture", parts[1], "os",
                  parts[0], "created", created, "comment", comment, "config", "rootfs", "type",
                  "layers", "diff_ids", layers);
    if (settings != NULL)
        json_object_set(config, "config", settings);
    if (parts[2] != NULL)
        json_object_set_new(config, "variant", json_string(parts[2]));
    return json_bytes(config);
}
