/* Expectations: parsed and evaluated in the strict dialect. */
#include "fuzz.h"

#include "expr/expr.h"

#include <string.h>

static struct value scope_names(void)
{
    static const char *const platforms[] = {"linux/amd64", "linux/arm64", NULL};
    struct value names = value_of_map();
    struct value steps = value_of_map();
    struct value build = value_of_map();
    value_set(&build, "outcome", value_of_string("failure"));
    value_set(&build, "duration", value_of_duration(300000000));
    value_set(&steps, "build", build);
    value_set(&names, "steps", steps);
    value_set(&names, "fate", value_of_string("degraded"));
    value_set(&names, "elapsed", value_of_duration(14400000));
    value_set(&names, "disk", value_of_size(1 << 30));
    value_set(&names, "platforms", value_of_strings(platforms));
    value_set(&names, "n", value_of_integer(3));
    return names;
}

/* An explanation is asked for only of what evaluates; it then evaluates again and must agree. */
static void evaluate(const struct expr *expr, const struct expr_scope *scope)
{
    VALUE(value);
    VALUE(again);
    if (!expr_evaluate(expr, scope, &value, NULL))
        return;
    g_autofree char *text = value_text(&value);
    g_autofree char *why = expr_explain(expr, scope);
    g_assert(text != NULL && why != NULL);
    g_assert(expr_evaluate(expr, scope, &again, NULL));
    g_autofree char *second = value_text(&again);
    g_assert(strcmp(text, second) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    g_autofree char *text = g_strndup((const char *)bytes, length_bytes);
    g_autoptr(GError) error = NULL;
    VALUE(names);
    names = scope_names();
    const struct expr_scope scope = {.names = &names};
    AUTO(expr) expr = expr_parse(&dialect_strict, text, (struct position){0}, &error);
    g_assert((expr == NULL) == (error != NULL));
    if (expr != NULL)
        evaluate(expr, &scope);
    return 0;
}
