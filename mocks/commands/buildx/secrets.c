/* --secret and --ssh: what BuildKit may ask the client for (util/buildflags/secrets.go, ssh.go). */
#include "mocks/commands/buildx/commands.h"
#include "mocks/commands/buildx/request.h"

#include <glib/gstdio.h>
#include <string.h>

#define SECRET_BYTES_MAX (500 * 1024)

struct secret {
    char *id;
    char *path;
    char *variable;
    bool is_variable; /* type=env: src is a variable */
};

static void secret_clear(struct secret *secret)
{
    g_free(secret->id);
    g_free(secret->path);
    g_free(secret->variable);
}
#define SECRET(name) __attribute__((cleanup(secret_clear))) struct secret name = {0}

static void set_text(char **text, const char *value)
{
    g_free(*text);
    *text = g_strdup(value);
}

static bool take_field(struct secret *secret, const char *field, GError **error)
{
    g_auto(GStrv) pair = g_strsplit(field, "=", 2);
    if (pair[0] == NULL || pair[1] == NULL)
        return run_fail(error, "invalid field '%s' must be a key=value pair", field);
    g_autofree char *key = g_ascii_strdown(pair[0], -1);
    if (strcmp(key, "id") == 0)
        set_text(&secret->id, pair[1]);
    else if (strcmp(key, "source") == 0 || strcmp(key, "src") == 0)
        set_text(&secret->path, pair[1]);
    else if (strcmp(key, "env") == 0)
        set_text(&secret->variable, pair[1]);
    else if (strcmp(key, "type") != 0)
        return run_fail(error, "unexpected key '%s' in '%s'", key, field);
    else if (strcmp(pair[1], "file") != 0 && strcmp(pair[1], "env") != 0)
        return run_fail(error, "unsupported secret type \"%s\"", pair[1]);
    else
        secret->is_variable = strcmp(pair[1], "env") == 0;
    return true;
}

static bool read_secret(struct secret *secret, const char *text, GError **error)
{
    g_autoptr(GPtrArray) fields = csv_fields(text);
    for (guint i = 0; i < fields->len; i++)
        if (!take_field(secret, g_ptr_array_index(fields, i), error))
            return false;
    if (secret->is_variable && secret->variable == NULL)
        secret->variable = g_steal_pointer(&secret->path);
    return secret->id != NULL || run_fail(error, "secret missing ID");
}

bool build_request_check_secrets(const struct build_request *request, GError **error)
{
    for (guint i = 0; i < request->secrets->len; i++) {
        SECRET(secret);
        if (!read_secret(&secret, g_ptr_array_index(request->secrets, i), error) &&
            g_strcmp0((*error)->message, "secret missing ID") != 0)
            return false;
        g_clear_error(error);
    }
    return true;
}

/* Without either, a variable of its name counts before a file. Of a path that is not this machine's
   nothing is known. */
static bool check_file(const struct plugin_run *run, const struct secret *secret, GError **error)
{
    const char *path = secret->path != NULL ? secret->path : secret->id;
    GStatBuf facts;
    if (secret->variable != NULL ||
        (secret->path == NULL && command_variable(run->call, secret->id) != NULL))
        return true;
    g_autofree char *host = command_host_path(run->call, path);
    if (host == NULL)
        return true;
    if (g_stat(host, &facts) != 0)
        return run_fail(error, "failed to stat %s: stat %s: no such file or directory", path, path);
    return facts.st_size <= SECRET_BYTES_MAX ||
           run_fail(error, "secret %s too big. max size 500KB", secret->id);
}

/* --ssh NAME=PATH,…: a socket or keys of this machine (sshprovider, toDialer()). What the agent of
   SSH_AUTH_SOCK has is not looked at: whoever started it is mostly not modelled. */
static bool check_agent(const struct plugin_run *run, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');
    g_autofree char *id = g_strndup(text, strcspn(text, "="));
    g_auto(GStrv) paths = g_strsplit(equals != NULL ? equals + 1 : "", ",", -1);
    for (gsize i = 0; paths[i] != NULL; i++) {
        g_autofree char *host = *paths[i] != '\0' ? command_host_path(run->call, paths[i]) : NULL;
        if (host != NULL && !g_file_test(host, G_FILE_TEST_EXISTS))
            return run_fail(error,
                            "failed to convert agent config for ID: \"%s\": stat %s: no such file "
                            "or directory",
                            id, paths[i]);
    }
    return true;
}

bool build_request_check_agents(const struct plugin_run *run, const struct build_request *request,
                                GError **error)
{
    for (guint i = 0; i < request->agents->len; i++)
        if (!check_agent(run, g_ptr_array_index(request->agents, i), error))
            return false;
    return true;
}

GPtrArray *build_request_secrets(const struct plugin_run *run, const struct build_request *request,
                                 GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < request->secrets->len; i++) {
        SECRET(secret);
        if (!read_secret(&secret, g_ptr_array_index(request->secrets, i), error) ||
            !check_file(run, &secret, error))
            return NULL;
        g_ptr_array_add(ids, g_strconcat("id=", secret.id, NULL));
    }
    return g_steal_pointer(&ids);
}
