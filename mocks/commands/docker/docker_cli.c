/* The docker command: from the words of a command line to the command or plugin that answers. */
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

#define DEFAULT_ENDPOINT "unix:///var/run/docker.sock"
#define EXIT_USAGE       125

/* What releases say of themselves; the first row stands for releases that are not here. */
static const struct client_words client_words[] = {
    {"28.0.4", "b8034c0", "go1.23.7", "Tue Mar 25 15:07:16 2025", "Docker Engine - Community"},
    {"28.2.2", "e6534b4", "go1.24.3", "Fri May 30 12:07:14 2025", ""},
    {"20.10.24", "297e128", "go1.19.7", "Tue Apr  4 18:21:03 2023", "Docker Engine - Community"},
};

static gsize count_plugins(const struct docker_plugin *plugins)
{
    gsize count = 0;
    while (plugins != NULL && plugins[count].name != NULL)
        count++;
    return count;
}

struct docker_cli *docker_cli_new(const struct docker_cli_options *options)
{
    struct docker_cli *cli = g_new0(struct docker_cli, 1);
    gsize count = count_plugins(options->plugins);

    cli->options = *options;
    cli->options.machine = g_strdup(options->machine);
    cli->options.version = g_strdup(options->version);
    cli->options.api_version = g_strdup(options->api_version);
    cli->plugins = g_new0(struct docker_plugin, count + 1);
    if (count > 0)
        memcpy(cli->plugins, options->plugins, count * sizeof(*cli->plugins));
    cli->words = &client_words[0];
    for (gsize i = 0; i < G_N_ELEMENTS(client_words); i++)
        if (g_str_equal(client_words[i].version, options->version))
            cli->words = &client_words[i];
    return cli;
}

void docker_cli_free(struct docker_cli *cli)
{
    if (cli == NULL)
        return;
    g_free((char *)cli->options.machine);
    g_free((char *)cli->options.version);
    g_free((char *)cli->options.api_version);
    g_free(cli->plugins);
    g_free(cli);
}

/* ---- for plugins ---- */

struct loop *docker_cli_loop(const struct docker_cli *cli)
{
    return cli->options.loop;
}

struct http *docker_cli_http(const struct docker_cli *cli)
{
    return cli->options.http;
}

const char *docker_cli_machine(const struct docker_cli *cli)
{
    return cli->options.machine;
}

int docker_cli_assume(const struct docker_cli *cli, const struct command_call *call,
                      const char *what, bool touches_images)
{
    command_complain(call, "docker %s: not modelled, its outcome is assumed\n", what);
    if (cli->options.assume != NULL)
        cli->options.assume(cli->options.assume_self, what, touches_images);
    return 0;
}

const char *docker_cli_version(const struct docker_cli *cli)
{
    return cli->options.version;
}

const struct docker_plugin *docker_cli_plugin(const struct docker_cli *cli, const char *name)
{
    for (gsize i = 0; cli->plugins[i].name != NULL; i++)
        if (g_str_equal(cli->plugins[i].name, name))
            return &cli->plugins[i];
    return NULL;
}

static const char *endpoint_of(const struct command_call *call)
{
    const char *host = command_variable(call, "DOCKER_HOST");
    return host != NULL && *host != '\0' ? host : DEFAULT_ENDPOINT;
}

/* moby client/options.go WithVersionFromEnv; failures.md F3, F4. */
static void pin_version(struct docker *docker, const char *version)
{
    if (version != NULL && *version != '\0')
        docker_pin_version(docker, version + (*version == 'v' ? 1 : 0));
}

struct docker *docker_cli_connect(struct docker_cli *cli, const struct command_call *call,
                                  GError **error)
{
    const char *endpoint = endpoint_of(call);
    g_autofree char *agent = g_strdup_printf("Docker-Client/%s (linux)", cli->options.version);
    struct docker *docker = docker_new(cli->options.http, endpoint, NULL);

    if (docker == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "unable to parse docker host \"%s\"",
                    endpoint);
        return NULL;
    }
    docker_set_identity(docker, agent, cli->options.api_version);
    pin_version(docker, command_variable(call, "DOCKER_API_VERSION"));
    return docker;
}

/* moby client/request.go: which errors are the daemon's own. */
static bool is_daemon_error(const GError *error)
{
    return error->code >= 400 && !g_str_has_prefix(error->message, "request returned ");
}

char *docker_cli_error_text(const GError *error)
{
    if (error->domain != DOCKER_ERROR)
        return g_strdup(error->message);
    if (is_daemon_error(error))
        return g_strconcat("Error response from daemon: ", error->message, NULL);
    if (error->code == DOCKER_ERROR_CUT)
        return g_strdup("unexpected EOF");
    return g_strdup(error->message);
}

/* ---- the way of a command line ---- */

static const struct flag_row global_flags[] = {
    {"config", 0, FLAG_TEXT, NULL},       {"context", 'c', FLAG_TEXT, NULL},
    {"debug", 'D', FLAG_BOOLEAN, NULL},   {"host", 'H', FLAG_LIST, NULL},
    {"log-level", 'l', FLAG_TEXT, NULL},  {"tls", 0, FLAG_BOOLEAN, NULL},
    {"tlscacert", 0, FLAG_TEXT, NULL},    {"tlscert", 0, FLAG_TEXT, NULL},
    {"tlskey", 0, FLAG_TEXT, NULL},       {"tlsverify", 0, FLAG_BOOLEAN, NULL},
    {"version", 'v', FLAG_BOOLEAN, NULL}, {0},
};

static int run_command(struct invocation *invocation, const char *const *words)
{
    g_autoptr(GError) error = NULL;

    AUTO(flags)
    flags = flags_parse(invocation->row->flags, words, invocation->row->is_interspersed, &error);
    if (flags == NULL)
        return command_usage_error(invocation, EXIT_USAGE, error->message, NULL);
    if (flags_wants_help(flags)) {
        g_autofree char *help = command_help(invocation->row, invocation->path);
        command_write(invocation->call, 1, help, -1);
        return 0;
    }
    invocation->flags = flags;
    invocation->arguments = flags_arguments(flags);
    invocation->argument_count = flags_argument_count(flags);
    if (!command_check_arguments(invocation))
        return 1;
    int code = invocation->row->run(invocation);
    docker_free(invocation->docker);
    return code;
}

static int complain_of_globals(const struct command_call *call, const GError *error)
{
    command_complain(call,
                     "%s\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\n"
                     "Run 'docker --help' for more information\n",
                     error->message);
    return EXIT_USAGE;
}

/* Options behind a command that is none are taken for the root's. */
static int unknown_command(const struct command_call *call, const char *const *words)
{
    static const struct flag_row *const tables[] = {global_flags, NULL};
    g_autoptr(GError) error = NULL;
    AUTO(flags) flags = flags_parse(tables, words, /* is_interspersed= */ true, &error);

    if (flags == NULL)
        return complain_of_globals(call, error);
    if (!command_is_group(words[0]))
        command_complain(call,
                         "docker: unknown command: docker %s\n\n"
                         "Run 'docker --help' for more information\n",
                         words[0]);
    else
        command_complain(call,
                         "docker: unknown command: docker %s %s\n\nUsage:  docker %s\n\n"
                         "Run 'docker %s --help' for more information\n",
                         words[0], words[1], words[0], words[0]);
    return 1;
}

static int run_group(const struct command_call *call, const char *name, bool is_asked)
{
    g_autofree char *help = command_group_help(name);
    command_write(call, is_asked ? 1 : 2, help, -1);
    return 0;
}

static int run_help(const struct command_call *call, const char *const *words)
{
    const char *path = NULL;
    gsize length = 0;
    const struct command_row *row = words[0] != NULL ? command_find(words, &length, &path) : NULL;
    g_autofree char *help = row != NULL ? command_help(row, path)
                            : words[0] != NULL && command_is_group(words[0])
                                ? command_group_help(words[0])
                                : command_root_help();
    command_write(call, 1, help, -1);
    return 0;
}

static int run_words(struct docker_cli *cli, const struct command_call *call,
                     const char *const *words)
{
    struct invocation invocation = {.cli = cli, .call = call};
    const char *other = NULL;
    bool touches_images = false;
    gsize length = 0;

    if (g_str_equal(words[0], "help"))
        return run_help(call, words + 1);
    invocation.row = command_find(words, &length, &invocation.path);
    if (invocation.row != NULL)
        return run_command(&invocation, words + length);
    if (command_is_other(words, &other, &touches_images))
        return docker_cli_assume(cli, call, other, touches_images);
    if (command_is_group(words[0]) && (words[1] == NULL || words[1][0] == '-'))
        return run_group(call, words[0], /* is_asked= */ words[1] != NULL);
    const struct docker_plugin *plugin = docker_cli_plugin(cli, words[0]);
    return plugin != NULL ? plugin->run(plugin->self, cli, call) : unknown_command(call, words);
}

static int dispatch(struct docker_cli *cli, const struct command_call *call,
                    const char *const *words)
{
    int code = 0;
    return forward_build(cli, call, words, &code) ? code : run_words(cli, call, words);
}

/* No more than the command's name: words may hold secrets. */
static void trace_command(const struct docker_cli *cli, const char *name, int code)
{
    struct trace *trace = cli->options.trace;
    trace_begin(trace, "docker");
    trace_string(trace, "machine", cli->options.machine);
    trace_string(trace, "command", name);
    trace_integer(trace, "exit_code", code);
    trace_end(trace);
}

/* Options in front of the command say the same as these variables; whoever answers reads only the
   variables. */
static int run_with_globals(struct docker_cli *cli, const struct command_call *call,
                            const struct flags *flags)
{
    struct changed_call changed;
    const char *const *hosts = flags_list(flags, "host");
    const char *const *words = flags_arguments(flags);

    changed_call_init(&changed, call);
    g_ptr_array_add(changed.arguments, g_strdup("docker"));
    for (gsize i = 0; words[i] != NULL; i++)
        g_ptr_array_add(changed.arguments, g_strdup(words[i]));
    if (hosts[0] != NULL)
        g_ptr_array_add(changed.environment, g_strconcat("DOCKER_HOST=", hosts[0], NULL));
    if (flags_has(flags, "config"))
        g_ptr_array_add(changed.environment,
                        g_strconcat("DOCKER_CONFIG=", flags_text(flags, "config"), NULL));
    if (flags_has(flags, "context"))
        g_ptr_array_add(changed.environment,
                        g_strconcat("DOCKER_CONTEXT=", flags_text(flags, "context"), NULL));
    changed_call_finish(&changed);
    int code = dispatch(cli, &changed.call, changed.call.arguments + 1);
    trace_command(cli, words[0], code);
    changed_call_clear(&changed);
    return code;
}

int docker_cli_run(struct docker_cli *cli, const struct command_call *call)
{
    static const struct flag_row *const tables[] = {global_flags, NULL};
    g_autoptr(GError) error = NULL;

    AUTO(flags)
    flags = flags_parse(tables, call->arguments + 1, /* is_interspersed= */ false, &error);
    if (flags == NULL)
        return complain_of_globals(call, error);
    if (flags_boolean(flags, "version") && !flags_wants_help(flags)) {
        command_print(call, "Docker version %s, build %s\n", cli->options.version,
                      cli->words->git_commit);
        return 0;
    }
    if (flags_wants_help(flags) || flags_argument_count(flags) == 0) {
        g_autofree char *help = command_root_help();
        command_write(call, flags_wants_help(flags) ? 1 : 2, help, -1);
        return 0;
    }
    return run_with_globals(cli, call, flags);
}
