/* GitHub's dialect: ceilings, places of errors, status functions, hashFiles, templates and
   conditions. What single expressions come to is in tests/cases/expr/github.cases. */
#include "cases.h"

#include "base/limits.h"
#include "expr/github.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct position nowhere = {0};

/* The value as a text, or "KIND: MESSAGE"; contexts is JSON. */
static char *outcome(const char *text, const char *contexts,
                     struct github_functions_context *functions, const struct expr_function *table)
{
    struct dialect dialect = dialect_github;
    g_autoptr(GError) error = NULL;
    VALUE(names);
    VALUE(value);
    cr_assert(github_contexts_from_json(contexts, &names, NULL));
    const struct expr_scope scope = {.names = &names, .context = functions};
    dialect.more_functions = table;

    AUTO(expr) expr = expr_parse(&dialect, text, nowhere, &error);
    if (expr != NULL && expr_evaluate(expr, &scope, &value, &error))
        return github_value_string(&value);
    return g_strdup_printf("%s: %s", github_error_kind_text(github_error_kind(error)),
                           error->message);
}

static char *plain_outcome(const char *text)
{
    return outcome(text, "{}", NULL, NULL);
}

static void expect_depth(const char *before, const char *middle, const char *after, int times)
{
    g_autofree char *deepest = program_repeat(before, middle, after, times);
    g_autofree char *deeper = program_repeat(before, middle, after, times + 1);
    g_autofree char *much_deeper = program_repeat(before, middle, after, 2000);

    g_autofree char *fine = plain_outcome(deepest);
    g_autofree char *refused = plain_outcome(deeper);
    g_autofree char *much_refused = plain_outcome(much_deeper);

    cr_expect_null(strstr(fine, "Exceeded"), "%s: %s", deepest, fine);
    cr_expect_str_eq(refused, "parsing: Exceeded max expression depth 50");
    cr_expect_str_eq(much_refused, "parsing: Exceeded max expression depth 50");
}

Test(expr_github, nests_fifty_deep_in_every_way)
{
    expect_depth("!", "true", "", EXPR_DEPTH_MAX - 1);
    expect_depth("", "a", ".b", EXPR_DEPTH_MAX - 1);
    expect_depth("", "a", ".*", EXPR_DEPTH_MAX - 1);
    expect_depth("", "a", "[0]", EXPR_DEPTH_MAX - 1);
    expect_depth("a[", "0", "]", EXPR_DEPTH_MAX - 1);
    expect_depth("", "1", " == 1", EXPR_DEPTH_MAX - 1);
    expect_depth("join(", "1", ")", EXPR_DEPTH_MAX - 1);
}

Test(expr_github, parentheses_and_chains_are_not_deep)
{
    g_autofree char *groups = program_repeat("(", "1", ")", 10000);
    g_autofree char *chain = program_repeat("0||", "7", "", 6000);
    g_autofree char *grouped_chain = program_repeat("(0 || ", "7", ")", 2000);

    g_autofree char *of_groups = plain_outcome(groups);
    g_autofree char *of_chain = plain_outcome(chain);
    g_autofree char *of_grouped_chain = plain_outcome(grouped_chain);

    cr_expect_str_eq(of_groups, "1");
    cr_expect_str_eq(of_chain, "7");
    cr_expect_str_eq(of_grouped_chain, "7");
}

Test(expr_github, depth_is_the_last_thing_complained_of)
{
    g_autofree char *text = program_repeat("!", "nosuch(", "", 60);

    g_autofree char *answer = plain_outcome(text);

    cr_assert(g_str_has_prefix(answer, "parsing: Unrecognized function: 'nosuch'. Located at "
                                       "position 61 within expression: !!!"),
              "%s", answer);
}

Test(expr_github, takes_21000_utf16_units)
{
    g_autofree char *longest =
        program_repeat("", "'\xf0\x9f\x9a\x80'", " ", GITHUB_EXPR_LENGTH_MAX - 4);
    g_autofree char *longer = g_strconcat(longest, " ", NULL);

    g_autofree char *fine = plain_outcome(longest);
    g_autofree char *refused = plain_outcome(longer);

    cr_expect_str_eq(fine, "\xf0\x9f\x9a\x80");
    cr_expect_str_eq(refused, "parsing: Exceeded max expression length 21000");
}

/* 40 copies of a text of so many bytes, as format() makes them. */
static char *format_of_copies(gsize length)
{
    g_autofree char *text = g_strnfill(length, 'x');
    g_autofree char *contexts = g_strdup_printf("{\"a\": \"%s\"}", text);
    g_autofree char *copies = program_repeat("{0}", "", "", 40);
    g_autofree char *expression = g_strdup_printf("format('%s', a) == ''", copies);
    return outcome(expression, contexts, NULL, NULL);
}

Test(expr_github, refuses_values_above_its_memory)
{
    /* A half of the ceiling in units of two bytes: the pieces, then the whole. */
    g_autofree char *fine = format_of_copies(GITHUB_EXPR_MEMORY_MAX / 2 / 40 - 500);
    g_autofree char *refused = format_of_copies(GITHUB_EXPR_MEMORY_MAX / 2 / 40);

    cr_expect_str_eq(fine, "false");
    cr_expect(g_str_has_prefix(refused, "evaluation: The maximum allowed memory size was exceeded "
                                        "while evaluating the following expression: format("),
              "%.300s", refused);
}

/* What .* gives stays counted, eight bytes an item, until something primitive comes of it. */
Test(expr_github, refuses_collections_above_its_memory)
{
    g_autofree char *items = program_repeat("0,", "0", "", 149999);
    g_autofree char *contexts = g_strdup_printf("{\"a\": [%s]}", items);
    g_autofree char *eight = program_repeat("a.* && ", "true", "", 8);
    g_autofree char *nine = program_repeat("a.* && ", "true", "", 9);

    g_autofree char *fine = outcome(eight, contexts, NULL, NULL);
    g_autofree char *refused = outcome(nine, contexts, NULL, NULL);

    cr_expect_str_eq(fine, "true");
    cr_expect(g_str_has_prefix(refused, "evaluation: The maximum allowed memory size"), "%s",
              refused);
}

Test(expr_github, refuses_what_takes_too_many_steps)
{
    GString *contexts = g_string_new("{\"a\": [0");
    for (int i = 0; i < 99999; i++)
        g_string_append(contexts, ",0");
    g_string_append(contexts, "]}");
    g_autofree char *text = program_repeat("contains(a, 1) || ", "false", "", 200);

    g_autofree char *refused = outcome(text, contexts->str, NULL, NULL);
    g_string_free(contexts, TRUE);

    cr_assert_str_eq(refused, "evaluation: takes more than 10000000 steps");
}

Test(expr_github, json_nests_as_deep_as_newtonsoft_reads)
{
    g_autofree char *deepest = program_repeat("[", "", "]", GITHUB_JSON_DEPTH_MAX);
    g_autofree char *deeper = program_repeat("[", "", "]", GITHUB_JSON_DEPTH_MAX + 1);
    VALUE(fine);
    VALUE(refused);

    cr_expect(github_json_read(deepest, GITHUB_JSON_DEPTH_MAX, &fine, NULL));
    cr_expect_not(github_json_read(deeper, GITHUB_JSON_DEPTH_MAX, &refused, NULL));
}

Test(expr_github, contexts_must_be_one_json_object)
{
    g_autoptr(GError) broken = NULL, list = NULL, more = NULL;
    VALUE(contexts);

    cr_expect_not(github_contexts_from_json("{", &contexts, &broken));
    cr_expect_not(github_contexts_from_json("[]", &contexts, &list));
    cr_expect_not(github_contexts_from_json("{} {}", &contexts, &more));

    cr_expect_str_eq(broken->message, "is no JSON");
    cr_expect_str_eq(list->message, "is no JSON object of contexts");
    cr_expect_str_eq(more->message, "goes on behind the JSON object");
}

Test(expr_github, an_error_of_a_file_has_its_place_line_and_caret)
{
    static const char text[] = "jobs:\n  a:\n    if: github.ref = 'x'\n";
    AUTO(source) source = source_new("a.yml", text, strlen(text));
    g_autoptr(GError) error = NULL;

    AUTO(expr)
    expr = expr_parse(&dialect_github, "github.ref = 'x'", (struct position){source, 3, 9}, &error);

    cr_assert_null(expr);
    cr_assert_str_eq(error->message,
                     "a.yml:3:20: Unexpected symbol: '='. Located at position 12 within "
                     "expression: github.ref = 'x'\n"
                     "        if: github.ref = 'x'\n"
                     "                       ^");
}

Test(expr_github, a_template_of_a_file_points_at_the_segment)
{
    static const char text[] = "run: a ${{ 1 }} ${{ 1 2 }}\n";
    AUTO(source) source = source_new("a.yml", text, strlen(text));
    struct github_template template;
    g_autoptr(GError) error = NULL;

    bool is_fine = github_template_read(&dialect_github, "a ${{ 1 }} ${{ 1 2 }}",
                                        (struct position){source, 1, 6}, &template, &error);

    cr_assert_not(is_fine);
    cr_assert(g_str_has_prefix(error->message, "a.yml:1:23: Unexpected symbol: '2'."), "%s",
              error->message);
}

static void expect_template(const char *text, bool is_expression, const char *expected)
{
    struct github_template template;
    cr_assert(github_template_read(&dialect_github, text, nowhere, &template, NULL), "%s", text);
    cr_expect_eq(template.is_expression, is_expression, "%s", text);
    cr_expect_str_eq(template.text, expected);
    github_template_clear(&template);
}

Test(expr_github, templates_become_literals_expressions_or_format)
{
    expect_template("", false, "");
    expect_template("plain } {{ $", false, "plain } {{ $");
    expect_template("${{ github.ref }}", true, "github.ref");
    expect_template("${{ 'it''s }}' }}", false, "it's }}");
    expect_template("${{ 'a' == 'a' }}", true, "'a' == 'a'");
    expect_template("it's {${{ a }}}${{ b }}", true, "format('it''s {{{0}}}{1}', a, b)");
    expect_template("${{ a }}\n", true, "format('{0}\n', a)");
    expect_template("${{ insert }}", false, "insert");
}

static void expect_condition(const char *text, const char *expected)
{
    struct dialect dialect = dialect_github;
    dialect.more_functions = github_step_if_functions;
    g_autofree char *condition = github_condition(&dialect, text, nowhere, NULL);
    cr_expect_str_eq(condition, expected);
}

Test(expr_github, conditions_demand_success_unless_they_ask_for_a_status)
{
    expect_condition(NULL, "success()");
    expect_condition("", "success()");
    expect_condition(" \n\t", "success()");
    expect_condition("123", "success() && (123)");
    expect_condition("a || b", "success() && (a || b)");
    expect_condition("${{ a || b }}", "success() && (a || b)");
    expect_condition("123 || FAILURE()", "123 || FAILURE()");
    expect_condition("a[contains(b, !cancelled())]", "a[contains(b, !cancelled())]");
    expect_condition("contains('always()', a)", "success() && (contains('always()', a))");
    expect_condition("${{ always() }} ", "format('{0} ', always())");
    expect_condition("${{ a }} == 1", "success() && (format('{0} == 1', a))");
    expect_condition("${{ 'true' }}", "success() && (true)");
}

Test(expr_github, a_bad_condition_is_an_error)
{
    g_autoptr(GError) error = NULL;

    g_autofree char *condition = github_condition(&dialect_github, "success()", nowhere, &error);

    cr_assert_null(condition);
    cr_assert_str_eq(error->message, "Unrecognized function: 'success'. Located at position 1 "
                                     "within expression: success()");
}

static void expect_status(const char *status, bool is_cancelled, const char *expected)
{
    struct github_functions_context functions = {.status = status, .is_cancelled = is_cancelled};
    g_autofree char *answer =
        outcome("format('{0} {1} {2} {3}', success(), failure(), cancelled(), always())", "{}",
                &functions, github_step_if_functions);
    cr_expect_str_eq(answer, expected, "%s: %s", status, answer);
}

Test(expr_github, status_functions_look_at_the_status)
{
    expect_status(NULL, false, "true false false true");
    expect_status("success", false, "true false false true");
    expect_status("failure", false, "false true false true");
    expect_status("cancelled", false, "false false true true");
    expect_status("success", true, "true false true true");
}

static const char *result_of_job(void *self, const char *id)
{
    (void)self;
    if (strcmp(id, "a") == 0)
        return "success";
    return strcmp(id, "b") == 0 ? "failure" : NULL;
}

Test(expr_github, jobs_conditions_may_name_jobs)
{
    struct github_functions_context functions = {.result_of_job = result_of_job};

    g_autofree char *answer =
        outcome("format('{0} {1} {2} {3} {4}', success('a'), success('a', 'b'), failure('a', 'b'), "
                "failure('a'), success('nosuch'))",
                "{}", &functions, github_job_if_functions);
    g_autofree char *hash = outcome("hashFiles('a')", "{}", &functions, github_job_if_functions);

    cr_expect_str_eq(answer, "true false true false false");
    cr_expect(g_str_has_prefix(hash, "parsing: Unrecognized function: 'hashFiles'."));
}

/* Counts its calls where self points. */
static bool hash_files(void *self, const char *const *patterns, bool is_following_links,
                       char **digest, GError **error)
{
    (void)error;
    if (self != NULL)
        ++*(int *)self;
    g_autofree char *joined = g_strjoinv(";", (char **)(uintptr_t)patterns);
    *digest = g_strdup_printf("%s%s", joined, is_following_links ? " (links)" : "");
    return true;
}

Test(expr_github, hash_files_hands_its_patterns_on)
{
    struct github_functions_context functions = {.hash_files = hash_files};

    g_autofree char *plain = outcome("hashFiles('a', 1)", "{}", &functions, github_step_functions);
    g_autofree char *links = outcome("hashFiles('--Follow-Symbolic-Links', 'a')", "{}", &functions,
                                     github_step_functions);
    g_autofree char *status = outcome("success()", "{}", &functions, github_step_functions);

    cr_expect_str_eq(plain, "a;1");
    cr_expect_str_eq(links, "a (links)");
    cr_expect(g_str_has_prefix(status, "parsing: Unrecognized function: 'success'."));
}

Test(expr_github, format_evaluates_only_the_arguments_it_names_and_each_once)
{
    int call_count = 0;
    struct github_functions_context functions = {.hash_files = hash_files, .self = &call_count};

    g_autofree char *answer =
        outcome("format('{0}{1}{0}{1}', hashFiles('a'), hashFiles('b') && null, hashFiles('c'))",
                "{}", &functions, github_step_functions);

    cr_expect_str_eq(answer, "aa");
    cr_expect_eq(call_count, 2);
}

Test(expr_github, places_for_texts_take_no_collections)
{
    VALUE(array);
    VALUE(object);
    VALUE(nothing);
    array = value_of_array();
    object = value_of_map();
    g_autoptr(GError) array_error = NULL, object_error = NULL;
    g_autofree char *text = NULL;

    cr_expect_not(github_value_expect_string(&array, &text, &array_error));
    cr_expect_not(github_value_expect_string(&object, &text, &object_error));
    cr_expect(github_value_expect_string(&nothing, &text, NULL));

    cr_expect_str_eq(array_error->message, "A sequence was not expected");
    cr_expect_str_eq(object_error->message, "A mapping was not expected");
    cr_expect_str_eq(text, "");
}

Test(expr_github, a_context_without_a_value_is_null)
{
    g_autofree char *answer = plain_outcome("github.event.x == null");

    cr_assert_str_eq(answer, "true");
}
