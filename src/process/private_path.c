/* The folder that is a sandbox's private PATH: links to the stub and to real programs. */
#include "base/digest.h"
#include "process/real_programs.h"
#include "process/sandbox_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STUB_INSIDE "/run/seatrial/stub"
#define USR_BIN     "/usr/bin/"

/* Most are plain files in the first folder, which is worth a short way: there are many. */
static char *real_program(const char *name)
{
    static const char *const folders[] = {"/usr/bin", "/bin", "/usr/local/bin"};
    char resolved[PATH_MAX];
    struct stat status;
    g_autofree char *usual = g_strconcat(USR_BIN, name, NULL);
    if (lstat(usual, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & S_IXOTH))
        return g_steal_pointer(&usual);
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(folders[i], name, NULL);
        if (realpath(path, resolved) != NULL && access(resolved, X_OK) == 0)
            return g_strdup(resolved);
    }
    return NULL;
}

/* The machine's folders of programs are elsewhere for processes that have a root of their own. */
static char *as_seen(const struct sandbox *sandbox, const char *program)
{
    static const struct {
        const char *folder, *inside;
    } places[] = {{USR_BIN, "/run/seatrial/programs"},
                  {"/usr/local/bin/", "/run/seatrial/local-programs"}};
    for (gsize i = 0; sandbox_has_root(sandbox) && i < G_N_ELEMENTS(places); i++)
        if (g_str_has_prefix(program, places[i].folder))
            return g_build_filename(places[i].inside, program + strlen(places[i].folder), NULL);
    return g_strdup(program);
}

static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strpbrk(name, "/ \t\n") == NULL;
}

/* Where processes find it; g_free. */
static char *stub_of(const struct sandbox *sandbox)
{
    return sandbox_has_root(sandbox) ? g_strdup(STUB_INSIDE)
                                     : g_build_filename(sandbox->run_directory, "stub", NULL);
}

bool sandbox_put_command(const struct sandbox *sandbox, const char *folder, const char *name,
                         GError **error)
{
    g_autofree char *stub = stub_of(sandbox);
    int folder_fd = sandbox_open(sandbox, folder, O_PATH | O_DIRECTORY, 0, error);
    if (folder_fd < 0)
        return false;
    unlinkat(folder_fd, name, 0);
    bool is_put = symlinkat(stub, folder_fd, name) == 0 || sandbox_fail(name, error);
    close(folder_fd);
    return is_put;
}

static bool link_commands(const struct sandbox *sandbox, int folder_fd, GError **error)
{
    g_autofree char *stub = stub_of(sandbox);
    const char *const *names = sandbox->host.names;
    for (; names != NULL && *names != NULL; names++) {
        if (!is_plain_name(*names)) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "no command can be called '%s'",
                        *names);
            return false;
        }
        if (symlinkat(stub, folder_fd, *names) < 0 && errno != EEXIST)
            return sandbox_fail(*names, error);
    }
    return true;
}

static bool link_programs(const struct sandbox *sandbox, int folder_fd, GError **error)
{
    for (const char *const *name = real_programs; *name != NULL; name++) {
        g_autofree char *program = real_program(*name);
        g_autofree char *seen = program == NULL ? NULL : as_seen(sandbox, program);
        if (seen != NULL && symlinkat(seen, folder_fd, *name) < 0 && errno != EEXIST)
            return sandbox_fail(*name, error);
    }
    return true;
}

/* Commands of the host come first, and count. */
static bool fill(const struct sandbox *sandbox, const char *folder, GError **error)
{
    int folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool is_filled = folder_fd < 0 ? sandbox_fail(folder, error)
                                   : link_commands(sandbox, folder_fd, error) &&
                                         link_programs(sandbox, folder_fd, error);
    if (folder_fd >= 0)
        close(folder_fd);
    return is_filled;
}

bool private_path_make(const struct sandbox *sandbox, const char *folder, GError **error)
{
    return (mkdir(folder, 0755) == 0 || sandbox_fail(folder, error)) &&
           fill(sandbox, folder, error);
}

/* By the commands in it: machines differ in those they answer; g_free. */
static char *shared_name(const struct sandbox *sandbox)
{
    g_autofree char *names =
        sandbox->host.names == NULL ? g_strdup("") : g_strjoinv("\n", (char **)sandbox->host.names);
    g_autofree char *digest = digest_of(names, strlen(names));
    return g_build_filename(sandbox->shared_directory, strchr(digest, ':') + 1, NULL);
}

/* Several processes may be at it: each fills a folder of its own, and one of them gets the name. */
static bool make_shared(const struct sandbox *sandbox, const char *folder, GError **error)
{
    g_autofree char *own = g_strconcat(folder, "-XXXXXX", NULL);
    if (g_mkdtemp_full(own, 0755) == NULL)
        return sandbox_fail(own, error);
    if (!fill(sandbox, own, error))
        return false;
    if (rename(own, folder) == 0)
        return true;
    layout_remove(own);
    return access(folder, F_OK) == 0 || sandbox_fail(folder, error);
}

bool private_path_show(const struct sandbox *sandbox, const char *folder, GError **error)
{
    if (sandbox->shared_directory == NULL)
        return private_path_make(sandbox, folder, error);
    g_autofree char *shared = shared_name(sandbox);
    if (access(shared, F_OK) < 0 && !make_shared(sandbox, shared, error))
        return false;
    return symlink(shared, folder) == 0 || sandbox_fail(folder, error);
}
