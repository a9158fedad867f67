/* Ids of jobs and steps, and the ids made for matrix legs: GitHub's rules (actions-semantics.md 6,
   2.1). A scope knows the ids given so far, ignoring case. */
#pragma once

#include "base/error.h"

struct identifiers;

struct identifiers *identifiers_new(void);
void identifiers_free(struct identifiers *identifiers);
CLEANUP(identifiers, identifiers_free)
/* NULL when the id is fine, and then it is taken; else GitHub's message, g_free. */
char *identifiers_add(struct identifiers *identifiers, const char *id);
/* The id of a matrix leg from the texts of its values: joined by '_', other characters become '_',
   at most 25 characters, `_2` and so on when taken. g_free. */
char *identifiers_make(struct identifiers *identifiers, const char *const *segments);
/* The same, whole: what would be longer than MATRIX_LEG_ID_BYTES_MAX ends with a hash of all of it.
   g_free. */
char *identifiers_make_whole(struct identifiers *identifiers, const char *const *segments);
/* Eight hexadecimal digits that the text alone decides; g_free. */
char *identifier_hash(const char *text);
