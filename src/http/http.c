/* A client's life, and libcurl's multi interface on the loop: its sockets, its timer, its ends. */
#include "http/http_private.h"

#include <sys/epoll.h>

enum {
    IDLE_HANDLES_MAX = 16
};

GQuark http_error_quark(void)
{
    return g_quark_from_static_string("seatrial-http-error");
}

/* Transfers that are over are noticed here, after libcurl has returned: a handle may not be removed
   inside one of its callbacks (virtual-time 9.14). */
static void http_collect_ends(struct http *http)
{
    int left_count;
    CURLMsg *message;

    while ((message = curl_multi_info_read(http->multi, &left_count)) != NULL) {
        struct http_stream *stream = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &stream);
        stream_end(stream, code);
    }
}

static void http_act(struct http *http, curl_socket_t socket, int events)
{
    int running_count;
    CURLMcode code = curl_multi_socket_action(http->multi, socket, events, &running_count);
    if (code != CURLM_OK)
        g_error("curl_multi_socket_action: %s", curl_multi_strerror(code));
    http_collect_ends(http);
}

struct socket_watch {
    struct http *http;
    curl_socket_t socket;
};

/* A hang-up or an error is read like data: libcurl then finds what came before it, and its errno.
 */
static void on_socket_ready(void *argument, uint32_t events)
{
    struct socket_watch *watch = argument;
    int action = 0;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        action |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        action |= CURL_CSELECT_OUT;
    http_act(watch->http, watch->socket, action);
}

static void watch_remove(struct http *http, struct socket_watch *watch, curl_socket_t socket)
{
    loop_unwatch_lazily(http->loop, socket); /* closed or used again next */
    curl_multi_assign(http->multi, socket, NULL);
    g_free(watch);
}

/* Only here does libcurl tell which connection it has chosen for a request. */
static void note_connection(CURL *handle, curl_socket_t socket)
{
    struct http_stream *stream = NULL;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &stream);
    if (stream == NULL || stream->fd == socket)
        return;
    stream->fd = socket;
    stream->is_on_kept |= kept_take(stream, socket);
    if (stream->is_on_kept && !request_may_repeat(&stream->request))
        curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L); /* or a second attempt takes another */
}

static int on_socket_wish(CURL *handle, curl_socket_t socket, int wish, void *argument,
                          void *assigned)
{
    struct http *http = argument;
    struct socket_watch *watch = assigned;

    if (wish == CURL_POLL_REMOVE) {
        watch_remove(http, watch, socket);
        return 0;
    }
    if (watch == NULL) {
        watch = g_new0(struct socket_watch, 1);
        *watch = (struct socket_watch){.http = http, .socket = socket};
        curl_multi_assign(http->multi, socket, watch);
    }
    note_connection(handle, socket);
    uint32_t events = (wish & CURL_POLL_IN ? EPOLLIN : 0U) | (wish & CURL_POLL_OUT ? EPOLLOUT : 0U);
    loop_watch(http->loop, socket, events, on_socket_ready, watch);
    return 0;
}

static void on_timer(void *argument)
{
    http_act(argument, CURL_SOCKET_TIMEOUT, 0);
}

static bool on_kick(void *argument)
{
    struct http *http = argument;
    if (!http->is_kicked)
        return false;
    http->is_kicked = false;
    http_act(http, CURL_SOCKET_TIMEOUT, 0);
    return true;
}

/* 0 ms is work to be done at this instant, more is a time-out on the loop's clock, -1 is none
   (virtual-time 1). */
static int on_timer_wish(CURLM *multi, long timeout_ms, void *argument)
{
    struct http *http = argument;
    (void)multi;

    http->is_kicked = timeout_ms == 0;
    timer_cancel(http->loop, &http->timer);
    if (timeout_ms > 0)
        timer_arm(http->loop, &http->timer, timeout_ms * MILLISECOND_US);
    return 0;
}

static void handle_free(void *handle)
{
    curl_easy_cleanup(handle);
}

struct http *http_new(struct loop *loop, const struct http_opener *opener, const char *role)
{
    struct http *http = g_new0(struct http, 1);
    http->loop = loop;
    if (opener != NULL)
        http->opener = *opener;
    http->waits_for = g_strdup_printf("HTTP answer for %s", role);
    http->idle_handles = g_ptr_array_new_with_free_func(handle_free);
    http->streams = g_ptr_array_new();
    http->kept = kept_list_new();
    timer_init(&http->timer, on_timer, http);
    http->kick = (struct loop_source){.run = on_kick, .argument = http};
    loop_add_source(loop, &http->kick);

    http->multi = curl_multi_init();
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    return http;
}

void http_release(struct http *http)
{
    if (!http->is_closed || http->streams->len > 0)
        return;
    g_ptr_array_unref(http->streams);
    g_free(http->waits_for);
    g_free(http);
}

void http_free(struct http *http)
{
    if (http == NULL)
        return;
    http->is_closed = true;
    for (guint i = 0; i < http->streams->len; i++)
        stream_close(g_ptr_array_index(http->streams, i));
    g_ptr_array_unref(http->idle_handles);
    curl_multi_cleanup(http->multi);
    g_ptr_array_unref(http->kept);
    timer_cancel(http->loop, &http->timer);
    loop_remove_source(http->loop, &http->kick);
    http_release(http);
}

struct loop *http_loop(const struct http *http)
{
    return http->loop;
}

CURL *http_take_handle(struct http *http)
{
    guint count = http->idle_handles->len;
    if (count > 0)
        return g_ptr_array_steal_index(http->idle_handles, count - 1);
    CURL *handle = curl_easy_init();
    if (handle == NULL)
        g_error("curl_easy_init: out of memory");
    return handle;
}

/* A handle remembers the errno of its last trouble for ever (virtual-time 9.12), even through
   curl_easy_reset(): one that has any is not used again. */
void http_give_handle(struct http *http, CURL *handle)
{
    long os_error = 0;

    curl_multi_remove_handle(http->multi, handle);
    curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &os_error);
    if (os_error != 0 || http->idle_handles->len >= IDLE_HANDLES_MAX) {
        curl_easy_cleanup(handle);
        return;
    }
    curl_easy_reset(handle);
    g_ptr_array_add(http->idle_handles, handle);
}
