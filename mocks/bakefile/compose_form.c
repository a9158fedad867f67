/* A compose model in its long form, with its paths as they are seen from outside (compose-go's
   transform/ and paths/). */
#include "mocks/bakefile/compose.h"

#include <string.h>

/* ---- paths ---- */

char *compose_path_join(const char *folder, const char *path)
{
    g_autofree char *both = *folder == '\0' ? g_strdup(path) : g_strconcat(folder, "/", path, NULL);
    return *both == '\0' ? g_strdup("") : bake_path_clean(both);
}

char *compose_path_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    g_autofree char *folder =
        slash == NULL ? g_strdup("") : g_strndup(path, (gsize)(slash - path) + 1);
    return bake_path_clean(folder);
}

char *compose_path_relative(const char *folder, const char *path)
{
    g_autofree char *base = bake_path_clean(folder), *target = bake_path_clean(path);
    if (strcmp(base, target) == 0)
        return g_strdup(".");
    if (g_path_is_absolute(base) != g_path_is_absolute(target))
        return NULL;
    g_auto(GStrv) from = g_strsplit(strcmp(base, ".") == 0 ? "" : base, "/", -1);
    g_auto(GStrv) to = g_strsplit(target, "/", -1);
    gsize same = 0;
    while (from[same] != NULL && to[same] != NULL && strcmp(from[same], to[same]) == 0)
        same++;
    GString *way = g_string_new(NULL);
    bool is_way = true;
    for (gsize i = same; from[i] != NULL; i++) {
        is_way = is_way && strcmp(from[i], "..") != 0;
        g_string_append(way, way->len == 0 ? ".." : "/..");
    }
    for (gsize i = same; to[i] != NULL; i++)
        g_string_append_printf(way, "%s%s", way->len == 0 ? "" : "/", to[i]);
    return g_string_free(way, !is_way);
}

static void resolve_path(json_t *object, const char *key, const char *folder, const char *home)
{
    const char *path = json_get_string(object, key, NULL);
    if (path == NULL || *path == '\0')
        return;
    g_autofree char *expanded =
        *path == '~' && home != NULL ? compose_path_join(home, path + 1) : g_strdup(path);
    if (g_path_is_absolute(expanded)) {
        json_object_set_new(object, key, json_text_or_null(expanded));
        return;
    }
    g_autofree char *joined = compose_path_join(folder, expanded);
    json_object_set_new(object, key, json_text_or_null(joined));
}

/* paths/context.go */
static void resolve_context(json_t *object, const char *key, const char *folder, const char *home)
{
    const char *context = json_get_string(object, key, "");
    if (strstr(context, "://") == NULL && !g_str_has_prefix(context, "service:") &&
        !g_str_has_prefix(context, "github.com/") && !g_str_has_prefix(context, "git@"))
        resolve_path(object, key, folder, home);
}

static void resolve_all(json_t *object, const char *folder, const char *home,
                        void (*resolve)(json_t *object, const char *key, const char *folder,
                                        const char *home))
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(object, next, key, value) resolve(object, key, folder, home);
}

static void resolve_service(json_t *service, const char *folder, const char *home)
{
    json_t *build = json_object_get(service, "build"), *files = json_get_array(service, "env_file");
    resolve_context(build, "context", folder, home);
    resolve_all(json_object_get(build, "additional_contexts"), folder, home, resolve_context);
    resolve_all(json_object_get(build, "ssh"), folder, home, resolve_path);
    resolve_path(json_object_get(service, "extends"), "file", folder, home);
    for (gsize i = 0; i < json_array_size(files); i++)
        resolve_path(json_array_get(files, i), "path", folder, home);
}

void compose_resolve_paths(json_t *model, const char *folder, const char *home)
{
    const char *name;
    json_t *each;
    json_object_foreach (json_object_get(model, "services"), name, each)
        resolve_service(each, folder, home);
    json_object_foreach (json_object_get(model, "secrets"), name, each)
        resolve_path(each, "file", folder, home);
}

/* ---- the long form ---- */

static bool canonical_contexts(struct bake *bake, json_t *build, const char *name)
{
    json_t *contexts = json_get_array(build, "additional_contexts");
    g_autoptr(json_t) map = json_object();
    for (gsize i = 0; contexts != NULL && i < json_array_size(contexts); i++) {
        const char *text = json_string_value(json_array_get(contexts, i));
        g_auto(GStrv) pair = g_strsplit(text == NULL ? "" : text, "=", 2);
        if (pair[0] == NULL || pair[1] == NULL)
            return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                             "services.%s.build.additional_contexts: invalid value %s, expected "
                             "key=value",
                             name, text == NULL ? "" : text) != NULL;
        json_object_set_new(map, pair[0], json_string(pair[1]));
    }
    return contexts == NULL || json_object_set(build, "additional_contexts", map) == 0;
}

static bool canonical_ssh(struct bake *bake, json_t *build)
{
    json_t *keys = json_get_array(build, "ssh");
    g_autoptr(json_t) map = json_object();
    for (gsize i = 0; keys != NULL && i < json_array_size(keys); i++) {
        const char *text = json_string_value(json_array_get(keys, i));
        g_auto(GStrv) pair = g_strsplit(text == NULL ? "" : text, "=", 2);
        if (pair[0] == NULL || (pair[1] == NULL && strcmp(pair[0], "default") != 0))
            return bake_fail(bake, BAKEFILE_ERROR_INVALID, "invalid ssh key \"%s\"",
                             text == NULL ? "" : text) != NULL;
        json_object_set_new(map, pair[0], json_text_or_null(pair[1]));
    }
    return keys == NULL || json_object_set(build, "ssh", map) == 0;
}

static void canonical_secrets(json_t *build)
{
    json_t *secrets = json_get_array(build, "secrets");
    for (gsize i = 0; i < json_array_size(secrets); i++) {
        json_t *secret = json_array_get(secrets, i);
        if (json_is_string(secret))
            json_array_set_new(secrets, i, json_pack("{s:O}", "source", secret));
    }
}

static void canonical_env_files(json_t *service)
{
    json_t *files = json_object_get(service, "env_file");
    if (json_is_string(files)) {
        json_object_set_new(service, "env_file", json_pack("[O]", files));
        files = json_object_get(service, "env_file");
    }
    for (gsize i = 0; i < json_array_size(files); i++) {
        json_t *file = json_array_get(files, i);
        if (json_is_string(file))
            json_array_set_new(files, i, json_pack("{s:O,s:b}", "path", file, "required", 1));
        else if (json_is_object(file) && json_object_get(file, "required") == NULL)
            json_object_set_new(file, "required", json_true());
    }
}

static bool canonical_service(struct bake *bake, json_t *service, const char *name)
{
    json_t *build = json_object_get(service, "build");
    if (json_is_string(build)) {
        json_object_set_new(service, "build", json_pack("{s:O}", "context", build));
        build = json_object_get(service, "build");
    }
    if (json_is_null(build))
        json_object_del(service, "build");
    else if (build != NULL && !json_is_object(build))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                         "services.%s.build must be a string or a mapping", name) != NULL;
    canonical_env_files(service);
    if (!json_is_object(build))
        return true;
    canonical_secrets(build);
    return canonical_contexts(bake, build, name) && canonical_ssh(bake, build);
}

bool compose_canonical(struct bake *bake, json_t *model)
{
    const char *name;
    json_t *service;
    json_object_foreach (json_object_get(model, "services"), name, service)
        if (!canonical_service(bake, service, name))
            return false;
    return true;
}
