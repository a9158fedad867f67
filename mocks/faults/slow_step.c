/* slow-step: an instruction of a Dockerfile takes longer. */
#include "mocks/faults/kinds.h"

struct slow_step {
    int64_t delay_us;
    double factor;
};

static const struct field fields[] = {
    {.name = "delay",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct slow_step, delay_us),
     .summary = "so much longer"},
    {.name = "factor",
     .kind = FIELD_NUMBER,
     .offset = offsetof(struct slow_step, factor),
     .otherwise = "1",
     .minimum = 0.001,
     .maximum = 1000,
     .summary = "so many times as long"},
    {0},
};

static void slow_step_point(const struct fault_strike *strike, const struct point_event *event,
                            struct point_effect *effect)
{
    const struct slow_step *parameters = strike->parameters;
    (void)event;
    effect->delay_us += parameters->delay_us;
    effect->factor = (effect->factor > 0 ? effect->factor : 1) * parameters->factor;
}

const struct fault_kind fault_kind_slow_step = {
    .record = {.name = "slow-step",
               .summary = "an instruction of a Dockerfile takes longer",
               .size = sizeof(struct slow_step),
               .fields = fields},
    .evidence = "failures.md I4, peers.md 1.7 memory/CPU",
    .stage = FAULT_AT_POINT,
    .point = POINT_BUILD_STEP,
    .point_strike = slow_step_point,
};
