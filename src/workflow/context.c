/* Names of contexts. */
#include "workflow/context.h"

static const struct {
    const char *name;
    unsigned context;
} contexts[] = {
    {"github", CONTEXT_GITHUB},   {"inputs", CONTEXT_INPUTS},     {"vars", CONTEXT_VARS},
    {"needs", CONTEXT_NEEDS},     {"strategy", CONTEXT_STRATEGY}, {"matrix", CONTEXT_MATRIX},
    {"secrets", CONTEXT_SECRETS}, {"steps", CONTEXT_STEPS},       {"job", CONTEXT_JOB},
    {"runner", CONTEXT_RUNNER},   {"env", CONTEXT_ENV},           {"jobs", CONTEXT_JOBS},
};

unsigned context_of_name(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(contexts); i++)
        if (g_ascii_strcasecmp(contexts[i].name, name) == 0)
            return contexts[i].context;
    return 0;
}
