/* By descriptors, so that no link that is put in the way leads elsewhere. */
#include "base/folder_empty.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DEPTH_MAX = 200,
};

static bool is_spared(const char *name, const char *kept)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
           (kept != NULL && strcmp(name, kept) == 0);
}

static void empty(int folder_fd, const char *kept, int depth)
{
    DIR *folder = folder_fd >= 0 && depth < DEPTH_MAX ? fdopendir(folder_fd) : NULL;
    const struct dirent *entry;
    if (folder == NULL && folder_fd >= 0)
        close(folder_fd);
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (is_spared(entry->d_name, kept) || unlinkat(folder_fd, entry->d_name, 0) == 0)
            continue;
        (void)fchmodat(folder_fd, entry->d_name, 0700, AT_SYMLINK_NOFOLLOW);
        empty(openat(folder_fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
              NULL, depth + 1);
        (void)unlinkat(folder_fd, entry->d_name, AT_REMOVEDIR);
    }
    if (folder != NULL)
        closedir(folder);
}

void folder_empty(int folder_fd, const char *kept)
{
    empty(folder_fd, kept, 0);
}
