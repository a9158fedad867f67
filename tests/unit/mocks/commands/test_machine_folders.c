/* What root removes from a runner's image gives its bytes back to the disk. */
#include "bench.h"

#include "mocks/dockerd/dockerd.h"

static const struct machine_folder folders[] = {
    {"/usr/share/dotnet", 4 * GIB_BYTES, 5 * SECOND_US},
    {"/opt/hostedtoolcache/CodeQL", 2 * GIB_BYTES, SECOND_US},
    {"/opt/hostedtoolcache/other", 3 * GIB_BYTES, 4 * SECOND_US},
    {"/usr/local/julia1.12.2", GIB_BYTES, 0},
    {0},
};
static const struct plan hosted = {.folders = folders};

static void expect_free_gib(struct bench *bench, int64_t gib)
{
    cr_expect_eq(disk_free_bytes(bench->disk), gib * GIB_BYTES, "%lld GiB are free",
                 (long long)(disk_free_bytes(bench->disk) / GIB_BYTES));
}

static void removes(struct bench *bench)
{
    expect(bench, "sudo rm -rf /usr/share/dotnet/", 0, "", "");
    expect_free_gib(bench, 14 + 4);
    cr_expect_eq(bench->elapsed_us, 5 * SECOND_US);
    expect(bench, "sudo rm -rf /usr/share/dotnet", 0, "", "");
    expect_free_gib(bench, 14 + 4);
    cr_expect_eq(bench->elapsed_us, 0);
    expect(bench, "sudo rm -rf /usr/local/julia* /opt/ghc", 0, "", "");
    expect_free_gib(bench, 14 + 4 + 1);
    expect(bench, "sudo rm -rf /opt", 0, "", "");
    expect_free_gib(bench, 14 + 4 + 1 + 5);
    cr_expect_eq(assumed_count(bench), 0);
}

Test(commands_machine_folders, give_their_bytes_back_once)
{
    bench_run(&hosted, removes);
}

/* Children of this machine are commands that are assumed, rm too. */
static void removes_the_tool_cache(struct bench *bench)
{
    bench->environment[0] = "RUNNER_TOOL_CACHE=/home/runner/hostedtoolcache";

    expect(bench, "sudo rm -rf /opt/hostedtoolcache/CodeQL", 0, "", "");
    expect_free_gib(bench, 14 + 2);
    expect(bench, "sudo rm -rf /home/runner/hostedtoolcache /home/runner/more", 0, "", "");
    expect_free_gib(bench, 14 + 5);
    cr_assert_eq(assumed_count(bench), 1);
    const struct assumed_use *use = assumed_at(bench, 0);
    cr_expect_str_eq(use->line, "rm -rf");
    cr_expect_eq(use->count, 2);
}

Test(commands_machine_folders, the_tool_cache_is_the_machines_and_the_jobs)
{
    bench_run(&hosted, removes_the_tool_cache);
}

static void removes_others(struct bench *bench)
{
    expect(bench, "sudo rm -rf /usr/share/doc", 0, "", "");
    expect_free_gib(bench, 14);
    cr_assert_eq(assumed_count(bench), 1);
    const struct assumed_use *use = assumed_at(bench, 0);
    cr_expect_str_eq(use->line, "rm /usr/share/doc");
    cr_expect_not(use->leaves_gap);
}

Test(commands_machine_folders, other_places_are_taken_to_be_gone)
{
    bench_run(&hosted, removes_others);
}

static void removes_as_a_user(struct bench *bench)
{
    (void)run(bench, "rm -rf /usr/share/dotnet");
    expect_free_gib(bench, 14);
}

Test(commands_machine_folders, only_root_removes_them)
{
    bench_run(&hosted, removes_as_a_user);
}
