/* Loading a workflow with all it leads to. */
#include "harness/plan_workflow.h"
#include "harness/plan_workflow_private.h"

#include <string.h>

static bool has_line(const char *text, const char *head)
{
    g_autofree char *inside = g_strconcat("\n", head, NULL);
    return g_str_has_prefix(text, head) || strstr(text, inside) != NULL;
}

/* Of a file with a mistake in its syntax only the lines can tell. */
static bool looks_like_one(const char *path)
{
    g_autofree char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) && has_line(text, "jobs:") &&
           !has_line(text, "seatrial:");
}

bool workflow_is_one(const char *path)
{
    AUTO(doc) doc = doc_load_file(path, DOC_KEYS_ARE_FREE, NULL);
    if (doc == NULL)
        return looks_like_one(path);
    const struct node *root = doc_root(doc);
    return node_find(root, "jobs") != NULL && node_find(root, "seatrial") == NULL;
}

static bool add_maps(struct repository_map *map, const struct workflow_options *options,
                     GPtrArray *errors)
{
    guint faults_before = errors->len;
    for (gsize i = 0; options->maps != NULL && options->maps[i] != NULL; i++) {
        GError *error = NULL;
        if (!repository_map_add(map, options->maps[i], &error))
            g_ptr_array_add(errors, error);
    }
    if (options->map_file != NULL && !repository_map_add_file(map, options->map_file, errors))
        return false;
    return errors->len == faults_before;
}

/* The path below the root, as GitHub names a workflow; g_free. */
static char *path_in_repository(const char *path, const char *root)
{
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    g_autofree char *whole_root = g_canonicalize_filename(root, NULL);
    gsize length = strlen(whole_root);
    return g_strdup(strncmp(whole, whole_root, length) == 0 && whole[length] == '/'
                        ? whole + length + 1
                        : whole);
}

static struct event *load_event(const struct workflow_plan *plan, const char *path,
                                GPtrArray *errors)
{
    const char *root = repository_map_root(plan->map);
    g_autofree char *whole_root = g_canonicalize_filename(root, NULL);
    g_autofree char *folder = g_path_get_basename(whole_root);
    g_autofree char *below = path_in_repository(path, root);
    const struct event_request request = {
        .text = plan->options->event,
        .workflow = plan->workflow,
        .workflow_path = below,
        .folder_name = folder,
    };
    return event_new(&request, errors);
}

static bool check_job(const struct workflow_plan *plan, const char *path, GPtrArray *errors)
{
    const char *wanted = plan->options->job;
    if (wanted == NULL || workflow_find_job(plan->workflow, wanted) != NULL)
        return true;
    g_autoptr(GString) ids = g_string_new(NULL);
    for (guint i = 0; i < plan->workflow->jobs->len; i++)
        g_string_append_printf(ids, "%s'%s'", i > 0 ? ", " : "",
                               ((const struct job *)plan->workflow->jobs->pdata[i])->id);
    g_ptr_array_add(errors,
                    g_error_new(BASE_ERROR, BASE_ERROR_USAGE,
                                "%s: has no job '%s'; its jobs are %s", path, wanted, ids->str));
    return false;
}

static bool load(struct workflow_plan *plan, const char *path, GPtrArray *errors)
{
    g_autofree char *root = repository_root_of(path);
    plan->map = repository_map_new(root);
    if (!add_maps(plan->map, plan->options, errors))
        return false;
    plan->workflow = workflow_load(path, errors);
    if (plan->workflow == NULL || !check_job(plan, path, errors))
        return false;
    plan->event = load_event(plan, path, errors);
    if (plan->event == NULL)
        return false;
    plan->calls = call_tree_load(plan->workflow, plan->map, plan->event, errors);
    return plan->calls != NULL;
}

struct workflow_plan *workflow_plan_load(const char *path, const struct workflow_options *options,
                                         GPtrArray *errors)
{
    AUTO(workflow_plan) plan = g_new0(struct workflow_plan, 1);
    plan->options = options;
    if (!load(plan, path, errors))
        return NULL;
    plan->sources = (struct plan_sources){
        .event = plan->event,
        .map = plan->map,
        .date = options->date,
        .job = options->job,
    };
    return g_steal_pointer(&plan);
}

void workflow_plan_free(struct workflow_plan *plan)
{
    if (plan == NULL)
        return;
    call_tree_free(plan->calls);
    event_free(plan->event);
    workflow_free(plan->workflow);
    repository_map_free(plan->map);
    g_free(plan);
}

json_t *workflow_plan_json(const struct workflow_plan *plan)
{
    return workflow_json(call_tree_root(plan->calls), &plan->sources);
}
