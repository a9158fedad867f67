/* Logins of ~/.docker/config.json, whatever DOCKER_CONFIG says (sigstore/sigstore-js,
   packages/oci/src/credentials.ts). */
#include "actions/oci_login.h"

#include "actions/core.h"

#include "base/regular_file.h"

#include <string.h>

static const char *canonical_host(const char *host)
{
    static const char *const hub[] = {"docker.io", "index.docker.io", "registry-1.docker.io"};
    for (gsize i = 0; i < G_N_ELEMENTS(hub); i++)
        if (g_str_equal(hub[i], host))
            return hub[0];
    return host;
}

/* The host of a key of "auths", which may be a URL; g_free. */
static char *host_of_key(const char *key)
{
    static const char *const schemes[] = {"https://", "http://"};
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (g_str_has_prefix(key, schemes[i]))
            key += strlen(schemes[i]);
    g_autofree char *host = g_strndup(key, strcspn(key, "/"));
    return g_strdup(canonical_host(host));
}

static const json_t *find_login(const json_t *configuration, const char *registry)
{
    const char *key;
    json_t *value;
    json_object_foreach (json_get_object(configuration, "auths"), key, value) {
        g_autofree char *host = host_of_key(key);
        if (g_str_equal(host, canonical_host(registry)))
            return value;
    }
    return NULL;
}

static void take_login(const json_t *row, struct oci_login *login)
{
    const char *code = json_get_string(row, "auth", "");
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(code, &length);
    g_autofree char *text = g_strndup((const char *)bytes, length);
    const char *colon = strchr(text, ':');
    login->user = g_strndup(text, strcspn(text, ":"));
    login->password =
        g_strdup(json_get_string(row, "identitytoken", colon != NULL ? colon + 1 : ""));
}

bool oci_login_read(const struct action_run *run, const char *registry, struct oci_login *login,
                    char **cause, GError **error)
{
    const char *home = action_variable(run, "HOME");
    g_autofree char *path =
        g_strdup_printf("%s/.docker/config.json", home != NULL ? home : "/home/runner");
    g_autofree char *place = action_host_path(run, path);
    g_autofree char *text = NULL;
    gsize length = 0;
    if (place == NULL || !regular_file_read(place, &text, &length, NULL)) {
        *cause = g_strdup_printf("Error: ENOENT: no such file or directory, open '%s'", path);
        return core_throw(error, "No credential file found at %s", path);
    }
    g_autoptr(GError) ignored = NULL;
    g_autoptr(json_t) configuration = json_parse_bytes(text, length, &ignored);
    const json_t *row = find_login(configuration, registry);
    if (row == NULL)
        return core_throw(error, "No credentials found for registry %s", registry);
    take_login(row, login);
    return true;
}
