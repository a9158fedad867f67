/*
 * docker/bake-action/subaction/matrix and the older list-targets: targets of a bake definition as
 * rows of a matrix (subaction/…/action.yml).
 */
#include "actions/actions.h"
#include "actions/core.h"
#include "actions/list.h"

#include <string.h>

/* "a, b" or lines; empty ones are left out. */
static char **input_list(const struct action_run *run, const char *name)
{
    g_auto(GStrv) parts = g_strsplit_set(action_input(run, name), "\r\n,?", -1);
    GPtrArray *items = g_ptr_array_new();
    for (gsize i = 0; parts[i] != NULL; i++)
        if (*parts[i] != '\0')
            g_ptr_array_add(items, g_strdup(parts[i]));
    g_ptr_array_add(items, NULL);
    return (char **)g_ptr_array_free(items, FALSE);
}

/* What `docker buildx bake --print` says; NULL: thrown. */
static json_t *read_definition(struct action_run *run, const char *title, GError **error)
{
    CORE_GROUP(run, title);
    ACTION_EXEC_RESULT(result);
    g_auto(GStrv) files = input_list(run, "files");
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "buildx", "bake", NULL);
    g_autofree char *directory = core_absolute_path(run, action_input(run, "workdir"));
    for (gsize i = 0; files[i] != NULL; i++)
        core_arguments_add(arguments, "--file", files[i], NULL);
    if (action_input_is_given(run, "target"))
        core_arguments_add(arguments, action_input(run, "target"), NULL);
    core_arguments_add(arguments, "--print", NULL);
    const struct core_command command = {
        .arguments = arguments, .is_silent = true, .directory = directory};
    if (!core_exec(run, &command, &result, error))
        return NULL;
    if (core_exec_failed(&result)) {
        core_throw(error, "%s", result.errors);
        return NULL;
    }
    g_autofree char *text = core_trimmed(result.output);
    g_autoptr(GError) failure = NULL;
    json_t *definition = json_parse_bytes(text, strlen(text), &failure);
    if (definition == NULL) {
        core_throw(error, "Unexpected end of JSON input");
        return NULL;
    }
    g_autofree char *pretty = core_pretty_json(definition);
    core_log_lines(run, pretty);
    return definition;
}

/* ---- list-targets ---- */

static bool list_targets(struct action_run *run, GError **error)
{
    enum {
        DEPRECATED_SINCE = 6
    };
    const char *name;
    json_t *target;
    if (action_major(run) >= DEPRECATED_SINCE)
        action_warn(run, "docker/bake-action/subaction/list-targets is deprecated and will be "
                         "removed in a future release. Please use "
                         "docker/bake-action/subaction/matrix instead.");
    g_autoptr(json_t) definition = read_definition(run, "Validating definition", error);
    if (definition == NULL)
        return false;
    CORE_GROUP(run, "Set output");
    g_autoptr(json_t) names = json_array();
    json_object_foreach (json_get_object(definition, "target"), name, target)
        json_array_append_new(names, json_string(name));
    g_autofree char *text = json_text(names);
    action_log(run, "targets: %s", text);
    action_set_output(run, "targets", text);
    return true;
}

/* ---- matrix ---- */

/* A row for each value of the fields that are asked for; those of earlier fields stay. */
static void add_rows(json_t *rows, const char *name, const json_t *target,
                     const char *const *fields)
{
    g_autoptr(json_t) row = json_pack("{s:s}", "target", name);
    const char *field;
    json_t *value;
    size_t before = json_array_size(rows);
    bool is_found = false;
    json_object_foreach ((json_t *)target, field, value) {
        g_autoptr(json_t) values =
            json_is_array(value) ? json_incref(value) : json_pack("[O]", value);
        if (!g_strv_contains(fields, field))
            continue;
        is_found = true;
        for (size_t i = 0; i < json_array_size(values); i++) {
            json_object_set(row, field, json_array_get(values, i));
            json_array_append_new(rows, json_copy(row));
        }
    }
    if (!is_found && json_array_size(rows) == before)
        json_array_append(rows, row);
}

static bool make_matrix(struct action_run *run, GError **error)
{
    g_auto(GStrv) fields = input_list(run, "fields");
    const char *name;
    json_t *target;
    g_autoptr(json_t) definition = read_definition(run, "Parsing definition", error);
    if (definition == NULL)
        return false;
    CORE_GROUP(run, "Generating matrix");
    g_autoptr(json_t) rows = json_array();
    json_object_foreach (json_get_object(definition, "target"), name, target)
        add_rows(rows, name, target, (const char *const *)fields);
    g_autofree char *pretty = core_pretty_json(rows);
    core_log_lines(run, pretty);
    g_autofree char *text = json_text(rows);
    action_set_output(run, "matrix", text);
    return true;
}

/* ---- the actions ---- */

static bool list_phase(struct action_run *run, GError **error)
{
    return core_run(run, list_targets, error);
}

static bool matrix_phase(struct action_run *run, GError **error)
{
    return core_run(run, make_matrix, error);
}

static const struct action_input list_inputs[] = {
    {"workdir", ".", false},
    {"files", "", false},
    {"target", "", false},
    {NULL, NULL, false},
};

static const struct action_input matrix_inputs[] = {
    {"workdir", ".", false}, {"files", "", false}, {"target", "", false},
    {"fields", "", false},   {NULL, NULL, false},
};

const struct action action_docker_bake_list = {
    .name = "docker/bake-action/subaction/list-targets",
    .summary = "Lists the targets of a bake definition.",
    .first_major = 4,
    .last_major = 6,
    .inputs = list_inputs,
    .main = list_phase,
};

const struct action action_docker_bake_matrix = {
    .name = "docker/bake-action/subaction/matrix",
    .summary = "Makes a matrix of the targets of a bake definition.",
    .first_major = 6,
    .last_major = 7,
    .inputs = matrix_inputs,
    .main = matrix_phase,
};
