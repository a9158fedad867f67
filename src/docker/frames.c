/* Takes the multiplexed stream of exec, attach and logs apart. */
#include "docker/frames.h"

#include "base/limits.h"
#include "docker/failure.h"

#include <string.h>

#define HEADER_BYTES 8

enum frame_stream {
    FRAME_STDIN,
    FRAME_STDOUT,
    FRAME_STDERR,
    FRAME_DAEMON_ERROR,
};

struct frames {
    frames_fn *receive;
    void *context;
    guint8 header[HEADER_BYTES];
    gsize header_length;
    gsize payload_left_bytes;
    GString *daemon_error;
};

struct frames *frames_new(frames_fn *receive, void *context)
{
    struct frames *frames = g_new0(struct frames, 1);
    frames->receive = receive;
    frames->context = context;
    frames->daemon_error = g_string_new(NULL);
    return frames;
}

void frames_free(struct frames *frames)
{
    if (frames == NULL)
        return;
    g_string_free(frames->daemon_error, TRUE);
    g_free(frames);
}

static bool read_header(struct frames *frames, GError **error)
{
    guint32 length_big_endian;
    memcpy(&length_big_endian, frames->header + 4, sizeof(length_big_endian));
    frames->payload_left_bytes = GUINT32_FROM_BE(length_big_endian);

    if (frames->header[0] > FRAME_DAEMON_ERROR) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "the Engine's output has a frame of the unknown stream %d", frames->header[0]);
        return false;
    }
    if (frames->payload_left_bytes > EXEC_FRAME_BYTES_MAX) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "the Engine's output has a frame of more than %d bytes", EXEC_FRAME_BYTES_MAX);
        return false;
    }
    return true;
}

/* Reports what a frame of stream 3 says. */
static bool finish_frame(struct frames *frames, GError **error)
{
    frames->header_length = 0;
    if (frames->header[0] != FRAME_DAEMON_ERROR)
        return true;
    g_autofree char *text =
        g_utf8_make_valid(frames->daemon_error->str, (gssize)frames->daemon_error->len);
    g_set_error_literal(error, DOCKER_ERROR, 0, g_strchomp(text));
    return false;
}

static void take_payload(struct frames *frames, const char *bytes, gsize length_bytes)
{
    frames->payload_left_bytes -= length_bytes;
    if (frames->header[0] == FRAME_DAEMON_ERROR)
        g_string_append_len(frames->daemon_error, bytes, (gssize)length_bytes);
    else if (length_bytes > 0)
        frames->receive(frames->context, frames->header[0] == FRAME_STDERR ? 2 : 1, bytes,
                        length_bytes);
}

/* Takes what belongs to the header or the payload that is under way; *used says how much. */
static bool take_part(struct frames *frames, const char *bytes, gsize length_bytes, gsize *used,
                      GError **error)
{
    if (frames->header_length < HEADER_BYTES) {
        *used = MIN(HEADER_BYTES - frames->header_length, length_bytes);
        memcpy(frames->header + frames->header_length, bytes, *used);
        frames->header_length += *used;
        if (frames->header_length < HEADER_BYTES)
            return true;
        if (!read_header(frames, error))
            return false;
    } else {
        *used = MIN(frames->payload_left_bytes, length_bytes);
        take_payload(frames, bytes, *used);
    }
    return frames->payload_left_bytes > 0 || finish_frame(frames, error);
}

bool frames_feed(struct frames *frames, const void *bytes, gsize length_bytes, GError **error)
{
    const char *next = bytes;

    while (length_bytes > 0) {
        gsize used = 0;
        if (!take_part(frames, next, length_bytes, &used, error))
            return false;
        next += used;
        length_bytes -= used;
    }
    return true;
}

bool frames_end(struct frames *frames, GError **error)
{
    if (frames->header_length == 0)
        return true;
    g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_CUT,
                "the Engine's output was cut inside a frame");
    return false;
}
