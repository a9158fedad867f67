/*
 * The preloaded half of a rule of seccomp.c. Landlock does not mediate chmod(), chown() and utime()
 * (landlock(7), "Current limitations"), so where it stands alone the filter refuses them by path
 * and leaves those by descriptor, which Landlock has seen being opened. Here a refused call is made
 * again that way. What its owner can neither read nor write keeps its mode.
 *
 * A sandbox knows no users but the script's, so that no file can be given to another. What sudo
 * runs is told that it was, as root would be.
 */
#include "process/preload/preload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

struct change {
    int (*make)(int fd, const struct change *change);
    mode_t mode;
    uid_t owner;
    gid_t group;
    const struct timespec *times;
};

static int change_mode(int fd, const struct change *change)
{
    return fchmod(fd, change->mode);
}

static int change_owner(int fd, const struct change *change)
{
    return fchown(fd, change->owner, change->group);
}

static int change_times(int fd, const struct change *change)
{
    return futimens(fd, change->times);
}

/* A pipe without a reader and a terminal must not hold the caller up. */
static int open_somehow(int folder, const char *path, int flags)
{
    const int quietly = O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    int nofollow = flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0;
    int fd = openat(folder, path, O_RDONLY | quietly | nofollow);
    return fd >= 0 || errno != EACCES ? fd : openat(folder, path, O_WRONLY | quietly | nofollow);
}

/* No descriptor leads to a link itself. Its times are nobody's concern, but tar and cp would fail
   over them; a mode of its own it has not (chmod(2)). */
static int of_link(const struct change *change)
{
    bool is_own = (change->owner == (uid_t)-1 || change->owner == geteuid()) &&
                  (change->group == (gid_t)-1 || change->group == getegid());
    if (change->make == change_times || (change->make == change_owner && is_own))
        return 0;
    errno = change->make == change_mode ? EOPNOTSUPP : EPERM;
    return -1;
}

/* result is that of the call by path; errno is its own unless it was refused. */
static int refused_then(long result, int folder, const char *path, int flags,
                        const struct change *change)
{
    if (result == 0 || errno != EPERM || path == NULL)
        return (int)result;
    int fd = open_somehow(folder, path, flags);
    if (fd < 0)
        return errno == ELOOP && (flags & AT_SYMLINK_NOFOLLOW) ? of_link(change) : -1;
    int outcome = change->make(fd, change);
    int problem = errno;
    close(fd);
    errno = problem;
    return outcome;
}

EXPORTED int fchmodat(int folder, const char *path, mode_t mode, int flags)
{
    const struct change change = {.make = change_mode, .mode = mode};
    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) {
        errno = EINVAL;
        return -1;
    }
    /* Only a younger call than all libraries know takes flags. */
    long result = -1;
    errno = EPERM;
    if (flags == 0)
        result = syscall(SYS_fchmodat, folder, path, mode);
    return refused_then(result, folder, path, flags, &change);
}

EXPORTED int chmod(const char *path, mode_t mode)
{
    return fchmodat(AT_FDCWD, path, mode, 0);
}

EXPORTED int lchmod(const char *path, mode_t mode)
{
    return fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW);
}

/* An owner without a number in the user namespace is EINVAL (user_namespaces(7)), which is EPERM to
   a user on a machine. */
static int given_away(int result)
{
    if (result == 0 || (errno != EINVAL && errno != EPERM))
        return result;
    if (getenv("SUDO_USER") != NULL)
        return 0;
    errno = EPERM;
    return result;
}

EXPORTED int fchown(int fd, uid_t owner, gid_t group)
{
    return given_away((int)syscall(SYS_fchown, fd, owner, group));
}

EXPORTED int fchownat(int folder, const char *path, uid_t owner, gid_t group, int flags)
{
    const struct change change = {.make = change_owner, .owner = owner, .group = group};
    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) {
        errno = EINVAL;
        return -1;
    }
    long result = syscall(SYS_fchownat, folder, path, owner, group, flags);
    return given_away(refused_then(result, folder, path, flags, &change));
}

EXPORTED int chown(const char *path, uid_t owner, gid_t group)
{
    return fchownat(AT_FDCWD, path, owner, group, 0);
}

EXPORTED int lchown(const char *path, uid_t owner, gid_t group)
{
    return fchownat(AT_FDCWD, path, owner, group, AT_SYMLINK_NOFOLLOW);
}

EXPORTED int utimensat(int folder, const char *path, const struct timespec times[2], int flags)
{
    const struct change change = {.make = change_times, .times = times};
    long result = syscall(SYS_utimensat, folder, path, times, flags);
    return refused_then(result, folder, path, flags, &change);
}

static int change_times_us(int folder, const char *path, const struct timeval times[2], int flags)
{
    struct timespec precise[2];
    for (int i = 0; times != NULL && i < 2; i++)
        precise[i] =
            (struct timespec){.tv_sec = times[i].tv_sec, .tv_nsec = times[i].tv_usec * 1000};
    return utimensat(folder, path, times != NULL ? precise : NULL, flags);
}

EXPORTED int utimes(const char *path, const struct timeval times[2])
{
    return change_times_us(AT_FDCWD, path, times, 0);
}

EXPORTED int lutimes(const char *path, const struct timeval times[2])
{
    return change_times_us(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

EXPORTED int futimesat(int folder, const char *path, const struct timeval times[2])
{
    return change_times_us(folder, path, times, 0);
}

EXPORTED int utime(const char *path, const struct utimbuf *times)
{
    struct timespec precise[2];
    if (times == NULL)
        return utimensat(AT_FDCWD, path, NULL, 0);
    precise[0] = (struct timespec){.tv_sec = times->actime};
    precise[1] = (struct timespec){.tv_sec = times->modtime};
    return utimensat(AT_FDCWD, path, precise, 0);
}
