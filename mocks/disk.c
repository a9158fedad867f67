/* One machine's disk: accounts of bytes and a limit. */
#include "mocks/disk.h"

#include <string.h>

struct disk {
    struct world *world;
    char *machine;
    int64_t size_bytes;
    int64_t used_bytes;
    int64_t account_bytes[DISK_ACCOUNT_COUNT];
};

static const char *const account_names[DISK_ACCOUNT_COUNT] = {
    [DISK_IMAGES] = "images",       [DISK_CONTAINERS] = "containers",
    [DISK_VOLUMES] = "volumes",     [DISK_BUILD_CACHE] = "build-cache",
    [DISK_TEMPORARY] = "temporary", [DISK_OTHER] = "other",
};

GQuark disk_error_quark(void)
{
    return g_quark_from_static_string("seatrial-disk-error");
}

struct disk *disk_new(struct world *world, const char *machine, int64_t size_bytes,
                      int64_t used_bytes)
{
    struct disk *disk = g_new0(struct disk, 1);
    disk->world = world;
    disk->machine = g_strdup(machine);
    disk->size_bytes = size_bytes;
    disk->used_bytes = used_bytes;
    disk->account_bytes[DISK_OTHER] = used_bytes;
    return disk;
}

void disk_free(struct disk *disk)
{
    if (disk == NULL)
        return;
    g_free(disk->machine);
    g_free(disk);
}

static void trace_change(const struct disk *disk, const char *what, enum disk_account account,
                         const char *purpose, int64_t bytes)
{
    struct trace *trace = world_trace(disk->world);
    trace_begin(trace, "disk");
    trace_string(trace, "machine", disk->machine);
    trace_string(trace, "change", what);
    trace_string(trace, "account", account_names[account]);
    trace_string(trace, "purpose", purpose);
    trace_integer(trace, "bytes", bytes);
    trace_integer(trace, "free_bytes", disk_free_bytes(disk));
    trace_end(trace);
}

static bool suffer_weather(struct disk *disk, const struct point_effect *effect, GError **error)
{
    bool takes_time = effect->delay_us > 0 || effect->is_hang;
    if (!takes_time || fiber_current(world_loop(disk->world)) == NULL)
        return true;
    return world_suffer(disk->world, effect, error);
}

bool disk_take(struct disk *disk, enum disk_account account, const char *purpose, int64_t bytes,
               GError **error)
{
    const struct point_event event = {.point = POINT_DISK_WRITE,
                                      .machine = disk->machine,
                                      .subject = purpose,
                                      .detail = account_names[account],
                                      .amount = bytes};
    g_assert(bytes >= 0);
    struct point_effect effect = world_consult(disk->world, &event);
    if (!suffer_weather(disk, &effect, error))
        return false;
    if (effect.is_failure || bytes > disk_free_bytes(disk)) {
        const char *message = effect.is_failure ? effect.message : NULL;
        trace_change(disk, "full", account, purpose, bytes);
        g_set_error_literal(error, DISK_ERROR, DISK_ERROR_FULL,
                            message != NULL ? message : "no space left on device");
        return false;
    }
    disk->used_bytes += bytes;
    disk->account_bytes[account] += bytes;
    if (bytes >= DISK_TRACED_BYTES_MIN)
        trace_change(disk, "taken", account, purpose, bytes);
    return true;
}

void disk_give(struct disk *disk, enum disk_account account, const char *purpose, int64_t bytes)
{
    int64_t given_bytes = CLAMP(bytes, 0, disk->account_bytes[account]);
    disk->used_bytes -= given_bytes;
    disk->account_bytes[account] -= given_bytes;
    if (given_bytes >= DISK_TRACED_BYTES_MIN)
        trace_change(disk, "given", account, purpose, given_bytes);
}

int64_t disk_size_bytes(const struct disk *disk)
{
    return disk->size_bytes;
}

int64_t disk_used_bytes(const struct disk *disk)
{
    return disk->used_bytes;
}

int64_t disk_free_bytes(const struct disk *disk)
{
    return MAX(disk->size_bytes - disk->used_bytes, 0);
}

int64_t disk_account_bytes(const struct disk *disk, enum disk_account account)
{
    return disk->account_bytes[account];
}
