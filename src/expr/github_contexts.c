/* The scope of an expression from JSON text. */
#include "expr/github_private.h"

#include <string.h>

/* The same members under names whose case counts: env, on Linux (actions-semantics.md 4). */
static struct value with_case(const struct value *object)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    struct value copy = value_of_map();
    object->type->list(object->self, names);
    for (guint i = 0; i < names->len; i++) {
        struct value member = {0};
        object->type->get(object->self, names->pdata[i], &member);
        value_set(&copy, names->pdata[i], member);
    }
    return copy;
}

void github_contexts_settle(struct value *contexts)
{
    VALUE(env);
    if (contexts->type->get(contexts->self, "env", &env) && env.kind == VALUE_OBJECT)
        value_set(contexts, "env", with_case(&env));
}

bool github_contexts_from_json(const char *text, struct value *contexts, GError **error)
{
    const char *rest = NULL;
    const char *reason = NULL;
    if (!github_json_read(text, GITHUB_CONTEXT_DEPTH_MAX, contexts, &rest))
        reason = "is no JSON";
    else if (contexts->kind != VALUE_OBJECT)
        reason = "is no JSON object of contexts";
    else if (*rest != '\0')
        reason = "goes on behind the JSON object";
    if (reason == NULL) {
        github_contexts_settle(contexts);
        return true;
    }
    value_clear(contexts);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, reason);
    return false;
}

const char **github_context_names(const struct value *contexts)
{
    GPtrArray *names = g_ptr_array_new();
    contexts->type->list(contexts->self, names);
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(names, FALSE);
}
