/* What a build's session brings from the machine: secrets in files (buildkit
   session/secrets/secretsprovider NewStore). What is in them means nothing here. */
#include "mocks/commands/buildx/commands.h"
#include "mocks/commands/buildx/request.h"

#include <string.h>

/* The value of one field of "id=x,src=y"; g_free, NULL: not said. */
static char *field_of(const GPtrArray *fields, const char *name)
{
    gsize length = strlen(name);
    for (guint i = 0; i < fields->len; i++) {
        const char *field = g_ptr_array_index(fields, i);
        if (g_ascii_strncasecmp(field, name, length) == 0 && field[length] == '=')
            return g_strdup(field + length + 1);
    }
    return NULL;
}

/* Of a path that is not this machine's nothing is known. */
static bool is_missing(const struct plugin_run *run, const char *path)
{
    g_autofree char *host_path = command_host_path(run->call, path);
    return host_path != NULL && !g_file_test(host_path, G_FILE_TEST_EXISTS);
}

static bool check_secret(const struct plugin_run *run, const char *text, GError **error)
{
    g_autoptr(GPtrArray) fields = csv_fields(text);
    g_autofree char *id = field_of(fields, "id");
    g_autofree char *variable = field_of(fields, "env");
    g_autofree char *source = field_of(fields, "src");
    g_autofree char *other = field_of(fields, "source");
    const char *path = source != NULL ? source : other;

    if (id == NULL || *id == '\0')
        return run_fail(error, "secret missing ID");
    if (path == NULL && variable == NULL && command_variable(run->call, id) == NULL)
        path = id;
    if (path == NULL || *path == '\0' || !is_missing(run, path))
        return true;
    return run_fail(error, "failed to stat %s: stat %s: no such file or directory", path, path);
}

bool build_session_check(const struct plugin_run *run, GError **error)
{
    g_autoptr(GPtrArray) secrets = plugin_flags_list(run->flags, "secret");
    for (guint i = 0; i < secrets->len; i++)
        if (!check_secret(run, g_ptr_array_index(secrets, i), error))
            return false;
    return true;
}
