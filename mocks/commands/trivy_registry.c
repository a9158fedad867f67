/* trivy towards a registry: google/go-containerregistry's pkg/v1/remote, with its words and its
   retries (options.go, transport/error.go). */
#include "mocks/commands/docker/docker_cli.h"
#include "mocks/commands/docker/image_reference.h"
#include "mocks/commands/trivy.h"

#include "base/json.h"
#include "base/units.h"
#include "http/http.h"
#include "http/status.h"
#include "loop/fiber.h"

#include <string.h>

enum {
    TRIES_MAX = 3,
    REDIRECTS_MAX = 10,
    STATUS_CLIENT_CLOSED = 499,
    STATUS_CLOUDFLARE_TIMEOUT = 522,
};

/* The first whose go-containerregistry (v0.21.6) tries again after 429. */
#define VERSION_THAT_RETRIES_429 7200

static const char accepted[] = "Accept: application/vnd.docker.distribution.manifest.v1+json,"
                               "application/vnd.docker.distribution.manifest.v1+prettyjws,"
                               "application/vnd.docker.distribution.manifest.v2+json,"
                               "application/vnd.oci.image.manifest.v1+json,"
                               "application/vnd.docker.distribution.manifest.list.v2+json,"
                               "application/vnd.oci.image.index.v1+json";

bool trivy_refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, text);
    return false;
}

bool trivy_remote_init(struct trivy_remote *remote, struct trivy *trivy, const char *name,
                       GError **error)
{
    g_autoptr(GError) wrong = NULL;
    AUTO(image_reference) reference = image_reference_parse(name, &wrong);
    if (reference == NULL)
        return trivy_refuse(error, "failed to parse the image name: could not parse reference: %s",
                            name);
    bool is_hub = strcmp(reference->domain, "docker.io") == 0;
    const char *tag = reference->tag != NULL ? reference->tag : "latest";
    *remote = (struct trivy_remote){
        .trivy = trivy,
        .domain = g_strdup(is_hub ? "index.docker.io" : reference->domain),
        .path = g_strdup(reference->path),
        .wanted = g_strdup(reference->digest != NULL ? reference->digest : tag)};
    return true;
}

void trivy_remote_clear(struct trivy_remote *remote)
{
    g_free(remote->domain);
    g_free(remote->path);
    g_free(remote->wanted);
    g_free(remote->authorization);
    *remote = (struct trivy_remote){0};
}

char *trivy_remote_name(const struct trivy_remote *remote)
{
    const char *mark = strchr(remote->wanted, ':') != NULL ? "@" : ":";
    return g_strconcat(remote->domain, "/", remote->path, mark, remote->wanted, NULL);
}

/* ---- requests ---- */

/* Docker Hub answers under another name as well; the world knows that one. */
static char *dialled(const char *url)
{
    static const char hub[] = "https://index.docker.io/";
    return g_str_has_prefix(url, hub)
               ? g_strconcat("https://registry-1.docker.io/", url + strlen(hub), NULL)
               : g_strdup(url);
}

static bool is_worth_another_try(const struct trivy_remote *remote, unsigned status)
{
    static const unsigned statuses[] = {
        408, 500, 502, 503, 504, STATUS_CLIENT_CLOSED, STATUS_CLOUDFLARE_TIMEOUT,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (statuses[i] == status)
            return true;
    return status == 429 && remote->trivy->version >= VERSION_THAT_RETRIES_429;
}

static bool is_broken_connection(const GError *error)
{
    return error->domain == HTTP_ERROR &&
           (error->code == HTTP_ERROR_RESET || error->code == HTTP_ERROR_EMPTY_REPLY ||
            error->code == HTTP_ERROR_TRUNCATED);
}

static bool ask_once(struct trivy_remote *remote, const char *url, const char *authorization,
                     struct http_response *response, GError **error)
{
    g_autofree char *place = dialled(url);
    const char *headers[] = {"User-Agent: trivy go-containerregistry", accepted, authorization,
                             NULL};
    const struct http_request request = {.url = place, .headers = headers, .may_reuse = true};
    return http_perform(remote->trivy->set->options.http, &request, response, error);
}

/* Three times, waiting 1 s and 3 s. */
static bool ask(struct trivy_remote *remote, const char *url, const char *authorization,
                struct http_response *response, GError **error)
{
    int64_t wait_us = SECOND_US;
    for (int i = 1;; i++, wait_us *= 3) {
        g_autoptr(GError) wrong = NULL;
        bool is_answered = ask_once(remote, url, authorization, response, &wrong);
        bool is_last = i == TRIES_MAX;
        if (is_answered && (is_last || !is_worth_another_try(remote, response->status)))
            return true;
        if (!is_answered && (is_last || !is_broken_connection(wrong))) {
            bool is_fiber = wrong->domain == FIBER_ERROR;
            if (is_fiber)
                g_propagate_error(error, g_steal_pointer(&wrong));
            remote->is_temporary = false;
            return !is_fiber ? trivy_refuse(error, "Get \"%s\": %s", url, wrong->message) : false;
        }
        http_response_clear(response);
        if (!fiber_sleep(remote->trivy->set->options.loop, wait_us, error))
            return false;
    }
}

/* ---- errors of an answer ---- */

/* Go's %v of what a registry adds. */
static void append_detail(GString *text, const json_t *detail)
{
    const char *name;
    json_t *value;
    if (json_is_string(detail))
        g_string_append_printf(text, "; %s", json_string_value(detail));
    if (!json_is_object(detail))
        return;
    g_string_append(text, "; map[");
    const char *between = "";
    json_object_foreach ((json_t *)(uintptr_t)detail, name, value) {
        g_autofree char *inner = json_is_string(value) ? NULL : json_text(value);
        g_string_append_printf(text, "%s%s:%s", between, name,
                               inner != NULL ? inner : json_string_value(value));
        between = " ";
    }
    g_string_append_c(text, ']');
}

static bool is_temporary_code(const char *code)
{
    static const char *const codes[] = {"BLOB_UPLOAD_INVALID",
                                        "TOOMANYREQUESTS",
                                        "UNKNOWN",
                                        "UNAVAILABLE",
                                        "BLOB_UNKNOWN" /* trivy's own */,
                                        NULL};
    return g_strv_contains(codes, code);
}

static bool is_temporary_status(const struct trivy_remote *remote, unsigned status)
{
    return status == 408 || status == 500 || status == 502 || status == 503 || status == 504 ||
           (status == 429 && remote->trivy->version >= VERSION_THAT_RETRIES_429);
}

/* CheckError(): always false. */
static bool refuse_answer(struct trivy_remote *remote, const char *url,
                          const struct http_response *response, GError **error)
{
    gsize length = 0;
    const char *body = g_bytes_get_data(response->body, &length);
    g_autoptr(json_t) answer = json_parse_gbytes(response->body, NULL);
    const json_t *first = json_array_get(json_get_array(answer, "errors"), 0);
    const char *code = json_get_string(first, "code", "");
    g_autoptr(GString) text = g_string_new(NULL);

    if (first != NULL) {
        g_string_append_printf(text, "%s: %s", code, json_get_string(first, "message", ""));
        append_detail(text, json_object_get(first, "detail"));
        remote->is_temporary = is_temporary_code(code);
    } else {
        g_string_append_printf(text, "unexpected status code %u %s", response->status,
                               http_status_text(response->status));
        if (length > 0)
            g_string_append_printf(text, ": %.*s", (int)MIN(length, 1000), body);
        remote->is_temporary = is_temporary_status(remote, response->status);
    }
    return trivy_refuse(error, "GET %s: %s", url, text->str);
}

/* ---- credentials ---- */

static char *basic(const char *user, const char *password)
{
    g_autofree char *pair = g_strconcat(user, ":", password, NULL);
    g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    return g_strconcat("Authorization: Basic ", encoded, NULL);
}

/* TRIVY_USERNAME, what docker login has kept, then GITHUB_TOKEN for GitHub's registry; g_free. */
static char *credentials_of(const struct trivy_remote *remote)
{
    const struct trivy *trivy = remote->trivy;
    const char *user = trivy->values[TRIVY_USERNAME];
    const char *password = trivy->values[TRIVY_PASSWORD];
    bool is_hub = strcmp(remote->domain, "index.docker.io") == 0;
    if (user != NULL && password != NULL)
        return basic(user, password);
    struct docker_cli_login login =
        docker_cli_login_of(trivy->call, is_hub ? "https://index.docker.io/v1/" : remote->domain);
    char *line = login.user != NULL ? basic(login.user, login.secret) : NULL;
    docker_cli_login_clear(&login);
    const char *token = command_variable(trivy->call, "GITHUB_TOKEN");
    if (line == NULL && token != NULL && *token != '\0' && strcmp(remote->domain, "ghcr.io") == 0)
        line = basic("unset", token);
    return line;
}

/* key="value" of a challenge; g_free, NULL: not said. */
static char *challenge_value(const char *challenge, const char *key)
{
    g_autofree char *mark = g_strconcat(key, "=\"", NULL);
    const char *start = strstr(challenge, mark);
    if (start == NULL)
        return NULL;
    start += strlen(mark);
    return g_strndup(start, strcspn(start, "\""));
}

static bool get_token(struct trivy_remote *remote, const char *challenge, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *realm = challenge_value(challenge, "realm");
    g_autofree char *service = challenge_value(challenge, "service");
    g_autofree char *scope = g_strdup_printf("repository:%s:pull", remote->path);
    g_autofree char *escaped_scope = g_uri_escape_string(scope, NULL, FALSE);
    g_autofree char *escaped_service =
        g_uri_escape_string(service != NULL ? service : "", NULL, FALSE);
    g_autofree char *url =
        g_strdup_printf("%s?scope=%s&service=%s", realm, escaped_scope, escaped_service);
    if (realm == NULL)
        return trivy_refuse(error, "malformed www-authenticate, missing realm: %s", challenge);
    if (!ask(remote, url, remote->authorization, &response, error))
        return false;
    if (response.status != 200)
        return refuse_answer(remote, url, &response, error);
    g_autoptr(json_t) answer = json_parse_gbytes(response.body, NULL);
    const char *token =
        json_get_string(answer, "token", json_get_string(answer, "access_token", ""));
    if (*token == '\0')
        return trivy_refuse(error, "no token in bearer response");
    g_free(remote->authorization);
    remote->authorization = g_strconcat("Authorization: Bearer ", token, NULL);
    return true;
}

static bool open_registry(struct trivy_remote *remote, GError **error)
{
    HTTP_RESPONSE(response);
    bool is_local =
        g_str_has_prefix(remote->domain, "localhost") || g_str_has_prefix(remote->domain, "127.");
    g_autofree char *url =
        g_strconcat(is_local ? "http://" : "https://", remote->domain, "/v2/", NULL);
    if (!ask(remote, url, NULL, &response, error))
        return false;
    const char *challenge = http_response_header(&response, "WWW-Authenticate");
    g_free(remote->authorization);
    remote->authorization = credentials_of(remote);
    if (response.status == 200)
        return true;
    if (response.status != 401)
        return refuse_answer(remote, url, &response, error);
    return challenge == NULL || g_ascii_strncasecmp(challenge, "Bearer", strlen("Bearer")) != 0 ||
           get_token(remote, challenge, error);
}

/* ---- manifests and layers ---- */

static char *url_of(const struct trivy_remote *remote, const char *kind, const char *name)
{
    bool is_local =
        g_str_has_prefix(remote->domain, "localhost") || g_str_has_prefix(remote->domain, "127.");
    return g_strdup_printf("%s%s/v2/%s/%s/%s", is_local ? "http://" : "https://", remote->domain,
                           remote->path, kind, name);
}

/* The document, or NULL with an error; json_decref. */
static json_t *get_manifest(struct trivy_remote *remote, const char *wanted, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *url = url_of(remote, "manifests", wanted);
    if (!ask(remote, url, remote->authorization, &response, error))
        return NULL;
    if (response.status != 200) {
        (void)refuse_answer(remote, url, &response, error);
        return NULL;
    }
    json_t *manifest = json_parse_gbytes(response.body, NULL);
    if (manifest == NULL)
        (void)trivy_refuse(error, "invalid character in the manifest of %s", url);
    return manifest;
}

/* The digest of the index's child for linux/amd64, which is trivy's default everywhere; lent. */
static const char *child_of(const json_t *index)
{
    const json_t *children = json_get_array(index, "manifests");
    for (size_t i = 0; i < json_array_size(children); i++) {
        const json_t *child = json_array_get(children, i);
        const json_t *platform = json_get_object(child, "platform");
        if (strcmp(json_get_string(platform, "os", "linux"), "linux") == 0 &&
            strcmp(json_get_string(platform, "architecture", "amd64"), "amd64") == 0)
            return json_get_string(child, "digest", NULL);
    }
    return NULL;
}

/* Where the registry sends to, without its credentials. */
static bool follow(struct trivy_remote *remote, struct http_response *response, GError **error)
{
    for (int i = 0; i < REDIRECTS_MAX; i++) {
        g_autofree char *place = g_strdup(http_response_header(response, "Location"));
        if (response->status / 100 != 3 || place == NULL)
            return true;
        http_response_clear(response);
        if (!ask(remote, place, NULL, response, error))
            return false;
    }
    return trivy_refuse(error, "stopped after %d redirects", REDIRECTS_MAX);
}

static bool get_layer(struct trivy_remote *remote, const char *digest, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *url = url_of(remote, "blobs", digest);
    if (!ask(remote, url, remote->authorization, &response, error) ||
        !follow(remote, &response, error))
        return false;
    return response.status == 200 || refuse_answer(remote, url, &response, error);
}

static bool get_layers(struct trivy_remote *remote, const json_t *manifest, GError **error)
{
    const json_t *layers = json_get_array(manifest, "layers");
    for (size_t i = 0; i < json_array_size(layers); i++) {
        const char *digest = json_get_string(json_array_get(layers, i), "digest", "");
        if (!get_layer(remote, digest, error))
            return false;
    }
    return true;
}

bool trivy_remote_get(struct trivy_remote *remote, bool with_layers, GError **error)
{
    if (!open_registry(remote, error))
        return false;
    g_autoptr(json_t) manifest = get_manifest(remote, remote->wanted, error);
    if (manifest == NULL)
        return false;
    if (json_get_array(manifest, "manifests") != NULL) {
        const char *digest = child_of(manifest);
        if (digest == NULL)
            return trivy_refuse(error, "no child with platform linux/amd64 in index %s/%s:%s",
                                remote->domain, remote->path, remote->wanted);
        json_t *child = get_manifest(remote, digest, error);
        json_decref(g_steal_pointer(&manifest));
        manifest = child;
    }
    return manifest != NULL && (!with_layers || get_layers(remote, manifest, error));
}
