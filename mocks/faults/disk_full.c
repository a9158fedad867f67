/* disk-full: from when it fires the disk of the machine takes nothing more, or only so much. */
#include "mocks/faults/kinds.h"

struct disk_full {
    int64_t room_bytes;
    int64_t for_us; /* 0: for ever */
};

static const struct field fields[] = {
    {.name = "room",
     .kind = FIELD_SIZE,
     .offset = offsetof(struct disk_full, room_bytes),
     .summary = "so much can still be written; what is freed does not count"},
    {.name = "for",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct disk_full, for_us),
     .summary = "there is space again after this; absent: never"},
    {0},
};

/* What was written since it fired. */
struct disk_memory {
    int64_t written_bytes;
};

static int64_t disk_full_lasts_us(const void *parameters)
{
    const struct disk_full *disk_full = parameters;
    return disk_full->for_us > 0 ? disk_full->for_us : NEVER;
}

static void disk_full_point(const struct fault_strike *strike, const struct point_event *event,
                            struct point_effect *effect)
{
    const struct disk_full *parameters = strike->parameters;
    struct disk_memory *memory = strike->memory;
    memory->written_bytes += event->amount;
    if (memory->written_bytes > parameters->room_bytes)
        effect->is_failure = true;
}

const struct fault_kind fault_kind_disk_full = {
    .record = {.name = "disk-full",
               .summary = "the disk is full from now on: no space left on device",
               .size = sizeof(struct disk_full),
               .fields = fields},
    .evidence = "failures.md E1-E5",
    .stage = FAULT_AT_POINT,
    .point = POINT_DISK_WRITE,
    .memory_bytes = sizeof(struct disk_memory),
    .lasts_us = disk_full_lasts_us,
    .point_strike = disk_full_point,
};
