/* Which step ids the legs of a policy can have: another one is a typing error, not an absent step.
 */
#pragma once

#include "engine/policy.h"

/* char *, in the order in which a leg would take them; caller unrefs. */
GPtrArray *step_ids_of(const struct policy *policy);
/* Whether id is among them. */
bool step_ids_have(const GPtrArray *ids, const char *id);
