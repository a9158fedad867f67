/* The step ids of a policy, as engine.h names them. */
#include "harness/step_ids.h"

#include <string.h>

GPtrArray *step_ids_of(const struct policy *policy)
{
    static const char *const fixed[] = {"engine", "disk-prune", "disk-check", "pre-pull"};
    static const char *const per_service[] = {"build-multi-", "publish-multi-", "build-single-",
                                              "publish-single-"};
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++)
        g_ptr_array_add(ids, g_strdup(fixed[i]));
    for (guint i = 0; i < policy->tiers->len; i++) {
        const struct policy_tier *tier = g_ptr_array_index(policy->tiers, i);
        g_ptr_array_add(ids, g_strconcat("builder-", tier->id, NULL));
    }
    for (guint i = 0; i < policy->services->len; i++) {
        const struct policy_service *service = g_ptr_array_index(policy->services, i);
        for (gsize k = 0; k < G_N_ELEMENTS(per_service); k++)
            g_ptr_array_add(ids, g_strconcat(per_service[k], service->id, NULL));
    }
    return ids;
}

bool step_ids_have(const GPtrArray *ids, const char *id)
{
    for (guint i = 0; i < ids->len; i++)
        if (strcmp(g_ptr_array_index(ids, i), id) == 0)
            return true;
    return false;
}
