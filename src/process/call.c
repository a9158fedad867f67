/* A command on the private PATH that was called: from the stub's knock to its exit code. */
#include "base/limits.h"
#include "process/call_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    NAMES_BYTES = 64 * 1024, /* as much as a FIFO holds, so that no name is cut */
};

static void call_free(struct call *call)
{
    struct sandbox *sandbox = call->sandbox;
    household_forget(&call->party);
    if (call->up_fd >= 0) {
        loop_watch(sandbox->loop, call->up_fd, 0, NULL, NULL);
        close(call->up_fd);
    }
    loop_watch(sandbox->loop, call->down_fd, 0, NULL, NULL);
    close(call->down_fd);
    g_byte_array_unref(call->unread);
    g_byte_array_unref(call->described);
    g_byte_array_unref(call->fresh_input);
    g_byte_array_unref(call->input);
    description_finish(&call->command);
    g_free(call->words);
    g_ptr_array_remove(sandbox->calls, call);
    sandbox->have_calls_ended = sandbox->calls->len == 0;
    g_free(call);
}

/* Names are told without their folder: whether `docker` or `/usr/bin/docker` was typed. */
static void answer(void *argument)
{
    struct call *call = argument;
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_path_get_basename(call->command.arguments[0]);
    g_free(call->command.arguments[0]);
    call->command.arguments[0] = g_steal_pointer(&name);
    const struct command_call command = {
        .arguments = (const char *const *)call->command.arguments,
        .environment = (const char *const *)call->command.environment,
        .directory = call->command.directory,
        .seam = &call_seam,
        .self = call,
    };
    int exit_code = call->sandbox->host.run(call->sandbox->host.self, &command);
    (void)!call_send_number(call, DOWN_EXIT, exit_code, &error);
    call->fiber = NULL;
    call->is_answered = true;
    if (call->known.is_dead)
        call_free(call);
}

static void begin(struct call *call)
{
    call->party.kind = PARTY_CALL;
    call->party.number = ++call->sandbox->call_count;
    call->fiber = fiber_spawn(call->sandbox->loop, "command", answer, call);
}

static void deliver(struct party *party)
{
    struct call *call = (struct call *)party;
    bool was_dead = call->known.is_dead;
    call->known = call->fresh;
    g_byte_array_append(call->input, call->fresh_input->data, call->fresh_input->len);
    g_byte_array_set_size(call->fresh_input, 0);
    if (call->party.kind == PARTY_NEW_CALL && !call->known.is_dead)
        begin(call);
    else if (call->fiber == NULL && call->known.is_dead)
        call_free(call);
    else if (call->fiber != NULL && call->known.is_dead && !was_dead)
        fiber_cancel(call->fiber);
    else if (call->fiber != NULL)
        fiber_wake(call->fiber);
}

static void die(struct call *call)
{
    if (call->up_fd >= 0) {
        loop_watch(call->sandbox->loop, call->up_fd, 0, NULL, NULL);
        close(call->up_fd);
        call->up_fd = -1;
    }
    call->fresh.is_dead = true;
    household_note(&call->party);
}

/* Ordered by what was called, then by where and with what environment. */
static bool describe(struct call *call)
{
    if (call->words != NULL || !description_parse(call->described, &call->command))
        return false;
    g_autofree char *arguments = g_strjoinv("\x1f", call->command.arguments);
    g_autofree char *environment = g_strjoinv("\x1f", call->command.environment);
    call->words = g_strjoin("\x1e", arguments, call->command.directory, environment, NULL);
    call->party.words = call->words;
    g_byte_array_set_size(call->described, 0);
    return true;
}

static int number_of(const char *body)
{
    int32_t number;
    memcpy(&number, body, sizeof(number));
    return number;
}

static bool take_outputs(struct call *call, const char *body, gsize length)
{
    struct wire_outputs outputs;
    if (length != sizeof(outputs))
        return false;
    memcpy(&outputs, body, sizeof(outputs));
    call->pipes[1] = outputs.pipes[0];
    call->pipes[2] = outputs.pipes[1];
    return true;
}

/* False when the frame makes no sense: then nobody honest is at the other end. */
static bool take_frame(struct call *call, const struct wire_header *header, const char *body)
{
    gsize length = header->length_bytes;
    if (header->type == UP_BYTES) {
        g_byte_array_append(call->described, (const guint8 *)body, (guint)length);
        return call->described->len <= COMMAND_LINE_BYTES_MAX;
    }
    if (header->type == UP_CALL)
        return take_outputs(call, body, length) && describe(call);
    if (header->type == UP_INPUT) {
        g_byte_array_append(call->fresh_input, (const guint8 *)body, (guint)length);
        call->fresh.has_input_end |= length == 0;
        return call->fresh_input->len <= COMMAND_LINE_BYTES_MAX;
    }
    if (length != sizeof(int32_t))
        return false;
    int number = number_of(body);
    switch (header->type) {
    case UP_STARTED:
        call->fresh.is_started = true;
        call->fresh.start_errno = number;
        return true;
    case UP_CHILD_EXIT:
        call->fresh.has_child_ended = true;
        call->fresh.child_exit_code = number;
        return true;
    case UP_BROKEN:
        call->fresh.is_broken[number == 2 ? 2 : 1] = true;
        return true;
    default:
        return false;
    }
}

static bool take_frames(struct call *call)
{
    struct wire_header header;
    gsize at = 0;
    while (call->unread->len - at >= sizeof(header)) {
        memcpy(&header, call->unread->data + at, sizeof(header));
        if (header.length_bytes > BODY_BYTES_MAX)
            return false;
        if (call->unread->len - at < sizeof(header) + header.length_bytes)
            break;
        const char *body = (const char *)call->unread->data + at + sizeof(header);
        if (!take_frame(call, &header, body))
            return false;
        at += sizeof(header) + header.length_bytes;
    }
    g_byte_array_remove_range(call->unread, 0, (guint)at);
    return true;
}

static void on_up(void *argument, uint32_t events)
{
    struct call *call = argument;
    guint8 bytes[64 * 1024];
    (void)events;
    ssize_t length = read(call->up_fd, bytes, sizeof(bytes));
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    household_disturb(call->sandbox);
    if (length <= 0) {
        die(call);
        return;
    }
    g_byte_array_append(call->unread, bytes, (guint)length);
    if (!take_frames(call))
        die(call);
    else if (call->words != NULL)
        household_note(&call->party);
}

/* Nothing but a FIFO that a stub made is opened: the folder belongs to the processes. */
static int open_fifo(const struct sandbox *sandbox, const char *name, const char *end, int flags)
{
    g_autofree char *file = g_strconcat(name, end, NULL);
    struct stat status;
    int fd = openat(sandbox->calls_fd, file, flags | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    (void)unlinkat(sandbox->calls_fd, file, 0);
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void open_call(struct sandbox *sandbox, const char *name)
{
    int up_fd = open_fifo(sandbox, name, ".up", O_RDONLY);
    int down_fd = open_fifo(sandbox, name, ".down", O_WRONLY);
    if (up_fd < 0 || down_fd < 0) {
        if (up_fd >= 0)
            close(up_fd);
        if (down_fd >= 0)
            close(down_fd);
        return;
    }
    struct call *call = g_new0(struct call, 1);
    call->sandbox = sandbox;
    call->party = (struct party){.sandbox = sandbox, .kind = PARTY_NEW_CALL, .deliver = deliver};
    call->party.words = "";
    call->up_fd = up_fd;
    call->down_fd = down_fd;
    call->unread = g_byte_array_new();
    call->described = g_byte_array_new();
    call->fresh_input = g_byte_array_new();
    call->input = g_byte_array_new();
    g_ptr_array_add(sandbox->calls, call);
    sandbox->have_calls_ended = false;
    loop_watch(sandbox->loop, up_fd, EPOLLIN, on_up, call);
}

static bool is_name(const char *text)
{
    gsize length = strspn(text, "0123456789.");
    return length > 0 && length < WIRE_NAME_BYTES_MAX && text[length] == '\0';
}

void call_on_door(void *argument, uint32_t events)
{
    struct sandbox *sandbox = argument;
    char text[NAMES_BYTES + 1];
    (void)events;
    ssize_t length = read(sandbox->door_fd, text, NAMES_BYTES);
    if (length <= 0)
        return;
    text[length] = '\0';
    household_disturb(sandbox);
    g_auto(GStrv) names = g_strsplit(text, "\n", -1);
    for (char **name = names; *name != NULL; name++) {
        if (sandbox->calls->len >= SANDBOX_CALLS_MAX) {
            sandbox_give_up(sandbox, "more than %d commands at once", SANDBOX_CALLS_MAX);
            return;
        }
        if (is_name(*name))
            open_call(sandbox, *name);
    }
}

bool call_is_owed(const struct sandbox *sandbox)
{
    for (guint i = 0; i < sandbox->calls->len; i++) {
        const struct call *call = g_ptr_array_index(sandbox->calls, i);
        if (call->words != NULL && !call->is_answered && !call->awaits_stub)
            return true;
    }
    return false;
}

/* Their stubs are dead; fibers are cancelled and the rest follows from their ends. */
void call_abandon(struct sandbox *sandbox)
{
    for (guint i = sandbox->calls->len; i-- > 0;) {
        struct call *call = g_ptr_array_index(sandbox->calls, i);
        call->fresh.is_dead = call->known.is_dead = true;
        if (call->fiber != NULL)
            fiber_cancel(call->fiber);
        else
            call_free(call);
    }
}
