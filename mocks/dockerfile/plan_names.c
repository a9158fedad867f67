/* What the steps of a plan are called: "[linux/arm64 builder 2/3] RUN uname -m". */
#include "mocks/dockerfile/plan_private.h"

#include <math.h>
#include <string.h>

bool plan_has_step_name(const struct instruction *instruction)
{
    return instruction->kind == INSTRUCTION_RUN || instruction->kind == INSTRUCTION_COPY ||
           instruction->kind == INSTRUCTION_ADD || instruction->kind == INSTRUCTION_WORKDIR;
}

/* "linux/amd64->arm64" where the step knows another target (BuildKit, formatTargetPlatform). */
static char *platform_prefix(const struct plan *plan, const struct plan_stage *stage,
                             const GPtrArray *variables)
{
    const char *target = variables != NULL ? variables_get(variables, "TARGETPLATFORM") : NULL;
    const char *arch = variables != NULL ? variables_get(variables, "TARGETARCH") : NULL;
    if (!plan->request.is_multi_platform)
        return g_strdup("");
    if (target != NULL && strcmp(target, stage->platform) != 0)
        arch = strchr(target, '/') + 1;
    g_auto(GStrv) own = g_strsplit(stage->platform, "/", 3);
    bool differs = arch != NULL && *arch != '\0' && g_strcmp0(own[1], arch) != 0;
    return g_strconcat(stage->platform, differs ? "->" : "", differs ? arch : "", " ", NULL);
}

char *plan_step_name(const struct plan *plan, struct plan_stage *stage, const char *text,
                     const GPtrArray *variables)
{
    g_autofree char *platform = platform_prefix(plan, stage, variables);
    g_autofree char *number = g_strdup_printf("stage-%d ", stage->index);
    g_autofree char *named = stage->name != NULL ? g_strconcat(stage->name, " ", NULL) : NULL;
    const char *name = plan->is_of_one_stage ? "" : named != NULL ? named : number;
    int width = 1 + (int)log10(stage->name_total);
    return g_strdup_printf("[%s%s%*d/%d] %s", platform, name, width, ++stage->name_index,
                           stage->name_total, text);
}

/* Images and scratch below mounts count as stages, too: with them even a lone one is told by its
   name, "[stage-0 2/2]". */
static bool has_one_stage(const struct plan *plan)
{
    const struct plan_stage *stage = g_ptr_array_index(plan->stages, 0);
    for (guint i = 0; i < stage->instructions->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(stage->instructions, i);
        const char *from = instruction_flag(instruction, "from");
        if (instruction_flag(instruction, "mount") != NULL || (from != NULL && *from != '\0'))
            return false;
    }
    return plan->stages->len == 1;
}

void plan_count_names(struct plan *plan)
{
    plan->is_of_one_stage = has_one_stage(plan);
    for (guint i = 0; i < plan->stages->len; i++) {
        struct plan_stage *stage = g_ptr_array_index(plan->stages, i);
        stage->name_total = stage->base_name != NULL ? 1 : 0;
        for (guint j = 0; j < stage->instructions->len; j++)
            stage->name_total += plan_has_step_name(stage->instructions->pdata[j]) ? 1 : 0;
        if (stage->base_name != NULL)
            stage->from_name = plan_step_name(plan, stage, "FROM ", NULL);
    }
}
