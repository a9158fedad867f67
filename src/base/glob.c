/* Matching of patterns with `*` and `?`. */
#include "base/glob.h"

#include <stddef.h>

/* The byte after one character; bytes that are no UTF-8 count as one each. */
static const char *next_character(const char *text)
{
    text++;
    while (((unsigned char)*text & 0xc0) == 0x80)
        text++;
    return text;
}

/* Only the last star needs to be tried again: what an earlier one could take, a later one can too.
 */
bool glob_match(const char *pattern, const char *text)
{
    const char *after_star = NULL;
    const char *star_end = NULL; /* how far in text the last star reaches */

    while (*text != '\0') {
        if (*pattern == '*') {
            after_star = ++pattern;
            star_end = text;
        } else if (*pattern == '?') {
            pattern++;
            text = next_character(text);
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (after_star != NULL) {
            pattern = after_star;
            text = star_end = next_character(star_end);
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}
