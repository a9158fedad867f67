/* compose config: the project as one file. */
#include "mocks/commands/docker/compose_private.h"

#include "mocks/commands/docker/cli_private.h"

#include <string.h>

/* ---- YAML ---- */

static bool needs_quotes(const char *text)
{
    static const char *const words[] = {"true", "false", "null", "yes", "no",
                                        "on",   "off",   "~",    "",    NULL};
    char *end = NULL;

    g_ascii_strtod(text, &end);
    return g_strv_contains(words, text) || (*end == '\0' && *text != '\0') ||
           strpbrk(text, "#{}[]&*!|>'\"%@`\n") != NULL || strstr(text, ": ") != NULL ||
           strchr("-?:, ", *text) != NULL || g_str_has_suffix(text, ":");
}

static void append_scalar(GString *yaml, const json_t *value)
{
    if (json_is_string(value) && !needs_quotes(json_string_value(value))) {
        g_string_append(yaml, json_string_value(value));
    } else if (json_is_null(value)) {
        g_string_append(yaml, "null");
    } else {
        g_autofree char *text = json_dumps(value, JSON_ENCODE_ANY);
        g_string_append(yaml, text);
    }
}

static void append_value(GString *yaml, const json_t *value, int level, bool is_in_list);

static gint compare_keys(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void append_member(GString *yaml, const json_t *value, int level)
{
    bool is_empty = (json_is_object(value) && json_object_size(value) == 0) ||
                    (json_is_array(value) && json_array_size(value) == 0);
    if (is_empty) {
        g_string_append(yaml, json_is_object(value) ? " {}\n" : " []\n");
    } else if (json_is_object(value) || json_is_array(value)) {
        g_string_append_c(yaml, '\n');
        append_value(yaml, value, level, false);
    } else {
        g_string_append_c(yaml, ' ');
        append_scalar(yaml, value);
        g_string_append_c(yaml, '\n');
    }
}

static void append_object(GString *yaml, const json_t *value, int level, bool is_in_list)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    const char *key;
    json_t *member;

    json_object_foreach ((json_t *)value, key, member)
        g_ptr_array_add(keys, (char *)key);
    g_ptr_array_sort(keys, compare_keys);
    for (guint i = 0; i < keys->len; i++) {
        key = g_ptr_array_index(keys, i);
        g_string_append_printf(yaml, "%*s%s:", is_in_list && i == 0 ? 0 : level * 2, "", key);
        append_member(yaml, json_object_get(value, key), level + 1);
    }
}

/* In a list an object goes on behind its dash. */
static void append_value(GString *yaml, const json_t *value, int level, bool is_in_list)
{
    size_t i;
    json_t *item;

    if (json_is_object(value)) {
        append_object(yaml, value, level, is_in_list);
        return;
    }
    json_array_foreach (value, i, item) {
        g_string_append_printf(yaml, "%*s- ", level * 2, "");
        if (json_is_object(item) && json_object_size(item) > 0) {
            append_value(yaml, item, level + 1, true);
        } else {
            append_scalar(yaml, item);
            g_string_append_c(yaml, '\n');
        }
    }
}

/* ---- the canonical model ---- */

static json_t *canonical_build(const struct project *project, const json_t *build)
{
    const char *said =
        json_is_string(build) ? json_string_value(build) : json_get_string(build, "context", ".");
    json_t *whole = json_is_object(build) ? json_deep_copy(build) : json_object();
    g_autofree char *context = strstr(said, "://") != NULL
                                   ? g_strdup(said)
                                   : g_canonicalize_filename(said, project->directory);

    json_object_set_new(whole, "context", json_text_or_null(context));
    if (json_object_get(whole, "dockerfile") == NULL)
        json_object_set_new(whole, "dockerfile", json_string("Dockerfile"));
    return whole;
}

static json_t *pairs_object(const json_t *value)
{
    g_autoptr(GPtrArray) pairs = model_pairs(value);
    json_t *object = json_object();
    for (guint i = 0; i < pairs->len; i++) {
        const char *pair = g_ptr_array_index(pairs, i);
        const char *equals = strchr(pair, '=');
        g_autofree char *key = g_strndup(pair, strcspn(pair, "="));
        json_object_set_new(object, key,
                            equals != NULL ? json_text_or_null(equals + 1) : json_null());
    }
    return object;
}

static json_t *canonical_service(const struct project *project, const json_t *service)
{
    json_t *whole = json_deep_copy(service);
    const json_t *build = json_object_get(service, "build");
    const json_t *environment = json_object_get(service, "environment");

    if (build != NULL)
        json_object_set_new(whole, "build", canonical_build(project, build));
    if (environment != NULL)
        json_object_set_new(whole, "environment", pairs_object(environment));
    if (json_object_get(service, "network_mode") == NULL &&
        json_object_get(service, "networks") == NULL)
        json_object_set_new(whole, "networks", json_pack("{s:n}", "default"));
    return whole;
}

static json_t *canonical(const struct project *project)
{
    json_t *services = json_object();
    const char *name;
    json_t *service;
    g_autofree char *network = g_strconcat(project->name, "_default", NULL);

    json_object_foreach (json_get_object(project->model, "services"), name, service)
        json_object_set_new(services, name, canonical_service(project, service));
    json_t *whole = json_pack("{s:s, s:o, s:{s:{s:s}}}", "name", project->name, "services",
                              services, "networks", "default", "name", network);
    json_t *volumes = json_get_object(project->model, "volumes");
    if (volumes != NULL)
        json_object_set(whole, "volumes", volumes);
    return whole;
}

char *project_yaml(const struct project *project)
{
    static const char *const order[] = {"name", "services", "networks", "volumes"};
    g_autoptr(json_t) whole = canonical(project);
    GString *yaml = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        const json_t *value = json_object_get(whole, order[i]);
        if (value == NULL)
            continue;
        g_string_append_printf(yaml, "%s:", order[i]);
        append_member(yaml, value, 1);
    }
    return g_string_free(yaml, FALSE);
}

/* ---- the command ---- */

static void print_services(const struct project *project, const GPtrArray *order, bool is_images)
{
    for (guint i = 0; i < order->len; i++) {
        const char *service = g_ptr_array_index(order, i);
        g_autofree char *image = project_image(project, service);
        command_print(project->call, "%s\n", is_images ? image : service);
    }
}

static int print_model(const struct project *project, const struct flags *flags)
{
    g_autoptr(GError) error = NULL;
    const char *path = flags_text(flags, "output");
    g_autoptr(json_t) whole = canonical(project);
    g_autofree char *text = g_str_equal(flags_text(flags, "format"), "json")
                                ? json_pretty_text(whole)
                                : project_yaml(project);
    if (*path == '\0')
        command_write(project->call, 1, text, -1);
    else if (!world_write_file(project->call, path, text, strlen(text), 0644, &error))
        return project_fail(project, error->message);
    return 0;
}

int compose_config(struct compose_call *compose)
{
    const struct project *project = compose->project;
    const struct flags *flags = compose->flags;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) order = project_order(project, compose->arguments, ORDER_NEEDS, &error);

    if (order == NULL ||
        (!flags_boolean(flags, "no-env-resolution") && !compose_check_env_files(project, &error))) {
        command_complain(project->call, "%s\n", error->message);
        return 1;
    }
    if (flags_boolean(flags, "services") || flags_boolean(flags, "images")) {
        print_services(project, order, flags_boolean(flags, "images"));
        return 0;
    }
    if (flags_boolean(flags, "quiet"))
        return 0;
    return print_model(project, flags);
}
