/* What go-containerregistry says of what went wrong (transport/error.go), and Go below it. */
#include "mocks/commands/ggcr/ggcr_private.h"

#include "base/json.h"
#include "http/status.h"
#include "loop/fiber.h"

#include <string.h>

GQuark ggcr_error_quark(void)
{
    return g_quark_from_static_string("ggcr-error");
}

bool ggcr_fail(GError **error, enum ggcr_error code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, GGCR_ERROR, (int)code, text);
    return false;
}

/* ---- no answer ---- */

static char *host_of(const char *url)
{
    const char *start = strstr(url, "://");
    start = start != NULL ? start + strlen("://") : url;
    return g_strndup(start, strcspn(start, "/?"));
}

/* The reasons of Go's net package by what went wrong on the wire; "%" stands for the host. */
static char *network_reason(const char *host, const GError *error)
{
    static const struct {
        int code;
        const char *text;
    } rows[] = {
        {HTTP_ERROR_NAME_NOT_FOUND, "dial tcp: lookup % on 127.0.0.53:53: no such host"},
        {HTTP_ERROR_NAME_SERVER, "dial tcp: lookup % on 127.0.0.53:53: server misbehaving"},
        {HTTP_ERROR_NAME_TIMED_OUT, "dial tcp: lookup %: i/o timeout"},
        {HTTP_ERROR_REFUSED, "dial tcp: %: connect: connection refused"},
        {HTTP_ERROR_CONNECT_TIMED_OUT, "dial tcp: %: i/o timeout"},
        {HTTP_ERROR_UNANSWERED, "dial tcp: %: connect: connection timed out"},
        {HTTP_ERROR_RESET, "read tcp: %: read: connection reset by peer"},
        {HTTP_ERROR_TLS_TIMED_OUT, "net/http: TLS handshake timeout"},
        {HTTP_ERROR_TRUNCATED, "unexpected EOF"},
        {HTTP_ERROR_EMPTY_REPLY, "EOF"},
    };
    for (gsize i = 0; error->domain == HTTP_ERROR && i < G_N_ELEMENTS(rows); i++)
        if (error->code == rows[i].code) {
            g_autoptr(GString) text = g_string_new(rows[i].text);
            g_string_replace(text, "%", host, 1);
            return g_string_free(g_steal_pointer(&text), FALSE);
        }
    return g_strdup(error->message);
}

char *ggcr_network_text(const char *method, const char *url, const GError *error)
{
    g_autofree char *host = host_of(url);
    g_autofree char *reason = network_reason(host, error);
    g_autofree char *word = g_ascii_strdown(method, -1);
    word[0] = g_ascii_toupper(word[0]);
    return g_strdup_printf("%s \"%s\": %s", word, url, reason);
}

bool ggcr_is_broken(const GError *error)
{
    return error->domain == HTTP_ERROR &&
           (error->code == HTTP_ERROR_RESET || error->code == HTTP_ERROR_EMPTY_REPLY ||
            error->code == HTTP_ERROR_TRUNCATED);
}

bool ggcr_fail_on_the_way(const struct ggcr_request *request, GError *reason, GError **error)
{
    if (reason->domain == FIBER_ERROR) {
        g_propagate_error(error, reason);
        return false;
    }
    enum ggcr_error code = ggcr_is_broken(reason) ? GGCR_ERROR_BROKEN : GGCR_ERROR_REFUSED;
    g_autofree char *text = ggcr_network_text(request->method, request->url, reason);
    g_error_free(reason);
    return ggcr_fail(error, code, "%s", text);
}

/* ---- an answer ---- */

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void append_go_value(GString *text, const json_t *value);

static void append_go_map(GString *text, const json_t *object)
{
    const char *key;
    json_t *each;
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    json_object_foreach ((json_t *)(uintptr_t)object, key, each)
        g_ptr_array_add(keys, (void *)(uintptr_t)key);
    g_ptr_array_sort(keys, compare_names);
    g_string_append(text, "map[");
    for (guint i = 0; i < keys->len; i++) {
        const char *name = g_ptr_array_index(keys, i);
        g_string_append_printf(text, "%s%s:", i > 0 ? " " : "", name);
        append_go_value(text, json_object_get(object, name));
    }
    g_string_append_c(text, ']');
}

static void append_go_list(GString *text, const json_t *list)
{
    size_t index;
    json_t *each;
    g_string_append_c(text, '[');
    json_array_foreach (list, index, each) {
        g_string_append(text, index > 0 ? " " : "");
        append_go_value(text, each);
    }
    g_string_append_c(text, ']');
}

/* Go's %v of what stood in JSON; as deep as the parser lets it be. */
static void append_go_value(GString *text, const json_t *value)
{
    if (json_is_object(value)) {
        append_go_map(text, value);
    } else if (json_is_array(value)) {
        append_go_list(text, value);
    } else if (json_is_string(value)) {
        g_string_append(text, json_string_value(value));
    } else {
        g_autofree char *other = json_is_null(value) ? g_strdup("<nil>") : json_text(value);
        g_string_append(text, other);
    }
}

static bool is_temporary_code(const char *code)
{
    static const char *const codes[] = {"BLOB_UPLOAD_INVALID", "TOOMANYREQUESTS", "UNKNOWN",
                                        "UNAVAILABLE", NULL};
    return g_strv_contains(codes, code);
}

static bool is_temporary_status(unsigned status)
{
    return status == 408 || status == 500 || status == 502 || status == 503 || status == 504;
}

static enum ggcr_error code_of(unsigned status, bool is_temporary)
{
    return status == 404  ? GGCR_ERROR_NOT_FOUND
           : is_temporary ? GGCR_ERROR_TEMPORARY
                          : GGCR_ERROR_REFUSED;
}

/* Nothing but the status, or what is no list of errors. */
static bool fail_with_status(const struct ggcr_request *request,
                             const struct http_response *response, bool has_lost_body,
                             GError **error)
{
    static const char head[] = " (HEAD responses have no body, use GET for details)";
    unsigned status = response->status;
    bool is_head = strcmp(request->method, "HEAD") == 0;
    gsize length = 0;
    const char *body = g_bytes_get_data(response->body, &length);
    bool has_body = !is_head && !has_lost_body && length > 0;
    g_autofree char *rest = has_body ? g_strdup_printf(": %.*s", (int)MIN(length, 1000), body)
                                     : g_strdup(is_head ? head : "");
    return ggcr_fail(error, code_of(status, has_lost_body || is_temporary_status(status)),
                     "%s %s: unexpected status code %u %s%s", request->method, request->url, status,
                     http_status_text(status), rest);
}

bool ggcr_fail_with_answer(const struct ggcr_request *request, const struct http_response *response,
                           bool has_lost_body, GError **error)
{
    g_autoptr(json_t) answer = json_parse_gbytes(response->body, NULL);
    const json_t *first = json_array_get(json_get_array(answer, "errors"), 0);
    if (first == NULL || has_lost_body)
        return fail_with_status(request, response, has_lost_body, error);
    const char *code = json_get_string(first, "code", "");
    const json_t *detail = json_object_get(first, "detail");
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "%s: %s", code, json_get_string(first, "message", ""));
    if (detail != NULL && !json_is_null(detail)) {
        g_string_append(text, "; ");
        append_go_value(text, detail);
    }
    return ggcr_fail(error, code_of(response->status, is_temporary_code(code)), "%s %s: %s",
                     request->method, request->url, text->str);
}
