/* What a failed transfer means: one table from libcurl's code and errno to enum http_error. */
#include "http/http_private.h"

#include <errno.h>

enum {
    ANY = -1
};

struct failure_kind {
    CURLcode code;
    int os_error; /* ANY: whatever it is */
    enum http_error error;
    const char *text; /* NULL: libcurl's own words */
};

/* Measured with libcurl 7.88.1 (virtual-time 3, 9); the first row that fits counts. */
static const struct failure_kind failure_kinds[] = {
    {CURLE_COULDNT_RESOLVE_HOST, ANY, HTTP_ERROR_NAME_NOT_FOUND, "no such host"},
    {CURLE_COULDNT_CONNECT, ECONNREFUSED, HTTP_ERROR_REFUSED, "connection refused"},
    {CURLE_COULDNT_CONNECT, ENOENT, HTTP_ERROR_REFUSED, "no such file or directory"},
    {CURLE_COULDNT_CONNECT, EACCES, HTTP_ERROR_PERMISSION, "permission denied"},
    {CURLE_COULDNT_CONNECT, EPERM, HTTP_ERROR_PERMISSION, "permission denied"},
    {CURLE_COULDNT_CONNECT, ECONNRESET, HTTP_ERROR_RESET, "connection reset by peer"},
    {CURLE_COULDNT_CONNECT, ETIMEDOUT, HTTP_ERROR_UNANSWERED, "connection timed out"},
    {CURLE_COULDNT_CONNECT, ANY, HTTP_ERROR_OTHER, NULL},
    {CURLE_SSL_CONNECT_ERROR, ECONNRESET, HTTP_ERROR_RESET, "connection reset by peer"},
    {CURLE_SSL_CONNECT_ERROR, ANY, HTTP_ERROR_TLS_REFUSED, NULL},
    {CURLE_PEER_FAILED_VERIFICATION, ANY, HTTP_ERROR_TLS_REFUSED, NULL},
    {CURLE_SSL_CERTPROBLEM, ANY, HTTP_ERROR_TLS_REFUSED, NULL},
    {CURLE_SSL_CACERT_BADFILE, ANY, HTTP_ERROR_TLS_REFUSED, NULL},
    {CURLE_SEND_ERROR, EPIPE, HTTP_ERROR_RESET, "broken pipe"},
    {CURLE_SEND_ERROR, ECONNRESET, HTTP_ERROR_RESET, "connection reset by peer"},
    {CURLE_RECV_ERROR, ECONNRESET, HTTP_ERROR_RESET, "connection reset by peer"},
    {CURLE_RECV_ERROR, ANY, HTTP_ERROR_MALFORMED, NULL}, /* a bad chunk size */
    {CURLE_GOT_NOTHING, ANY, HTTP_ERROR_EMPTY_REPLY, "closed without an answer"},
    {CURLE_PARTIAL_FILE, ANY, HTTP_ERROR_TRUNCATED, "closed inside the answer's body"},
    {CURLE_UNSUPPORTED_PROTOCOL, ANY, HTTP_ERROR_MALFORMED, "the answer is no HTTP/1.1"},
    {CURLE_WEIRD_SERVER_REPLY, ANY, HTTP_ERROR_MALFORMED, NULL},
    {CURLE_BAD_CONTENT_ENCODING, ANY, HTTP_ERROR_MALFORMED, NULL},
    /* libcurl's own ceiling for one header line, 100 KB, speaks as "out of memory" */
    {CURLE_OUT_OF_MEMORY, ANY, HTTP_ERROR_TOO_LARGE, "an answer's header line is too long"},
};

void failure_set(GError **error, const struct http_request *request, enum http_error code,
                 const char *text)
{
    g_set_error(error, HTTP_ERROR, (int)code, "%s %s: %s",
                request->method != NULL ? request->method : "GET", request->url, text);
}

static const struct failure_kind *failure_find(CURLcode code, long os_error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(failure_kinds); i++) {
        const struct failure_kind *kind = &failure_kinds[i];
        if (kind->code == code && (kind->os_error == ANY || kind->os_error == os_error))
            return kind;
    }
    return NULL;
}

/* libcurl's connect time-out spans the look-up, the dial and the TLS handshake. Which of them it
   was shows in what is known by then: the time the look-up took, the peer's address. */
static void failure_set_timed_out(GError **error, const struct http_stream *stream)
{
    curl_off_t lookup_us = 0;
    const char *peer = NULL;
    curl_easy_getinfo(stream->handle, CURLINFO_NAMELOOKUP_TIME_T, &lookup_us);
    curl_easy_getinfo(stream->handle, CURLINFO_PRIMARY_IP, &peer);
    if (peer != NULL && peer[0] != '\0')
        failure_set(error, &stream->request, HTTP_ERROR_TLS_TIMED_OUT, "TLS handshake timed out");
    else if (lookup_us > 0)
        failure_set(error, &stream->request, HTTP_ERROR_CONNECT_TIMED_OUT, "connection timed out");
    else
        failure_set(error, &stream->request, HTTP_ERROR_NAME_TIMED_OUT, "name look-up timed out");
}

void failure_set_from_curl(GError **error, const struct http_stream *stream, CURLcode code)
{
    long os_error = 0;
    curl_easy_getinfo(stream->handle, CURLINFO_OS_ERRNO, &os_error);
    const struct failure_kind *kind = failure_find(code, os_error);
    const char *words = stream->problem[0] != '\0' ? stream->problem : curl_easy_strerror(code);

    if (code == CURLE_OPERATION_TIMEDOUT)
        failure_set_timed_out(error, stream);
    else if (kind == NULL)
        failure_set(error, &stream->request, HTTP_ERROR_OTHER, words);
    else
        failure_set(error, &stream->request, kind->error, kind->text != NULL ? kind->text : words);
}
