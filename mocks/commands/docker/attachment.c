/* A container's streams, read by fibers of their own. */
#include "mocks/commands/docker/attachment.h"

static void on_output_open(void *context)
{
    struct attachment *attachment = context;
    attachment->is_output_open = true;
    fiber_wake(attachment->waiter);
}

static void on_wait_open(void *context)
{
    struct attachment *attachment = context;
    attachment->is_wait_open = true;
    fiber_wake(attachment->waiter);
}

static void take_piece(void *context, int stream, const char *bytes, gsize length_bytes)
{
    struct attachment *attachment = context;
    command_write(attachment->invocation->call, stream, bytes, (gssize)length_bytes);
}

static bool take_bytes(void *context, const void *bytes, gsize length_bytes, GError **error)
{
    (void)error;
    take_piece(context, 1, bytes, length_bytes);
    return true;
}

static bool take_answer(void *context, const void *bytes, gsize length_bytes, GError **error)
{
    struct attachment *attachment = context;
    (void)error;
    g_byte_array_append(attachment->answer, bytes, (guint)length_bytes);
    return true;
}

static void read_output(void *argument)
{
    struct attachment *attachment = argument;
    g_autofree char *base = api_path("containers", attachment->id, "/attach");
    g_autoptr(GString) path = g_string_new(base);

    docker_query_append(path, "stderr", attachment->wants_errors ? "1" : NULL);
    docker_query_append(path, "stdout", attachment->wants_output ? "1" : NULL);
    docker_query_append(path, "stream", "1");
    const struct docker_call call = {.method = "POST",
                                     .path = path->str,
                                     .is_upgrade = true,
                                     .on_open = on_output_open,
                                     .open_context = attachment};
    struct docker *docker = attachment->invocation->docker;
    bool is_read =
        attachment->has_terminal
            ? docker_stream_bytes(docker, &call, take_bytes, attachment, &attachment->attach_error)
            : docker_stream_frames(docker, &call, take_piece, attachment,
                                   &attachment->attach_error);
    (void)is_read;
    on_output_open(attachment);
}

static void read_end(void *argument)
{
    struct attachment *attachment = argument;
    g_autofree char *base = api_path("containers", attachment->id, "/wait");
    g_autoptr(GString) path = g_string_new(base);

    docker_query_append(path, "condition", attachment->wait_condition);
    const struct docker_call call = {
        .method = "POST", .path = path->str, .on_open = on_wait_open, .open_context = attachment};
    bool is_read = docker_stream_bytes(attachment->invocation->docker, &call, take_answer,
                                       attachment, &attachment->wait_error);
    (void)is_read;
    attachment->is_over = true;
    on_wait_open(attachment);
}

bool attachment_wait_until(struct attachment *attachment, const bool *is_true, GError **error)
{
    struct loop *loop = attachment->invocation->cli->options.loop;
    while (!*is_true)
        if (!fiber_park(loop, "a container's streams", error))
            return false;
    return true;
}

/* Attaches and begins to wait, in this order; both are open when it returns. */
bool attachment_open(struct attachment *attachment, GError **error)
{
    if (attachment->wants_output || attachment->wants_errors) {
        fiber_group_spawn(&attachment->group, "docker attach", read_output, attachment);
        if (!attachment_wait_until(attachment, &attachment->is_output_open, error))
            return false;
        if (attachment->attach_error != NULL) {
            g_propagate_error(error, g_steal_pointer(&attachment->attach_error));
            return false;
        }
    }
    fiber_group_spawn(&attachment->group, "docker wait", read_end, attachment);
    return attachment_wait_until(attachment, &attachment->is_wait_open, error);
}

bool attachment_start(struct invocation *invocation, const char *id, GError **error)
{
    g_autofree char *path = api_path("containers", id, "/start");
    return invocation_tell(invocation, "POST", path, NULL, error);
}

/* What the wait told; its own troubles count as 125. */
static int exit_code_of(struct attachment *attachment)
{
    g_autoptr(json_t) answer =
        json_parse_bytes(attachment->answer->data, attachment->answer->len, NULL);
    const char *trouble = json_get_string(json_get_object(answer, "Error"), "Message", "");
    g_autofree char *text = NULL;

    if (attachment->wait_error != NULL)
        text = docker_cli_error_text(attachment->wait_error);
    else if (*trouble != '\0' || answer == NULL)
        text = g_strdup(*trouble != '\0' ? trouble : "unexpected EOF");
    if (text == NULL)
        return (int)json_get_integer(answer, "StatusCode", EXIT_CANNOT_RUN);
    command_complain(attachment->invocation->call, "Error waiting for container: %s\n", text);
    return EXIT_CANNOT_RUN;
}

void attachment_init(struct attachment *attachment, struct invocation *invocation, const char *id,
                     const json_t *config, bool is_removed)
{
    *attachment = (struct attachment){
        .invocation = invocation,
        .id = id,
        .wants_output = json_get_boolean(config, "AttachStdout", false),
        .wants_errors = json_get_boolean(config, "AttachStderr", false),
        .has_terminal = json_get_boolean(config, "Tty", false),
        .wait_condition = is_removed ? "removed" : "next-exit",
        .waiter = fiber_current(invocation->cli->options.loop),
        .answer = g_byte_array_new(),
    };
    fiber_group_init(&attachment->group, invocation->cli->options.loop);
}

void attachment_finish(struct attachment *attachment)
{
    fiber_group_finish(&attachment->group);
    g_byte_array_unref(attachment->answer);
    g_clear_error(&attachment->attach_error);
    g_clear_error(&attachment->wait_error);
}

/* The container has been started: its output to the end, then its exit code. */
int attachment_follow(struct attachment *attachment)
{
    g_autoptr(GError) error = NULL;

    if (!fiber_group_wait(&attachment->group, &error))
        return EXIT_CANNOT_RUN;
    if (attachment->attach_error != NULL)
        return invocation_fail(attachment->invocation, attachment->attach_error);
    return exit_code_of(attachment);
}
