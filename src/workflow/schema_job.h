/* The definition of `jobs`. Nobody but the schema includes this. */
#pragma once

#include "workflow/schema.h"

extern const struct definition schema_jobs;
extern const struct definition schema_permissions;
extern const struct definition schema_steps;
/* Keys of a mapping whose group must be given (job) or may be empty (workflow). */
extern const struct property *const schema_concurrency_tables[];
