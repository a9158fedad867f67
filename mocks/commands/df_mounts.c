/* The file systems of a hosted runner: the root is the machine's virtual disk. */
#include "mocks/commands/df.h"

#include "base/units.h"

static void add(GArray *mounts, const char *source, const char *type, const char *target,
                int64_t size_bytes, int64_t used_bytes)
{
    const struct mount mount = {
        .source = source,
        .type = type,
        .target = target,
        .size_bytes = size_bytes,
        .used_bytes = used_bytes,
        .free_bytes = size_bytes - used_bytes,
    };
    g_array_append_val(mounts, mount);
}

GArray *mounts_of(const struct command_set *set)
{
    GArray *mounts = g_array_new(FALSE, FALSE, sizeof(struct mount));
    const struct disk *disk = set->options.disk;
    int64_t memory_bytes = set->options.memory_bytes;

    add(mounts, "/dev/root", "ext4", "/", disk != NULL ? disk_size_bytes(disk) : 0,
        disk != NULL ? disk_used_bytes(disk) : 0);
    add(mounts, "tmpfs", "tmpfs", "/dev/shm", memory_bytes / 2, 84 * KIB_BYTES);
    add(mounts, "tmpfs", "tmpfs", "/run", memory_bytes / 5, MIB_BYTES);
    add(mounts, "tmpfs", "tmpfs", "/run/lock", 5 * MIB_BYTES, 0);
    if (set->options.second_disk_bytes > 0)
        add(mounts, "/dev/sdb1", "ext4", "/mnt", set->options.second_disk_bytes,
            set->options.second_disk_bytes / 18);
    add(mounts, "/dev/sda15", "vfat", "/boot/efi", 105 * MIB_BYTES, 6 * MIB_BYTES);
    add(mounts, "tmpfs", "tmpfs", "/run/user/1001", memory_bytes / 10, 12 * KIB_BYTES);
    return mounts;
}
