/* Making and removing folders. */
#include "harness/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DESCRIPTORS_MAX = 32
};

char *folder_make_root(GError **error)
{
    const char *parent = g_getenv("TMPDIR");
    if (parent == NULL || access(parent, W_OK) != 0)
        parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    g_autofree char *path = g_build_filename(parent, "seatrial-XXXXXX", NULL);
    if (g_mkdtemp(path) != NULL)
        return g_steal_pointer(&path);
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", path, g_strerror(errno));
    return NULL;
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

/* A script may have taken its folders' permissions away. */
static int open_up(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
    (void)facts, (void)place;
    if (kind == FTW_D || kind == FTW_DNR)
        (void)fchmodat(AT_FDCWD, path, 0700, 0);
    return 0;
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
    (void)facts, (void)kind, (void)place;
    (void)remove(path);
    return 0;
}

void folder_remove(const char *path)
{
    (void)nftw(path, open_up, DESCRIPTORS_MAX, FTW_PHYS);
    (void)nftw(path, remove_one, DESCRIPTORS_MAX, FTW_PHYS | FTW_DEPTH);
}
