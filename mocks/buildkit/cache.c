/* Caches of one build: which are imported, which layers of theirs are needed, which are exported
   (solver/llbsolver/bridge.go, solver.go; cache/remotecache; failures.md L). */
#include "mocks/buildkit/cache.h"

#include "base/digest.h"
#include "base/units.h"

#include <string.h>

static const struct cache_kind *const kinds[] = {&cache_registry, &cache_gha, &cache_local};

static const struct cache_kind *find_kind(const struct attributes *attributes)
{
    const char *type = attributes_get(attributes, "type");
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i]->type, type) == 0)
            return kinds[i];
    return NULL;
}

/* Known to BuildKit, and nothing that this world has: buildx says that they are assumed. */
static bool is_elsewhere(const struct attributes *attributes)
{
    static const char *const types[] = {"s3", "azblob", NULL};
    return g_strv_contains(types, attributes_get(attributes, "type"));
}

static bool is_inline(const struct attributes *attributes)
{
    return strcmp(attributes_get(attributes, "type"), "inline") == 0;
}

/* ---- checks ---- */

static bool check_export(const struct build *build, const struct attributes *attributes,
                         GError **error)
{
    const struct cache_kind *kind = find_kind(attributes);
    if (kind == NULL && !is_elsewhere(attributes) && !is_inline(attributes)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                    "failed to solve: unknown cache exporter: \"%s\"",
                    attributes_get(attributes, "type"));
        return false;
    }
    return kind == NULL || kind->check_export == NULL ||
           kind->check_export(build, attributes, error);
}

static bool is_same(const struct attributes *one, const struct attributes *other)
{
    if (one->pairs->len != other->pairs->len)
        return false;
    for (guint i = 0; i < one->pairs->len; i++)
        if (!g_ptr_array_find_with_equal_func(other->pairs, g_ptr_array_index(one->pairs, i),
                                              g_str_equal, NULL))
            return false;
    return true;
}

static bool check_duplicates(const GPtrArray *exports, GError **error)
{
    for (guint i = 0; i < exports->len; i++)
        for (guint j = 0; j < i; j++)
            if (is_same(g_ptr_array_index(exports, i), g_ptr_array_index(exports, j))) {
                g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                            "failed to solve: duplicate cache exports [%s]",
                            attributes_get(g_ptr_array_index(exports, i), "type"));
                return false;
            }
    return true;
}

bool cache_check(const struct build *build, GError **error)
{
    const GPtrArray *exports = build->command->exports;
    if (!check_duplicates(exports, error))
        return false;
    for (guint i = 0; i < exports->len; i++)
        if (!check_export(build, g_ptr_array_index(exports, i), error))
            return false;
    return true;
}

/* ---- import ---- */

static void imported_free(void *pointer)
{
    struct imported *imported = pointer;
    json_decref(imported->records);
    g_free(imported);
}

/* Whatever goes wrong is told and passed over (failures.md L10), but an interruption. */
static bool import_one(struct imported *imported)
{
    struct progress *progress = imported->build->progress;
    g_autofree char *source = imported->kind->source(imported->attributes);
    g_autofree char *name = g_strconcat("importing cache manifest from ", source, NULL);
    struct vertex *vertex = progress_begin(progress, name, name);
    GError *cause = NULL;
    if (imported->kind->import(imported, &cause)) {
        progress_done(progress, vertex);
        return true;
    }
    if (cause->domain == FIBER_ERROR)
        return build_fail(imported->build, vertex, NULL, cause);
    progress_failed(progress, vertex, cause->message);
    g_error_free(cause);
    return true;
}

static bool import_unknown(struct build *build, const struct attributes *attributes)
{
    const char *type = attributes_get(attributes, "type");
    g_autofree char *name = g_strdup_printf("importing cache manifest from %s:0", type);
    g_autofree char *message = g_strdup_printf("unknown cache importer: %s", type);
    progress_failed(build->progress, progress_begin(build->progress, name, name), message);
    return true;
}

bool cache_import(struct build *build)
{
    build->imports = g_ptr_array_new_with_free_func(imported_free);
    build->lazy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < build->command->imports->len; i++) {
        const struct attributes *attributes = g_ptr_array_index(build->command->imports, i);
        const struct cache_kind *kind = find_kind(attributes);
        if (kind == NULL && !is_elsewhere(attributes))
            import_unknown(build, attributes);
        if (kind == NULL)
            continue;
        struct imported *imported = g_new0(struct imported, 1);
        *imported = (struct imported){
            .build = build, .kind = kind, .attributes = attributes, .records = json_object()};
        g_ptr_array_add(build->imports, imported);
        if (!import_one(imported))
            return false;
    }
    return true;
}

struct stored *cache_find_imported(struct build *build, const char *key)
{
    for (guint i = 0; i < build->imports->len; i++) {
        struct imported *imported = g_ptr_array_index(build->imports, i);
        struct stored *stored = stored_read(json_get_object(imported->records, key));
        if (stored == NULL)
            continue;
        if (store_find_blob(build->daemon, stored->digest) == NULL)
            g_hash_table_replace(build->lazy, g_strdup(stored->digest), imported);
        return stored;
    }
    return NULL;
}

/* ---- lazy layers ---- */

/* The vertex of the step that made it: it was told as cached. */
static struct vertex *vertex_of(const struct build *build, const struct stored *stored)
{
    const char *key;
    json_t *record;
    json_object_foreach (build->records, key, record)
        if (strcmp(json_get_string(record, "digest", ""), stored->digest) == 0)
            return progress_begin(build->progress, key, key);
    g_autofree char *name = g_strconcat("pulling ", stored->digest, NULL);
    return progress_begin(build->progress, name, name);
}

GBytes *cache_layer_bytes(struct build *build, const struct stored *stored, GError **error)
{
    GBytes *bytes = store_find_blob(build->daemon, stored->digest);
    struct imported *imported =
        build->lazy != NULL ? g_hash_table_lookup(build->lazy, stored->digest) : NULL;
    if (bytes != NULL)
        return bytes;
    if (imported != NULL) {
        const struct cache_layer layer = {.stored = stored, .vertex = vertex_of(build, stored)};
        if (!imported->kind->fetch(imported, &layer, error))
            return NULL;
        bytes = store_find_blob(build->daemon, stored->digest);
    }
    if (bytes == NULL)
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "content %s: not found", stored->digest);
    return bytes;
}

bool cache_fetch_lazy(struct build *build, const GPtrArray *layers, GError **error)
{
    for (guint i = 0; i < layers->len; i++) {
        const struct stored *stored = g_ptr_array_index(layers, i);
        if (build->lazy != NULL && g_hash_table_contains(build->lazy, stored->digest) &&
            cache_layer_bytes(build, stored, error) == NULL)
            return false;
    }
    return true;
}

/* ---- export ---- */

static bool is_in_results(const struct build *build, const char *digest)
{
    for (guint i = 0; i < build->targets->len; i++)
        if (target_has_layer(g_ptr_array_index(build->targets, i), digest))
            return true;
    return false;
}

/* Every step's with mode=max, else those whose layers the results have. */
static json_t *records_for(const struct build *build, bool has_all)
{
    json_t *chosen = json_object();
    const char *key;
    json_t *record;
    json_object_foreach (build->records, key, record)
        if (has_all || is_in_results(build, json_get_string(record, "digest", "")))
            json_object_set(chosen, key, record);
    return chosen;
}

static bool fetch_layers(struct build *build, const json_t *records, GError **error)
{
    const char *key;
    json_t *record;
    json_object_foreach ((json_t *)records, key, record) {
        struct stored *stored = stored_read(record);
        GBytes *bytes = cache_layer_bytes(build, stored, error);
        stored_free(stored);
        if (bytes == NULL)
            return false;
    }
    return true;
}

void cache_document_make(const struct cache_writing *writing, struct cache_document *document)
{
    const char *key;
    json_t *record;
    json_t *descriptors = json_array();
    g_autoptr(json_t) diff_ids = json_array();
    document->blobs = media_blobs_new();
    json_object_foreach ((json_t *)writing->records, key, record) {
        struct stored *stored = stored_read(record);
        GBytes *bytes = store_find_blob(writing->build->daemon, stored->digest);
        json_array_append_new(descriptors, media_layer(stored, g_bytes_get_size(bytes)));
        json_array_append_new(diff_ids, json_string(stored->diff_id));
        media_add_blob(document->blobs, stored->digest, bytes, stored->declared_bytes, NULL);
        stored_free(stored);
    }
    g_autoptr(json_t) config = json_pack("{s:s, s:s, s:{s:s, s:O}, s:O}", "architecture", "unknown",
                                         "os", "unknown", "rootfs", "type", "layers", "diff_ids",
                                         diff_ids, CACHE_RECORDS_KEY, (json_t *)writing->records);
    document->config = json_bytes(config);
    document->manifest = media_manifest(document->config, MEDIA_CONFIG, descriptors);
}

void cache_document_clear(struct cache_document *document)
{
    g_clear_pointer(&document->config, g_bytes_unref);
    g_clear_pointer(&document->manifest, g_bytes_unref);
    g_clear_pointer(&document->blobs, g_ptr_array_unref);
}

/* cache/remotecache/export.go: "skipping cache export for empty result" */
static bool write_cache(struct build *build, const struct cache_kind *kind,
                        const struct attributes *attributes, struct vertex *vertex, GError **error)
{
    bool has_all = g_strcmp0(attributes_get(attributes, "mode"), "max") == 0;
    g_autoptr(json_t) records = records_for(build, has_all);
    const struct cache_writing writing = {build, attributes, vertex, records};
    if (json_object_size(records) > 0)
        return fetch_layers(build, records, error) && kind->export(&writing, error);
    progress_line(build->progress, vertex, "skipping cache export for empty result done");
    return true;
}

/* solver/llbsolver/solver.go: the end of the line is told of a failure too. */
static void tell_end(const struct build *build, struct vertex *vertex)
{
    int64_t taken_us = loop_now_us(build->daemon->loop) - vertex->started_us;
    progress_line(build->progress, vertex, "preparing build cache for export %.1fs done",
                  (double)taken_us / (double)SECOND_US);
}

static bool export_one(struct build *build, const struct attributes *attributes)
{
    const struct cache_kind *kind = find_kind(attributes);
    GError *cause = NULL;
    if (kind == NULL)
        return true;
    struct vertex *vertex = progress_begin(build->progress, kind->export_name, kind->export_name);
    progress_line(build->progress, vertex, "preparing build cache for export");
    bool is_written = write_cache(build, kind, attributes, vertex, &cause);
    bool is_ended = is_written || cause->domain != FIBER_ERROR;
    if (is_ended)
        tell_end(build, vertex);
    if (is_written) {
        progress_done(build->progress, vertex);
        return true;
    }
    if (is_ended && attributes_is_true(attributes, "ignore-error")) {
        progress_failed(build->progress, vertex, cause->message);
        g_error_free(cause);
        return true;
    }
    return build_fail(build, vertex, NULL, cause);
}

bool cache_export(struct build *build)
{
    for (guint i = 0; i < build->command->exports->len; i++)
        if (!export_one(build, g_ptr_array_index(build->command->exports, i)))
            return false;
    return true;
}

/* ---- inline ---- */

json_t *cache_inline_records(const struct target *target)
{
    const struct build *build = target->build;
    bool is_asked = false;
    const char *key;
    json_t *record;
    for (guint i = 0; i < build->command->exports->len; i++)
        is_asked = is_asked || is_inline(g_ptr_array_index(build->command->exports, i));
    if (!is_asked)
        return NULL;
    json_t *records = json_object();
    json_object_foreach (build->records, key, record)
        if (target_has_layer(target, json_get_string(record, "digest", "")))
            json_object_set(records, key, record);
    return records;
}
