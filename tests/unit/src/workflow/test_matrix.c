/* Matrices made by hand, at the ceilings and of shapes that only an expression can give. The rest
   is in tests/cases/workflow. */
#include "base/limits.h"
#include "workflow/matrix.h"

#include <criterion/criterion.h>
#include <string.h>

static GPtrArray *expand_text(const char *text, GError **error)
{
    g_autoptr(json_t) matrix = json_parse_bytes(text, strlen(text), error);
    cr_assert_not_null(matrix);
    return matrix_expand(matrix, NULL, error);
}

static void expect_refused(const char *text, const char *message)
{
    g_autoptr(GError) error = NULL;

    g_autoptr(GPtrArray) legs = expand_text(text, &error);

    cr_assert_null(legs);
    cr_expect_str_eq(error->message, message);
}

/* {"a": [0, 1, …], "b": [0]} with count values. */
static char *made_text(int count, const char *rest)
{
    GString *text = g_string_new("{\"a\": [0");
    for (int i = 1; i < count; i++)
        g_string_append_printf(text, ", %d", i);
    g_string_append_printf(text, "]%s}", rest);
    return g_string_free(text, FALSE);
}

Test(matrix, of_a_job_without_one_is_one_leg_of_the_jobs_name)
{
    g_autoptr(GPtrArray) legs = matrix_expand(NULL, NULL, NULL);

    cr_assert_eq(legs->len, 1);
    const struct leg *leg = legs->pdata[0];
    g_autofree char *name = leg_name(leg, "build");
    cr_expect_str_eq(name, "build");
    cr_expect_str_eq(leg->id, "");
    cr_expect_null(leg->values);
}

static char *name_of(const char *vector, const char *job)
{
    g_autofree char *text = g_strdup_printf("{\"a\": [\"%s\"]}", vector);
    g_autoptr(GPtrArray) legs = expand_text(text, NULL);
    return leg_name(legs->pdata[0], job);
}

/* "job (" and ")" are six of the hundred. */
Test(matrix, names_of_its_legs_are_cut_to_a_hundred_characters)
{
    g_autofree char *fits = g_strnfill(94, 'x');
    g_autofree char *long_text = g_strnfill(95, 'x');
    g_autofree char *start = g_strnfill(92, 'x');
    g_autofree char *cut = g_strconcat("job (", start, "...", NULL);

    g_autofree char *whole_name = name_of(fits, "job");
    g_autofree char *cut_name = name_of(long_text, "job");

    cr_expect_eq(strlen(whole_name), 100);
    cr_expect(g_str_has_suffix(whole_name, "x)"));
    cr_expect_str_eq(cut_name, cut);
}

Test(matrix, of_as_many_legs_as_github_runs_is_fine)
{
    g_autofree char *text = made_text(MATRIX_LEGS_MAX, "");

    g_autoptr(GPtrArray) legs = expand_text(text, NULL);

    cr_assert_not_null(legs);
    cr_expect_eq(legs->len, MATRIX_LEGS_MAX);
}

Test(matrix, of_one_leg_more_is_refused)
{
    g_autofree char *text = made_text(MATRIX_LEGS_MAX + 1, "");

    expect_refused(text, "the matrix makes more than 256 jobs (MATRIX_LEGS_MAX)");
}

Test(matrix, may_have_more_combinations_than_legs)
{
    g_autofree char *text = made_text(MATRIX_LEGS_MAX + 1, ", \"exclude\": [{\"a\": 7}]");

    g_autoptr(GPtrArray) legs = expand_text(text, NULL);

    cr_assert_not_null(legs);
    cr_expect_eq(legs->len, MATRIX_LEGS_MAX);
}

Test(matrix, of_too_many_combinations_is_refused)
{
    g_autofree char *text = made_text(MATRIX_COMBINATIONS_MAX + 1, "");

    expect_refused(text, "the matrix makes too many combinations at 'a' (MATRIX_COMBINATIONS_MAX)");
}

Test(matrix, whose_legs_have_too_many_values_is_refused)
{
    g_autoptr(GString) include = g_string_new(", \"include\": [{\"x\": 0");
    for (int i = 0; i < MATRIX_VALUES_MAX / 200; i++)
        g_string_append_printf(include, ", \"y%d\": 0", i);
    g_string_append(include, "}]");
    g_autofree char *fine = made_text(100, include->str);
    g_autofree char *text = made_text(200, include->str);

    g_autoptr(GPtrArray) legs = expand_text(fine, NULL);

    cr_expect_not_null(legs);
    expect_refused(text, "the jobs of the matrix have more than 100000 values (MATRIX_VALUES_MAX)");
}

Test(matrix, that_cannot_be_one_is_refused)
{
    expect_refused("[]", "A sequence was not expected");
    expect_refused("{}", "Matrix must define at least one vector");
    expect_refused("{\"include\": []}", "Matrix must define at least one vector");
    expect_refused("{\"a\": 1}", "Unexpected value '1'");
    expect_refused("{\"a\": {}}", "A mapping was not expected");
    expect_refused("{\"a\": []}", "Matrix vector 'a' does not contain any values");
    expect_refused("{\"a\": [1], \"include\": {}}", "A mapping was not expected");
    expect_refused("{\"a\": [1], \"include\": [{}]}",
                   "Matrix include mapping does not contain any values");
    expect_refused("{\"a\": [1], \"exclude\": [1]}", "Unexpected value '1'");
    expect_refused("{\"a\": [1], \"exclude\": [{}]}", "Matrix exclude filter must not be empty");
    expect_refused("{\"a\": [1], \"exclude\": [{\"b\": 1}]}",
                   "Matrix exclude key 'b' does not match any key within the matrix");
}

Test(matrix, that_is_excluded_as_a_whole_leaves_one_leg_without)
{
    g_autoptr(GPtrArray) legs = expand_text("{\"a\": [1], \"exclude\": [{\"a\": 1}]}", NULL);

    cr_assert_eq(legs->len, 1);
    const struct leg *leg = legs->pdata[0];
    cr_expect_str_eq(leg->title, "");
    cr_expect_null(leg->values);
}

static gsize count_left(const char *vector, const char *excluded)
{
    g_autofree char *text =
        g_strdup_printf("{\"a\": [%s], \"exclude\": [{\"a\": %s}]}", vector, excluded);
    g_autoptr(GPtrArray) legs = expand_text(text, NULL);
    const struct leg *first = legs->pdata[0];
    return first->values != NULL ? legs->len : 0;
}

Test(matrix, excludes_by_the_equality_of_expressions)
{
    cr_expect_eq(count_left("\"Linux\"", "\"LINUX\""), 0);
    cr_expect_eq(count_left("1", "\"1\""), 0);
    cr_expect_eq(count_left("\"0x10\"", "16"), 0);
    cr_expect_eq(count_left("true", "1"), 0);
    cr_expect_eq(count_left("null", "0"), 0);
    cr_expect_eq(count_left("\"\"", "false"), 0);
    cr_expect_eq(count_left("\"true\"", "true"), 1);
    cr_expect_eq(count_left("\"abc\"", "0"), 1);
    cr_expect_eq(count_left("[1, 2]", "[1]"), 0);
    cr_expect_eq(count_left("[1, 2]", "[2]"), 1);
    cr_expect_eq(count_left("{\"x\": 1, \"y\": 2}", "{\"Y\": 2}"), 0);
}
