/* Lists of errors that functions add to, so that all that is wrong is told at once. */
#pragma once

#include "base/error.h"

/* Adds an error at a place; without a source, its words alone. */
void errors_add(GPtrArray *errors, struct position position, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
