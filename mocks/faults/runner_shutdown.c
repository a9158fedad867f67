/* runner-shutdown: the leg's machine is told to stop, as when a spot instance is taken back. */
#include "mocks/faults/kinds.h"

struct runner_shutdown {
    int64_t after_us;
};

static const struct field fields[] = {
    {.name = "after",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct runner_shutdown, after_us),
     .summary = "so long after the step has begun, whether it still runs or not"},
    {0},
};

static void runner_shutdown_point(const struct fault_strike *strike,
                                  const struct point_event *event, struct point_effect *effect)
{
    const struct runner_shutdown *parameters = strike->parameters;
    (void)event;
    effect->interruption = RUNNER_SHUT_DOWN;
    effect->delay_us = parameters->after_us;
}

const struct fault_kind fault_kind_runner_shutdown = {
    .record = {.name = "runner-shutdown",
               .summary = "the runner of the leg gets a shutdown signal: no later step runs",
               .size = sizeof(struct runner_shutdown),
               .fields = fields},
    .evidence = "failures.md M7",
    .stage = FAULT_AT_POINT,
    .point = POINT_WORKFLOW_STEP,
    .point_strike = runner_shutdown_point,
};
