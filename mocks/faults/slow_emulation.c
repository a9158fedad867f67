/* slow-emulation: emulated programs are slower than usual. */
#include "mocks/faults/kinds.h"

struct slow_emulation {
    double factor;
};

static const struct field fields[] = {
    {.name = "factor",
     .kind = FIELD_NUMBER,
     .offset = offsetof(struct slow_emulation, factor),
     .is_required = true,
     .minimum = 0.001,
     .maximum = 1000,
     .summary = "times the machine's own emulation factor"},
    {0},
};

static void slow_emulation_point(const struct fault_strike *strike, const struct point_event *event,
                                 struct point_effect *effect)
{
    const struct slow_emulation *parameters = strike->parameters;
    (void)event;
    effect->factor = (effect->factor > 0 ? effect->factor : 1) * parameters->factor;
}

const struct fault_kind fault_kind_slow_emulation = {
    .record = {.name = "slow-emulation",
               .summary = "emulated programs are so many times slower still",
               .size = sizeof(struct slow_emulation),
               .fields = fields},
    .evidence = "failures.md I4",
    .stage = FAULT_AT_POINT,
    .point = POINT_EMULATION,
    .point_strike = slow_emulation_point,
};
