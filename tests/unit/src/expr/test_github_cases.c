/* Runs tests/cases/expr/github.cases. */
#include "expr/github.h"

#include <criterion/criterion.h>
#include <string.h>

static char *text_of(const struct value *value)
{
    enum {
        DIGITS = 15
    };
    g_autoptr(json_t) json = github_value_json(value);
    char *dumped = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(DIGITS));
    char *text = g_strdup_printf("%s %s", github_value_kind_text(value), dumped);
    free(dumped);
    return text;
}

static char *outcome_of(const char *text, const struct value *contexts)
{
    g_autofree const char **names = github_context_names(contexts);
    struct github_functions_context functions = {0};
    const struct expr_scope scope = {.names = contexts, .context = &functions};
    struct dialect dialect = dialect_github;
    g_autoptr(GError) error = NULL;
    VALUE(value);

    dialect.names = names;
    dialect.more_functions = github_step_if_functions;
    if (g_str_has_prefix(text, "${{")) {
        if (github_template_evaluate(&dialect, text, (struct position){0}, &scope, &value, &error))
            return text_of(&value);
    } else {
        AUTO(expr) expr = expr_parse(&dialect, text, (struct position){0}, &error);
        if (expr != NULL && expr_evaluate(expr, &scope, &value, &error))
            return text_of(&value);
    }
    return g_strdup_printf("%s error at %" G_GSIZE_FORMAT ": %s",
                           github_error_kind_text(github_error_kind(error)),
                           github_error_position(error), error->message);
}

/* Contexts: JSON, '-' for none, '@' for the standard ones. */
static struct value contexts_of(const char *text, const char *standard)
{
    const char *json = strcmp(text, "-") == 0 ? "{}" : strcmp(text, "@") == 0 ? standard : text;
    struct value contexts;
    cr_assert(github_contexts_from_json(json, &contexts, NULL), "%s", text);
    return contexts;
}

static int run_cases(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    const char *standard = "{}";
    int case_count = 0;

    for (char **line = lines; *line != NULL; line++) {
        if (g_str_has_prefix(*line, "# ") || **line == '\0')
            continue;
        if (g_str_has_prefix(*line, "@ ")) {
            standard = *line + 2;
            continue;
        }
        cr_assert(line[1] != NULL && line[2] != NULL, "line %d: a case has three lines",
                  (int)(line - lines) + 1);
        VALUE(contexts);
        contexts = contexts_of(line[1], standard);
        g_autofree char *outcome = outcome_of(line[0], &contexts);
        cr_expect_str_eq(outcome, line[2], "line %d: %s\n  expected %s\n  got      %s",
                         (int)(line - lines) + 1, line[0], line[2], outcome);
        line += 2;
        case_count++;
    }
    return case_count;
}

Test(expr_github_cases, every_case_of_githubs_dialect_comes_out_as_written, .timeout = 60)
{
    const char *folder = g_getenv("SEATRIAL_SOURCE_DIR");
    g_autofree char *path =
        g_build_filename(folder != NULL ? folder : ".", "tests/cases/expr/github.cases", NULL);
    g_autofree char *text = NULL;
    cr_assert(g_file_get_contents(path, &text, NULL, NULL), "%s", path);

    int case_count = run_cases(text);

    cr_assert_geq(case_count, 500);
}
