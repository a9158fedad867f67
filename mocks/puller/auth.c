/* Ping, challenge and token: how a client gets leave to ask (registry.md 2, Token auth). */
#include "mocks/puller/remote.h"

#include "base/json.h"
#include "base/units.h"

#include <string.h>

enum {
    TOKEN_SECONDS_MIN = 60, /* less counts as this in dockerd (registry.md 2) */
};

/* The value of key="value" in a challenge; g_free, NULL: not there. */
static char *challenge_value(const char *challenge, const char *key)
{
    g_autofree char *start = g_strconcat(key, "=\"", NULL);
    const char *found = strstr(challenge, start);
    if (found == NULL)
        return NULL;
    found += strlen(start);
    const char *end = strchr(found, '"');
    return end != NULL ? g_strndup(found, (gsize)(end - found)) : NULL;
}

bool remote_learn(struct remote *remote, const struct http_response *response)
{
    const char *challenge = http_response_header(response, "WWW-Authenticate");
    if (challenge == NULL)
        return false;
    if (g_ascii_strncasecmp(challenge, "Basic", 5) == 0) {
        remote->scheme = CHALLENGE_BASIC;
        return true;
    }
    g_autofree char *realm = challenge_value(challenge, "realm");
    if (g_ascii_strncasecmp(challenge, "Bearer ", 7) != 0 || realm == NULL)
        return false;
    remote->scheme = CHALLENGE_BEARER;
    g_free(remote->realm);
    g_free(remote->service);
    remote->realm = g_steal_pointer(&realm);
    remote->service = challenge_value(challenge, "service");
    return true;
}

static void query_add(GString *query, const char *key, const char *value)
{
    g_autofree char *escaped = http_escape(value);
    g_string_append_printf(query, "%s%s=%s", query->len > 0 ? "&" : "", key, escaped);
}

static char *scope_of(const char *repository, const char *actions)
{
    return g_strdup_printf("repository:%s:%s", repository, actions);
}

static void query_add_scopes(GString *query, const struct remote *remote)
{
    g_autofree char *scope = scope_of(remote->repository, remote->actions);
    query_add(query, "scope", scope);
    if (remote->mount_from != NULL) {
        g_autofree char *other = scope_of(remote->mount_from, "pull");
        query_add(query, "scope", other);
    }
}

/* Keys in Go's order, by name: account, client_id, offline_token, scope, service. */
static char *token_query(const struct remote *remote)
{
    GString *query = g_string_new(NULL);

    if (remote->username != NULL && remote->habits->is_classic)
        query_add(query, "account", remote->username);
    if (remote->repository != NULL) {
        query_add_scopes(query, remote);
    } else {
        query_add(query, "client_id", "docker");
        query_add(query, "offline_token", "true");
    }
    if (remote->service != NULL)
        query_add(query, "service", remote->service);
    return g_string_free(query, FALSE);
}

static char *token_url(const struct remote *remote)
{
    g_autofree char *query = token_query(remote);
    return g_strconcat(remote->realm, strchr(remote->realm, '?') != NULL ? "&" : "?", query, NULL);
}

static bool take_token(struct remote *remote, GBytes *body, GError **error)
{
    g_autoptr(json_t) answer = json_parse_gbytes(body, NULL);
    const char *token =
        json_get_string(answer, "token", json_get_string(answer, "access_token", NULL));
    if (answer == NULL) {
        gsize length_bytes;
        const void *bytes = g_bytes_get_data(body, &length_bytes);
        g_autofree char *reason = go_json_error(bytes, length_bytes);
        mishap_set(error, MISHAP_OTHER, 0, "unable to decode token response: %s",
                   reason != NULL ? reason : "not an object");
        return false;
    }
    if (token == NULL) {
        mishap_set(error, MISHAP_NO_CREDENTIALS, 0,
                   "authorization server did not include a token in the response");
        return false;
    }
    int64_t seconds = json_get_integer(answer, "expires_in", TOKEN_SECONDS_MIN);
    g_free(remote->token);
    remote->token = g_strdup(token);
    remote->token_expires_us =
        loop_now_us(http_loop(remote->http)) + CLAMP(seconds, TOKEN_SECONDS_MIN, 86400) * SECOND_US;
    return true;
}

/* What the token service is asked with: the user's own words, not the token. */
static bool ask_token_service(struct remote *remote, const struct remote_call *call,
                              struct remote_answer *answer, GError **error)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; call->headers != NULL && call->headers[i] != NULL; i++)
        g_ptr_array_add(lines, g_strdup(call->headers[i]));
    if (remote->username != NULL && call->body == NULL) {
        g_autofree char *pair = g_strconcat(remote->username, ":",
                                            remote->password != NULL ? remote->password : "", NULL);
        g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
        g_ptr_array_add(lines, g_strconcat("Authorization: Basic ", encoded, NULL));
    }
    g_ptr_array_add(lines, NULL);

    struct remote_call inner = *call;
    inner.headers = (const char *const *)lines->pdata;
    enum challenge_scheme scheme = remote->scheme;
    remote->scheme = CHALLENGE_NONE; /* no other authorization on this one */
    bool is_fine = remote_ask(remote, &inner, answer, error);
    remote->scheme = scheme;
    g_ptr_array_unref(lines);
    return is_fine;
}

#define DIAL_TIMEOUT_WORDS                                                                         \
    "net/http: request canceled while waiting for connection (Client.Timeout exceeded while "      \
    "awaiting headers)"

static bool is_dial_timeout(const GError *error)
{
    return mishap_kind(error) == MISHAP_TRANSPORT &&
           mishap_detail(error) == HTTP_ERROR_CONNECT_TIMED_OUT;
}

/* A request under Go's http.Client.Timeout, which counts over the whole of it. */
struct limited_call {
    struct remote_call call;
    const char *silence_words; /* when the answer does not come */
    bool (*ask)(struct remote *remote, const struct remote_call *call, struct remote_answer *answer,
                GError **error);
};

/* A dial that is still going on has words of its own (A6); one microsecond tells the two apart. */
static bool ask_limited(struct remote *remote, const struct limited_call *limited,
                        struct remote_answer *answer, GError **error)
{
    struct loop *loop = http_loop(remote->http);
    struct remote_call call = limited->call;
    GError *cause = NULL;
    DEADLINE(limit);
    deadline_begin(loop, &limit, "client time-out", PING_TIMEOUT_US);

    call.connect_timeout_us = PING_TIMEOUT_US - 1;
    if (limited->ask(remote, &call, answer, &cause))
        return true;
    const char *words = limit.has_expired ? limited->silence_words : NULL;
    if (is_dial_timeout(cause)) {
        words = DIAL_TIMEOUT_WORDS;
        bool is_over = fiber_sleep(loop, 1, NULL);
        (void)is_over; /* the time-out itself, one microsecond on */
    }
    if (words == NULL) {
        g_propagate_error(error, cause);
        return false;
    }
    g_error_free(cause);
    g_autofree char *url = remote_url(remote, call.path);
    g_autofree char *text = go_url_error("GET", url, words);
    mishap_set(error, MISHAP_TRANSPORT, HTTP_ERROR_CONNECT_TIMED_OUT, "%s", text);
    return false;
}

#define PING_SILENCE_WORDS "context deadline exceeded"

/* A registry on the loopback is asked with TLS first and then without: a peer that says nothing at
   all costs both time-outs (failures.md 0, ping: 25 s). */
static bool add_plain_leg(struct remote *remote, GError *cause, GError **error)
{
    bool is_silent =
        mishap_kind(cause) == MISHAP_TRANSPORT && mishap_detail(cause) == HTTP_ERROR_TLS_TIMED_OUT;
    if (!is_silent || !g_str_has_prefix(remote->base, "http:")) {
        g_propagate_error(error, cause);
        return false;
    }
    g_error_free(cause);
    if (!fiber_sleep(http_loop(remote->http), PING_TIMEOUT_US, error))
        return false;
    g_autofree char *url = remote_url(remote, "/v2/");
    g_autofree char *text = go_url_error("GET", url, PING_SILENCE_WORDS);
    mishap_set(error, MISHAP_TRANSPORT, HTTP_ERROR_CONNECT_TIMED_OUT, "%s", text);
    return false;
}

bool remote_ping(struct remote *remote, GError **error)
{
    const struct limited_call ping = {
        .call = {.path = "/v2/"}, .silence_words = PING_SILENCE_WORDS, .ask = remote_ask};
    GError *cause = NULL;
    REMOTE_ANSWER(answer);

    if (!ask_limited(remote, &ping, &answer, &cause))
        return add_plain_leg(remote, cause, error);
    if (answer.response.status == 401)
        remote_learn(remote, &answer.response);
    return true;
}

static bool token_holds(const struct remote *remote)
{
    return remote->token != NULL && loop_now_us(http_loop(remote->http)) < remote->token_expires_us;
}

static bool hold_token(struct remote *remote, GError **error)
{
    if (remote->scheme == CHALLENGE_BASIC && remote->username == NULL) {
        mishap_set(error, MISHAP_NO_CREDENTIALS, 0, "no basic auth credentials");
        return false;
    }
    if (remote->scheme != CHALLENGE_BEARER || token_holds(remote))
        return true;
    g_autofree char *url = token_url(remote);
    const struct limited_call wish = {
        .call = {.path = url},
        .silence_words = "net/http: request canceled (Client.Timeout exceeded while awaiting "
                         "headers)",
        .ask = ask_token_service,
    };
    REMOTE_ANSWER(answer);
    if (!ask_limited(remote, &wish, &answer, error))
        return false;
    if (answer.response.status >= 400) {
        mishap_from_answer(error, remote->habits, &answer.response);
        return false;
    }
    return take_token(remote, answer.response.body, error);
}

/* dockerd's token, if a challenge asks for one, inside the words of the request it is for (B1). */
static bool authorize(struct remote *remote, const struct remote_call *call, GError **error)
{
    GError *cause = NULL;
    if (hold_token(remote, &cause))
        return true;
    if (cause->domain == MISHAP_ERROR) {
        g_autofree char *url = remote_url(remote, call->path);
        g_autofree char *text =
            go_url_error(call->method != NULL ? call->method : "GET", url, cause->message);
        g_free(cause->message);
        cause->message = g_steal_pointer(&text);
    }
    g_propagate_error(error, cause);
    return false;
}

bool remote_ask_authorized(struct remote *remote, const struct remote_call *call,
                           struct remote_answer *answer, GError **error)
{
    return authorize(remote, call, error) && remote_ask(remote, call, answer, error);
}

bool remote_log_in(struct remote *remote, unsigned *status, GError **error)
{
    const struct limited_call look = {
        .call = {.path = "/v2/"}, .silence_words = PING_SILENCE_WORDS, .ask = remote_ask};
    REMOTE_ANSWER(answer);

    if (!remote_ping(remote, error) || !authorize(remote, &look.call, error) ||
        !ask_limited(remote, &look, &answer, error))
        return false;
    *status = answer.response.status;
    return true;
}

/* ---- containerd (core/remotes/docker/authorizer.go) ---- */

static void form_add(GString *form, const char *key, const char *value)
{
    if (value != NULL)
        query_add(form, key, value);
}

static GBytes *oauth_form(const struct remote *remote)
{
    GString *form = g_string_new(NULL);
    g_autofree char *scope = scope_of(remote->repository, remote->actions);
    form_add(form, "client_id", remote->habits->names_registry ? "containerd-client" : "buildkit");
    form_add(form, "grant_type", "password");
    form_add(form, "password", remote->password);
    form_add(form, "scope", scope);
    form_add(form, "service", remote->service);
    form_add(form, "username", remote->username);
    return g_string_free_to_bytes(form);
}

static bool set_token_status(const char *method, const char *url, const char *what,
                             const struct remote_answer *answer, GError **error)
{
    g_autofree char *status = go_status(answer->response.status);
    mishap_set(error, MISHAP_STATUS, (int)answer->response.status,
               "failed to fetch %s token: unexpected status from %s request to %s: %s", what,
               method, url, status);
    return false;
}

static bool ask_by_get(struct remote *remote, GError **error)
{
    const char *what = remote->username != NULL ? "oauth" : "anonymous";
    g_autofree char *url = token_url(remote);
    const struct remote_call call = {.path = url};
    REMOTE_ANSWER(answer);

    if (!ask_token_service(remote, &call, &answer, error)) {
        mishap_prefix(error, "failed to fetch %s token: ", what);
        return false;
    }
    if (answer.response.status >= 400)
        return set_token_status("GET", url, what, &answer, error);
    return take_token(remote, answer.response.body, error);
}

bool remote_renew_token(struct remote *remote, GError **error)
{
    static const char *const headers[] = {
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8", NULL};
    if (remote->username == NULL)
        return ask_by_get(remote, error);
    g_autoptr(GBytes) form = oauth_form(remote);
    const struct remote_call call = {
        .method = "POST", .path = remote->realm, .headers = headers, .body = form};
    REMOTE_ANSWER(answer);
    if (!ask_token_service(remote, &call, &answer, error)) {
        mishap_prefix(error, "failed to fetch oauth token: ");
        return false;
    }
    unsigned status = answer.response.status;
    if (status == 401 || status == 404 || status == 405)
        return ask_by_get(remote, error); /* registries without the OAuth form */
    if (status >= 400)
        return set_token_status("POST", remote->realm, "oauth", &answer, error);
    return take_token(remote, answer.response.body, error);
}
