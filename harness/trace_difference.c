/* The first line that two traces do not share. */
#include "harness/trace_difference.h"

#include <string.h>

enum {
    SHOWN_MAX = 160
};

struct lines {
    const char *at;
    gsize left;
};

static struct lines lines_of(GBytes *trace)
{
    gsize length = 0;
    const char *bytes = g_bytes_get_data(trace, &length);
    return (struct lines){bytes, length};
}

/* The length of the line at hand, its end of line included; 0: there is none. */
static gsize line_length(const struct lines *lines)
{
    const char *end = lines->left == 0 ? NULL : memchr(lines->at, '\n', lines->left);
    return end == NULL ? lines->left : (gsize)(end - lines->at) + 1;
}

static void skip_bytes(struct lines *lines, gsize length)
{
    lines->at += length;
    lines->left -= length;
}

static char *line_shown(const struct lines *lines)
{
    gsize length = line_length(lines);
    if (length == 0)
        return g_strdup("nothing");
    g_autofree char *line = g_strndup(lines->at, MIN(length, SHOWN_MAX));
    g_autofree char *valid = g_utf8_make_valid(g_strchomp(line), -1);
    return g_strconcat(valid, length > SHOWN_MAX ? "…" : "", NULL);
}

char *trace_difference(GBytes *first, GBytes *again)
{
    struct lines one = lines_of(first);
    struct lines other = lines_of(again);

    for (guint number = 1; one.left > 0 || other.left > 0; number++) {
        gsize length = line_length(&one);
        if (length != line_length(&other) || memcmp(one.at, other.at, length) != 0) {
            g_autofree char *before = line_shown(&one);
            g_autofree char *after = line_shown(&other);
            return g_strdup_printf("line %u: %s and then %s", number, before, after);
        }
        skip_bytes(&one, length);
        skip_bytes(&other, length);
    }
    return NULL;
}
