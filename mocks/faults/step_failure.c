/* step-failure: an instruction of a Dockerfile fails. */
#include "mocks/faults/kinds.h"

struct step_failure {
    int64_t exit_code;
    char *message;
};

static const struct field fields[] = {
    {.name = "exit_code",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct step_failure, exit_code),
     .otherwise = "1",
     .minimum = 1,
     .maximum = 255,
     .summary = "the exit code of a RUN"},
    {.name = "message",
     .kind = FIELD_STRING,
     .offset = offsetof(struct step_failure, message),
     .summary =
         "of a RUN, the last lines of its output; of COPY, ADD and WORKDIR the error itself; "
         "absent: an input/output error"},
    {0},
};

static void step_failure_point(const struct fault_strike *strike, const struct point_event *event,
                               struct point_effect *effect)
{
    const struct step_failure *parameters = strike->parameters;
    (void)event;
    effect->is_failure = true;
    effect->exit_code = (int)parameters->exit_code;
    effect->message = parameters->message;
}

const struct fault_kind fault_kind_step_failure = {
    .record = {.name = "step-failure",
               .summary = "a RUN, COPY, ADD or WORKDIR of a Dockerfile fails",
               .size = sizeof(struct step_failure),
               .fields = fields},
    .evidence = "failures.md E4, I3, J1",
    .stage = FAULT_AT_POINT,
    .point = POINT_BUILD_STEP,
    .point_strike = step_failure_point,
};
