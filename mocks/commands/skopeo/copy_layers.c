/* The layers of one image (copyLayers, copyLayer in copy/single.go). */
#include "mocks/commands/skopeo/copying.h"

#include "base/digest.h"
#include "base/gzip.h"
#include "base/limits.h"

#include <string.h>

#define DECLARED_KEY "dev.seatrial.declared-bytes"

int64_t skopeo_declared_bytes(const json_t *descriptor)
{
    const char *text =
        json_get_string(json_get_object(descriptor, "annotations"), DECLARED_KEY, "0");
    int64_t declared = g_ascii_strtoll(text, NULL, 10);
    return declared > json_get_integer(descriptor, "size", 0) ? declared : 0;
}

struct errand {
    struct skopeo_copying *copying;
    const json_t *manifest;
    const char *type;
    const json_t *descriptor;
    struct skopeo_layer *layer;
    GError *error;
};

static bool may_change(const struct errand *errand)
{
    const char *kind = json_get_string(errand->descriptor, "mediaType", "");
    return skopeo_layer_may_change(errand->manifest, errand->type, kind) &&
           skopeo_unchangeable(errand->copying) == NULL;
}

static bool is_packed(const guint8 *bytes, gsize length)
{
    static const guint8 zstd_mark[] = {0x28, 0xb5, 0x2f, 0xfd};
    return gzip_is_compressed(bytes, length) ||
           (length >= sizeof zstd_mark && memcmp(bytes, zstd_mark, sizeof zstd_mark) == 0);
}

/* The blob as other bytes, under their digest. */
static void replace(struct errand *errand, struct skopeo_blob *blob, GBytes *bytes)
{
    g_bytes_unref(blob->bytes);
    blob->bytes = bytes;
    g_free(errand->layer->digest);
    errand->layer->digest = digest_of_bytes(bytes);
    blob->digest = errand->layer->digest;
}

/* Packs what is not packed yet. */
static bool pack(struct errand *errand, struct skopeo_blob *blob, GError **error)
{
    gsize length = 0;
    if (!skopeo_blob_read(blob, error))
        return false;
    const void *bytes = g_bytes_get_data(blob->bytes, &length);
    if (is_packed(bytes, length) || !may_change(errand))
        return true;
    replace(errand, blob, gzip_compress(bytes, length));
    errand->layer->was_compressed = true;
    return true;
}

static bool unpack(struct errand *errand, struct skopeo_blob *blob, GError **error)
{
    gsize length = 0;
    if (!skopeo_blob_read(blob, error))
        return false;
    const void *bytes = g_bytes_get_data(blob->bytes, &length);
    if (!is_packed(bytes, length) || !may_change(errand))
        return true;
    GBytes *plain = gzip_is_compressed(bytes, length)
                        ? gzip_decompress(bytes, length, HTTP_BODY_BYTES_MAX, NULL)
                        : NULL;
    if (plain == NULL)
        return skopeo_fail_unknown(error);
    replace(errand, blob, plain);
    errand->layer->was_decompressed = true;
    return true;
}

/* A registry's layers come packed: they are looked at only on their way. */
static bool may_need_packing(const struct errand *errand)
{
    const struct skopeo_copying *copying = errand->copying;
    const char *kind = json_get_string(errand->descriptor, "mediaType", "");
    bool is_plain = !g_str_has_suffix(kind, "gzip") && !g_str_has_suffix(kind, "zstd");
    return copying->target->place->kind->wants_packed &&
           (is_plain || copying->source->place->kind != &skopeo_docker_kind);
}

static bool change(struct errand *errand, struct skopeo_blob *blob, GError **error)
{
    if (errand->copying->target->place->kind->wants_unpacked)
        return unpack(errand, blob, error);
    return !may_need_packing(errand) || pack(errand, blob, error);
}

static bool send(struct errand *errand, GError **error)
{
    struct skopeo_copying *copying = errand->copying;
    const struct skopeo_kind *from = copying->source->place->kind;
    SKOPEO_BLOB(blob);
    g_autofree char *digest = g_strdup(errand->layer->digest);
    if (!skopeo_prefixed(from->blob(copying->source, digest, &blob, error), error,
                         "reading blob %s: ", digest))
        return false;
    blob.declared_bytes = skopeo_declared_bytes(errand->descriptor);
    if (!skopeo_prefixed(change(errand, &blob, error), error,
                         "writing blob: happened during read: "))
        return false;
    bool is_known = blob.digest == digest;
    if (!skopeo_prefixed(copying->target->place->kind->put(copying->target, &blob, is_known, error),
                         error, "writing blob: "))
        return false;
    if (errand->layer->was_compressed)
        skopeo_blob_cache_pair(copying->target->cache, digest, errand->layer->digest);
    if (errand->layer->was_decompressed)
        skopeo_blob_cache_pair(copying->target->cache, errand->layer->digest, digest);
    if (blob.bytes == NULL)
        return true;
    skopeo_blob_cache_know(copying->target->cache, digest);
    errand->layer->size_bytes = (int64_t)g_bytes_get_size(blob.bytes);
    return true;
}

static void take_packed(struct skopeo_layer *layer, struct skopeo_reuse *reuse)
{
    if (reuse->packed == NULL)
        return;
    g_free(layer->digest);
    layer->digest = g_steal_pointer(&reuse->packed);
    layer->size_bytes = reuse->size_bytes;
    layer->was_compressed = true;
}

static bool copy_layer(struct errand *errand, GError **error)
{
    struct skopeo_copying *copying = errand->copying;
    struct skopeo_layer *layer = errand->layer;
    struct skopeo_reuse reuse = {.digest = layer->digest, .may_be_packed = may_change(errand)};
    skopeo_say(copying, "Copying blob %s\n", layer->digest);
    if (!skopeo_prefixed(copying->target->place->kind->has(copying->target, &reuse, error), error,
                         "trying to reuse blob %s at destination: ", layer->digest))
        return false;
    take_packed(layer, &reuse);
    return reuse.is_found || send(errand, error);
}

static bool is_elsewhere(const struct errand *errand)
{
    return json_array_size(json_get_array(errand->descriptor, "urls")) > 0 &&
           errand->copying->target->place->kind == &skopeo_docker_kind;
}

static void run_errand(void *argument)
{
    struct errand *errand = argument;
    struct loop *loop = errand->copying->run->options->loop;
    if (!fiber_slots_take(loop, &errand->copying->slots, "a blob's turn", &errand->error))
        return;
    if (!is_elsewhere(errand))
        (void)copy_layer(errand, &errand->error);
    fiber_slots_give(&errand->copying->slots);
}

/* The first error counts, in the order of the layers; the other layers go on all the same. */
static bool collect(struct errand *errands, gsize count, GError **error)
{
    bool is_fine = true;
    for (gsize i = 0; i < count; i++) {
        if (errands[i].error == NULL)
            continue;
        if (is_fine)
            g_propagate_error(error, errands[i].error);
        else
            g_error_free(errands[i].error);
        is_fine = false;
    }
    return is_fine;
}

static bool run_all(struct skopeo_copying *copying, struct errand *errands, gsize count,
                    GError **error)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, copying->run->options->loop);
    for (gsize i = 0; i < count; i++)
        fiber_group_spawn(&group, "skopeo blob", run_errand, &errands[i]);
    return fiber_group_wait(&group, error);
}

bool skopeo_copy_layers(struct skopeo_copying *copying, const json_t *manifest, const char *type,
                        struct skopeo_layer **layers, GError **error)
{
    const json_t *list = json_get_array(manifest, "layers");
    gsize count = json_array_size(list);
    if (count > IMAGE_LAYERS_MAX)
        return skopeo_fail_unknown(error);
    struct errand *errands = g_new0(struct errand, count);
    *layers = g_new0(struct skopeo_layer, count);
    for (gsize i = 0; i < count; i++) {
        const json_t *descriptor = json_array_get(list, i);
        struct skopeo_layer *layer = &(*layers)[i];
        layer->digest = g_strdup(json_get_string(descriptor, "digest", ""));
        layer->size_bytes = json_get_integer(descriptor, "size", 0);
        errands[i] = (struct errand){copying, manifest, type, descriptor, layer, NULL};
    }
    bool is_run = run_all(copying, errands, count, error);
    bool is_fine = collect(errands, count, is_run ? error : NULL);
    g_free(errands);
    return is_run && is_fine;
}
