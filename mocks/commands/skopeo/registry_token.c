/* Who a client says it is: Basic, or tokens by scope (setupRequestAuth, getBearerToken). */
#include "mocks/commands/skopeo/registry.h"

#include "base/units.h"
#include "http/status.h"

#include <string.h>

enum {
    LIFETIME_S_MIN = 60
};

struct skopeo_token {
    char *text;
    int64_t ends_us;
};

void skopeo_token_free(void *argument)
{
    struct skopeo_token *token = argument;
    g_free(token->text);
    g_free(token);
}

char *skopeo_challenge_value(const char *challenge, const char *key)
{
    g_autofree char *mark = g_strconcat(key, "=\"", NULL);
    for (const char *start = strstr(challenge, mark); start != NULL;
         start = strstr(start + 1, mark)) {
        if (start != challenge && g_ascii_isalpha(start[-1]))
            continue;
        start += strlen(mark);
        return g_strndup(start, strcspn(start, "\""));
    }
    return NULL;
}

static bool is_scheme(const char *challenge, const char *scheme)
{
    return g_ascii_strncasecmp(challenge, scheme, strlen(scheme)) == 0;
}

char *skopeo_registry_wanted_scope(const struct http_response *response)
{
    const char *challenge = http_response_header(response, "WWW-Authenticate");
    if (response->status != 401 || challenge == NULL || !is_scheme(challenge, "Bearer"))
        return NULL;
    g_autofree char *kind = skopeo_challenge_value(challenge, "error");
    g_autofree char *scope = skopeo_challenge_value(challenge, "scope");
    bool is_wanted = g_strcmp0(kind, "insufficient_scope") == 0 && scope != NULL && *scope != '\0';
    return is_wanted ? g_steal_pointer(&scope) : NULL;
}

static char *basic_line(const struct skopeo_registry *registry)
{
    g_autofree char *pair = g_strconcat(registry->user != NULL ? registry->user : "", ":",
                                        registry->secret != NULL ? registry->secret : "", NULL);
    g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    return g_strconcat("Authorization: Basic ", encoded, NULL);
}

/* url.Values.Encode: by name. g_free. */
static char *token_url(const struct skopeo_registry *registry, const char *realm,
                       const char *extra_scope)
{
    g_autofree char *service = skopeo_challenge_value(registry->challenge, "service");
    g_autoptr(GString) url = g_string_new(realm);
    char mark = strchr(realm, '?') != NULL ? '&' : '?';
    g_autofree char *own =
        registry->reference == NULL
            ? NULL
            : g_strdup_printf("repository:%s:%s", registry->reference->path, registry->actions);
    const char *const pairs[][2] = {
        {"account", registry->user},
        {"scope", own},
        {"scope", extra_scope},
        {"service", service},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        if (pairs[i][1] == NULL || *pairs[i][1] == '\0')
            continue;
        g_autofree char *escaped = http_escape(pairs[i][1]);
        g_string_append_printf(url, "%c%s=%s", mark, pairs[i][0], escaped);
        mark = '&';
    }
    return g_string_free(g_steal_pointer(&url), FALSE);
}

/* httpResponseToError. */
static bool check_answer(const struct http_response *response, GError **error)
{
    if (response->status == 200)
        return true;
    if (response->status == 429)
        return skopeo_fail(error, "too many requests to registry");
    if (response->status != 401)
        return skopeo_fail(error,
                           "Requesting bearer token: invalid status code from registry %u (%s)",
                           response->status, http_status_text(response->status));
    (void)skopeo_fail_with_answer(response, error);
    return skopeo_prefixed(false, error,
                           "unable to retrieve auth token: invalid username/password: ");
}

static struct skopeo_token *read_token(const struct skopeo_registry *registry, GBytes *body,
                                       GError **error)
{
    g_autoptr(json_t) answer = json_parse_gbytes(body, NULL);
    if (answer == NULL) {
        (void)skopeo_fail_unknown(error);
        return NULL;
    }
    const char *text = json_get_string(answer, "token", "");
    int64_t lifetime_s = json_get_integer(answer, "expires_in", LIFETIME_S_MIN);
    int64_t now_us = loop_now_us(registry->run->options->loop);
    struct skopeo_token *token = g_new0(struct skopeo_token, 1);
    token->text = g_strdup(*text != '\0' ? text : json_get_string(answer, "access_token", ""));
    token->ends_us = now_us + CLAMP(lifetime_s, LIFETIME_S_MIN, 86400) * SECOND_US;
    return token;
}

static struct skopeo_token *fetch_token(struct skopeo_registry *registry, const char *scope,
                                        GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *realm = skopeo_challenge_value(registry->challenge, "realm");
    if (realm == NULL) {
        (void)skopeo_fail(error, "missing realm in bearer auth challenge");
        return NULL;
    }
    g_autofree char *url = token_url(registry, realm, scope);
    bool has_both = registry->user != NULL && *registry->user != '\0' && registry->secret != NULL &&
                    *registry->secret != '\0';
    g_autofree char *line = has_both ? basic_line(registry) : NULL;
    const struct skopeo_request request = {.method = "GET"};
    if (!skopeo_registry_send(registry, &request, url, line, &response, error) ||
        !check_answer(&response, error))
        return NULL;
    return read_token(registry, response.body, error);
}

static const char *bearer_token(struct skopeo_registry *registry, const char *scope, GError **error)
{
    const char *key = scope != NULL ? scope : "";
    if (registry->context->token != NULL)
        return registry->context->token;
    struct skopeo_token *token = g_hash_table_lookup(registry->tokens, key);
    if (token == NULL || loop_now_us(registry->run->options->loop) > token->ends_us) {
        token = fetch_token(registry, scope, error);
        if (token == NULL)
            return NULL;
        g_hash_table_replace(registry->tokens, g_strdup(key), token);
    }
    return token->text;
}

bool skopeo_registry_authorize(struct skopeo_registry *registry, const char *scope, char **line,
                               GError **error)
{
    *line = NULL;
    if (registry->challenge == NULL)
        return true;
    if (is_scheme(registry->challenge, "Basic")) {
        *line = basic_line(registry);
        return true;
    }
    if (!is_scheme(registry->challenge, "Bearer"))
        return true;
    const char *token = bearer_token(registry, scope, error);
    if (token == NULL)
        return false;
    *line = g_strconcat("Authorization: Bearer ", token, NULL);
    return true;
}
