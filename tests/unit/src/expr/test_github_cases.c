/* Runs tests/cases/expr/github.cases. */
#include "cases.h"

#include "expr/github.h"

#include <criterion/criterion.h>

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

static char *outcome_of(const char *text, const char *contexts_json)
{
    VALUE(contexts);
    cr_assert(github_contexts_from_json(contexts_json, &contexts, NULL), "%s", contexts_json);
    g_autofree const char **names = github_context_names(&contexts);
    struct github_functions_context functions = {0};
    const struct expr_scope scope = {.names = &contexts, .context = &functions};
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

Test(expr_github_cases, every_case_of_githubs_dialect_comes_out_as_written, .timeout = 60)
{
    expr_cases_check("github.cases", outcome_of, 500);
}
