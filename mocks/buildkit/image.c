/* What a build makes: image config, manifest, index, in OCI types as BuildKit's exporter writes
 * them. */
#include "mocks/buildkit/build.h"

#include "base/digest.h"
#include "base/units.h"
#include "mocks/buildkit/cache.h"

#include <string.h>

static struct stage_state *result_of(const struct target *target)
{
    return g_ptr_array_index(target->states, (guint)target->plan->target->index);
}

/* Virtual time zero as the Engine tells it: the world begins at 2026-11-23T07:00:00Z. */
#define EPOCH_UNIX_SECONDS INT64_C(1795417200)

static char *time_text(int64_t now_us)
{
    g_autoptr(GDateTime) time =
        g_date_time_new_from_unix_utc(EPOCH_UNIX_SECONDS + now_us / SECOND_US);
    return g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
}

/* Of the last step that was run: a build from the cache gives the same image again. */
static int64_t created_us_of(const struct stage_state *state)
{
    int64_t created_us = 0;
    for (guint i = 0; i < state->layers->len; i++)
        created_us =
            MAX(created_us, ((struct stored *)g_ptr_array_index(state->layers, i))->created_us);
    return created_us;
}

static json_t *make_diff_ids(const struct stage_state *state)
{
    json_t *list = json_array();
    for (guint i = 0; i < state->layers->len; i++) {
        const struct stored *stored = g_ptr_array_index(state->layers, i);
        json_array_append_new(list, json_string(stored->diff_id));
    }
    return list;
}

static GBytes *make_config(const struct target *target, GError **error)
{
    const struct stage_state *state = result_of(target);
    g_auto(GStrv) parts = platform_split(target->platform, error);
    if (parts == NULL)
        return NULL;
    g_autofree char *created = time_text(created_us_of(state));
    g_autoptr(json_t) config = json_pack(
        "{s:s, s:O, s:s, s:O, s:s, s:{s:s, s:o}}", "architecture", parts[1] != NULL ? parts[1] : "",
        "config", state->stage->config, "created", created, "history", state->history, "os",
        parts[0], "rootfs", "type", "layers", "diff_ids", make_diff_ids(state));
    if (parts[1] != NULL && parts[2] != NULL)
        json_object_set_new(config, "variant", json_string(parts[2]));
    json_t *records = cache_inline_records(target);
    if (records != NULL)
        json_object_set_new(config, CACHE_RECORDS_KEY, records);
    return json_bytes(config);
}

json_t *media_layer(const struct stored *stored, gsize size_bytes)
{
    json_t *descriptor = json_pack("{s:s, s:s, s:I}", "mediaType", MEDIA_LAYER, "digest",
                                   stored->digest, "size", (json_int_t)size_bytes);
    if (stored->declared_bytes == (int64_t)size_bytes)
        return descriptor;
    g_autofree char *declared = g_strdup_printf("%" G_GINT64_FORMAT, stored->declared_bytes);
    g_autofree char *unpacked = g_strdup_printf("%" G_GINT64_FORMAT, stored->unpacked_bytes);
    json_object_set_new(descriptor, "annotations",
                        json_pack("{s:s, s:s}", "dev.seatrial.declared-bytes", declared,
                                  "dev.seatrial.unpacked-bytes", unpacked));
    return descriptor;
}

json_t *media_descriptor(const char *media_type, GBytes *bytes)
{
    g_autofree char *digest = digest_of_bytes(bytes);
    return json_pack("{s:s, s:s, s:I}", "mediaType", media_type, "digest", digest, "size",
                     (json_int_t)g_bytes_get_size(bytes));
}

GBytes *media_manifest(GBytes *config, const char *config_type, json_t *layers)
{
    g_autoptr(json_t) manifest =
        json_pack("{s:i, s:s, s:o, s:o}", "schemaVersion", 2, "mediaType", MEDIA_MANIFEST, "config",
                  media_descriptor(config_type, config), "layers", layers);
    return json_bytes(manifest);
}

/* Layers of a base that stayed where it was are fetched now: their bytes are wanted. */
static bool fetch_missing(const struct target *target, GError **error)
{
    const struct stage_state *state = result_of(target);
    const struct build *build = target->build;
    for (guint i = 0; i < state->layers->len; i++) {
        const struct stored *stored = g_ptr_array_index(state->layers, i);
        if (store_find_blob(build->daemon, stored->digest) != NULL)
            continue;
        bool is_of_base = state->base != NULL && stored->created_us == 0;
        if (is_of_base && !base_fetch(state->base, "FROM ")) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "content %s: not found", stored->digest);
            return false;
        }
        if (cache_layer_bytes(target->build, stored, error) == NULL)
            return false;
    }
    return true;
}

bool target_has_layer(const struct target *target, const char *digest)
{
    const struct stage_state *state = result_of(target);
    for (guint i = 0; state != NULL && i < state->layers->len; i++)
        if (strcmp(((struct stored *)g_ptr_array_index(state->layers, i))->digest, digest) == 0)
            return true;
    return false;
}

void target_forget_image(struct target *target)
{
    g_clear_pointer(&target->config, g_bytes_unref);
    g_clear_pointer(&target->config_digest, g_free);
    g_clear_pointer(&target->manifest, g_bytes_unref);
    g_clear_pointer(&target->manifest_digest, g_free);
    g_clear_pointer(&target->statement, g_bytes_unref);
    g_clear_pointer(&target->attestation_config, g_bytes_unref);
    g_clear_pointer(&target->attestation, g_bytes_unref);
    g_clear_pointer(&target->attestation_digest, g_free);
}

GBytes *target_make_config(const struct target *target, GError **error)
{
    return fetch_missing(target, error) ? make_config(target, error) : NULL;
}

bool target_make_image(struct target *target, GError **error)
{
    const struct stage_state *state = result_of(target);
    target->config = target_make_config(target, error);
    if (target->config == NULL)
        return false;
    json_t *layers = json_array();
    for (guint i = 0; i < state->layers->len; i++) {
        const struct stored *stored = g_ptr_array_index(state->layers, i);
        GBytes *bytes = store_find_blob(target->build->daemon, stored->digest);
        json_array_append_new(layers, media_layer(stored, g_bytes_get_size(bytes)));
    }
    target->manifest = media_manifest(target->config, MEDIA_CONFIG, layers);
    target->config_digest = digest_of_bytes(target->config);
    target->manifest_digest = digest_of_bytes(target->manifest);
    return true;
}

static json_t *index_entry(const struct target *target)
{
    g_auto(GStrv) parts = g_strsplit(target->platform, "/", 3);
    json_t *descriptor = media_descriptor(MEDIA_MANIFEST, target->manifest);
    json_t *platform = json_pack("{s:s, s:s}", "architecture", parts[1], "os", parts[0]);
    if (parts[2] != NULL)
        json_object_set_new(platform, "variant", json_string(parts[2]));
    json_object_set_new(descriptor, "platform", platform);
    return descriptor;
}

GBytes *build_make_index(const struct build *build)
{
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; i < build->targets->len; i++)
        json_array_append_new(list, index_entry(g_ptr_array_index(build->targets, i)));
    for (guint i = 0; i < build->targets->len; i++) {
        const struct target *target = g_ptr_array_index(build->targets, i);
        if (target->attestation != NULL)
            json_array_append_new(list, attestation_entry(target));
    }
    g_autoptr(json_t) index = json_pack("{s:i, s:s, s:O}", "schemaVersion", 2, "mediaType",
                                        MEDIA_INDEX, "manifests", list);
    return json_bytes(index);
}
