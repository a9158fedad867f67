/* Errors of files as JSON. Nobody but the files of workflow_json.h includes this. */
#pragma once

#include "base/json.h"

/* A list of {"file", "line", "column", "message"}; an error without a place has file null and
   zeros. The caller owns it. */
json_t *errors_json(const GPtrArray *errors);
