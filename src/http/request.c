/* A request as libcurl's options: method, headers, body, the socket it goes to. */
#include "http/http_private.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* In the network a connection may be dead without a sign: Go's clients, too, drop one that was idle
   for so long (http.DefaultTransport). */
#define IDLE_SECONDS_MAX 90L

/* What is the same for every request. */
static const struct {
    CURLoption option;
    long value;
} fixed_options[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_PATH_AS_IS, 1},
    {CURLOPT_HTTP_CONTENT_DECODING, 0},
    {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1}, /* a proxy's, in production */
    {CURLOPT_MAXAGE_CONN, INT_MAX},        /* a kept unix socket is good until its peer closes it */
};

/* Headers that libcurl would add by itself; an empty one takes it away. */
static const char *const unwanted_headers[] = {"Expect:", "Accept:", "Content-Type:"};

/* libcurl sends a request once more when a kept connection dies before its answer (virtual-time
   9.10). What became of the first attempt is the failure. */
static void refuse_repetition(struct http_stream *stream)
{
    long os_error = 0;
    curl_easy_getinfo(stream->handle, CURLINFO_OS_ERRNO, &os_error);
    if (stream->error != NULL)
        return;
    if (os_error == ECONNRESET)
        failure_set(&stream->error, &stream->request, HTTP_ERROR_RESET, "connection reset by peer");
    else
        failure_set(&stream->error, &stream->request, HTTP_ERROR_EMPTY_REPLY,
                    "closed without an answer");
}

static curl_socket_t on_open(void *argument, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_stream *stream = argument;
    const struct http_opener *opener = &stream->http->opener;
    (void)purpose;

    if (stream->is_on_kept && !request_may_repeat(&stream->request)) {
        refuse_repetition(stream);
        return CURL_SOCKET_BAD;
    }
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd >= 0 && opener->on_socket != NULL)
        opener->on_socket(opener->context, stream->path, fd);
    if (fd >= 0 && request_may_reuse(&stream->request))
        kept_add(stream, fd);
    return fd;
}

static int on_close(void *argument, curl_socket_t fd)
{
    struct http *http = argument;

    kept_remove(http, fd);
    loop_note_closed(http->loop, fd);
    if (http->opener.on_close != NULL)
        http->opener.on_close(http->opener.context, fd);
    return close(fd);
}

/* How many bytes may still be given, at most room. */
static gsize body_room(const struct http_stream *stream, gsize room_bytes)
{
    int64_t declared_bytes = stream->request.body_read_bytes;
    if (declared_bytes < 0)
        return room_bytes;
    return MIN(room_bytes, (gsize)(declared_bytes - stream->body_given_bytes));
}

static size_t body_abort(struct http_stream *stream, const char *text)
{
    if (stream->error == NULL)
        failure_set(&stream->error, &stream->request, HTTP_ERROR_OTHER, text);
    return CURL_READFUNC_ABORT;
}

static size_t on_body_wish(char *buffer, size_t size, size_t count, void *argument)
{
    struct http_stream *stream = argument;
    const struct http_request *request = &stream->request;
    gsize room_bytes = body_room(stream, size * count);
    if (room_bytes == 0)
        return 0;

    gssize given_bytes = request->body_read(request->body_context, buffer, room_bytes);
    if (given_bytes < 0)
        return body_abort(stream, "the request's body ended with an error");
    if (given_bytes == 0 && request->body_read_bytes >= 0)
        return body_abort(stream, "the request's body is shorter than declared");
    stream->body_given_bytes += given_bytes;
    return (size_t)given_bytes;
}

static bool is_without_value(const char *line, gsize *name_length)
{
    gsize length = strlen(line);
    while (length > 0 && line[length - 1] == ' ')
        length--;
    *name_length = length - 1;
    return length > 0 && line[length - 1] == ':';
}

/* libcurl only reads the list: its entries stand in one array and lend the request's lines, where
   curl_slist_append() would copy each. */
static void append_line(struct http_stream *stream, const char *line)
{
    struct curl_slist *entry = &stream->header_lines[stream->header_count];
    *entry = (struct curl_slist){.data = (char *)(uintptr_t)line};
    if (stream->header_count++ > 0)
        entry[-1].next = entry;
}

/* libcurl drops "Name:" and sends "Name;" as a header without a value. */
static void apply_header(struct http_stream *stream, const char *line)
{
    gsize name_length;
    if (!is_without_value(line, &name_length)) {
        append_line(stream, line);
        return;
    }
    char *empty = g_strdup_printf("%.*s;", (int)name_length, line);
    stream->empty_headers = g_slist_prepend(stream->empty_headers, empty);
    append_line(stream, empty);
}

static void apply_headers(struct http_stream *stream)
{
    static const char *const upgrade[] = {"Connection: Upgrade", "Upgrade: tcp"};
    const char *const *lines = stream->request.headers;
    gsize line_count = lines != NULL ? g_strv_length((char **)(uintptr_t)lines) : 0;

    stream->header_lines = g_new(struct curl_slist, line_count + G_N_ELEMENTS(unwanted_headers) +
                                                        G_N_ELEMENTS(upgrade));
    for (gsize i = 0; i < line_count; i++)
        apply_header(stream, lines[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(unwanted_headers); i++)
        append_line(stream, unwanted_headers[i]);
    for (gsize i = 0; stream->request.is_upgrade && i < G_N_ELEMENTS(upgrade); i++)
        append_line(stream, upgrade[i]);
    curl_easy_setopt(stream->handle, CURLOPT_HTTPHEADER, stream->header_lines);
}

static void apply_body_bytes(CURL *handle, const char *bytes, gsize length_bytes)
{
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length_bytes);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, bytes);
}

static void apply_body_source(struct http_stream *stream)
{
    const struct http_request *request = &stream->request;
    curl_off_t length_bytes = request->body_read_bytes >= 0 ? request->body_read_bytes : -1;
    curl_easy_setopt(stream->handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(stream->handle, CURLOPT_INFILESIZE_LARGE, length_bytes);
    curl_easy_setopt(stream->handle, CURLOPT_READFUNCTION, on_body_wish);
    curl_easy_setopt(stream->handle, CURLOPT_READDATA, stream);
}

/* Methods whose empty body is announced by Content-Length: 0 (RFC 9110 8.6). */
static bool method_means_content(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
           strcmp(method, "PATCH") == 0;
}

static void apply_method(struct http_stream *stream)
{
    const struct http_request *request = &stream->request;
    CURL *handle = stream->handle;

    if (request->body_read != NULL) {
        apply_body_source(stream);
    } else if (request->body != NULL) {
        gsize length_bytes;
        const char *bytes = g_bytes_get_data(request->body, &length_bytes);
        apply_body_bytes(handle, bytes != NULL ? bytes : "", length_bytes);
    } else if (method_means_content(request->method)) {
        apply_body_bytes(handle, "", 0);
    } else if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
        return;
    }
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method);
}

/* The parts of the URL are given besides its text: from the text alone libcurl would print it anew,
   byte by byte. One that does not parse is left to libcurl to refuse. */
static void apply_url(struct http_stream *stream, const char *url)
{
    curl_easy_setopt(stream->handle, CURLOPT_URL, url);
    stream->url_parts = curl_url();
    if (curl_url_set(stream->url_parts, CURLUPART_URL, url, CURLU_PATH_AS_IS) == CURLUE_OK)
        curl_easy_setopt(stream->handle, CURLOPT_CURLU, stream->url_parts);
}

/* In a rehearsal https:// is spoken without TLS to the socket; the host stays. */
static void apply_target(struct http_stream *stream)
{
    const char *url = stream->request.url;
    CURL *handle = stream->handle;

    if (stream->path == NULL) {
        int64_t timeout_us = route_connect_timeout_us(&stream->request);
        curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)(timeout_us / MILLISECOND_US));
        curl_easy_setopt(handle, CURLOPT_MAXAGE_CONN, IDLE_SECONDS_MAX);
        apply_url(stream, url);
        return;
    }
    g_autofree char *plain = NULL;
    if (g_str_has_prefix(url, "https:"))
        plain = g_strconcat("http:", url + strlen("https:"), NULL);
    apply_url(stream, plain != NULL ? plain : url);
    curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, stream->path);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
}

static void apply_callbacks(struct http_stream *stream)
{
    CURL *handle = stream->handle;
    curl_easy_setopt(handle, CURLOPT_PRIVATE, stream);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, stream->problem);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_head_line);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, stream);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body_bytes);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, stream);
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, stream->http);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, stream);
}

static bool method_is_one_of(const struct http_request *request, const char *const *methods)
{
    return g_strv_contains(methods, request->method);
}

bool request_may_reuse(const struct http_request *request)
{
    return request->may_reuse && !request->is_upgrade && request->body_read == NULL;
}

bool request_may_repeat(const struct http_request *request)
{
    static const char *const safe[] = {"GET", "HEAD", NULL};
    return request->may_repeat && request->body == NULL && method_is_one_of(request, safe);
}

void request_apply(struct http_stream *stream)
{
    CURL *handle = stream->handle;
    long is_alone = request_may_reuse(&stream->request) ? 0 : 1;

    for (gsize i = 0; i < G_N_ELEMENTS(fixed_options); i++)
        curl_easy_setopt(handle, fixed_options[i].option, fixed_options[i].value);
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, is_alone);
    curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, is_alone);
    apply_callbacks(stream);
    apply_target(stream);
    apply_method(stream);
    apply_headers(stream);
}
