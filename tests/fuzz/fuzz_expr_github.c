/* Expressions of workflows: texts with ${{ }}, conditions and bare expressions, and JSON. */
#include "fuzz.h"

#include "base/limits.h"
#include "expr/github.h"

#include <string.h>

static const char contexts_text[] =
    "{\"github\": {\"ref\": \"refs/heads/main\", \"event\": {\"a\": [{\"b\": 1}, {\"b\": [2]}]}},"
    " \"env\": {\"A\": \"x\"}, \"steps\": {\"s\": {\"outcome\": \"failure\"}}, \"matrix\": null}";

/* What evaluates once evaluates again, to the same. */
static void evaluate(const struct dialect *dialect, const char *text,
                     const struct expr_scope *scope)
{
    g_autoptr(GError) error = NULL;
    VALUE(value);
    VALUE(again);
    AUTO(expr) expr = expr_parse(dialect, text, (struct position){0}, &error);
    g_assert((expr == NULL) == (error != NULL));
    g_assert(error == NULL || github_error_position(error) >= 1);
    if (expr == NULL || !expr_evaluate(expr, scope, &value, NULL))
        return;
    g_autofree char *first = github_value_string(&value);
    g_assert(expr_evaluate(expr, scope, &again, NULL));
    g_autofree char *second = github_value_string(&again);
    g_assert(strcmp(first, second) == 0);
}

/* A condition that was accepted parses again, unless success() && made it too deep or too long. */
static void condition(const struct dialect *dialect, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *rewritten = github_condition(dialect, text, (struct position){0}, NULL);
    if (rewritten == NULL)
        return;
    AUTO(expr) expr = expr_parse(dialect, rewritten, (struct position){0}, &error);
    g_assert(expr != NULL || g_str_has_prefix(error->message, "Exceeded max expression "));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    g_autofree char *text = g_strndup((const char *)bytes, length_bytes);
    struct github_functions_context functions = {0};
    struct dialect dialect = dialect_github;
    VALUE(contexts);
    VALUE(filled);
    VALUE(read);
    g_assert(github_contexts_from_json(contexts_text, &contexts, NULL));
    g_autofree const char **names = github_context_names(&contexts);
    const struct expr_scope scope = {.names = &contexts, .context = &functions};
    dialect.names = names;
    dialect.more_functions = github_step_if_functions;

    evaluate(&dialect, text, &scope);
    condition(&dialect, text);
    (void)!github_template_evaluate(&dialect, text, (struct position){0}, &scope, &filled, NULL);
    (void)!github_json_read(text, GITHUB_JSON_DEPTH_MAX, &read, NULL);
    return 0;
}
