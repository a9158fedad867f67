/* prune-conflict: another prune is running already. */
#include "mocks/faults/kinds.h"

static void prune_conflict_point(const struct fault_strike *strike, const struct point_event *event,
                                 struct point_effect *effect)
{
    (void)strike;
    (void)event;
    effect->is_failure = true;
}

const struct fault_kind fault_kind_prune_conflict = {
    .record = {.name = "prune-conflict",
               .summary = "the engine refuses a prune: one is already running",
               .size = sizeof(struct fault_no_parameters),
               .fields = fault_no_parameters},
    .evidence = "failures.md E9",
    .stage = FAULT_AT_POINT,
    .point = POINT_PRUNE,
    .point_strike = prune_conflict_point,
};
