/* What the parts of the matrix share. Nobody else includes this. */
#pragma once

#include "workflow/matrix.h"

/* Whether every scalar below filter equals, as expressions compare, what values has in its place.
 */
bool matrix_filter_fits(const json_t *filter, const json_t *values);
/* The scalars below a value as texts, in order, nulls and empty ones left out. */
void matrix_add_texts(const json_t *value, GPtrArray *texts);
/* A scalar as expressions show it, null as nothing; g_free. */
char *matrix_scalar_text(const json_t *value);
