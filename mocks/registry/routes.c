/* From a request's path and method to its handler. */
#include "mocks/registry/registry_private.h"

#include "mocks/registry/name.h"

#include <string.h>

struct route {
    enum route_kind kind;
    const char *method;
    const char *action; /* what a token must allow; NULL: any valid one */
    void (*handle)(struct request *request);
};

static const struct route routes[] = {
    {ROUTE_BASE, "GET", NULL, handle_base},
    {ROUTE_BASE, "HEAD", NULL, handle_base},
    {ROUTE_CATALOG, "GET", "*", handle_catalog},
    {ROUTE_MANIFEST, "GET", "pull", handle_manifest_get},
    {ROUTE_MANIFEST, "HEAD", "pull", handle_manifest_get},
    {ROUTE_MANIFEST, "PUT", "push", handle_manifest_put},
    {ROUTE_MANIFEST, "DELETE", "delete", handle_manifest_delete},
    {ROUTE_BLOB, "GET", "pull", handle_blob_get},
    {ROUTE_BLOB, "HEAD", "pull", handle_blob_get},
    {ROUTE_BLOB, "DELETE", "delete", handle_blob_delete},
    {ROUTE_UPLOADS, "POST", "push", handle_uploads_post},
    {ROUTE_UPLOAD, "GET", "push", handle_upload_get},
    {ROUTE_UPLOAD, "PATCH", "push", handle_upload_receive},
    {ROUTE_UPLOAD, "PUT", "push", handle_upload_receive},
    {ROUTE_UPLOAD, "DELETE", "push", handle_upload_delete},
    {ROUTE_TAGS, "GET", "pull", handle_tags_get},
    {ROUTE_REFERRERS, "GET", "pull", handle_referrers_get},
};

/* What follows the repository's name; names have slashes, so paths are read from their end. */
struct path_ending {
    const char *ending;
    enum route_kind kind;
};

static const struct path_ending whole_endings[] = {
    {"/tags/list", ROUTE_TAGS},
    {"/blobs/uploads/", ROUTE_UPLOADS},
    {"/blobs/uploads", ROUTE_UPLOADS},
};

/* These come before the last component, which is the reference. */
static const struct path_ending parent_endings[] = {
    {"/manifests", ROUTE_MANIFEST},
    {"/blobs/uploads", ROUTE_UPLOAD},
    {"/blobs", ROUTE_BLOB},
    {"/referrers", ROUTE_REFERRERS},
};

static const struct path_ending *find_ending(const char *text, const struct path_ending *endings,
                                             gsize count)
{
    for (gsize i = 0; i < count; i++)
        if (g_str_has_suffix(text, endings[i].ending))
            return &endings[i];
    return NULL;
}

static char *without_ending(const char *text, const struct path_ending *ending)
{
    return g_strndup(text, strlen(text) - strlen(ending->ending));
}

static void parse_named(struct request *request, const char *rest)
{
    const struct path_ending *ending =
        find_ending(rest, whole_endings, G_N_ELEMENTS(whole_endings));
    if (ending != NULL) {
        request->kind = ending->kind;
        request->name = without_ending(rest, ending);
        return;
    }
    const char *slash = strrchr(rest, '/');
    if (slash == NULL || slash[1] == '\0')
        return;
    g_autofree char *parent = g_strndup(rest, (gsize)(slash - rest));
    ending = find_ending(parent, parent_endings, G_N_ELEMENTS(parent_endings));
    if (ending == NULL)
        return;
    request->kind = ending->kind;
    request->name = without_ending(parent, ending);
    request->reference = g_strdup(slash + 1);
}

void request_init(struct request *request, struct registry *registry, struct exchange *exchange)
{
    request->registry = registry;
    request->exchange = exchange;
    request->kind = ROUTE_NONE;
    g_autofree char *path = g_uri_unescape_string(exchange_path(exchange), NULL);
    if (path == NULL || !g_str_has_prefix(path, "/v2/"))
        return;
    const char *rest = path + strlen("/v2/");
    if (*rest == '\0')
        request->kind = ROUTE_BASE;
    else if (strcmp(rest, "_catalog") == 0)
        request->kind = ROUTE_CATALOG;
    else
        parse_named(request, rest);
}

void request_finish(struct request *request)
{
    g_free(request->name);
    g_free(request->reference);
    g_free(request->user);
}

struct request *request_steal(struct request *request)
{
    struct request *copy = g_memdup2(request, sizeof *request);
    request->name = NULL;
    request->reference = NULL;
    request->user = NULL;
    return copy;
}

void request_free(struct request *request)
{
    if (request == NULL)
        return;
    request_finish(request);
    g_free(request);
}

bool request_is(const struct request *request, const char *method)
{
    return strcmp(exchange_method(request->exchange), method) == 0;
}

/* A path that exists but not with this method: 405 with those that it has (RFC 9110 15.5.6). */
static void reply_without_route(struct request *request)
{
    g_autoptr(GString) allowed = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(routes); i++)
        if (routes[i].kind == request->kind)
            g_string_append_printf(allowed, "%s%s", allowed->len > 0 ? ", " : "", routes[i].method);
    if (allowed->len == 0) {
        exchange_reply_text(request->exchange, 404, "text/plain; charset=utf-8",
                            "404 page not found\n");
        return;
    }
    exchange_set_header(request->exchange, "Allow", allowed->str);
    registry_reply_error(request->exchange, REGISTRY_UNSUPPORTED, NULL);
}

static const struct route *find_route(const struct request *request)
{
    for (gsize i = 0; i < G_N_ELEMENTS(routes); i++)
        if (routes[i].kind == request->kind && request_is(request, routes[i].method))
            return &routes[i];
    return NULL;
}

static void dispatch(struct request *request)
{
    const struct route *route = find_route(request);
    if (route == NULL)
        reply_without_route(request);
    else if (request->name != NULL && !repository_name_is_valid(request->name))
        registry_reply_error_about(request->exchange, REGISTRY_NAME_INVALID, "name", request->name);
    else if (access_check(request, route->action))
        route->handle(request);
}

void registry_on_api(void *context, struct exchange *exchange)
{
    struct registry *registry = context;
    const struct registry_service *service = registry->service;
    const char *path = exchange_path(exchange);

    exchange_set_header(exchange, "Docker-Distribution-Api-Version", "registry/2.0");
    if (g_strcmp0(service->api_site, service->token_site) == 0 &&
        strcmp(path, service->token_path) == 0) {
        registry_on_token(registry, exchange);
        return;
    }
    if (strcmp(path, "/v2") == 0) {
        exchange_set_header(exchange, "Location", "/v2/");
        exchange_reply(exchange, 301, NULL);
        return;
    }
    REQUEST(request);
    request_init(&request, registry, exchange);
    dispatch(&request);
}
