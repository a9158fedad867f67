/* Making and removing folders. */
#include "harness/folders.h"

#include "base/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Containers have 64 MiB there by default, which is too little for repositories. */
static bool has_room(const char *path)
{
    const uint64_t wanted_bytes = UINT64_C(1) << 30;
    struct statvfs status;
    return access(path, W_OK) == 0 && statvfs(path, &status) == 0 &&
           (uint64_t)status.f_bavail * status.f_frsize >= wanted_bytes;
}

char *folder_make_root(int *lock_fd, GError **error)
{
    const char *parent = g_getenv("TMPDIR");
    if (parent == NULL || access(parent, W_OK) != 0)
        parent = has_room("/dev/shm") ? "/dev/shm" : "/tmp";
    return scratch_make(parent, lock_fd, error);
}

char *folder_make(const char *parent, const char *name, GError **error)
{
    g_autofree char *safe = g_strdelimit(g_strdup(name), "/\\ ", '_');
    g_autofree char *path = g_build_filename(parent, safe, NULL);
    if (g_mkdir(path, 0755) == 0)
        return g_steal_pointer(&path);
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", path, g_strerror(errno));
    return NULL;
}

/* A folder below top, opened to be emptied; -1 when it is none, or a link to one. A script may have
   taken its permissions away. */
static int open_to_empty(int top_fd, const char *name)
{
    int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(top_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    close(fd);
    (void)fchmodat(top_fd, name, 0700, AT_SYMLINK_NOFOLLOW);
    return openat(top_fd, name, flags);
}

struct removal {
    int top_fd;
    guint moved_count; /* makes names */
    guint done_count;
};

static void count(struct removal *removal, int status)
{
    removal->done_count += status == 0;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Folders move up to the top, so that neither depth nor the length of paths can grow: a script may
   make folders that are deeper than any path is long. To move one takes the right to write it. */
static void move_up(struct removal *removal, int folder_fd, const char *name)
{
    g_autofree char *new_name = g_strdup_printf(".removed-%u", removal->moved_count++);
    int fd = open_to_empty(folder_fd, name);
    if (fd < 0)
        return;
    close(fd);
    count(removal, renameat2(folder_fd, name, removal->top_fd, new_name, RENAME_NOREPLACE));
}

static void empty(struct removal *removal, DIR *folder)
{
    const struct dirent *each;
    while ((each = readdir(folder)) != NULL) {
        if (is_dots(each->d_name))
            continue;
        if (unlinkat(dirfd(folder), each->d_name, 0) == 0)
            removal->done_count++;
        else
            move_up(removal, dirfd(folder), each->d_name);
    }
}

static void remove_at_top(struct removal *removal, const char *name)
{
    int fd = open_to_empty(removal->top_fd, name);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (folder == NULL) {
        count(removal, unlinkat(removal->top_fd, name, 0));
        return;
    }
    empty(removal, folder);
    closedir(folder);
    count(removal, unlinkat(removal->top_fd, name, AT_REMOVEDIR));
}

/* One pass over what is at the top; what it moves there is for the next. Whether it did anything.
 */
static bool remove_pass(struct removal *removal)
{
    int fd = openat(removal->top_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *top = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *each;
    guint before = removal->done_count;

    while (top != NULL && (each = readdir(top)) != NULL)
        if (!is_dots(each->d_name))
            remove_at_top(removal, each->d_name);
    if (top != NULL)
        closedir(top);
    return removal->done_count > before;
}

/* The short way, for what no script has made hard: what is too deep, or closed, is left. */
static void remove_plainly(int parent_fd, const char *name, int depth)
{
    enum {
        DEPTH_MAX = 64
    };
    int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = depth < DEPTH_MAX ? openat(parent_fd, name, flags) : -1;
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *each;
    while (folder != NULL && (each = readdir(folder)) != NULL)
        if (!is_dots(each->d_name) &&
            (each->d_type == DT_DIR || unlinkat(fd, each->d_name, 0) != 0))
            remove_plainly(fd, each->d_name, depth + 1);
    if (folder != NULL)
        closedir(folder);
    (void)unlinkat(parent_fd, name, AT_REMOVEDIR);
}

void folder_remove(const char *path)
{
    remove_plainly(AT_FDCWD, path, 0);
    struct removal removal = {.top_fd = open_to_empty(AT_FDCWD, path)};
    if (removal.top_fd < 0)
        return;
    while (remove_pass(&removal))
        continue;
    close(removal.top_fd);
    (void)rmdir(path);
}

void folders_sweep(void)
{
    const char *const parents[] = {g_getenv("TMPDIR"), "/dev/shm", "/tmp"};
    for (gsize i = 0; i < G_N_ELEMENTS(parents); i++) {
        if (parents[i] == NULL)
            continue;
        g_autoptr(GPtrArray) abandoned = scratch_find_abandoned(parents[i]);
        for (guint j = 0; j < abandoned->len; j++)
            folder_remove(g_ptr_array_index(abandoned, j));
    }
}
