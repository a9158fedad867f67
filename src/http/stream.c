/* An exchange from the dial to the last byte: what http_perform() and http_open() wait for. */
#include "http/http_private.h"

static void stream_wake(struct http_stream *stream)
{
    if (stream->waiter != NULL)
        fiber_wake(stream->waiter);
}

static bool stream_wait(struct http_stream *stream, GError **error)
{
    struct http *http = stream->http;
    stream->waiter = fiber_current(http->loop);
    bool is_fine = fiber_park(http->loop, http->waits_for, error);
    stream->waiter = NULL;
    return is_fine;
}

size_t on_head_line(char *bytes, size_t size, size_t count, void *argument)
{
    struct http_stream *stream = argument;
    gsize length_bytes = size * count;

    if (!response_take_line(stream, bytes, length_bytes, &stream->error))
        return 0;
    if (stream->is_head_complete)
        stream_wake(stream);
    return length_bytes;
}

static bool whole_append(struct http_stream *stream, const char *bytes, gsize length_bytes)
{
    if (length_bytes > stream->whole_bytes_max - stream->whole->len) {
        g_autofree char *text =
            g_strdup_printf("the answer's body is over the limit of %" G_GSIZE_FORMAT " bytes",
                            stream->whole_bytes_max);
        failure_set(&stream->error, &stream->request, HTTP_ERROR_TOO_LARGE, text);
        return false;
    }
    g_byte_array_append(stream->whole, (const guint8 *)bytes, (guint)length_bytes);
    return true;
}

size_t on_body_bytes(char *bytes, size_t size, size_t count, void *argument)
{
    struct http_stream *stream = argument;
    gsize length_bytes = size * count;

    stream->is_paused = stream->buffered_bytes + length_bytes > HTTP_STREAM_BUFFER_BYTES_MAX;
    if (stream->is_paused)
        return CURL_WRITEFUNC_PAUSE;
    stream->received_bytes += length_bytes;
    if (stream->whole != NULL)
        return whole_append(stream, bytes, length_bytes) ? length_bytes : 0;
    g_queue_push_tail(&stream->chunks, g_bytes_new(bytes, length_bytes));
    stream->buffered_bytes += length_bytes;
    stream_wake(stream);
    return length_bytes;
}

/* A server may answer before it has read the request's body, and close: the answer counts. */
static bool has_whole_reply(const struct http_stream *stream)
{
    curl_off_t length_bytes = -1;
    if (!stream->is_head_complete)
        return false;
    curl_easy_getinfo(stream->handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length_bytes);
    return length_bytes >= 0 && stream->received_bytes == (gsize)length_bytes;
}

/* libcurl calls it a success, an empty reply or a partial body, by where the cut was. */
static bool is_cut_head(const struct http_stream *stream, CURLcode code)
{
    return !stream->is_head_complete && (code == CURLE_OK || code == CURLE_PARTIAL_FILE ||
                                         (code == CURLE_GOT_NOTHING && stream->head_bytes > 0));
}

/* libcurl does not count the head of a 1xx: an upgraded stream that ends without a byte, as that of
   a command without output does, is nothing to it. */
static bool is_silent_upgrade(const struct http_stream *stream, CURLcode code)
{
    return code == CURLE_GOT_NOTHING && stream->is_head_complete && stream->status == 101;
}

static void stream_judge(struct http_stream *stream, CURLcode code)
{
    if (is_silent_upgrade(stream, code))
        code = CURLE_OK;
    if (stream->error != NULL || (code == CURLE_SEND_ERROR && has_whole_reply(stream)))
        return;
    if (is_cut_head(stream, code))
        failure_set(&stream->error, &stream->request, HTTP_ERROR_TRUNCATED,
                    "closed inside the answer's headers");
    else if (code != CURLE_OK)
        failure_set_from_curl(&stream->error, stream, code);
    else if (!response_may_end_by_close(stream))
        failure_set(&stream->error, &stream->request, HTTP_ERROR_TRUNCATED,
                    "closed where the end of the answer's body cannot be told");
}

static void stream_drop_handle(struct http_stream *stream)
{
    if (stream->handle == NULL)
        return;
    kept_give_back(stream->http, stream->fd);
    http_give_handle(stream->http, g_steal_pointer(&stream->handle));
}

void stream_end(struct http_stream *stream, CURLcode code)
{
    stream_judge(stream, code);
    stream->is_over = true;
    stream_drop_handle(stream);
    stream_wake(stream);
}

static void stream_refuse(struct http_stream *stream, GError **error)
{
    failure_set(error, &stream->request, HTTP_ERROR_OTHER, "the client was closed");
}

void stream_close(struct http_stream *stream)
{
    if (stream->is_over)
        return;
    if (stream->error == NULL)
        stream_refuse(stream, &stream->error);
    stream->is_over = true;
    stream_drop_handle(stream);
    stream_wake(stream);
}

void http_stream_free(struct http_stream *stream)
{
    if (stream == NULL)
        return;
    struct http *http = stream->http;
    stream_drop_handle(stream);
    g_ptr_array_remove_fast(http->streams, stream);
    g_free(stream->header_lines);
    g_slist_free_full(stream->empty_headers, g_free);
    curl_url_cleanup(stream->url_parts);
    g_queue_clear_full(&stream->chunks, (GDestroyNotify)g_bytes_unref);
    g_clear_pointer(&stream->headers, g_ptr_array_unref);
    g_clear_pointer(&stream->whole, g_byte_array_unref);
    g_clear_error(&stream->error);
    g_free(stream->path);
    g_free(stream->target);
    g_free(stream);
    http_release(http);
}

static struct http_stream *stream_new(struct http *http, const struct http_request *request)
{
    struct http_stream *stream = g_new0(struct http_stream, 1);
    stream->http = http;
    stream->fd = -1;
    stream->request = *request;
    if (request->method == NULL)
        stream->request.method = "GET";
    g_queue_init(&stream->chunks);
    g_ptr_array_add(http->streams, stream);
    return stream;
}

static bool stream_start(struct http_stream *stream, GError **error)
{
    struct http *http = stream->http;

    if (!route_find(stream, error))
        return false;
    if (http->is_closed) {
        stream_refuse(stream, error);
        return false;
    }
    stream->handle = http_take_handle(http);
    request_apply(stream);
    CURLMcode code = curl_multi_add_handle(http->multi, stream->handle);
    if (code != CURLM_OK)
        g_error("curl_multi_add_handle: %s", curl_multi_strerror(code));
    return true;
}

static bool stream_fail(const struct http_stream *stream, GError **error)
{
    g_propagate_error(error, g_error_copy(stream->error));
    return false;
}

static void stream_give_head(struct http_stream *stream, struct http_response *response)
{
    *response = (struct http_response){
        .status = stream->status,
        .headers = g_ptr_array_ref(stream->headers),
    };
}

bool http_perform(struct http *http, const struct http_request *request,
                  struct http_response *response, GError **error)
{
    AUTO(http_stream) stream = stream_new(http, request);
    *response = (struct http_response){0};
    stream->whole = g_byte_array_new();
    stream->whole_bytes_max = HTTP_BODY_BYTES_MAX;
    if (request->reply_bytes_max > 0)
        stream->whole_bytes_max = MIN(request->reply_bytes_max, HTTP_BODY_BYTES_MAX);

    if (!stream_start(stream, error))
        return false;
    while (!stream->is_over)
        if (!stream_wait(stream, error))
            return false;
    if (stream->error != NULL)
        return stream_fail(stream, error);
    stream_give_head(stream, response);
    response->body = g_byte_array_free_to_bytes(g_steal_pointer(&stream->whole));
    return true;
}

struct http_stream *http_open(struct http *http, const struct http_request *request,
                              struct http_response *response, GError **error)
{
    AUTO(http_stream) stream = stream_new(http, request);
    *response = (struct http_response){0};

    if (!stream_start(stream, error))
        return NULL;
    while (!stream->is_over && !stream->is_head_complete)
        if (!stream_wait(stream, error))
            return NULL;
    if (!stream->is_head_complete) {
        stream_fail(stream, error);
        return NULL;
    }
    stream_give_head(stream, response);
    return g_steal_pointer(&stream);
}

/* libcurl hands over what it held back before this returns. */
static void stream_resume(struct http_stream *stream)
{
    if (!stream->is_paused || stream->buffered_bytes > HTTP_STREAM_BUFFER_BYTES_MAX / 2)
        return;
    stream->is_paused = false;
    curl_easy_pause(stream->handle, CURLPAUSE_CONT);
}

bool http_stream_read(struct http_stream *stream, GBytes **chunk, GError **error)
{
    *chunk = NULL;
    while (stream->chunks.length == 0 && !stream->is_over)
        if (!stream_wait(stream, error))
            return false;
    *chunk = g_queue_pop_head(&stream->chunks);
    if (*chunk == NULL)
        return stream->error == NULL || stream_fail(stream, error);
    stream->buffered_bytes -= g_bytes_get_size(*chunk);
    stream_resume(stream);
    return true;
}
