/* GitHub's dialect with the contexts and functions of a place. */
#include "workflow/expression_check.h"
#include "expr/github.h"
#include "workflow/context.h"

struct allowed_dialect {
    struct dialect dialect;
    GPtrArray *names; /* NULL-terminated */
};

static const struct expr_function *functions_of(unsigned contexts)
{
    if ((contexts & CONTEXT_JOB_STATUS) != 0)
        return github_job_if_functions;
    if (contexts == 0 || (contexts & CONTEXT_STATUS) != 0)
        return github_step_if_functions;
    return (contexts & CONTEXT_HASH_FILES) != 0 ? github_step_functions : NULL;
}

struct allowed_dialect *allowed_dialect_new(unsigned contexts)
{
    struct allowed_dialect *allowed = g_new0(struct allowed_dialect, 1);
    allowed->names = context_names(contexts);
    allowed->dialect = dialect_github;
    allowed->dialect.more_functions = functions_of(contexts);
    allowed->dialect.names = contexts != 0 ? (const char *const *)allowed->names->pdata : NULL;
    return allowed;
}

void allowed_dialect_free(struct allowed_dialect *allowed)
{
    if (allowed == NULL)
        return;
    g_ptr_array_unref(allowed->names);
    g_free(allowed);
}

const struct dialect *allowed_dialect_of(const struct allowed_dialect *allowed)
{
    return &allowed->dialect;
}

/* GitHub places errors of expressions at the scalar, so they are asked for without a place. */
static const struct position nowhere = {0};

char *expression_check(const char *text, unsigned contexts, char **literal)
{
    AUTO(allowed_dialect) allowed = allowed_dialect_new(contexts);
    g_autoptr(GError) error = NULL;
    struct github_template template = {0};

    *literal = NULL;
    if (!github_template_read(&allowed->dialect, text, nowhere, &template, &error))
        return g_strdup(error->message);
    if (!template.is_expression && !template.is_insert)
        *literal = g_strdup(template.text);
    github_template_clear(&template);
    return NULL;
}

char *expression_check_condition(const char *text, unsigned contexts)
{
    AUTO(allowed_dialect) allowed = allowed_dialect_new(contexts);
    g_autoptr(GError) error = NULL;
    g_autofree char *condition = github_condition(&allowed->dialect, text, nowhere, &error);
    return condition == NULL ? g_strdup(error->message) : NULL;
}
