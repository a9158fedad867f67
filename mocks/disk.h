/*
 * The virtual disk of one machine, shared by everything on it. Nothing is stored: it counts bytes,
 * in accounts, so that df and prune can tell what is where, and says no when it is full. The
 * weather may say no earlier (POINT_DISK_WRITE).
 *
 * Failures and changes of at least DISK_TRACED_BYTES_MIN are "disk" events in the trace.
 */
#pragma once

#include "mocks/world.h"

#define DISK_TRACED_BYTES_MIN (INT64_C(1024) * 1024)

struct disk;

#define DISK_ERROR (disk_error_quark())
GQuark disk_error_quark(void);

enum disk_error {
    DISK_ERROR_FULL, /* ENOSPC: "no space left on device", or the weather's own words */
};

enum disk_account {
    DISK_IMAGES,
    DISK_CONTAINERS,
    DISK_VOLUMES,
    DISK_BUILD_CACHE,
    DISK_TEMPORARY,
    DISK_OTHER,
    DISK_ACCOUNT_COUNT
};

/* machine is copied. used_bytes is there from the start, in DISK_OTHER. */
struct disk *disk_new(struct world *world, const char *machine, int64_t size_bytes,
                      int64_t used_bytes);
void disk_free(struct disk *disk);
CLEANUP(disk, disk_free)

/*
 * Writes bytes; all or nothing. purpose is what the weather matches and the trace shows: a path or
 * words ("pull sha256:…"). In a fiber the weather may delay it or let it hang.
 */
bool disk_take(struct disk *disk, enum disk_account account, const char *purpose, int64_t bytes,
               GError **error) MUST_USE;
/* Frees bytes of an account; never more than it holds. */
void disk_give(struct disk *disk, enum disk_account account, const char *purpose, int64_t bytes);

int64_t disk_size_bytes(const struct disk *disk);
int64_t disk_used_bytes(const struct disk *disk);
int64_t disk_free_bytes(const struct disk *disk);
int64_t disk_account_bytes(const struct disk *disk, enum disk_account account);
