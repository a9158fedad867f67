/* How every other file of the client asks the Engine: questions, whole answers, streams. */
#include "docker/docker_private.h"

#include "base/limits.h"
#include "docker/frames.h"

#define HEADER_LINES_MAX 4

/* An HTTP request over one call; owns what it points to. */
struct question {
    struct http_request http;
    char *url;
    GBytes *body;
    const char *headers[HEADER_LINES_MAX];
};

static void question_clear(struct question *question)
{
    g_free(question->url);
    g_clear_pointer(&question->body, g_bytes_unref);
}
#define QUESTION(variable) __attribute__((cleanup(question_clear))) struct question variable = {0}

static void question_add_header(struct question *question, const char *line)
{
    gsize count = 0;
    while (question->headers[count] != NULL)
        count++;
    g_assert(count + 1 < HEADER_LINES_MAX);
    question->headers[count] = line;
}

static void question_init(struct question *question, const struct docker *docker,
                          const struct docker_call *call)
{
    g_autofree char *path = docker_call_path(docker, call);

    question->url = g_strconcat(docker->base_url, path, NULL);
    question_add_header(question,
                        docker->user_agent != NULL ? docker->user_agent : "User-Agent: seatrial");
    if (call->header != NULL)
        question_add_header(question, call->header);
    if (call->json != NULL) {
        question->body = json_bytes(call->json);
        question_add_header(question, "Content-Type: application/json");
    } else if (call->body != NULL) {
        question->body = g_bytes_ref(call->body);
        question_add_header(question, "Content-Type: application/x-tar");
    } else if (g_strcmp0(call->method, "POST") == 0) {
        question->body = g_bytes_new(NULL, 0);
    }
    question->http = (struct http_request){
        .method = call->method,
        .url = question->url,
        .unix_socket = docker->unix_socket,
        .headers = question->headers,
        .body = question->body,
        .is_upgrade = call->is_upgrade,
        .may_reuse = true,
    };
}

bool docker_ask_once(struct docker *docker, const struct docker_call *call,
                     struct http_response *response, GError **error)
{
    g_autoptr(GError) reason = NULL;
    QUESTION(question);
    question_init(&question, docker, call);
    if (http_perform(docker->http, &question.http, response, &reason))
        return true;
    docker_explain_transport(error, docker, call, reason);
    return false;
}

bool docker_ask(struct docker *docker, const struct docker_call *call,
                struct http_response *response, GError **error)
{
    return docker_negotiate(docker, call, error) && docker_ask_once(docker, call, response, error);
}

/* Appends chunk unless the body grows above what an error message may have. */
static bool keep_chunk(GByteArray *body, GBytes *chunk)
{
    gsize length_bytes = 0;
    const guint8 *bytes = g_bytes_get_data(chunk, &length_bytes);
    if (body->len + length_bytes > JSON_MESSAGE_BYTES_MAX)
        return false;
    g_byte_array_append(body, bytes, (guint)length_bytes);
    return true;
}

/* Reads the rest of a refused stream's body for its message. What is cut is still shown. */
static void fail_with_body(const struct docker *docker, const struct docker_call *call,
                           unsigned status, struct http_stream *stream, GError **error)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    g_autoptr(GError) reason = NULL;
    bool has_more = true;

    while (has_more) {
        g_autoptr(GBytes) chunk = NULL;
        has_more =
            http_stream_read(stream, &chunk, &reason) && chunk != NULL && keep_chunk(body, chunk);
    }
    if (reason != NULL && reason->domain == FIBER_ERROR) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return;
    }
    g_autoptr(GBytes) whole = g_byte_array_free_to_bytes(g_steal_pointer(&body));
    g_autofree char *url = docker_shown_url(docker, call);
    docker_error_from_answer(error, url, status, whole);
}

static bool feed_all(struct http_stream *stream, docker_bytes_fn *feed, void *context,
                     GError **error)
{
    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        g_autoptr(GError) reason = NULL;
        if (!http_stream_read(stream, &chunk, &reason)) {
            if (reason->domain != HTTP_ERROR)
                g_propagate_error(error, g_steal_pointer(&reason));
            else
                g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_CUT,
                            "the Engine's stream was cut: %s", reason->message);
            return false;
        }
        if (chunk == NULL)
            return true;
        gsize length_bytes = 0;
        const void *bytes = g_bytes_get_data(chunk, &length_bytes);
        if (!feed(context, bytes, length_bytes, error))
            return false;
    }
}

bool docker_stream_bytes(struct docker *docker, const struct docker_call *call,
                         docker_bytes_fn *feed, void *context, GError **error)
{
    g_autoptr(GError) reason = NULL;
    HTTP_RESPONSE(response);

    if (!docker_negotiate(docker, call, error))
        return false;
    QUESTION(question);
    question_init(&question, docker, call);
    AUTO(http_stream) stream = http_open(docker->http, &question.http, &response, &reason);
    if (stream == NULL) {
        docker_explain_transport(error, docker, call, reason);
        return false;
    }
    unsigned status = response.status;
    if (status < 400 && call->on_open != NULL)
        call->on_open(call->open_context);
    if (status < 400)
        return feed_all(stream, feed, context, error);
    fail_with_body(docker, call, status, stream, error);
    return false;
}

/* Messages as a feed_fn. Reading stops at the first failure: nothing after it counts. */
static bool feed_messages(void *context, const void *bytes, gsize length_bytes, GError **error)
{
    struct messages *messages = context;
    if (!messages_feed(messages, bytes, length_bytes, error))
        return false;
    return !messages_has_failed(messages) || messages_end(messages, error);
}

bool docker_stream_messages(struct docker *docker, const struct docker_call *call,
                            messages_fn *receive, void *context, GError **error)
{
    AUTO(messages) messages = messages_new(receive, context);
    return docker_stream_bytes(docker, call, feed_messages, messages, error) &&
           messages_end(messages, error);
}

static bool feed_frames(void *context, const void *bytes, gsize length_bytes, GError **error)
{
    return frames_feed(context, bytes, length_bytes, error);
}

bool docker_stream_frames(struct docker *docker, const struct docker_call *call, frames_fn *receive,
                          void *context, GError **error)
{
    AUTO(frames) frames = frames_new(receive, context);
    return docker_stream_bytes(docker, call, feed_frames, frames, error) &&
           frames_end(frames, error);
}

bool docker_stream_output(struct docker *docker, const struct docker_call *call,
                          struct output *output, GError **error)
{
    return docker_stream_frames(docker, call, output_take, output, error);
}
