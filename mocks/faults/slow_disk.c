/* slow-disk: writes take longer. */
#include "mocks/faults/kinds.h"

struct slow_disk {
    int64_t delay_us;
};

static const struct field fields[] = {
    {.name = "delay",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct slow_disk, delay_us),
     .is_required = true,
     .summary = "so much longer for each write"},
    {0},
};

static void slow_disk_point(const struct fault_strike *strike, const struct point_event *event,
                            struct point_effect *effect)
{
    const struct slow_disk *parameters = strike->parameters;
    (void)event;
    effect->delay_us += parameters->delay_us;
}

const struct fault_kind fault_kind_slow_disk = {
    .record = {.name = "slow-disk",
               .summary = "writes to the disk take longer",
               .size = sizeof(struct slow_disk),
               .fields = fields},
    .evidence = "peers.md 1.7 disk / fs",
    .stage = FAULT_AT_POINT,
    .point = POINT_DISK_WRITE,
    .point_strike = slow_disk_point,
};
