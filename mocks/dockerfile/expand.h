/*
 * Variables in Dockerfile words: $X, ${X}, ${X:-d}, ${X-d}, ${X:+a}, ${X+a}, ${X:?e}, ${X?e},
 * ${X#p}, ${X##p}, ${X%p}, ${X%%p}, ${X/p/r}, ${X//p/r};
 * quotes and escapes as the Dockerfile reference says ("Environment replacement"). Variables are
 * "NAME=value" texts in a GPtrArray, a later one of a name counts.
 */
#pragma once

#include "base/error.h"

/* The value, or NULL; variables may be NULL. */
const char *variables_get(const GPtrArray *variables, const char *name);
/* Replaces or adds; copies. */
void variables_set(GPtrArray *variables, const char *name, const char *value);
GPtrArray *variables_new(void);

enum expand_mode {
    EXPAND_WORD, /* quotes and escapes go, unset variables are empty */
    EXPAND_TEXT, /* for display: quotes and escapes stay, unset variables stay as they are */
};
/* g_free. Fails on a broken ${…} with BuildKit's words, and above DOCKERFILE_WORD_BYTES_MAX. */
char *expand_word(const char *text, char escape, const GPtrArray *variables, enum expand_mode mode,
                  GError **error) MUST_USE;
/* Splits at blanks outside quotes, quotes and escapes still in the words; g_strfreev. */
char **split_words(const char *text, char escape);
