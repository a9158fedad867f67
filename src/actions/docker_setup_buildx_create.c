/* `docker buildx create` as setup-buildx-action writes it (src/context.ts). */
#include "actions/docker_setup_buildx.h"
#include "actions/list.h"

#include "doc/doc.h"

#include <string.h>

#define DEFAULT_FLAGS                                                                              \
    "--allow-insecure-entitlement security.insecure --allow-insecure-entitlement network.host"

static bool has_flags_by_default(const char *driver)
{
    static const char *const drivers[] = {"", "docker-container", "docker", "kubernetes", NULL};
    return g_strv_contains(drivers, driver);
}

/* Newer names first; the old ones ended with version 4. */
static const char *config_input(const struct action_run *run, const char *name, const char *old)
{
    const char *value = action_input(run, name);
    return *value != '\0' || action_major(run) >= 4 ? value : action_input(run, old);
}

/* The configuration goes into a file of the action's own, whose path is the argument. */
static bool add_config(struct setup_buildx *setup, GPtrArray *arguments, GError **error)
{
    struct toolkit *toolkit = setup->toolkit;
    const char *path = config_input(toolkit->run, "buildkitd-config", "config");
    const char *text = config_input(toolkit->run, "buildkitd-config-inline", "config-inline");
    if (*path == '\0' && *text == '\0')
        return true;
    g_autofree char *content = *path != '\0' ? toolkit_read_file(toolkit, path) : g_strdup(text);
    if (content == NULL)
        return core_throw(error, "config file %s not found", path);
    g_autofree char *copy = toolkit_temporary_name(toolkit, error);
    if (copy == NULL || !toolkit_write_file(toolkit, copy, content, error))
        return false;
    core_arguments_add(arguments, "--config", copy, NULL);
    return true;
}

static bool add_flags(struct setup_buildx *setup, GPtrArray *arguments, const char *flags,
                      GError **error)
{
    bool is = false;
    if (!toolkit_buildx_is_at_least(setup->toolkit, "0.3.0", &is, error))
        return false;
    if (!is)
        return true;
    core_arguments_add_each(arguments, "--driver-opt", setup->driver_options);
    if (*flags != '\0')
        core_arguments_add(arguments, "--buildkitd-flags", flags, NULL);
    else if (has_flags_by_default(setup->driver))
        core_arguments_add(arguments, "--buildkitd-flags", DEFAULT_FLAGS, NULL);
    return true;
}

GPtrArray *setup_buildx_create_arguments(struct setup_buildx *setup, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    bool is_use = false;
    g_autoptr(GPtrArray) platforms = list_input(run, "platforms", 0, error);
    if (platforms == NULL || !core_input_boolean(run, "use", &is_use, error))
        return NULL;
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "buildx", "create", "--name",
                                                    setup->name, "--driver", setup->driver, NULL);
    if (!add_flags(setup, arguments, action_input(run, "buildkitd-flags"), error))
        return NULL;
    g_autofree char *joined = list_join(platforms, ",");
    if (platforms->len > 0)
        core_arguments_add(arguments, "--platform", joined, NULL);
    if (is_use)
        core_arguments_add(arguments, "--use", NULL);
    if (!add_config(setup, arguments, error))
        return NULL;
    if (*setup->endpoint != '\0')
        core_arguments_add(arguments, setup->endpoint, NULL);
    return g_steal_pointer(&arguments);
}

/* ---- further nodes ---- */

static const char *text_of(const struct node *node, const char *key)
{
    const struct node *member = node_get(node, key);
    return member != NULL && member->text != NULL ? member->text : "";
}

static bool add_node_options(struct setup_buildx *setup, const struct node *node,
                             GPtrArray *arguments, GError **error)
{
    const struct node *options = node_get(node, "driver-opts");
    if (options == NULL)
        return true;
    struct setup_buildx of_node = *setup;
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    for (gsize i = 0; i < node_length(options); i++)
        if (node_item(options, i)->text != NULL)
            g_ptr_array_add(texts, node_item(options, i)->text);
    of_node.driver_options = texts;
    return add_flags(&of_node, arguments, text_of(node, "buildkitd-flags"), error);
}

static bool append_node(struct setup_buildx *setup, const struct node *node, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    const char *name = text_of(node, "name");
    g_autoptr(GPtrArray) arguments =
        core_arguments("docker", "buildx", "create", "--name", setup->name, "--append", NULL);
    if (*name != '\0')
        core_arguments_add(arguments, "--node", name, NULL);
    if (!add_node_options(setup, node, arguments, error))
        return false;
    if (*text_of(node, "platforms") != '\0')
        core_arguments_add(arguments, "--platform", text_of(node, "platforms"), NULL);
    if (*text_of(node, "endpoint") != '\0')
        core_arguments_add(arguments, text_of(node, "endpoint"), NULL);
    const struct core_command command = {.arguments = arguments};
    ACTION_EXEC_RESULT(result);
    if (!core_exec(run, &command, &result, error))
        return false;
    g_autofree char *line = core_last_line(result.errors);
    return !core_exec_failed(&result) || core_throw(error, "Failed to append node %s: %s",
                                                    *name != '\0' ? name : "undefined", line);
}

bool setup_buildx_append(struct setup_buildx *setup, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    const char *text = action_input(run, "append");
    if (*text == '\0')
        return true;
    CORE_GROUP(run, "Appending node(s) to builder");
    g_autoptr(GError) failure = NULL;
    AUTO(doc) doc = doc_load_text("append", text, strlen(text), DOC_DEFAULT, &failure);
    if (doc == NULL)
        return core_throw(error, "%s", failure->message);
    if (doc_root(doc)->kind != NODE_SEQUENCE)
        return core_throw(error, "nodes is not iterable");
    for (gsize i = 0; i < node_length(doc_root(doc)); i++)
        if (!append_node(setup, node_item(doc_root(doc), i), error))
            return false;
    return true;
}
