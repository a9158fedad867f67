/* `du`, `prune`, `version`, `install`, `uninstall`, `history`. */
#include "mocks/commands/buildx/commands.h"

#include <string.h>

/* ---- du and prune ---- */

/* What buildctl of the builder answers, wherever that is; *output: g_free. */
static bool ask_builder(struct plugin_run *run, const char *const *command, char **output,
                        GError **error)
{
    AUTO(builder) builder = builder_find(run, run->builder, error);
    g_autoptr(GPtrArray) nodes = builder != NULL ? builder_load(run, builder, false, error) : NULL;
    if (nodes == NULL)
        return false;
    const struct builder_node *node = g_ptr_array_index(nodes, 0);
    if (node->error != NULL)
        return run_fail(error, "%s", node->error);
    if (run_docker(run, error) == NULL)
        return run_word_error(error);
    if (node->container == NULL) {
        GRPC_ANSWER(answer);
        const struct grpc_call call = {.command = command, .folder = "/tmp/ask"};
        if (!grpc_perform(run, &call, &answer, error))
            return false;
        *output = g_strdup(answer.output->str);
        return true;
    }
    BUILDER_EXEC(exec);
    if (!builder_node_run(run, node, command, &exec, error))
        return run_word_error(error);
    if (exec.exit_code != 0)
        return run_fail(error, "%s", g_strchomp(exec.streams[2]->str));
    *output = g_strdup(exec.streams[1]->str);
    return true;
}

/* capture 44 */
int command_du(struct plugin_run *run, GError **error)
{
    static const char *const command[] = {"buildctl", "du", NULL};
    g_autofree char *output = NULL;
    if (!ask_builder(run, command, &output, error))
        return 1;
    command_print(run->call, "%s", output);
    return 0;
}

static bool is_confirmed(struct plugin_run *run)
{
    g_autoptr(GError) ignored = NULL;
    if (plugin_flags_is_on(run->flags, "force"))
        return true;
    command_print(run->call,
                  "WARNING! This will remove all %sbuild cache. Are you sure you want to "
                  "continue? [y/N] ",
                  plugin_flags_is_on(run->flags, "all") ? "" : "dangling ");
    g_autoptr(GBytes) answer = command_read_all(run->call, 1024, &ignored);
    gsize length_bytes = 0;
    const char *text = answer != NULL ? g_bytes_get_data(answer, &length_bytes) : NULL;
    return length_bytes > 0 && (text[0] == 'y' || text[0] == 'Y');
}

/* capture 48, without a row for each record */
int command_prune(struct plugin_run *run, GError **error)
{
    static const char *const command[] = {"buildctl", "prune", NULL};
    g_autofree char *output = NULL;
    if (!is_confirmed(run))
        return 0;
    if (!ask_builder(run, command, &output, error))
        return 1;
    const char *total = strstr(output, "Total:");
    command_print(run->call, "%s", total != NULL ? total : "Total:\t0B\n");
    return 0;
}

/* ---- the rest ---- */

int command_version(struct plugin_run *run, GError **error)
{
    (void)error;
    command_print(run->call,
                  "github.com/docker/buildx %s 1a8287f22cf5a38339a4c1bf432b803c5f8b2aae\n",
                  run->buildx->options.version);
    return 0;
}

/* `docker builder` is an alias in the CLI's configuration. */
static int set_alias(struct plugin_run *run, bool is_on, GError **error)
{
    g_autofree char *folder = docker_cli_config_folder(run->call);
    g_autofree char *path = g_build_filename(folder, "config.json", NULL);
    g_autoptr(GBytes) bytes = run_read_file(run, path, error);
    g_autoptr(json_t) config = bytes != NULL ? json_parse_gbytes(bytes, error) : json_object();
    if (config == NULL || *error != NULL)
        return 1;
    json_t *aliases = json_get_object(config, "aliases");
    if (aliases == NULL) {
        aliases = json_object();
        json_object_set_new(config, "aliases", aliases);
    }
    if (is_on)
        json_object_set_new(aliases, "builder", json_string("buildx"));
    else
        json_object_del(aliases, "builder");
    g_autofree char *text = json_pretty_text(config);
    return run_make_folder(run, folder, error) &&
                   run_write_file(run, path, text, strlen(text), error)
               ? 0
               : 1;
}

int command_install(struct plugin_run *run, GError **error)
{
    return set_alias(run, true, error);
}

int command_uninstall(struct plugin_run *run, GError **error)
{
    return set_alias(run, false, error);
}

int command_dial(struct plugin_run *run, GError **error)
{
    (void)run;
    run_unmodelled(error, "its streams");
    return 1;
}

int command_history(struct plugin_run *run, GError **error)
{
    const char *name = plugin_flags_argument(run->flags, 0);
    run_unmodelled(error, "%s", name != NULL ? name : "the list");
    return 1;
}
