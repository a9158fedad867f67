/* runner-lost: the leg's machine is gone without a word: starved, crashed or cut off. */
#include "mocks/faults/kinds.h"

struct runner_lost {
    int64_t after_us;
    int64_t noticed_after_us;
};

static const struct field fields[] = {
    {.name = "after",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct runner_lost, after_us),
     .summary = "so long after the step has begun, whether it still runs or not"},
    {.name = "noticed_after",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct runner_lost, noticed_after_us),
     .otherwise = "10min",
     .summary = "when the server gives the job up, after the runner's last word"},
    {0},
};

static void runner_lost_point(const struct fault_strike *strike, const struct point_event *event,
                              struct point_effect *effect)
{
    const struct runner_lost *parameters = strike->parameters;
    (void)event;
    effect->interruption = RUNNER_LOST;
    effect->delay_us = parameters->after_us;
    effect->noticed_us = parameters->noticed_after_us;
}

const struct fault_kind fault_kind_runner_lost = {
    .record =
        {.name = "runner-lost",
         .summary =
             "the runner of the leg is lost: nothing runs any more, and the server notices later",
         .size = sizeof(struct runner_lost),
         .fields = fields},
    .evidence = "failures.md M6",
    .stage = FAULT_AT_POINT,
    .point = POINT_WORKFLOW_STEP,
    .point_strike = runner_lost_point,
};
