/*
 * Files of actions: tests/cases/action/NAME.yml and what loading makes of it in NAME.expected, the
 * model of those that the runner accepts, all errors of those that it refuses.
 */
#include "workflow/action_file.h"

#include "case_files.h"

static char *answer_of(const char *path)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    AUTO(action_file) file = action_file_load(path, errors);
    if (file != NULL)
        return action_file_text(file);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < errors->len; i++)
        g_string_append_printf(text, "%s\n", ((GError *)errors->pdata[i])->message);
    return g_string_free(text, FALSE);
}

Test(action_cases, load_or_are_refused_as_the_runner_does_it)
{
    case_files_check("tests/cases/action", ".yml", answer_of, 15);
}

static char *many_inputs(int count)
{
    GString *text = g_string_new("runs: {using: node20, main: a.js}\ninputs:\n");
    for (int i = 0; i < count; i++)
        g_string_append_printf(text, "  i%d: {}\n", i);
    return g_string_free(text, FALSE);
}

Test(action_file, has_inputs_up_to_the_ceiling_and_finds_them_in_any_case)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autofree char *most = many_inputs(1000);
    g_autofree char *more = many_inputs(1001);

    AUTO(action_file) file = action_file_load_text("action.yml", most, strlen(most), errors);
    AUTO(action_file) refused = action_file_load_text("action.yml", more, strlen(more), errors);

    cr_assert_not_null(file);
    cr_expect_not_null(action_file_find_input(file, "I999"));
    cr_expect_null(action_file_find_input(file, "i1000"));
    cr_assert_null(refused);
    cr_expect_not_null(strstr(((GError *)errors->pdata[0])->message,
                              "more than 1000 inputs (WORKFLOW_INPUTS_MAX)"));
}

Test(action_file, that_is_not_there_is_one_error)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);

    AUTO(action_file) file = action_file_load("/nowhere/action.yml", errors);

    cr_expect_null(file);
    cr_expect_eq(errors->len, 1);
}
