/* Content-Range of an upload's chunk: a pure function. Range of a GET is mocks/wire_text.h's. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct byte_range {
    gsize first;
    gsize last; /* inclusive */
};

/* OCI's `a-b`, without a unit; `bytes a-b/total` is taken too. False for anything else. */
bool content_range_parse(const char *text, struct byte_range *range);
