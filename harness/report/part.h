/* JSON that the reports of rehearsals (entry.h) and of real runs (leg.h) have in common. */
#pragma once

#include "base/json.h"
#include "engine/engine.h"

/* A list of char *; JSON null for NULL. */
json_t *part_texts(const GPtrArray *texts);
/* {"cause", "rule", "step", "evidence", "escalation"}, or null when there is nothing to diagnose.
 */
json_t *part_diagnosis(const struct diagnosis *diagnosis);
