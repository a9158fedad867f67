/* Matching paths against tables of routes. */
#include "mocks/route.h"

#include "mocks/wire_text.h"

#include <string.h>

/* A capture is cut out of the raw segments: the value of several keeps its slashes. */
static void add_capture(struct route_match *match, const char *name, gsize name_bytes,
                        const char *text, gsize length_bytes)
{
    g_assert(match->capture_count < ROUTE_CAPTURES_MAX);
    struct route_capture *capture = &match->captures[match->capture_count++];
    capture->name = name;
    capture->name_bytes = name_bytes;
    capture->value = percent_decode(text, length_bytes, /* plus_is_space= */ false);
}

static void drop_captures(struct route_match *match, gsize kept_count)
{
    while (match->capture_count > kept_count)
        g_clear_pointer(&match->captures[--match->capture_count].value, g_free);
}

void route_match_clear(struct route_match *match)
{
    drop_captures(match, 0);
    match->route = NULL;
}

static gsize segment_bytes(const char *text)
{
    return strcspn(text, "/");
}

static bool match_from(const char *pattern, const char *path, struct route_match *match);

/* "{name*}": as few segments as will do. */
static bool match_many(const char *name, gsize name_bytes, const char *rest, const char *path,
                       struct route_match *match)
{
    gsize kept_count = match->capture_count;
    for (gsize taken_bytes = segment_bytes(path); taken_bytes > 0;) {
        add_capture(match, name, name_bytes, path, taken_bytes);
        if (match_from(rest, path + taken_bytes, match))
            return true;
        drop_captures(match, kept_count);
        if (path[taken_bytes] == '\0')
            return false;
        taken_bytes += 1 + segment_bytes(path + taken_bytes + 1);
    }
    return false;
}

/* One segment of the pattern, after its slash, against the path, after its own. */
static bool match_segment(const char *pattern, const char *path, struct route_match *match)
{
    gsize pattern_bytes = strcspn(pattern, "/]");
    gsize path_bytes = segment_bytes(path);
    const char *brace = memchr(pattern, '{', pattern_bytes);
    gsize literal_bytes = brace != NULL ? (gsize)(brace - pattern) : pattern_bytes;

    if (path_bytes < literal_bytes || memcmp(pattern, path, literal_bytes) != 0)
        return false;
    if (brace == NULL)
        return path_bytes == literal_bytes &&
               match_from(pattern + pattern_bytes, path + path_bytes, match);
    if (path_bytes == literal_bytes)
        return false;
    gsize name_bytes = pattern_bytes - literal_bytes - 2;
    const char *name = brace + 1;
    if (name[name_bytes - 1] == '*')
        return match_many(name, name_bytes - 1, pattern + pattern_bytes, path, match);
    add_capture(match, name, name_bytes, path + literal_bytes, path_bytes - literal_bytes);
    return match_from(pattern + pattern_bytes, path + path_bytes, match);
}

static bool match_from(const char *pattern, const char *path, struct route_match *match)
{
    if (*pattern == ']') /* the end of the optional part */
        pattern++;
    if (*pattern == '\0' || *path == '\0')
        return *pattern == *path;
    return *pattern == '/' && *path == '/' && match_segment(pattern + 1, path + 1, match);
}

static bool match_pattern(const char *pattern, const char *path, struct route_match *match)
{
    if (pattern[0] != '[')
        return match_from(pattern, path, match);
    const char *bracket = strchr(pattern, ']');
    g_assert(bracket != NULL);
    if (match_from(pattern + 1, path, match))
        return true;
    drop_captures(match, 0);
    return match_from(bracket + 1, path, match);
}

enum route_result route_look_up(const struct route *routes, gsize route_count, const char *method,
                                const char *path, struct route_match *match)
{
    enum route_result result = ROUTE_UNKNOWN;
    *match = (struct route_match){0};
    for (gsize i = 0; i < route_count; i++) {
        bool is_method = routes[i].method == NULL || strcmp(routes[i].method, method) == 0;
        if ((!is_method && result == ROUTE_OTHER_METHOD) ||
            !match_pattern(routes[i].pattern, path, match)) {
            drop_captures(match, 0);
            continue;
        }
        if (is_method) {
            match->route = &routes[i];
            return ROUTE_FOUND;
        }
        result = ROUTE_OTHER_METHOD;
        drop_captures(match, 0);
    }
    return result;
}

const char *route_value(const struct route_match *match, const char *name)
{
    gsize name_bytes = strlen(name);
    for (gsize i = 0; i < match->capture_count; i++) {
        const struct route_capture *capture = &match->captures[i];
        if (capture->name_bytes == name_bytes && memcmp(capture->name, name, name_bytes) == 0)
            return capture->value;
    }
    return NULL;
}

enum route_result route_dispatch(const struct route *routes, gsize route_count, void *context,
                                 struct exchange *exchange)
{
    struct route_match match;
    enum route_result result = route_look_up(routes, route_count, exchange_method(exchange),
                                             exchange_path(exchange), &match);
    if (result == ROUTE_FOUND)
        match.route->handle(context, exchange, &match);
    route_match_clear(&match);
    return result;
}
