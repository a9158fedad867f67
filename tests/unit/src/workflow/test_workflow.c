/* Loading: sources other than good files, ceilings, and what the model answers. */
#include "base/limits.h"
#include "workflow/workflow.h"

#include <criterion/criterion.h>
#include <string.h>

#define HEAD "on: push\njobs:\n  build:\n    runs-on: a\n    steps:\n"

static struct workflow *load(const char *text, GPtrArray *errors)
{
    return workflow_load_text("w.yml", text, strlen(text), errors);
}

static char *first_error(const char *text)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    AUTO(workflow) workflow = load(text, errors);
    cr_assert_null(workflow);
    cr_assert_geq(errors->len, 1);
    return g_strdup(((const GError *)errors->pdata[0])->message);
}

Test(workflow, that_is_no_file_is_one_error)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);

    AUTO(workflow) workflow = workflow_load("/nowhere/w.yml", errors);

    cr_assert_null(workflow);
    cr_assert_eq(errors->len, 1);
    cr_expect_str_eq(((const GError *)errors->pdata[0])->message,
                     "/nowhere/w.yml: No such file or directory");
}

Test(workflow, above_a_mebibyte_is_refused)
{
    g_autofree char *comment = g_strnfill(WORKFLOW_BYTES_MAX, '#');
    g_autofree char *text = g_strconcat(HEAD "      - run: a\n", comment, "\n", NULL);

    g_autofree char *message = first_error(text);

    cr_expect_not_null(strstr(message, "GitHub reads at most 1048576 (WORKFLOW_BYTES_MAX)"), "%s",
                       message);
}

/* A workflow of count jobs. */
static char *many_jobs(int count)
{
    GString *text = g_string_new("on: push\njobs:\n");
    for (int i = 0; i < count; i++)
        g_string_append_printf(text, "  j%d: {runs-on: a, steps: [{run: a}]}\n", i);
    return g_string_free(text, FALSE);
}

Test(workflow, of_as_many_jobs_as_github_takes_loads_and_of_one_more_does_not)
{
    g_autofree char *most = many_jobs(WORKFLOW_JOBS_MAX);
    g_autofree char *more = many_jobs(WORKFLOW_JOBS_MAX + 1);
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);

    AUTO(workflow) workflow = load(most, errors);
    g_autofree char *message = first_error(more);

    cr_expect_not_null(workflow);
    cr_expect(g_str_has_prefix(message, "w.yml:259:3: Workflows may not contain more than 256 jobs "
                                        "across all referenced files"),
              "%s", message);
}

Test(workflow, finds_jobs_ignoring_case_and_knows_how_deep_they_are)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    AUTO(workflow)
    workflow = load("on: push\njobs:\n"
                    "  c: {runs-on: a, needs: [b, A], steps: [{run: a}]}\n"
                    "  b: {runs-on: a, needs: a, steps: [{run: a}]}\n"
                    "  a: {runs-on: a, steps: [{run: a}]}\n",
                    errors);
    cr_assert_not_null(workflow);

    const struct job *job = workflow_find_job(workflow, "C");

    cr_assert_not_null(job);
    cr_expect_str_eq(job->id, "c");
    cr_expect_eq(job->depth, 2);
    cr_expect_eq(job->needs->len, 2);
    cr_expect_null(workflow_find_job(workflow, "d"));
    cr_expect_str_eq(workflow->name, "w.yml");
}

Test(workflow, with_many_mistakes_tells_the_first_ones_in_the_order_of_the_file)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autoptr(GString) text = g_string_new(HEAD);
    for (int i = 0; i < 2 * WORKFLOW_ERRORS_MAX; i++)
        g_string_append(text, "      - {run: a, nope: 1}\n");

    AUTO(workflow) workflow = load(text->str, errors);

    cr_assert_null(workflow);
    cr_assert_eq(errors->len, WORKFLOW_ERRORS_MAX);
    for (guint i = 0; i < errors->len; i++) {
        g_autofree char *place = g_strdup_printf("w.yml:%u:18: Unexpected value 'nope'", 6 + i);
        const GError *error = errors->pdata[i];
        cr_expect(g_str_has_prefix(error->message, place), "%s", error->message);
    }
}

Test(workflow, with_an_expression_above_the_ceiling_is_refused)
{
    g_autofree char *filler = g_strnfill(GITHUB_EXPR_LENGTH_MAX, 'a');
    g_autofree char *text = g_strconcat(HEAD "      - run: ${{ github.sha }} ", filler, "\n", NULL);

    g_autofree char *message = first_error(text);

    cr_expect(g_str_has_prefix(message, "w.yml:6:14: Exceeded max expression length 21000"), "%s",
              message);
}

Test(workflow, with_an_expression_too_deep_is_refused)
{
    g_autoptr(GString) expression = g_string_new(NULL);
    for (int i = 0; i <= EXPR_DEPTH_MAX; i++)
        g_string_append(expression, "toJSON(");
    g_string_append_c(expression, '1');
    for (int i = 0; i <= EXPR_DEPTH_MAX; i++)
        g_string_append_c(expression, ')');
    g_autofree char *text = g_strconcat(HEAD "      - run: ${{ ", expression->str, " }}\n", NULL);

    g_autofree char *message = first_error(text);

    cr_expect_not_null(strstr(message, "Exceeded max expression depth 50"), "%s", message);
}

Test(workflow, text_of_one_literal_expression_counts_as_the_text)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);

    AUTO(workflow)
    workflow = load(HEAD "      - run: ${{ 'a' }}\n        shell: ${{ 'sh' }}\n", errors);

    cr_expect_not_null(workflow);
}
