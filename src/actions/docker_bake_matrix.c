/*
 * docker/bake-action/subaction/matrix and its forerunner list-targets: what `docker buildx bake
 * --print` says of a definition, as an output that a matrix is made of (subaction/<name>/action.yml
 * of v4 to v7, scripts of actions/github-script).
 */
#include "actions/actions.h"
#include "actions/core.h"
#include "actions/list.h"

#include <string.h>

/* github-script's words for what its script throws. */
#define UNHANDLED "Unhandled error: "

/* A list is parted at commas, question marks and ends of lines. */
static GPtrArray *list_of(const struct action_run *run, const char *name)
{
    GPtrArray *items = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit_set(action_input(run, name), "\r?\n,", -1);
    for (char **part = parts; *part != NULL; part++)
        if (**part != '\0')
            g_ptr_array_add(items, g_strdup(*part));
    return items;
}

static bool print_definition(struct action_run *run, struct action_exec_result *result,
                             GError **error)
{
    g_autoptr(GPtrArray) files = list_of(run, "files");
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "buildx", "bake", NULL);
    const char *target = action_input(run, "target");
    g_autofree char *directory = core_absolute_path(run, action_input(run, "workdir"));
    core_arguments_add_each(arguments, "--file", files);
    if (*target != '\0')
        core_arguments_add(arguments, target, NULL);
    core_arguments_add(arguments, "--print", NULL);
    const struct core_command command = {
        .arguments = arguments, .is_silent = true, .directory = directory};
    if (!core_exec(run, &command, result, error))
        return false;
    return !core_exec_failed(result) || core_throw(error, UNHANDLED "Error: %s", result->errors);
}

/* The targets of the definition; NULL with an exception. */
static json_t *read_targets(struct action_run *run, const char *title, GError **error)
{
    CORE_GROUP(run, title);
    ACTION_EXEC_RESULT(result);
    if (!print_definition(run, &result, error))
        return NULL;
    g_autofree char *text = core_trimmed(result.output);
    g_autoptr(json_t) definition = json_parse_bytes(text, strlen(text), NULL);
    if (definition == NULL) {
        core_throw(error, UNHANDLED "SyntaxError: Unexpected end of JSON input");
        return NULL;
    }
    g_autofree char *pretty = core_pretty_json(definition);
    core_log_lines(run, pretty);
    json_t *targets = json_get_object(definition, "target");
    return targets != NULL ? json_incref(targets) : json_object();
}

/* ---- matrix ---- */

static void add_copy(json_t *rows, const json_t *entry)
{
    json_array_append_new(rows, json_copy((json_t *)(uintptr_t)entry));
}

/* A row for each value of each field that is asked for: those of fields before it stay. */
static void add_field(json_t *rows, json_t *entry, const char *field, json_t *value)
{
    gsize i;
    json_t *item;
    if (!json_is_array(value)) {
        json_object_set(entry, field, value);
        add_copy(rows, entry);
        return;
    }
    json_array_foreach (value, i, item) {
        json_object_set(entry, field, item);
        add_copy(rows, entry);
    }
}

static void add_target(json_t *rows, const char *name, json_t *target, const GPtrArray *fields)
{
    g_autoptr(json_t) entry = json_pack("{s:s}", "target", name);
    bool has_field = false;
    const char *field;
    json_t *value;
    json_object_foreach (target, field, value) {
        if (!list_has(fields, field))
            continue;
        has_field = true;
        add_field(rows, entry, field, value);
    }
    if (!has_field)
        add_copy(rows, entry);
}

static bool make_matrix(struct action_run *run, GError **error)
{
    g_autoptr(json_t) targets = read_targets(run, "Parsing definition", error);
    g_autoptr(json_t) rows = json_array();
    g_autoptr(GPtrArray) fields = list_of(run, "fields");
    const char *name;
    json_t *target;
    if (targets == NULL)
        return false;
    CORE_GROUP(run, "Generating matrix");
    json_object_foreach (targets, name, target)
        add_target(rows, name, target, fields);
    g_autofree char *pretty = core_pretty_json(rows);
    g_autofree char *text = json_text(rows);
    core_log_lines(run, pretty);
    action_set_output(run, "matrix", text);
    return true;
}

static bool matrix_phase(struct action_run *run, GError **error)
{
    return core_run(run, make_matrix, error);
}

/* ---- list-targets ---- */

static bool list_targets(struct action_run *run, GError **error)
{
    action_warn(run, "docker/bake-action/subaction/list-targets is deprecated and will be removed "
                     "in a future release. Please use docker/bake-action/subaction/matrix "
                     "instead.");
    g_autoptr(json_t) targets = read_targets(run, "Validating definition", error);
    g_autoptr(json_t) names = json_array();
    const char *name;
    json_t *target;
    if (targets == NULL)
        return false;
    CORE_GROUP(run, "Set output");
    json_object_foreach (targets, name, target)
        json_array_append_new(names, json_string(name));
    g_autofree char *text = json_text(names);
    action_log(run, "targets: %s", text);
    action_set_output(run, "targets", text);
    return true;
}

static bool list_phase(struct action_run *run, GError **error)
{
    return core_run(run, list_targets, error);
}

static const struct action_input inputs[] = {
    {"workdir", ".", false}, {"files", "", false},
    {"target", "", false},   {"fields", "", false}, /* of matrix */
    {NULL, NULL, false},
};

const struct action action_docker_bake_matrix = {
    .name = "docker/bake-action/subaction/matrix",
    .summary = "Makes a matrix of the targets of a bake definition.",
    .first_major = 5,
    .last_major = 7,
    .inputs = inputs,
    .main = matrix_phase,
    .touches_images = true,
};

const struct action action_docker_bake_list_targets = {
    .name = "docker/bake-action/subaction/list-targets",
    .summary = "Lists the targets of a bake definition.",
    .first_major = 4,
    .last_major = 6,
    .inputs = inputs,
    .main = list_phase,
    .touches_images = true,
};
