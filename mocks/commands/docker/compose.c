/* The compose plugin: its own options, and how it runs docker command lines. */
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
    {"dry-run", 0, FLAG_BOOLEAN, NULL},
    {"env-file", 0, FLAG_LIST, NULL},
    {"file", 'f', FLAG_LIST, NULL},
    {"parallel", 0, FLAG_INTEGER, "-1"},
    {"profile", 0, FLAG_LIST, NULL},
    {"progress", 0, FLAG_TEXT, NULL},
    {"project-directory", 0, FLAG_TEXT, NULL},
    {"project-name", 'p', FLAG_TEXT, NULL},
    {"version", 'v', FLAG_BOOLEAN, NULL},
    {0},
};
static int print_help(const struct command_call *call)
{
    command_print(call,
                  "Usage:  docker compose [OPTIONS] COMMAND\n\nDefine and run multi-container "
                  "applications with Docker\n\nCommands:\n");
    for (const struct compose_row *row = compose_rows; row->name != NULL; row++)
        command_print(call, "  %-11s %s\n", row->name, row->summary);
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
    const struct project_sources sources = {
        .files = flags_list(globals, "file"),
        .name = flags_text(globals, "project-name"),
        .directory = flags_text(globals, "project-directory"),
        .env_files = flags_list(globals, "env-file"),
        .profiles = flags_list(globals, "profile"),
        .wanted = flags_arguments(flags),
    };
    if (!project_load(project, &sources, &error)) {
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
    const struct compose_row *row = compose_row_find(words[0]);
    if (row != NULL) {
        struct project project = {.cli = cli, .call = call};
        int code = run_row(row, &project, globals, words + 1);
        project_clear(&project);
        return code;
    }
    if (compose_is_other(words[0])) {
        g_autofree char *what = g_strconcat("compose ", words[0], NULL);
        return docker_cli_assume(cli, call, what, /* touches_images= */ false);
    }
    command_complain(call, "unknown docker command: \"compose %s\"\n", words[0]);
    return 1;
}

struct docker_plugin compose_plugin(const char *version)
{
    return (struct docker_plugin){"compose", version, run_plugin, (void *)version};
}
