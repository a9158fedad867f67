/* What the answering fiber can do for a command: each act is a frame to its stub. */
#include "process/call_private.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static void on_writable(void *argument, uint32_t events)
{
    struct call *call = argument;
    (void)events;
    loop_watch(call->sandbox->loop, call->down_fd, 0, NULL, NULL);
    household_note(&call->party);
}

static bool fail_dead(GError **error)
{
    g_set_error(error, FIBER_ERROR, FIBER_ERROR_CANCELLED, "the command was killed");
    return false;
}

static bool await_stub(struct call *call, const char *what, GError **error)
{
    call->awaits_stub = true;
    bool is_woken = fiber_park(call->sandbox->loop, what, error);
    call->awaits_stub = false;
    return is_woken;
}

/* One frame, written at once; waits while the stub takes no more. */
static bool send_frame(struct call *call, enum wire_down type, const void *body, gsize length_bytes,
                       GError **error)
{
    struct {
        struct wire_header header;
        char body[BODY_BYTES_MAX];
    } frame = {.header = {type, (uint32_t)length_bytes}};
    gsize total = sizeof(frame.header) + length_bytes;

    if (length_bytes > 0)
        memcpy(frame.body, body, length_bytes);
    while (!call->known.is_dead) {
        sandbox_disturb(call->sandbox);
        if (write(call->down_fd, &frame, total) == (ssize_t)total)
            return true;
        if (errno != EAGAIN)
            return fail_dead(error);
        loop_watch(call->sandbox->loop, call->down_fd, EPOLLOUT, on_writable, call);
        if (!await_stub(call, "a reader of a command's output", error))
            return false;
    }
    return fail_dead(error);
}

static bool send_bytes(struct call *call, enum wire_down type, const char *bytes,
                       gsize length_bytes, GError **error)
{
    while (length_bytes > 0) {
        gsize part = MIN(length_bytes, BODY_BYTES_MAX);
        if (!send_frame(call, type, bytes, part, error))
            return false;
        bytes += part;
        length_bytes -= part;
    }
    return true;
}

bool call_send_number(struct call *call, enum wire_down type, int32_t number, GError **error)
{
    return send_frame(call, type, &number, sizeof(number), error);
}

static bool wait_for(struct call *call, const bool *fact, const char *what, GError **error)
{
    while (!*fact && !call->known.is_dead)
        if (!await_stub(call, what, error))
            return false;
    return *fact || fail_dead(error);
}

static bool seam_read(void *self, GByteArray *chunk, bool *is_end, GError **error)
{
    struct call *call = self;
    if (call->input->len == 0 && !call->known.has_input_end &&
        !send_frame(call, DOWN_READ, NULL, 0, error))
        return false;
    while (call->input->len == 0 && !call->known.has_input_end) {
        if (call->known.is_dead)
            return fail_dead(error);
        if (!await_stub(call, "a command's standard input", error))
            return false;
    }
    *is_end = call->input->len == 0;
    g_byte_array_append(chunk, call->input->data, call->input->len);
    g_byte_array_set_size(call->input, 0);
    return true;
}

/* The stream of a child that the command's own leads to, or NULL. */
static struct stream *stream_at(const struct call *call, int stream)
{
    uint64_t pipe = call->pipes[stream == 2 ? 2 : 1];
    return pipe != 0 ? sandbox_stream_of(call->sandbox, pipe) : NULL;
}

static bool seam_write(void *self, int stream, const void *bytes, gsize length_bytes,
                       GError **error)
{
    struct call *call = self;
    struct stream *of_child = stream_at(call, stream);
    if (call->known.is_broken[stream == 2 ? 2 : 1]) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "nobody reads stream %d", stream);
        return false;
    }
    call->has_spoken |= stream == 1;
    if (of_child == NULL)
        return send_bytes(call, stream == 2 ? DOWN_ERR : DOWN_OUT, bytes, length_bytes, error);
    if (call->known.is_dead)
        return fail_dead(error);
    stream_write(of_child, bytes, length_bytes);
    return true;
}

static char *seam_host_path(void *self, const char *path)
{
    struct call *call = self;
    return sandbox_host_path(call->sandbox, path);
}

static bool seam_start_child(void *self, const char *const *arguments,
                             const char *const *environment, GError **error)
{
    struct call *call = self;
    g_autoptr(GBytes) bytes =
        description_build(call->command.directory, NULL, arguments, environment);
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    call->known.is_started = call->fresh.is_started = false;
    call->known.has_child_ended = call->fresh.has_child_ended = false;
    if (!send_bytes(call, DOWN_BYTES, data, length, error) ||
        !send_frame(call, DOWN_START, NULL, 0, error) ||
        !wait_for(call, &call->known.is_started, "the start of a command's child", error))
        return false;
    if (call->known.start_errno == 0)
        return true;
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(call->known.start_errno), "%s",
                g_strerror(call->known.start_errno));
    return false;
}

static void seam_signal_child(void *self, int signal_number)
{
    struct call *call = self;
    g_autoptr(GError) error = NULL;
    (void)!call_send_number(call, DOWN_SIGNAL, signal_number, &error);
}

static bool seam_wait_child(void *self, int *exit_code, GError **error)
{
    struct call *call = self;
    if (!wait_for(call, &call->known.has_child_ended, "the end of a command's child", error))
        return false;
    *exit_code = call->known.child_exit_code;
    return true;
}

static void seam_let_root_write(void *self, bool is_root)
{
    struct call *call = self;
    sandbox_let_root_write(call->sandbox, is_root);
}

static bool seam_shows_settings(void *self)
{
    const struct call *call = self;
    return sandbox_shows_settings(call->sandbox);
}

static bool seam_is_awaited(void *self)
{
    const struct call *call = self;
    bool is_captured = call->pipes[1] != 0 && stream_at(call, 1) == NULL;
    return is_captured && !call->has_spoken;
}

const struct command_seam call_seam = {
    .read = seam_read,
    .write = seam_write,
    .host_path = seam_host_path,
    .start_child = seam_start_child,
    .signal_child = seam_signal_child,
    .wait_child = seam_wait_child,
    .let_root_write = seam_let_root_write,
    .shows_settings = seam_shows_settings,
    .is_awaited = seam_is_awaited,
};
