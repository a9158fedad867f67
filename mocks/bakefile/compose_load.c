/* Compose files of the machine to one model, each put over those before it (compose-go's
   loader/loader.go). */
#include "mocks/bakefile/compose_loading.h"

#include "base/limits.h"
#include "doc/reset.h"

#include <string.h>

/* ---- files of the machine ---- */

GBytes *compose_file(struct composing *composing, const char *path)
{
    const struct bake_files *files = composing->bake->request->files;
    if (++composing->file_count > BAKE_FILES_MAX)
        return bake_fail(composing->bake, BAKEFILE_ERROR_LIMIT,
                         "compose files name more than %d others", BAKE_FILES_MAX);
    GBytes *bytes = files == NULL ? NULL : files->read(path, files->context);
    if (bytes == NULL || g_bytes_get_size(bytes) <= BAKE_FILE_BYTES_MAX)
        return bytes;
    g_bytes_unref(bytes);
    return bake_fail(composing->bake, BAKEFILE_ERROR_LIMIT, "%s: more than %d bytes", path,
                     BAKE_FILE_BYTES_MAX);
}

bool compose_is_folder(const struct composing *composing, const char *path)
{
    const struct bake_files *files = composing->bake->request->files;
    return files != NULL && files->is_folder(path, files->context);
}

/* ---- one file under way ---- */

struct bake *loading_bake(const struct loading *loading)
{
    return loading->composing->bake;
}

/* localResourceLoader.Dir(): g_free. */
char *loading_folder(const struct loading *loading, const char *path)
{
    g_autofree char *parent = compose_path_folder(path);
    g_autofree char *whole =
        g_path_is_absolute(path) ? g_strdup(path) : compose_path_join(loading->folder, path);
    if (!compose_is_folder(loading->composing, whole)) {
        g_free(whole);
        whole = g_path_is_absolute(parent) ? g_strdup(parent)
                                           : compose_path_join(loading->folder, parent);
    }
    char *relative = compose_path_relative(loading->folder, whole);
    return relative != NULL ? relative : g_steal_pointer(&whole);
}

char *loading_path(const struct loading *loading, const char *path)
{
    return g_path_is_absolute(path) ? g_strdup(path) : compose_path_join(loading->folder, path);
}

static bool load_text(const struct loading *loading, const struct bake_text *text,
                      const char *working_folder, json_t *model);

bool loading_file(const struct loading *loading, const char *path, const char *working_folder,
                  json_t *model)
{
    g_autoptr(GBytes) bytes = compose_file(loading->composing, path);
    if (bytes == NULL)
        return bake_fail(loading_bake(loading), BAKEFILE_ERROR_INVALID,
                         "open %s: no such file or directory", path) != NULL;
    gsize length = 0;
    struct loading inner = *loading;
    inner.is_nameless = false;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autofree char *copy = g_strndup(data == NULL ? "" : data, length);
    const struct bake_text text = {.name = (char *)path, .text = copy, .length = length};
    return load_text(&inner, &text, working_folder, model);
}

/* ---- files to one model ---- */

/* loadYamlFile(): puts the file over the model. */
static bool load_text(const struct loading *loading, const struct bake_text *text,
                      const char *working_folder, json_t *model)
{
    struct loading inner = *loading;
    inner.name = loading->is_nameless ? "" : text->name;
    g_autoptr(json_t) resets = NULL;
    g_autoptr(json_t) read = compose_read(loading->composing, text, loading->variables, &resets);
    if (read == NULL)
        return false;
    inner.resets = resets;
    if (!loading->is_alone &&
        (!loading_extend(&inner, read) || !loading_include(&inner, working_folder, read)))
        return false;
    doc_apply_resets(model, resets);
    if (!compose_merge_models(loading_bake(loading), model, read))
        return false;
    compose_unify(model);
    if (!compose_canonical(loading_bake(loading), model))
        return false;
    compose_unify(model);
    return true;
}

static void set_defaults(json_t *model)
{
    const char *name;
    json_t *service;
    json_object_foreach (json_object_get(model, "services"), name, service) {
        json_t *build = json_get_object(service, "build");
        if (build != NULL && json_object_get(build, "context") == NULL)
            json_object_set_new(build, "context", json_string("."));
    }
}

/* ResolveEnvironment(): names alone of a list take what the file sees. */
static void resolve_environment(const struct loading *loading, json_t *model)
{
    const char *name;
    json_t *service;
    json_object_foreach (json_object_get(model, "services"), name, service) {
        json_t *list = json_get_array(service, "environment");
        for (gsize i = 0; i < json_array_size(list); i++) {
            const char *text = json_string_value(json_array_get(list, i));
            const char *value = text == NULL ? NULL : compose_variable(text, loading->variables);
            g_autofree char *pair = g_strconcat(text == NULL ? "" : text, "=", value, NULL);
            if (value != NULL)
                json_array_set_new(list, i, json_text_or_null(pair));
        }
    }
}

static void finish_model(const struct loading *loading, json_t *model, const char *working_folder)
{
    set_defaults(model);
    compose_resolve_paths(model, working_folder, compose_variable("HOME", loading->variables));
    resolve_environment(loading, model);
}

/* loadYamlModel() of paths. */
json_t *loading_model(const struct loading *loading, const json_t *paths,
                      const char *working_folder)
{
    g_autoptr(json_t) model = json_object();
    for (gsize i = 0; i < json_array_size(paths); i++)
        if (!loading_file(loading, json_string_value(json_array_get(paths, i)), working_folder,
                          model))
            return NULL;
    finish_model(loading, model, working_folder);
    return g_steal_pointer(&model);
}

json_t *compose_load(struct composing *composing, const struct bake_text *const *texts, gsize count,
                     bool is_named, const struct compose_variables *variables)
{
    g_autoptr(json_t) model = json_object();
    g_autoptr(GPtrArray) way = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) included = g_ptr_array_new_with_free_func(g_free);
    const struct loading loading = {
        .composing = composing,
        .variables = variables,
        .folder = "",
        .name = "",
        .way = way,
        .included = included,
        .is_nameless = !is_named,
    };
    for (gsize i = 0; i < count; i++)
        if (!load_text(&loading, texts[i], "", model))
            return NULL;
    finish_model(&loading, model, "");
    return g_steal_pointer(&model);
}
