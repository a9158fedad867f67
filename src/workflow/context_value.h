/* JSON as a value of GitHub's expressions without copying it: objects are looked into when asked,
   and ignore case, as those of contexts do. The JSON is shared and must not change any more. */
#pragma once

#include "base/json.h"
#include "expr/value.h"

/* The caller clears it. */
struct value context_value(const json_t *json);
