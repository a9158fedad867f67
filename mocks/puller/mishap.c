/* Kinds of failure, and what dockerd and BuildKit conclude from them. */
#include "mocks/puller/mishap.h"

enum {
    DETAILS_MAX = 1000, /* code = kind * DETAILS_MAX + detail */
};

GQuark mishap_error_quark(void)
{
    return g_quark_from_static_string("seatrial-mishap");
}

void mishap_set(GError **error, enum mishap kind, int detail, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, MISHAP_ERROR, (int)kind * DETAILS_MAX + detail, text);
}

enum mishap mishap_kind(const GError *error)
{
    if (error->domain != MISHAP_ERROR)
        return MISHAP_STOPPED;
    return (enum mishap)(error->code / DETAILS_MAX);
}

int mishap_detail(const GError *error)
{
    return error->domain == MISHAP_ERROR ? error->code % DETAILS_MAX : 0;
}

void mishap_prefix(GError **error, const char *format, ...)
{
    if (error == NULL || *error == NULL || (*error)->domain != MISHAP_ERROR)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_prefix_error(error, "%s", words);
}

/* distribution/errors.go retryOnError: these codes are final, but only with a message or detail. */
static bool code_is_final(int code)
{
    return code == CODE_UNAUTHORIZED || code == CODE_UNSUPPORTED || code == CODE_DENIED ||
           code == CODE_TOOMANYREQUESTS || code == CODE_NAME_UNKNOWN;
}

bool mishap_settle(GError *error)
{
    if (error->domain != MISHAP_ERROR)
        return true;
    char *inner = g_strdup(go_url_error_inner(error->message));
    g_free(error->message);
    error->message = inner;

    switch (mishap_kind(error)) {
    case MISHAP_CODED:
        return code_is_final(mishap_detail(error));
    case MISHAP_STOPPED:
    case MISHAP_UNPARSED:
    case MISHAP_MISSING:
    case MISHAP_NO_SPACE:
    case MISHAP_NO_CREDENTIALS:
    case MISHAP_FINAL:
        return true;
    case MISHAP_TRANSPORT:
    case MISHAP_STATUS:
    case MISHAP_BARE:
    case MISHAP_ACCESS:
    case MISHAP_NO_PLATFORM:
    case MISHAP_SHORT_BODY:
    case MISHAP_OTHER:
        return false;
    }
    return false;
}

/* What Go calls temporary among network errors, and what the handler names itself. */
static bool transport_is_transient(int code)
{
    switch ((enum http_error)code) {
    case HTTP_ERROR_RESET:
    case HTTP_ERROR_EMPTY_REPLY:
    case HTTP_ERROR_NAME_SERVER:
    case HTTP_ERROR_NAME_TIMED_OUT:
    case HTTP_ERROR_CONNECT_TIMED_OUT:
    case HTTP_ERROR_UNANSWERED:
    case HTTP_ERROR_TLS_TIMED_OUT:
        return true;
    case HTTP_ERROR_NAME_NOT_FOUND:
    case HTTP_ERROR_REFUSED:
    case HTTP_ERROR_TLS_REFUSED:
    case HTTP_ERROR_TRUNCATED:
    case HTTP_ERROR_MALFORMED:
    case HTTP_ERROR_TOO_LARGE:
    case HTTP_ERROR_PERMISSION:
    case HTTP_ERROR_OTHER:
        return false;
    }
    return false;
}

bool mishap_is_transient(const GError *error)
{
    if (mishap_kind(error) == MISHAP_STATUS)
        return mishap_detail(error) >= 500;
    return mishap_kind(error) == MISHAP_TRANSPORT && transport_is_transient(mishap_detail(error));
}
