/*
 * What long work says of itself while it goes on, as one line of text. Pure: when and where it is
 * said is progress_meter.h's.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct progress_view {
    const char *what;     /* "rehearse": what goes on */
    unsigned done, total; /* rehearsals or scenarios */
    int64_t elapsed_us;   /* real time, as all here */
    const char *longest;  /* the one at work that has run longest; NULL: none is */
    int64_t longest_us;
    unsigned longest_legs; /* legs of it that are over */
};

/* For a terminal of so many columns: never wider than one less, for the last column would wrap,
   nor than PROGRESS_COLUMNS_MAX; "" where there is no room for the counts. Names of others are made
   harmless, and cut short first; then the bar is left out. g_free. */
char *progress_bar_line(const struct progress_view *view, int columns);
/* Whether a line is rewritten in place, as the best tools decide it: where somebody watches a
   terminal that can, by its TERM, and no CI is in the environment. Both may be NULL. */
bool progress_wants_bar(bool is_terminal, const char *term, const char *ci);
/* For a log, without a newline. g_free. */
char *progress_log_line(const struct progress_view *view);

#define PROGRESS_COLUMNS_MAX 79
