/* `use`, `rm`, `stop`: what becomes of builders that are there. */
#include "mocks/commands/buildx/commands.h"

#include <string.h>

static const char *wanted_name(const struct plugin_run *run)
{
    const char *argument = plugin_flags_argument(run->flags, 0);
    return argument != NULL ? argument : run->builder;
}

/* ---- use ---- */

int command_use(struct plugin_run *run, GError **error)
{
    const char *name = wanted_name(run);
    g_autoptr(GError) reason = NULL;
    if (!store_open(run, error))
        return 1;
    AUTO(builder) builder = name != NULL ? store_find(run, name, &reason) : NULL;
    if (builder == NULL && g_strcmp0(name, "default") == 0)
        return store_set_current(run, "", false, false, error) ? 0 : 1;
    if (builder == NULL) {
        g_autofree char *config = docker_cli_config_folder(run->call);
        g_autofree char *path = g_build_filename(config, "buildx", "instances", name, NULL);
        if (reason != NULL || name == NULL)
            run_fail(error, "failed to find instance \"%s\": %s", name != NULL ? name : "",
                     reason != NULL ? reason->message
                                    : "invalid name , name needs to start with a letter and may "
                                      "not contain symbols, except ._-");
        else
            run_fail(error, "failed to find instance \"%s\": open %s: no such file or directory",
                     name, path);
        return 1;
    }
    return store_set_current(run, name, plugin_flags_is_on(run->flags, "global"),
                             plugin_flags_is_on(run->flags, "default"), error)
               ? 0
               : 1;
}

/* ---- stop ---- */

int command_stop(struct plugin_run *run, GError **error)
{
    AUTO(builder) builder = builder_find(run, wanted_name(run), error);
    g_autoptr(GPtrArray) nodes = builder != NULL ? builder_load(run, builder, false, error) : NULL;
    if (nodes == NULL)
        return 1;
    for (guint i = 0; i < nodes->len; i++)
        if (!builder_node_stop(run, g_ptr_array_index(nodes, i), error))
            return 1;
    return 0;
}

/* ---- rm ---- */

static bool remove_nodes(struct plugin_run *run, GPtrArray *nodes, GError **error)
{
    for (guint i = 0; i < nodes->len; i++)
        if (!builder_node_remove(run, g_ptr_array_index(nodes, i),
                                 plugin_flags_is_on(run->flags, "keep-state"),
                                 plugin_flags_is_on(run->flags, "keep-daemon"), error))
            return false;
    return true;
}

/* The builder is forgotten even when its container could not be removed. */
static bool remove_builder(struct plugin_run *run, const char *name, GError **error)
{
    AUTO(builder) builder = builder_find(run, name, error);
    g_autoptr(GPtrArray) nodes = builder != NULL ? builder_load(run, builder, false, error) : NULL;
    if (nodes == NULL)
        return false;
    if (strcmp(builder->driver, "docker") == 0)
        return run_fail(error,
                        "context builder cannot be removed, run `docker context rm %s` to remove "
                        "this context",
                        builder->name);
    bool is_removed = remove_nodes(run, nodes, error);
    store_remove(run, builder->name);
    return is_removed;
}

static bool remove_named(struct plugin_run *run, const char *name)
{
    g_autoptr(GError) reason = NULL;
    if (remove_builder(run, name, &reason)) {
        command_complain(run->call, "%s removed\n", name != NULL ? name : "");
        return true;
    }
    command_complain(run->call, "failed to remove %s: %s\n", name != NULL ? name : "",
                     reason->message);
    return false;
}

static bool is_inactive(GPtrArray *nodes)
{
    for (guint i = 0; i < nodes->len; i++) {
        const struct builder_node *node = g_ptr_array_index(nodes, i);
        if (g_strcmp0(node->status, "running") == 0)
            return false;
    }
    return true;
}

static bool remove_inactive(struct plugin_run *run, GError **error)
{
    g_autoptr(GPtrArray) list = store_list(run);
    for (guint i = 0; i < list->len; i++) {
        struct builder *builder = g_ptr_array_index(list, i);
        g_autoptr(GPtrArray) nodes = builder_load(run, builder, true, error);
        if (nodes == NULL)
            return false;
        if (!is_inactive(nodes))
            continue;
        bool is_removed = remove_nodes(run, nodes, error);
        store_remove(run, builder->name);
        command_complain(run->call, "%s removed\n", builder->name);
        if (!is_removed)
            return false;
    }
    return true;
}

/* Nobody answers: no terminal, and an empty stdin means no. */
static bool asks(struct plugin_run *run, const char *question)
{
    g_autoptr(GError) ignored = NULL;
    command_print(run->call, "%s [y/N] ", question);
    g_autoptr(GBytes) answer = command_read_all(run->call, 1024, &ignored);
    gsize length_bytes = 0;
    const char *text = answer != NULL ? g_bytes_get_data(answer, &length_bytes) : NULL;
    return length_bytes > 0 && (text[0] == 'y' || text[0] == 'Y');
}

int command_rm(struct plugin_run *run, GError **error)
{
    bool is_all = plugin_flags_is_on(run->flags, "all-inactive");
    guint count = plugin_flags_argument_count(run->flags);
    bool is_fine = true;
    if (is_all && count > 0)
        run_fail(error, "cannot specify builder name when --all-inactive is set");
    else if (is_all && !plugin_flags_is_on(run->flags, "force") &&
             !asks(run, "WARNING! This will remove all builders that are not in running state. Are "
                        "you sure you want to continue?"))
        return 0;
    else if (is_all)
        return store_open(run, error) && remove_inactive(run, error) ? 0 : 1;
    if (*error != NULL)
        return 1;
    for (guint i = 0; i < MAX(count, 1); i++)
        is_fine =
            remove_named(run, count > 0 ? plugin_flags_argument(run->flags, i) : run->builder) &&
            is_fine;
    if (!is_fine)
        run_fail(error, "failed to remove one or more builders");
    return is_fine ? 0 : 1;
}
