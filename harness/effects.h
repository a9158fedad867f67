/*
 * Effects: what the outside world can see, read from the stores of the fakes before and after a
 * run. Nothing here asks the engine what it thinks it did, but for the names of its side tags.
 */
#pragma once

#include "harness/outcome.h"
#include "harness/stage.h"

/* One effect for every service of the policy, with what its tag names before the run. */
void effects_begin(struct outcome *outcome, const struct stage *stage);
/* Fills in what is there afterwards, and the fates. */
void effects_finish(struct outcome *outcome, const struct stage *stage);
