/* Requests to a registry (docker/docker_client.go). */
#include "mocks/commands/skopeo/registry.h"

#include "base/units.h"
#include "loop/fiber.h"
#include "mocks/commands/skopeo/auth_file.h"

#include <string.h>

enum {
    ATTEMPTS_MAX = 5,
    REDIRECTS_MAX = 10,
};
#define FIRST_DELAY_US (2 * SECOND_US)
#define DELAY_US_MAX   (60 * SECOND_US)
#define PLAIN_WORDS    "http: server gave HTTP response to HTTPS client"

/* DefaultRequestedManifestMIMETypes, a line each. */
static const char *const manifest_lines[] = {
    "Accept: application/vnd.oci.image.manifest.v1+json",
    "Accept: application/vnd.docker.distribution.manifest.v2+json",
    "Accept: application/vnd.docker.distribution.manifest.v1+prettyjws",
    "Accept: application/vnd.docker.distribution.manifest.v1+json",
    "Accept: application/vnd.docker.distribution.manifest.list.v2+json",
    "Accept: application/vnd.oci.image.index.v1+json",
};

void skopeo_registry_init(struct skopeo_registry *registry, const struct skopeo_run *run,
                          const struct skopeo_context *context, const char *actions)
{
    *registry = (struct skopeo_registry){
        .run = run,
        .context = context,
        .actions = actions,
        .tokens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, skopeo_token_free),
    };
}

bool skopeo_registry_open(struct skopeo_registry *registry, const struct image_reference *reference,
                          GError **error)
{
    g_autofree char *name = image_reference_name(reference);
    registry->reference = reference;
    registry->host = reference->domain;
    return skopeo_auth_find(registry->run, registry->context, name, &registry->user,
                            &registry->secret, error);
}

void skopeo_registry_clear(struct skopeo_registry *registry)
{
    g_clear_pointer(&registry->user, g_free);
    g_clear_pointer(&registry->secret, g_free);
    g_clear_pointer(&registry->challenge, g_free);
    g_clear_pointer(&registry->tokens, g_hash_table_unref);
    g_clear_error(&registry->ping_error);
    g_queue_clear(&registry->pinged.waiters);
}

char *skopeo_registry_name(const struct skopeo_registry *registry)
{
    return image_reference_name(registry->reference);
}

static const char *dialled_host(const struct skopeo_registry *registry)
{
    return strcmp(registry->host, "docker.io") == 0 ? "registry-1.docker.io" : registry->host;
}

char *skopeo_registry_url(const struct skopeo_registry *registry, const char *path)
{
    return g_strconcat(registry->scheme != NULL ? registry->scheme : "https", "://",
                       dialled_host(registry), path, NULL);
}

/* ---- one exchange ---- */

static bool is_read(const struct skopeo_request *request)
{
    return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

static GPtrArray *headers_of(const struct skopeo_registry *registry,
                             const struct skopeo_request *request, const char *authorization)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(lines,
                    g_strconcat("User-Agent: skopeo/", registry->run->options->version, NULL));
    for (gsize i = 0; request->wants_manifest && i < G_N_ELEMENTS(manifest_lines); i++)
        g_ptr_array_add(lines, g_strdup(manifest_lines[i]));
    g_ptr_array_add(lines, g_strdup("Docker-Distribution-Api-Version: registry/2.0"));
    if (request->type != NULL)
        g_ptr_array_add(lines, g_strconcat("Content-Type: ", request->type, NULL));
    if (request->range != NULL)
        g_ptr_array_add(lines, g_strconcat("Range: ", request->range, NULL));
    if (request->declared_bytes > 0)
        g_ptr_array_add(lines, g_strdup_printf("Seatrial-Declared-Bytes: %" G_GINT64_FORMAT,
                                               request->declared_bytes));
    if (authorization != NULL)
        g_ptr_array_add(lines, g_strdup(authorization));
    g_ptr_array_add(lines, NULL);
    return lines;
}

static bool send_once(struct skopeo_registry *registry, const struct skopeo_request *request,
                      const char *url, const char *authorization, struct http_response *response,
                      GError **error)
{
    g_autoptr(GPtrArray) lines = headers_of(registry, request, authorization);
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    bool is_empty =
        request->body == NULL && !is_read(request) && strcmp(request->method, "DELETE") != 0;
    const struct http_request sent = {.method = request->method,
                                      .url = url,
                                      .headers = (const char *const *)lines->pdata,
                                      .body = is_empty ? nothing : request->body,
                                      .may_reuse = true,
                                      .may_repeat = is_read(request)};
    http_response_clear(response);
    if (request->stream == NULL)
        return http_perform(registry->run->options->http, &sent, response, error);
    g_clear_pointer(request->stream, http_stream_free);
    *request->stream = http_open(registry->run->options->http, &sent, response, error);
    return *request->stream != NULL;
}

static char *host_of(const char *url)
{
    const char *start = strstr(url, "://");
    start = start != NULL ? start + strlen("://") : url;
    return g_strndup(start, strcspn(start, "/?"));
}

/* Go's client takes credentials along only to the same host. */
bool skopeo_registry_send(struct skopeo_registry *registry, const struct skopeo_request *request,
                          const char *url, const char *authorization,
                          struct http_response *response, GError **error)
{
    g_autofree char *place = g_strdup(url);
    g_autofree char *home = host_of(url);
    for (int i = 0;; i++) {
        GError *reason = NULL;
        g_autofree char *host = host_of(place);
        const char *line = strcmp(host, home) == 0 ? authorization : NULL;
        if (!send_once(registry, request, place, line, response, &reason))
            return skopeo_fail_on_the_way(request->method, place, reason, error);
        const char *next = http_response_header(response, "Location");
        if (!is_read(request) || response->status < 300 || response->status > 308 || next == NULL)
            return true;
        if (i == REDIRECTS_MAX)
            return skopeo_fail(error, "Get \"%s\": stopped after %d redirects", place,
                               REDIRECTS_MAX);
        char *joined = http_url_join(place, next, error);
        if (joined == NULL)
            return false;
        g_free(place);
        place = joined;
    }
}

/* ---- 429 ---- */

static int64_t pause_of(const struct http_response *response, int64_t otherwise_us)
{
    const char *after = http_response_header(response, "Retry-After");
    gint64 seconds = 0;
    if (after == NULL ||
        !g_ascii_string_to_signed(after, 10, G_MININT64, G_MAXINT64, &seconds, NULL))
        return MIN(otherwise_us, DELAY_US_MAX);
    return CLAMP(seconds, 0, DELAY_US_MAX / SECOND_US) * SECOND_US;
}

static bool ask_patiently(struct skopeo_registry *registry, const struct skopeo_request *request,
                          const char *url, bool is_authorized, struct http_response *response,
                          GError **error)
{
    int64_t delay_us = FIRST_DELAY_US;
    g_autofree char *scope = g_strdup(request->scope);
    for (int attempt = 1;; attempt++) {
        g_autofree char *line = NULL;
        if ((is_authorized && !skopeo_registry_authorize(registry, scope, &line, error)) ||
            !skopeo_registry_send(registry, request, url, line, response, error))
            return false;
        char *wanted = attempt == 1 && request->body == NULL && is_authorized
                           ? skopeo_registry_wanted_scope(response)
                           : NULL;
        if (wanted != NULL) {
            g_autofree char *wider = NULL;
            g_free(scope);
            scope = wanted;
            if (!skopeo_registry_authorize(registry, scope, &wider, error) ||
                !skopeo_registry_send(registry, request, url, wider, response, error))
                return false;
        }
        if (response->status != 429 || request->body != NULL || attempt == ATTEMPTS_MAX)
            return true;
        delay_us = pause_of(response, delay_us);
        if (!fiber_sleep(registry->run->options->loop, delay_us, error))
            return false;
        delay_us *= 2;
    }
}

/* ---- the ping ---- */

static bool is_this_machine(const char *host)
{
    return g_str_has_prefix(host, "127.") || strcmp(host, "localhost") == 0 ||
           g_str_has_prefix(host, "localhost:");
}

static bool ping_at(struct skopeo_registry *registry, const char *scheme, const char *path,
                    struct http_response *response, GError **error)
{
    g_autofree char *url = g_strconcat(scheme, "://", dialled_host(registry), path, NULL);
    const struct skopeo_request request = {.method = "GET"};
    /* A registry of the machine itself has no certificate. */
    if (strcmp(scheme, "https") == 0 && is_this_machine(registry->host))
        return skopeo_fail(error, "Get \"%s\": " PLAIN_WORDS, url);
    return ask_patiently(registry, &request, url, /* is_authorized= */ false, response, error) &&
           (response->status == 200 || response->status == 401 ||
            skopeo_fail_with_answer(response, error));
}

static bool ping(struct skopeo_registry *registry, const char *scheme, GError **error)
{
    HTTP_RESPONSE(response);
    if (!ping_at(registry, scheme, "/v2/", &response, error))
        return false;
    registry->challenge = g_strdup(http_response_header(&response, "WWW-Authenticate"));
    registry->scheme = scheme;
    return true;
}

/* A registry of the first kind is told of, whatever else went wrong. */
static bool is_first_kind(struct skopeo_registry *registry)
{
    HTTP_RESPONSE(response);
    return ping_at(registry, "https", "/v1/_ping", &response, NULL) ||
           (registry->context->is_insecure &&
            ping_at(registry, "http", "/v1/_ping", &response, NULL));
}

static bool ping_somehow(struct skopeo_registry *registry, GError **error)
{
    GError *reason = NULL;
    if (ping(registry, "https", &reason))
        return true;
    if (registry->context->is_insecure && skopeo_is_said(reason)) {
        g_clear_error(&reason);
        if (ping(registry, "http", &reason))
            return true;
    }
    if (skopeo_is_said(reason)) {
        g_prefix_error(&reason, "pinging container registry %s: ", dialled_host(registry));
        if (is_first_kind(registry)) {
            g_clear_error(&reason);
            (void)skopeo_fail(&reason, "can't talk to a V1 container registry");
        }
    }
    g_propagate_error(error, reason);
    return false;
}

static bool ping_once(struct skopeo_registry *registry)
{
    registry->is_pinging = true;
    bool is_fine = ping_somehow(registry, &registry->ping_error);
    registry->is_pinging = false;
    fiber_queue_wake_all(&registry->pinged);
    return is_fine;
}

/* detectProperties: blobs that come meanwhile wait for what becomes of it (its sync.Once). */
static bool detect(struct skopeo_registry *registry, GError **error)
{
    while (registry->is_pinging)
        if (!fiber_queue_wait(registry->run->options->loop, &registry->pinged, "the ping", error))
            return false;
    if (registry->scheme != NULL || (registry->ping_error == NULL && ping_once(registry)))
        return true;
    g_propagate_error(error, g_error_copy(registry->ping_error));
    return false;
}

bool skopeo_registry_ask(struct skopeo_registry *registry, const struct skopeo_request *request,
                         struct http_response *response, GError **error)
{
    if (!detect(registry, error))
        return false;
    g_autofree char *url = request->url != NULL ? g_strdup(request->url)
                                                : skopeo_registry_url(registry, request->path);
    return ask_patiently(registry, request, url, /* is_authorized= */ true, response, error);
}
