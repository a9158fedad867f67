/* Whether what the stages of a Dockerfile name can be images. */
#include "mocks/buildkit/build.h"

#include <string.h>

static bool has_context(const struct build *build, const char *name)
{
    return build_named_image(build, name) != NULL || build_names_folder(build, name) ||
           build_named_result(build, name, build->platforms[0]) != NULL;
}

static bool check_name(struct build *build, const char *name, const struct instruction *instruction)
{
    g_autoptr(GError) cause = NULL;
    AUTO(reference) reference = reference_parse(name, /* default_tag= */ true, &cause);
    if (reference != NULL || has_context(build, name))
        return true;
    return build_fail(build, NULL, instruction,
                      g_error_new(BASE_ERROR, BASE_ERROR_INVALID,
                                  "failed to parse stage name \"%s\": %s", name, cause->message));
}

static bool check_from(struct build *build, const struct plan *plan,
                       const struct instruction *instruction)
{
    const char *from = instruction_flag(instruction, "from");
    if (from == NULL || *from == '\0' || plan_has_stage(plan, from))
        return true;
    if (strspn(from, "0123456789") != strlen(from))
        return check_name(build, from, instruction);
    return build_fail(build, NULL, instruction,
                      g_error_new(BASE_ERROR, BASE_ERROR_INVALID, "invalid stage index %s", from));
}

/* All stages name images, also those that the target does not reach (resolveReachableStages()). */
bool build_check_names(struct build *build, const struct plan *plan)
{
    for (guint i = 0; i < plan->stages->len; i++) {
        const struct plan_stage *stage = g_ptr_array_index(plan->stages, i);
        if (stage->base_name != NULL && !check_name(build, stage->base_name, stage->from))
            return false;
        for (guint j = 0; j < stage->instructions->len; j++)
            if (!check_from(build, plan, g_ptr_array_index(stage->instructions, j)))
                return false;
    }
    return true;
}
