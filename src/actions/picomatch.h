/*
 * Globs of Node.js actions: picomatch with `dot: true` (lib/parse.js of 2.3.1) over paths as git
 * writes them: no "." or ".." among their parts, no slash at an end.
 *
 *     *        within a part          {a,b}    one of them
 *     **       as a whole part: parts [ab]     one character, or the text as it stands
 *     ?        one character          !x       all but x
 *     !(a|b)   no such text           @(a|b) (a|b) ?(a|b)
 *
 * Its quirks are kept: a double star beside other text is a single one, but "**.md" is not. What it
 * makes of other patterns ("+(a)", "{1..3}", "[[:alpha:]]", brackets without a partner) is not
 * modelled, and whoever asks is told so instead of getting a guess.
 */
#pragma once

#include "base/cleanup.h"

#include <stdbool.h>

struct picomatch;

/* NULL: the glob is not modelled, or empty. */
struct picomatch *picomatch_new(const char *glob);
void picomatch_free(struct picomatch *pattern);
CLEANUP(picomatch, picomatch_free)
bool picomatch_matches(const struct picomatch *pattern, const char *path);
/* Whether it is one of "all but": it begins with a mark of exclamation. */
bool picomatch_is_negated(const struct picomatch *pattern);
