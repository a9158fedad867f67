/* `include` of a compose file: others with their own folder and variables, whose services join
   (compose-go's loader/include.go). */
#include "mocks/bakefile/compose_loading.h"

#include <string.h>

/* One entry: its paths as they are opened, its folders. */
struct inclusion {
    json_t *paths;
    char *project_folder;
    char *working_folder;
};

static json_t *texts_of(const json_t *value)
{
    if (json_is_string(value))
        return json_pack("[O]", (json_t *)value);
    return json_is_array(value) ? json_copy((json_t *)value) : json_array();
}

static const char *item_text(const json_t *list, gsize index)
{
    const char *text = json_string_value(json_array_get(list, index));
    return text == NULL ? "" : text;
}

static bool check_cycle(const struct loading *loading, const char *path)
{
    g_autoptr(GString) text = g_string_new("include cycle detected:");
    if (!g_ptr_array_find_with_equal_func(loading->included, path, g_str_equal, NULL))
        return true;
    for (guint i = 0; i < loading->included->len; i++)
        g_string_append_printf(text, "\n%s%s", i == 0 ? "" : " include ",
                               (const char *)g_ptr_array_index(loading->included, i));
    return bake_fail(loading_bake(loading), BAKEFILE_ERROR_INVALID, "%s\n include %s", text->str,
                     path) != NULL;
}

static bool inclusion_init(struct inclusion *inclusion, const struct loading *loading,
                           const char *working_folder, const json_t *entry)
{
    const char *folder = json_get_string(entry, "project_directory", "");
    inclusion->paths = texts_of(json_is_string(entry) ? entry : json_object_get(entry, "path"));
    for (gsize i = 0; i < json_array_size(inclusion->paths); i++) {
        g_autofree char *path = loading_path(loading, item_text(inclusion->paths, i));
        json_array_set_new(inclusion->paths, i, json_text_or_null(path));
        if (i > 0)
            continue;
        inclusion->working_folder = *folder == '\0'              ? loading_folder(loading, path)
                                    : g_path_is_absolute(folder) ? g_strdup(folder)
                                                                 : loading_folder(loading, folder);
        inclusion->project_folder = *folder == '\0' ? compose_path_folder(path)
                                    : g_path_is_absolute(folder)
                                        ? g_strdup(folder)
                                        : compose_path_join(working_folder, folder);
        if (!check_cycle(loading, path))
            return false;
    }
    return json_array_size(inclusion->paths) > 0 ||
           bake_fail(loading_bake(loading), BAKEFILE_ERROR_UNKNOWN,
                     "not modelled: an include of a compose file without a path") != NULL;
}

static void inclusion_finish(struct inclusion *inclusion)
{
    json_decref(inclusion->paths);
    g_free(inclusion->project_folder);
    g_free(inclusion->working_folder);
}

/* Variables as an env file sees them: those of the file around, then of the files before. */
struct layered {
    const struct compose_variables *outer;
    const json_t *before;
};

static const char *layered_lookup(const char *name, const void *context)
{
    const struct layered *layered = context;
    const char *value = compose_variable(name, layered->outer);
    return value != NULL ? value : json_get_string(layered->before, name, NULL);
}

static bool add_env_file(const struct loading *loading, const char *path, bool is_wanted,
                         json_t *variables)
{
    const struct bake_files *files = loading_bake(loading)->request->files;
    const struct layered layered = {loading->variables, variables};
    g_autoptr(GBytes) bytes = compose_file(loading->composing, path);
    g_autofree char *whole = files != NULL && files->directory != NULL && !g_path_is_absolute(path)
                                 ? g_build_filename(files->directory, path, NULL)
                                 : g_strdup(path);
    if (bytes == NULL)
        return loading_bake(loading)->error == NULL &&
               (!is_wanted || bake_fail(loading_bake(loading), BAKEFILE_ERROR_INVALID,
                                        "couldn't find env file: %s", whole) != NULL);
    g_autoptr(json_t) read = json_object();
    return compose_env_read(loading->composing, whole, bytes, read, layered_lookup, &layered) &&
           json_object_update(variables, read) == 0;
}

/* Those of env_file, or of .env beside the included file; a new reference. */
static json_t *variables_of(const struct loading *loading, const struct inclusion *inclusion,
                            const char *working_folder, const json_t *entry)
{
    g_autoptr(json_t) variables = json_object();
    g_autoptr(json_t) files = texts_of(json_object_get(entry, "env_file"));
    g_autofree char *usual = compose_path_join(inclusion->project_folder, ".env");
    if (json_array_size(files) == 0 && !add_env_file(loading, usual, false, variables))
        return NULL;
    for (gsize i = 0; i < json_array_size(files); i++) {
        const char *file = item_text(files, i);
        g_autofree char *path =
            g_path_is_absolute(file) ? g_strdup(file) : compose_path_join(working_folder, file);
        if (!add_env_file(loading, path, true, variables))
            return NULL;
    }
    json_object_update(variables, (json_t *)loading->variables->more);
    return g_steal_pointer(&variables);
}

/* importResource() */
static bool import(const struct loading *loading, const json_t *from, json_t *model,
                   const char *kind)
{
    json_t *into = json_get_object(model, kind), *value;
    const char *name;
    if (json_object_get(from, kind) == NULL)
        return true;
    if (into == NULL) {
        into = json_object();
        json_object_set_new(model, kind, into);
    }
    json_object_foreach (json_object_get(from, kind), name, value) {
        json_t *before = json_object_get(into, name);
        if (before != NULL && !json_equal(before, value))
            return bake_fail(loading_bake(loading), BAKEFILE_ERROR_INVALID,
                             "%s.%s conflicts with imported resource", kind, name) != NULL;
        json_object_set(into, name, value);
    }
    return true;
}

static bool include_inner(const struct loading *loading, const struct inclusion *inclusion,
                          const char *working_folder, const json_t *entry, json_t *model)
{
    g_autoptr(json_t) more = variables_of(loading, inclusion, working_folder, entry);
    if (more == NULL)
        return false;
    const struct compose_variables variables = {loading->variables->request, more};
    g_autoptr(GPtrArray) way = g_ptr_array_new_with_free_func(g_free);
    struct loading inner = *loading;
    inner.folder = inclusion->project_folder;
    inner.variables = &variables;
    inner.way = way;
    g_autoptr(json_t) imported = loading_model(&inner, inclusion->paths, inclusion->working_folder);
    return imported != NULL && import(loading, imported, model, "services") &&
           import(loading, imported, model, "secrets");
}

static bool include_one(const struct loading *loading, const char *working_folder,
                        const json_t *entry, json_t *model)
{
    struct inclusion inclusion = {0};
    bool is_included = inclusion_init(&inclusion, loading, working_folder, entry) &&
                       include_inner(loading, &inclusion, working_folder, entry, model);
    inclusion_finish(&inclusion);
    return is_included;
}

bool loading_include(const struct loading *loading, const char *working_folder, json_t *model)
{
    g_autoptr(json_t) entries = json_incref(json_object_get(model, "include"));
    if (entries != NULL && !json_is_null(entries) && !json_is_array(entries))
        return bake_fail(loading_bake(loading), BAKEFILE_ERROR_INVALID,
                         "`include` must be a list") != NULL;
    g_ptr_array_add(loading->included, g_strdup(loading->name));
    bool is_applied = true;
    for (gsize i = 0; i < json_array_size(entries) && is_applied; i++)
        is_applied = include_one(loading, working_folder, json_array_get(entries, i), model);
    g_ptr_array_set_size(loading->included, (gint)loading->included->len - 1);
    json_object_del(model, "include");
    return is_applied;
}
