/* How go-containerregistry names places, and what it says when one has failed
   (pkg/v1/remote/transport/error.go; measured). */
#include "mocks/commands/cosign/registry_private.h"

#include <string.h>

/* ---- names ---- */

bool cosign_is_hub(const struct image_reference *reference)
{
    return g_str_equal(reference->domain, "docker.io");
}

static const char *scheme_of(const struct image_reference *reference)
{
    const char *domain = reference->domain;
    bool is_local = g_str_has_prefix(domain, "127.") || g_str_equal(domain, "localhost") ||
                    g_str_has_prefix(domain, "localhost:");
    return is_local ? "http" : "https";
}

char *cosign_repository_name(const struct image_reference *reference)
{
    return g_strdup_printf(
        "%s/%s", cosign_is_hub(reference) ? "index.docker.io" : reference->domain, reference->path);
}

/* What it is called in errors; the world knows the same API under Docker Hub's other name. */
char *cosign_shown_url(const struct image_reference *reference, const char *rest)
{
    return g_strdup_printf("%s://%s/v2/%s", scheme_of(reference),
                           cosign_is_hub(reference) ? "index.docker.io" : reference->domain, rest);
}

char *cosign_dialled_url(const char *url)
{
    static const char hub[] = "https://index.docker.io/";
    return g_str_has_prefix(url, hub)
               ? g_strconcat("https://registry-1.docker.io/", url + strlen(hub), NULL)
               : g_strdup(url);
}

/* ---- errors ---- */

static char *host_of(const char *url)
{
    const char *start = strstr(url, "://");
    start = start != NULL ? start + strlen("://") : url;
    return g_strndup(start, strcspn(start, "/?"));
}

/* The reasons of Go's net package by what went wrong on the wire. */
static char *network_reason(const char *host, const GError *error)
{
    static const struct {
        int code;
        const char *text;
    } rows[] = {
        {HTTP_ERROR_NAME_NOT_FOUND, "dial tcp: lookup %s on 127.0.0.53:53: no such host"},
        {HTTP_ERROR_NAME_SERVER, "dial tcp: lookup %s on 127.0.0.53:53: server misbehaving"},
        {HTTP_ERROR_NAME_TIMED_OUT, "dial tcp: lookup %s: i/o timeout"},
        {HTTP_ERROR_REFUSED, "dial tcp: %s: connect: connection refused"},
        {HTTP_ERROR_CONNECT_TIMED_OUT, "dial tcp: %s: i/o timeout"},
        {HTTP_ERROR_UNANSWERED, "dial tcp: %s: connect: connection timed out"},
        {HTTP_ERROR_RESET, "read tcp: %s: read: connection reset by peer"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (error->domain != HTTP_ERROR || error->code != rows[i].code)
            continue;
        g_auto(GStrv) halves = g_strsplit(rows[i].text, "%s", 2);
        return g_strconcat(halves[0], host, halves[1], NULL);
    }
    if (error->domain == HTTP_ERROR && error->code == HTTP_ERROR_TLS_TIMED_OUT)
        return g_strdup("net/http: TLS handshake timeout");
    if (error->domain == HTTP_ERROR && error->code == HTTP_ERROR_TRUNCATED)
        return g_strdup("unexpected EOF");
    return g_strdup(error->domain == HTTP_ERROR && error->code == HTTP_ERROR_EMPTY_REPLY
                        ? "EOF"
                        : error->message);
}

char *cosign_network_text(const char *method, const char *url, const GError *error)
{
    g_autofree char *host = host_of(url);
    g_autofree char *reason = network_reason(host, error);
    g_autofree char *word = g_ascii_strdown(method, -1);
    word[0] = g_ascii_toupper(word[0]);
    return g_strdup_printf("%s \"%s\": %s", word, url, reason);
}

const char *cosign_status_text(unsigned status)
{
    static const struct {
        unsigned status;
        const char *text;
    } rows[] = {{400, "Bad Request"},
                {401, "Unauthorized"},
                {403, "Forbidden"},
                {404, "Not Found"},
                {405, "Method Not Allowed"},
                {429, "Too Many Requests"},
                {500, "Internal Server Error"},
                {502, "Bad Gateway"},
                {503, "Service Unavailable"},
                {504, "Gateway Timeout"}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].status == status)
            return rows[i].text;
    return "";
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Go's %v of what stood in JSON. */
static void append_go_value(GString *text, const json_t *value)
{
    const char *key;
    size_t index;
    json_t *each;
    if (json_is_object(value)) {
        g_string_append(text, "map[");
        g_autoptr(GPtrArray) keys = g_ptr_array_new();
        json_object_foreach ((json_t *)(uintptr_t)value, key, each)
            g_ptr_array_add(keys, (void *)(uintptr_t)key);
        g_ptr_array_sort(keys, compare_names);
        for (guint i = 0; i < keys->len; i++) {
            g_string_append_printf(text, "%s%s:", i > 0 ? " " : "", (char *)keys->pdata[i]);
            append_go_value(text, json_object_get(value, keys->pdata[i]));
        }
        g_string_append_c(text, ']');
    } else if (json_is_array(value)) {
        g_string_append_c(text, '[');
        json_array_foreach (value, index, each) {
            g_string_append(text, index > 0 ? " " : "");
            append_go_value(text, each);
        }
        g_string_append_c(text, ']');
    } else if (json_is_string(value)) {
        g_string_append(text, json_string_value(value));
    } else {
        g_autofree char *other = json_dumps(value, JSON_ENCODE_ANY);
        g_string_append(text, json_is_null(value) ? "<nil>" : other);
    }
}

bool cosign_is_unwell(unsigned status)
{
    return status == 408 || status == 500 || status == 502 || status == 503 || status == 504;
}

/* transport.Error: what was tried again has lost its body. */
bool cosign_fail_with_answer(const struct cosign_request *request,
                             const struct http_response *response, GError **error)
{
    g_autoptr(json_t) answer = json_parse_gbytes(response->body, NULL);
    const json_t *first = json_array_get(json_get_array(answer, "errors"), 0);
    int code = response->status == 404 ? COSIGN_ERROR_NOT_FOUND : COSIGN_ERROR_SAID;
    if (first == NULL || (cosign_is_unwell(response->status) && !request->is_write)) {
        g_set_error(error, COSIGN_ERROR, code, "%s %s: unexpected status code %u %s%s",
                    request->method, request->url, response->status,
                    cosign_status_text(response->status),
                    g_str_equal(request->method, "HEAD")
                        ? " (HEAD responses have no body, use GET for details)"
                        : "");
        return false;
    }
    g_autoptr(GString) text = g_string_new(json_get_string(first, "code", ""));
    g_string_append_printf(text, ": %s", json_get_string(first, "message", ""));
    if (json_object_get(first, "detail") != NULL &&
        !json_is_null(json_object_get(first, "detail"))) {
        g_string_append(text, "; ");
        append_go_value(text, json_object_get(first, "detail"));
    }
    g_set_error(error, COSIGN_ERROR, code, "%s %s: %s", request->method, request->url, text->str);
    return false;
}
