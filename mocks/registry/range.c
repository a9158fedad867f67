/* Ranges in headers. */
#include "mocks/registry/range.h"

#include <string.h>

enum {
    DIGITS_MAX = 18, /* what fits into 63 bits */
};

/* Moves *text behind its digits; false if there are none or too many. */
static bool take_number(const char **text, gsize *number)
{
    gsize digit_count = strspn(*text, "0123456789");
    if (digit_count == 0 || digit_count > DIGITS_MAX)
        return false;
    *number = (gsize)g_ascii_strtoull(*text, NULL, 10);
    *text += digit_count;
    return true;
}

static enum range_answer suffix_range(const char *text, gsize total_bytes, struct byte_range *range)
{
    gsize length_bytes = 0;
    if (!take_number(&text, &length_bytes) || *text != '\0')
        return RANGE_WHOLE;
    if (length_bytes == 0 || total_bytes == 0)
        return RANGE_UNSATISFIABLE;
    range->first = total_bytes - MIN(length_bytes, total_bytes);
    range->last = total_bytes - 1;
    return RANGE_PART;
}

enum range_answer byte_range_parse(const char *text, gsize total_bytes, struct byte_range *range)
{
    if (text == NULL || g_ascii_strncasecmp(text, "bytes=", 6) != 0)
        return RANGE_WHOLE;
    text += strlen("bytes=");
    if (*text == '-')
        return suffix_range(text + 1, total_bytes, range);
    range->last = G_MAXSIZE;
    if (!take_number(&text, &range->first) || *text++ != '-' ||
        (*text != '\0' && !take_number(&text, &range->last)) || *text != '\0')
        return RANGE_WHOLE;
    if (range->first >= total_bytes || range->last < range->first)
        return RANGE_UNSATISFIABLE;
    range->last = MIN(range->last, total_bytes - 1);
    return RANGE_PART;
}

bool content_range_parse(const char *text, struct byte_range *range)
{
    if (g_ascii_strncasecmp(text, "bytes ", 6) == 0)
        text += strlen("bytes ");
    return take_number(&text, &range->first) && *text++ == '-' &&
           take_number(&text, &range->last) && (*text == '\0' || *text == '/') &&
           range->first <= range->last;
}
