/*
 * The GitHub Actions cache as a cache of BuildKit's: each layer is an entry of the cache service,
 * and one more is their index (go-actions-cache; failures.md L2 to L6). Layers that the service has
 * already are not uploaded again.
 */
#include "mocks/buildkit/cache_gha.h"

#include "base/digest.h"
#include "base/units.h"

#include <string.h>

#define PATIENCE_US (10 * MINUTE_US)

static const char *token_of(const struct build *build, const struct attributes *attributes)
{
    const char *given = attributes_get(attributes, "token");
    return given != NULL
               ? given
               : g_environ_getenv((char **)build->process->environment, "ACTIONS_RUNTIME_TOKEN");
}

static void gha_clear(struct gha *gha)
{
    http_free(gha->http);
    g_free(gha->index_key);
}

/* "timeout=30s" (gha.go getConfig). */
static bool read_patience(const struct attributes *attributes, int64_t *patience_us, GError **error)
{
    const char *text = attributes_get(attributes, "timeout");
    *patience_us = PATIENCE_US;
    if (text == NULL || go_duration_parse(text, patience_us))
        return true;
    bool is_number = *text != '\0' && strspn(text, "0123456789.") == strlen(text);
    g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                "failed to parse timeout for github actions cache: time: %s duration \"%s\"",
                is_number ? "missing unit in" : "invalid", text);
    return false;
}

static struct gha gha_open(struct build *build, const struct attributes *attributes)
{
    struct buildkitd *daemon = build->daemon;
    int64_t patience_us = 0;
    g_autoptr(GError) told_before = NULL;
    if (!read_patience(attributes, &patience_us, &told_before))
        g_clear_error(&told_before);
    const char *scope = attributes_get(attributes, "scope");
    return (struct gha){
        .build = build,
        .http = http_new(daemon->loop,
                         world_opener(daemon->world, dockerd_machine(daemon->dockerd), "buildkit"),
                         "buildkit"),
        .token = token_of(build, attributes),
        .index_key = g_strdup_printf("index-%s-1#", scope != NULL ? scope : "buildkit"),
        .patience_us = patience_us,
    };
}

static bool upload(const struct gha *gha, const char *url, GBytes *bytes, int64_t declared_bytes,
                   GError **error)
{
    g_autofree char *declared =
        g_strdup_printf("Seatrial-Declared-Bytes: %" G_GINT64_FORMAT, declared_bytes);
    const char *const headers[] = {"x-ms-blob-type: BlockBlob", declared, NULL};
    const struct http_request request = {
        .method = "PUT", .url = url, .headers = headers, .body = bytes};
    HTTP_RESPONSE(response);
    return gha_ask_storage(gha, &request, &response, error);
}

/* ---- entries ---- */

/* Of all keys: what go-actions-cache calls a version says how its entries are written. */
static char *version_text(void)
{
    g_autofree char *digest = digest_of("|go-actionscache-1.0", strlen("|go-actionscache-1.0"));
    return g_strdup(digest + strlen("sha256:"));
}

static char *layer_key(const struct stored *stored)
{
    return g_strconcat("buildkit-blob-1-", stored->digest, NULL);
}

/* *answer: what the service knows of the key, or of the newest that begins so; "ok" is false on a
   miss. */
static bool look_up(const struct gha *gha, const char *key, json_t **answer, GError **error)
{
    g_autofree char *version = version_text();
    return gha_call(gha, "GetCacheEntryDownloadURL",
                    json_pack("{s:s, s:s}", "key", key, "version", version), answer, error);
}

static bool is_hit(const json_t *answer)
{
    return json_get_boolean(answer, "ok", false);
}

/* *bytes: what is behind the key; NULL on a miss. */
static bool load(const struct gha *gha, const char *key, GBytes **bytes, GError **error)
{
    g_autoptr(json_t) answer = NULL;
    if (!look_up(gha, key, &answer, error))
        return false;
    if (!is_hit(answer))
        return true;
    const char *url = json_get_string(answer, "signed_download_url", "");
    const struct http_request request = {.method = "GET", .url = url};
    HTTP_RESPONSE(response);
    if (!gha_ask_storage(gha, &request, &response, error))
        return false;
    *bytes = g_bytes_ref(response.body);
    return true;
}

/* ---- export ---- */

/* *url: where to write to, g_free; NULL and true: the entry is there already. */
static bool reserve(const struct gha *gha, const char *key, char **url, GError **error)
{
    g_autofree char *version = version_text();
    json_t *answer = NULL;
    if (!gha_call(gha, "CreateCacheEntry", json_pack("{s:s, s:s}", "key", key, "version", version),
                  &answer, error))
        return false;
    g_autoptr(json_t) created = answer;
    if (created == NULL)
        return true;
    *url = g_strdup(json_get_string(created, "signed_upload_url", ""));
    if (json_get_boolean(created, "ok", false))
        return true;
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_IO, "failed to reserve cache");
    return false;
}

static bool finalize(const struct gha *gha, const char *key, int64_t size_bytes, GError **error)
{
    g_autofree char *version = version_text();
    g_autofree char *size = g_strdup_printf("%" G_GINT64_FORMAT, size_bytes);
    json_t *answer = NULL;
    if (!gha_call(gha, "FinalizeCacheEntryUpload",
                  json_pack("{s:s, s:s, s:s}", "key", key, "version", version, "size_bytes", size),
                  &answer, error))
        return false;
    g_autoptr(json_t) final = answer;
    if (final == NULL || json_get_boolean(final, "ok", false))
        return true;
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_IO, "failed to commit cache");
    return false;
}

static bool save(const struct gha *gha, const char *key, GBytes *bytes, int64_t declared_bytes,
                 GError **error)
{
    g_autofree char *url = NULL;
    if (!reserve(gha, key, &url, error))
        return false;
    return url == NULL || (upload(gha, url, bytes, declared_bytes, error) &&
                           finalize(gha, key, declared_bytes, error));
}

/* Each is looked up before it is written. */
static bool save_layer(const struct gha *gha, const struct stored *stored, GError **error)
{
    g_autofree char *key = layer_key(stored);
    g_autoptr(json_t) answer = NULL;
    GBytes *bytes = store_find_blob(gha->build->daemon, stored->digest);
    if (!look_up(gha, key, &answer, error))
        return false;
    if (is_hit(answer) || save(gha, key, bytes, stored->declared_bytes, error))
        return true;
    if (*error != NULL && (*error)->domain != FIBER_ERROR)
        g_prefix_error(error, "error writing layer blob: ");
    return false;
}

static bool save_layers(const struct gha *gha, const json_t *records, GError **error)
{
    const char *key;
    json_t *record;
    json_object_foreach ((json_t *)records, key, record) {
        struct stored *stored = stored_read(record);
        bool is_saved = save_layer(gha, stored, error);
        stored_free(stored);
        if (!is_saved)
            return false;
    }
    return true;
}

/* An index that the storage does not take is given up without a word: SaveMutable() returns nil. */
static bool save_index(const struct gha *gha, const json_t *records, GError **error)
{
    g_autoptr(json_t) answer = NULL;
    g_autoptr(GBytes) index = json_bytes(records);
    if (!look_up(gha, gha->index_key, &answer, error))
        return false;
    const char *matched = json_get_string(answer, "matched_key", "");
    const char *number = is_hit(answer) ? strrchr(matched, '#') : NULL;
    gint64 next = number != NULL ? g_ascii_strtoll(number + 1, NULL, 10) + 1 : 1;
    g_autofree char *key = g_strdup_printf("%s%" G_GINT64_FORMAT, gha->index_key, next);
    int64_t size_bytes = (int64_t)g_bytes_get_size(index);
    g_autofree char *url = NULL;
    if (!reserve(gha, key, &url, error))
        return false;
    if (url == NULL)
        return true;
    g_autoptr(GError) lost = NULL;
    if (upload(gha, url, index, size_bytes, &lost))
        return finalize(gha, key, size_bytes, error);
    if (lost->domain != FIBER_ERROR)
        return true;
    g_propagate_error(error, g_steal_pointer(&lost));
    return false;
}

static bool export(const struct cache_writing *writing, GError **error)
{
    struct gha gha = gha_open(writing->build, writing->attributes);
    bool is_done =
        save_layers(&gha, writing->records, error) && save_index(&gha, writing->records, error);
    gha_clear(&gha);
    return is_done;
}

static bool check(const struct build *build, const struct attributes *attributes, GError **error)
{
    int64_t patience_us = 0;
    if (token_of(build, attributes) == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                    "cache with type gha requires token parameter or $ACTIONS_RUNTIME_TOKEN");
        return false;
    }
    if (read_patience(attributes, &patience_us, error))
        return true;
    g_prefix_error(error, "failed to solve: failed to configure gha cache exporter: ");
    return false;
}

/* ---- import ---- */

static char *source(const struct attributes *attributes)
{
    const char *scope = attributes_get(attributes, "scope");
    g_autofree char *digest =
        digest_of(scope != NULL ? scope : "", scope != NULL ? strlen(scope) : 0);
    return g_strdup_printf("gha:%" G_GUINT64_FORMAT,
                           g_ascii_strtoull(digest + strlen("sha256:") + 48, NULL, 16));
}

static bool check_import(const struct imported *imported, GError **error)
{
    int64_t patience_us = 0;
    if (token_of(imported->build, imported->attributes) == NULL)
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "token not set for github actions cache");
    else if (read_patience(imported->attributes, &patience_us, error))
        return true;
    g_prefix_error(error, "failed to configure gha cache importer: ");
    return false;
}

static bool import(struct imported *imported, GError **error)
{
    if (!check_import(imported, error))
        return false;
    struct gha gha = gha_open(imported->build, imported->attributes);
    g_autoptr(GBytes) index = NULL;
    bool is_fine = load(&gha, gha.index_key, &index, error);
    g_autoptr(json_t) records = index != NULL ? json_parse_gbytes(index, error) : NULL;
    if (records != NULL)
        json_object_update(imported->records, records);
    gha_clear(&gha);
    return is_fine && (index == NULL || records != NULL);
}

static bool fetch(struct imported *imported, const struct cache_layer *layer, GError **error)
{
    struct build *build = imported->build;
    struct gha gha = gha_open(build, imported->attributes);
    g_autofree char *key = layer_key(layer->stored);
    g_autoptr(GBytes) bytes = NULL;
    bool is_fine = load(&gha, key, &bytes, error);
    gha_clear(&gha);
    if (is_fine && bytes == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "blob %s not found", layer->stored->digest);
        return false;
    }
    return is_fine && store_adopt(build->daemon, layer->stored, bytes, error);
}

const struct cache_kind cache_gha = {
    .type = "gha",
    .export_name = "exporting to GitHub Actions Cache",
    .source = source,
    .import = import,
    .fetch = fetch,
    .check_export = check,
    .export = export,
};
