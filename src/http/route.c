/* Where a request leads: its URL, the opener's answer, and the failures that need no socket. */
#include "http/http_private.h"

#include <string.h>

enum {
    HTTP_PORT = 80,
    HTTPS_PORT = 443
};

char *http_escape(const char *text)
{
    return g_uri_escape_string(text, NULL, /* allow_utf8= */ FALSE);
}

static bool url_refuse(const char *url, const char *reason, GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "URL '%s': %s", url, reason);
    return false;
}

static bool url_check_text(const char *url, GError **error)
{
    if (strlen(url) > HTTP_TARGET_BYTES_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                    "URL '%.64s…' is over the limit of %d bytes", url, HTTP_TARGET_BYTES_MAX);
        return false;
    }
    for (const char *each = url; *each != '\0'; each++)
        if (*each <= ' ' || *each == 0x7f)
            return url_refuse(url, "only printable ASCII may stand in it", error);
    return true;
}

static int scheme_port(const char *scheme)
{
    if (g_strcmp0(scheme, "http") == 0)
        return HTTP_PORT;
    return g_strcmp0(scheme, "https") == 0 ? HTTPS_PORT : 0;
}

static bool escapes_are_whole(const char *text)
{
    for (; (text = strchr(text, '%')) != NULL; text++)
        if (!g_ascii_isxdigit(text[1]) || !g_ascii_isxdigit(text[2]))
            return false;
    return true;
}

/* Nearly every URL is a scheme, a plain name and a path, and every request asks: anything else is
   g_uri_split()'s to judge, which takes twenty times as long. */
static bool url_split_plain(const char *url, char **host, int *port)
{
    bool is_tls = g_str_has_prefix(url, "https://");
    if (!is_tls && !g_str_has_prefix(url, "http://"))
        return false;
    const char *start = url + strlen(is_tls ? "https://" : "http://");
    const char *end = start;
    while (g_ascii_isalnum(*end) || *end == '.' || *end == '-')
        end++;
    if (end == start || *end != '/' || !escapes_are_whole(end))
        return false;
    *host = g_strndup(start, (gsize)(end - start));
    *port = is_tls ? HTTPS_PORT : HTTP_PORT;
    return true;
}

bool http_url_split(const char *url, char **host, int *port, GError **error)
{
    g_autofree char *scheme = NULL;
    g_autofree char *user = NULL;
    g_autofree char *name = NULL;
    int stated_port = -1;

    if (!url_check_text(url, error))
        return false;
    if (url_split_plain(url, host, port))
        return true;
    if (!g_uri_split(url, G_URI_FLAGS_ENCODED, &scheme, &user, &name, &stated_port, NULL, NULL,
                     NULL, NULL))
        return url_refuse(url, "its form is not scheme://host:port/path", error);
    if (scheme_port(scheme) == 0)
        return url_refuse(url, "the scheme must be http or https", error);
    if (name == NULL || name[0] == '\0')
        return url_refuse(url, "the host is missing", error);
    if (user != NULL)
        return url_refuse(url, "credentials belong in a header", error);
    if (stated_port == 0 || stated_port > UINT16_MAX)
        return url_refuse(url, "the port must be 1 to 65535", error);
    *host = g_steal_pointer(&name);
    *port = stated_port > 0 ? stated_port : scheme_port(scheme);
    return true;
}

char *http_url_join(const char *base, const char *reference, GError **error)
{
    g_autofree char *url = g_uri_resolve_relative(base, reference, G_URI_FLAGS_ENCODED, NULL);
    g_autofree char *host = NULL;
    int port;

    if (url == NULL) {
        url_refuse(reference, "it leads nowhere from here", error);
        return NULL;
    }
    return http_url_split(url, &host, &port, error) ? g_steal_pointer(&url) : NULL;
}

struct way_end {
    const char *text;
    enum http_error error;
    bool is_lookup; /* the name is not resolved yet when it fails */
};

static const struct way_end way_ends[] = {
    [HTTP_WAY_SOCKET] = {"", HTTP_ERROR_OTHER, false}, /* goes on */
    [HTTP_WAY_NAME_NOT_FOUND] = {"no such host", HTTP_ERROR_NAME_NOT_FOUND, true},
    [HTTP_WAY_NAME_SERVER_FAILS] = {"server misbehaving", HTTP_ERROR_NAME_SERVER, true},
    [HTTP_WAY_NAME_TIMES_OUT] = {"name look-up timed out", HTTP_ERROR_NAME_TIMED_OUT, true},
    [HTTP_WAY_REFUSED] = {"connection refused", HTTP_ERROR_REFUSED, false},
    [HTTP_WAY_SILENT] = {"connection timed out", HTTP_ERROR_CONNECT_TIMED_OUT, false},
    [HTTP_WAY_TLS_SILENT] = {"TLS handshake timed out", HTTP_ERROR_TLS_TIMED_OUT, false},
    [HTTP_WAY_TLS_REFUSED] = {"TLS handshake refused", HTTP_ERROR_TLS_REFUSED, false},
    [HTTP_WAY_NO_SUCH_FILE] = {"no such file or directory", HTTP_ERROR_REFUSED, false},
    [HTTP_WAY_NO_PERMISSION] = {"permission denied", HTTP_ERROR_PERMISSION, false},
};

int64_t route_connect_timeout_us(const struct http_request *request)
{
    return request->connect_timeout_us > 0 ? request->connect_timeout_us : 30 * SECOND_US;
}

static int64_t tls_timeout_us(const struct http_request *request)
{
    return request->tls_timeout_us > 0 ? request->tls_timeout_us : 10 * SECOND_US;
}

/* When the kernel gives up: the delay of a silent way is that of its look-up, of any other all. */
static int64_t kernel_limit_us(enum http_way way, int64_t delay_us)
{
    if (way_ends[way].is_lookup)
        return INT64_MAX;
    return HTTP_SYN_GIVES_UP_US + (way == HTTP_WAY_SILENT ? delay_us : 0);
}

/* One dialer's clock runs over look-up and connection, as Go's net.Dialer has it. */
static bool way_dial(struct http *http, const struct http_request *request, enum http_way way,
                     int64_t delay_us, GError **error)
{
    int64_t own_us = route_connect_timeout_us(request);
    int64_t kernel_us = kernel_limit_us(way, delay_us);
    int64_t limit_us = MIN(own_us, kernel_us);
    bool is_late = way == HTTP_WAY_SILENT || delay_us >= limit_us;

    if (is_late)
        delay_us = limit_us;
    if (delay_us > 0 && !fiber_sleep(http->loop, delay_us, error))
        return false;
    if (!is_late)
        return true;
    const struct way_end *end =
        &way_ends[way_ends[way].is_lookup ? HTTP_WAY_NAME_TIMES_OUT : HTTP_WAY_SILENT];
    failure_set(error, request, kernel_us < own_us ? HTTP_ERROR_UNANSWERED : end->error, end->text);
    return false;
}

static bool way_follow(struct http *http, const struct http_request *request,
                       const struct http_route *route, GError **error)
{
    enum http_way way = route->way;
    g_autofree char *reason = g_strdup(route->reason); /* lent only until somebody else asks */

    if (!way_dial(http, request, way, route->delay_us, error))
        return false;
    if (way == HTTP_WAY_SOCKET)
        return true;
    if (way == HTTP_WAY_TLS_SILENT && !fiber_sleep(http->loop, tls_timeout_us(request), error))
        return false;
    failure_set(error, request, way_ends[way].error, reason != NULL ? reason : way_ends[way].text);
    return false;
}

/* What a connection leads to, as libcurl tells them apart. */
static char *target_name(const struct http_request *request, const char *host, int port)
{
    return g_strdup_printf("%s %s:%d", request->unix_socket != NULL ? request->unix_socket : "",
                           host, port);
}

static bool route_ask(struct http_stream *stream, const char *host, int port, GError **error)
{
    const struct http_opener *opener = &stream->http->opener;
    const char *unix_socket = stream->request.unix_socket;
    struct http_route route = {0};

    if (unix_socket != NULL)
        opener->find(opener->context, unix_socket, 0, /* is_unix= */ true, &route);
    else
        opener->find(opener->context, host, port, /* is_unix= */ false, &route);
    g_assert(route.way != HTTP_WAY_SOCKET || route.path != NULL);
    stream->path = g_strdup(route.path);
    return way_follow(stream->http, &stream->request, &route, error);
}

bool route_find(struct http_stream *stream, GError **error)
{
    struct http *http = stream->http;
    const struct http_request *request = &stream->request;
    g_autofree char *host = NULL;
    int port;

    if (!http_url_split(request->url, &host, &port, error))
        return false;
    if (http->opener.find == NULL) {
        stream->path = g_strdup(request->unix_socket);
        return true;
    }
    if (!request_may_reuse(request))
        return route_ask(stream, host, port, error);
    stream->target = target_name(request, host, port);
    stream->path = g_strdup(kept_find(http, stream->target));
    return stream->path != NULL || route_ask(stream, host, port, error);
}
