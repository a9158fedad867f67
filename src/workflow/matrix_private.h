/* What the parts of the matrix share. Nobody else includes this. */
#pragma once

#include "workflow/matrix.h"

/* The member of an object, keys compared ignoring case, or NULL. */
json_t *matrix_member(const json_t *object, const char *key);
/* Whether every scalar below filter equals, as expressions compare, what values has in its place.
 */
bool matrix_filter_fits(const json_t *filter, const json_t *values);
/* The scalars below a value as texts, in order, nulls and empty ones left out. */
void matrix_add_texts(const json_t *value, GPtrArray *texts);
