/*
 * The preloaded clock: programs in a sandbox see the time of the rehearsal. It finds its page
 * beside itself; without one everything stays real.
 *
 * Time stands still while a program runs, so waits until a moment are turned into waits for the
 * time that is left, and are real. bash draws the seed of RANDOM from time, process numbers and an
 * address (genseed() in its lib/sh/random.c); it is recognised by its calls and given a number that
 * repeats. Like src/loop/vclock.c this keeps state at file scope: an interposed function has no
 * place for a context.
 */
#include "process/preload/preload.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <time.h>
#include <unistd.h>

#define SECOND_US INT64_C(1000000)
#define SECOND_NS INT64_C(1000000000)
/* As in vclock.c. */
#define MONOTONIC_OFFSET_S INT64_C(1000000000)

/* Return addresses in one small function are nearer to each other than this. */
#define ONE_FUNCTION_BYTES 128

static const struct clock_shown *shown;
static uint64_t lineage;    /* who this process is, by how it was born */
static uint64_t fork_count; /* of this process */
static uint64_t seed_count;
static const char *seeding_at; /* the last call of gettimeofday(), while it may be genseed()'s */

uint64_t clock_mix(uint64_t a, uint64_t b)
{
    uint64_t x = a ^ (b + UINT64_C(0x9e3779b97f4a7c15) + (a << 6) + (a >> 2));
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* The child of a fork gets a stream of its own, by the order in which its parent forked. */
static void before_fork(void)
{
    fork_count++;
}

static void in_child(void)
{
    lineage = clock_mix(lineage, fork_count);
    fork_count = seed_count = 0;
}

uint64_t clock_hash_command_line(void)
{
    char text[4096];
    uint64_t hash = 0;
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t length = read(fd, text, sizeof(text));
    close(fd);
    for (ssize_t i = 0; i < length; i++)
        hash = hash * 31 + (unsigned char)text[i];
    return hash;
}

static int open_page(void)
{
    char path[4096];
    Dl_info self;
    if (dladdr((const void *)&shown, &self) == 0 || strlen(self.dli_fname) >= sizeof(path))
        return -1;
    memcpy(path, self.dli_fname, strlen(self.dli_fname) + 1);
    char *slash = strrchr(path, '/');
    if (slash == NULL || strlen(slash) < sizeof(CLOCK_PAGE_NAME))
        return -1;
    memcpy(slash + 1, CLOCK_PAGE_NAME, sizeof(CLOCK_PAGE_NAME));
    return open(path, O_RDONLY | O_CLOEXEC);
}

__attribute__((constructor)) static void begin(void)
{
    int fd = open_page();
    if (fd < 0)
        return;
    void *page = mmap(NULL, sizeof(*shown), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (page == MAP_FAILED)
        return;
    shown = page;
    /* Only bash asks for it, and it exports the name. */
    if (dlsym(RTLD_DEFAULT, "seedrand") == NULL)
        return;
    lineage = clock_mix(clock_mix(shown->seed, (uint64_t)shown->now_us), clock_hash_command_line());
    (void)pthread_atfork(before_fork, NULL, in_child);
}

const struct clock_shown *clock_page(void)
{
    return shown;
}

static int64_t now_us(void)
{
    return __atomic_load_n(&shown->now_us, __ATOMIC_RELAXED);
}

static bool is_date(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

static bool is_ours(clockid_t clock)
{
    return shown != NULL &&
           (is_date(clock) || clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE ||
            clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_BOOTTIME);
}

EXPORTED int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!is_ours(clock))
        return (int)syscall(SYS_clock_gettime, clock, now);
    int64_t us = now_us();
    now->tv_sec = us / SECOND_US + (is_date(clock) ? shown->date_s : MONOTONIC_OFFSET_S);
    now->tv_nsec = us % SECOND_US * 1000;
    return 0;
}

EXPORTED int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;
    (void)zone;
    seeding_at = __builtin_return_address(0);
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

EXPORTED time_t time(time_t *place)
{
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    if (place != NULL)
        *place = precise.tv_sec;
    return precise.tv_sec;
}

EXPORTED int timespec_get(struct timespec *now, int base)
{
    return clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

EXPORTED int ftime(struct timeb *now)
{
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    *now = (struct timeb){.time = precise.tv_sec,
                          .millitm = (unsigned short)(precise.tv_nsec / 1000000)};
    return 0;
}

static bool is_near(const char *earlier, const char *later)
{
    return earlier != NULL && later > earlier && later - earlier < ONE_FUNCTION_BYTES;
}

/* genseed() is gettimeofday(), getpid(), getppid() in a row; the answer cancels the address that it
   adds. Everybody else hears the truth. */
EXPORTED pid_t getpid(void)
{
    const char *caller = __builtin_return_address(0);
    const char *earlier = seeding_at;
    seeding_at = NULL;
    if (lineage == 0 || !is_near(earlier, caller))
        return (pid_t)syscall(SYS_getpid);
    seeding_at = caller;
    uint32_t address = (uint32_t)(uintptr_t)dlsym(RTLD_DEFAULT, "seedrand");
    return (pid_t)((uint32_t)clock_mix(lineage, ++seed_count) ^ address);
}

EXPORTED pid_t getppid(void)
{
    const char *caller = __builtin_return_address(0);
    bool is_seeding = lineage != 0 && is_near(seeding_at, caller);
    seeding_at = NULL;
    return is_seeding ? 0 : (pid_t)syscall(SYS_getppid);
}

static struct timespec from_ns(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / SECOND_NS, .tv_nsec = ns % SECOND_NS};
}

static int64_t to_ns(const struct timespec *time)
{
    return (int64_t)time->tv_sec * SECOND_NS + time->tv_nsec;
}

/* A moment of the rehearsal's clock on the machine's own. */
static struct timespec to_real(clockid_t clock, const struct timespec *moment)
{
    struct timespec seen, real;
    clock_gettime(clock, &seen);
    syscall(SYS_clock_gettime, clock, &real);
    int64_t left_ns = to_ns(moment) - to_ns(&seen);
    return from_ns(to_ns(&real) + (left_ns > 0 ? left_ns : 0));
}

EXPORTED int clock_nanosleep(clockid_t clock, int flags, const struct timespec *moment,
                             struct timespec *left)
{
    struct timespec real = *moment;
    if ((flags & TIMER_ABSTIME) && is_ours(clock))
        real = to_real(clock, moment);
    return syscall(SYS_clock_nanosleep, clock, flags, &real, left) == 0 ? 0 : errno;
}

typedef int cond_timedwait_fn(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
typedef int cond_clockwait_fn(pthread_cond_t *, pthread_mutex_t *, clockid_t,
                              const struct timespec *);
typedef int sem_timedwait_fn(sem_t *, const struct timespec *);
typedef int sem_clockwait_fn(sem_t *, clockid_t, const struct timespec *);

/* Which clock a condition has been made for is its secret: it is the one whose moment is near. */
EXPORTED int pthread_cond_timedwait(pthread_cond_t *restrict condition,
                                    pthread_mutex_t *restrict mutex,
                                    const struct timespec *restrict moment)
{
    struct timespec real = *moment;
    if (shown != NULL)
        real = to_real(moment->tv_sec >= shown->date_s ? CLOCK_REALTIME : CLOCK_MONOTONIC, moment);
    return REAL("pthread_cond_timedwait", cond_timedwait_fn)(condition, mutex, &real);
}

EXPORTED int pthread_cond_clockwait(pthread_cond_t *restrict condition,
                                    pthread_mutex_t *restrict mutex, clockid_t clock,
                                    const struct timespec *restrict moment)
{
    struct timespec real = is_ours(clock) ? to_real(clock, moment) : *moment;
    return REAL("pthread_cond_clockwait", cond_clockwait_fn)(condition, mutex, clock, &real);
}

EXPORTED int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict moment)
{
    struct timespec real = shown != NULL ? to_real(CLOCK_REALTIME, moment) : *moment;
    return REAL("sem_timedwait", sem_timedwait_fn)(semaphore, &real);
}

EXPORTED int sem_clockwait(sem_t *restrict semaphore, clockid_t clock,
                           const struct timespec *restrict moment)
{
    struct timespec real = is_ours(clock) ? to_real(clock, moment) : *moment;
    return REAL("sem_clockwait", sem_clockwait_fn)(semaphore, clock, &real);
}
