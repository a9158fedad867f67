/* engine-hang: from when it fires the daemon takes requests and answers none. */
#include "mocks/faults/kinds.h"

struct engine_hang {
    int64_t for_us; /* 0: for ever */
};

static const struct field fields[] = {
    {.name = "for",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct engine_hang, for_us),
     .summary = "one request is answered so much later; absent: none ever is again"},
    {0},
};

static int64_t engine_hang_lasts_us(const void *parameters)
{
    const struct engine_hang *engine_hang = parameters;
    return engine_hang->for_us > 0 ? 0 : NEVER;
}

static void engine_hang_point(const struct fault_strike *strike, const struct point_event *event,
                              struct point_effect *effect)
{
    const struct engine_hang *parameters = strike->parameters;
    (void)event;
    if (parameters->for_us == 0)
        effect->is_hang = true;
    else
        effect->delay_us += parameters->for_us;
}

const struct fault_kind fault_kind_engine_hang = {
    .record = {.name = "engine-hang",
               .summary = "the engine takes requests and answers none, from now on",
               .size = sizeof(struct engine_hang),
               .fields = fields},
    .evidence = "failures.md F5",
    .stage = FAULT_AT_POINT,
    .point = POINT_ENGINE_REQUEST,
    .lasts_us = engine_hang_lasts_us,
    .point_strike = engine_hang_point,
};
