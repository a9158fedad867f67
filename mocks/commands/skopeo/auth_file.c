/* auth.json and its like. */
#include "mocks/commands/skopeo/auth_file.h"

#include "base/limits.h"
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

static const char *home_of(const struct command_call *call)
{
    const char *home = command_variable(call, "HOME");
    return home != NULL && *home != '\0' ? home : "/root";
}

static char *in_folder(const struct command_call *call, const char *variable, const char *below,
                       const char *rest)
{
    const char *folder = command_variable(call, variable);
    return folder != NULL && *folder != '\0' ? g_build_filename(folder, rest, NULL)
                                             : g_build_filename(home_of(call), below, rest, NULL);
}

/* A run folder that the rehearsal's files have no place for is kept in the home. */
static char *run_path(const struct command_call *call)
{
    g_autofree char *path =
        in_folder(call, "XDG_RUNTIME_DIR", ".cache/skopeo-run", "containers/auth.json");
    g_autofree char *host_path = command_host_path(call, path);
    return host_path != NULL
               ? g_steal_pointer(&path)
               : g_build_filename(home_of(call), ".cache/skopeo-run/containers/auth.json", NULL);
}

/* What Go would take for dockerConfigFile: logins are objects by name. */
static bool is_auth_file(const json_t *file)
{
    json_t *auths = json_object_get(file, "auths");
    const char *name;
    json_t *auth;
    if (!json_is_object(file) || !(auths == NULL || json_is_null(auths) || json_is_object(auths)))
        return false;
    json_object_foreach (auths, name, auth)
        if (!json_is_object(auth))
            return false;
    return true;
}

/* NULL: nobody can tell what stands in it. */
static json_t *read_file(const struct command_call *call, const char *path)
{
    g_autoptr(GBytes) bytes = world_read_file(call, path, DOC_BYTES_MAX, NULL);
    g_autoptr(json_t) file = bytes != NULL ? json_parse_gbytes(bytes, NULL) : json_object();
    return is_auth_file(file) ? g_steal_pointer(&file) : NULL;
}

/* ---- who to be ---- */

static const char *plain_registry(const char *host)
{
    bool is_hub = strcmp(host, "docker.io") == 0 || strcmp(host, "registry-1.docker.io") == 0;
    return is_hub ? "index.docker.io" : host;
}

/* Keys may be URLs: docker login's of Docker Hub. */
static bool is_key_of(const char *key, const char *registry)
{
    const char *scheme = strstr(key, "://");
    g_autofree char *host =
        scheme != NULL ? g_strndup(scheme + 3, strcspn(scheme + 3, "/")) : g_strdup(key);
    return strcmp(plain_registry(host), plain_registry(registry)) == 0;
}

static const json_t *find_exact(const json_t *auths, const char *key)
{
    g_autofree char *part = g_strdup(key);
    for (;;) {
        const json_t *auth = json_get_object(auths, part);
        char *slash = strrchr(part, '/');
        if (auth != NULL || slash == NULL)
            return auth;
        *slash = '\0';
    }
}

static const json_t *find_auth(const json_t *auths, const char *key)
{
    g_autofree char *registry = g_strndup(key, strcspn(key, "/"));
    const json_t *exact = find_exact(auths, key);
    const char *name;
    json_t *auth;
    if (exact != NULL)
        return exact;
    json_object_foreach ((json_t *)(uintptr_t)auths, name, auth)
        if (is_key_of(name, registry))
            return auth;
    return NULL;
}

static bool take(const json_t *auth, char **user, char **secret, GError **error)
{
    gsize length = 0;
    const char *encoded = json_get_string(auth, "auth", "");
    if (json_object_get(auth, "identitytoken") != NULL)
        return skopeo_fail_unknown(error);
    if (*encoded == '\0')
        return true;
    g_autofree guchar *bytes = g_base64_decode(encoded, &length);
    g_autofree char *pair = g_strndup((const char *)bytes, length);
    const char *colon = strchr(pair, ':');
    if (colon == NULL)
        return true;
    *user = g_strndup(pair, (gsize)(colon - pair));
    *secret = g_strdup(colon + 1);
    return true;
}

static bool find_in_file(const struct skopeo_run *run, const char *path, const char *key,
                         char **user, char **secret, GError **error)
{
    g_autoptr(json_t) file = read_file(run->call, path);
    g_autofree char *registry = g_strndup(key, strcspn(key, "/"));
    if (file == NULL || json_object_get(json_get_object(file, "credHelpers"), registry) != NULL)
        return skopeo_fail_unknown(error);
    const json_t *auth = find_auth(json_get_object(file, "auths"), key);
    return auth == NULL || take(auth, user, secret, error);
}

bool skopeo_auth_find(const struct skopeo_run *run, const struct skopeo_context *context,
                      const char *key, char **user, char **secret, GError **error)
{
    if (context->has_credentials) {
        *user = g_strdup(context->user);
        *secret = g_strdup(context->secret);
        return true;
    }
    if (context->authfile != NULL)
        return find_in_file(run, context->authfile, key, user, secret, error);
    g_autofree char *own = run_path(run->call);
    g_autofree char *config =
        in_folder(run->call, "XDG_CONFIG_HOME", ".config", "containers/auth.json");
    g_autofree char *docker = in_folder(run->call, "DOCKER_CONFIG", ".docker", "config.json");
    const char *const paths[] = {own, config, docker};
    for (gsize i = 0; i < G_N_ELEMENTS(paths) && *user == NULL; i++)
        if (!find_in_file(run, paths[i], key, user, secret, error))
            return false;
    return true;
}

/* ---- what is kept ---- */

/* encoding/json: by name, a tab a level. g_free. */
static char *tabbed(const json_t *file)
{
    g_autofree char *spaced = json_dumps(file, JSON_INDENT(1) | JSON_SORT_KEYS);
    g_autoptr(GString) text = g_string_new(NULL);
    bool is_start = true;
    for (const char *byte = spaced; *byte != '\0'; byte++) {
        is_start = *byte == '\n' || (is_start && *byte == ' ');
        g_string_append_c(text, is_start && *byte == ' ' ? '\t' : *byte);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* A file of logins being changed. */
struct change {
    const struct skopeo_run *run;
    const struct skopeo_auth_place *place;
    char *path;
    json_t *file;
    json_t *auths; /* lent by it */
};

static void change_clear(struct change *change)
{
    g_free(change->path);
    json_decref(change->file);
}
#define CHANGE(variable)                                                                           \
    __attribute__((cleanup(change_clear))) struct change variable = {.run = run, .place = place}

static bool change_begin(struct change *change, GError **error)
{
    const char *path = change->place->path;
    change->path = path != NULL ? g_strdup(path) : run_path(change->run->call);
    change->file = read_file(change->run->call, change->path);
    if (change->file == NULL || json_object_get(change->file, "credHelpers") != NULL ||
        !skopeo_has_path(change->run, change->path))
        return skopeo_fail_unknown(error);
    if (json_get_object(change->file, "auths") == NULL)
        json_object_set_new(change->file, "auths", json_object());
    change->auths = json_get_object(change->file, "auths");
    return true;
}

/* Of a file that is not docker login's, only what is known of such files is kept. */
static bool change_end(struct change *change, GError **error)
{
    g_autoptr(json_t) plain = json_object();
    g_autoptr(GError) reason = NULL;
    json_object_set(plain, "auths", change->auths);
    g_autofree char *text = tabbed(change->place->is_dockers ? change->file : plain);
    return world_write_file(change->run->call, change->path, text, strlen(text), 0600, &reason) ||
           skopeo_fail(error, "%s", reason->message);
}

static const char *kept_key(const struct skopeo_auth_place *place, const char *key)
{
    bool is_hub = place->is_dockers && strcmp(key, "docker.io") == 0;
    return is_hub ? "https://index.docker.io/v1/" : key;
}

bool skopeo_auth_keep(const struct skopeo_run *run, const struct skopeo_auth_place *place,
                      const char *key, const char *user, const char *secret, GError **error)
{
    CHANGE(change);
    g_autofree char *quoted = human_quote(key);
    if (place->is_dockers && strchr(key, '/') != NULL)
        return skopeo_fail(error,
                           "Credentials cannot be recorded in Docker-compatible format with "
                           "namespaced key %s",
                           quoted);
    if (!change_begin(&change, error))
        return false;
    g_autofree char *pair = g_strconcat(user, ":", secret, NULL);
    g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    json_object_set_new(change.auths, kept_key(place, key), json_pack("{s:s}", "auth", encoded));
    return change_end(&change, error);
}

bool skopeo_auth_forget(const struct skopeo_run *run, const struct skopeo_auth_place *place,
                        const char *key, bool *found, GError **error)
{
    CHANGE(change);
    if (!change_begin(&change, error))
        return false;
    *found = json_object_del(change.auths, kept_key(place, key)) == 0;
    return change_end(&change, error);
}

bool skopeo_auth_forget_all(const struct skopeo_run *run, const struct skopeo_auth_place *place,
                            GError **error)
{
    CHANGE(change);
    if (!change_begin(&change, error))
        return false;
    json_object_clear(change.auths);
    return change_end(&change, error);
}
