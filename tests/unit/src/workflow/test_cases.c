/*
 * Workflow files: tests/cases/workflow/NAME.yaml and what loading makes of it in NAME.expected, the
 * model of those that GitHub accepts, all errors of those that it refuses. UPDATE_GOLDEN=1
 * rewrites.
 */
#include "workflow/workflow.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#define CASES "tests/cases/workflow"

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

static void check_case(const char *name)
{
    g_autofree char *path = g_build_filename(CASES, name, NULL);
    g_autofree char *stem = g_strndup(path, strlen(path) - strlen(".yaml"));
    g_autofree char *expected_path = g_strconcat(stem, ".expected", NULL);
    g_autofree char *expected = NULL;

    g_autofree char *answer = answer_of(path);

    if (g_getenv("UPDATE_GOLDEN") != NULL)
        cr_assert(g_file_set_contents(expected_path, answer, -1, NULL));
    cr_assert(g_file_get_contents(expected_path, &expected, NULL, NULL), "%s", expected_path);
    cr_expect_str_eq(answer, expected, "%s\n  expected %s  got      %s", name, expected, answer);
}

Test(workflow_cases, load_or_are_refused_as_github_does_it)
{
    const char *folder = g_getenv("SEATRIAL_SOURCE_DIR");
    cr_assert_eq(chdir(folder != NULL ? folder : "."), 0);
    GDir *cases = g_dir_open(CASES, 0, NULL);
    const char *name;
    int count = 0;
    cr_assert_not_null(cases);

    while ((name = g_dir_read_name(cases)) != NULL)
        if (g_str_has_suffix(name, ".yaml")) {
            check_case(name);
            count++;
        }

    g_dir_close(cases);
    cr_assert_geq(count, 60);
}
