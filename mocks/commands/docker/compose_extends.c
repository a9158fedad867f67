/* `extends` of a compose file: a service begins as another one, of this file or of another
   (compose-go's loader/extends.go). */
#include "mocks/commands/docker/compose_private.h"

#include "base/limits.h"
#include "doc/reset.h"
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

/* The services of one file while they are extended. */
struct file_services {
    const struct project *project;
    const json_t *variables;
    const char *path;  /* absolute */
    const char *shown; /* as it was written where it is extended from */
    json_t *services;
    const json_t *resets; /* of the file, or NULL */
    GPtrArray *way;       /* "service in path" of all that wait for this one; char* */
};

static json_t *extended(const struct file_services *file, const char *name, GError **error);

/* ---- what lies beside another file ---- */

static void set_absolute(json_t *object, const char *key, const char *folder)
{
    const char *path = json_get_string(object, key, NULL);
    if (path == NULL || strstr(path, "://") != NULL || g_str_has_prefix(path, "git@"))
        return;
    g_autofree char *absolute = g_canonicalize_filename(path, folder);
    json_object_set_new(object, key, json_text_or_null(absolute));
}

/* Texts of a list that are paths as a whole or, of volumes, up to the colon. */
static void set_absolute_items(json_t *list, const char *folder, bool must_show)
{
    size_t i;
    json_t *item;
    json_array_foreach (list, i, item) {
        const char *path = json_string_value(item);
        if (path == NULL || (must_show && *path != '.'))
            continue;
        gsize length = must_show ? strcspn(path, ":") : strlen(path);
        g_autofree char *head = g_strndup(path, length);
        g_autofree char *absolute = g_canonicalize_filename(head, folder);
        g_autofree char *whole = g_strconcat(absolute, path + length, NULL);
        json_array_set_new(list, i, json_text_or_null(whole));
    }
}

void compose_set_folder(json_t *service, const char *folder)
{
    size_t i;
    json_t *item;
    if (json_is_string(json_object_get(service, "build")))
        set_absolute(service, "build", folder);
    set_absolute(json_get_object(service, "build"), "context", folder);
    if (json_is_string(json_object_get(service, "env_file")))
        set_absolute(service, "env_file", folder);
    set_absolute_items(json_get_array(service, "env_file"), folder, /* must_show= */ false);
    json_array_foreach (json_get_array(service, "env_file"), i, item)
        set_absolute(item, "path", folder);
    set_absolute_items(json_get_array(service, "volumes"), folder, /* must_show= */ true);
}

void compose_set_file_folder(json_t *section, const char *folder)
{
    const char *name;
    json_t *each;
    json_object_foreach (section, name, each)
        set_absolute(each, "file", folder);
}

/* ---- one service ---- */

static bool enter(const struct file_services *file, const char *name, GError **error)
{
    g_autofree char *step = g_strdup_printf("%s in %s", name, file->path);
    bool is_there = g_ptr_array_find_with_equal_func(file->way, step, g_str_equal, NULL);
    g_autoptr(GString) text = g_string_new("Circular reference:");
    for (guint i = 0; i < file->way->len && is_there; i++)
        g_string_append_printf(text, "\n%s%s", i > 0 ? "  extends " : "  ",
                               (const char *)g_ptr_array_index(file->way, i));
    if (is_there)
        return cli_refuse(error, "%s\n  extends %s", text->str, step);
    if (file->way->len >= COMPOSE_EXTENDS_MAX)
        return cli_refuse(error, "services extend each other more than %d times",
                          COMPOSE_EXTENDS_MAX);
    g_ptr_array_add(file->way, g_steal_pointer(&step));
    return true;
}

static void leave(const struct file_services *file)
{
    g_ptr_array_set_size(file->way, (gint)file->way->len - 1);
}

/* The other file's service, with its paths as they are seen from anywhere. */
static json_t *base_of_file(const struct file_services *file, const char *name, const char *service,
                            const char *other, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(file->path);
    g_autofree char *path = g_canonicalize_filename(other, folder);
    g_autofree char *other_folder = g_path_get_dirname(path);
    g_autoptr(json_t) resets = NULL;
    g_autoptr(json_t) read =
        compose_read_file(file->project, path, file->variables, &resets, error);
    if (read == NULL)
        return NULL;
    struct file_services more = *file;
    more.path = path;
    more.shown = other;
    more.resets = resets;
    more.services = json_get_object(read, "services");
    if (more.services == NULL) {
        cli_refuse(error, "cannot extend service \"%s\" in %s: no services section", name, path);
        return NULL;
    }
    if (json_object_get(more.services, service) == NULL) {
        cli_refuse(error, "cannot extend service \"%s\" in %s: service \"%s\" not found in %s",
                   name, file->shown, service, other);
        return NULL;
    }
    g_autoptr(json_t) base = extended(&more, service, error);
    json_t *copy = base != NULL ? json_deep_copy(base) : NULL;
    if (copy != NULL)
        compose_set_folder(copy, other_folder);
    return copy;
}

static json_t *base_of(const struct file_services *file, const char *name, const json_t *extends,
                       GError **error)
{
    const char *service = json_is_string(extends) ? json_string_value(extends)
                                                  : json_get_string(extends, "service", NULL);
    const char *other = json_get_string(extends, "file", NULL);
    if (service == NULL) {
        cli_refuse(error, "extends.%s.service is required", name);
        return NULL;
    }
    if (other != NULL)
        return base_of_file(file, name, service, other, error);
    if (json_object_get(file->services, service) == NULL) {
        cli_refuse(error, "cannot extend service \"%s\" in %s: service \"%s\" not found", name,
                   file->shown, service);
        return NULL;
    }
    g_autoptr(json_t) base = extended(file, service, error);
    return base != NULL ? json_deep_copy(base) : NULL;
}

/* A new reference; NULL with an error. */
static json_t *extended(const struct file_services *file, const char *name, GError **error)
{
    json_t *service = json_object_get(file->services, name);
    json_t *extends = json_object_get(service, "extends");
    if (extends == NULL)
        return json_incref(service);
    if (!enter(file, name, error))
        return NULL;
    json_t *base = base_of(file, name, extends, error);
    leave(file);
    if (base == NULL)
        return NULL;
    doc_apply_service_resets(base, name, file->resets);
    compose_merge(base, service);
    json_object_del(base, "extends");
    json_object_set(file->services, name, base);
    return base;
}

bool compose_extend(const struct project *project, const char *path, json_t *read,
                    const json_t *variables, const json_t *resets, GError **error)
{
    g_autoptr(GPtrArray) way = g_ptr_array_new_with_free_func(g_free);
    struct file_services file = {project, variables, path, path, json_get_object(read, "services"),
                                 resets,  way};
    g_autoptr(GPtrArray) names = model_texts(file.services);
    for (guint i = 0; i < names->len; i++) {
        g_autoptr(json_t) service = extended(&file, g_ptr_array_index(names, i), error);
        if (service == NULL)
            return false;
    }
    return true;
}
