/*
 * Filter patterns of `on`: branches, tags and paths (docs: workflow syntax, filter pattern cheat
 * sheet). `*` any run without '/', `**` any run, `?` and `+` none-or-one and one-or-more of what is
 * before, `[ab-z]` one of, `\` takes the next character as it is; `**` with a '/' after it also
 * stands for nothing.
 */
#pragma once

#include "base/error.h"

/* Whether the whole text fits; a leading `!` is the caller's. Takes time proportional to pattern
   times text. Patterns above FILTER_PATTERN_BYTES_MAX fit nothing. */
bool pattern_fits(const char *pattern, const char *text);
/* In order, the last pattern that fits decides; `!pattern` takes back. */
bool patterns_fit(const char *const *patterns, const char *text);
