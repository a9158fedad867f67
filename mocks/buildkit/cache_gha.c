/*
 * The GitHub Actions cache as a cache of BuildKit's: each layer is an entry of the cache service,
 * and one more is their index (go-actions-cache; failures.md L2 to L6). Layers that the service has
 * already are not uploaded again.
 */
#include "mocks/buildkit/media.h"

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
    const char *scope;
};

static const char *token_of(const struct build *build, const struct attributes *attributes)
{
    const char *given = attributes_get(attributes, "token");
    return given != NULL
               ? given
               : g_environ_getenv((char **)build->process->environment, "ACTIONS_RUNTIME_TOKEN");
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
        .scope = scope != NULL ? scope : "buildkit",
    };
}

/* ---- one request ---- */

/* "error writing layer blob: …" of an answer that says no. */
static void set_refusal(const struct http_response *response, GError **error)
{
    g_autofree char *problem =
        go_json_error(g_bytes_get_data(response->body, NULL), g_bytes_get_size(response->body));
    g_autoptr(json_t) answer = problem == NULL ? json_parse_gbytes(response->body, NULL) : NULL;
    if (problem != NULL)
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO,
                    "error writing layer blob: failed to parse error response %u: %.*s: %s",
                    response->status, (int)g_bytes_get_size(response->body),
                    (const char *)g_bytes_get_data(response->body, NULL), problem);
    else
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "error writing layer blob: %s",
                    json_get_string(answer, "code", "unexpected status"));
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

static bool upload(const struct gha *gha, const char *url, GBytes *bytes, int64_t declared_bytes,
                   GError **error)
{
    g_autofree char *declared =
        g_strdup_printf("Seatrial-Declared-Bytes: %" G_GINT64_FORMAT, declared_bytes);
    const char *const headers[] = {"x-ms-blob-type: BlockBlob", declared, NULL};
    const struct http_request request = {
        .method = "PUT", .url = url, .headers = headers, .body = bytes};
    HTTP_RESPONSE(response);
    if (!ask(gha, &request, &response, error))
        return false;
    if (response.status >= 300)
        set_refusal(&response, error);
    return response.status < 300;
}

/* ---- export ---- */

static bool save(const struct gha *gha, const char *key, GBytes *bytes, int64_t declared_bytes,
                 GError **error)
{
    g_autofree char *version = digest_of(key, strlen(key));
    const char *hex = version + strlen("sha256:");
    json_t *answer = NULL;
    if (!call(gha, "CreateCacheEntry", json_pack("{s:s, s:s}", "key", key, "version", hex), &answer,
              error))
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
             json_pack("{s:s, s:s, s:s}", "key", key, "version", hex, "size_bytes", size), &answer,
             error);
    json_decref(answer);
    return is_final;
}

static bool save_layers(const struct gha *gha, GError **error)
{
    const char *record_key;
    json_t *record;
    json_object_foreach (gha->build->records, record_key, record) {
        struct stored *stored = stored_read(record);
        GBytes *bytes = cache_layer_bytes(gha->build, stored, error);
        g_autofree char *key = g_strconcat("buildkit-blob-1-", stored->digest, NULL);
        bool is_saved = bytes != NULL && save(gha, key, bytes, stored->declared_bytes, error);
        stored_free(stored);
        if (!is_saved)
            return false;
    }
    return true;
}

bool cache_export_gha(struct build *build, const struct attributes *attributes, GError **error)
{
    struct gha gha = gha_open(build, attributes);
    g_autoptr(GBytes) index = json_bytes(build->records);
    g_autofree char *key = g_strdup_printf("index-%s-1", gha.scope);
    bool is_done =
        save_layers(&gha, error) && save(&gha, key, index, (int64_t)g_bytes_get_size(index), error);
    http_free(gha.http);
    return is_done;
}

/* ---- import ---- */

/* Asks for the index. A miss, and whatever goes wrong, is told and passed over (failures.md L10); a
   fresh world has no caches. */
bool cache_import_gha(struct build *build, const struct attributes *attributes)
{
    struct gha gha = gha_open(build, attributes);
    g_autofree char *key = g_strdup_printf("index-%s-1", gha.scope);
    g_autofree char *version = digest_of(key, strlen(key));
    g_autofree char *name =
        g_strdup_printf("importing cache manifest from gha:%s", version + strlen("sha256:"));
    struct vertex *vertex = progress_begin(build->progress, name, name);
    g_autoptr(GError) cause = NULL;
    json_t *answer = NULL;
    bool is_answered =
        call(&gha, "GetCacheEntryDownloadURL",
             json_pack("{s:s, s:s}", "key", key, "version", version + strlen("sha256:")), &answer,
             &cause);
    json_decref(answer);
    http_free(gha.http);
    if (is_answered)
        progress_done(build->progress, vertex);
    else
        progress_failed(build->progress, vertex, cause->message);
    return is_answered || cause->domain != FIBER_ERROR;
}
