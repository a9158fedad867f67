/* The environment of a compose service: what it says itself and what its env files say. */
#include "mocks/bakefile/compose_project.h"

#include <string.h>

struct bake *compose_project_bake(const struct compose_project *project)
{
    return project->composing->bake;
}

json_t *compose_text(const json_t *value)
{
    g_autofree char *text = compose_scalar(value);
    return json_text_or_null(text == NULL ? "" : text);
}

json_t *compose_mapping(struct bake *bake, const json_t *value)
{
    g_autoptr(json_t) map = json_object();
    const char *key;
    json_t *item;
    json_object_foreach ((json_t *)value, key, item)
        json_object_set_new(map, key, json_is_null(item) ? json_null() : compose_text(item));
    for (gsize i = 0; i < json_array_size(value); i++) {
        g_autofree char *text = compose_scalar(json_array_get(value, i));
        g_auto(GStrv) pair = g_strsplit(text == NULL ? "" : text, "=", 2);
        const char *name = pair[0] == NULL ? "" : pair[0];
        if (*name != '\0' && g_ascii_isspace(name[strlen(name) - 1]))
            return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                             "environment variable %s is declared with a trailing space", name);
        if (*name != '\0')
            json_object_set_new(map, name, json_text_or_null(pair[1]));
    }
    return g_steal_pointer(&map);
}

/* As WithServicesEnvironmentResolved() has it while it reads env files. */
struct service_scope {
    const struct compose_project *project;
    const json_t *environment;
};

static const char *service_lookup(const char *name, const void *context)
{
    const struct service_scope *scope = context;
    const char *value = compose_variable(name, scope->project->variables);
    return value != NULL ? value : json_get_string(scope->environment, name, NULL);
}

void compose_drop_nulls(json_t *map)
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(map, next, key, value) if (json_is_null(value))
        json_object_del(map, key);
}

void compose_resolve_nulls(json_t *map, compose_lookup *lookup, const void *context)
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(map, next, key, value)
    {
        const char *text = json_is_null(value) ? lookup(key, context) : NULL;
        if (text != NULL)
            json_object_set_new(map, key, json_text_or_null(text));
    }
}

static bool add_env_file(const struct compose_project *project, const json_t *file,
                         json_t *variables, const json_t *environment)
{
    const struct service_scope scope = {project, environment};
    const char *path = json_get_string(file, "path", "");
    const char *format = json_get_string(file, "format", "");
    g_autoptr(GBytes) bytes = compose_file(project->composing, path);
    if (bytes == NULL && json_get_boolean(file, "required", true))
        return bake_fail(compose_project_bake(project), BAKEFILE_ERROR_INVALID,
                         "env file %s not found: stat %s: no such file or directory", path,
                         path) != NULL;
    if (bytes == NULL)
        return compose_project_bake(project)->error == NULL;
    if (*format != '\0' && strcmp(format, ".env") != 0)
        return bake_fail(compose_project_bake(project), BAKEFILE_ERROR_INVALID,
                         "unsupported env_file format \"%s\"", format) != NULL;
    return compose_env_read(project->composing, path, bytes, variables, service_lookup, &scope);
}

json_t *compose_environment(const struct compose_project *project, const json_t *service)
{
    const json_t *files = json_get_array(service, "env_file");
    g_autoptr(json_t) environment =
        compose_mapping(compose_project_bake(project), json_object_get(service, "environment"));
    if (environment == NULL)
        return NULL;
    compose_resolve_nulls(environment, compose_variable, project->variables);
    g_autoptr(json_t) all = json_copy(environment);
    compose_drop_nulls(all);
    for (gsize i = 0; i < json_array_size(files); i++)
        if (!add_env_file(project, json_array_get(files, i), all, environment))
            return NULL;
    json_object_update(all, environment);
    return g_steal_pointer(&all);
}
