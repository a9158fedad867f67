/* Who may do what: bearer tokens where the service has a token service, else Basic. */
#include "mocks/registry/registry_private.h"

#include "mocks/registry/token.h"

#include <string.h>

bool access_basic(struct exchange *exchange, char **user, char **secret)
{
    const char *header = exchange_header(exchange, "Authorization");
    if (header == NULL || g_ascii_strncasecmp(header, "Basic ", 6) != 0)
        return false;
    gsize length_bytes = 0;
    g_autofree guchar *bytes = g_base64_decode(header + 6, &length_bytes);
    g_autofree char *text = g_strndup((const char *)bytes, length_bytes);
    char *colon = strchr(text, ':');
    if (colon == NULL)
        return false;
    *user = g_strndup(text, (gsize)(colon - text));
    *secret = g_strdup(colon + 1);
    return true;
}

/* What a push must be allowed includes pulling, as the distribution project asks for it. */
static const char *challenge_actions(const char *action)
{
    return strcmp(action, "push") == 0 ? "pull,push" : action;
}

/* `repository:N:pull,push`, and for a mount also what is pulled from. */
static char *challenge_scope(const struct request *request, const char *action)
{
    if (request->kind == ROUTE_CATALOG)
        return g_strdup("registry:catalog:*");
    const char *from =
        request->kind == ROUTE_UPLOADS ? exchange_query_value(request->exchange, "from") : NULL;
    if (from != NULL && strpbrk(from, "\" \r\n") != NULL)
        from = NULL;
    return g_strdup_printf("repository:%s:%s%s%s%s", request->name, challenge_actions(action),
                           from != NULL ? " repository:" : "", from != NULL ? from : "",
                           from != NULL ? ":pull" : "");
}

/* The distribution project's detail of a missing right: one entry an action. */
static json_t *missing_rights(const struct request *request, const char *action)
{
    if (action == NULL || request->name == NULL)
        return NULL;
    json_t *rights = json_array();
    g_auto(GStrv) actions = g_strsplit(challenge_actions(action), ",", -1);
    for (gsize i = 0; actions[i] != NULL; i++)
        json_array_append_new(rights,
                              json_pack("{s:s, s:s, s:s, s:s}", "Type", "repository", "Class", "",
                                        "Name", request->name, "Action", actions[i]));
    return rights;
}

static bool refuse_token(const struct request *request, const char *action, const char *reason)
{
    const struct registry_service *service = request->registry->service;
    g_autoptr(GString) challenge = g_string_new(NULL);

    g_string_append_printf(challenge, "Bearer realm=\"https://%s%s\",service=\"%s\"",
                           service->token_site, service->token_path, service->token_service);
    if (action != NULL) {
        g_autofree char *scope = challenge_scope(request, action);
        g_string_append_printf(challenge, ",scope=\"%s\"", scope);
    }
    if (reason != NULL)
        g_string_append_printf(challenge, ",error=\"%s\"", reason);
    exchange_set_header(request->exchange, "WWW-Authenticate", challenge->str);
    registry_reply_error(request->exchange, REGISTRY_UNAUTHORIZED, missing_rights(request, action));
    return false;
}

/* GHCR takes a personal token or a job's as a bearer as well, in base64: scripts that ask it for a
   manifest do without the exchange for a token. */
static bool read_password(const struct request *request, const char *text,
                          struct token_claims *claims)
{
    static const char user[] = "token";
    struct registry *registry = request->registry;
    gsize length_bytes = 0;
    if (strcmp(registry->service->name, "ghcr.io") != 0 || request->name == NULL)
        return false;
    g_autofree guchar *bytes = g_base64_decode(text, &length_bytes);
    g_autofree char *secret = g_strndup((const char *)bytes, length_bytes);
    if (*secret == '\0' || !access_is_known(registry, user, secret))
        return false;
    bool may_push = access_may_push(registry, user, secret, request->name);
    g_autofree char *scope =
        g_strdup_printf("repository:%s:pull%s", request->name, may_push ? ",push" : "");
    const char *const scopes[] = {scope, NULL};
    claims->user = g_strdup(user);
    claims->scopes = g_strdupv((char **)scopes);
    return true;
}

static bool read_token(const struct request *request, struct token_claims *claims,
                       const char **reason)
{
    const char *header = exchange_header(request->exchange, "Authorization");
    *reason = NULL;
    if (header == NULL || g_ascii_strncasecmp(header, "Bearer ", 7) != 0)
        return false;
    *reason = "invalid_token";
    return token_read(request->registry, header + 7, claims) ||
           read_password(request, header + 7, claims);
}

/* GHCR takes the token for what it is and says what it lacks, instead of asking for another. */
static bool deny_write(const struct request *request)
{
    registry_reply_error_bare(request->exchange, REGISTRY_DENIED,
                              request->registry->service->write_denial);
    return false;
}

static bool check_token(struct request *request, const char *action)
{
    TOKEN_CLAIMS(claims);
    const char *reason = NULL;
    if (!read_token(request, &claims, &reason))
        return refuse_token(request, action, reason);
    const char *type = request->kind == ROUTE_CATALOG ? "registry" : "repository";
    const char *name = request->kind == ROUTE_CATALOG ? "catalog" : request->name;
    if (g_strcmp0(action, "push") == 0 && token_allows(&claims, type, name, TOKEN_DENIED))
        return deny_write(request);
    if (action != NULL && !token_allows(&claims, type, name, action))
        return refuse_token(request, action, "insufficient_scope");
    request->user = g_strdup(claims.user);
    return true;
}

static bool is_login_needed(const struct registry *registry, const char *action)
{
    if (action == NULL)
        return registry->needs_login_to_pull || registry->needs_login_to_push;
    return strcmp(action, "pull") == 0 ? registry->needs_login_to_pull
                                       : registry->needs_login_to_push;
}

static bool check_basic(struct request *request, const char *action)
{
    g_autofree char *user = NULL;
    g_autofree char *secret = NULL;
    struct registry *registry = request->registry;

    if (access_basic(request->exchange, &user, &secret) &&
        access_is_known(registry, user, secret)) {
        bool is_granted = action == NULL || strcmp(action, "pull") == 0 ||
                          access_may_push(registry, user, secret, request->name);
        request->user = g_steal_pointer(&user);
        if (!is_granted)
            registry_reply_error(request->exchange, REGISTRY_DENIED,
                                 missing_rights(request, action));
        return is_granted;
    }
    if (!is_login_needed(registry, action))
        return true;
    g_autofree char *challenge = g_strdup_printf("Basic realm=\"%s\"", registry->service->name);
    exchange_set_header(request->exchange, "WWW-Authenticate", challenge);
    registry_reply_error(request->exchange, REGISTRY_UNAUTHORIZED, missing_rights(request, action));
    return false;
}

bool access_check(struct request *request, const char *action)
{
    if (request->registry->service->token_site == NULL)
        return check_basic(request, action);
    return check_token(request, action);
}

bool access_may_mount(const struct request *request, const char *repository)
{
    TOKEN_CLAIMS(claims);
    const char *reason = NULL;
    if (request->registry->service->token_site == NULL)
        return true;
    return read_token(request, &claims, &reason) &&
           token_allows(&claims, "repository", repository, "pull");
}
