/*
 * Why nobody can tell what becomes of a leg: what it stands on was assumed, inputs are missing, or
 * even clear weather did not tell.
 */
#pragma once

#include "harness/promise.h"

/* promises NULL: this is the run in clear weather that makes them. The leg's fate is that of its
   images, and of its end where it has none. NULL: it can be told. */
const char *doubt_of_leg(const struct outcome *outcome, const struct promises *promises,
                         const struct leg_outcome *leg);
