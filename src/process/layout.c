/* The folder beside a sandbox's directory: private PATH, stub, clock, FIFOs, /tmp, /root, bits of
   /etc. */
#include "base/folder_empty.h"
#include "process/confine_tables.h"
#include "process/preload/clock_page.h"
#include "process/sandbox_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

bool sandbox_has_root(const struct sandbox *sandbox)
{
    return (sandbox->layers & SANDBOX_NAMESPACES) != 0;
}

bool sandbox_fail(const char *path, GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", path, g_strerror(errno));
    return false;
}

static bool make_folder(const struct sandbox *sandbox, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(sandbox->run_directory, name, NULL);
    return mkdir(path, 0755) == 0 || sandbox_fail(path, error);
}

/* A copy, so that /proc/self/exe leads the stub to this folder. Linking is cheaper, where both are
   on one file system. */
static bool copy_program(const char *source, const char *target, GError **error)
{
    struct stat status;
    off_t at = 0;
    if (link(source, target) == 0)
        return true;
    int from = open(source, O_RDONLY | O_CLOEXEC);
    int to = from < 0 ? -1 : open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    bool is_copied = to >= 0 && fstat(from, &status) == 0;
    while (is_copied && at < status.st_size)
        is_copied = sendfile(to, from, &at, (size_t)(status.st_size - at)) > 0;
    if (!is_copied)
        sandbox_fail(from < 0 ? source : target, error);
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return is_copied;
}

static bool is_answered(const struct sandbox *sandbox, const char *name)
{
    return sandbox->host.names != NULL && g_strv_contains(sandbox->host.names, name);
}

/* The folder of a program whose place a command takes; NULL: there is none. */
static char *standin_folder(const struct sandbox *sandbox)
{
    for (const struct confine_standin *each = confine_standins; each->path != NULL; each++)
        if (is_answered(sandbox, each->name) && access(each->path, X_OK) == 0)
            return g_path_get_dirname(each->path);
    return NULL;
}

/* A folder as git's own, with the host's commands in place of programs that need the network. */
static bool make_git_folder(struct sandbox *sandbox, const char *stub, GError **error)
{
    g_autofree char *source = standin_folder(sandbox);
    g_autofree char *target = g_build_filename(sandbox->run_directory, "git-core", NULL);
    DIR *folder = source == NULL ? NULL : opendir(source);
    struct dirent *entry;
    bool is_made = folder == NULL || make_folder(sandbox, "git-core", error);
    while (is_made && folder != NULL && (entry = readdir(folder)) != NULL) {
        g_autofree char *program = g_build_filename(source, entry->d_name, NULL);
        g_autofree char *link = g_build_filename(target, entry->d_name, NULL);
        if (entry->d_name[0] == '.')
            continue;
        is_made = symlink(is_answered(sandbox, entry->d_name) ? stub : program, link) == 0 ||
                  sandbox_fail(link, error);
    }
    if (folder == NULL)
        return is_made;
    closedir(folder);
    sandbox->git_folder = g_steal_pointer(&target);
    return is_made;
}

/* With a root of its own the keeper makes the rest in memory. */
static bool make_inside(struct sandbox *sandbox, GError **error)
{
    g_autofree char *bin = g_build_filename(sandbox->run_directory, "bin", NULL);
    return make_folder(sandbox, "root", error) && private_path_show(sandbox, bin, error);
}

static bool make_beside(struct sandbox *sandbox, GError **error)
{
    g_autofree char *bin = g_build_filename(sandbox->run_directory, "bin", NULL);
    g_autofree char *stub = g_build_filename(sandbox->run_directory, "stub", NULL);
    g_autofree char *preload = g_build_filename(sandbox->run_directory, PRELOAD_LIBRARY_NAME, NULL);
    g_autofree char *door = g_build_filename(sandbox->run_directory, "calls", "door", NULL);
    if (!make_folder(sandbox, "calls", error) || !copy_program(sandbox->stub, stub, error) ||
        !private_path_make(sandbox, bin, error) || !make_git_folder(sandbox, stub, error))
        return false;
    if (mkfifo(door, 0600) < 0)
        return sandbox_fail(door, error);
    if (sandbox->preload_library[0] == '\0')
        return true;
    if (!copy_program(sandbox->preload_library, preload, error))
        return false;
    sandbox->preload = g_steal_pointer(&preload);
    return true;
}

static bool write_git_configuration(const struct sandbox *sandbox, GError **error)
{
    g_autofree char *path = g_build_filename(sandbox->run_directory, "gitconfig", NULL);
    return sandbox->git_configuration == NULL ||
           g_file_set_contents_full(path, sandbox->git_configuration, -1, G_FILE_SET_CONTENTS_NONE,
                                    0644, error);
}

static bool make_open_folders(const struct sandbox *sandbox, GError **error)
{
    for (gsize i = 0; sandbox->has_open_folders && i < CONFINE_OPEN_FOLDERS; i++)
        if (!make_folder(sandbox, confine_open_folders[i].name, error))
            return false;
    return true;
}

bool layout_make(struct sandbox *sandbox, GError **error)
{
    if (mkdir(sandbox->run_directory, 0755) < 0)
        return sandbox_fail(sandbox->run_directory, error);
    return make_open_folders(sandbox, error) && make_folder(sandbox, "tmp", error) &&
           make_folder(sandbox, "root-home", error) && write_git_configuration(sandbox, error) &&
           (sandbox_has_root(sandbox) ? make_inside(sandbox, error) : make_beside(sandbox, error));
}

/* Processes made what is in there. */
void layout_remove(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    folder_empty(fd, NULL);
    (void)rmdir(directory);
}
