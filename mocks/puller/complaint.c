/* Errors that a registry writes into its answers, read as Go's distribution library reads them. */
#include "base/json.h"
#include "mocks/puller/mishap.h"

#include <string.h>

/* distribution's descriptors: the message decides whether only the bare code is kept. */
static const struct {
    const char *name;
    const char *message;
} codes[] = {
    [CODE_UNKNOWN] = {"UNKNOWN", "unknown error"},
    [CODE_UNSUPPORTED] = {"UNSUPPORTED", "The operation is unsupported."},
    [CODE_UNAUTHORIZED] = {"UNAUTHORIZED", "authentication required"},
    [CODE_DENIED] = {"DENIED", "requested access to the resource is denied"},
    [CODE_UNAVAILABLE] = {"UNAVAILABLE", "service unavailable"},
    [CODE_TOOMANYREQUESTS] = {"TOOMANYREQUESTS", "too many requests"},
    [CODE_DIGEST_INVALID] = {"DIGEST_INVALID", "provided digest did not match uploaded content"},
    [CODE_SIZE_INVALID] = {"SIZE_INVALID", "provided length did not match content length"},
    [CODE_RANGE_INVALID] = {"RANGE_INVALID", "invalid content range"},
    [CODE_NAME_INVALID] = {"NAME_INVALID", "invalid repository name"},
    [CODE_TAG_INVALID] = {"TAG_INVALID", "manifest tag did not match URI"},
    [CODE_NAME_UNKNOWN] = {"NAME_UNKNOWN", "repository name not known to registry"},
    [CODE_MANIFEST_UNKNOWN] = {"MANIFEST_UNKNOWN", "manifest unknown"},
    [CODE_MANIFEST_INVALID] = {"MANIFEST_INVALID", "manifest invalid"},
    [CODE_MANIFEST_UNVERIFIED] = {"MANIFEST_UNVERIFIED", "manifest failed signature verification"},
    [CODE_MANIFEST_BLOB_UNKNOWN] = {"MANIFEST_BLOB_UNKNOWN", "blob unknown to registry"},
    [CODE_BLOB_UNKNOWN] = {"BLOB_UNKNOWN", "blob unknown to registry"},
    [CODE_BLOB_UPLOAD_UNKNOWN] = {"BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry"},
    [CODE_BLOB_UPLOAD_INVALID] = {"BLOB_UPLOAD_INVALID", "blob upload invalid"},
};

const char *registry_code_message(enum registry_code code)
{
    return codes[code].message;
}

static enum registry_code code_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        if (strcmp(codes[i].name, name) == 0)
            return (enum registry_code)i;
    return CODE_UNKNOWN;
}

/* "blob unknown" of "BLOB_UNKNOWN". */
static char *code_text(enum registry_code code)
{
    char *text = g_ascii_strdown(codes[code].name, -1);
    return g_strdelimit(text, "_", ' ');
}

char *registry_complaint_text(const struct registry_complaint *complaint)
{
    char *code = code_text(complaint->code);
    if (complaint->is_bare)
        return code;
    char *text = g_strdup_printf("%s: %s", code, complaint->message);
    g_free(code);
    return text;
}

static void complaint_clear(void *pointer)
{
    struct registry_complaint *complaint = pointer;
    g_free(complaint->message);
    g_free(complaint->detail);
}

/* failures.md 0, detail 1: a message that says no more than the code, and no detail, is dropped. */
static struct registry_complaint complaint_read(const json_t *item)
{
    const char *message = json_get_string(item, "message", "");
    const json_t *detail = json_object_get(item, "detail");
    enum registry_code code = code_find(json_get_string(item, "code", ""));
    bool has_detail = detail != NULL && !json_is_null(detail);

    return (struct registry_complaint){
        .code = code,
        .is_bare = !has_detail && (*message == '\0' || strcmp(message, codes[code].message) == 0),
        .message = g_strdup(message),
        .detail = g_strdup(json_string_value(detail)),
    };
}

GArray *registry_complaints_read(GBytes *body)
{
    GArray *complaints = g_array_new(FALSE, FALSE, sizeof(struct registry_complaint));
    g_array_set_clear_func(complaints, complaint_clear);
    g_autoptr(json_t) answer = body != NULL ? json_parse_gbytes(body, NULL) : NULL;
    json_t *list = json_get_array(answer, "errors");

    for (gsize i = 0; i < json_array_size(list); i++) {
        struct registry_complaint complaint = complaint_read(json_array_get(list, i));
        g_array_append_val(complaints, complaint);
    }
    return complaints;
}

static void set_complaint(GError **error, const struct registry_complaint *complaint)
{
    g_autofree char *text = registry_complaint_text(complaint);
    mishap_set(error, complaint->is_bare ? MISHAP_BARE : MISHAP_CODED, (int)complaint->code, "%s",
               text);
}

static void set_unparsed(GError **error, unsigned status, GBytes *body, const char *reason)
{
    gsize length_bytes;
    const char *bytes = g_bytes_get_data(body, &length_bytes);
    g_autofree char *quoted = go_quote(bytes != NULL ? bytes : "", length_bytes);
    mishap_set(error, MISHAP_UNPARSED, (int)status, "error parsing HTTP %u response body: %s: %s",
               status, reason, quoted);
}

static enum registry_code code_of_status(unsigned status)
{
    if (status == 401)
        return CODE_UNAUTHORIZED;
    if (status == 403)
        return CODE_DENIED;
    return status == 429 ? CODE_TOOMANYREQUESTS : CODE_UNKNOWN;
}

static char *body_text(GBytes *body)
{
    gsize length_bytes;
    const char *bytes = g_bytes_get_data(body, &length_bytes);
    g_autofree char *raw = g_strndup(bytes != NULL ? bytes : "", length_bytes);
    return g_strchomp(g_utf8_make_valid(raw, -1));
}

static void set_message(GError **error, enum registry_code code, const char *message)
{
    g_autofree char *name = code_text(code);
    mishap_set(error, MISHAP_CODED, (int)code, "%s: %s", name, message);
}

static bool is_json_type(const char *type)
{
    return type != NULL && (g_str_has_prefix(type, "application/json") ||
                            g_str_has_prefix(type, "application/vnd.api+json"));
}

static char *why_no_complaint(GBytes *body)
{
    gsize length_bytes;
    const void *bytes = g_bytes_get_data(body, &length_bytes);
    char *reason = go_json_error(bytes, length_bytes);
    return reason != NULL ? reason : g_strdup("no error details found in HTTP response body");
}

static void set_from_body(GError **error, const struct puller_habits *habits,
                          const struct http_response *response)
{
    const char *type = http_response_header(response, "Content-Type");
    unsigned status = response->status;

    if (habits->reads_content_type && !is_json_type(type)) {
        g_autofree char *text = body_text(response->body);
        set_message(error, code_of_status(status), text);
        return;
    }
    g_autoptr(json_t) answer = json_parse_gbytes(response->body, NULL);
    const char *details = json_get_string(answer, "details", "");
    g_autoptr(GArray) complaints = registry_complaints_read(response->body);
    if (*details != '\0') {
        set_message(error, status == 403 ? CODE_UNKNOWN : code_of_status(status), details);
    } else if (complaints->len > 0) {
        set_complaint(error, &g_array_index(complaints, struct registry_complaint, 0));
    } else if (status == 401) {
        set_message(error, CODE_UNAUTHORIZED, codes[CODE_UNAUTHORIZED].message);
    } else {
        g_autofree char *reason = why_no_complaint(response->body);
        set_unparsed(error, status, response->body, reason);
    }
}

/* OAuth's error in the challenge comes before the body (RFC 6750 3.1). */
static bool set_from_challenge(GError **error, const struct http_response *response)
{
    const char *challenge = http_response_header(response, "WWW-Authenticate");
    if (challenge == NULL || g_ascii_strncasecmp(challenge, "Bearer ", 7) != 0)
        return false;
    bool is_bad_token = strstr(challenge, "error=\"invalid_token\"") != NULL;
    bool is_too_narrow = strstr(challenge, "error=\"insufficient_scope\"") != NULL;
    if (!is_bad_token && !is_too_narrow)
        return false;
    enum registry_code code = is_bad_token ? CODE_UNAUTHORIZED : CODE_DENIED;
    set_message(error, code, codes[code].message);
    return true;
}

void mishap_from_answer(GError **error, const struct puller_habits *habits,
                        const struct http_response *response)
{
    if (response->status < 400 || response->status >= 500) {
        g_autofree char *status = go_status(response->status);
        mishap_set(error, MISHAP_STATUS, (int)response->status,
                   "received unexpected HTTP status: %s", status);
    } else if (!set_from_challenge(error, response)) {
        set_from_body(error, habits, response);
    }
}
