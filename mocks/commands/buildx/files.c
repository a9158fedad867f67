/* Files of the machine, through the command's host paths. */
#include "mocks/commands/buildx/plugin.h"

#include "base/regular_file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

static bool fail_with_errno(const char *verb, const char *path, int number, GError **error)
{
    g_autofree char *reason = g_utf8_strdown(g_strerror(number), -1);
    return run_fail(error, "%s %s: %s", verb, path, reason);
}

GBytes *run_read_file(const struct plugin_run *run, const char *path, GError **error)
{
    g_autofree char *host = command_host_path(run->call, path);
    g_autoptr(GError) reason = NULL;
    char *bytes = NULL;
    gsize length_bytes = 0;
    if (host == NULL)
        return NULL;
    if (regular_file_read(host, &bytes, &length_bytes, &reason))
        return g_bytes_new_take(bytes, length_bytes);
    if (!g_error_matches(reason, G_FILE_ERROR, G_FILE_ERROR_NOENT) &&
        !g_error_matches(reason, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
        run_fail(error, "open %s: %s", path,
                 reason->code == G_FILE_ERROR_ACCES ? "permission denied" : "is a directory");
    return NULL;
}

bool run_write_file(const struct plugin_run *run, const char *path, const void *bytes,
                    gsize length_bytes, GError **error)
{
    g_autofree char *host = command_host_path(run->call, path);
    if (host == NULL)
        return fail_with_errno("open", path, EACCES, error);
    if (g_file_set_contents(host, bytes, (gssize)length_bytes, NULL))
        return true;
    return fail_with_errno("open", path, g_access(host, F_OK) == 0 ? EACCES : ENOENT, error);
}

bool run_make_folder(const struct plugin_run *run, const char *path, GError **error)
{
    g_autofree char *host = command_host_path(run->call, path);
    if (host == NULL)
        return fail_with_errno("mkdir", path, EACCES, error);
    return g_mkdir_with_parents(host, 0700) == 0 || fail_with_errno("mkdir", path, errno, error);
}

void run_remove_file(const struct plugin_run *run, const char *path)
{
    g_autofree char *host = command_host_path(run->call, path);
    if (host != NULL)
        g_remove(host);
}
