/* Requests of go-containerregistry 0.20: reads are tried three times, 0.1 and 0.3 s apart, writes
   from their first request on, 1 and 3 s apart (pkg/v1/remote/options.go; measured). */
#include "mocks/commands/cosign/registry_private.h"

#include "base/digest.h"
#include "base/units.h"
#include "loop/fiber.h"
#include "mocks/commands/docker/docker_cli.h"

#include <string.h>

enum {
    ATTEMPTS_MAX = 3,
    HEADER_LINES_MAX = 6,
};
#define READ_PAUSE_US  (100 * MILLISECOND_US)
#define WRITE_PAUSE_US (1 * SECOND_US)
#define PAUSE_FACTOR   3

static const char accept_line[] = "Accept: application/vnd.docker.distribution.manifest.v1+json,"
                                  "application/vnd.docker.distribution.manifest.v1+prettyjws,"
                                  "application/vnd.docker.distribution.manifest.v2+json,"
                                  "application/vnd.oci.image.manifest.v1+json,"
                                  "application/vnd.docker.distribution.manifest.list.v2+json,"
                                  "application/vnd.oci.image.index.v1+json";

/* ---- one exchange ---- */

static bool send_once(struct cosign_registry *registry, const struct cosign_request *request,
                      struct http_response *response, GError **error)
{
    const struct cosign_options *options = registry->run->options;
    g_autofree char *agent = g_strdup_printf("User-Agent: cosign/%s (linux; amd64) "
                                             "go-containerregistry/v0.20.6",
                                             options->version);
    g_autofree char *type =
        request->type != NULL ? g_strconcat("Content-Type: ", request->type, NULL) : NULL;
    g_autofree char *url = cosign_dialled_url(request->url);
    const char *headers[HEADER_LINES_MAX + 1] = {agent, accept_line};
    gsize count = 2;
    if (registry->authorization != NULL)
        headers[count++] = registry->authorization;
    if (type != NULL)
        headers[count++] = type;
    const struct http_request sent = {
        .method = request->method, .url = url, .headers = headers, .body = request->body};
    http_response_clear(response);
    return http_perform(options->http, &sent, response, error);
}

static bool is_passing(const GError *error)
{
    return error->domain == HTTP_ERROR &&
           (error->code == HTTP_ERROR_RESET || error->code == HTTP_ERROR_EMPTY_REPLY ||
            error->code == HTTP_ERROR_TRUNCATED || error->code == HTTP_ERROR_REFUSED);
}

static bool fail_on_the_way(const struct cosign_request *request, GError *reason, GError **error)
{
    if (reason->domain == FIBER_ERROR) {
        g_propagate_error(error, reason);
        return false;
    }
    g_autofree char *text = cosign_network_text(request->method, request->url, reason);
    g_error_free(reason);
    return cosign_fail(error, "%s", text);
}

/* An answer of any status; what is no write is asked for again where that may help. */
static bool ask(struct cosign_registry *registry, const struct cosign_request *request,
                struct http_response *response, GError **error)
{
    int64_t pause_us = READ_PAUSE_US;
    for (int attempt = 1;; attempt++, pause_us *= PAUSE_FACTOR) {
        GError *reason = NULL;
        bool has_answer = send_once(registry, request, response, &reason);
        bool may_help = has_answer ? cosign_is_unwell(response->status) : is_passing(reason);
        if (request->is_write || !may_help || attempt == ATTEMPTS_MAX)
            return has_answer || fail_on_the_way(request, reason, error);
        g_clear_error(&reason);
        if (!fiber_sleep(registry->run->options->loop, pause_us, error))
            return false;
    }
}

static bool demand(struct cosign_registry *registry, const struct cosign_request *request,
                   struct http_response *response, GError **error)
{
    return ask(registry, request, response, error) &&
           (response->status < 400 || cosign_fail_with_answer(request, response, error));
}

/* ---- tokens ---- */

static char *challenge_value(const char *challenge, const char *key)
{
    g_autofree char *mark = g_strconcat(key, "=\"", NULL);
    const char *start = strstr(challenge, mark);
    if (start == NULL)
        return NULL;
    start += strlen(mark);
    return g_strndup(start, strcspn(start, "\""));
}

static char *basic_line(const struct cosign_registry *registry)
{
    const char *domain = registry->reference->domain;
    struct docker_cli_login login = docker_cli_login_of(
        registry->run->call,
        cosign_is_hub(registry->reference) ? "https://index.docker.io/v1/" : domain);
    char *line = NULL;
    if (login.user != NULL && login.secret != NULL) {
        g_autofree char *pair = g_strconcat(login.user, ":", login.secret, NULL);
        g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
        line = g_strconcat("Authorization: Basic ", encoded, NULL);
    }
    docker_cli_login_clear(&login);
    return line;
}

static bool fetch_token(struct cosign_registry *registry, const char *challenge, bool is_push,
                        GError **error)
{
    g_autofree char *realm = challenge_value(challenge, "realm");
    g_autofree char *service = challenge_value(challenge, "service");
    g_autofree char *scope = g_strdup_printf("repository:%s:%s", registry->reference->path,
                                             is_push ? "push,pull" : "pull");
    if (realm == NULL)
        return cosign_fail(error, "malformed www-authenticate, missing realm");
    g_autofree char *escaped_scope = http_escape(scope);
    g_autofree char *escaped_service = http_escape(service != NULL ? service : "");
    g_autofree char *url =
        g_strdup_printf("%s?scope=%s&service=%s", realm, escaped_scope, escaped_service);
    const struct cosign_request request = {.method = "GET", .url = url};
    HTTP_RESPONSE(response);
    if (!demand(registry, &request, &response, error))
        return false;
    g_autoptr(json_t) answer = json_parse_gbytes(response.body, NULL);
    const char *token =
        json_get_string(answer, "token", json_get_string(answer, "access_token", NULL));
    if (token == NULL)
        return cosign_fail(error, "no token in bearer response:\n");
    g_free(registry->authorization);
    registry->authorization = g_strconcat("Authorization: Bearer ", token, NULL);
    return true;
}

bool cosign_registry_open(struct cosign_registry *registry, struct cosign_run *run,
                          const struct image_reference *reference, bool is_push, GError **error)
{
    const struct cosign_options *options = run->options;
    const char *host = cosign_is_hub(reference) ? "registry-1.docker.io" : reference->domain;
    registry->run = run;
    registry->reference = reference;
    if (options->has_host != NULL && !options->has_host(options->self, host))
        return cosign_fail_unknown(error);
    g_autofree char *url = cosign_shown_url(reference, "");
    const struct cosign_request request = {.method = "GET", .url = url};
    HTTP_RESPONSE(response);
    if (!ask(registry, &request, &response, error))
        return false;
    if (response.status == 200)
        return true;
    const char *challenge = http_response_header(&response, "WWW-Authenticate");
    if (response.status != 401 || challenge == NULL)
        return cosign_fail_with_answer(&request, &response, error);
    g_autofree char *copy = g_strdup(challenge);
    registry->authorization = basic_line(registry);
    return g_ascii_strncasecmp(copy, "Bearer", strlen("Bearer")) != 0 ||
           fetch_token(registry, copy, is_push, error);
}

void cosign_registry_clear(struct cosign_registry *registry)
{
    g_clear_pointer(&registry->authorization, g_free);
}

void cosign_document_clear(struct cosign_document *document)
{
    g_clear_pointer(&document->bytes, g_bytes_unref);
    g_clear_pointer(&document->digest, g_free);
    g_clear_pointer(&document->media_type, g_free);
}

/* ---- reading ---- */

static char *path_url(const struct cosign_registry *registry, const char *kind, const char *name)
{
    g_autofree char *rest = g_strdup_printf("%s/%s/%s", registry->reference->path, kind, name);
    return cosign_shown_url(registry->reference, rest);
}

bool cosign_registry_manifest(struct cosign_registry *registry, const char *wanted,
                              struct cosign_document *document, GError **error)
{
    g_autofree char *url = path_url(registry, "manifests", wanted);
    const struct cosign_request request = {.method = "GET", .url = url};
    HTTP_RESPONSE(response);
    if (!demand(registry, &request, &response, error))
        return false;
    const char *type = http_response_header(&response, "Content-Type");
    document->bytes = g_bytes_ref(response.body);
    document->digest = digest_of_bytes(response.body);
    document->media_type = g_strdup(type != NULL ? type : "");
    return true;
}

bool cosign_registry_blob(struct cosign_registry *registry, const char *digest, GBytes **bytes,
                          GError **error)
{
    g_autofree char *url = path_url(registry, "blobs", digest);
    const struct cosign_request request = {.method = "GET", .url = url};
    HTTP_RESPONSE(response);
    if (!demand(registry, &request, &response, error))
        return false;
    const char *place = http_response_header(&response, "Location");
    if (response.status < 300 || place == NULL) {
        *bytes = g_bytes_ref(response.body);
        return true;
    }
    /* Where a registry sends to, Go's client goes without credentials. */
    struct cosign_registry bare = {.run = registry->run, .reference = registry->reference};
    g_autofree char *next = http_url_join(url, place, error);
    const struct cosign_request again = {.method = "GET", .url = next};
    HTTP_RESPONSE(second);
    if (next == NULL || !demand(&bare, &again, &second, error))
        return false;
    *bytes = g_bytes_ref(second.body);
    return true;
}

/* ---- writing ---- */

static bool is_there(struct cosign_registry *registry, const char *kind, const char *name,
                     bool *found, GError **error)
{
    g_autofree char *url = path_url(registry, kind, name);
    const struct cosign_request request = {.method = "HEAD", .url = url};
    HTTP_RESPONSE(response);
    if (!ask(registry, &request, &response, error))
        return false;
    *found = response.status == 200;
    return *found || response.status == 404 || cosign_fail_with_answer(&request, &response, error);
}

static bool upload(struct cosign_registry *registry, const char *digest, GBytes *bytes,
                   GError **error)
{
    g_autofree char *url = path_url(registry, "blobs", "uploads/");
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    const struct cosign_request begin = {"POST", url, "application/json", nothing, true};
    HTTP_RESPONSE(begun);
    if (!demand(registry, &begin, &begun, error))
        return false;
    const char *place = http_response_header(&begun, "Location");
    g_autofree char *location = place != NULL ? http_url_join(url, place, error) : NULL;
    if (location == NULL)
        return place != NULL ? false : cosign_fail(error, "missing Location header");
    const struct cosign_request patch = {"PATCH", location, "application/octet-stream", bytes,
                                         true};
    HTTP_RESPONSE(patched);
    if (!demand(registry, &patch, &patched, error))
        return false;
    place = http_response_header(&patched, "Location");
    g_autofree char *last =
        place != NULL ? http_url_join(location, place, error) : g_strdup(location);
    if (last == NULL)
        return false;
    g_autofree char *escaped = http_escape(digest);
    g_autofree char *end_url =
        g_strconcat(last, strchr(last, '?') != NULL ? "&" : "?", "digest=", escaped, NULL);
    const struct cosign_request end = {"PUT", end_url, "application/octet-stream", nothing, true};
    HTTP_RESPONSE(ended);
    return demand(registry, &end, &ended, error);
}

/* Registries name what may pass: transport.Error.Temporary(). */
static bool may_pass(const GError *error)
{
    static const char *const marks[] = {": TOOMANYREQUESTS: ",      ": UNKNOWN: ",
                                        ": UNAVAILABLE: ",          ": BLOB_UPLOAD_INVALID: ",
                                        "status code 408",          "status code 50",
                                        "connection reset by peer", "EOF"};
    for (gsize i = 0; error->domain == COSIGN_ERROR && i < G_N_ELEMENTS(marks); i++)
        if (strstr(error->message, marks[i]) != NULL)
            return true;
    return false;
}

/* One thing to be written, tried as a whole. */
struct writing {
    struct cosign_registry *registry;
    const char *tag; /* of a manifest; NULL: a blob */
    GBytes *bytes;
};

static bool write_once(const struct writing *writing, GError **error)
{
    if (writing->tag != NULL) {
        g_autofree char *url = path_url(writing->registry, "manifests", writing->tag);
        const struct cosign_request request = {
            "PUT", url, "application/vnd.oci.image.manifest.v1+json", writing->bytes, true};
        HTTP_RESPONSE(response);
        return demand(writing->registry, &request, &response, error);
    }
    g_autofree char *digest = digest_of_bytes(writing->bytes);
    bool found = false;
    return is_there(writing->registry, "blobs", digest, &found, error) &&
           (found || upload(writing->registry, digest, writing->bytes, error));
}

static bool write_patiently(const struct writing *writing, GError **error)
{
    int64_t pause_us = WRITE_PAUSE_US;
    for (int attempt = 1;; attempt++, pause_us *= PAUSE_FACTOR) {
        g_autoptr(GError) reason = NULL;
        if (write_once(writing, &reason))
            return true;
        if (attempt == ATTEMPTS_MAX || !may_pass(reason)) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return false;
        }
        if (!fiber_sleep(writing->registry->run->options->loop, pause_us, error))
            return false;
    }
}

bool cosign_registry_write(struct cosign_registry *registry, const char *tag, GBytes *const *blobs,
                           gsize blob_count, GBytes *manifest, GError **error)
{
    bool found = false;
    if (!is_there(registry, "manifests", tag, &found, error))
        return false;
    for (gsize i = 0; i < blob_count; i++) {
        const struct writing blob = {registry, NULL, blobs[i]};
        if (!write_patiently(&blob, error))
            return false;
    }
    const struct writing last = {registry, tag, manifest};
    return write_patiently(&last, error);
}
