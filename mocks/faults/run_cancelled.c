/* run-cancelled: somebody cancels the workflow run, or a newer one does. */
#include "mocks/faults/kinds.h"

struct run_cancelled {
    int64_t after_us;
};

static const struct field fields[] = {
    {.name = "after",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct run_cancelled, after_us),
     .summary = "so long after the step has begun, whether it still runs or not"},
    {0},
};

static void run_cancelled_point(const struct fault_strike *strike, const struct point_event *event,
                                struct point_effect *effect)
{
    const struct run_cancelled *parameters = strike->parameters;
    (void)event;
    effect->interruption = RUN_CANCELLED;
    effect->delay_us = parameters->after_us;
}

const struct fault_kind fault_kind_run_cancelled = {
    .record =
        {.name = "run-cancelled",
         .summary =
             "the whole run is cancelled: by a user, or by what the concurrency of others asks for",
         .size = sizeof(struct run_cancelled),
         .fields = fields},
    .evidence = "failures.md M2",
    .stage = FAULT_AT_POINT,
    .point = POINT_WORKFLOW_STEP,
    .point_strike = run_cancelled_point,
};
