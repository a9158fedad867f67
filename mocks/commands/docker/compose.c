/* The compose plugin: its options and commands, and how it runs docker command lines. */
#include "mocks/commands/docker/compose_private.h"

#include <string.h>

/* ---- docker command lines ---- */

void words_init(struct words *words, const char *first, ...)
{
    va_list arguments;
    words->list = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(words->list, g_strdup("docker"));
    va_start(arguments, first);
    for (const char *word = first; word != NULL; word = va_arg(arguments, const char *))
        g_ptr_array_add(words->list, g_strdup(word));
    va_end(arguments);
}

void words_add(struct words *words, ...)
{
    va_list arguments;
    va_start(arguments, words);
    for (const char *word = va_arg(arguments, const char *); word != NULL;
         word = va_arg(arguments, const char *))
        g_ptr_array_add(words->list, g_strdup(word));
    va_end(arguments);
}

void words_clear(struct words *words)
{
    g_clear_pointer(&words->list, g_ptr_array_unref);
}

/* A call whose output goes into strings. */
struct capture {
    const struct command_call *outer;
    GString *output;
    GString *errors;
};

static bool read_outer(void *self, GByteArray *chunk, bool *is_end, GError **error)
{
    struct capture *capture = self;
    return capture->outer->seam->read(capture->outer->self, chunk, is_end, error);
}

static bool write_captured(void *self, int stream, const void *bytes, gsize length_bytes,
                           GError **error)
{
    struct capture *capture = self;
    GString *text = stream == 2 ? capture->errors : capture->output;
    if (text == NULL)
        return capture->outer->seam->write(capture->outer->self, stream, bytes, length_bytes,
                                           error);
    g_string_append_len(text, bytes, (gssize)length_bytes);
    return true;
}

static char *host_path_outer(void *self, const char *path)
{
    struct capture *capture = self;
    return capture->outer->seam->host_path(capture->outer->self, path);
}

static const struct command_seam capture_seam = {
    .read = read_outer, .write = write_captured, .host_path = host_path_outer};

int project_docker(const struct project *project, const struct words *words, GString *output,
                   GString *errors)
{
    struct capture capture = {project->call, output, errors};
    struct command_call call = *project->call;

    g_ptr_array_add(words->list, NULL);
    call.arguments = (const char *const *)words->list->pdata;
    call.seam = &capture_seam;
    call.self = &capture;
    int code = docker_cli_run(project->cli, &call);
    g_ptr_array_remove_index(words->list, words->list->len - 1);
    return code;
}

void project_say(const struct project *project, const char *kind, const char *name,
                 const char *text)
{
    command_complain(project->call, " %s%s%s  %s\n", kind, *kind != '\0' ? " " : "", name, text);
}

/* ---- commands ---- */

static const struct flag_row global_flags[] = {
    {"all-resources", 0, FLAG_BOOLEAN, NULL},
    {"ansi", 0, FLAG_TEXT, NULL},
    {"compatibility", 0, FLAG_BOOLEAN, NULL},
    {"env-file", 0, FLAG_TEXT, NULL},
    {"file", 'f', FLAG_LIST, NULL},
    {"parallel", 0, FLAG_INTEGER, "-1"},
    {"profile", 0, FLAG_LIST, NULL},
    {"progress", 0, FLAG_TEXT, NULL},
    {"project-directory", 0, FLAG_TEXT, NULL},
    {"project-name", 'p', FLAG_TEXT, NULL},
    {"version", 'v', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row up_flags[] = {
    {"abort-on-container-exit", 0, FLAG_BOOLEAN, NULL},
    {"build", 0, FLAG_BOOLEAN, NULL},
    {"detach", 'd', FLAG_BOOLEAN, NULL},
    {"exit-code-from", 0, FLAG_TEXT, NULL},
    {"force-recreate", 0, FLAG_BOOLEAN, NULL},
    {"no-build", 0, FLAG_BOOLEAN, NULL},
    {"no-deps", 0, FLAG_BOOLEAN, NULL},
    {"no-start", 0, FLAG_BOOLEAN, NULL},
    {"pull", 0, FLAG_TEXT, "policy"},
    {"quiet-pull", 0, FLAG_BOOLEAN, NULL},
    {"remove-orphans", 0, FLAG_BOOLEAN, NULL},
    {"timeout", 't', FLAG_INTEGER, "0"},
    {"wait", 0, FLAG_BOOLEAN, NULL},
    {"wait-timeout", 0, FLAG_INTEGER, "0"},
    {0},
};
static const struct flag_row down_flags[] = {
    {"remove-orphans", 0, FLAG_BOOLEAN, NULL},
    {"rmi", 0, FLAG_TEXT, NULL},
    {"timeout", 't', FLAG_INTEGER, "0"},
    {"volumes", 'v', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row build_flags[] = {
    {"build-arg", 0, FLAG_LIST, NULL},
    {"builder", 0, FLAG_TEXT, NULL},
    {"no-cache", 0, FLAG_BOOLEAN, NULL},
    {"progress", 0, FLAG_TEXT, NULL},
    {"pull", 0, FLAG_BOOLEAN, NULL},
    {"push", 0, FLAG_BOOLEAN, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"with-dependencies", 0, FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row transfer_flags[] = {
    {"ignore-buildable", 0, FLAG_BOOLEAN, NULL},
    {"ignore-pull-failures", 0, FLAG_BOOLEAN, NULL},
    {"ignore-push-failures", 0, FLAG_BOOLEAN, NULL},
    {"include-deps", 0, FLAG_BOOLEAN, NULL},
    {"policy", 0, FLAG_TEXT, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row ps_flags[] = {
    {"all", 'a', FLAG_BOOLEAN, NULL},
    {"format", 0, FLAG_TEXT, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"services", 0, FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row logs_flags[] = {
    {"follow", 'f', FLAG_BOOLEAN, NULL},      {"no-color", 0, FLAG_BOOLEAN, NULL},
    {"no-log-prefix", 0, FLAG_BOOLEAN, NULL}, {"tail", 'n', FLAG_TEXT, "all"},
    {"timestamps", 't', FLAG_BOOLEAN, NULL},  {0},
};
static const struct flag_row run_flags[] = {
    {"build", 0, FLAG_BOOLEAN, NULL},
    {"detach", 'd', FLAG_BOOLEAN, NULL},
    {"entrypoint", 0, FLAG_TEXT, NULL},
    {"env", 'e', FLAG_LIST, NULL},
    {"interactive", 'i', FLAG_BOOLEAN, NULL},
    {"name", 0, FLAG_TEXT, NULL},
    {"no-deps", 0, FLAG_BOOLEAN, NULL},
    {"no-TTY", 'T', FLAG_BOOLEAN, NULL},
    {"rm", 0, FLAG_BOOLEAN, NULL},
    {"user", 'u', FLAG_TEXT, NULL},
    {"volume", 'v', FLAG_LIST, NULL},
    {"workdir", 'w', FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row config_flags[] = {
    {"format", 0, FLAG_TEXT, NULL},
    {"images", 0, FLAG_BOOLEAN, NULL},
    {"output", 'o', FLAG_TEXT, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"services", 0, FLAG_BOOLEAN, NULL},
    {"volumes", 0, FLAG_BOOLEAN, NULL},
    {0},
};

static const struct compose_row {
    const char *name;
    const char *summary;
    const struct flag_row *flags;
    int (*run)(struct compose_call *compose);
    bool is_interspersed;
} rows[] = {
    {"build", "Build or rebuild services", build_flags, compose_build, true},
    {"config", "Parse, resolve and render compose file in canonical format", config_flags,
     compose_config, true},
    {"down", "Stop and remove containers, networks", down_flags, compose_down, true},
    {"exec", "Execute a command in a running container", run_flags, compose_exec, false},
    {"logs", "View output from containers", logs_flags, compose_logs, true},
    {"ps", "List containers", ps_flags, compose_ps, true},
    {"pull", "Pull service images", transfer_flags, compose_pull, true},
    {"push", "Push service images", transfer_flags, compose_push, true},
    {"run", "Run a one-off command on a service", run_flags, compose_run_service, false},
    {"up", "Create and start containers", up_flags, compose_up, true},
};

static int print_help(const struct command_call *call)
{
    command_print(call,
                  "Usage:  docker compose [OPTIONS] COMMAND\n\nDefine and run multi-container "
                  "applications with Docker\n\nCommands:\n");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        command_print(call, "  %-11s %s\n", rows[i].name, rows[i].summary);
    return 0;
}

static int run_row(const struct compose_row *row, struct project *project,
                   const struct flags *globals, const char *const *words)
{
    const struct flag_row *const tables[] = {row->flags, NULL};
    g_autoptr(GError) error = NULL;
    AUTO(flags) flags = flags_parse(tables, words, row->is_interspersed, &error);

    if (flags == NULL) {
        command_complain(project->call, "%s\n", error->message);
        return 16;
    }
    if (flags_wants_help(flags)) {
        command_print(project->call, "Usage:  docker compose %s [OPTIONS]\n\n%s\n", row->name,
                      row->summary);
        return 0;
    }
    if (!project_load(project, flags_list(globals, "file"), flags_text(globals, "project-name"),
                      flags_text(globals, "project-directory"), flags_text(globals, "env-file"),
                      &error)) {
        command_complain(project->call, "%s\n", error->message);
        return 1;
    }
    struct compose_call compose = {project, flags, flags_arguments(flags)};
    return row->run(&compose);
}

static int print_version(const struct command_call *call, const char *version, bool is_short)
{
    if (is_short)
        command_print(call, "%s\n", *version == 'v' ? version + 1 : version);
    else
        command_print(call, "Docker Compose version %s\n", version);
    return 0;
}

static int run_plugin(void *self, struct docker_cli *cli, const struct command_call *call)
{
    static const struct flag_row *const tables[] = {global_flags, NULL};
    const char *version = self;
    g_autoptr(GError) error = NULL;
    AUTO(flags) globals = flags_parse(tables, call->arguments + 2, false, &error);

    if (globals == NULL) {
        command_complain(call, "%s\n", error->message);
        return 16;
    }
    const char *const *words = flags_arguments(globals);
    if (flags_boolean(globals, "version") || g_strcmp0(words[0], "version") == 0)
        return print_version(call, version,
                             words[0] != NULL && g_strcmp0(words[1], "--short") == 0);
    if (words[0] == NULL || flags_wants_help(globals))
        return print_help(call);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!g_str_equal(rows[i].name, words[0]))
            continue;
        struct project project = {.cli = cli, .call = call};
        int code = run_row(&rows[i], &project, globals, words + 1);
        project_clear(&project);
        return code;
    }
    command_complain(call, "unknown docker command: \"compose %s\"\n", words[0]);
    return 1;
}

struct docker_plugin compose_plugin(const char *version)
{
    return (struct docker_plugin){"compose", version, run_plugin, (void *)version};
}
