/* Several builds, one after another, on one builder that is made ready first. */
#include "mocks/commands/buildx/solve.h"

#include <string.h>

/* build.go warnOnNoOutput; the display holds it back until it is over. */
static void warn_of_no_output(struct plugin_run *run, const struct builder_node *node,
                              const GPtrArray *requests)
{
    g_autoptr(GString) names = g_string_new(NULL);
    const char *option = builder_node_option(node, "default-load");
    bool is_on = false;
    if (node->container == NULL || (option != NULL && go_bool_parse(option, &is_on) && is_on))
        return;
    for (guint i = 0; i < requests->len; i++) {
        const struct build_request *request = g_ptr_array_index(requests, i);
        if (request->outputs->len == 0 && !request->is_push && !request->is_load &&
            !request->is_check)
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", request->name);
    }
    if (names->len == 0)
        return;
    bool is_plain = strcmp(names->str, "default") == 0;
    g_autofree char *what = is_plain ? g_strdup("with docker-container driver")
                                     : g_strdup_printf("for %s target(s) with docker-container "
                                                       "driver",
                                                       names->str);
    command_complain(run->call,
                     "WARNING: No output specified %s. Build result will only remain in the build "
                     "cache. To push result image into registry use --push or to load image into "
                     "docker use --load\n",
                     what);
}

/* driver.go Boot: looks, boots what does not run, dials. */
static bool make_ready(struct plugin_run *run, struct builder_node *node, struct voice *voice,
                       GError **error)
{
    if (!builder_node_look(run, node, error))
        return false;
    if (strcmp(node->status, "running") != 0 && !builder_node_boot(run, node, voice, error))
        return false;
    return builder_node_ask(run, node, "listing workers for Build", error);
}

bool build_all(struct plugin_run *run, struct builder *builder, GPtrArray *requests,
               struct voice *voice, struct build_result *results, GError **error)
{
    if (!store_touch(run, builder->name, error))
        return false;
    g_autoptr(GPtrArray) nodes = builder_load(run, builder, /* with_data= */ false, error);
    if (nodes == NULL)
        return false;
    if (nodes->len == 0)
        return run_fail(error, "driver required for build");
    struct builder_node *node = g_ptr_array_index(nodes, 0);
    if (node->error != NULL)
        return run_fail(error, "no valid drivers found: %s", node->error);
    bool is_fine = make_ready(run, node, voice, error);
    for (guint i = 0; is_fine && i < requests->len; i++) {
        const struct build_request *request = g_ptr_array_index(requests, i);
        voice->prefix = requests->len > 1 ? request->name : NULL;
        is_fine = build_solve(run, request, node, voice, &results[i], error);
        if (!is_fine && requests->len > 1)
            g_prefix_error(error, "target %s: ", request->name);
    }
    warn_of_no_output(run, node, requests);
    return is_fine;
}
