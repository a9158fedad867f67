/* docker stop, restart, kill, rm, wait, logs, rename. */
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

static const struct flag_row *const no_tables[] = {NULL};

/* ---- one request for each container, its name printed ---- */

static bool tell_container(struct invocation *invocation, const char *method, const char *name,
                           const char *rest, GError **error)
{
    g_autofree char *path = api_path("containers", name, rest);
    return invocation_tell(invocation, method, path, NULL, error);
}

static bool print_name(struct invocation *invocation, const char *name)
{
    command_print(invocation->call, "%s\n", name);
    return true;
}

static const struct flag_row stop_flags[] = {
    {"signal", 's', FLAG_TEXT, NULL},
    {"timeout", 't', FLAG_INTEGER, NULL},
    {"time", 0, FLAG_INTEGER, NULL},
    {0},
};
static const struct flag_row *const stop_tables[] = {stop_flags, NULL};

static bool stop_or_restart(struct invocation *invocation, const char *name, const char *verb,
                            GError **error)
{
    const struct flags *flags = invocation->flags;
    const char *option = flags_has(flags, "timeout") ? "timeout" : "time";
    g_autoptr(GString) rest = g_string_new(verb);

    if (*flags_text(flags, "signal") != '\0')
        docker_query_append(rest, "signal", flags_text(flags, "signal"));
    if (flags_has(flags, option))
        docker_query_append(rest, "t", flags_text(flags, option));
    return tell_container(invocation, "POST", name, rest->str, error) &&
           print_name(invocation, name);
}

static bool stop(struct invocation *invocation, const char *name, GError **error)
{
    return stop_or_restart(invocation, name, "/stop", error);
}

static bool restart(struct invocation *invocation, const char *name, GError **error)
{
    return stop_or_restart(invocation, name, "/restart", error);
}

static int run_stop(struct invocation *invocation)
{
    return invocation_each(invocation, stop);
}

static int run_restart(struct invocation *invocation)
{
    return invocation_each(invocation, restart);
}

static const struct flag_row kill_flags[] = {{"signal", 's', FLAG_TEXT, NULL}, {0}};
static const struct flag_row *const kill_tables[] = {kill_flags, NULL};

static bool kill_container(struct invocation *invocation, const char *name, GError **error)
{
    const char *signal = flags_text(invocation->flags, "signal");
    g_autoptr(GString) rest = g_string_new("/kill");

    docker_query_append(rest, "signal", *signal != '\0' ? signal : NULL);
    return tell_container(invocation, "POST", name, rest->str, error) &&
           print_name(invocation, name);
}

static int run_kill(struct invocation *invocation)
{
    return invocation_each(invocation, kill_container);
}

static const struct flag_row rm_flags[] = {
    {"force", 'f', FLAG_BOOLEAN, NULL},
    {"link", 'l', FLAG_BOOLEAN, NULL},
    {"volumes", 'v', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const rm_tables[] = {rm_flags, NULL};

static bool remove_container(struct invocation *invocation, const char *argument, GError **error)
{
    const struct flags *flags = invocation->flags;
    const char *name = argument + strspn(argument, "/");
    g_autoptr(GString) rest = g_string_new(NULL);

    if (*name == '\0') {
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_USAGE, "container name cannot be empty");
        return false;
    }
    docker_query_append(rest, "force", flags_boolean(flags, "force") ? "1" : NULL);
    docker_query_append(rest, "link", flags_boolean(flags, "link") ? "1" : NULL);
    docker_query_append(rest, "v", flags_boolean(flags, "volumes") ? "1" : NULL);
    return tell_container(invocation, "DELETE", name, rest->str, error) &&
           print_name(invocation, argument);
}

/* With --force a container that is not there is said and forgiven. */
static int run_rm(struct invocation *invocation)
{
    g_autoptr(GString) complaints = g_string_new(NULL);
    bool is_forced = flags_boolean(invocation->flags, "force");

    for (gsize i = 0; i < invocation->argument_count; i++) {
        g_autoptr(GError) error = NULL;
        if (remove_container(invocation, invocation->arguments[i], &error))
            continue;
        g_autofree char *text = docker_cli_error_text(error);
        if (is_forced && g_error_matches(error, DOCKER_ERROR, 404))
            command_complain(invocation->call, "%s\n", text);
        else
            g_string_append_printf(complaints, "%s\n", text);
    }
    command_write(invocation->call, 2, complaints->str, -1);
    return complaints->len > 0;
}

static bool wait_for(struct invocation *invocation, const char *name, GError **error)
{
    g_autofree char *path = api_path("containers", name, "/wait");
    g_autoptr(json_t) answer = NULL;

    if (!invocation_ask(invocation, "POST", path, NULL, &answer, error))
        return false;
    command_print(invocation->call, "%" G_GINT64_FORMAT "\n",
                  json_get_integer(answer, "StatusCode", 0));
    return true;
}

static int run_wait(struct invocation *invocation)
{
    return invocation_each(invocation, wait_for);
}

static int run_rename(struct invocation *invocation)
{
    g_autoptr(GString) rest = g_string_new("/rename");
    g_autoptr(GError) error = NULL;

    docker_query_append(rest, "name", invocation->arguments[1]);
    if (!tell_container(invocation, "POST", invocation->arguments[0], rest->str, &error))
        return invocation_fail(invocation, error);
    return 0;
}

/* ---- logs ---- */

static const struct flag_row logs_flags[] = {
    {"details", 0, FLAG_BOOLEAN, NULL},
    {"follow", 'f', FLAG_BOOLEAN, NULL},
    {"since", 0, FLAG_TEXT, NULL},
    {"tail", 'n', FLAG_TEXT, "all"},
    {"timestamps", 't', FLAG_BOOLEAN, NULL},
    {"until", 0, FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row *const logs_tables[] = {logs_flags, NULL};

static void print_piece(void *context, int stream, const char *bytes, gsize length_bytes)
{
    struct invocation *invocation = context;
    command_write(invocation->call, stream, bytes, (gssize)length_bytes);
}

static bool print_bytes(void *context, const void *bytes, gsize length_bytes, GError **error)
{
    struct invocation *invocation = context;
    (void)error;
    command_write(invocation->call, 1, bytes, (gssize)length_bytes);
    return true;
}

static char *logs_path(struct invocation *invocation, const char *id)
{
    const struct flags *flags = invocation->flags;
    g_autofree char *base = api_path("containers", id, "/logs");
    g_autoptr(GString) path = g_string_new(base);

    docker_query_append(path, "details", flags_boolean(flags, "details") ? "1" : NULL);
    docker_query_append(path, "follow", flags_boolean(flags, "follow") ? "1" : NULL);
    docker_query_append(path, "stderr", "1");
    docker_query_append(path, "stdout", "1");
    docker_query_append(path, "tail", flags_text(flags, "tail"));
    docker_query_append(path, "timestamps", flags_boolean(flags, "timestamps") ? "1" : NULL);
    return g_string_free(g_steal_pointer(&path), FALSE);
}

/* capture 18 */
static int run_logs(struct invocation *invocation)
{
    g_autofree char *inspect_path = api_path("containers", invocation->arguments[0], "/json");
    g_autoptr(json_t) container = NULL;
    g_autoptr(GError) error = NULL;

    if (!invocation_ask(invocation, "GET", inspect_path, NULL, &container, &error))
        return invocation_fail(invocation, error);
    g_autofree char *path = logs_path(invocation, json_get_string(container, "Id", ""));
    const struct docker_call call = {.path = path};
    bool has_terminal = json_get_boolean(json_get_object(container, "Config"), "Tty", false);
    bool is_read =
        has_terminal
            ? docker_stream_bytes(invocation->docker, &call, print_bytes, invocation, &error)
            : docker_stream_frames(invocation->docker, &call, print_piece, invocation, &error);
    return is_read ? 0 : invocation_fail(invocation, error);
}

const struct command_row container_commands[] = {
    {"stop|container stop", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Stop one or more running containers", ARGUMENTS_AT_LEAST, 1, stop_tables, run_stop, true},
    {"restart|container restart", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Restart one or more containers", ARGUMENTS_AT_LEAST, 1, stop_tables, run_restart, true},
    {"kill|container kill", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Kill one or more running containers", ARGUMENTS_AT_LEAST, 1, kill_tables, run_kill, true},
    {"rm|container rm|container remove=container rm", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Remove one or more containers", ARGUMENTS_AT_LEAST, 1, rm_tables, run_rm, true},
    {"wait|container wait", "CONTAINER [CONTAINER...]",
     "Block until one or more containers stop, then print their exit codes", ARGUMENTS_AT_LEAST, 1,
     no_tables, run_wait, true},
    {"rename|container rename", "CONTAINER NEW_NAME", "Rename a container", ARGUMENTS_EXACT, 2,
     no_tables, run_rename, true},
    {"logs|container logs", "[OPTIONS] CONTAINER", "Fetch the logs of a container", ARGUMENTS_EXACT,
     1, logs_tables, run_logs, true},
    {0},
};
