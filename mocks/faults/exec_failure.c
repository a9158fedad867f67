/* exec-failure: a command in a container fails. */
#include "mocks/faults/kinds.h"

struct exec_failure {
    int64_t exit_code;
    char *message;
};

static const struct field fields[] = {
    {.name = "exit_code",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct exec_failure, exit_code),
     .otherwise = "1",
     .minimum = 1,
     .maximum = 255,
     .summary = "the command's exit code"},
    {.name = "message",
     .kind = FIELD_STRING,
     .offset = offsetof(struct exec_failure, message),
     .summary = "what the command prints to stderr"},
    {0},
};

static void exec_failure_point(const struct fault_strike *strike, const struct point_event *event,
                               struct point_effect *effect)
{
    const struct exec_failure *parameters = strike->parameters;
    (void)event;
    effect->is_failure = true;
    effect->exit_code = (int)parameters->exit_code;
    effect->message = parameters->message;
}

const struct fault_kind fault_kind_exec_failure = {
    .record = {.name = "exec-failure",
               .summary = "a command in a container fails",
               .size = sizeof(struct exec_failure),
               .fields = fields},
    .evidence = "failures.md G2",
    .stage = FAULT_AT_POINT,
    .point = POINT_EXEC,
    .point_strike = exec_failure_point,
};
