/*
 * Reading what clients put on the request line and into Range: pure functions over foreign bytes,
 * safe for any input. Sites share them; clients have their own.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

/* Replaces %XX by its byte; a broken escape stays as it is, "%00" ends nothing: it stays escaped.
   plus_is_space for queries. g_free. */
char *percent_decode(const char *text, gsize length_bytes, bool plus_is_space);

/* The decoded pairs of a query in order: key, value, key, value, … A key without '=' has the value
   "". At most QUERY_PAIRS_MAX pairs, the rest is ignored. query may be NULL. Caller unrefs. */
GPtrArray *query_parse(const char *query);
/* The first value of key in what query_parse() gave, or NULL; lent. */
const char *query_find(const GPtrArray *pairs, const char *key);

enum range {
    RANGE_WHOLE, /* no range, or one that a server ignores: malformed, several, other unit */
    RANGE_PART,  /* from and to (inclusive) are set and lie inside the body */
    RANGE_UNSATISFIABLE, /* 416: behind the end, or ends before it begins (registry.md 1a) */
};

/* Reads a Range header (RFC 9110 14.1.2) for a body of size_bytes; text may be NULL. */
enum range range_parse(const char *text, int64_t size_bytes, int64_t *from, int64_t *to);
