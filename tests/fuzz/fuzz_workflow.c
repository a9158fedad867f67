/* Workflow files: a model, or errors each with a message; the model's text twice the same. */
#include "fuzz.h"

#include "base/limits.h"
#include "workflow/workflow.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    AUTO(workflow)
    workflow = workflow_load_text("w.yml", (const char *)bytes, length_bytes, errors);
    g_assert((workflow == NULL) == (errors->len > 0));
    g_assert(errors->len <= WORKFLOW_ERRORS_MAX);
    if (workflow != NULL)
        check_model(workflow);
    return 0;
}
