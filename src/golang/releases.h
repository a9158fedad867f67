/*
 * Go's releases and the days on which they came: one table for what setup-go installs and for what
 * the go command, the module proxy and Dockerfile steps of a rehearsal find. Pure data.
 *
 * Up to 2026-08-19 the days are those of actions/go-versions, which follow a release by a day at
 * most, but for all before 2020-06-16, which came to that list together. What came later is known
 * by its last numbers alone, from the public module proxy on 2026-11-26: its days are taken as
 * even.
 */
#pragma once

#include <glib.h>

enum {
    GO_PATCHES_MAX = 20,
    GO_EXACT_DAY = 20260819, /* days up to this one are exact */
    GO_LIST_DAY = 20261126   /* the table knows nothing that came after it */
};

/* The releases of one language version, 1.MINOR. */
struct go_line {
    int minor;
    unsigned days[GO_PATCHES_MAX]; /* of patch 0, 1, 2 ...: 20240206; 0 ends */
};
/* By minor, the oldest first. */
const struct go_line *go_lines(gsize *count);
const struct go_line *go_line_find(int minor); /* or NULL */
/* The newest patch on that day; -1: none yet. */
int go_line_newest(const struct go_line *line, unsigned day);
/* 20240206 of seconds since 1970. */
unsigned go_day_of(int64_t date_s);
