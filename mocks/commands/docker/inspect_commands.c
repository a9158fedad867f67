/* docker inspect, and inspect of containers, images, networks and volumes (captures 19, 20). */
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

#define EXIT_TEMPLATE 64

static const struct flag_row inspect_flags[] = {
    {"format", 'f', FLAG_TEXT, NULL},     {"size", 's', FLAG_BOOLEAN, NULL},
    {"type", 0, FLAG_TEXT, NULL},         {"platform", 0, FLAG_TEXT, NULL},
    {"verbose", 'v', FLAG_BOOLEAN, NULL}, {0},
};
static const struct flag_row *const inspect_tables[] = {inspect_flags, NULL};

/* Kinds of objects in the order in which `docker inspect` tries them. */
static const struct {
    const char *type;
    const char *kind; /* in the API's path */
    const char *rest;
} kinds[] = {
    {"container", "containers", "/json"},
    {"image", "images", "/json"},
    {"network", "networks", ""},
    {"volume", "volumes", ""},
};

static bool find_of_kind(struct invocation *invocation, gsize kind, const char *name,
                         json_t **object, GError **error)
{
    const char *rest = kinds[kind].rest;
    bool wants_size = kind == 0 && flags_boolean(invocation->flags, "size");
    g_autofree char *path = api_path(kinds[kind].kind, name, wants_size ? "/json?size=1" : rest);
    return invocation_ask(invocation, "GET", path, NULL, object, error);
}

static bool is_skippable(const GError *error)
{
    return g_error_matches(error, DOCKER_ERROR, 404) ||
           strstr(error->message, "not supported") != NULL ||
           strstr(error->message, "invalid reference format") != NULL;
}

static bool find_any(struct invocation *invocation, const char *name, json_t **object,
                     GError **error)
{
    for (gsize kind = 0; kind < G_N_ELEMENTS(kinds); kind++) {
        g_autoptr(GError) reason = NULL;
        if (find_of_kind(invocation, kind, name, object, &reason))
            return true;
        if (!is_skippable(reason)) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return false;
        }
    }
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "Error: No such object: %s", name);
    return false;
}

/* type "": whatever has the name. */
static bool find(struct invocation *invocation, const char *type, const char *name, json_t **object,
                 GError **error)
{
    if (*type == '\0')
        return find_any(invocation, name, object, error);
    for (gsize kind = 0; kind < G_N_ELEMENTS(kinds); kind++)
        if (g_str_equal(kinds[kind].type, type))
            return find_of_kind(invocation, kind, name, object, error);
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "Error: No such object: %s", name);
    return false;
}

/* What is printed under way: JSON in one list, or each through the template. */
struct inspection {
    const char *format;
    bool has_template;
    json_t *list;
    GString *text;
};

static bool inspect_one(struct inspection *inspection, json_t *object, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (!inspection->has_template) {
        json_array_append(inspection->list, object);
        return true;
    }
    if (!view_execute("", NULL, inspection->format, object, text, error))
        return false;
    g_string_append_printf(inspection->text, "%s\n", text->str);
    return true;
}

static void print_inspection(struct invocation *invocation, const struct inspection *inspection)
{
    if (inspection->has_template) {
        command_print(invocation->call, "%s",
                      *inspection->text->str != '\0' ? inspection->text->str : "\n");
        return;
    }
    bool is_compact = g_str_equal(inspection->format, "json");
    g_autofree char *text =
        is_compact ? json_text(inspection->list) : view_indented(inspection->list);
    command_print(invocation->call, "%s\n", text);
}

static bool check_format(struct invocation *invocation, const char *format)
{
    g_autoptr(json_t) nothing = json_object();
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    if (view_execute("", NULL, format, nothing, text, &error) ||
        strstr(error->message, ": executing ") != NULL)
        return true;
    invocation_end(invocation, EXIT_TEMPLATE, "%s", error->message);
    return false;
}

static int inspect_all(struct invocation *invocation, const char *type)
{
    const char *format = flags_text(invocation->flags, "format");
    g_autoptr(json_t) list = json_array();
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) complaints = g_string_new(NULL);
    struct inspection inspection = {.format = format, .list = list, .text = text};

    inspection.has_template = *format != '\0' && !g_str_equal(format, "json");
    if (inspection.has_template && !check_format(invocation, format))
        return EXIT_TEMPLATE;
    for (gsize i = 0; i < invocation->argument_count; i++) {
        g_autoptr(json_t) object = NULL;
        g_autoptr(GError) error = NULL;
        if (find(invocation, type, invocation->arguments[i], &object, &error) &&
            inspect_one(&inspection, object, &error))
            continue;
        g_autofree char *words = docker_cli_error_text(error);
        g_string_append_printf(complaints, "%s\n", words);
    }
    print_inspection(invocation, &inspection);
    command_write(invocation->call, 2, complaints->str, -1);
    return complaints->len > 0;
}

static int run_inspect(struct invocation *invocation)
{
    static const char *const types[] = {"",       "config", "container", "image", "network", "node",
                                        "plugin", "secret", "service",   "task",  "volume",  NULL};
    const char *type = flags_text(invocation->flags, "type");

    if (!g_strv_contains(types, type))
        return invocation_end(
            invocation, 1,
            "unknown type: \"%s\": must be one of \"config\", \"container\", \"image\", "
            "\"network\", \"node\", \"plugin\", \"secret\", \"service\", \"task\", \"volume\"",
            type);
    return inspect_all(invocation, type);
}

/* "container inspect" to "container". */
static int run_inspect_kind(struct invocation *invocation)
{
    g_autofree char *type = g_strndup(invocation->path, strcspn(invocation->path, " "));
    return inspect_all(invocation, type);
}

const struct command_row inspect_commands[] = {
    {"inspect", "[OPTIONS] NAME|ID [NAME|ID...]", "Return low-level information on Docker objects",
     ARGUMENTS_AT_LEAST, 1, inspect_tables, run_inspect, true},
    {"container inspect", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Display detailed information on one or more containers", ARGUMENTS_AT_LEAST, 1,
     inspect_tables, run_inspect_kind, true},
    {"image inspect", "[OPTIONS] IMAGE [IMAGE...]",
     "Display detailed information on one or more images", ARGUMENTS_AT_LEAST, 1, inspect_tables,
     run_inspect_kind, true},
    {"network inspect", "[OPTIONS] NETWORK [NETWORK...]",
     "Display detailed information on one or more networks", ARGUMENTS_AT_LEAST, 1, inspect_tables,
     run_inspect_kind, true},
    {"volume inspect", "[OPTIONS] VOLUME [VOLUME...]",
     "Display detailed information on one or more volumes", ARGUMENTS_AT_LEAST, 1, inspect_tables,
     run_inspect_kind, true},
    {0},
};
