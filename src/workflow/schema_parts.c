/* The plain definitions. */
#include "workflow/schema_parts.h"

const struct definition schema_any = {
    .shapes = SHAPE_ANY, .item = &schema_any, .value = &schema_any, .has_free_key = true};
const struct definition schema_null = {.shapes = SHAPE_NULL};
const struct definition schema_boolean = {.shapes = SHAPE_BOOLEAN};
const struct definition schema_string = {.shapes = SHAPE_STRING};
const struct definition schema_filled = {.shapes = SHAPE_STRING, .is_filled = true};
const struct definition schema_filled_list = {.shapes = SHAPE_SEQUENCE, .item = &schema_filled};
const struct definition schema_filter = {.shapes = SHAPE_NULL | SHAPE_STRING | SHAPE_SEQUENCE,
                                         .is_filled = true,
                                         .item = &schema_filled};
const struct definition schema_filled_or_list = {
    .shapes = SHAPE_STRING | SHAPE_SEQUENCE, .is_filled = true, .item = &schema_filled};
