/*
 * What nobody can tell of a workflow's leg: a red that something assumed may have made, and an
 * image whose name a command would have said that nothing models. Pure; its fate by its own account
 * comes first (fate.h).
 */
#pragma once

#include "harness/promise.h"

/* Why the fate of a leg, which is set, says nothing; NULL: it says what it says. promises NULL: the
   run in clear weather. Under a fault what was green before is red by the fault, and what was red
   in doubt may by the fault be so before anything assumed can tell. Lent for ever. */
const char *leg_doubt(const struct outcome *outcome, const struct promises *promises,
                      const struct leg_outcome *leg);
