/* The pipeline of a scenario: a policy with its overrides, or a workflow with what belongs to it.
 */
#include "harness/scenario_private.h"

#include <string.h>

/* Mappings merge key by key, everything else replaces; the result is new. */
static json_t *merge(const json_t *below, const json_t *above)
{
    if (!json_is_object(below) || !json_is_object(above))
        return json_deep_copy(above);
    json_t *merged = json_deep_copy(below);
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)above, key, value) {
        const json_t *old = json_object_get(merged, key);
        json_object_set_new(merged, key, old != NULL ? merge(old, value) : json_deep_copy(value));
    }
    return merged;
}

/* The merged policy has no file of its own: errors in it name the overrides' place. */
static struct policy *read_merged(const struct node *below, const struct node *above,
                                  const char *directory, GError **error)
{
    g_autoptr(json_t) below_json = node_json(below);
    g_autoptr(json_t) above_json = node_json(above);
    g_autoptr(json_t) merged = merge(below_json, above_json);
    g_autofree char *place = position_text(above->position);
    g_autofree char *name = g_strdup_printf("%s (policy_overrides, merged)", place);

    json_object_del(merged, "seatrial");
    g_autofree char *text = json_pretty_text(merged);
    AUTO(doc) doc = doc_load_text(name, text, strlen(text), DOC_DEFAULT, error);
    if (doc == NULL)
        return NULL;
    struct policy *policy = policy_read(doc_root(doc), directory, error);
    if (policy != NULL)
        policy->doc = g_steal_pointer(&doc);
    return policy;
}

static struct policy *read_policy_file(const struct scenario_file *file, const char *directory,
                                       GError **error)
{
    g_autofree char *path = g_path_is_absolute(file->policy->text)
                                ? g_strdup(file->policy->text)
                                : g_build_filename(directory, file->policy->text, NULL);
    g_autofree char *policy_directory = g_path_get_dirname(path);
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        node_error(error, file->policy, "there is no policy file %s", path);
        return NULL;
    }
    AUTO(policy) policy = policy_load(path, error); /* a mistake in it has its own place */
    if (policy == NULL || file->policy_overrides == NULL)
        return g_steal_pointer(&policy);
    return read_merged(doc_root(policy->doc), file->policy_overrides, policy_directory, error);
}

static struct policy *read_policy(const struct scenario_file *file, const char *directory,
                                  GError **error)
{
    if (file->policy_overrides != NULL && file->policy_overrides->kind != NODE_MAPPING) {
        node_error(error, file->policy_overrides, "'policy_overrides' is %s, expected a mapping",
                   node_kind_text(file->policy_overrides));
        return NULL;
    }
    if (file->policy->kind == NODE_STRING)
        return read_policy_file(file, directory, error);
    if (file->policy->kind != NODE_MAPPING) {
        node_error(error, file->policy,
                   "'policy' is %s, expected the path of a policy file or a policy",
                   node_kind_text(file->policy));
        return NULL;
    }
    if (file->policy_overrides != NULL)
        return read_merged(file->policy, file->policy_overrides, directory, error);
    return policy_read(file->policy, directory, error);
}

/* ---- a workflow ---- */

static bool check_texts(const struct node *node, const char *what, GError **error)
{
    if (node == NULL || node->kind == NODE_MAPPING)
        return true;
    node_error(error, node, "'%s' is %s, expected a mapping of names to texts", what,
               node_kind_text(node));
    return false;
}

static char *beside(const char *directory, const char *path)
{
    return g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(directory, path, NULL);
}

/* An event is a name, or a file beside the scenario. */
static char *event_of(const struct workflow_part *part, const char *directory)
{
    if (part->event == NULL || strpbrk(part->event, "./") == NULL)
        return g_strdup(part->event);
    return beside(directory, part->event);
}

/* The path behind '=' begins at the scenario's folder. */
static char **maps_of(const struct workflow_part *part, const char *directory)
{
    g_autoptr(GPtrArray) maps = g_ptr_array_new();
    for (char **each = part->maps; each != NULL && *each != NULL; each++) {
        const char *equals = strchr(*each, '=');
        g_autofree char *path = equals != NULL ? beside(directory, equals + 1) : NULL;
        g_ptr_array_add(maps, equals != NULL
                                  ? g_strdup_printf("%.*s=%s", (int)(equals - *each), *each, path)
                                  : g_strdup(*each));
    }
    g_ptr_array_add(maps, NULL);
    return (char **)g_ptr_array_steal(maps, NULL);
}

static bool load_workflow(struct scenario *scenario, const struct pipeline_request *request,
                          GError **error)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    scenario->pipeline = pipeline_load(request, errors);
    if (scenario->pipeline != NULL)
        return true;
    error_set_joined(error, errors);
    return false;
}

static bool read_workflow(struct scenario_file *file, const char *directory, GError **error)
{
    const struct workflow_part *part = &file->workflow;
    if (!check_texts(part->secrets, "secrets", error) || !check_texts(part->vars, "vars", error))
        return false;
    g_autofree char *path = beside(directory, part->path);
    g_autofree char *event = event_of(part, directory);
    g_auto(GStrv) maps = maps_of(part, directory);
    g_autoptr(json_t) secrets = part->secrets != NULL ? node_json(part->secrets) : NULL;
    g_autoptr(json_t) vars = part->vars != NULL ? node_json(part->vars) : NULL;
    file->scenario.assume = assume_rules_of(file->scenario.assume_records);
    const struct pipeline_request request = {
        .path = path,
        .event = event,
        .job = part->job,
        .concurrent_jobs = (unsigned)part->concurrent_jobs,
        .maps = (const char *const *)maps,
        .secrets = secrets,
        .vars = vars,
        .assume = file->scenario.assume,
    };
    return load_workflow(&file->scenario, &request, error);
}

bool scenario_read_pipeline(struct scenario_file *file, const char *directory, GError **error)
{
    if (file->workflow.path != NULL)
        return read_workflow(file, directory, error);
    file->scenario.policy = read_policy(file, directory, error);
    return file->scenario.policy != NULL;
}
