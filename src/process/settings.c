/* A folder of root's, such as /etc/docker: processes are its owner, and what keeps them from
   writing is its mode, which is another one while something runs as root. */
#include "process/sandbox_private.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_everybodys(mode_t mode)
{
    return (mode & S_IWOTH) != 0;
}

/* Of a folder or of a plain file; processes made it, and may have made a link or a device. */
static void set_mode(int folder_fd, const char *name, bool is_writable)
{
    struct stat status;
    int fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
        (void)fchmod(fd, is_writable || is_everybodys(status.st_mode)
                             ? status.st_mode | S_IWUSR
                             : (status.st_mode & ~(mode_t)0222) | S_IRUSR);
    close(fd);
}

/* What lies in folders below it is not looked at. */
static void set_modes(int settings_fd, bool is_writable)
{
    struct dirent *entry;
    set_mode(settings_fd, ".", is_writable);
    int fd = openat(settings_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.')
            set_mode(settings_fd, entry->d_name, is_writable);
    if (folder != NULL)
        closedir(folder);
}

bool sandbox_shows_settings(const struct sandbox *sandbox)
{
    return sandbox->settings_fd >= 0 && sandbox_has_root(sandbox);
}

void sandbox_let_root_write(struct sandbox *sandbox, bool is_root)
{
    if (sandbox->settings_fd < 0)
        return;
    if (is_root ? sandbox->root_count++ == 0 : --sandbox->root_count == 0)
        set_modes(sandbox->settings_fd, is_root);
}

bool settings_make(struct sandbox *sandbox, GError **error)
{
    if (sandbox->settings_folder[0] == '\0')
        return true;
    g_autofree char *path = g_build_filename(sandbox->run_directory, "settings", NULL);
    if (mkdir(path, 0755) < 0)
        return sandbox_fail(path, error);
    sandbox->settings_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (sandbox->settings_fd < 0)
        return sandbox_fail(path, error);
    set_modes(sandbox->settings_fd, /* is_writable= */ false);
    return true;
}
