/* container-start-failure: the engine cannot start a container. */
#include "mocks/faults/kinds.h"

struct container_start_failure {
    char *message;
};

static const struct field fields[] = {
    {.name = "message",
     .kind = FIELD_STRING,
     .offset = offsetof(struct container_start_failure, message),
     .summary = "the engine's error; absent: its words for a machine that grants too little"},
    {0},
};

static void container_start_failure_point(const struct fault_strike *strike,
                                          const struct point_event *event,
                                          struct point_effect *effect)
{
    const struct container_start_failure *parameters = strike->parameters;
    (void)event;
    effect->is_failure = true;
    effect->message = parameters->message;
}

const struct fault_kind fault_kind_container_start_failure = {
    .record = {.name = "container-start-failure",
               .summary = "the engine cannot start a container",
               .size = sizeof(struct container_start_failure),
               .fields = fields},
    .evidence = "failures.md G13",
    .stage = FAULT_AT_POINT,
    .point = POINT_CONTAINER_START,
    .point_strike = container_start_failure_point,
};
