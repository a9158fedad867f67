/* Times of files, as clock_page.h says. */
#include "process/preload/preload.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int show_all(int result, struct stat *status)
{
    if (result != 0 || clock_page() == NULL)
        return result;
    status->st_mtim = clock_stamp_shown(clock_page(), status->st_mtim);
    status->st_ctim = clock_stamp_shown(clock_page(), status->st_ctim);
    status->st_atim = clock_stamp_shown(clock_page(), status->st_atim);
    return 0;
}

EXPORTED int fstatat(int folder, const char *restrict path, struct stat *restrict status, int flags)
{
    return show_all((int)syscall(SYS_newfstatat, folder, path, status, flags), status);
}

EXPORTED int stat(const char *restrict path, struct stat *restrict status)
{
    return fstatat(AT_FDCWD, path, status, 0);
}

EXPORTED int lstat(const char *restrict path, struct stat *restrict status)
{
    return fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

EXPORTED int fstat(int fd, struct stat *status)
{
    return show_all((int)syscall(SYS_fstat, fd, status), status);
}

static void show_extended(struct statx_timestamp *time)
{
    const struct timespec stamp = {.tv_sec = time->tv_sec, .tv_nsec = time->tv_nsec};
    struct timespec shown = clock_stamp_shown(clock_page(), stamp);
    time->tv_sec = shown.tv_sec;
    time->tv_nsec = (uint32_t)shown.tv_nsec;
}

EXPORTED int statx(int folder, const char *restrict path, int flags, unsigned mask,
                   struct statx *restrict status)
{
    int result = (int)syscall(SYS_statx, folder, path, flags, mask, status);
    if (result != 0 || clock_page() == NULL)
        return result;
    show_extended(&status->stx_mtime);
    show_extended(&status->stx_ctime);
    show_extended(&status->stx_atime);
    if ((status->stx_mask & STATX_BTIME) != 0)
        show_extended(&status->stx_btime);
    return 0;
}

/* Other names of the same on a machine of 64 bits. */
EXPORTED int stat64(const char *restrict path, struct stat64 *restrict status)
    __attribute__((alias("stat")));
EXPORTED int lstat64(const char *restrict path, struct stat64 *restrict status)
    __attribute__((alias("lstat")));
EXPORTED int fstat64(int fd, struct stat64 *status) __attribute__((alias("fstat")));
EXPORTED int fstatat64(int folder, const char *restrict path, struct stat64 *restrict status,
                       int flags) __attribute__((alias("fstatat")));
