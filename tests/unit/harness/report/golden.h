/* Reports as files of tests/golden. UPDATE_GOLDEN=1 rewrites them; look at the difference before
   you keep it. */
#pragma once

#include "base/json.h"

/* A run or a table as JSON; the caller owns it. */
json_t *golden_read(const char *name);
void golden_check(const char *name, const char *report);
/* Fails on a character that steers a terminal. */
void golden_check_harmless(const char *report);
