/* boot-never: the program in a container never gets ready, or dies at once. */
#include "mocks/faults/kinds.h"

struct boot_never {
    int64_t exit_code;
    char *message;
};

static const struct field fields[] = {
    {.name = "exit_code",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct boot_never, exit_code),
     .minimum = 1,
     .maximum = 255,
     .summary = "it exits with this at once; absent: it runs and is never ready"},
    {.name = "message",
     .kind = FIELD_STRING,
     .offset = offsetof(struct boot_never, message),
     .summary = "its last line on stderr"},
    {0},
};

static void boot_never_point(const struct fault_strike *strike, const struct point_event *event,
                             struct point_effect *effect)
{
    const struct boot_never *parameters = strike->parameters;
    (void)event;
    if (parameters->exit_code == 0) {
        effect->is_hang = true;
        return;
    }
    effect->is_failure = true;
    effect->exit_code = (int)parameters->exit_code;
    effect->message = parameters->message;
}

const struct fault_kind fault_kind_boot_never = {
    .record = {.name = "boot-never",
               .summary = "the program in a container never gets ready, or dies at once",
               .size = sizeof(struct boot_never),
               .fields = fields},
    .evidence = "failures.md G2, G3",
    .stage = FAULT_AT_POINT,
    .point = POINT_CONTAINER_BOOT,
    .point_strike = boot_never_point,
};
