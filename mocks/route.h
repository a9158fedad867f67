/*
 * A table of routes, one row a thing a site can be asked: method, pattern, handler. Patterns match
 * the raw segments of a path:
 *
 *     "/containers/{id}/start"       {id} takes one segment
 *     "/images/{name*}/json"         {name*} takes one or more
 *     "[/v{version}]/info"           the part in brackets, at the start only, may be absent
 *
 * A capture may have literal text before it in its segment ("v{version}"). Captures are
 * percent-decoded after the path is split, so an escaped slash never splits. The first row that
 * matches counts. What a site answers when none does is its own matter.
 */
#pragma once

#include "mocks/exchange.h"

#define ROUTE_CAPTURES_MAX 6

struct route_match;

struct route {
    const char *method; /* NULL: any */
    const char *pattern;
    void (*handle)(void *context, struct exchange *exchange, const struct route_match *match);
    const char *summary; /* one sentence, may be NULL */
};

struct route_capture {
    const char *name; /* inside the pattern, not terminated */
    gsize name_bytes;
    char *value;
};

struct route_match {
    const struct route *route; /* NULL unless ROUTE_FOUND */
    struct route_capture captures[ROUTE_CAPTURES_MAX];
    gsize capture_count;
};

enum route_result {
    ROUTE_FOUND,
    ROUTE_OTHER_METHOD, /* the path is known, but not with this method: 405 */
    ROUTE_UNKNOWN,      /* 404 */
};

/* Finds the row; clear match in any case. HEAD is a method of its own. */
enum route_result route_look_up(const struct route *routes, gsize route_count, const char *method,
                                const char *path, struct route_match *match);
void route_match_clear(struct route_match *match);
/* The decoded value of a capture, or NULL if the bracketed part with it was absent; lent. */
const char *route_value(const struct route_match *match, const char *name);

/* Finds the row and calls its handler; anything but ROUTE_FOUND is left to the caller. */
enum route_result route_dispatch(const struct route *routes, gsize route_count, void *context,
                                 struct exchange *exchange);
