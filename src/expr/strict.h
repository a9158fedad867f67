/* What the strict dialect and its function table share. */
#pragma once

#include "expr/expr.h"

extern const struct expr_function strict_functions[];

/* Fails when the kinds differ and neither is null. */
bool strict_are_equal(const struct value *left, const struct value *right, bool *truth,
                      GError **error);
