/* The plugin: which command a line names, its flags, how its errors are told. */
#include "mocks/commands/buildx/plugin.h"

#include "base/units.h"
#include "mocks/bakefile/bakefile.h"

#include <stdarg.h>
#include <string.h>

enum {
    EXIT_USAGE = 125,
    EXIT_CANCELED = 130,
    FIRST_WORD = 2, /* behind "docker buildx" */
    IDENTITY_CHARACTERS = 25,
};

struct buildx *buildx_new(const struct buildx_options *options)
{
    struct buildx *buildx = g_new0(struct buildx, 1);
    buildx->options = *options;
    buildx->options.version = g_strdup(options->version != NULL ? options->version : "v0.26.1");
    buildx->rng = rng_stream(options->seed, "buildx", NULL);
    return buildx;
}

void buildx_free(struct buildx *buildx)
{
    if (buildx == NULL)
        return;
    g_free((char *)buildx->options.version);
    g_free(buildx);
}

/* ---- shared by the commands ---- */

bool run_fail(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, text);
    return false;
}

bool run_unmodelled(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BAKEFILE_ERROR, BAKEFILE_ERROR_UNKNOWN, text);
    return false;
}

bool run_is_unmodelled(const GError *error)
{
    return g_error_matches(error, BAKEFILE_ERROR, BAKEFILE_ERROR_UNKNOWN);
}

void run_ignore_message(void *context, const struct message *message)
{
    (void)context;
    (void)message;
}

struct loop *run_loop(const struct plugin_run *run)
{
    return docker_cli_loop(run->cli);
}

int run_minor(const struct plugin_run *run)
{
    const char *dot = strchr(run->buildx->options.version, '.');
    return dot != NULL ? (int)g_ascii_strtoll(dot + 1, NULL, 10) : 0;
}

void run_note(const struct plugin_run *run, const char *action, const char *builder,
              const char *detail)
{
    struct trace *trace = run->buildx->options.trace;
    trace_begin(trace, "buildx");
    trace_string(trace, "machine", docker_cli_machine(run->cli));
    trace_string(trace, "action", action);
    trace_string(trace, "builder", builder);
    if (detail != NULL)
        trace_string(trace, "detail", detail);
    trace_end(trace);
}

int64_t run_unix_now(const struct plugin_run *run)
{
    return run->buildx->options.date_s + loop_now_us(run_loop(run)) / SECOND_US;
}

char *run_identity(struct plugin_run *run)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char *text = g_new0(char, IDENTITY_CHARACTERS + 1);
    for (gsize i = 0; i < IDENTITY_CHARACTERS; i++)
        text[i] = letters[rng_below(&run->buildx->rng, sizeof letters - 1)];
    return text;
}

bool run_word_error(GError **error)
{
    if (error == NULL || *error == NULL || (*error)->domain != DOCKER_ERROR)
        return false;
    g_autofree char *text = docker_cli_error_text(*error);
    g_clear_error(error);
    return run_fail(error, "%s", text);
}

struct docker *run_docker(struct plugin_run *run, GError **error)
{
    if (run->docker == NULL)
        run->docker = docker_cli_connect(run->cli, run->call, error);
    return run->docker;
}

char *run_auth_header(const struct plugin_run *run, const char *image)
{
    AUTO(reference) reference = reference_parse(image, /* default_tag= */ true, NULL);
    bool is_hub = reference != NULL && strcmp(reference->domain, "docker.io") == 0;
    const char *registry = reference == NULL ? ""
                           : is_hub          ? "https://index.docker.io/v1/"
                                             : reference->domain;
    struct docker_cli_login login = docker_cli_login_of(run->call, registry);
    const struct docker_credentials credentials = {
        .registry = registry, .username = login.user, .password = login.secret};
    char *header = docker_auth_header(login.user != NULL ? &credentials : NULL);
    docker_cli_login_clear(&login);
    return header;
}

/* ---- commands ---- */

static const struct plugin_command *find_command(const char *name)
{
    for (const struct plugin_command *command = plugin_commands; command->name != NULL; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return strcmp(name, "b") == 0   ? find_command("build")
           : strcmp(name, "f") == 0 ? find_command("bake")
                                    : NULL;
}

static void say_help(const struct command_call *call)
{
    command_print(call, "Usage:  docker buildx [OPTIONS] COMMAND\n\nExtended build capabilities "
                        "with BuildKit\n\nOptions:\n      --builder string   Override the "
                        "configured builder instance\n  -D, --debug            Enable debug "
                        "logging\n\nManagement Commands:\n");
    for (const struct plugin_command *command = plugin_commands; command->name != NULL; command++)
        command_print(call, "  %-12s %s\n", command->name, command->summary);
    command_print(call,
                  "\nRun 'docker buildx COMMAND --help' for more information on a command.\n");
}

static int say_usage(const struct command_call *call, const struct plugin_command *command)
{
    command_print(call, "Usage:  docker buildx %s\n\n%s\n", command->usage, command->summary);
    return 0;
}

static int complain_of_flags(const struct command_call *call, const struct plugin_command *command,
                             const char *message)
{
    command_complain(call,
                     "%s\n\nUsage:  docker buildx %s\n\nRun 'docker buildx %s --help' for more "
                     "information\n",
                     message, command->usage, command->name);
    return EXIT_USAGE;
}

/* docker/cli v28 cli/required.go */
static bool check_count(const struct plugin_command *command, const struct plugin_flags *flags,
                        GError **error)
{
    int count = (int)plugin_flags_argument_count(flags);
    int least = command->argument_count_min;
    int most = command->argument_count_max;
    g_autofree char *what = NULL;
    if (count >= least && (most < 0 || count <= most))
        return true;
    if (least == most && least == 0 && strcmp(command->name, "ls") != 0)
        what = g_strdup("accepts no arguments");
    else if (least == most)
        what = g_strdup_printf("requires %d argument%s", least, least == 1 ? "" : "s");
    else
        what = g_strdup_printf("requires at most %d argument%s", most, most == 1 ? "" : "s");
    return run_fail(error,
                    "docker: 'docker buildx %s' %s\n\nUsage:  docker buildx %s\n\nRun 'docker "
                    "buildx %s --help' for more information",
                    command->name, what, command->usage, command->name);
}

static bool asks_for_help(const char *const *words)
{
    for (; *words != NULL && strcmp(*words, "--") != 0; words++)
        if (strcmp(*words, "--help") == 0 || strcmp(*words, "-h") == 0)
            return true;
    return false;
}

static int tell_error(const struct plugin_run *run, const char *command, const GError *error)
{
    if (run_is_unmodelled(error)) {
        g_autofree char *what = g_strdup_printf("buildx %s: %s", command, error->message);
        return docker_cli_assume(run->cli, run->call, what, /* touches_images= */ true);
    }
    if (error->domain == FIBER_ERROR)
        return EXIT_CANCELED;
    command_complain(run->call, "ERROR: %s\n", error->message);
    return 1;
}

static int run_checked(struct plugin_run *run, const struct plugin_command *command)
{
    g_autoptr(GError) error = NULL;
    int exit_code = 0;
    if (check_count(command, run->flags, &error))
        exit_code = command->run(run, &error);
    return error != NULL ? tell_error(run, command->name, error) : exit_code;
}

static int run_command(struct plugin_run *run, const struct plugin_command *command,
                       const char *const *words)
{
    g_autoptr(GError) error = NULL;
    if (asks_for_help(words))
        return say_usage(run->call, command);
    AUTO(plugin_flags) flags = plugin_flags_parse(command->flags, words, &error);
    if (flags == NULL)
        return complain_of_flags(run->call, command, error->message);
    if (plugin_flags_has(flags, "builder"))
        run->builder = plugin_flags_text(flags, "builder");
    if (run->builder != NULL && *run->builder == '\0')
        run->builder = NULL;
    run->flags = flags;
    int exit_code = run_checked(run, command);
    docker_free(g_steal_pointer(&run->docker));
    return exit_code;
}

/* --builder X and --debug may stand before the command. */
static const char *const *skip_root_flags(struct plugin_run *run, const char *const *words)
{
    while (*words != NULL && (*words)[0] == '-') {
        if (strcmp(*words, "--builder") == 0 && words[1] != NULL)
            run->builder = *++words;
        else if (g_str_has_prefix(*words, "--builder="))
            run->builder = *words + strlen("--builder=");
        else if (strcmp(*words, "--help") == 0 || strcmp(*words, "-h") == 0)
            return words;
        words++;
    }
    return words;
}

/* `docker build …` comes as it was typed; it is `docker buildx build …`. */
static gsize first_word(const struct command_call *call)
{
    const char *second = call->arguments[0] != NULL ? call->arguments[1] : NULL;
    if (g_strcmp0(second, "buildx") == 0)
        return FIRST_WORD;
    bool is_group = g_strcmp0(second, "builder") == 0 || g_strcmp0(second, "image") == 0;
    return second == NULL ? 1 : is_group ? FIRST_WORD : 1;
}

int buildx_run(void *self, struct docker_cli *cli, const struct command_call *call)
{
    struct plugin_run run = {
        .buildx = self,
        .cli = cli,
        .call = call,
        .builder = command_variable(call, "BUILDX_BUILDER"),
    };
    gsize first = MIN(first_word(call), g_strv_length((char **)call->arguments));
    const char *const *words = skip_root_flags(&run, call->arguments + first);
    if (*words == NULL || (*words)[0] == '-') {
        say_help(call);
        return 0;
    }
    const struct plugin_command *command = find_command(*words);
    if (command != NULL)
        return run_command(&run, command, words + 1);
    say_help(call);
    command_complain(call, "ERROR: unknown command: \"%s\"\n", *words);
    return 1;
}
