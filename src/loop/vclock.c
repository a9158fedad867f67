/*
 * Answers the process's questions for the time from a loop. The one file with state at file scope:
 * an interposed function has no place for a context.
 */
#include "loop/vclock.h"

#include "base/units.h"

#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

#define EXPORTED __attribute__((visibility("default")))

/* Monotonic clocks must not run backwards when a loop is bound: real uptime is below this. */
#define MONOTONIC_OFFSET_S INT64_C(1000000000)

static const struct loop *bound_loop;
static int64_t bound_date_s;
static uint64_t call_count;

typedef int clock_gettime_fn(clockid_t clock, struct timespec *now);

static clock_gettime_fn *real_clock_gettime(void)
{
    static clock_gettime_fn *real;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    return real;
}

void vclock_bind(const struct loop *loop, int64_t date_s)
{
    bound_loop = loop != NULL && loop_clock_mode(loop) != CLOCK_REAL ? loop : NULL;
    bound_date_s = date_s;
}

uint64_t vclock_call_count(void)
{
    return call_count;
}

static bool is_ours(clockid_t clock)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI:
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
        return bound_loop != NULL;
    default:
        return false;
    }
}

EXPORTED int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!is_ours(clock))
        return real_clock_gettime()(clock, now);
    bool is_date = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
    int64_t now_us = loop_now_us(bound_loop);
    call_count++;
    now->tv_sec = now_us / SECOND_US + (is_date ? bound_date_s : MONOTONIC_OFFSET_S);
    now->tv_nsec = now_us % SECOND_US * 1000;
    return 0;
}

EXPORTED int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &precise) != 0)
        return -1;
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

EXPORTED time_t time(time_t *place)
{
    struct timespec precise = {0};
    clock_gettime(CLOCK_REALTIME, &precise);
    if (place != NULL)
        *place = precise.tv_sec;
    return precise.tv_sec;
}

EXPORTED int timespec_get(struct timespec *now, int base)
{
    return clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

bool vclock_selftest(void)
{
    uint64_t before = call_count;
    (void)g_get_monotonic_time(); /* a call made inside a shared library */
    return call_count > before;
}
