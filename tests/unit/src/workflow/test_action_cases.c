/*
 * Files of actions: tests/cases/action/NAME.yml and what loading makes of it in NAME.expected, the
 * model of those that the runner accepts, all errors of those that it refuses. UPDATE_GOLDEN=1
 * rewrites.
 */
#include "workflow/action_file.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#define CASES "tests/cases/action"

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

static void check_case(const char *name)
{
    g_autofree char *path = g_build_filename(CASES, name, NULL);
    g_autofree char *stem = g_strndup(path, strlen(path) - strlen(".yml"));
    g_autofree char *expected_path = g_strconcat(stem, ".expected", NULL);
    g_autofree char *expected = NULL;

    g_autofree char *answer = answer_of(path);

    if (g_getenv("UPDATE_GOLDEN") != NULL)
        cr_assert(g_file_set_contents(expected_path, answer, -1, NULL));
    cr_assert(g_file_get_contents(expected_path, &expected, NULL, NULL), "%s", expected_path);
    cr_expect_str_eq(answer, expected, "%s\n  expected %s  got      %s", name, expected, answer);
}

Test(action_cases, load_or_are_refused_as_the_runner_does_it)
{
    const char *folder = g_getenv("SEATRIAL_SOURCE_DIR");
    cr_assert_eq(chdir(folder != NULL ? folder : "."), 0);
    GDir *cases = g_dir_open(CASES, 0, NULL);
    const char *name;
    int count = 0;
    cr_assert_not_null(cases);

    while ((name = g_dir_read_name(cases)) != NULL)
        if (g_str_has_suffix(name, ".yml")) {
            check_case(name);
            count++;
        }

    g_dir_close(cases);
    cr_assert_geq(count, 15);
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
