/* The results service as a site: Twirp's routes, errors and bodies. */
#include "mocks/cachesvc/cachesvc_private.h"

#include <string.h>

#define PREFIX "/twirp/github.actions.results.api.v1."

struct method {
    const char *path; /* after the prefix */
    call_fn *run;
};

static const struct method methods[] = {
    {"CacheService/CreateCacheEntry", cache_create},
    {"CacheService/FinalizeCacheEntryUpload", cache_finalize},
    {"CacheService/GetCacheEntryDownloadURL", cache_look_up},
    {"ArtifactService/CreateArtifact", artifact_create},
    {"ArtifactService/FinalizeArtifact", artifact_finalize},
    {"ArtifactService/ListArtifacts", artifact_list},
    {"ArtifactService/GetSignedArtifactURL", artifact_sign},
    {"ArtifactService/DeleteArtifact", artifact_delete},
};

/* Twirp's codes and the statuses that go with them. */
static const struct {
    const char *code;
    unsigned status;
} errors[] = {
    [TWIRP_INVALID_ARGUMENT] = {"invalid_argument", 400},
    [TWIRP_UNAUTHENTICATED] = {"unauthenticated", 401},
    [TWIRP_PERMISSION_DENIED] = {"permission_denied", 403},
    [TWIRP_NOT_FOUND] = {"not_found", 404},
    [TWIRP_BAD_ROUTE] = {"bad_route", 404},
    [TWIRP_ALREADY_EXISTS] = {"already_exists", 409},
    [TWIRP_RESOURCE_EXHAUSTED] = {"resource_exhausted", 429},
};

/* ---- a call ---- */

void call_answer(struct call *call, json_t *answer)
{
    g_autoptr(json_t) owned = answer;
    g_autofree char *text = json_text(owned);
    exchange_reply_text(call->exchange, 200, "application/json", text);
}

void call_refuse(struct call *call, enum twirp_error code, const char *message)
{
    g_autoptr(json_t) answer = json_object();
    json_object_set_new(answer, "code", json_string(errors[code].code));
    json_object_set_new(answer, "msg", json_string(message));
    g_autofree char *text = json_text(answer);
    exchange_reply_text(call->exchange, errors[code].status, "application/json", text);
}

static json_t *member(const struct call *call, const char *name)
{
    g_autoptr(GString) camel = g_string_new(NULL);
    json_t *value = json_object_get(call->request, name);
    if (value != NULL)
        return value;
    for (const char *place = name; *place != '\0'; place++)
        if (*place == '_' && place[1] != '\0')
            g_string_append_c(camel, g_ascii_toupper(*++place));
        else
            g_string_append_c(camel, *place);
    return json_object_get(call->request, camel->str);
}

const char *call_text(const struct call *call, const char *name)
{
    const char *text = json_string_value(member(call, name));
    return text != NULL ? text : "";
}

json_t *call_array(const struct call *call, const char *name)
{
    json_t *array = member(call, name);
    return json_is_array(array) ? array : NULL;
}

int64_t call_integer(const struct call *call, const char *name)
{
    const json_t *value = member(call, name);
    gint64 number;
    if (json_is_integer(value))
        return json_integer_value(value);
    return json_is_string(value) && g_ascii_string_to_signed(json_string_value(value), 10, 0,
                                                             G_MAXINT64, &number, NULL)
               ? number
               : -1;
}

/* ---- the site ---- */

static const char *bearer(const struct exchange *exchange)
{
    const char *header = exchange_header(exchange, "Authorization");
    return header != NULL && g_str_has_prefix(header, "Bearer ") ? header + strlen("Bearer ")
                                                                 : NULL;
}

static const struct method *find_method(const char *path)
{
    if (!g_str_has_prefix(path, PREFIX))
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        if (strcmp(path + strlen(PREFIX), methods[i].path) == 0)
            return &methods[i];
    return NULL;
}

static void on_body(struct exchange *exchange, void *context, GBytes *body)
{
    struct call call = {.service = context, .exchange = exchange};
    const struct method *method = find_method(exchange_path(exchange));
    const char *token = bearer(exchange);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) request = body != NULL ? json_parse_gbytes(body, &error) : NULL;

    if (method == NULL || strcmp(exchange_method(exchange), "POST") != 0) {
        call_refuse(&call, TWIRP_BAD_ROUTE, "no handler for path");
        return;
    }
    if (token == NULL || *token == '\0') {
        call_refuse(&call, TWIRP_UNAUTHENTICATED, "missing authentication token");
        return;
    }
    if (!json_is_object(request)) {
        call_refuse(&call, TWIRP_INVALID_ARGUMENT, "the json request could not be decoded");
        return;
    }
    g_autoptr(GArray) scopes = token_scopes(token);
    call.request = request;
    call.scopes = scopes;
    method->run(&call);
}

static void on_request(void *context, struct exchange *exchange)
{
    exchange_collect(exchange, CACHE_REQUEST_BYTES_MAX, on_body, context);
}

struct cachesvc *cachesvc_new(struct world *world)
{
    struct cachesvc *service = g_new0(struct cachesvc, 1);
    service->world = world;
    service->entries = g_ptr_array_new_with_free_func(cache_entry_free);
    service->artifacts = g_ptr_array_new_with_free_func(artifact_free);
    service->blobs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, blob_free);
    service->rng = world_rng(world, "cachesvc", NULL);
    world_add_site(world, CACHESVC_SITE, on_request, service);
    world_add_site(world, CACHESVC_BLOB_SITE, blobs_on_request, service);
    return service;
}

void cachesvc_free(struct cachesvc *service)
{
    if (service == NULL)
        return;
    g_ptr_array_unref(service->entries);
    g_ptr_array_unref(service->artifacts);
    g_hash_table_unref(service->blobs);
    g_free(service);
}

const GPtrArray *cachesvc_entries(const struct cachesvc *service)
{
    return service->entries;
}

const GPtrArray *cachesvc_artifacts(const struct cachesvc *service)
{
    return service->artifacts;
}
