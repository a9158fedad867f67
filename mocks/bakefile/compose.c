/* Compose files as bake files: a target of every service that is built, all in group "default"
   (bake/compose.go). */
#include "mocks/bakefile/compose_project.h"

#include <string.h>

/* ---- services ---- */

static bool take_service(const struct compose_project *project, struct bake_config *config,
                         const char *key, const json_t *service)
{
    g_autoptr(json_t) environment = compose_environment(project, service);
    const json_t *build = json_object_get(service, "build");
    if (environment == NULL || !json_is_object(build))
        return environment != NULL;
    g_autofree char *name = g_strdelimit(g_strdup(key), ".", '_');
    g_autofree char *image = compose_scalar(json_object_get(service, "image"));
    g_autoptr(json_t) target = compose_target(project, key, service, environment);
    if (target == NULL)
        return false;
    if (image != NULL && json_array_size(json_object_get(target, "tags")) == 0)
        json_object_set_new(target, "tags", json_pack("[s]", image));
    bake_target_add(config, name, g_steal_pointer(&target));
    bake_names_add(bake_config_group(config, "default")->targets, name);
    return compose_project_bake(project)->error == NULL;
}

/* checkConsistency(), of what is left of a service. */
static bool check_service(struct bake *bake, const json_t *services, const char *name,
                          const json_t *service)
{
    const json_t *build = json_object_get(service, "build");
    const char *key;
    json_t *context;
    if (build == NULL && json_get_string(service, "image", "")[0] == '\0')
        return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                         "service \"%s\" has neither an image nor a build context specified: "
                         "invalid compose project",
                         name) != NULL;
    if (json_get_string(build, "dockerfile", "")[0] != '\0' &&
        json_get_string(build, "dockerfile_inline", "")[0] != '\0')
        return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                         "service \"%s\" declares mutualy exclusive dockerfile and "
                         "dockerfile_inline: invalid compose project",
                         name) != NULL;
    json_object_foreach (json_object_get(build, "additional_contexts"), key, context) {
        const char *text = json_string_value(context);
        if (text == NULL || !g_str_has_prefix(text, "service:"))
            continue;
        const json_t *other = json_object_get(services, text + strlen("service:"));
        if (other == NULL || json_object_get(other, "build") == NULL)
            return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                             "service \"%s\" declares %s service \"%s\" as additional contexts %s",
                             name, other == NULL ? "unknown" : "non-buildable",
                             text + strlen("service:"), key) != NULL;
    }
    return true;
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool take_services(const struct compose_project *project, struct bake_config *config)
{
    json_t *services = json_object_get(project->model, "services"), *service;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *name;
    json_object_foreach (services, name, service)
        g_ptr_array_add(names, (char *)name);
    g_ptr_array_sort(names, by_text);
    for (guint i = 0; i < names->len; i++)
        if (!check_service(compose_project_bake(project), services, names->pdata[i],
                           json_object_get(services, names->pdata[i])))
            return false;
    if (names->len > 0 && bake_config_group(config, "default") == NULL)
        bake_group_add(config, "default");
    for (guint i = 0; i < names->len; i++)
        if (!take_service(project, config, names->pdata[i],
                          json_object_get(services, names->pdata[i])))
            return false;
    return true;
}

/* ---- the whole ---- */

/* What .env adds, and the name of the project; NULL with an error. */
static json_t *first_variables(struct composing *composing)
{
    g_autoptr(json_t) more = json_object();
    const struct compose_variables plain = {composing->bake->request, NULL};
    g_autoptr(GBytes) bytes = compose_file(composing, ".env");
    if (composing->bake->error != NULL ||
        (bytes != NULL &&
         !compose_env_read(composing, NULL, bytes, more, compose_variable, &plain)))
        return NULL;
    const char *name = compose_variable("COMPOSE_PROJECT_NAME", &plain);
    if (json_object_get(more, "COMPOSE_PROJECT_NAME") == NULL && (name == NULL || *name == '\0'))
        json_object_set_new(more, "COMPOSE_PROJECT_NAME", json_string("bake"));
    return g_steal_pointer(&more);
}

/* As validateCompose() has it: each file must stand alone, but for what belongs to others. */
static bool check_alone(struct composing *composing, const struct bake_text *text,
                        const struct compose_variables *variables)
{
    g_autoptr(json_t) model = compose_load(composing, &text, 1, /* is_named= */ false, variables);
    const struct compose_project project = {composing, variables, model};
    const char *name;
    json_t *service;
    if (model == NULL)
        return false;
    if (json_object_get(model, "services") == NULL && json_object_get(model, "secrets") == NULL)
        return bake_fail(composing->bake, BAKEFILE_ERROR_INVALID, "empty compose file") != NULL;
    json_object_foreach (json_object_get(model, "services"), name, service) {
        g_autoptr(json_t) environment = compose_environment(&project, service);
        if (environment == NULL ||
            !compose_check_limits(composing->bake, name, json_object_get(service, "build")))
            return false;
    }
    return true;
}

static void say_where(struct bake *bake)
{
    if (bake->error != NULL && bake->error->code == BAKEFILE_ERROR_INVALID &&
        !g_str_has_prefix(bake->error->message, "failed to parse compose file: "))
        g_prefix_error(&bake->error, "failed to parse compose file: ");
}

bool bake_composes(struct bake *bake, struct bake_config *config)
{
    const GPtrArray *texts = bake->file->composes;
    struct composing composing = {.bake = bake};
    g_autoptr(json_t) more = texts->len == 0 ? NULL : first_variables(&composing);
    const struct compose_variables variables = {bake->request, more};
    if (texts->len == 0 || more == NULL)
        return texts->len == 0;
    for (guint i = 0; i < texts->len; i++)
        if (!check_alone(&composing, texts->pdata[i], &variables))
            return false;
    const struct bake_text *const *all = (const struct bake_text *const *)(void *)texts->pdata;
    g_autoptr(json_t) model =
        compose_load(&composing, all, texts->len, /* is_named= */ true, &variables);
    const struct compose_project project = {&composing, &variables, model};
    bool is_taken = model != NULL && take_services(&project, config);
    say_where(bake);
    return is_taken;
}
