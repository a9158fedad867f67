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

/* Naming a service turns its profiles on, for all (compose-go's WithServicesEnabled()). */
static GPtrArray *with_profiles_of(const struct project *project, char *const *active,
                                   const char *const *wanted)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; active[i] != NULL; i++)
        g_ptr_array_add(all, g_strdup(active[i]));
    for (gsize i = 0; wanted[i] != NULL; i++) {
        g_autoptr(GPtrArray) own =
            model_texts(json_object_get(project_service(project, wanted[i]), "profiles"));
        for (guint j = 0; j < own->len; j++)
            g_ptr_array_add(all, g_strdup(g_ptr_array_index(own, j)));
    }
    g_ptr_array_add(all, NULL);
    return all;
}

void project_apply_profiles(struct project *project, const struct project_sources *sources,
                            const json_t *variables)
{
    json_t *services = json_get_object(project->model, "services");
    g_auto(GStrv) asked = active_profiles(project, sources, variables);
    g_autoptr(GPtrArray) active = with_profiles_of(project, asked, sources->wanted);
    g_autoptr(json_t) kept = json_object();
    const char *name;
    json_t *service;

    json_object_foreach (services, name, service)
        if (is_on(service, (const char *const *)active->pdata))
            json_object_set(kept, name, service);
    json_object_set(project->model, "services", kept);
}
