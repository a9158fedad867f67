/* Content-Range of an upload's chunk. */
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

bool content_range_parse(const char *text, struct byte_range *range)
{
    if (g_ascii_strncasecmp(text, "bytes ", 6) == 0)
        text += strlen("bytes ");
    return take_number(&text, &range->first) && *text++ == '-' &&
           take_number(&text, &range->last) && (*text == '\0' || *text == '/') &&
           range->first <= range->last;
}
