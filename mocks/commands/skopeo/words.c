/* What containers/image says of what went wrong (docker/errors.go, distribution_error.go), and Go
   below it. */
#include "mocks/commands/skopeo/registry.h"

#include "base/limits.h"
#include "http/status.h"
#include "loop/fiber.h"
#include "mocks/commands/ggcr/ggcr.h"

#include <string.h>

enum {
    SHOWN_BYTES_MAX = 50
};

/* ---- no answer ---- */

/* Errors that containers/common takes for passing: time-outs, and some of the kernel's. */
static bool may_pass(const GError *error)
{
    static const int codes[] = {HTTP_ERROR_REFUSED,       HTTP_ERROR_RESET,
                                HTTP_ERROR_EMPTY_REPLY,   HTTP_ERROR_UNANSWERED,
                                HTTP_ERROR_TLS_TIMED_OUT, HTTP_ERROR_CONNECT_TIMED_OUT,
                                HTTP_ERROR_NAME_TIMED_OUT};
    for (gsize i = 0; error->domain == HTTP_ERROR && i < G_N_ELEMENTS(codes); i++)
        if (error->code == codes[i])
            return true;
    return false;
}

bool skopeo_fail_on_the_way(const char *method, const char *url, GError *reason, GError **error)
{
    if (reason->domain == FIBER_ERROR) {
        g_propagate_error(error, reason);
        return false;
    }
    int code = may_pass(reason) ? SKOPEO_ERROR_PASSING : SKOPEO_ERROR_SAID;
    g_autofree char *text = ggcr_network_text(method, url, reason);
    g_error_free(reason);
    g_set_error_literal(error, SKOPEO_ERROR, code, text);
    return false;
}

/* ---- an answer ---- */

/* docker/distribution's errcode: what each code says when the registry says nothing of its own. */
struct known_code {
    const char *code;
    const char *message;
    bool is_final;    /* not tried again */
    bool is_rejected; /* another type of manifest may do */
};
static const struct known_code known_codes[] = {
    {"UNKNOWN", "unknown error", false, false},
    {"BLOB_UNKNOWN", "blob unknown to registry", false, false},
    {"BLOB_UPLOAD_INVALID", "blob upload invalid", false, false},
    {"BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", false, false},
    {"DENIED", "requested access to the resource is denied", true, false},
    {"DIGEST_INVALID", "provided digest did not match uploaded content", false, false},
    {"MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", false, false},
    {"MANIFEST_INVALID", "manifest invalid", false, true},
    {"MANIFEST_UNKNOWN", "manifest unknown", true, false},
    {"MANIFEST_UNVERIFIED", "manifest failed signature verification", false, false},
    {"NAME_INVALID", "invalid repository name", false, false},
    {"NAME_UNKNOWN", "repository name not known to registry", true, false},
    {"SIZE_INVALID", "provided length did not match content length", false, false},
    {"TAG_INVALID", "manifest tag did not match URI", false, true},
    {"TOOMANYREQUESTS", "too many requests", false, false},
    {"UNAUTHORIZED", "authentication required", true, false},
    {"UNAVAILABLE", "service unavailable", false, false},
    {"UNSUPPORTED", "The operation is unsupported.", false, false},
};

static const struct known_code *find_code(const char *code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known_codes); i++)
        if (strcmp(known_codes[i].code, code) == 0)
            return &known_codes[i];
    return &known_codes[0];
}

static char *lower_words(const char *code)
{
    g_autofree char *lower = g_ascii_strdown(code, -1);
    return g_strdelimit(g_steal_pointer(&lower), "_", ' ');
}

/* errcode.Error, and the bare code where there is neither detail nor another message: that is of a
   type that nothing tries again. */
static bool fail_with_code(const struct known_code *known, const char *message, bool is_bare,
                           GError **error)
{
    bool is_default = strcmp(message, known->message) == 0;
    g_autofree char *words = lower_words(known->code);
    g_autofree char *text = is_bare      ? g_strdup(words)
                            : is_default ? g_strdup(message)
                                         : g_strconcat(words, ": ", message, NULL);
    int code = known->is_rejected           ? SKOPEO_ERROR_REJECTED
               : known->is_final || is_bare ? SKOPEO_ERROR_SAID
                                            : SKOPEO_ERROR_PASSING;
    g_set_error_literal(error, SKOPEO_ERROR, code, text);
    return false;
}

static bool fail_with_first(const json_t *first, GError **error)
{
    const struct known_code *known = find_code(json_get_string(first, "code", ""));
    const char *message = json_get_string(first, "message", "");
    const json_t *detail = json_object_get(first, "detail");
    bool has_detail = detail != NULL && !json_is_null(detail);
    bool is_bare = !has_detail && (*message == '\0' || strcmp(message, known->message) == 0);
    return fail_with_code(known, message, is_bare, error);
}

/* An error in the challenge comes before what the body says. */
static bool fail_with_challenge(const struct http_response *response, GError **error, bool *found)
{
    const char *challenge = http_response_header(response, "WWW-Authenticate");
    g_autofree char *kind = challenge != NULL ? skopeo_challenge_value(challenge, "error") : NULL;
    bool is_token = g_strcmp0(kind, "invalid_token") == 0;
    *found = is_token || g_strcmp0(kind, "insufficient_scope") == 0;
    if (!*found)
        return false;
    const struct known_code *known = find_code(is_token ? "UNAUTHORIZED" : "DENIED");
    g_autofree char *description = skopeo_challenge_value(challenge, "error_description");
    bool has_words = description != NULL && *description != '\0';
    return fail_with_code(known, has_words ? description : known->message, /* is_bare= */ false,
                          error);
}

static bool fail_with_body(const struct http_response *response, GError **error)
{
    gsize length = 0;
    const char *body = response->body != NULL ? g_bytes_get_data(response->body, &length) : NULL;
    if (response->status == 401)
        return fail_with_code(find_code("UNAUTHORIZED"), "authentication required",
                              /* is_bare= */ false, error);
    g_autofree char *start =
        g_strdup_printf("%.*s%s", (int)MIN(length, SHOWN_BYTES_MAX), body != NULL ? body : "",
                        length > SHOWN_BYTES_MAX ? "..." : "");
    g_autofree char *quoted = human_quote(start);
    return skopeo_fail(error, "StatusCode: %u, %s", response->status, quoted);
}

static bool fail_with_details(unsigned status, const char *details, GError **error)
{
    const char *code = status == 401 ? "UNAUTHORIZED" : status == 429 ? "TOOMANYREQUESTS" : "";
    return fail_with_code(find_code(code), details, /* is_bare= */ false, error);
}

bool skopeo_fail_with_answer(const struct http_response *response, GError **error)
{
    bool is_challenged = false;
    if (response->status < 400 || response->status >= 500)
        return skopeo_fail(error, "received unexpected HTTP status: %u %s", response->status,
                           http_status_text(response->status));
    (void)fail_with_challenge(response, error, &is_challenged);
    if (is_challenged)
        return false;
    g_autoptr(json_t) answer =
        response->body != NULL ? json_parse_gbytes(response->body, NULL) : NULL;
    const char *details = json_get_string(answer, "details", "");
    if (*details != '\0')
        return fail_with_details(response->status, details, error);
    const json_t *first = json_array_get(json_get_array(answer, "errors"), 0);
    return first != NULL ? fail_with_first(first, error) : fail_with_body(response, error);
}

void skopeo_read_words(struct http_stream *stream, struct http_response *response)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    while (body->len < MANIFEST_BYTES_MAX) {
        g_autoptr(GBytes) chunk = NULL;
        if (!http_stream_read(stream, &chunk, NULL) || chunk == NULL)
            break;
        g_byte_array_append(body, g_bytes_get_data(chunk, NULL), (guint)g_bytes_get_size(chunk));
    }
    response->body = g_byte_array_free_to_bytes(g_steal_pointer(&body));
}
