/* Which services are on: --profile, COMPOSE_PROFILES, and those that are named or needed. */
#include "mocks/commands/docker/compose_private.h"

/* The option counts; without it the environment, then .env. g_strfreev. */
static char **active_profiles(const struct project *project, const struct project_sources *sources,
                              const json_t *variables)
{
    const char *variable = command_variable(project->call, "COMPOSE_PROFILES");
    if (sources->profiles[0] != NULL)
        return g_strdupv((char **)sources->profiles);
    if (variable == NULL)
        variable = json_get_string(variables, "COMPOSE_PROFILES", "");
    return g_strsplit(variable, ",", -1);
}

static bool is_on(const json_t *service, const char *const *active)
{
    g_autoptr(GPtrArray) own = model_texts(json_object_get(service, "profiles"));
    if (own->len == 0 || g_strv_contains(active, "*"))
        return true;
    for (guint i = 0; i < own->len; i++)
        if (g_strv_contains(active, g_ptr_array_index(own, i)))
            return true;
    return false;
}

bool project_apply_profiles(struct project *project, const struct project_sources *sources,
                            const json_t *variables, GError **error)
{
    json_t *services = json_get_object(project->model, "services");
    g_auto(GStrv) active = active_profiles(project, sources, variables);
    g_autoptr(GPtrArray) on = g_ptr_array_new();
    g_autoptr(json_t) kept = json_object();
    const char *name;
    json_t *service;

    json_object_foreach (services, name, service)
        if (is_on(service, (const char *const *)active) || g_strv_contains(sources->wanted, name))
            g_ptr_array_add(on, (void *)name);
    if (on->len == json_object_size(services))
        return true;
    g_ptr_array_add(on, NULL);
    if (on->len > 1) {
        g_autoptr(GPtrArray) needed =
            project_order(project, (const char *const *)on->pdata, /* has_needs= */ true, error);
        if (needed == NULL)
            return false;
        json_object_foreach (services, name, service)
            if (g_ptr_array_find_with_equal_func(needed, name, g_str_equal, NULL))
                json_object_set(kept, name, service);
    }
    json_object_set(project->model, "services", kept);
    return true;
}
