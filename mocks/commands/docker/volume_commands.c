/* docker volume ls, create, rm. */
#include "mocks/commands/docker/cli_private.h"
#include "mocks/commands/docker/human.h"

#include <string.h>

static const struct flag_row list_flags[] = {
    {"filter", 'f', FLAG_FILTER, NULL},
    {"format", 0, FLAG_TEXT, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const list_tables[] = {list_flags, NULL};

static const struct view_column volume_columns[] = {
    {"Driver", "DRIVER"},
    {"Labels", "LABELS"},
    {"Links", "LINKS"},
    {"Mountpoint", "MOUNTPOINT"},
    {"Name", "VOLUME NAME"},
    {"Scope", "SCOPE"},
    {"Size", "SIZE"},
    {"Availability", "AVAILABILITY"},
    {"Group", "GROUP"},
    {"Status", "STATUS"},
    {0},
};
const struct view volume_view = {"*formatter.volumeContext", volume_columns};

static void release(gpointer value)
{
    json_decref(value);
}

json_t *volume_row(const json_t *volume)
{
    const json_t *data = json_get_object(volume, "UsageData");
    g_autoptr(GString) labels = g_string_new(NULL);
    const char *key;
    json_t *value;

    json_object_foreach (json_get_object(volume, "Labels"), key, value)
        g_string_append_printf(labels, "%s%s=%s", labels->len > 0 ? "," : "", key,
                               json_string_value(value));
    g_autofree char *links =
        data == NULL ? g_strdup("N/A")
                     : g_strdup_printf("%" G_GINT64_FORMAT, json_get_integer(data, "RefCount", 0));
    g_autofree char *size =
        data == NULL ? g_strdup("N/A") : human_size((double)json_get_integer(data, "Size", 0), 4);
    json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "Availability",
                            "N/A", "Driver", json_get_string(volume, "Driver", ""), "Group", "N/A",
                            "Labels", labels->str, "Links", links, "Mountpoint",
                            json_get_string(volume, "Mountpoint", ""), "Name",
                            json_get_string(volume, "Name", ""), "Scope",
                            json_get_string(volume, "Scope", ""), "Size", size, "Status", "N/A");
    json_object_set(row, "Label", json_get_object(volume, "Labels"));
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
    const char *format = *asked != '\0' && !g_str_equal(asked, "table") ? asked
                         : flags_boolean(invocation->flags, "quiet")
                             ? "{{.Name}}"
                             : "table {{.Driver}}\t{{.Name}}";
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(release);
    g_autoptr(GString) path = g_string_new("/volumes");
    g_autoptr(json_t) answer = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) filters = filters_parse(flags_list(invocation->flags, "filter"));
    size_t i;
    json_t *volume;

    filters_append(path, filters);
    if (!invocation_ask(invocation, "GET", path->str, NULL, &answer, &error))
        return invocation_fail(invocation, error);
    json_array_foreach (json_get_array(answer, "Volumes"), i, volume)
        g_ptr_array_add(rows, volume_row(volume));
    g_ptr_array_sort(rows, compare_rows);
    if (!view_print(invocation, &volume_view, format, rows, &error))
        return invocation_fail(invocation, error);
    return 0;
}

static const struct flag_row create_flags[] = {
    {"driver", 'd', FLAG_TEXT, "local"},
    {"label", 0, FLAG_LIST, NULL},
    {"name", 0, FLAG_TEXT, NULL},
    {"opt", 'o', FLAG_LIST, NULL},
    {0},
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
    const char *name =
        invocation->argument_count > 0 ? invocation->arguments[0] : flags_text(flags, "name");
    g_autoptr(json_t) answer = NULL;
    g_autoptr(GError) error = NULL;
    json_t *body = json_pack("{s:s}", "Driver", flags_text(flags, "driver"));

    if (flags_has(flags, "opt"))
        json_object_set_new(body, "DriverOpts", pairs_json(flags_list(flags, "opt")));
    if (flags_has(flags, "label"))
        json_object_set_new(body, "Labels", pairs_json(flags_list(flags, "label")));

    if (*name != '\0')
        json_object_set_new(body, "Name", json_text_or_null(name));
    if (!invocation_ask(invocation, "POST", "/volumes/create", body, &answer, &error))
        return invocation_fail(invocation, error);
    command_print(invocation->call, "%s\n", json_get_string(answer, "Name", ""));
    return 0;
}

static const struct flag_row remove_flags[] = {{"force", 'f', FLAG_BOOLEAN, NULL}, {0}};
static const struct flag_row *const remove_tables[] = {remove_flags, NULL};

static bool remove_volume(struct invocation *invocation, const char *name, GError **error)
{
    bool is_forced = flags_boolean(invocation->flags, "force");
    g_autofree char *path = api_path("volumes", name, is_forced ? "?force=1" : "");
    if (!invocation_tell(invocation, "DELETE", path, NULL, error))
        return false;
    command_print(invocation->call, "%s\n", name);
    return true;
}

static int run_remove(struct invocation *invocation)
{
    return invocation_each(invocation, remove_volume);
}

const struct command_row volume_commands[] = {
    {"volume create", "[OPTIONS] [VOLUME]", "Create a volume", ARGUMENTS_AT_MOST, 1, create_tables,
     run_create, true},
    {"volume ls|volume list=volume ls", "[OPTIONS]", "List volumes", ARGUMENTS_EXACT, 0,
     list_tables, run_list, true},
    {"volume rm|volume remove=volume rm", "[OPTIONS] VOLUME [VOLUME...]",
     "Remove one or more volumes", ARGUMENTS_AT_LEAST, 1, remove_tables, run_remove, true},
    {0},
};
