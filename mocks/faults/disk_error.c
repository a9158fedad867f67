/* disk-error: a write fails for another reason than a full disk. */
#include "mocks/faults/kinds.h"

struct disk_error {
    char *message;
};

static const struct field fields[] = {
    {.name = "message",
     .kind = FIELD_STRING,
     .offset = offsetof(struct disk_error, message),
     .otherwise = "input/output error",
     .summary = "the system's words: read-only file system, disk quota exceeded"},
    {0},
};

static void disk_error_point(const struct fault_strike *strike, const struct point_event *event,
                             struct point_effect *effect)
{
    const struct disk_error *parameters = strike->parameters;
    (void)event;
    effect->is_failure = true;
    effect->message = parameters->message;
}

const struct fault_kind fault_kind_disk_error = {
    .record = {.name = "disk-error",
               .summary = "a write to the disk fails: input/output error, read-only, quota",
               .size = sizeof(struct disk_error),
               .fields = fields},
    .evidence = "peers.md 1.7 disk / fs",
    .stage = FAULT_AT_POINT,
    .point = POINT_DISK_WRITE,
    .point_strike = disk_error_point,
};
