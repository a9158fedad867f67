/* The CLI's configuration: config.json with its logins, and files of the command's own world. */
#include "mocks/commands/docker/cli_private.h"

#include "base/limits.h"
#include "base/regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HUB_KEY "https://index.docker.io/v1/"

/* ---- files ---- */

GBytes *world_read_file(const struct command_call *call, const char *path, gsize bytes_max,
                        GError **error)
{
    g_autofree char *host_path = command_host_path(call, path);
    struct stat status;
    char *contents = NULL;
    gsize length_bytes = 0;

    if (host_path == NULL || stat(host_path, &status) != 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "open %s: %s", path,
                    host_path == NULL || errno == ENOENT ? "no such file or directory"
                                                         : g_strerror(errno));
        return NULL;
    }
    if ((gsize)status.st_size > bytes_max) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                    "%s has more than %" G_GSIZE_FORMAT " bytes", path, bytes_max);
        return NULL;
    }
    if (S_ISDIR(status.st_mode) || !regular_file_read(host_path, &contents, &length_bytes, NULL)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "read %s: %s", path,
                    S_ISDIR(status.st_mode) ? "is a directory" : "permission denied");
        return NULL;
    }
    return g_bytes_new_take(contents, length_bytes);
}

bool world_write_file(const struct command_call *call, const char *path, const char *bytes,
                      gsize length_bytes, int mode, GError **error)
{
    g_autofree char *host_path = command_host_path(call, path);
    g_autofree char *folder = host_path != NULL ? g_path_get_dirname(host_path) : NULL;

    if (host_path == NULL || g_mkdir_with_parents(folder, 0700) != 0 ||
        !g_file_set_contents_full(host_path, bytes, (gssize)length_bytes,
                                  G_FILE_SET_CONTENTS_CONSISTENT, mode, NULL)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "open %s: permission denied", path);
        return false;
    }
    return true;
}

/* ---- config.json ---- */

char *docker_cli_config_folder(const struct command_call *call)
{
    const char *folder = command_variable(call, "DOCKER_CONFIG");
    const char *home = command_variable(call, "HOME");

    if (folder != NULL && *folder != '\0')
        return command_absolute_path(call, folder);
    return g_build_filename(home != NULL && *home != '\0' ? home : "/root", ".docker", NULL);
}

char *config_path(const struct command_call *call)
{
    g_autofree char *folder = docker_cli_config_folder(call);
    return g_build_filename(folder, "config.json", NULL);
}

/* A file that is none counts as empty; the real CLI warns and does the same. */
json_t *config_read(const struct command_call *call)
{
    g_autofree char *path = config_path(call);
    g_autoptr(GBytes) bytes = world_read_file(call, path, DOC_BYTES_MAX, NULL);
    g_autoptr(json_t) config = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;

    return json_is_object(config) ? g_steal_pointer(&config) : json_object();
}

/* Whether a login stands as "user:password" in base64. */
static bool is_login(const json_t *auth)
{
    const char *encoded = json_get_string(auth, "auth", NULL);
    gsize length_bytes = 0;
    if (encoded == NULL || *encoded == '\0')
        return true;
    g_autofree guchar *bytes = g_base64_decode(encoded, &length_bytes);
    return length_bytes > 0 && memchr(bytes, ':', length_bytes) != NULL;
}

bool docker_cli_config_is_clear(const struct command_call *call)
{
    g_autofree char *path = config_path(call);
    g_autoptr(GBytes) bytes = world_read_file(call, path, DOC_BYTES_MAX, NULL);
    g_autoptr(json_t) config = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
    const char *key;
    json_t *auth;

    if (bytes != NULL && !json_is_object(config))
        return false;
    if (json_object_get(config, "credsStore") != NULL ||
        json_object_get(config, "credHelpers") != NULL)
        return false;
    json_object_foreach (json_get_object(config, "auths"), key, auth)
        if (!is_login(auth))
            return false;
    return true;
}

/* One tab a level, as encoding/json was told. */
static char *tabbed_text(const json_t *value)
{
    g_autofree char *text = json_dumps(value, JSON_INDENT(1));
    GString *tabbed = g_string_new(NULL);
    bool is_line_start = true;

    for (const char *byte = text; *byte != '\0'; byte++) {
        is_line_start = *byte == '\n' || (is_line_start && *byte == ' ');
        g_string_append_c(tabbed, is_line_start && *byte == ' ' ? '\t' : *byte);
    }
    return g_string_free(tabbed, FALSE);
}

bool config_write(const struct command_call *call, const json_t *config, GError **error)
{
    g_autofree char *path = config_path(call);
    g_autofree char *text = tabbed_text(config);
    return world_write_file(call, path, text, strlen(text), 0600, error);
}

/* ---- logins ---- */

const char *config_auth_key(const char *domain)
{
    bool is_hub = g_str_equal(domain, "docker.io") || g_str_equal(domain, "index.docker.io");
    return is_hub ? HUB_KEY : domain;
}

/* Keys may be kept as URLs: "https://ghcr.io/v2" is the host "ghcr.io". */
static char *host_of_key(const char *key)
{
    const char *scheme = strstr(key, "://");
    const char *start = scheme != NULL ? scheme + 3 : key;
    return g_strndup(start, strcspn(start, "/"));
}

static const json_t *find_auth(const json_t *auths, const char *registry)
{
    const json_t *exact = json_get_object(auths, registry);
    g_autofree char *wanted = host_of_key(registry);
    const char *key;
    json_t *value;

    if (exact != NULL)
        return exact;
    json_object_foreach ((json_t *)auths, key, value) {
        g_autofree char *host = host_of_key(key);
        if (g_str_equal(host, wanted))
            return value;
    }
    return NULL;
}

struct docker_cli_login docker_cli_login_of(const struct command_call *call, const char *registry)
{
    g_autoptr(json_t) config = config_read(call);
    const json_t *auth = find_auth(json_get_object(config, "auths"), config_auth_key(registry));
    struct docker_cli_login login = {0};
    gsize length_bytes = 0;

    if (auth == NULL)
        return login;
    g_autofree guchar *bytes = g_base64_decode(json_get_string(auth, "auth", ""), &length_bytes);
    g_autofree char *text = g_strndup((const char *)bytes, length_bytes);
    char *colon = strchr(text, ':');
    if (colon == NULL)
        return login;
    login.user = g_strndup(text, (gsize)(colon - text));
    login.secret = g_strdup(colon + 1);
    return login;
}

void docker_cli_login_clear(struct docker_cli_login *login)
{
    g_clear_pointer(&login->user, g_free);
    g_clear_pointer(&login->secret, g_free);
}

char *config_auth_header(const struct command_call *call, const char *domain)
{
    const char *key = config_auth_key(domain);
    struct docker_cli_login login = docker_cli_login_of(call, key);
    const struct docker_credentials credentials = {
        .registry = key, .username = login.user, .password = login.secret};
    char *header = docker_auth_header(login.user != NULL ? &credentials : NULL);

    docker_cli_login_clear(&login);
    return header;
}

char *docker_cli_current_context(const struct command_call *call)
{
    const char *host = command_variable(call, "DOCKER_HOST");
    const char *variable = command_variable(call, "DOCKER_CONTEXT");

    if (host != NULL && *host != '\0')
        return g_strdup("default");
    if (variable != NULL && *variable != '\0')
        return g_strdup(variable);
    g_autoptr(json_t) config = config_read(call);
    return g_strdup(json_get_string(config, "currentContext", "default"));
}
