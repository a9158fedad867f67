/* Names of contexts. */
#include "workflow/context.h"

static const struct {
    const char *name;
    unsigned context;
} rows[] = {
    {"github", CONTEXT_GITHUB},   {"inputs", CONTEXT_INPUTS},     {"vars", CONTEXT_VARS},
    {"needs", CONTEXT_NEEDS},     {"strategy", CONTEXT_STRATEGY}, {"matrix", CONTEXT_MATRIX},
    {"secrets", CONTEXT_SECRETS}, {"steps", CONTEXT_STEPS},       {"job", CONTEXT_JOB},
    {"runner", CONTEXT_RUNNER},   {"env", CONTEXT_ENV},           {"jobs", CONTEXT_JOBS},
};

GPtrArray *context_names(unsigned contexts)
{
    GPtrArray *names = g_ptr_array_new();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if ((rows[i].context & contexts) != 0)
            g_ptr_array_add(names, (gpointer)rows[i].name);
    g_ptr_array_add(names, NULL);
    return names;
}
