/* What pulls of one daemon share: slots, layers, the disk; and what a cancelled one leaves. */
#include "bench.h"

#include "base/limits.h"
#include "mocks/puller/pull.h"

/* Three transfers at a time, 40 MiB each at 10 MiB/s. */
static const struct network slow_network = {.bytes_per_second = 10 * MIB_BYTES};

struct puller_job {
    struct bench *bench;
    const char *reference;
    const char *name;
    int64_t delay_us;
};

static void run_job(void *argument)
{
    const struct puller_job *job = argument;
    AUTO(pulled_image) image = NULL;
    if (!fiber_sleep(job->bench->loop, job->delay_us, NULL))
        return;
    const char *message = bench_pull(job->bench, job->reference, &image);
    bench_note(job->bench, "%s %s", job->name, message != NULL ? message : "ok");
}

static void add_other_image(struct bench *bench, const char *repository, gsize layer_count)
{
    static const char *const platforms[] = {"linux/amd64", NULL};
    const int64_t sizes[] = {MIB_BYTES, MIB_BYTES, MIB_BYTES, MIB_BYTES};
    const struct image_spec spec = {
        .repository = repository,
        .tag = "1",
        .platforms = platforms,
        .layer_bytes = sizes,
        .layer_count = layer_count,
    };
    registry_add_image(bench->registry, &spec);
}

static void run_jobs(struct bench *bench, struct puller_job *jobs, gsize count)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    for (gsize i = 0; i < count; i++)
        fiber_group_spawn(&group, jobs[i].name, run_job, &jobs[i]);
    cr_assert(fiber_group_wait(&group, NULL));
}

static void pull_beside_a_retrying_one(struct bench *bench)
{
    add_other_image(bench, "o/other", 1);
    struct puller_job jobs[] = {
        {bench, "localhost:5000/o/img:1", "img", 0},
        {bench, "localhost:5000/o/other:1", "other", SECOND_US},
    };
    run_jobs(bench, jobs, G_N_ELEMENTS(jobs));
}

/* failures.md 0, layer slots: measured, an unrelated pull waited 75 s. */
Test(sharing, an_unrelated_pull_waits_behind_retrying_layers)
{
    OUTCOME(outcome) = bench_run(&(struct plan){
        .kind = PULLER_DOCKER_20_10,
        .layer_count = 3,
        .rules = "- {id: f, on: '*', match: {path: '/v2/o/img/blobs/*'}, when: {after: 1}, do: "
                 "{kind: status, code: 500}}\n",
        .body = pull_beside_a_retrying_one,
    });

    cr_assert_not_null(strstr(outcome.notes, "img received unexpected HTTP status: 500 Internal "
                                             "Server Error@1min15s\n"),
                       "%s", outcome.notes);
    cr_assert_not_null(strstr(outcome.notes, "other ok@1min15."), "%s", outcome.notes);
    cr_assert_eq(count_of(outcome.progress, ": Waiting\n"), 1);
}

static void pull_twice_at_once(struct bench *bench)
{
    struct puller_job jobs[] = {
        {bench, "localhost:5000/o/img:1", "first", 0},
        {bench, "localhost:5000/o/img:1", "second", SECOND_US},
    };
    run_jobs(bench, jobs, G_N_ELEMENTS(jobs));
}

Test(sharing, a_layer_of_two_pulls_is_fetched_once)
{
    static const enum puller_kind kinds[] = {PULLER_DOCKER_28, PULLER_CONTAINERD};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        OUTCOME(outcome) = bench_run(&(struct plan){.kind = kinds[i],
                                                    .layer_count = 2,
                                                    .network = slow_network,
                                                    .body = pull_twice_at_once});

        cr_assert_eq(count_of(outcome.requests, "<layer1>"), 1, "%s", outcome.requests);
        cr_assert_eq(count_of(outcome.requests, "<layer2>"), 1, "%s", outcome.requests);
        cr_assert_eq(count_of(outcome.notes, " ok@"), 2, "%s", outcome.notes);
        cr_assert_eq(outcome.temporary_bytes, 0);
    }
}

Test(sharing, three_layers_come_at_a_time)
{
    OUTCOME(outcome) = bench_run(
        &(struct plan){.kind = PULLER_DOCKER_28, .layer_count = 4, .network = slow_network});

    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert_not_null(strstr(outcome.requests, "<layer3> 200@0s\n"), "%s", outcome.requests);
    cr_assert_not_null(strstr(outcome.requests, "<layer4> 200@4s\n"), "%s", outcome.requests);
    cr_assert_not_null(strstr(outcome.progress, "<layer4>: Waiting\n"));
}

static void pull_against_a_limit(struct bench *bench)
{
    AUTO(pulled_image) image = NULL;
    DEADLINE(limit);
    deadline_begin(bench->loop, &limit, "caller", 2 * SECOND_US);
    const char *message = bench_pull(bench, "localhost:5000/o/img:1", &image);
    bench_note(bench, "%s", message);
}

/* Closing the Engine API connection ends a pull at once (engine-contract.md C). */
Test(sharing, a_pull_that_is_given_up_leaves_nothing_behind)
{
    static const enum puller_kind kinds[] = {PULLER_DOCKER_20_10, PULLER_DOCKER_28,
                                             PULLER_CONTAINERD, PULLER_BUILDKIT};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        OUTCOME(outcome) = bench_run(&(struct plan){.kind = kinds[i],
                                                    .layer_count = 4,
                                                    .network = slow_network,
                                                    .body = pull_against_a_limit});

        cr_assert_str_eq(outcome.notes, "caller timed out after 2s@2s\n");
        cr_assert_eq(outcome.code, -1);
        cr_assert_eq(outcome.disk_used_bytes, 0);
        cr_assert(count_of(outcome.requests, "client-gone") >= 3, "%s", outcome.requests);
    }
}

static void give_up_and_pull_again(struct bench *bench)
{
    AUTO(pulled_image) image = NULL;
    pull_against_a_limit(bench);
    const char *message = bench_pull(bench, "localhost:5000/o/img:1", &image);
    bench_note(bench, "%s", message != NULL ? message : "ok");
}

Test(sharing, slots_come_back_from_a_pull_that_was_given_up)
{
    static const enum puller_kind kinds[] = {PULLER_DOCKER_28, PULLER_CONTAINERD, PULLER_BUILDKIT};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        OUTCOME(outcome) = bench_run(&(struct plan){.kind = kinds[i],
                                                    .layer_count = 3,
                                                    .network = slow_network,
                                                    .body = give_up_and_pull_again});

        cr_assert_not_null(strstr(outcome.notes, "ok@"), "%s", outcome.notes);
    }
}

static void leave_a_shared_pull(struct bench *bench)
{
    struct puller_job job = {bench, "localhost:5000/o/img:1", "second", 0};
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "second", run_job, &job);
    pull_against_a_limit(bench);
    cr_assert(fiber_group_wait(&group, NULL));
}

Test(sharing, a_layer_goes_on_while_another_pull_wants_it)
{
    OUTCOME(outcome) = bench_run(&(struct plan){
        .kind = PULLER_DOCKER_28, .network = slow_network, .body = leave_a_shared_pull});

    cr_assert_not_null(strstr(outcome.notes, "second ok@4.5"), "%s", outcome.notes);
    cr_assert_eq(count_of(outcome.requests, "<layer1>"), 1);
}

/* D11: no read time-out. */
Test(sharing, a_stalled_layer_hangs_until_its_caller_gives_up)
{
    OUTCOME(outcome) = bench_run(&(struct plan){
        .kind = PULLER_DOCKER_28,
        .rules = "- {id: f, on: '*', match: {path: '*/blobs/*'}, do: {kind: stall, after_bytes: "
                 "20MiB}}\n",
        .body = pull_against_a_limit});

    cr_assert_str_eq(outcome.notes, "caller timed out after 2s@2s\n");
    cr_assert_eq(count_of(outcome.requests, "<layer1>"), 1);
}

/* ---- the disk ---- */

struct full_disk {
    enum puller_kind kind;
    int64_t disk_bytes;
    const char *error; /* without what differs */
    const char *end;
};

static void check_full_disk(const struct full_disk *row)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = row->kind, .disk_bytes = row->disk_bytes});

    cr_assert(outcome.error != NULL && g_str_has_prefix(outcome.error, row->error) &&
                  g_str_has_suffix(outcome.error, row->end),
              "%s", outcome.error);
    cr_assert_eq(outcome.code, 0);
    cr_assert_eq(outcome.disk_used_bytes, 0);
    cr_assert_eq(count_of(outcome.requests, "<layer1>"), 1);
    cr_assert_eq(count_of(outcome.progress, "Retrying"), 0);
}

#define NO_SPACE ": no space left on device"

/* capture 91, E1, E4 */
Test(sharing, a_disk_that_fills_while_downloading_ends_the_pull_at_once)
{
    static const struct full_disk rows[] = {
        {PULLER_DOCKER_20_10, 30 * MIB_BYTES, "write /var/lib/docker/tmp/GetImageBlob", NO_SPACE},
        {PULLER_DOCKER_28, 30 * MIB_BYTES, "write /var/lib/docker/tmp/GetImageBlob", NO_SPACE},
        {PULLER_CONTAINERD, 30 * MIB_BYTES, "failed to copy: write /var/lib/docker/containerd/",
         NO_SPACE},
        {PULLER_BUILDKIT, 30 * MIB_BYTES, "failed to copy: write /var/lib/buildkit/", NO_SPACE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        check_full_disk(&rows[i]);
}

/* capture 92, E2, E3 */
Test(sharing, a_disk_that_fills_while_unpacking_ends_the_pull_in_each_stores_words)
{
    static const struct full_disk rows[] = {
        {PULLER_DOCKER_20_10, 100 * MIB_BYTES,
         "failed to register layer: Error processing tar file(exit status 1): write /", NO_SPACE},
        {PULLER_DOCKER_28, 100 * MIB_BYTES,
         "failed to register layer: ApplyLayer exit status 1 stdout:  stderr: write /", NO_SPACE},
        {PULLER_CONTAINERD, 100 * MIB_BYTES,
         "failed to extract layer (application/vnd.oci.image.layer.v1.tar+gzip <layer1>) to "
         "overlayfs as \"extract-",
         NO_SPACE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        check_full_disk(&rows[i]);
}

Test(sharing, the_weather_may_fill_the_disk)
{
    OUTCOME(outcome) = bench_run(&(struct plan){
        .kind = PULLER_DOCKER_24,
        .rules =
            "- {id: f, on: leg, match: {subject: '*GetImageBlob*'}, do: {kind: disk-full}}\n"});

    cr_assert(g_str_has_suffix(outcome.error, NO_SPACE), "%s", outcome.error);
    cr_assert_eq(outcome.disk_used_bytes, 0);
}

Test(sharing, containerd_stores_keep_the_compressed_layer_beside_the_unpacked_one)
{
    OUTCOME(classic) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28});
    OUTCOME(containerd) = bench_run(&(struct plan){.kind = PULLER_CONTAINERD});

    cr_assert_eq(containerd.disk_used_bytes - classic.disk_used_bytes, 40 * MIB_BYTES);
}

static void fill_a_spool(struct bench *bench)
{
    const struct descriptor descriptor = {.digest = (char *)"sha256:00"};
    g_autoptr(GBytes) whole = g_bytes_new_take(g_malloc0(HTTP_BODY_BYTES_MAX), HTTP_BODY_BYTES_MAX);
    g_autoptr(GBytes) more = g_bytes_new("x", 1);
    g_autoptr(GError) error = NULL;
    struct spool spool;
    spool_init(&spool, bench->puller, &descriptor);
    cr_assert(spool_append(&spool, whole, &error));
    cr_assert(!spool_append(&spool, more, &error));
    bench_note(bench, "%s", error->message);
    spool_clear(&spool);
}

Test(sharing, a_layer_has_so_many_bytes_on_the_wire_and_no_more)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28, .body = fill_a_spool});

    cr_assert_str_eq(outcome.notes, "layer is over the limit of 67108864 bytes on the wire@0s\n");
    cr_assert_eq(outcome.disk_used_bytes, 0);
}

/* C9 as a state of the outside world: while an official tag is being rebuilt. */
Test(sharing, the_weather_may_take_a_platform_away)
{
    static const char rules[] =
        "- {id: f, on: leg, match: {repository: o/img, platform: linux/amd64}, do: {kind: "
        "missing-platform}}\n";
    OUTCOME(classic) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28, .rules = rules});
    OUTCOME(containerd) = bench_run(&(struct plan){.kind = PULLER_CONTAINERD, .rules = rules});

    cr_assert_str_eq(classic.error,
                     "no matching manifest for linux/amd64 in the manifest list entries");
    cr_assert_str_eq(containerd.error, "no matching manifest for linux/amd64 in the manifest list "
                                       "entries: no match for platform in manifest: not found");
}
