/* emulator-missing: nothing on the machine runs programs of the platform. */
#include "mocks/faults/kinds.h"

static void emulator_missing_point(const struct fault_strike *strike,
                                   const struct point_event *event, struct point_effect *effect)
{
    (void)strike;
    (void)event;
    effect->is_missing = true;
}

const struct fault_kind fault_kind_emulator_missing = {
    .record = {.name = "emulator-missing",
               .summary = "no emulator for the platform: exec format error",
               .size = sizeof(struct fault_no_parameters),
               .fields = fault_no_parameters},
    .evidence = "failures.md I1",
    .stage = FAULT_AT_POINT,
    .point = POINT_EMULATION,
    .point_strike = emulator_missing_point,
};
