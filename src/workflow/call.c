/* The tree of calls. */
#include "workflow/call_private.h"

#include "base/limits.h"
#include "workflow/literal.h"

#include <string.h>

struct call_tree {
    const struct repository_map *map;
    const struct event *event;
    struct call *root;
    GHashTable *files;   /* path -> struct workflow, owned; those that could not be loaded: NULL */
    gsize job_count;     /* of all calls */
    GPtrArray *errors;   /* lent by the caller while loading */
    bool has_jobs_fault; /* told once */
};

static void secret_free(gpointer data)
{
    struct call_secret *secret = data;
    g_free(secret->name);
    g_free(secret);
}

static void output_free(gpointer data)
{
    struct call_output *output = data;
    g_free(output->name);
    g_free(output);
}

static void call_free(gpointer data)
{
    struct call *call = data;
    if (call == NULL)
        return;
    g_free(call->path);
    g_free(call->origin);
    g_ptr_array_unref(call->inputs);
    g_ptr_array_unref(call->secrets);
    g_ptr_array_unref(call->outputs);
    g_ptr_array_unref(call->calls);
    g_free(call);
}

static struct call *call_new(const struct call *caller, const struct job *job)
{
    struct call *call = g_new0(struct call, 1);
    call->caller = caller;
    call->job = job;
    call->state = CALL_NOT_MAPPED;
    call->depth = caller != NULL ? caller->depth + 1 : 0;
    call->inputs = g_ptr_array_new();
    call->secrets = g_ptr_array_new_with_free_func(secret_free);
    call->outputs = g_ptr_array_new_with_free_func(output_free);
    call->calls = g_ptr_array_new_with_free_func(call_free);
    return call;
}

static void free_workflow(gpointer workflow)
{
    workflow_free(workflow);
}

/* "a.yml" -> "b.yml": who calls whom, down to the job; g_free. */
static char *chain_text(const struct call *call)
{
    g_autofree char *uses = literal_text(call->job->uses);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "\"%s\"", uses);
    for (const struct call *above = call->caller; above != NULL; above = above->caller) {
        g_autofree char *own =
            above->job != NULL ? literal_text(above->job->uses) : g_strdup(above->path);
        g_autofree char *head = g_strdup_printf("\"%s\" -> ", own);
        g_string_prepend(text, head);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool is_called_above(const struct call *call, const char *path)
{
    for (const struct call *above = call->caller; above != NULL; above = above->caller)
        if (strcmp(above->path, path) == 0)
            return true;
    return false;
}

/* Loads a file once; NULL when it cannot be, which is told where it is called. */
static const struct workflow *load_file(struct call_tree *tree, const struct call *call,
                                        const char *path, struct fault_list *faults)
{
    gpointer known = NULL;
    if (!g_hash_table_lookup_extended(tree->files, path, NULL, &known)) {
        if (g_hash_table_size(tree->files) + 1 >= CALL_FILES_MAX) { /* the run's own counts too */
            fault_add_at(faults, call->job->uses, "The maximum file count of %d has been exceeded",
                         CALL_FILES_MAX);
            return NULL;
        }
        known = workflow_load(path, tree->errors);
        g_hash_table_insert(tree->files, g_strdup(path), known);
    }
    if (known == NULL)
        fault_add_at(faults, call->job->uses, "Error from called workflow %s", path);
    return known;
}

static bool load_callee(struct call_tree *tree, struct call *call, const char *path,
                        struct fault_list *faults)
{
    if (is_called_above(call, path)) {
        g_autofree char *chain = chain_text(call);
        fault_add_at(faults, call->job->uses,
                     "error parsing called workflow %s: the calls go round in a circle", chain);
        return false;
    }
    call->workflow = load_file(tree, call, path, faults);
    if (call->workflow == NULL)
        return false;
    call->state = CALL_LOADED;
    call->path = g_strdup(path);
    call_declare(call, faults);
    if (fault_count(faults) > 0) {
        fault_add_at(faults, call->job->uses, "Error from called workflow %s", path);
        return false;
    }
    call_check_values(call, faults);
    call_check_permissions(call, tree->event, faults);
    return fault_count(faults) == 0;
}

/* False with a fault. A call that is not mapped is fine: nothing is known of it. */
static bool find_callee(struct call_tree *tree, struct call *call, struct fault_list *faults)
{
    g_autofree char *text = literal_text(call->job->uses);
    AUTO(uses) uses = uses_of_job(text);
    g_assert(uses != NULL); /* the rules have looked */
    AUTO(destination) found = repository_map_find(tree->map, uses, call->caller->origin);
    call->origin = g_strdup(found->origin);
    if (found->kind == DESTINATION_NOT_MAPPED)
        return true;
    if (found->kind == DESTINATION_FILE)
        return load_callee(tree, call, found->path, faults);
    g_autofree char *chain = chain_text(call);
    fault_add_at(faults, call->job->uses,
                 "error parsing called workflow %s: workflow was not found. See "
                 "https://docs.github.com/actions/learn-github-actions/"
                 "reusing-workflows#access-to-reusable-workflows for more information.",
                 chain);
    return false;
}

static bool count_jobs(struct call_tree *tree, const struct call *call, struct fault_list *faults)
{
    tree->job_count += call->workflow->jobs->len;
    if (tree->job_count <= WORKFLOW_JOBS_MAX)
        return true;
    if (!tree->has_jobs_fault)
        fault_add_at(faults, call->job->uses,
                     "Workflows may not contain more than %d jobs across all referenced files",
                     WORKFLOW_JOBS_MAX);
    tree->has_jobs_fault = true;
    return false;
}

static void load_calls(struct call_tree *tree, struct call *call);

static void load_call(struct call_tree *tree, struct call *caller, const struct job *job)
{
    AUTO(fault_list) faults = fault_list_new();
    struct call *call = call_new(caller, job);
    g_ptr_array_add(caller->calls, call);
    if (call->depth > CALL_DEPTH_MAX)
        fault_add_at(faults, job->uses, "Nested reusable workflow depth exceeded %d.",
                     CALL_DEPTH_MAX);
    else if (find_callee(tree, call, faults) && call->state == CALL_LOADED &&
             count_jobs(tree, call, faults))
        load_calls(tree, call);
    fault_list_report(faults, tree->errors);
}

static void load_calls(struct call_tree *tree, struct call *call)
{
    for (guint i = 0; i < call->workflow->jobs->len; i++) {
        const struct job *job = call->workflow->jobs->pdata[i];
        if (job->uses != NULL)
            load_call(tree, call, job);
    }
}

static struct call *root_new(const struct workflow *workflow)
{
    struct call *root = call_new(NULL, NULL);
    root->state = CALL_LOADED;
    root->workflow = workflow;
    root->path = g_strdup(doc_source(workflow->doc)->name);
    return root;
}

struct call_tree *call_tree_load(const struct workflow *workflow, const struct repository_map *map,
                                 const struct event *event, GPtrArray *errors)
{
    AUTO(call_tree) tree = g_new0(struct call_tree, 1);
    guint faults_before = errors->len;
    tree->map = map;
    tree->event = event;
    tree->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_workflow);
    tree->root = root_new(workflow);
    tree->job_count = workflow->jobs->len;
    tree->errors = errors;
    load_calls(tree, tree->root);
    tree->errors = NULL;
    return errors->len == faults_before ? g_steal_pointer(&tree) : NULL;
}

void call_tree_free(struct call_tree *tree)
{
    if (tree == NULL)
        return;
    call_free(tree->root);
    g_hash_table_unref(tree->files);
    g_free(tree);
}

const struct call *call_tree_root(const struct call_tree *tree)
{
    return tree->root;
}

const struct call *call_find(const struct call *call, const struct job *job)
{
    for (guint i = 0; i < call->calls->len; i++) {
        const struct call *called = call->calls->pdata[i];
        if (called->job == job)
            return called;
    }
    return NULL;
}
