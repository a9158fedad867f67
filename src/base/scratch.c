/* Making folders with a lock, and finding those without one. */
#include "base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "seatrial."
#define NEW    "new." /* before the lock is there */

enum {
    OPEN_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
};

static char *fail(const char *path, GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", path, g_strerror(errno));
    return NULL;
}

/* Nobody sees it by its name before it is locked. */
char *scratch_make(const char *parent, int *lock_fd, GError **error)
{
    g_autofree char *early = g_build_filename(parent, NEW PREFIX "XXXXXX", NULL);
    if (mkdtemp(early) == NULL || (*lock_fd = open(early, OPEN_FLAGS)) < 0)
        return fail(early, error);
    (void)flock(*lock_fd, LOCK_SH); /* a file system without locks leaves nothing to find either */
    g_autofree char *name = g_path_get_basename(early);
    g_autofree char *path = g_build_filename(parent, name + strlen(NEW), NULL);
    if (rename(early, path) == 0)
        return g_steal_pointer(&path);
    (void)fail(path, error);
    close(*lock_fd);
    return NULL;
}

static bool is_ours(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && status.st_uid == geteuid();
}

static bool is_abandoned(const char *path)
{
    int fd = open(path, OPEN_FLAGS);
    bool is_free = fd >= 0 && is_ours(fd) && flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (fd >= 0)
        close(fd);
    return is_free;
}

GPtrArray *scratch_find_abandoned(const char *parent)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    GDir *folder = g_dir_open(parent, 0, NULL);
    const char *name;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *path = g_build_filename(parent, name, NULL);
        if (g_str_has_prefix(name, PREFIX) && is_abandoned(path))
            g_ptr_array_add(found, g_steal_pointer(&path));
    }
    if (folder != NULL)
        g_dir_close(folder);
    return found;
}
