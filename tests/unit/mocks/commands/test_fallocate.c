/* fallocate: room that files outside of the home take from the machine's disk. */
#include "bench.h"

#include "base/units.h"
#include "mocks/disk.h"

static void expect_free(const struct bench *bench, int64_t gib)
{
    cr_expect_eq(disk_free_bytes(bench->disk), gib * GIB_BYTES, "%" G_GINT64_FORMAT " bytes",
                 disk_free_bytes(bench->disk));
}

static void taking(struct bench *bench)
{
    expect(bench, "sudo fallocate -l 4G /swapfile", 0, "", "");
    expect_free(bench, 10);
    expect(bench, "sudo fallocate -z -l 6442450944 /swapfile", 0, "", "");
    expect_free(bench, 8);
    expect(bench, "sudo fallocate --length=9GiB /mnt/image", 1, "",
           "fallocate: fallocate failed: No space left on device\n");
    expect(bench, "sudo fallocate -l -5 /mnt/image", 1, "",
           "fallocate: invalid length value specified\n");
    expect(bench, "sudo swapoff -a", 0, "", "");
    expect_free(bench, 8);
}

Test(commands_fallocate, takes_what_a_file_grows_by)
{
    bench_run(NULL, taking);
}
