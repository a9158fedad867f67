/* The header block of an answer, line by line, and what it says of the body. */
#include "http/http_private.h"

#include <string.h>

/* Its two texts stand behind it, in the same allocation. */
static struct http_header *header_new(const char *name, gsize name_length, const char *value,
                                      gsize value_length)
{
    struct http_header *header =
        g_malloc(sizeof(struct http_header) + name_length + 1 + value_length + 1);
    header->name = (char *)(header + 1);
    header->value = header->name + name_length + 1;
    memcpy(header->name, name, name_length);
    header->name[name_length] = '\0';
    memcpy(header->value, value, value_length);
    header->value[value_length] = '\0';
    return header;
}

static const char *headers_find(const GPtrArray *headers, const char *name)
{
    for (guint i = 0; headers != NULL && i < headers->len; i++) {
        const struct http_header *header = g_ptr_array_index(headers, i);
        if (g_ascii_strcasecmp(header->name, name) == 0)
            return header->value;
    }
    return NULL;
}

const char *http_response_header(const struct http_response *response, const char *name)
{
    return headers_find(response->headers, name);
}

void http_response_clear(struct http_response *response)
{
    g_clear_pointer(&response->headers, g_ptr_array_unref);
    g_clear_pointer(&response->body, g_bytes_unref);
    response->status = 0;
}

static void headers_begin(struct http_stream *stream)
{
    g_clear_pointer(&stream->headers, g_ptr_array_unref);
    stream->headers = g_ptr_array_new_full(16, g_free);
}

/* A line that begins with a blank goes on with the value of the line before (RFC 9112 5.2). */
static bool header_continue(struct http_stream *stream, const char *line, gsize length_bytes)
{
    if (stream->headers->len == 0)
        return false;
    void **place = &g_ptr_array_index(stream->headers, stream->headers->len - 1);
    g_autofree struct http_header *last = *place;
    g_autofree char *more = g_strstrip(g_strndup(line, length_bytes));
    g_autofree char *joined = g_strconcat(last->value, " ", more, NULL);
    *place = header_new(last->name, strlen(last->name), joined, strlen(joined));
    return true;
}

static bool header_add(struct http_stream *stream, const char *line, gsize length_bytes)
{
    if (line[0] == ' ' || line[0] == '\t')
        return header_continue(stream, line, length_bytes);
    const char *end = line + length_bytes;
    const char *colon = memchr(line, ':', length_bytes);
    if (colon == NULL || colon == line)
        return false;
    const char *value = colon + 1;
    while (value < end && g_ascii_isspace(*value))
        value++;
    while (end > value && g_ascii_isspace(end[-1]))
        end--;
    g_ptr_array_add(stream->headers,
                    header_new(line, (gsize)(colon - line), value, (gsize)(end - value)));
    return true;
}

static bool reply_has_no_body(const struct http_stream *stream)
{
    return g_strcmp0(stream->request.method, "HEAD") == 0 || stream->status == 204 ||
           stream->status == 304;
}

static bool check_announced_length(const struct http_stream *stream, GError **error)
{
    curl_off_t length_bytes = -1;
    curl_easy_getinfo(stream->handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length_bytes);
    if (stream->whole == NULL || length_bytes < 0 || reply_has_no_body(stream) ||
        (guint64)length_bytes <= stream->whole_bytes_max)
        return true;
    g_autofree char *text = g_strdup_printf("the answer's body of %" G_GINT64_FORMAT
                                            " bytes is over the limit of %" G_GSIZE_FORMAT,
                                            (gint64)length_bytes, stream->whole_bytes_max);
    failure_set(error, &stream->request, HTTP_ERROR_TOO_LARGE, text);
    return false;
}

/* An interim answer (1xx) is followed by another; 101 is the last. */
static bool head_end(struct http_stream *stream, GError **error)
{
    long status = 0;
    curl_easy_getinfo(stream->handle, CURLINFO_RESPONSE_CODE, &status);
    stream->status = (unsigned)status;
    if (status < 200 && status != 101)
        return true;
    stream->is_head_complete = true;
    return check_announced_length(stream, error);
}

bool response_take_line(struct http_stream *stream, const char *line, gsize length_bytes,
                        GError **error)
{
    if (stream->is_head_complete)
        return true; /* a trailer after a chunked body */
    stream->head_bytes += length_bytes;
    if (stream->head_bytes > HTTP_HEADER_BYTES_MAX) {
        g_autofree char *text = g_strdup_printf(
            "the answer's headers are over the limit of %d bytes", HTTP_HEADER_BYTES_MAX);
        failure_set(error, &stream->request, HTTP_ERROR_TOO_LARGE, text);
        return false;
    }
    while (length_bytes > 0 && (line[length_bytes - 1] == '\n' || line[length_bytes - 1] == '\r'))
        length_bytes--;
    if (length_bytes == 0)
        return head_end(stream, error);
    if (length_bytes >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        headers_begin(stream);
        return true;
    }
    if (stream->headers != NULL && header_add(stream, line, length_bytes))
        return true;
    failure_set(error, &stream->request, HTTP_ERROR_MALFORMED, "an answer's header without a name");
    return false;
}

static bool is_close_announced(const struct http_stream *stream)
{
    const char *connection = headers_find(stream->headers, "Connection");
    return connection != NULL && g_ascii_strcasecmp(connection, "close") == 0;
}

bool response_may_end_by_close(const struct http_stream *stream)
{
    long version = 0;

    if (reply_has_no_body(stream) || stream->status == 101 || stream->request.is_upgrade)
        return true;
    if (headers_find(stream->headers, "Content-Length") != NULL ||
        headers_find(stream->headers, "Transfer-Encoding") != NULL)
        return true; /* libcurl has counted */
    curl_easy_getinfo(stream->handle, CURLINFO_HTTP_VERSION, &version);
    return version == CURL_HTTP_VERSION_1_0 || is_close_announced(stream);
}
