/* `extends` of a compose file: a service begins as another one, of this file or of another
   (compose-go's loader/extends.go). */
#include "mocks/bakefile/compose_loading.h"

#include "doc/reset.h"

#include "base/limits.h"

#include <string.h>

static bool extend(const struct loading *loading, json_t *services, const char *name);

static bool enter(const struct loading *loading, const char *file, const char *name)
{
    g_autofree char *step = g_strdup_printf("%s in %s", name, file);
    bool is_there = g_ptr_array_find_with_equal_func(loading->way, step, g_str_equal, NULL);
    g_autoptr(GString) text = g_string_new("Circular reference:");
    for (guint i = 0; i < loading->way->len && is_there; i++)
        g_string_append_printf(text, "\n  %s%s", i > 0 ? "extends " : "",
                               (const char *)g_ptr_array_index(loading->way, i));
    if (is_there)
        return bake_fail(loading_bake(loading), BAKEFILE_ERROR_INVALID, "%s\n  extends %s",
                         text->str, step) != NULL;
    if (loading->way->len >= COMPOSE_EXTENDS_MAX)
        return bake_fail(loading_bake(loading), BAKEFILE_ERROR_LIMIT,
                         "services extend each other more than %d times",
                         COMPOSE_EXTENDS_MAX) != NULL;
    g_ptr_array_add(loading->way, g_steal_pointer(&step));
    return true;
}

/* getExtendsBaseFromFile(): the services of another file; a new reference or NULL with an error. */
static json_t *services_of_file(const struct loading *loading, const char *name,
                                const char *service, const char *file)
{
    g_autofree char *path = loading_path(loading, file), *inner = compose_path_folder(path);
    g_autofree char *working_folder = loading_folder(loading, file);
    g_autoptr(json_t) model = json_object();
    struct loading other = *loading;
    other.folder = inner;
    other.is_alone = true;
    if (!loading_file(&other, path, working_folder, model))
        return NULL;
    json_t *services = json_get_object(model, "services");
    if (services == NULL)
        return bake_fail(loading_bake(loading), BAKEFILE_ERROR_INVALID,
                         "cannot extend service \"%s\" in %s: no services section", name, path);
    if (json_object_get(services, service) == NULL)
        return bake_fail(loading_bake(loading), BAKEFILE_ERROR_INVALID,
                         "cannot extend service \"%s\" in %s: service \"%s\" not found in %s", name,
                         loading->name, service, file);
    compose_resolve_paths(model, working_folder, compose_variable("HOME", loading->variables));
    return json_incref(services);
}

/* What the service begins as; NULL with an error. */
static json_t *base_of(const struct loading *loading, json_t *services, const char *name,
                       const json_t *extends)
{
    const char *service = json_is_string(extends) ? json_string_value(extends)
                                                  : json_get_string(extends, "service", NULL);
    const char *file = json_get_string(extends, "file", NULL);
    if (service == NULL)
        return bake_fail(loading_bake(loading), BAKEFILE_ERROR_INVALID,
                         "extends.%s.service is required", name);
    if (file == NULL && json_object_get(services, service) == NULL)
        return bake_fail(loading_bake(loading), BAKEFILE_ERROR_INVALID,
                         "cannot extend service \"%s\" in %s: service \"%s\" not found", name,
                         loading->name, service);
    g_autoptr(json_t) others =
        file == NULL ? json_incref(services) : services_of_file(loading, name, service, file);
    if (others == NULL || !enter(loading, file == NULL ? loading->name : file, name))
        return NULL;
    bool is_extended = extend(loading, others, service);
    g_ptr_array_set_size(loading->way, (gint)loading->way->len - 1);
    return is_extended ? json_deep_copy(json_object_get(others, service)) : NULL;
}

/* applyServiceExtends() */
static bool extend(const struct loading *loading, json_t *services, const char *name)
{
    json_t *service = json_object_get(services, name);
    const json_t *extends = json_object_get(service, "extends");
    if (extends == NULL || !bake_step(loading_bake(loading)))
        return loading_bake(loading)->error == NULL;
    g_autoptr(json_t) base = base_of(loading, services, name, extends);
    if (base == NULL)
        return false;
    if (!json_is_object(base))
        return true;
    doc_apply_service_resets(base, name, loading->resets);
    if (!compose_merge_service(loading_bake(loading), base, service))
        return false;
    json_object_del(base, "extends");
    return json_object_set(services, name, base) == 0;
}

bool loading_extend(const struct loading *loading, json_t *model)
{
    json_t *services = json_get_object(model, "services");
    const char *name;
    json_t *service;
    void *next;
    json_object_foreach_safe(services, next, name,
                             service) if (!extend(loading, services, name)) return false;
    return true;
}
