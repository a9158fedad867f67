/*
 * Workflow files: tests/cases/workflow/NAME.yaml and what loading makes of it in NAME.expected, the
 * model of those that GitHub accepts, all errors of those that it refuses.
 */
#include "workflow/workflow.h"

#include "case_files.h"

static char *answer_of(const char *path)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    AUTO(workflow) workflow = workflow_load(path, errors);
    if (workflow != NULL)
        return workflow_text(workflow);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < errors->len; i++)
        g_string_append_printf(text, "%s\n", ((GError *)errors->pdata[i])->message);
    return g_string_free(text, FALSE);
}

Test(workflow_cases, load_or_are_refused_as_github_does_it)
{
    case_files_check("tests/cases/workflow", ".yaml", answer_of, 60);
}
