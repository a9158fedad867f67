/* Workflow files and actions: a model, or errors each with a message; the model's text twice the
   same, and a plan of every model. */
#include "fuzz.h"

#include "base/limits.h"
#include "workflow/action_file.h"
#include "workflow/workflow_json.h"

#include <string.h>

static void check_model(const struct workflow *workflow)
{
    static const char *const paths[] = {"src/a.c", NULL};
    const struct event_facts push = {.name = "push", .ref = "refs/heads/main", .paths = paths};
    g_autofree char *text = workflow_text(workflow);
    g_autofree char *again = workflow_text(workflow);
    g_assert(strcmp(text, again) == 0);
    g_assert(workflow->jobs->len > 0 && workflow->jobs->len <= WORKFLOW_JOBS_MAX);
    triggers_find(workflow->triggers, &push);
    for (guint i = 0; i < workflow->jobs->len; i++) {
        const struct job *job = workflow->jobs->pdata[i];
        g_assert(workflow_find_job(workflow, job->id) == job);
        g_assert(job->uses != NULL || job->steps->len > 0);
    }
}

/* The same bytes as an action's file. */
static void check_action(const char *text, gsize length_bytes)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    AUTO(action_file) file = action_file_load_text("action.yml", text, length_bytes, errors);
    g_assert((file == NULL) == (errors->len > 0));
    g_assert(errors->len <= WORKFLOW_ERRORS_MAX);
    g_autoptr(json_t) json = workflow_errors_json(errors);
    g_assert(json != NULL);
    if (file == NULL)
        return;
    g_autofree char *shown = action_file_text(file);
    g_assert(shown != NULL);
    for (guint i = 0; i < file->inputs->len; i++) {
        const struct action_file_input *input = file->inputs->pdata[i];
        g_assert(action_file_find_input(file, input->name) != NULL);
    }
}

/* A plan of it as JSON, for the event that it names first; calls lead nowhere. */
static void check_plan(const struct workflow *workflow)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    const struct event_request request = {.workflow = workflow, .workflow_path = "w.yml"};
    AUTO(repository_map) map = repository_map_new("/nowhere");
    AUTO(event) event = event_new(&request, errors);
    if (event == NULL)
        return;
    AUTO(call_tree) calls = call_tree_load(workflow, map, event, errors);
    g_assert((calls == NULL) == (errors->len > 0));
    if (calls == NULL)
        return;
    const struct plan_sources sources = {.event = event, .map = map, .date = "2026-11-26"};
    g_autoptr(json_t) plan = workflow_json(call_tree_root(calls), &sources);
    g_assert(plan != NULL);
}

/* The same bytes as the payload of an event of some workflow. */
static void check_event(const char *text, gsize length_bytes)
{
    static const char some[] =
        "on: {push:, workflow_dispatch: {inputs: {ref: {required: true}, on: {type: boolean}}}}\n"
        "jobs: {a: {runs-on: x, steps: [{run: a}]}}\n";
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    AUTO(doc) doc = doc_load_text("event.yml", text, length_bytes, DOC_DEFAULT, NULL);
    AUTO(workflow) workflow = workflow_load_text("w.yml", some, strlen(some), errors);
    if (doc == NULL)
        return;
    const struct event_request request = {.workflow = workflow, .workflow_path = "w.yml"};
    AUTO(event) event = event_new_of_node(&request, doc_root(doc), errors);
    g_assert((event == NULL) == (errors->len > 0));
    if (event == NULL)
        return;
    struct event_facts facts = event_facts_of(event);
    triggers_find(workflow->triggers, &facts);
    g_assert(json_is_object(event->github) && json_is_object(event->inputs));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    AUTO(workflow)
    workflow = workflow_load_text("w.yml", (const char *)bytes, length_bytes, errors);
    g_assert((workflow == NULL) == (errors->len > 0));
    g_assert(errors->len <= WORKFLOW_ERRORS_MAX);
    if (workflow != NULL) {
        check_model(workflow);
        check_plan(workflow);
    }
    check_action((const char *)bytes, length_bytes);
    check_event((const char *)bytes, length_bytes);
    return 0;
}
