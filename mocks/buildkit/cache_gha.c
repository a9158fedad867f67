/*
 * The GitHub Actions cache as a cache of BuildKit's: each layer is an entry of the cache service,
 * and one more is their index (go-actions-cache; failures.md L2 to L6). Layers that the service has
 * already are not uploaded again.
 */
#include "mocks/buildkit/cache.h"

#include "base/digest.h"
#include "base/units.h"
#include "mocks/puller/words.h"

#include <string.h>

#define SERVICE_PATH "/twirp/github.actions.results.api.v1.CacheService/"

/* go-actions-cache waits out "429 Too Many Requests" for ten minutes in all. */
#define PATIENCE_US   (10 * MINUTE_US)
#define FIRST_WAIT_US (1 * SECOND_US)
#define LAST_WAIT_US  (60 * SECOND_US)

struct gha {
    struct build *build;
    struct http *http;
    const char *token;
    char *index_key; /* indexes are numbered: what is written once stays (cache.go SaveMutable) */
};

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

static struct gha gha_open(struct build *build, const struct attributes *attributes)
{
    struct buildkitd *daemon = build->daemon;
    const char *scope = attributes_get(attributes, "scope");
    return (struct gha){
        .build = build,
        .http = http_new(daemon->loop,
                         world_opener(daemon->world, dockerd_machine(daemon->dockerd), "buildkit"),
                         "buildkit"),
        .token = token_of(build, attributes),
        .index_key = g_strdup_printf("index-%s-1#", scope != NULL ? scope : "buildkit"),
    };
}

/* ---- one request ---- */

/* What an answer says that says no: its "message", else its "code" (go-actions-cache,
   checkResponse). */
static char *refusal_of(const struct http_response *response)
{
    gsize length_bytes = 0;
    const char *body = g_bytes_get_data(response->body, &length_bytes);
    g_autofree char *status = go_status(response->status);
    g_autofree char *problem = length_bytes > 0 ? go_json_error(body, length_bytes)
                                                : g_strdup("unexpected end of JSON input");
    if (problem != NULL)
        return g_strdup_printf("failed to parse error response %u: %.*s: %s", response->status,
                               (int)length_bytes, body != NULL ? body : "", problem);
    g_autoptr(json_t) answer = json_parse_gbytes(response->body, NULL);
    const char *message = json_get_string(answer, "message", "");
    const char *code = json_get_string(answer, "code", "");
    if (*message == '\0' && *code == '\0')
        return g_strdup_printf("unknown error %s: %.*s", status, (int)length_bytes, body);
    return g_strdup(*message != '\0' ? message : code);
}

static void set_refusal(const struct http_response *response, GError **error)
{
    g_autofree char *text = refusal_of(response);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_IO, text);
}

static void set_transport_error(const GError *cause, const struct http_request *request,
                                GError **error)
{
    if (cause->domain != HTTP_ERROR) {
        g_propagate_error(error, g_error_copy(cause));
        return;
    }
    g_autofree char *words =
        go_transport_words(puller_habits_of(PULLER_BUILDKIT), cause, request->method, request->url);
    g_autofree char *text = go_url_error(request->method, request->url, words);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_IO, text);
}

static bool ask_once(const struct gha *gha, const struct http_request *request,
                     struct http_response *response, GError **error)
{
    g_autoptr(GError) cause = NULL;
    if (http_perform(gha->http, request, response, &cause))
        return true;
    set_transport_error(cause, request, error);
    return false;
}

/* Waits out 429s; any other answer comes back. */
static bool ask(const struct gha *gha, const struct http_request *request,
                struct http_response *response, GError **error)
{
    struct loop *loop = gha->build->daemon->loop;
    int64_t started_us = loop_now_us(loop);
    for (int64_t wait_us = FIRST_WAIT_US;; wait_us = MIN(wait_us * 2, LAST_WAIT_US)) {
        http_response_clear(response);
        if (!ask_once(gha, request, response, error))
            return false;
        if (response->status != 429)
            return true;
        if (loop_now_us(loop) + wait_us - started_us > PATIENCE_US) {
            g_set_error_literal(error, BASE_ERROR, BASE_ERROR_IO, "maximum timeout reached");
            return false;
        }
        if (!fiber_sleep(loop, wait_us, error))
            return false;
    }
}

/* A call of the service. *answer NULL and true: "already exists". */
static bool call(const struct gha *gha, const char *method, json_t *question, json_t **answer,
                 GError **error)
{
    g_autoptr(json_t) owned = question;
    g_autoptr(GBytes) body = json_bytes(owned);
    g_autofree char *url = g_strconcat("https://results-receiver.actions.githubusercontent.com",
                                       SERVICE_PATH, method, NULL);
    g_autofree char *bearer = g_strconcat("Authorization: Bearer ", gha->token, NULL);
    const char *const headers[] = {bearer, "Content-Type: application/json", NULL};
    const struct http_request request = {
        .method = "POST", .url = url, .headers = headers, .body = body};
    HTTP_RESPONSE(response);
    *answer = NULL;
    if (!ask(gha, &request, &response, error))
        return false;
    if (response.status == 409)
        return true;
    if (response.status < 300)
        *answer = json_parse_gbytes(response.body, NULL);
    if (*answer == NULL)
        set_refusal(&response, error);
    return *answer != NULL;
}

/* ---- the blob storage ---- */

/* azcore's retry policy: after 0.8, 2.4 and 5.6 s (sdk/azcore/runtime/policy_retry.go v1.16). */
static bool may_ask_again(unsigned status)
{
    static const unsigned statuses[] = {408, 429, 500, 502, 503, 504};
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (statuses[i] == status)
            return true;
    return false;
}

static bool ask_storage_once(const struct gha *gha, const struct http_request *request,
                             struct http_response *response, bool *may_retry, GError **error)
{
    http_response_clear(response);
    if (!ask_once(gha, request, response, error)) {
        *may_retry = *error == NULL || (*error)->domain != FIBER_ERROR;
        return false;
    }
    if (response->status < 300)
        return true;
    *may_retry = may_ask_again(response->status);
    g_autofree char *status = go_status(response->status);
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s %s\nRESPONSE %u: %s", request->method,
                request->url, response->status, status);
    return false;
}

static bool ask_storage(const struct gha *gha, const struct http_request *request,
                        struct http_response *response, GError **error)
{
    static const int64_t waits_us[] = {800 * MILLISECOND_US, 2400 * MILLISECOND_US,
                                       5600 * MILLISECOND_US};
    for (gsize try = 0;; try++) {
        GError *cause = NULL;
        bool may_retry = false;
        if (ask_storage_once(gha, request, response, &may_retry, &cause))
            return true;
        if (!may_retry || try >= G_N_ELEMENTS(waits_us)) {
            g_propagate_error(error, cause);
            return false;
        }
        g_error_free(cause);
        if (!fiber_sleep(gha->build->daemon->loop, waits_us[try], error))
            return false;
    }
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
    return ask_storage(gha, &request, &response, error);
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
    return call(gha, "GetCacheEntryDownloadURL",
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
    if (!ask_storage(gha, &request, &response, error))
        return false;
    *bytes = g_bytes_ref(response.body);
    return true;
}

/* ---- export ---- */

static bool save(const struct gha *gha, const char *key, GBytes *bytes, int64_t declared_bytes,
                 GError **error)
{
    g_autofree char *version = version_text();
    json_t *answer = NULL;
    if (!call(gha, "CreateCacheEntry", json_pack("{s:s, s:s}", "key", key, "version", version),
              &answer, error))
        return false;
    g_autoptr(json_t) created = answer;
    if (created == NULL)
        return true;
    if (!upload(gha, json_get_string(created, "signed_upload_url", ""), bytes, declared_bytes,
                error))
        return false;
    g_autofree char *size = g_strdup_printf("%" G_GINT64_FORMAT, declared_bytes);
    bool is_final =
        call(gha, "FinalizeCacheEntryUpload",
             json_pack("{s:s, s:s, s:s}", "key", key, "version", version, "size_bytes", size),
             &answer, error);
    json_decref(answer);
    return is_final;
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
    return save(gha, key, index, (int64_t)g_bytes_get_size(index), error);
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
    if (token_of(build, attributes) != NULL)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                "cache with type gha requires token parameter or $ACTIONS_RUNTIME_TOKEN");
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

static bool import(struct imported *imported, GError **error)
{
    struct gha gha = gha_open(imported->build, imported->attributes);
    g_autoptr(GBytes) index = NULL;
    bool is_fine = gha.token != NULL && load(&gha, gha.index_key, &index, error);
    if (gha.token == NULL)
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                    "failed to configure gha cache importer: token not set for github actions "
                    "cache");
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
