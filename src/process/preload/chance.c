/*
 * Chance: programs in a sandbox draw from a stream that repeats with the rehearsal, so that the
 * names they make up (mktemp, uuidgen, a tag of `openssl rand`) do. The kernel's random devices and
 * its file of UUIDs are met where they are opened or read. What is linked statically, asks the
 * kernel itself, or reads a device through a stream it was given, still draws real numbers.
 *
 * A stream belongs to a process: seed, time, arguments and process number decide it. Numbers of
 * processes repeat where the sandbox has its own; elsewhere only the streams' being different is
 * kept.
 */
#include "process/preload/preload.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

/* random(4) */
enum {
    MEMORY_DEVICES = 1,
    RANDOM_DEVICE = 8,
    URANDOM_DEVICE = 9,
    ENTROPY_BYTES_MAX = 256,
};

#define UUID_FILE "/proc/sys/kernel/random/uuid"

static uint64_t stream;
static pid_t owner; /* whose the stream is: a fork begins its own */

static uint64_t draw(void)
{
    pid_t self = (pid_t)syscall(SYS_getpid);
    if (owner != self) {
        const struct clock_shown *page = clock_page();
        uint64_t moment = clock_mix(page->seed, (uint64_t)page->now_us);
        stream = clock_mix(clock_mix(moment, clock_hash_command_line()), (uint64_t)self);
        owner = self;
    }
    stream = clock_mix(stream, 1);
    return stream;
}

static void fill(void *buffer, size_t length)
{
    char *at = buffer;
    while (length > 0) {
        uint64_t number = draw();
        size_t part = length < sizeof(number) ? length : sizeof(number);
        memcpy(at, &number, part);
        at += part;
        length -= part;
    }
}

/* ---- functions ---- */

EXPORTED ssize_t getrandom(void *buffer, size_t length, unsigned flags);
EXPORTED ssize_t getrandom(void *buffer, size_t length, unsigned flags)
{
    if (clock_page() == NULL)
        return syscall(SYS_getrandom, buffer, length, flags);
    fill(buffer, length);
    return (ssize_t)length;
}

EXPORTED int getentropy(void *buffer, size_t length)
{
    if (length > ENTROPY_BYTES_MAX) {
        errno = EIO;
        return -1;
    }
    return getrandom(buffer, length, 0) == (ssize_t)length ? 0 : -1;
}

EXPORTED void arc4random_buf(void *buffer, size_t length)
{
    (void)!getrandom(buffer, length, 0);
}

EXPORTED uint32_t arc4random(void)
{
    uint32_t number = 0;
    arc4random_buf(&number, sizeof(number));
    return number;
}

EXPORTED uint32_t arc4random_uniform(uint32_t bound)
{
    return bound > 0 ? (uint32_t)(((uint64_t)arc4random() * bound) >> 32) : 0;
}

/* ---- devices ---- */

static bool is_device(int fd)
{
    struct stat status;
    if (clock_page() == NULL || fstat(fd, &status) != 0 || !S_ISCHR(status.st_mode))
        return false;
    unsigned number = minor(status.st_rdev);
    return major(status.st_rdev) == MEMORY_DEVICES &&
           (number == RANDOM_DEVICE || number == URANDOM_DEVICE);
}

typedef ssize_t read_fn(int, void *, size_t);

EXPORTED ssize_t read(int fd, void *buffer, size_t length)
{
    static read_fn *real;
    if (length > 0 && is_device(fd)) {
        fill(buffer, length);
        return (ssize_t)length;
    }
    if (real == NULL)
        real = REAL("read", read_fn);
    return real(fd, buffer, length);
}

/* What read() is where the compiler knows the buffer's size. */
EXPORTED ssize_t __read_chk(int fd, void *buffer, size_t length, size_t size);
EXPORTED ssize_t __read_chk(int fd, void *buffer, size_t length, size_t size)
{
    if (length > size)
        abort();
    return read(fd, buffer, length);
}

static bool is_device_name(const char *path)
{
    return clock_page() != NULL &&
           (strcmp(path, "/dev/urandom") == 0 || strcmp(path, "/dev/random") == 0);
}

static ssize_t read_cookie(void *cookie, char *buffer, size_t length)
{
    (void)cookie;
    fill(buffer, length);
    return (ssize_t)length;
}

typedef FILE *fopen_fn(const char *, const char *);

EXPORTED FILE *fopen(const char *restrict path, const char *restrict mode)
{
    if (is_device_name(path) && mode[0] == 'r')
        return fopencookie(NULL, mode, (cookie_io_functions_t){.read = read_cookie});
    return REAL("fopen", fopen_fn)(path, mode);
}

/* ---- the file of UUIDs: another one each time it is opened ---- */

static int open_uuid(void)
{
    unsigned char bytes[16];
    char text[64];
    int fd = memfd_create("uuid", MFD_CLOEXEC);
    if (fd < 0)
        return -1;
    fill(bytes, sizeof(bytes));
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    size_t length = 0;
    for (size_t i = 0; i < sizeof(bytes); i++)
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%02x%s", bytes[i],
                                   i == 3 || i == 5 || i == 7 || i == 9 ? "-" : "");
    text[length++] = '\n';
    (void)!write(fd, text, length);
    (void)lseek(fd, 0, SEEK_SET);
    return fd;
}

/* rest: the mode, when a file may be made. */
static int open_at(int folder, const char *path, int flags, va_list rest)
{
    bool may_make = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    mode_t mode = may_make ? va_arg(rest, mode_t) : 0;
    if (clock_page() == NULL || strcmp(path, UUID_FILE) != 0)
        return (int)syscall(SYS_openat, folder, path, flags, mode);
    int fd = open_uuid();
    if (fd >= 0 && (flags & O_CLOEXEC) == 0)
        (void)fcntl(fd, F_SETFD, 0);
    return fd;
}

EXPORTED int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    int fd = open_at(AT_FDCWD, path, flags, rest);
    va_end(rest);
    return fd;
}

EXPORTED int openat(int folder, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    int fd = open_at(folder, path, flags, rest);
    va_end(rest);
    return fd;
}

/* Other names of the same on a machine of 64 bits. */
EXPORTED int open64(const char *path, int flags, ...) __attribute__((alias("open")));
EXPORTED int openat64(int folder, const char *path, int flags, ...)
    __attribute__((alias("openat")));
EXPORTED FILE *fopen64(const char *restrict path, const char *restrict mode)
    __attribute__((alias("fopen")));
