/* The folder beside a sandbox's directory: private PATH, stub, clock, FIFOs, /tmp, bits of /etc. */
#include "process/clock/clock_page.h"
#include "process/confine.h"
#include "process/real_programs.h"
#include "process/sandbox_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAMS_INSIDE "/run/seatrial/programs"
#define STUB_INSIDE     "/run/seatrial/stub"
#define USR_BIN         "/usr/bin/"

static bool fail(const char *path, GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", path, g_strerror(errno));
    return false;
}

static bool make_folders(const struct sandbox *sandbox, GError **error)
{
    static const char *const names[] = {"bin", "calls", "tmp", "shm", "etc", "root"};
    if (mkdir(sandbox->run_directory, 0755) < 0)
        return fail(sandbox->run_directory, error);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(sandbox->run_directory, names[i], NULL);
        if (mkdir(path, 0755) < 0)
            return fail(path, error);
    }
    return true;
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
        fail(from < 0 ? source : target, error);
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return is_copied;
}

static char *real_program(const char *name)
{
    static const char *const folders[] = {"/usr/bin", "/bin", "/usr/local/bin"};
    char resolved[PATH_MAX];
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(folders[i], name, NULL);
        if (realpath(path, resolved) != NULL && access(resolved, X_OK) == 0)
            return g_strdup(resolved);
    }
    return NULL;
}

/* The machine's /usr/bin is elsewhere for processes that have a root of their own. */
static char *as_seen(const struct sandbox *sandbox, const char *program)
{
    if ((sandbox->layers & SANDBOX_NAMESPACES) && g_str_has_prefix(program, USR_BIN))
        return g_build_filename(PROGRAMS_INSIDE, program + strlen(USR_BIN), NULL);
    return g_strdup(program);
}

static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

static bool make_commands(const struct sandbox *sandbox, int bin_fd, GError **error)
{
    g_autofree char *stub = sandbox->layers & SANDBOX_NAMESPACES
                                ? g_strdup(STUB_INSIDE)
                                : g_build_filename(sandbox->run_directory, "stub", NULL);
    const char *const *names = sandbox->host.names;
    for (; names != NULL && *names != NULL; names++) {
        if (!is_plain_name(*names)) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "no command can be called '%s'",
                        *names);
            return false;
        }
        if (symlinkat(stub, bin_fd, *names) < 0 && errno != EEXIST)
            return fail(*names, error);
    }
    return true;
}

static bool make_path(const struct sandbox *sandbox, GError **error)
{
    g_autofree char *bin = g_build_filename(sandbox->run_directory, "bin", NULL);
    int bin_fd = open(bin, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (bin_fd < 0)
        return fail(bin, error);
    bool is_made = make_commands(sandbox, bin_fd, error);
    for (const char *const *name = real_programs; is_made && *name != NULL; name++) {
        g_autofree char *program = real_program(*name);
        g_autofree char *seen = program == NULL ? NULL : as_seen(sandbox, program);
        if (seen != NULL && symlinkat(seen, bin_fd, *name) < 0 && errno != EEXIST)
            is_made = fail(*name, error);
    }
    close(bin_fd);
    return is_made;
}

static bool write_text(const struct sandbox *sandbox, const char *name, const char *text,
                       GError **error)
{
    g_autofree char *path = g_build_filename(sandbox->run_directory, "etc", name, NULL);
    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, error);
}

/* Who processes are: the owner of the home, called like it. */
static bool make_etc(const struct sandbox *sandbox, GError **error)
{
    g_autofree char *user = g_path_get_basename(sandbox->home);
    g_autofree char *users =
        g_strdup_printf("root:x:0:0:root:/root:/bin/bash\n%s:x:%d:%d:,,,:%s:/bin/bash\n", user,
                        CONFINE_USER_ID, CONFINE_USER_ID, sandbox->home);
    g_autofree char *groups = g_strdup_printf("root:x:0:\n%s:x:%d:\n", user, CONFINE_USER_ID);
    return write_text(sandbox, "passwd", users, error) &&
           write_text(sandbox, "group", groups, error) &&
           write_text(sandbox, "hosts", "127.0.0.1 localhost\n", error) &&
           write_text(sandbox, "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n",
                      error);
}

static bool make_clock(struct sandbox *sandbox, const char *library, GError **error)
{
    if (library == NULL)
        return true;
    g_autofree char *copy = g_build_filename(sandbox->run_directory, CLOCK_LIBRARY_NAME, NULL);
    if (!copy_program(library, copy, error))
        return false;
    if (sandbox->layers & SANDBOX_NAMESPACES)
        return write_text(sandbox, "ld.so.preload", "/run/seatrial/" CLOCK_LIBRARY_NAME "\n",
                          error);
    sandbox->preload = g_steal_pointer(&copy);
    return true;
}

/* Places for what is mounted below the folder, which is shown read-only. */
static bool make_mount_points(const struct sandbox *sandbox, GError **error)
{
    g_autofree char *programs = g_build_filename(sandbox->run_directory, "programs", NULL);
    return mkdir(programs, 0755) == 0 || fail(programs, error);
}

bool layout_make(struct sandbox *sandbox, const char *stub, const char *clock_library,
                 GError **error)
{
    g_autofree char *copy = g_build_filename(sandbox->run_directory, "stub", NULL);
    return make_folders(sandbox, error) && make_mount_points(sandbox, error) &&
           copy_program(stub, copy, error) && make_path(sandbox, error) &&
           make_etc(sandbox, error) && make_clock(sandbox, clock_library, error);
}

/* Takes over folder_fd. Links are removed, never followed: processes made what is in there. */
static void remove_contents(int folder_fd, int depth)
{
    enum {
        DEPTH_MAX = 100
    };
    DIR *folder = fdopendir(folder_fd);
    struct dirent *entry;
    if (folder == NULL) {
        close(folder_fd);
        return;
    }
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            unlinkat(folder_fd, entry->d_name, 0) == 0)
            continue;
        (void)fchmodat(folder_fd, entry->d_name, 0700, 0);
        int below =
            openat(folder_fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (below >= 0 && depth < DEPTH_MAX)
            remove_contents(below, depth + 1);
        else if (below >= 0)
            close(below);
        (void)unlinkat(folder_fd, entry->d_name, AT_REMOVEDIR);
    }
    closedir(folder);
}

void layout_remove(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        remove_contents(fd, 0);
    (void)rmdir(directory);
}
