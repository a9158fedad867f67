/* engine-restart: at a request, or a while after it, the daemon goes down; its connections are cut,
   and it comes back later. */
#include "mocks/faults/kinds.h"

struct engine_restart {
    int64_t after_us;
    int64_t down_us;
};

static const struct field fields[] = {
    {.name = "after",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct engine_restart, after_us),
     .summary = "the request goes on for so long before; absent: it gets no answer at all"},
    {.name = "down",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct engine_restart, down_us),
     .otherwise = "10s",
     .summary = "how long connections are refused"},
    {0},
};

static void engine_restart_point(const struct fault_strike *strike, const struct point_event *event,
                                 struct point_effect *effect)
{
    const struct engine_restart *parameters = strike->parameters;
    (void)event;
    effect->is_hang |= parameters->after_us == 0;
    fault_strike_restart_engine(strike, parameters->after_us, parameters->down_us);
}

const struct fault_kind fault_kind_engine_restart = {
    .record = {.name = "engine-restart",
               .summary = "the engine goes down at a request and comes back later",
               .size = sizeof(struct engine_restart),
               .fields = fields},
    .evidence = "failures.md F8, F1",
    .stage = FAULT_AT_POINT,
    .point = POINT_ENGINE_REQUEST,
    .point_strike = engine_restart_point,
};
