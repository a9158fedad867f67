/* docker network ls, create, rm. */
#include "mocks/commands/docker/cli_private.h"
#include "mocks/commands/docker/human.h"

#include <string.h>

static const struct flag_row list_flags[] = {
    {"filter", 'f', FLAG_FILTER, NULL},
    {"format", 0, FLAG_TEXT, NULL},
    {"no-trunc", 0, FLAG_BOOLEAN, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const list_tables[] = {list_flags, NULL};

static const struct view_column network_columns[] = {
    {"CreatedAt", "CREATED AT"},
    {"Driver", "DRIVER"},
    {"ID", "NETWORK ID"},
    {"IPv4", "IPV4"},
    {"IPv6", "IPV6"},
    {"Internal", "INTERNAL"},
    {"Labels", "LABELS"},
    {"Name", "NAME"},
    {"Scope", "SCOPE"},
    {0},
};
static const struct view network_view = {"*network.networkContext", network_columns};

static void release(gpointer value)
{
    json_decref(value);
}

static json_t *network_row(const json_t *network, bool is_cut)
{
    const char *id = json_get_string(network, "Id", "");
    g_autofree char *short_id = human_short_id(id);
    g_autoptr(GString) labels = g_string_new(NULL);
    const char *key;
    json_t *value;

    json_object_foreach (json_get_object(network, "Labels"), key, value)
        g_string_append_printf(labels, "%s%s=%s", labels->len > 0 ? "," : "", key,
                               json_string_value(value));
    json_t *row =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "CreatedAt",
                  json_get_string(network, "Created", ""), "Driver",
                  json_get_string(network, "Driver", ""), "ID", is_cut ? short_id : id, "IPv4",
                  json_get_boolean(network, "EnableIPv4", false) ? "true" : "false", "IPv6",
                  json_get_boolean(network, "EnableIPv6", false) ? "true" : "false", "Internal",
                  json_get_boolean(network, "Internal", false) ? "true" : "false", "Labels",
                  labels->str, "Name", json_get_string(network, "Name", ""), "Scope",
                  json_get_string(network, "Scope", ""));
    json_object_set(row, "Label", json_get_object(network, "Labels"));
    return row;
}

static gint compare_rows(gconstpointer left, gconstpointer right)
{
    return strcmp(json_get_string(*(json_t *const *)left, "Name", ""),
                  json_get_string(*(json_t *const *)right, "Name", ""));
}

static int run_list(struct invocation *invocation)
{
    const char *asked = flags_text(invocation->flags, "format");
    bool is_cut = !flags_boolean(invocation->flags, "no-trunc");
    const char *format = *asked != '\0' && !g_str_equal(asked, "table") ? asked
                         : flags_boolean(invocation->flags, "quiet")
                             ? "{{.ID}}"
                             : "table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}";
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(release);
    g_autoptr(GString) path = g_string_new("/networks");
    g_autoptr(json_t) answer = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) filters = filters_parse(flags_list(invocation->flags, "filter"));
    size_t i;
    json_t *network;

    filters_append(path, filters);
    if (!invocation_ask(invocation, "GET", path->str, NULL, &answer, &error))
        return invocation_fail(invocation, error);
    json_array_foreach (answer, i, network)
        g_ptr_array_add(rows, network_row(network, is_cut));
    g_ptr_array_sort(rows, compare_rows);
    if (!view_print(invocation, &network_view, format, rows, &error))
        return invocation_fail(invocation, error);
    return 0;
}

static const struct flag_row create_flags[] = {
    {"attachable", 0, FLAG_BOOLEAN, NULL}, {"driver", 'd', FLAG_TEXT, "bridge"},
    {"gateway", 0, FLAG_LIST, NULL},       {"internal", 0, FLAG_BOOLEAN, NULL},
    {"ip-range", 0, FLAG_LIST, NULL},      {"ipv6", 0, FLAG_BOOLEAN, NULL},
    {"label", 0, FLAG_LIST, NULL},         {"opt", 'o', FLAG_LIST, NULL},
    {"subnet", 0, FLAG_LIST, NULL},        {0},
};
static const struct flag_row *const create_tables[] = {create_flags, NULL};

static json_t *pairs_json(const char *const *pairs)
{
    json_t *object = json_object();
    for (gsize i = 0; pairs[i] != NULL; i++) {
        const char *equals = strchr(pairs[i], '=');
        g_autofree char *key = g_strndup(pairs[i], strcspn(pairs[i], "="));
        json_object_set_new(object, key, json_text_or_null(equals != NULL ? equals + 1 : ""));
    }
    return object;
}

static int run_create(struct invocation *invocation)
{
    const struct flags *flags = invocation->flags;
    g_autoptr(json_t) answer = NULL;
    g_autoptr(GError) error = NULL;
    json_t *body = json_pack(
        "{s:s, s:s, s:b, s:b, s:o, s:o}", "Name", invocation->arguments[0], "Driver",
        flags_text(flags, "driver"), "Internal", flags_boolean(flags, "internal"), "Attachable",
        flags_boolean(flags, "attachable"), "Options", pairs_json(flags_list(flags, "opt")),
        "Labels", pairs_json(flags_list(flags, "label")));

    if (!invocation_ask(invocation, "POST", "/networks/create", body, &answer, &error))
        return invocation_fail(invocation, error);
    command_print(invocation->call, "%s\n", json_get_string(answer, "Id", ""));
    return 0;
}

static const struct flag_row remove_flags[] = {{"force", 'f', FLAG_BOOLEAN, NULL}, {0}};
static const struct flag_row *const remove_tables[] = {remove_flags, NULL};

/* Each failure is said at once, and once more by the exit. */
static int run_remove(struct invocation *invocation)
{
    bool has_failed = false;

    for (gsize i = 0; i < invocation->argument_count; i++) {
        const char *name = invocation->arguments[i];
        g_autofree char *path = api_path("networks", name, "");
        g_autoptr(GError) error = NULL;
        if (invocation_tell(invocation, "DELETE", path, NULL, &error)) {
            command_print(invocation->call, "%s\n", name);
            continue;
        }
        if (flags_boolean(invocation->flags, "force") && g_error_matches(error, DOCKER_ERROR, 404))
            continue;
        invocation_fail(invocation, error);
        has_failed = true;
    }
    return has_failed ? invocation_end(invocation, 1, "exit status 1") : 0;
}

const struct command_row network_commands[] = {
    {"network create", "[OPTIONS] NETWORK", "Create a network", ARGUMENTS_EXACT, 1, create_tables,
     run_create, true},
    {"network ls|network list=network ls", "[OPTIONS]", "List networks", ARGUMENTS_EXACT, 0,
     list_tables, run_list, true},
    {"network rm|network remove=network rm", "NETWORK [NETWORK...]", "Remove one or more networks",
     ARGUMENTS_AT_LEAST, 1, remove_tables, run_remove, true},
    {0},
};
