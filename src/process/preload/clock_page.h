/*
 * The page by which a sandbox shows the loop's time to the preloaded clock. Plain C. The host
 * writes it before anything that lets a process go on; while processes run it does not change.
 */
#pragma once

#include <stdint.h>
#include <time.h>

#define CLOCK_PAGE_NAME      "clock"
#define PRELOAD_LIBRARY_NAME "preload.so" /* beside the page */

struct clock_shown {
    int64_t now_us;   /* of the loop */
    int64_t date_s;   /* wall clock at the loop's time zero */
    uint64_t seed;    /* of what programs draw */
    int64_t begun_ns; /* the machine's own time when the page was made, as it stamps files */
};

/* A file's stamp as programs see it. The kernel stamps what is written during a rehearsal with the
   machine's own time, which the rehearsal's clock may be a year behind: tar would warn of the
   future, and `ls -l` would show another date each day. Such stamps are moments of the second
   before the run began, in their order, a millisecond for each second: how old a file is by the
   rehearsal's clock is not told, only that it is not from the future. What programs set themselves
   stays as it is. */
static inline struct timespec clock_stamp_shown(const struct clock_shown *page,
                                                struct timespec stamp)
{
    const int64_t second_ns = INT64_C(1000000000);
    const int64_t end_ns = page->date_s * second_ns;
    const int64_t begin_ns = end_ns - second_ns;
    int64_t ns = (int64_t)stamp.tv_sec * second_ns + stamp.tv_nsec;
    if (ns >= page->begun_ns && (ns - page->begun_ns) / 1000 < second_ns)
        ns = begin_ns + (ns - page->begun_ns) / 1000;
    else if (ns >= end_ns && ns < page->begun_ns)
        ns = begin_ns;
    return (struct timespec){.tv_sec = ns / second_ns, .tv_nsec = ns % second_ns};
}
