/* docker exec: a command inside a running container (captures 16, 17). Stdin is not carried: the
   fake Engine's programs do not read any. */
#include "mocks/commands/docker/cli_private.h"

#include "base/limits.h"

#include <string.h>

static const struct flag_row exec_flags[] = {
    {"detach", 'd', FLAG_BOOLEAN, NULL},
    {"detach-keys", 0, FLAG_TEXT, NULL},
    {"env", 'e', FLAG_LIST, NULL},
    {"env-file", 0, FLAG_LIST, NULL},
    {"interactive", 'i', FLAG_BOOLEAN, NULL},
    {"privileged", 0, FLAG_BOOLEAN, NULL},
    {"tty", 't', FLAG_BOOLEAN, NULL},
    {"user", 'u', FLAG_TEXT, NULL},
    {"workdir", 'w', FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row *const exec_tables[] = {exec_flags, NULL};

/* "NAME" alone takes the caller's value, if there is one. */
static json_t *environment_json(struct invocation *invocation)
{
    const char *const *texts = flags_list(invocation->flags, "env");
    json_t *list = json_array();

    for (gsize i = 0; texts[i] != NULL; i++) {
        const char *value = command_variable(invocation->call, texts[i]);
        g_autofree char *line = strchr(texts[i], '=') != NULL ? g_strdup(texts[i])
                                : value != NULL ? g_strconcat(texts[i], "=", value, NULL)
                                                : NULL;
        if (line != NULL)
            json_array_append_new(list, json_text_or_null(line));
    }
    if (json_array_size(list) > 0)
        return list;
    json_decref(list);
    return json_null();
}

static json_t *exec_body(struct invocation *invocation)
{
    const struct flags *flags = invocation->flags;
    bool is_detached = flags_boolean(flags, "detach");
    json_t *command = json_array();

    for (gsize i = 1; i < invocation->argument_count; i++)
        json_array_append_new(command, json_text_or_null(invocation->arguments[i]));
    return json_pack("{s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:s, s:o, s:s, s:o}", "User",
                     flags_text(flags, "user"), "Privileged", flags_boolean(flags, "privileged"),
                     "Tty", flags_boolean(flags, "tty"), "AttachStdin",
                     !is_detached && flags_boolean(flags, "interactive"), "AttachStderr",
                     !is_detached, "AttachStdout", !is_detached, "Detach", is_detached,
                     "DetachKeys", "", "Env", environment_json(invocation), "WorkingDir",
                     flags_text(flags, "workdir"), "Cmd", command);
}

static void print_piece(void *context, int stream, const char *bytes, gsize length_bytes)
{
    struct invocation *invocation = context;
    command_write(invocation->call, stream, bytes, (gssize)length_bytes);
}

static bool print_bytes(void *context, const void *bytes, gsize length_bytes, GError **error)
{
    (void)error;
    print_piece(context, 1, bytes, length_bytes);
    return true;
}

static bool stream(struct invocation *invocation, const char *id, GError **error)
{
    bool has_terminal = flags_boolean(invocation->flags, "tty");
    g_autofree char *path = api_path("exec", id, "/start");
    g_autoptr(json_t) body = json_pack("{s:b, s:b}", "Detach", 0, "Tty", has_terminal);
    const struct docker_call call = {
        .method = "POST", .path = path, .json = body, .is_upgrade = true};

    if (has_terminal)
        return docker_stream_bytes(invocation->docker, &call, print_bytes, invocation, error);
    return docker_stream_frames(invocation->docker, &call, print_piece, invocation, error);
}

static int exit_code_of(struct invocation *invocation, const char *id)
{
    g_autofree char *path = api_path("exec", id, "/json");
    g_autoptr(json_t) answer = NULL;
    g_autoptr(GError) error = NULL;

    if (!invocation_ask(invocation, "GET", path, NULL, &answer, &error))
        return invocation_fail(invocation, error);
    return (int)json_get_integer(answer, "ExitCode", 0);
}

static int start_exec(struct invocation *invocation, const char *id)
{
    g_autoptr(GError) error = NULL;

    if (flags_boolean(invocation->flags, "detach")) {
        g_autofree char *path = api_path("exec", id, "/start");
        json_t *body =
            json_pack("{s:b, s:b}", "Detach", 1, "Tty", flags_boolean(invocation->flags, "tty"));
        if (!invocation_tell(invocation, "POST", path, body, &error))
            return invocation_fail(invocation, error);
        return 0;
    }
    if (!stream(invocation, id, &error))
        return invocation_fail(invocation, error);
    return exit_code_of(invocation, id);
}

/* The container is looked at first, so that its absence is what is told. */
static int run_exec(struct invocation *invocation)
{
    const char *name = invocation->arguments[0];
    g_autofree char *inspect_path = api_path("containers", name, "/json");
    g_autofree char *path = api_path("containers", name, "/exec");
    g_autoptr(json_t) container = NULL;
    g_autoptr(json_t) answer = NULL;
    g_autoptr(GError) error = NULL;

    if (!invocation_ask(invocation, "GET", inspect_path, NULL, &container, &error))
        return invocation_fail(invocation, error);
    if (flags_boolean(invocation->flags, "interactive") && flags_boolean(invocation->flags, "tty"))
        return invocation_end(invocation, 1, "the input device is not a TTY");
    if (!invocation_ask(invocation, "POST", path, exec_body(invocation), &answer, &error))
        return invocation_fail(invocation, error);
    return start_exec(invocation, json_get_string(answer, "Id", ""));
}

const struct command_row exec_commands[] = {
    {"exec|container exec", "[OPTIONS] CONTAINER COMMAND [ARG...]",
     "Execute a command in a running container", ARGUMENTS_AT_LEAST, 2, exec_tables, run_exec,
     false},
    {0},
};
