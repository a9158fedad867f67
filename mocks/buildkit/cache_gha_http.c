/* The Actions cache on the wire: who waits how long, and what is said of a refusal. */
#include "mocks/buildkit/cache_gha.h"

#include "base/units.h"
#include "mocks/puller/words.h"

#include <string.h>

#define SERVICE_URL                                                                                \
    "https://results-receiver.actions.githubusercontent.com/twirp/"                                \
    "github.actions.results.api.v1.CacheService/"

#define FIRST_WAIT_US        (1 * SECOND_US)
#define LAST_WAIT_US         (90 * SECOND_US)
#define LAST_STORAGE_WAIT_US (2 * MINUTE_US)

enum {
    CONFLICT = 409,
    TOO_MANY_REQUESTS = 429,
    STORAGE_TRIES = 11, /* cache_v2.go azureOptions, since v0.20.2 */
    STORAGE_DELAY_S = 10,
    /* Minor versions of BuildKit. */
    SECOND_SERVICE_SINCE = 20,
    RETRY_AFTER_SINCE = 27
};

/* failures.md L1: what an older BuildKit asks is gone since April 2025. */
static const char sunset_text[] =
    "This legacy service is shutting down, effective April 15, 2025. Migrate to the new service "
    "ASAP. For more information: https://gh.io/gha-cache-sunset";

/* ---- one request ---- */

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
    http_response_clear(response);
    if (http_perform(gha->http, request, response, &cause))
        return true;
    set_transport_error(cause, request, error);
    return false;
}

/* *wait_us: what Retry-After says in seconds; false: nothing. */
static bool read_retry_after(const struct http_response *response, int64_t *wait_us)
{
    const char *text = http_response_header(response, "Retry-After");
    guint64 seconds = 0;
    if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &seconds, NULL))
        return false;
    *wait_us = (int64_t)seconds * SECOND_US;
    return true;
}

/* ---- the patience of one buildkitd (retry.go, BackoffPool) ---- */

/* A wait that is over makes the next one longer. */
static void settle(struct buildkitd *daemon)
{
    if (daemon->throttled_until_us == 0 || loop_now_us(daemon->loop) < daemon->throttled_until_us)
        return;
    daemon->throttled_until_us = 0;
    daemon->throttle_us = MIN(daemon->throttle_us * 2, LAST_WAIT_US);
}

static void throttle(struct buildkitd *daemon)
{
    int64_t now_us = loop_now_us(daemon->loop);
    settle(daemon);
    if (daemon->throttled_until_us != 0) {
        daemon->throttled_until_us = MAX(daemon->throttled_until_us, now_us + FIRST_WAIT_US);
        return;
    }
    if (daemon->throttle_us == 0)
        daemon->throttle_us = FIRST_WAIT_US;
    daemon->throttled_until_us = now_us + daemon->throttle_us;
}

static void forget_throttle(struct buildkitd *daemon)
{
    daemon->throttle_us = 0;
    daemon->throttled_until_us = 0;
}

static bool lose_patience(GError **error)
{
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_IO, "maximum timeout reached");
    return false;
}

/* Waits for its turn, but not beyond ends_us. */
static bool wait_turn(const struct gha *gha, int64_t ends_us, GError **error)
{
    struct buildkitd *daemon = gha->build->daemon;
    for (settle(daemon); daemon->throttled_until_us != 0; settle(daemon)) {
        int64_t now_us = loop_now_us(daemon->loop);
        if (now_us >= ends_us)
            return lose_patience(error);
        int64_t until_us = MIN(daemon->throttled_until_us, ends_us);
        if (!fiber_sleep(daemon->loop, until_us - now_us, error))
            return false;
    }
    return true;
}

/* cache.go sleepWithTimeout() */
static bool wait_as_told(const struct gha *gha, int64_t wait_us, int64_t ends_us, GError **error)
{
    struct loop *loop = gha->build->daemon->loop;
    int64_t left_us = ends_us - loop_now_us(loop);
    if (wait_us > 0 && left_us <= 0)
        return lose_patience(error);
    if (wait_us <= left_us)
        return wait_us == 0 || fiber_sleep(loop, wait_us, error);
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO,
                "requested delay %.2fs exceeds maximum timeout %" G_GINT64_FORMAT "m%gs",
                (double)wait_us / (double)SECOND_US, left_us / MINUTE_US,
                (double)(left_us % MINUTE_US) / (double)SECOND_US);
    return false;
}

/* ---- the service ---- */

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

/* What was refused stands behind the reason to give up; takes that over. */
static void set_given_up(const struct http_response *response, GError *reason, GError **error)
{
    g_autofree char *refusal = refusal_of(response);
    if (reason->domain == BASE_ERROR)
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", reason->message, refusal);
    else
        g_propagate_error(error, g_steal_pointer(&reason));
    g_clear_error(&reason);
}

/* After a 429: how long the next request waits. */
static bool heed(const struct gha *gha, const struct http_response *response, int64_t ends_us,
                 GError **error)
{
    struct buildkitd *daemon = gha->build->daemon;
    int64_t wait_us = 0;
    if (buildkitd_is_since(daemon, RETRY_AFTER_SINCE) && read_retry_after(response, &wait_us)) {
        if (!wait_as_told(gha, wait_us, ends_us, error))
            return false;
    } else {
        throttle(daemon);
    }
    return wait_turn(gha, ends_us, error);
}

/* Waits out 429s; any other answer comes back. */
static bool ask(const struct gha *gha, const struct http_request *request,
                struct http_response *response, GError **error)
{
    struct buildkitd *daemon = gha->build->daemon;
    int64_t ends_us = loop_now_us(daemon->loop) + gha->patience_us;
    if (!wait_turn(gha, ends_us, error))
        return false;
    for (;;) {
        if (!ask_once(gha, request, response, error))
            return false;
        if (response->status != TOO_MANY_REQUESTS) {
            forget_throttle(daemon);
            return true;
        }
        GError *reason = NULL;
        if (heed(gha, response, ends_us, &reason))
            continue;
        set_given_up(response, reason, error);
        return false;
    }
}

bool gha_call(const struct gha *gha, const char *method, json_t *question, json_t **answer,
              GError **error)
{
    g_autoptr(json_t) owned = question;
    g_autoptr(GBytes) body = json_bytes(owned);
    g_autofree char *url = g_strconcat(SERVICE_URL, method, NULL);
    g_autofree char *bearer = g_strconcat("Authorization: Bearer ", gha->token, NULL);
    const char *const headers[] = {bearer, "Content-Type: application/json", NULL};
    const struct http_request request = {
        .method = "POST", .url = url, .headers = headers, .body = body};
    HTTP_RESPONSE(response);
    *answer = NULL;
    if (!buildkitd_is_since(gha->build->daemon, SECOND_SERVICE_SINCE)) {
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_IO, sunset_text);
        return false;
    }
    if (!ask(gha, &request, &response, error))
        return false;
    if (response.status == CONFLICT)
        return true;
    if (response.status < 300)
        *answer = json_parse_gbytes(response.body, NULL);
    if (*answer != NULL)
        return true;
    g_autofree char *text = refusal_of(&response);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_IO, text);
    return false;
}

/* ---- the blob storage ---- */

#define SEPARATOR                                                                                  \
    "--------------------------------------------------------------------------------\n"

static bool may_ask_again(unsigned status)
{
    static const unsigned statuses[] = {408, 429, 500, 502, 503, 504};
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (statuses[i] == status)
            return true;
    return false;
}

/* azcore/internal/exported/response_error.go: what Azure calls the error, or NULL; g_free. */
static char *error_code_of(const struct http_response *response)
{
    const char *header = http_response_header(response, "x-ms-error-code");
    gsize length_bytes = 0;
    const char *body = g_bytes_get_data(response->body, &length_bytes);
    g_autoptr(GRegex) pattern = g_regex_new(
        "<(?:\\w+:)?[c|C]ode>\\s*(\\w+)\\s*</(?:\\w+:)?[c|C]ode>", G_REGEX_RAW, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    if (header != NULL && *header != '\0')
        return g_strdup(header);
    g_autoptr(json_t) answer = json_parse_gbytes(response->body, NULL);
    const json_t *wrapped = json_get_object(answer, "error");
    const char *code = json_get_string(wrapped != NULL ? wrapped : answer, "code", NULL);
    if (code != NULL)
        return g_strdup(code);
    if (length_bytes == 0 ||
        !g_regex_match_full(pattern, body, (gssize)length_bytes, 0, 0, &match, NULL))
        return NULL;
    return g_match_info_fetch(match, 1);
}

/* Of many lines, the last of which is a rule: it is all that an annotation shows. */
static void set_storage_refusal(const struct http_request *request,
                                const struct http_response *response, GError **error)
{
    gsize length_bytes = 0;
    const char *body = g_bytes_get_data(response->body, &length_bytes);
    g_autofree char *status = go_status(response->status);
    g_autofree char *code = error_code_of(response);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "%s %.*s\n" SEPARATOR "RESPONSE %u: %s\n", request->method,
                           (int)strcspn(request->url, "?"), request->url, response->status, status);
    if (code != NULL)
        g_string_append_printf(text, "ERROR CODE: %s\n" SEPARATOR, code);
    else
        g_string_append(text, "ERROR CODE UNAVAILABLE\n" SEPARATOR);
    if (length_bytes > 0)
        g_string_append_len(text, body, (gssize)length_bytes);
    else
        g_string_append(text, "Response contained no body");
    g_string_append(text, "\n" SEPARATOR);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_IO, text->str);
}

/* *wait_us: how long to wait before another try; negative: there is none. */
static bool ask_storage_once(const struct gha *gha, const struct http_request *request,
                             struct http_response *response, int64_t *wait_us, GError **error)
{
    if (!ask_once(gha, request, response, error)) {
        *wait_us = (*error)->domain != FIBER_ERROR ? 0 : -1;
        return false;
    }
    if (response->status < 300)
        return true;
    *wait_us = may_ask_again(response->status) ? 0 : -1;
    if (*wait_us == 0 && read_retry_after(response, wait_us) && *wait_us > LAST_STORAGE_WAIT_US)
        *wait_us = -1;
    set_storage_refusal(request, response, error);
    return false;
}

/* policy_retry.go calcDelay(), without its chance. */
static int64_t storage_wait_us(int try)
{
    int64_t wait_us = ((INT64_C(1) << try) - 1) * STORAGE_DELAY_S * SECOND_US;
    return MIN(wait_us, LAST_STORAGE_WAIT_US);
}

bool gha_ask_storage(const struct gha *gha, const struct http_request *request,
                     struct http_response *response, GError **error)
{
    for (int try = 1;; try++) {
        GError *cause = NULL;
        int64_t wait_us = 0;
        if (ask_storage_once(gha, request, response, &wait_us, &cause))
            return true;
        if (wait_us < 0 || try == STORAGE_TRIES) {
            g_propagate_error(error, cause);
            return false;
        }
        g_error_free(cause);
        if (wait_us == 0)
            wait_us = storage_wait_us(try);
        if (!fiber_sleep(gha->build->daemon->loop, wait_us, error))
            return false;
    }
}
