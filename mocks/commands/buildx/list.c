/* `ls`: all builders as a table, JSON or by a format (capture 43). */
#include "mocks/commands/buildx/commands.h"

#include <string.h>

struct listing {
    struct plugin_run *run;
    GPtrArray *builders; /* struct builder */
    GPtrArray *nodes;    /* GPtrArray of struct builder_node, or NULL, beside them */
    GPtrArray *errors;   /* char*, or NULL, beside them */
    char *current;
};

static void load_all(struct listing *listing)
{
    for (guint i = 0; i < listing->builders->len; i++) {
        g_autoptr(GError) failure = NULL;
        GPtrArray *nodes =
            builder_load(listing->run, g_ptr_array_index(listing->builders, i), true, &failure);
        g_ptr_array_add(listing->nodes, nodes);
        g_ptr_array_add(listing->errors, failure != NULL ? g_strdup(failure->message) : NULL);
    }
}

static void add_row(GString *text, const struct builder_node *node, bool is_short)
{
    g_autofree char *platforms = platforms_text(node, is_short);
    g_string_append_printf(text, " \\_ %s\t \\_ %s\t%s\t%s\t%s\n", node->name,
                           json_get_string(node->json, "Endpoint", ""),
                           node->error != NULL    ? "error"
                           : node->status != NULL ? node->status
                                                  : "",
                           node->version != NULL ? node->version : "", platforms);
}

static void print_table(const struct listing *listing, bool is_short)
{
    g_autoptr(GString) text =
        g_string_new("NAME/NODE\tDRIVER/ENDPOINT\tSTATUS\tBUILDKIT\tPLATFORMS\n");
    for (guint i = 0; i < listing->builders->len; i++) {
        const struct builder *builder = g_ptr_array_index(listing->builders, i);
        const GPtrArray *nodes = g_ptr_array_index(listing->nodes, i);
        bool is_current = strcmp(builder->name, listing->current) == 0;
        g_string_append_printf(text, "%s%s\t%s\t%s\t\t\n", builder->name, is_current ? "*" : "",
                               builder->driver, nodes == NULL ? "error" : "");
        for (guint j = 0; nodes != NULL && j < nodes->len; j++)
            add_row(text, g_ptr_array_index(nodes, j), is_short);
    }
    g_autofree char *table = table_format(text->str, 10, 3);
    command_write(listing->run->call, 1, table, -1);
}

static void complain_of_nodes(const struct listing *listing)
{
    bool is_first = true;
    for (guint i = 0; i < listing->builders->len; i++) {
        const struct builder *builder = g_ptr_array_index(listing->builders, i);
        const GPtrArray *nodes = g_ptr_array_index(listing->nodes, i);
        const char *failure = g_ptr_array_index(listing->errors, i);
        if (failure != NULL)
            command_complain(listing->run->call, "%sCannot load builder %s: %s\n",
                             is_first ? "\n" : "", builder->name, failure);
        is_first = is_first && failure == NULL;
        for (guint j = 0; nodes != NULL && j < nodes->len; j++) {
            const struct builder_node *node = g_ptr_array_index(nodes, j);
            if (node->error != NULL)
                command_complain(listing->run->call, "%sFailed to get status for %s (%s): %s\n",
                                 is_first ? "\n" : "", builder->name, node->name, node->error);
            is_first = is_first && node->error == NULL;
        }
    }
}

static json_t *node_json(const struct builder_node *node)
{
    json_t *json = json_pack("{s:s, s:s}", "Name", node->name, "Endpoint",
                             json_get_string(node->json, "Endpoint", ""));
    json_t *platforms = json_array();
    for (guint i = 0; i < node->platforms->len; i++)
        json_array_append_new(platforms, json_string(g_ptr_array_index(node->platforms, i)));
    static const char *const kept[] = {"Flags", "DriverOpts", "Files"};
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
        json_t *value = json_object_get(node->json, kept[i]);
        if (value != NULL && !json_is_null(value))
            json_object_set(json, kept[i], value);
    }
    if (node->error != NULL || node->status != NULL)
        json_object_set_new(json, "Status",
                            json_string(node->error != NULL ? "error" : node->status));
    if (node->version != NULL)
        json_object_set_new(json, "Version", json_string(node->version));
    if (node->error != NULL)
        json_object_set_new(json, "Err", json_string(node->error));
    if (json_array_size(platforms) > 0)
        json_object_set(json, "Platforms", platforms);
    json_decref(platforms);
    return json;
}

static void print_json(const struct listing *listing)
{
    for (guint i = 0; i < listing->builders->len; i++) {
        const struct builder *builder = g_ptr_array_index(listing->builders, i);
        const GPtrArray *nodes = g_ptr_array_index(listing->nodes, i);
        json_t *list = json_array();
        for (guint j = 0; nodes != NULL && j < nodes->len; j++)
            json_array_append_new(list, node_json(g_ptr_array_index(nodes, j)));
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(builder->last_activity_s);
        g_autofree char *when = builder->last_activity_s > 0
                                    ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ")
                                    : g_strdup("0001-01-01T00:00:00Z");
        g_autoptr(json_t) json =
            json_pack("{s:b, s:s, s:b, s:s, s:s, s:o}", "Current",
                      strcmp(builder->name, listing->current) == 0, "Driver", builder->driver,
                      "Dynamic", 0, "LastActivity", when, "Name", builder->name, "Nodes", list);
        char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
        command_print(listing->run->call, "%s\n", text);
        free(text);
    }
}

/* "{{.Name}}" and "{{.Name}}: {{.DriverEndpoint}}, …" of every builder and node. */
static char *expand(const char *format, const char *name, const char *endpoint, const char *status,
                    const char *version, const char *platforms)
{
    const char *const pairs[][2] = {{"{{.Name}}", name},
                                    {"{{.DriverEndpoint}}", endpoint},
                                    {"{{.Status}}", status},
                                    {"{{.Buildkit}}", version},
                                    {"{{.Platforms}}", platforms},
                                    {"{{.LastActivity}}", ""},
                                    {"{{.Error}}", ""},
                                    {"\\t", "\t"}};
    GString *text = g_string_new(format);
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
        g_string_replace(text, pairs[i][0], pairs[i][1] != NULL ? pairs[i][1] : "", 0);
    return g_string_free(text, FALSE);
}

static void print_format(const struct listing *listing, const char *format)
{
    for (guint i = 0; i < listing->builders->len; i++) {
        const struct builder *builder = g_ptr_array_index(listing->builders, i);
        const GPtrArray *nodes = g_ptr_array_index(listing->nodes, i);
        g_autofree char *line =
            expand(format, builder->name, builder->driver, nodes == NULL ? "error" : "", "", "");
        command_print(listing->run->call, "%s\n", line);
        for (guint j = 0; nodes != NULL && j < nodes->len; j++) {
            const struct builder_node *node = g_ptr_array_index(nodes, j);
            g_autofree char *platforms = platforms_text(node, /* is_short= */ false);
            g_autofree char *each =
                expand(format, node->name, json_get_string(node->json, "Endpoint", ""),
                       node->error != NULL ? "error" : node->status, node->version, platforms);
            command_print(listing->run->call, "%s\n", each);
        }
    }
}

static void print_listing(const struct listing *listing)
{
    const char *format = plugin_flags_text(listing->run->flags, "format");
    if (format == NULL || strcmp(format, "table") == 0) {
        print_table(listing, !plugin_flags_is_on(listing->run->flags, "no-trunc"));
        complain_of_nodes(listing);
    } else if (strcmp(format, "json") == 0 || strcmp(format, "{{json .}}") == 0) {
        print_json(listing);
    } else {
        print_format(listing, format);
    }
}

static void nodes_unref(void *nodes)
{
    if (nodes != NULL)
        g_ptr_array_unref(nodes);
}

/* Contexts of the CLI, where no builder has their name. */
static void add_contexts(struct plugin_run *run, GPtrArray *builders)
{
    g_autoptr(GPtrArray) names = docker_cli_contexts(run->call);
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        AUTO(builder) own = store_find(run, name, NULL);
        if (own == NULL)
            g_ptr_array_add(builders, builder_of_context(run, name));
    }
}

int command_ls(struct plugin_run *run, GError **error)
{
    AUTO(builder) current = builder_find(run, NULL, error);
    if (current == NULL)
        return 1;
    g_autoptr(GPtrArray) builders = store_list(run);
    g_autoptr(GPtrArray) nodes = g_ptr_array_new_with_free_func(nodes_unref);
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func(g_free);
    struct listing listing = {run, builders, nodes, errors, current->name};
    g_ptr_array_add(builders, builder_of_context(run, "default"));
    add_contexts(run, builders);
    load_all(&listing);
    print_listing(&listing);
    return 0;
}
