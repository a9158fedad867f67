/* What setup-buildx-action says of the builder that it booted: log, outputs, state. */
#include "actions/docker_setup_buildx.h"
#include "actions/list.h"

#include <string.h>

static void set_platforms(struct action_run *run, const json_t *nodes)
{
    g_autoptr(GPtrArray) platforms = g_ptr_array_new_with_free_func(g_free);
    gsize i;
    json_t *node;
    json_array_foreach (nodes, i, node) {
        g_auto(GStrv) names = g_strsplit(json_get_string(node, "platforms", ""), ",", -1);
        for (char **name = names; *name != NULL; name++)
            list_add_once(platforms, *name);
    }
    g_autofree char *joined = list_join(platforms, ",");
    action_set_output(run, "platforms", joined);
}

/* Outputs of the first node that ended with version 4. */
static void set_old_outputs(struct action_run *run, const json_t *node)
{
    if (action_major(run) >= 4)
        return;
    action_set_output(run, "endpoint", json_get_string(node, "endpoint", ""));
    action_set_output(run, "status", json_get_string(node, "status", ""));
    action_set_output(run, "flags", json_get_string(node, "buildkitd-flags", ""));
}

static void show_builder(struct action_run *run, const json_t *builder)
{
    CORE_GROUP(run, "Inspect builder");
    const json_t *nodes = json_get_array(builder, "nodes");
    g_autofree char *whole = core_pretty_json(builder);
    g_autofree char *listed = core_pretty_json(nodes);
    core_log_lines(run, whole);
    action_set_output(run, "driver", json_get_string(builder, "driver", ""));
    set_platforms(run, nodes);
    action_set_output(run, "nodes", listed);
    set_old_outputs(run, json_array_get(nodes, 0));
}

static bool show_buildkit(struct setup_buildx *setup, const json_t *nodes, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    g_autofree char *container = g_strconcat(
        "buildx_buildkit_", json_get_string(json_array_get(nodes, 0), "name", ""), NULL);
    action_save_state(run, "containerName", container);
    CORE_GROUP(run, "BuildKit version");
    gsize i;
    json_t *node;
    json_array_foreach (nodes, i, node) {
        g_autofree char *version = NULL;
        if (!toolkit_buildkit_version(setup->toolkit, node, &version, error))
            return false;
        action_log(run, "%s: %s", json_get_string(node, "name", "undefined"),
                   version != NULL ? version : "undefined");
    }
    return true;
}

bool setup_buildx_show(struct setup_buildx *setup, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    g_autoptr(json_t) builder = NULL;
    if (!toolkit_inspect(setup->toolkit, setup->name, &builder, error))
        return false;
    const json_t *nodes = json_get_array(builder, "nodes");
    if (json_array_size(nodes) == 0)
        return core_throw(error, "Cannot read properties of undefined (reading 'name')");
    show_builder(run, builder);
    if (strcmp(json_get_string(builder, "driver", ""), "docker-container") == 0 &&
        !show_buildkit(setup, nodes, error))
        return false;
    const char *flags = json_get_string(json_array_get(nodes, 0), "buildkitd-flags", "");
    if (g_strcmp0(action_variable(run, "RUNNER_DEBUG"), "1") == 0 ||
        strstr(flags, "--debug") != NULL)
        action_save_state(run, "debug", "true");
    return true;
}
