/*
 * The page by which a sandbox shows the loop's time to the preloaded clock. Plain C. The host
 * writes it before anything that lets a process go on; while processes run it does not change.
 */
#pragma once

#include <stdint.h>

#define CLOCK_PAGE_NAME      "clock"
#define PRELOAD_LIBRARY_NAME "preload.so" /* beside the page */

struct clock_shown {
    int64_t now_us; /* of the loop */
    int64_t date_s; /* wall clock at the loop's time zero */
    uint64_t seed;  /* of what programs draw */
};
