/* Definitions that the tables of the schema share. Nobody else includes this. */
#pragma once

#include "workflow/schema.h"

extern const struct definition schema_any;
extern const struct definition schema_null;
extern const struct definition schema_boolean;
extern const struct definition schema_string;
extern const struct definition schema_filled;         /* a string that is not empty */
extern const struct definition schema_filled_list;    /* a sequence of them */
extern const struct definition schema_filled_or_list; /* one or a sequence */
extern const struct definition schema_filter;         /* the same, or nothing */
