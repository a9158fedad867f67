/* Cache import and export: inline, registry, gha (failures.md L). */
#include "mocks/buildkit/media.h"

#include "base/digest.h"
#include "mocks/dockerfile/expand.h"

#include <string.h>

#define RECORDS_KEY "dev.seatrial.cache-records"

static bool is_type(const struct attributes *attributes, const char *type)
{
    return g_strcmp0(attributes_get(attributes, "type"), type) == 0;
}

/* ---- checks ---- */

static bool check_one(const struct build *build, const struct attributes *attributes,
                      GError **error)
{
    static const char *const types[] = {"inline", "registry", "gha", "local", "s3", "azblob"};
    const char *type = attributes_get(attributes, "type");
    bool is_known = false;
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        is_known = is_known || strcmp(types[i], type) == 0;
    if (!is_known) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "unknown cache type: \"%s\"", type);
        return false;
    }
    if (is_type(attributes, "registry") && attributes_get(attributes, "ref") == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "registry cache requires ref");
        return false;
    }
    bool has_token =
        attributes_get(attributes, "token") != NULL ||
        g_environ_getenv((char **)build->process->environment, "ACTIONS_RUNTIME_TOKEN") != NULL;
    if (!is_type(attributes, "gha") || has_token)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                "cache with type gha requires token parameter or $ACTIONS_RUNTIME_TOKEN");
    return false;
}

bool cache_check(const struct build *build, GError **error)
{
    for (guint i = 0; i < build->command->imports->len; i++)
        if (!check_one(build, g_ptr_array_index(build->command->imports, i), error))
            return false;
    for (guint i = 0; i < build->command->exports->len; i++)
        if (!check_one(build, g_ptr_array_index(build->command->exports, i), error))
            return false;
    return true;
}

/* ---- import ---- */

static bool import_registry(struct build *build, const char *ref)
{
    g_autofree char *name = g_strdup_printf("importing cache manifest from %s", ref);
    struct vertex *vertex = progress_begin(build->progress, name, name);
    g_autoptr(GError) cause = NULL;
    struct base *base = base_obtain(build, ref, buildkitd_platform(build->daemon), NULL, &cause);

    if (base == NULL)
        return build_fail(build, vertex, NULL, g_steal_pointer(&cause));
    if (!base_read(base, &cause)) { /* not fatal: failures.md L10 */
        progress_failed(build->progress, vertex, cause->message);
        return cause->domain != FIBER_ERROR;
    }
    json_t *records = json_get_object(base->config, RECORDS_KEY);
    if (records != NULL)
        json_object_update(build->imported, records);
    build->cache = base;
    progress_done(build->progress, vertex);
    return true;
}

bool cache_import(struct build *build)
{
    build->imported = json_object();
    for (guint i = 0; i < build->command->imports->len; i++) {
        const struct attributes *attributes = g_ptr_array_index(build->command->imports, i);
        if (is_type(attributes, "registry") &&
            !import_registry(build, attributes_get(attributes, "ref")))
            return false;
        if (is_type(attributes, "gha") && !cache_import_gha(build, attributes))
            return false;
    }
    return true;
}

struct stored *cache_find_imported(const struct build *build, const char *key)
{
    return stored_read(json_get_object(build->imported, key));
}

/* ---- export ---- */

/* The config holds the records and, so that any client can read it, what an image config holds. */
static GBytes *make_cache_config(const struct build *build)
{
    g_autoptr(json_t) diff_ids = json_array();
    const char *key;
    json_t *record;
    json_object_foreach (build->records, key, record)
        json_array_append(diff_ids, json_object_get(record, "diff_id"));
    g_autoptr(json_t) config =
        json_pack("{s:s, s:s, s:{s:s, s:O}, s:O}", "architecture", "unknown", "os", "unknown",
                  "rootfs", "type", "layers", "diff_ids", diff_ids, RECORDS_KEY, build->records);
    return json_bytes(config);
}

/* Layers from an imported cache that were not needed until now are fetched for it. */
GBytes *cache_layer_bytes(struct build *build, const struct stored *stored, GError **error)
{
    GBytes *bytes = store_find_blob(build->daemon, stored->digest);
    if (bytes == NULL && build->cache != NULL && base_fetch(build->cache, "FROM "))
        bytes = store_find_blob(build->daemon, stored->digest);
    if (bytes == NULL)
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "content %s: not found", stored->digest);
    return bytes;
}

static bool add_cache_layers(struct build *build, GPtrArray *blobs, json_t *descriptors,
                             GError **error)
{
    const char *key;
    json_t *record;
    json_object_foreach (build->records, key, record) {
        struct stored *stored = stored_read(record);
        GBytes *bytes = cache_layer_bytes(build, stored, error);
        if (bytes != NULL) {
            json_array_append_new(descriptors, media_layer(stored, g_bytes_get_size(bytes)));
            media_add_blob(blobs, stored->digest, bytes, stored->declared_bytes, NULL);
        }
        stored_free(stored);
        if (bytes == NULL)
            return false;
    }
    return true;
}

static bool push_cache(struct build *build, const struct reference *reference, GError **error)
{
    g_autoptr(GBytes) config = make_cache_config(build);
    g_autoptr(GPtrArray) blobs = media_blobs_new();
    g_autoptr(GPtrArray) manifests = media_manifests_new();
    g_autoptr(json_t) descriptors = json_array();
    if (!add_cache_layers(build, blobs, descriptors, error))
        return false;
    g_autofree char *config_digest = digest_of_bytes(config);
    media_add_blob(blobs, config_digest, config, (int64_t)g_bytes_get_size(config), NULL);
    g_autoptr(GBytes) manifest =
        media_manifest(config, MEDIA_CONFIG, g_steal_pointer(&descriptors));
    media_add_manifest(manifests, manifest, MEDIA_MANIFEST, reference->tag);
    AUTO(credentials) credentials = credentials_of(build, reference->domain);
    const struct push push = {.reference = reference, .blobs = blobs, .manifests = manifests};
    return puller_push(build->daemon->puller, &push, credentials, NULL, NULL, error);
}

static bool export_registry(struct build *build, const struct attributes *attributes,
                            GError **error)
{
    AUTO(reference)
    reference = reference_parse(attributes_get(attributes, "ref"), /* default_tag= */ true, error);
    return reference != NULL && push_cache(build, reference, error);
}

static bool export_one(struct build *build, const struct attributes *attributes)
{
    bool is_registry = is_type(attributes, "registry");
    const char *name =
        is_registry ? "exporting cache to registry" : "exporting to GitHub Actions Cache";
    GError *cause = NULL;
    if (!is_registry && !is_type(attributes, "gha"))
        return true;
    struct vertex *vertex = progress_begin(build->progress, name, name);
    progress_line(build->progress, vertex, "preparing build cache for export");
    if (is_registry ? export_registry(build, attributes, &cause)
                    : cache_export_gha(build, attributes, &cause)) {
        progress_done(build->progress, vertex);
        return true;
    }
    if (g_strcmp0(attributes_get(attributes, "ignore-error"), "true") != 0)
        return build_fail(build, vertex, NULL, cause);
    progress_failed(build->progress, vertex, cause->message);
    g_error_free(cause);
    return true;
}

bool cache_export(struct build *build)
{
    for (guint i = 0; i < build->command->exports->len; i++)
        if (!export_one(build, g_ptr_array_index(build->command->exports, i)))
            return false;
    return true;
}
