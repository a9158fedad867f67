/* Builds of the docker driver, on both of the Engine's stores. */
#include "bench.h"

static void docker_body(struct bench *bench)
{
    write_file(bench, "/src/Dockerfile", "FROM scratch\nCOPY f /f\n");
    write_file(bench, "/src/f", "hello\n");
    OUTCOME(outcome) = run_line(bench, "docker buildx build --progress plain -t t:bk .");
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "t:bk");
    cr_assert_not_null(facts, "%s", outcome.err);
    g_autofree char *wanted = g_strdup_printf(
        "#0 building with \"default\" instance using docker driver\n\n"
        "#1 [internal] load build definition from Dockerfile\n"
        "#1 transferring dockerfile: 23B done\n#1 DONE 0.0s\n\n"
        "#2 [internal] load .dockerignore\n#2 transferring context: 2B done\n#2 DONE 0.0s\n\n"
        "#3 [internal] load build context\n#3 transferring context: 29B done\n#3 DONE 0.0s\n\n"
        "#4 [1/1] COPY f /f\n#4 DONE 0.0s\n\n"
        "#5 exporting to image\n#5 exporting layers 0.0s done\n"
        "#5 writing image %s done\n#5 naming to docker.io/library/t:bk done\n#5 DONE 0.0s\n",
        facts->id);
    g_autofree char *requests = engine_requests(bench);

    /* capture 70 */
    cr_assert_str_eq(outcome.err, wanted);
    cr_assert(g_str_has_suffix(requests, "HEAD /_ping\nPOST /grpc\nGET /version\nPOST /grpc\n"
                                         "POST /session\nPOST /grpc\n"),
              "%s", requests);
}

Test(build, the_docker_driver_builds_into_the_engine_as_captured)
{
    bench_run(NULL, docker_body);
}

static void docker_push_body(struct bench *bench)
{
    write_context(bench);
    OUTCOME(outcome) = run_line(
        bench, "docker buildx build --push -t localhost:5000/o/app:1 --metadata-file m.json .");
    g_autofree char *metadata = read_file(bench, "/src/m.json");
    g_autoptr(json_t) json = json_parse_bytes(metadata, strlen(metadata), NULL);
    AUTO(image_facts) facts = registry_find(bench->local, "o/app", "1");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    assert_has(outcome.err, " pushing localhost:5000/o/app:1 with docker\n");
    cr_assert_not_null(facts);
    cr_assert_str_eq(json_get_string(json, "containerimage.digest", ""), facts->digest);
    cr_assert_eq(facts->platforms->len, 1);
}

Test(build, the_docker_driver_pushes_by_the_engine_and_tells_the_registrys_digest)
{
    bench_run(NULL, docker_push_body);
}

static void docker_local_base_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx build -t base:1 .");
    write_file(bench, "/src/Dockerfile", "FROM base:1\nCOPY f /g\n");
    OUTCOME(outcome) = run_line(bench, "docker buildx build -q -t top:1 .");
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "top:1");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert_not_null(facts);
    cr_assert(g_str_has_prefix(outcome.out, facts->id));
}

Test(build, the_docker_driver_stands_on_images_of_the_engine)
{
    bench_run(NULL, docker_local_base_body);
}

static void docker_cut_body(struct bench *bench)
{
    write_context(bench);
    OUTCOME(outcome) = run_line(bench, "docker buildx build -t app:1 .");
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "app:1");

    cr_assert_eq(outcome.exit_code, 1);
    assert_has(
        outcome.err,
        "ERROR: failed to build: listing workers for Build: failed to list workers: Unavailable: "
        "connection error: desc = \"transport: Error while dialing: unable to "
        "upgrade to h2c, received 500\"\n");
    cr_assert_null(facts);
}

Test(build, a_fault_on_grpc_breaks_a_build_of_the_docker_driver)
{
    const struct plan plan = {
        .rules = "- {id: grpc, on: 'leg:/var/run/docker.sock', match: {path: /grpc}, when: {after: "
                 "3}, do: {kind: status, code: 500}}\n"};
    bench_run(&plan, docker_cut_body);
}

static void docker_killed_body(struct bench *bench)
{
    write_context(bench);
    run_and_kill(bench, "docker buildx build -t app:1 .", 5 * SECOND_US);
    cr_assert(fiber_sleep(bench->loop, 5 * MINUTE_US, NULL));
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "app:1");

    cr_assert_null(facts);
}

Test(build, a_killed_build_of_the_docker_driver_leaves_no_image)
{
    const struct plan plan = {.rules = slow_step};
    bench_run(&plan, docker_killed_body);
}

static void containerd_body(struct bench *bench)
{
    write_file(bench, "/src/Dockerfile", "FROM alpine:3\nCOPY f /f\n");
    write_file(bench, "/src/f", "hello\n");
    OUTCOME(both) = run_line(bench, "docker buildx build --platform linux/amd64,linux/arm64 --push "
                                    "-t localhost:5000/o/app:1 .");
    g_autofree char *platforms = platforms_of(bench, "o/app", "1");
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "localhost:5000/o/app:1");

    cr_assert_eq(both.exit_code, 0, "%s", both.err);
    cr_assert_str_eq(platforms, "linux/amd64 linux/arm64");
    cr_assert_not_null(facts);
    assert_lacks(both.err, "with docker");
}

Test(build, on_the_containerd_store_the_docker_driver_does_what_a_container_does)
{
    const struct plan plan = {.profile = "ubuntu-26.04"};
    bench_run(&plan, containerd_body);
}

static void foreign_body(struct bench *bench)
{
    write_context(bench);
    OUTCOME(outcome) = run_line(bench, "docker buildx build --platform linux/arm64 -t app:1 .");

    cr_assert_eq(outcome.exit_code, 1);
    assert_has(outcome.err, " exec /bin/sh: exec format error\n");
}

Test(build, the_docker_driver_has_no_emulator_of_its_own)
{
    bench_run(NULL, foreign_body);
}

static void prune_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx build -t app:1 .");
    int64_t before = disk_account_bytes(bench->disk, DISK_IMAGES);
    OUTCOME(outcome) = run_line(bench, "docker buildx prune -f");
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "app:1");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert_not_null(facts);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), before);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_BUILD_CACHE), 0);
}

Test(build, a_layer_of_an_image_is_no_build_cache_any_more)
{
    bench_run(NULL, prune_body);
}
