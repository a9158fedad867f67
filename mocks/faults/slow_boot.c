/* slow-boot: the program in a container is ready later than usual. */
#include "mocks/faults/kinds.h"

struct slow_boot {
    int64_t delay_us;
};

static const struct field fields[] = {
    {.name = "delay",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct slow_boot, delay_us),
     .is_required = true,
     .summary = "so much later"},
    {0},
};

static void slow_boot_point(const struct fault_strike *strike, const struct point_event *event,
                            struct point_effect *effect)
{
    const struct slow_boot *parameters = strike->parameters;
    (void)event;
    effect->delay_us += parameters->delay_us;
}

const struct fault_kind fault_kind_slow_boot = {
    .record = {.name = "slow-boot",
               .summary = "the program in a container takes longer to be ready",
               .size = sizeof(struct slow_boot),
               .fields = fields},
    .evidence = "failures.md G2, peers.md 1.6 buildx",
    .stage = FAULT_AT_POINT,
    .point = POINT_CONTAINER_BOOT,
    .point_strike = slow_boot_point,
};
