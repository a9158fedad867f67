/* Ranges in headers: Range of a GET, Content-Range of an upload's chunk. Pure functions. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct byte_range {
    gsize first;
    gsize last; /* inclusive */
};

enum range_answer {
    RANGE_WHOLE, /* no header, another unit, several ranges, or nonsense: ignore it */
    RANGE_PART,
    RANGE_UNSATISFIABLE, /* 416: behind the end, or ends before it begins (registry.md 1a) */
};

/* `bytes=a-b`, `bytes=a-` and `bytes=-n` of total_bytes; what goes past the end is clipped. text
   may be NULL. */
enum range_answer byte_range_parse(const char *text, gsize total_bytes, struct byte_range *range);

/* OCI's `a-b`, without a unit; `bytes a-b/total` is taken too. False for anything else. */
bool content_range_parse(const char *text, struct byte_range *range);
