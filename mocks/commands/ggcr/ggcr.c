/* Requests of go-containerregistry, its token and what it reads. */
#include "mocks/commands/ggcr/ggcr_private.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/units.h"
#include "loop/fiber.h"
#include "mocks/commands/docker/docker_cli.h"

#include <string.h>

enum {
    ATTEMPTS_MAX = 3,
    HEADER_LINES_MAX = 5,
    REDIRECTS_MAX = 10,
    PAUSE_FACTOR = 3,
};
#define PAUSE_US         (100 * MILLISECOND_US)
#define PATIENT_PAUSE_US (1 * SECOND_US)

static const char accept_line[] = "Accept: application/vnd.docker.distribution.manifest.v1+json,"
                                  "application/vnd.docker.distribution.manifest.v1+prettyjws,"
                                  "application/vnd.docker.distribution.manifest.v2+json,"
                                  "application/vnd.oci.image.manifest.v1+json,"
                                  "application/vnd.docker.distribution.manifest.list.v2+json,"
                                  "application/vnd.oci.image.index.v1+json";

/* ---- names ---- */

static bool is_hub(const struct image_reference *reference)
{
    return strcmp(reference->domain, "docker.io") == 0;
}

static const char *shown_domain(const struct image_reference *reference)
{
    return is_hub(reference) ? "index.docker.io" : reference->domain;
}

char *ggcr_repository_name(const struct image_reference *reference)
{
    return g_strconcat(shown_domain(reference), "/", reference->path, NULL);
}

static char *base_url(const struct image_reference *reference)
{
    const char *domain = reference->domain;
    bool is_local = g_str_has_prefix(domain, "127.") || strcmp(domain, "localhost") == 0 ||
                    g_str_has_prefix(domain, "localhost:");
    return g_strconcat(is_local ? "http://" : "https://", shown_domain(reference), "/v2/", NULL);
}

char *ggcr_url(const struct ggcr *registry, const char *kind, const char *name)
{
    g_autofree char *base = base_url(registry->reference);
    return g_strconcat(base, registry->reference->path, "/", kind, "/", name, NULL);
}

/* The world knows Docker Hub's API by one of its names. */
static char *dialled_url(const char *url)
{
    static const char hub[] = "https://index.docker.io/";
    return g_str_has_prefix(url, hub)
               ? g_strconcat("https://registry-1.docker.io/", url + strlen(hub), NULL)
               : g_strdup(url);
}

/* ---- one exchange ---- */

static bool send_once(struct ggcr *registry, const struct ggcr_request *request,
                      struct http_response *response, GError **error)
{
    g_autofree char *agent = g_strconcat("User-Agent: ", registry->options->agent, NULL);
    g_autofree char *type =
        request->type != NULL ? g_strconcat("Content-Type: ", request->type, NULL) : NULL;
    g_autofree char *url = dialled_url(request->url);
    g_autofree char *declared =
        g_strdup_printf("Seatrial-Declared-Bytes: %" G_GINT64_FORMAT, request->declared_bytes);
    const char *headers[HEADER_LINES_MAX + 1] = {agent, accept_line};
    gsize count = 2;
    if (registry->authorization != NULL)
        headers[count++] = registry->authorization;
    if (type != NULL)
        headers[count++] = type;
    if (request->declared_bytes > 0)
        headers[count++] = declared;
    const struct http_request sent = {
        .method = request->method, .url = url, .headers = headers, .body = request->body};
    http_response_clear(response);
    return http_perform(registry->options->http, &sent, response, error);
}

static bool is_tried_again(const struct ggcr *registry, const struct ggcr_request *request,
                           unsigned status)
{
    static const unsigned statuses[] = {408, 500, 502, 503, 504, 499, 522};
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (statuses[i] == status)
            return !request->is_write;
    return status == 429 && registry->options->is_patient && !request->is_write;
}

/* Until v0.21.6 whoever looks at an answer to try again has read it. */
static bool has_lost_body(const struct ggcr *registry, const struct ggcr_request *request,
                          unsigned status)
{
    return !registry->options->is_patient && is_tried_again(registry, request, status);
}

bool ggcr_ask(struct ggcr *registry, const struct ggcr_request *request,
              struct http_response *response, GError **error)
{
    int64_t pause_us = registry->options->is_patient ? PATIENT_PAUSE_US : PAUSE_US;
    for (int attempt = 1;; attempt++, pause_us *= PAUSE_FACTOR) {
        GError *reason = NULL;
        bool has_answer = send_once(registry, request, response, &reason);
        bool may_help = has_answer ? is_tried_again(registry, request, response->status)
                                   : ggcr_is_broken(reason) && !request->is_write;
        if (!may_help || attempt == ATTEMPTS_MAX)
            return has_answer || ggcr_fail_on_the_way(request, reason, error);
        g_clear_error(&reason);
        if (!fiber_sleep(registry->options->loop, pause_us, error))
            return false;
    }
}

bool ggcr_demand(struct ggcr *registry, const struct ggcr_request *request,
                 struct http_response *response, GError **error)
{
    return ggcr_ask(registry, request, response, error) &&
           (response->status < 400 ||
            ggcr_fail_with_answer(request, response,
                                  has_lost_body(registry, request, response->status), error));
}

/* ---- tokens ---- */

/* key="value"; g_free, NULL: not said. */
static char *challenge_value(const char *challenge, const char *key)
{
    g_autofree char *mark = g_strconcat(key, "=\"", NULL);
    const char *start = strstr(challenge, mark);
    if (start == NULL)
        return NULL;
    start += strlen(mark);
    return g_strndup(start, strcspn(start, "\""));
}

static char *basic_line(const struct ggcr *registry)
{
    const char *domain = registry->reference->domain;
    const char *key = is_hub(registry->reference) ? "https://index.docker.io/v1/" : domain;
    if (registry->options->basic != NULL)
        return g_strdup(registry->options->basic);
    struct docker_cli_login login = docker_cli_login_of(registry->options->call, key);
    char *line = NULL;
    if (login.user != NULL && login.secret != NULL) {
        g_autofree char *pair = g_strconcat(login.user, ":", login.secret, NULL);
        g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
        line = g_strconcat("Authorization: Basic ", encoded, NULL);
    }
    docker_cli_login_clear(&login);
    return line;
}

/* Each scope as a parameter of its own; g_free. */
static char *scopes_of(const struct ggcr *registry, bool is_push)
{
    g_autofree char *own = g_strdup_printf("repository:%s:%s", registry->reference->path,
                                           is_push ? "push,pull" : "pull");
    g_autofree char *other = g_strdup_printf(
        "repository:%s:pull", registry->mount_path != NULL ? registry->mount_path : "");
    g_autofree char *escaped_own = http_escape(own);
    g_autofree char *escaped_other = http_escape(other);
    return registry->mount_path == NULL
               ? g_strconcat("scope=", escaped_own, NULL)
               : g_strconcat("scope=", escaped_own, "&scope=", escaped_other, NULL);
}

static bool fetch_token(struct ggcr *registry, const char *challenge, bool is_push, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *realm = challenge_value(challenge, "realm");
    g_autofree char *service = challenge_value(challenge, "service");
    g_autofree char *scopes = scopes_of(registry, is_push);
    if (realm == NULL)
        return ggcr_fail(error, GGCR_ERROR_REFUSED, "malformed www-authenticate, missing realm: %s",
                         challenge);
    g_autofree char *escaped_service = http_escape(service != NULL ? service : "");
    g_autofree char *url = g_strdup_printf("%s?%s&service=%s", realm, scopes, escaped_service);
    const struct ggcr_request request = {.method = "GET", .url = url};
    if (!ggcr_demand(registry, &request, &response, error))
        return false;
    g_autoptr(json_t) answer = json_parse_gbytes(response.body, NULL);
    const char *token =
        json_get_string(answer, "token", json_get_string(answer, "access_token", NULL));
    if (token == NULL)
        return ggcr_fail(error, GGCR_ERROR_REFUSED, "no token in bearer response");
    g_free(registry->authorization);
    registry->authorization = g_strconcat("Authorization: Bearer ", token, NULL);
    return true;
}

static bool authorize(struct ggcr *registry, bool is_push, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *url = base_url(registry->reference);
    const struct ggcr_request request = {.method = "GET", .url = url};
    g_clear_pointer(&registry->authorization, g_free);
    if (!ggcr_ask(registry, &request, &response, error))
        return false;
    if (response.status == 200)
        return true;
    g_autofree char *challenge = g_strdup(http_response_header(&response, "WWW-Authenticate"));
    if (response.status != 401 || challenge == NULL)
        return ggcr_fail_with_answer(&request, &response,
                                     has_lost_body(registry, &request, response.status), error);
    registry->authorization = basic_line(registry);
    return g_ascii_strncasecmp(challenge, "Bearer", strlen("Bearer")) != 0 ||
           fetch_token(registry, challenge, is_push, error);
}

bool ggcr_open(struct ggcr *registry, const struct ggcr_options *options,
               const struct image_reference *reference, bool is_push, GError **error)
{
    *registry = (struct ggcr){.options = options, .reference = reference};
    return authorize(registry, is_push, error);
}

bool ggcr_open_mount(struct ggcr *registry, const char *path, GError **error)
{
    if (g_strcmp0(registry->mount_path, path) == 0)
        return true;
    g_free(registry->mount_path);
    registry->mount_path = g_strdup(path);
    return authorize(registry, /* is_push= */ true, error);
}

void ggcr_clear(struct ggcr *registry)
{
    g_clear_pointer(&registry->authorization, g_free);
    g_clear_pointer(&registry->mount_path, g_free);
}

void ggcr_document_clear(struct ggcr_document *document)
{
    g_clear_pointer(&document->bytes, g_bytes_unref);
    g_clear_pointer(&document->digest, g_free);
    g_clear_pointer(&document->media_type, g_free);
}

/* ---- reading ---- */

bool ggcr_head(struct ggcr *registry, const char *wanted, struct ggcr_document *document,
               GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *url = ggcr_url(registry, "manifests", wanted);
    const struct ggcr_request request = {.method = "HEAD", .url = url};
    if (!ggcr_demand(registry, &request, &response, error))
        return false;
    const char *digest = http_response_header(&response, "Docker-Content-Digest");
    const char *type = http_response_header(&response, "Content-Type");
    if (digest == NULL)
        return ggcr_fail(error, GGCR_ERROR_REFUSED,
                         "HEAD %s: response did not include Docker-Content-Digest header", url);
    const char *length = http_response_header(&response, "Content-Length");
    *document = (struct ggcr_document){
        .digest = g_strdup(digest),
        .media_type = g_strdup(type != NULL ? type : ""),
        .size_bytes = length != NULL ? g_ascii_strtoll(length, NULL, 10) : 0,
    };
    return true;
}

bool ggcr_manifest(struct ggcr *registry, const char *wanted, struct ggcr_document *document,
                   GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *url = ggcr_url(registry, "manifests", wanted);
    const struct ggcr_request request = {.method = "GET", .url = url};
    if (!ggcr_demand(registry, &request, &response, error))
        return false;
    const char *type = http_response_header(&response, "Content-Type");
    *document = (struct ggcr_document){.bytes = g_bytes_ref(response.body),
                                       .digest = digest_of_bytes(response.body),
                                       .media_type = g_strdup(type != NULL ? type : ""),
                                       .size_bytes = (int64_t)g_bytes_get_size(response.body)};
    return true;
}

/* Where a registry sends to, Go's client goes without credentials. */
static bool follow(struct ggcr *registry, const char *from, struct http_response *response,
                   GError **error)
{
    struct ggcr bare = {.options = registry->options, .reference = registry->reference};
    g_autofree char *url = g_strdup(from);
    for (int i = 0; i < REDIRECTS_MAX; i++) {
        const char *place = http_response_header(response, "Location");
        if (response->status < 300 || place == NULL)
            return true;
        g_autofree char *next = http_url_join(url, place, error);
        const struct ggcr_request request = {.method = "GET", .url = next};
        if (next == NULL || !ggcr_demand(&bare, &request, response, error))
            return false;
        g_free(url);
        url = g_steal_pointer(&next);
    }
    return ggcr_fail(error, GGCR_ERROR_REFUSED, "Get \"%s\": stopped after %d redirects", url,
                     REDIRECTS_MAX);
}

bool ggcr_blob(struct ggcr *registry, const char *digest, GBytes **bytes, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *url = ggcr_url(registry, "blobs", digest);
    const struct ggcr_request request = {.method = "GET", .url = url};
    if (!ggcr_demand(registry, &request, &response, error) ||
        !follow(registry, url, &response, error))
        return false;
    *bytes = g_bytes_ref(response.body);
    return true;
}
