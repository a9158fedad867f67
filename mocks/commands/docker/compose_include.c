/* `include` of a compose file: others with their own folder and variables, whose parts join
   (compose-go's loader/include.go). */
#include "mocks/commands/docker/compose_private.h"

#include "base/limits.h"
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

/* One entry while it is loaded. */
struct inclusion {
    const struct project *project;
    const char *path; /* of the file that includes */
    GPtrArray *paths; /* char*: those it includes, absolute */
    char *folder;     /* that their parts are seen from */
};

static void inclusion_clear(struct inclusion *inclusion)
{
    g_clear_pointer(&inclusion->paths, g_ptr_array_unref);
    g_free(inclusion->folder);
}

static void inclusion_init(struct inclusion *inclusion, const json_t *entry)
{
    g_autofree char *around = g_path_get_dirname(inclusion->path);
    const char *folder = json_get_string(entry, "project_directory", "");
    inclusion->paths = model_texts(json_is_string(entry) ? entry : json_object_get(entry, "path"));
    for (guint i = 0; i < inclusion->paths->len; i++) {
        char *absolute = g_canonicalize_filename(g_ptr_array_index(inclusion->paths, i), around);
        g_free(inclusion->paths->pdata[i]);
        inclusion->paths->pdata[i] = absolute;
    }
    inclusion->folder = *folder != '\0'             ? g_canonicalize_filename(folder, around)
                        : inclusion->paths->len > 0 ? g_path_get_dirname(inclusion->paths->pdata[0])
                                                    : g_strdup(around);
}

/* Those of env_file, or of .env in the folder; what is known already counts more. */
static json_t *variables_of(const struct inclusion *inclusion, const json_t *entry,
                            const json_t *outer)
{
    g_autofree char *around = g_path_get_dirname(inclusion->path);
    g_autoptr(GPtrArray) files = model_texts(json_object_get(entry, "env_file"));
    json_t *variables = json_object();
    if (files->len == 0)
        g_ptr_array_add(files, g_build_filename(inclusion->folder, ".env", NULL));
    for (guint i = 0; i < files->len; i++) {
        g_autofree char *path = g_canonicalize_filename(g_ptr_array_index(files, i), around);
        g_autoptr(json_t) read = compose_read_variables(inclusion->project, path);
        json_object_update(variables, read);
    }
    json_object_update(variables, (json_t *)outer);
    return variables;
}

static bool check_cycle(const GPtrArray *way, const char *path, GError **error)
{
    g_autoptr(GString) text = g_string_new("include cycle detected:");
    if (way->len >= COMPOSE_EXTENDS_MAX)
        return cli_refuse(error, "files include each other more than %d times",
                          COMPOSE_EXTENDS_MAX);
    if (!g_ptr_array_find_with_equal_func((GPtrArray *)way, path, g_str_equal, NULL))
        return true;
    for (guint i = 0; i < way->len; i++)
        g_string_append_printf(text, "\n%s%s", i == 0 ? "" : " include ",
                               (const char *)g_ptr_array_index(way, i));
    return cli_refuse(error, "%s\n include %s", text->str, path);
}

/* importResources() */
static bool import(const json_t *from, json_t *model, GError **error)
{
    static const char *const kinds[] = {"services", "volumes", "networks", "secrets", "configs"};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const char *name;
        json_t *value;
        if (json_get_object(model, kinds[i]) == NULL && json_get_object(from, kinds[i]) != NULL)
            json_object_set_new(model, kinds[i], json_object());
        json_t *into = json_get_object(model, kinds[i]);
        json_object_foreach (json_get_object(from, kinds[i]), name, value) {
            const json_t *before = json_object_get(into, name);
            if (before != NULL && !json_equal(before, value))
                return cli_refuse(error, "%s.%s conflicts with imported resource", kinds[i], name);
            json_object_set(into, name, value);
        }
    }
    return true;
}

static bool include_files(const struct inclusion *inclusion, const json_t *variables,
                          GPtrArray *way, json_t *model, GError **error)
{
    g_autoptr(json_t) imported = json_object();
    const char *name;
    json_t *service;
    for (guint i = 0; i < inclusion->paths->len; i++) {
        const char *path = g_ptr_array_index(inclusion->paths, i);
        if (!check_cycle(way, path, error) ||
            !compose_load_file(inclusion->project, path, variables, way, imported, error))
            return false;
    }
    json_object_foreach (json_get_object(imported, "services"), name, service)
        compose_set_folder(service, inclusion->folder);
    compose_set_file_folder(json_get_object(imported, "secrets"), inclusion->folder);
    compose_set_file_folder(json_get_object(imported, "configs"), inclusion->folder);
    return import(imported, model, error);
}

bool compose_include(const struct project *project, const char *path, json_t *read,
                     const json_t *variables, GPtrArray *way, GError **error)
{
    json_t *entries = json_get_array(read, "include");
    bool is_fine = true;
    g_ptr_array_add(way, g_strdup(path));
    for (gsize i = 0; i < json_array_size(entries) && is_fine; i++) {
        const json_t *entry = json_array_get(entries, i);
        struct inclusion inclusion = {.project = project, .path = path};
        inclusion_init(&inclusion, entry);
        g_autoptr(json_t) more = variables_of(&inclusion, entry, variables);
        is_fine = include_files(&inclusion, more, way, read, error);
        inclusion_clear(&inclusion);
    }
    g_ptr_array_set_size(way, (gint)way->len - 1);
    json_object_del(read, "include");
    return is_fine;
}
