/* Patterns of fault scopes: `*` is any run of characters, '/' included, `?` is one character. */
#pragma once

#include <stdbool.h>

/* Whether the whole text matches. Takes time proportional to pattern times text at the worst. */
bool glob_match(const char *pattern, const char *text);
