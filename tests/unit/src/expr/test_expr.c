/* Expressions as a whole: places of errors, ceilings, explanations, what the caller adds. */
#include "cases.h"

#include "base/limits.h"
#include "base/units.h"
#include "expr/expr.h"

#include <criterion/criterion.h>
#include <string.h>

static struct value sample_names(void)
{
    struct value names = value_of_map();
    struct value step = value_of_map();
    value_set(&step, "outcome", value_of_string("success"));
    value_set(&names, "step", step);
    value_set(&names, "elapsed", value_of_duration(12 * MINUTE_US));
    value_set(&names, "ok", value_of_boolean(true));
    value_set(&names, "count", value_of_integer(3));
    return names;
}

static struct expr *parse(const char *text, GError **error)
{
    return expr_parse(&dialect_strict, text, (struct position){0}, error);
}

/* Parses and evaluates; the error's whole message, or the value. */
static char *outcome_at(const char *text, struct position position)
{
    VALUE(names);
    names = sample_names();
    const struct expr_scope scope = {.names = &names};
    g_autoptr(GError) error = NULL;
    VALUE(value);

    AUTO(expr) expr = expr_parse(&dialect_strict, text, position, &error);
    if (expr == NULL || !expr_evaluate(expr, &scope, &value, &error))
        return g_strdup(error->message);
    return value_text(&value);
}

Test(expr, errors_of_a_file_have_its_place_line_and_caret)
{
    static const char text[] = "expect:\n  - stpe.outcome == 'success'\n";
    AUTO(source) source = source_new("a.yaml", text, strlen(text));

    g_autofree char *name =
        outcome_at("stpe.outcome == 'success'", (struct position){source, 2, 5});
    g_autofree char *token =
        outcome_at("step.outcome = 'success'", (struct position){source, 2, 5});

    cr_assert_str_eq(name, "a.yaml:2:5: unknown name 'stpe'; did you mean 'step'?\n"
                           "      - stpe.outcome == 'success'\n"
                           "        ^");
    cr_assert(g_str_has_prefix(token, "a.yaml:2:18: unexpected =; equality is '=='\n"));
}

Test(expr, an_expression_over_several_lines_counts_them)
{
    AUTO(source) source = source_new("a.yaml", "", 0);

    g_autofree char *outcome = outcome_at("ok &&\n  nope", (struct position){source, 7, 3});

    cr_assert_str_eq(outcome, "a.yaml:8:5: unknown name 'nope'");
}

Test(expr, columns_count_characters)
{
    g_autofree char *outcome = outcome_at("'\xc3\xbc' == nope", (struct position){0});

    cr_assert_str_eq(outcome, "column 8: unknown name 'nope'");
}

Test(expr, a_quoted_scalar_begins_behind_its_quote)
{
    static const char text[] = "a: \"nope == 1\"\nb: [1]\nc: true\n";
    AUTO(doc) doc = doc_load_text("a.yaml", text, strlen(text), DOC_DEFAULT, NULL);
    VALUE(names);
    names = sample_names();
    const struct expr_scope scope = {.names = &names};
    g_autoptr(GError) value_error = NULL, kind_error = NULL;
    bool truth = false;

    AUTO(expr) quoted = expr_parse_node(&dialect_strict, node_get(doc_root(doc), "a"), NULL);
    AUTO(expr) list = expr_parse_node(&dialect_strict, node_get(doc_root(doc), "b"), &kind_error);
    AUTO(expr) boolean = expr_parse_node(&dialect_strict, node_get(doc_root(doc), "c"), NULL);

    cr_assert_not(expr_test(quoted, &scope, &truth, &value_error));
    cr_assert(g_str_has_prefix(value_error->message, "a.yaml:1:5: unknown name 'nope'"));
    cr_assert_null(list);
    cr_assert(
        g_str_has_prefix(kind_error->message, "a.yaml:2:4: is a list, expected an expression"));
    cr_assert(expr_test(boolean, &scope, &truth, NULL));
    cr_assert(truth);
}

Test(expr, the_source_lives_as_long_as_the_expression)
{
    struct source *source = source_new("a.yaml", "nope", 4);
    AUTO(expr) expr = expr_parse(&dialect_strict, "nope", (struct position){source, 1, 1}, NULL);
    source_unref(source);
    VALUE(names);
    names = value_of_map();
    const struct expr_scope scope = {.names = &names};
    g_autoptr(GError) error = NULL;
    VALUE(value);

    cr_assert_not(expr_evaluate(expr, &scope, &value, &error));

    cr_assert(g_str_has_prefix(error->message, "a.yaml:1:1: unknown name 'nope'"));
    cr_assert_str_eq(expr_text(expr), "nope");
}

Test(expr, a_test_must_be_a_condition)
{
    VALUE(names);
    names = sample_names();
    const struct expr_scope scope = {.names = &names};
    g_autoptr(GError) error = NULL;
    bool truth = false;
    AUTO(expr) expr = parse("count", NULL);

    cr_assert_not(expr_test(expr, &scope, &truth, &error));

    cr_assert_str_eq(error->message, "column 1: is a number, expected a condition: 3");
}

static void expect_too_deep(const char *before, const char *middle, const char *after, int times)
{
    g_autofree char *deepest = program_repeat(before, middle, after, times);
    g_autofree char *deeper = program_repeat(before, middle, after, times + 1);
    g_autofree char *much_deeper = program_repeat(before, middle, after, 3000);
    g_autoptr(GError) error = NULL, much_error = NULL, none = NULL;

    AUTO(expr) fine = parse(deepest, &none);
    AUTO(expr) refused = parse(deeper, &error);
    AUTO(expr) much_refused = parse(much_deeper, &much_error);

    cr_expect_not_null(fine, "%s: %s", deepest, none != NULL ? none->message : "");
    cr_assert_null(refused, "%s", deeper);
    cr_assert_null(much_refused);
    cr_expect(g_error_matches(error, BASE_ERROR, BASE_ERROR_LIMIT));
    cr_expect(g_str_has_suffix(error->message, ": nested deeper than 50"), "%s", error->message);
    cr_expect(g_error_matches(much_error, BASE_ERROR, BASE_ERROR_LIMIT));
}

Test(expr, nests_up_to_its_ceiling_in_every_way)
{
    expect_too_deep("(", "1", ")", EXPR_DEPTH_MAX);
    expect_too_deep("[", "", "]", EXPR_DEPTH_MAX);
    expect_too_deep("!", "true", "", EXPR_DEPTH_MAX - 1);
    expect_too_deep("length(", "'a'", ")", EXPR_DEPTH_MAX - 1);
    expect_too_deep("", "a", ".b", EXPR_DEPTH_MAX - 1);
    expect_too_deep("", "a", "[0]", EXPR_DEPTH_MAX - 1);
    expect_too_deep("a[", "0", "]", EXPR_DEPTH_MAX - 1);
    expect_too_deep("", "1", " == 1", EXPR_DEPTH_MAX - 1);
}

Test(expr, a_long_chain_is_not_deep)
{
    g_autofree char *text = program_repeat("ok && ", "ok", " || ok", 1000);

    g_autofree char *outcome = outcome_at(text, (struct position){0});

    cr_assert_str_eq(outcome, "true");
}

Test(expr, takes_as_many_bytes_as_its_ceiling_and_no_more)
{
    g_autofree char *text = g_strnfill(EXPR_BYTES_MAX + 1, ' ');
    text[0] = '1';
    g_autoptr(GError) error = NULL;

    AUTO(expr) more = parse(text, &error);
    text[EXPR_BYTES_MAX] = '\0';
    AUTO(expr) most = parse(text, NULL);

    cr_assert_null(more);
    cr_assert_str_eq(error->message, "column 1: an expression of more than 21000 bytes");
    cr_assert_not_null(most);
}

Test(expr, looks_at_as_many_items_as_its_ceiling_and_no_more)
{
    VALUE(names);
    names = value_of_map();
    struct value list = value_of_array();
    for (int i = 0; i < EXPR_STEPS_MAX / 2; i++)
        value_append(&list, value_of_integer(i));
    value_set(&names, "list", list);
    const struct expr_scope scope = {.names = &names};
    g_autoptr(GError) error = NULL;
    VALUE(once);
    VALUE(twice);
    AUTO(expr) single = parse("length(list)", NULL);
    AUTO(expr) both = parse("list == list", NULL);

    cr_assert(expr_evaluate(single, &scope, &once, NULL));
    cr_assert_not(expr_evaluate(both, &scope, &twice, &error));

    cr_assert_str_eq(error->message, "column 9: takes more than 100000 steps");
    cr_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_LIMIT));
}

Test(expr, text_that_is_no_utf8_is_refused)
{
    g_autoptr(GError) error = NULL;

    AUTO(expr) expr = parse("'\xff'", &error);

    cr_assert_null(expr);
    cr_assert_str_eq(error->message, "column 1: the expression is no UTF-8");
}

Test(expr, explanations_show_the_values_that_decided)
{
    const struct {
        const char *text;
        const char *explanation;
    } rows[] = {
        {"step.outcome == 'failure'", "step.outcome is 'success'"},
        {"'failure' == step.outcome", "step.outcome is 'success'"},
        {"elapsed < 10min", "elapsed is 12min"},
        {"elapsed < step.outcome", "elapsed is 12min; step.outcome is 'success'"},
        {"ok && step.outcome == 'failure' && count == 9", "step.outcome is 'success'"},
        {"count == 1 || count == 2 || elapsed < 1s", "count is 3; elapsed is 12min"},
        {"count == 1 || ok", "ok is true"},
        {"!(count == 3)", "count is 3"},
        {"!ok", "ok is true"},
        {"contains(step.outcome, 'x')",
         "contains(step.outcome, 'x') is false; step.outcome is 'success'"},
        {"false", "false is false"},
        {"1 == 2", ""},
        {"nope == 1", "nope is not to be evaluated"},
        {"(count) == 1", "count is 3"},
    };
    VALUE(names);
    names = sample_names();
    const struct expr_scope scope = {.names = &names};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(expr) expr = parse(rows[i].text, NULL);
        g_autofree char *explanation = expr_explain(expr, &scope);
        cr_expect_str_eq(explanation, rows[i].explanation, "%s: %s", rows[i].text, explanation);
    }
}

Test(expr, the_callers_names_are_checked_when_parsing)
{
    const char *const names[] = {"steps", "fate", NULL};
    struct dialect dialect = dialect_strict;
    g_autoptr(GError) error = NULL;
    dialect.names = names;

    AUTO(expr) fine = expr_parse(&dialect, "steps.x == fate", (struct position){0}, NULL);
    AUTO(expr) typo = expr_parse(&dialect, "steps.x == fat", (struct position){0}, &error);

    cr_assert_not_null(fine);
    cr_assert_null(typo);
    cr_assert_str_eq(error->message, "column 12: unknown name 'fat'; did you mean 'fate'?");
}

static bool call_context(void *context, const struct value *arguments, gsize count,
                         struct value *out, GError **error)
{
    (void)error;
    *out = value_of_integer(*(const int *)context + (count > 0 ? arguments[0].integer : 0));
    return true;
}

static const struct expr_function more_functions[] = {
    {"answer", 0, 1, "the context's number", call_context}, {0}};

Test(expr, the_callers_functions_get_the_callers_context)
{
    struct dialect dialect = dialect_strict;
    VALUE(names);
    names = value_of_map();
    int number = 40;
    const struct expr_scope scope = {.names = &names, .context = &number};
    VALUE(value);
    dialect.more_functions = more_functions;
    AUTO(expr)
    expr = expr_parse(&dialect, "answer(2) == 42 && answer() == 40", (struct position){0}, NULL);

    cr_assert(expr_evaluate(expr, &scope, &value, NULL));

    cr_assert(value.boolean);
}

Test(expr, function_help_comes_from_the_tables)
{
    struct dialect dialect = dialect_strict;
    dialect.more_functions = more_functions;

    g_autofree char *help = expr_functions_help(&dialect);

    cr_assert(
        g_str_has_prefix(help, "contains(2): whether a text has a part, or a list an item\n"));
    cr_assert(g_str_has_suffix(help, "answer(0 to 1): the context's number\n"));
}

/* A dialect differs in its table alone: this one ignores case and takes anything for true. */
static bool anything_is_true(const struct value *value, bool *truth, GError **error)
{
    (void)error;
    *truth = value->kind != VALUE_NULL;
    return true;
}

Test(expr, a_dialect_decides_about_case_truth_and_skipping)
{
    struct dialect dialect = dialect_strict;
    VALUE(names);
    names = sample_names();
    const struct expr_scope scope = {.names = &names};
    VALUE(value);
    dialect.is_ignoring_case = true;
    dialect.is_checking_skipped = false;
    dialect.has_arrays = false;
    dialect.has_methods = false;
    dialect.is_true = anything_is_true;
    AUTO(expr)
    expr =
        expr_parse(&dialect, "null && nope || LENGTH('abc') || nope", (struct position){0}, NULL);
    AUTO(expr) array = expr_parse(&dialect, "['a']", (struct position){0}, NULL);
    AUTO(expr) method = expr_parse(&dialect, "a.b()", (struct position){0}, NULL);

    cr_assert(expr_evaluate(expr, &scope, &value, NULL));

    cr_assert_eq(value.integer, 3);
    cr_assert_null(array);
    cr_assert_null(method);
}

Test(expr, no_changed_byte_of_an_expression_crashes, .timeout = 60)
{
    static const char text[] =
        "!contains(steps['a b'].x-y[0], 'it''s') && elapsed<=1h30min||[1,-2.5"
        "].count==null";
    const char replacements[] = "()[].,!=<>&|'\"-+ \n09az_\xc3\x80";
    g_autofree char *copy = g_strdup(text);

    for (gsize i = 0; i + 1 < sizeof text; i++) {
        g_autofree char *prefix = g_strndup(text, i);
        g_free(outcome_at(prefix, (struct position){0}));
        for (gsize k = 0; k + 1 < sizeof replacements; k++) {
            copy[i] = replacements[k];
            g_free(outcome_at(copy, (struct position){0}));
            copy[i] = text[i];
        }
    }
}
