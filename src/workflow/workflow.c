/* Loading: bytes to a document, the checks, the model. */
#include "workflow/workflow.h"
#include "base/limits.h"
#include "workflow/literal.h"
#include "workflow/model.h"
#include "workflow/rules.h"
#include "workflow/schema.h"

#include <string.h>

/* The schema tells repeated keys and merge keys in GitHub's words. */
static const enum doc_flags flags = DOC_KEYS_ARE_FREE;

/* The legs of a literal matrix; false with a fault when there are too many. */
static bool expand_legs(struct strategy *strategy, struct fault_list *faults)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) matrix = NULL;
    if (strategy->node != NULL && strategy->node->kind != NODE_MAPPING)
        return true;
    if (strategy->matrix != NULL && literal_is_dynamic(strategy->matrix))
        return true;
    if (strategy->matrix != NULL)
        matrix = node_json(strategy->matrix);
    strategy->legs = matrix_expand(matrix, NULL, &error);
    if (strategy->legs == NULL)
        fault_add_at(faults, strategy->matrix, "%s", error->message);
    return strategy->legs != NULL;
}

static void read_jobs(struct workflow *workflow, const struct node *jobs, struct fault_list *faults)
{
    for (gsize i = 0; i < node_length(jobs); i++) {
        struct job *job = job_new(node_entry(jobs, i));
        g_ptr_array_add(workflow->jobs, job);
        expand_legs(&job->strategy, faults);
    }
    jobs_link(workflow->jobs);
}

static void read_root(struct workflow *workflow, const struct node *root, struct fault_list *faults)
{
    const struct node *name = node_get(root, "name");
    g_autofree char *text = name != NULL ? literal_text(name) : g_strdup("");
    workflow->name = g_strdup(text[0] != '\0' ? text : doc_source(workflow->doc)->name);
    workflow->run_name = node_get(root, "run-name");
    workflow->on = node_get(root, "on");
    workflow->triggers = triggers_of(workflow->on);
    workflow->env = node_get(root, "env");
    workflow->permissions = node_get(root, "permissions");
    workflow->concurrency = node_get(root, "concurrency");
    workflow->defaults = run_defaults_of(node_get(root, "defaults"));
    read_jobs(workflow, node_get(root, "jobs"), faults);
}

/* Takes the document over. */
static struct workflow *read_checked(struct doc *doc, struct fault_list *faults)
{
    struct workflow *workflow = g_new0(struct workflow, 1);
    workflow->doc = doc;
    workflow->jobs = g_ptr_array_new_with_free_func((GDestroyNotify)job_free);
    read_root(workflow, doc_root(doc), faults);
    return workflow;
}

static bool check_size(const struct doc *doc, GPtrArray *errors)
{
    if (doc_source(doc)->length_bytes <= WORKFLOW_BYTES_MAX)
        return true;
    g_ptr_array_add(errors, g_error_new(BASE_ERROR, BASE_ERROR_LIMIT,
                                        "%s: has %" G_GSIZE_FORMAT
                                        " bytes, GitHub reads at most %d (WORKFLOW_BYTES_MAX)",
                                        doc_source(doc)->name, doc_source(doc)->length_bytes,
                                        WORKFLOW_BYTES_MAX));
    return false;
}

/* Takes doc and error over; one of them is NULL. */
static struct workflow *load(struct doc *loaded, GError *error, GPtrArray *errors)
{
    AUTO(doc) doc = loaded;
    if (doc == NULL) {
        g_ptr_array_add(errors, error);
        return NULL;
    }
    if (!check_size(doc, errors))
        return NULL;
    AUTO(fault_list) faults = fault_list_new();
    AUTO(workflow) workflow = NULL;
    schema_check(&schema_workflow, doc_root(doc), faults);
    rules_check(doc_root(doc), faults);
    if (fault_count(faults) == 0)
        workflow = read_checked(g_steal_pointer(&doc), faults);
    if (fault_count(faults) == 0)
        return g_steal_pointer(&workflow);
    fault_list_report(faults, errors);
    return NULL;
}

struct workflow *workflow_load(const char *path, GPtrArray *errors)
{
    GError *error = NULL;
    struct doc *doc = doc_load_file(path, flags, &error);
    return load(doc, error, errors);
}

struct workflow *workflow_load_text(const char *name, const char *text, gsize length_bytes,
                                    GPtrArray *errors)
{
    GError *error = NULL;
    struct doc *doc = doc_load_text(name, text, length_bytes, flags, &error);
    return load(doc, error, errors);
}

void workflow_free(struct workflow *workflow)
{
    if (workflow == NULL)
        return;
    if (workflow->triggers != NULL)
        g_ptr_array_unref(workflow->triggers);
    g_ptr_array_unref(workflow->jobs);
    g_free(workflow->name);
    doc_free(workflow->doc);
    g_free(workflow);
}

const struct job *workflow_find_job(const struct workflow *workflow, const char *id)
{
    for (guint i = 0; i < workflow->jobs->len; i++) {
        const struct job *job = workflow->jobs->pdata[i];
        if (g_ascii_strcasecmp(job->id, id) == 0)
            return job;
    }
    return NULL;
}
