/*
 * What patterns do to the values of variables: ${X#p}, ${X##p}, ${X%p}, ${X%%p}, ${X/p/r},
 * ${X//p/r} (BuildKit, frontend/dockerfile/shell/lex.go). "*" and "?" are special, a backslash
 * takes that away. Each returns a text (g_free), or NULL with the reason when a pattern is broken.
 */
#pragma once

#include "base/error.h"

enum pattern_end {
    PATTERN_AT_START,
    PATTERN_AT_END,
};

/* Without what the pattern fits: as little of it as can be, or as much. */
char *pattern_trim(const char *value, const char *pattern, enum pattern_end end, bool is_longest,
                   GError **error) MUST_USE;
char *pattern_replace(const char *value, const char *pattern, const char *replacement, bool is_all,
                      GError **error) MUST_USE;
