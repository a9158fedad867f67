/* Bootstrap of the docker-container driver: requests, texts, waits, and what it survives. */
#include "bench.h"

#define CREATE "docker buildx create --name X --driver docker-container --use"

/* Ids of containers and execs are put as ID. */
static char *without_ids(const char *text)
{
    g_autoptr(GRegex) ids = g_regex_new("[0-9a-f]{64}", 0, 0, NULL);
    return g_regex_replace_literal(ids, text, -1, 0, "ID", 0, NULL);
}

static void order_body(struct bench *bench)
{
    run_well(bench, CREATE);
    g_autofree char *before = engine_requests(bench);
    OUTCOME(outcome) = run_line(bench, "docker buildx inspect --bootstrap");
    g_autofree char *all = engine_requests(bench);
    g_autofree char *requests = without_ids(all + strlen(before));

    /* capture 42 */
    cr_assert(g_str_has_prefix(requests, "HEAD /_ping\n"
                                         "GET /containers/buildx_buildkit_x0/json\n"
                                         "GET /containers/buildx_buildkit_x0/json\n"
                                         "GET /containers/buildx_buildkit_x0/json\n"
                                         "POST /images/create\n"
                                         "POST /containers/create\n"
                                         "POST /containers/ID/start\n"
                                         "GET /info\n"
                                         "POST /containers/create\n"
                                         "PUT /containers/buildx_buildkit_x0/archive\n"
                                         "POST /containers/buildx_buildkit_x0/start\n"
                                         "POST /containers/buildx_buildkit_x0/exec\n"
                                         "POST /exec/ID/start\n"
                                         "GET /exec/ID/json\n"),
              "%s", requests);
    cr_assert(strstr(outcome.err, "#1 [internal] booting buildkit\n"
                                  "#1 pulling image moby/buildkit:buildx-stable-1\n"
                                  "#1 pulling image moby/buildkit:buildx-stable-1 0.5s done\n"
                                  "#1 creating container buildx_buildkit_x0\n"
                                  "#1 creating container buildx_buildkit_x0 1.2s done\n"
                                  "#1 DONE 1.7s\n") != NULL,
              "%s", outcome.err);
    cr_assert(strstr(outcome.out, "Status:                running\n"
                                  "BuildKit daemon flags: "
                                  "--allow-insecure-entitlement=network.host\n"
                                  "BuildKit version:      v0.23.2\n") != NULL,
              "%s", outcome.out);
}

Test(boot, asks_in_the_order_of_the_real_plugin_and_tells_its_progress)
{
    bench_run(NULL, order_body);
}

static void bad_image_body(struct bench *bench)
{
    OUTCOME(outcome) = run_line(bench, "docker buildx create --name H --driver docker-container "
                                       "--driver-opt image=localhost:5000/moby/none:1 --bootstrap");
    g_autofree char *requests = engine_requests(bench);

    cr_assert_eq(outcome.exit_code, 1);
    cr_assert_str_eq(outcome.out, "");
    /* capture 76 */
    cr_assert_str_eq(
        outcome.err,
        "#1 [internal] booting buildkit\n"
        "#1 pulling image localhost:5000/moby/none:1 0.0s done\n"
        "#1 ERROR: Error response from daemon: manifest for localhost:5000/moby/none:1 "
        "not found: manifest unknown: manifest unknown\n"
        "------\n"
        " > [internal] booting buildkit:\n"
        "------\n"
        "ERROR: Error response from daemon: manifest for localhost:5000/moby/none:1 not "
        "found: manifest unknown: manifest unknown\n");
    cr_assert(g_str_has_suffix(requests, "POST /images/create\n"
                                         "GET /images/localhost:5000/moby/none:1/json\n"),
              "%s", requests);
    cr_assert(has_file(bench, "/home/u/.docker/buildx/instances/h"));
}

Test(boot, a_pull_that_fails_is_told_as_captured_and_the_builder_stays)
{
    bench_run(NULL, bad_image_body);
}

static void local_image_body(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "moby/buildkit:buildx-stable-1", "linux/amd64", MIB_BYTES);
    run_well(bench, CREATE);
    OUTCOME(outcome) = run_line(bench, "docker buildx inspect --bootstrap");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert(strstr(outcome.err, "#1 pulling failed, using local image "
                                  "moby/buildkit:buildx-stable-1 0.0s done\n") != NULL,
              "%s", outcome.err);
}

Test(boot, an_image_that_is_already_here_turns_a_failed_pull_into_success)
{
    const struct plan plan = {.has_no_image = true};
    bench_run(&plan, local_image_body);
}

static void bad_config_body(struct bench *bench)
{
    write_file(bench, "/src/bk.toml",
               "[worker.oci]\n  enabled = false\n[worker.containerd]\n"
               "  runtime = \"runc\"\n");
    run_well(bench, CREATE " --config bk.toml");
    OUTCOME(outcome) = run_line(bench, "docker buildx inspect --bootstrap");

    /* failures.md G2, G3 */
    cr_assert_eq(outcome.exit_code, 1);
    cr_assert(strstr(outcome.err, "buildkitd: (4, 3): Can't convert runc(string) to "
                                  "config.ContainerdRuntime\n") != NULL,
              "%s", outcome.err);
    cr_assert(strstr(outcome.err, "#1 ERROR: ") != NULL);
    cr_assert_geq(outcome.duration_us, 14400 * MILLISECOND_US);
    g_autofree char *requests = engine_requests(bench);
    g_auto(GStrv) tries = g_strsplit(requests, "POST /containers/buildx_buildkit_x0/exec\n", -1);
    cr_assert_eq(g_strv_length(tries) - 1, 16u, "%s", requests);
}

Test(boot, a_mistyped_configuration_is_waited_for_sixteen_times_and_its_log_is_shown)
{
    bench_run(NULL, bad_config_body);
}

static void never_up_body(struct bench *bench)
{
    run_well(bench, CREATE);
    OUTCOME(outcome) = run_line(bench, "docker buildx inspect --bootstrap");

    cr_assert_eq(outcome.exit_code, 1);
    cr_assert(g_str_has_suffix(outcome.err, "------\nERROR: exit code 1\n"), "%s", outcome.err);
    cr_assert(strstr(outcome.err, "#1 ERROR: exit code 1\n") != NULL);
    cr_assert_geq(outcome.duration_us, 14400 * MILLISECOND_US);
    cr_assert_lt(outcome.duration_us, 16 * SECOND_US);
}

Test(boot, a_daemon_that_does_not_come_up_is_given_up_after_14_4_seconds)
{
    const struct plan plan = {.rules =
                                  "- id: slow\n  on: leg\n  do: {kind: slow-boot, delay: 1min}\n"};
    bench_run(&plan, never_up_body);
}

static void credentials_body(struct bench *bench)
{
    write_file(bench, "/home/u/.docker/config.json",
               "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"dTpwdw==\"}}}");
    run_well(bench, CREATE);
    run_well(bench, "docker buildx inspect --bootstrap");
}

Test(boot, works_with_stored_credentials_too)
{
    bench_run(NULL, credentials_body);
}

static void options_body(struct bench *bench)
{
    write_file(bench, "/src/bk.toml", "insecure-entitlements = [\"network.host\"]\n");
    run_well(bench, CREATE " --buildkitd-config bk.toml --driver-opt "
                           "env.A=b,memory=1g,network=host --buildkitd-flags '--debug "
                           "--allow-insecure-entitlement security.insecure' --bootstrap");
    OUTCOME(outcome) = run_line(bench, "docker buildx inspect");

    cr_assert(strstr(outcome.out, "Driver Options:        env.A=\"b\" memory=\"1g\" "
                                  "network=\"host\"\n") != NULL,
              "%s", outcome.out);
    cr_assert(strstr(outcome.out, "--debug --allow-insecure-entitlement security.insecure "
                                  "--allow-insecure-entitlement=network.host") != NULL);
    cr_assert(strstr(outcome.out, "File#buildkitd.toml:\n > insecure-entitlements") != NULL);
}

Test(boot, options_flags_and_configuration_come_back_by_inspect)
{
    bench_run(NULL, options_body);
}

static void other_builder_body(struct bench *bench)
{
    OUTCOME(outcome) = run_line(bench, "docker buildx ls");

    cr_assert(strstr(outcome.out, "default*      docker-container") != NULL, "%s", outcome.out);
}

Test(boot, an_engine_without_its_own_buildkit_gives_the_default_builder_a_container)
{
    const struct plan plan = {.rules = "- id: no-grpc\n  on: 'leg:/var/run/docker.sock'\n"
                                       "  match: {path: /grpc}\n  do: {kind: status, code: 404}\n"};
    bench_run(&plan, other_builder_body);
}

static void lost_error_body(struct bench *bench)
{
    run_well(bench, CREATE);
    OUTCOME(outcome) = run_line(bench, "docker buildx inspect --bootstrap");

    cr_assert(g_str_has_suffix(outcome.err, "ERROR: Error response from daemon: No such image: "
                                            "moby/buildkit:buildx-stable-1\n"),
              "%s", outcome.err);
}

Test(boot, plugins_before_0_21_lose_an_error_inside_a_pull)
{
    const struct plan plan = {.version = "v0.20.1",
                              .rules = "- {id: blobs, on: registry-1.docker.io, match: {path: "
                                       "'/v2/moby/buildkit/blobs/**'}, do: {kind: status, code: "
                                       "403}}\n"};
    bench_run(&plan, lost_error_body);
}

static void late_body(struct bench *bench)
{
    run_well(bench, CREATE);
    OUTCOME(outcome) = run_line(bench, "docker buildx inspect --bootstrap");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert(strstr(outcome.err, "#1 DONE ") != NULL, "%s", outcome.err);
    cr_assert(strstr(outcome.out, "Error:                 context deadline exceeded\n") != NULL ||
                  strstr(outcome.out, "context deadline exceeded") != NULL,
              "%s", outcome.out);
}

Test(boot, after_a_boot_of_more_than_twenty_seconds_the_status_cannot_be_told_any_more)
{
    const struct plan plan = {.rules =
                                  "- {id: slow, on: registry-1.docker.io, match: {repository: "
                                  "moby/buildkit}, times: 1, do: {kind: latency, delay: 25s}}\n"};
    bench_run(&plan, late_body);
}

static void conflict_body(struct bench *bench)
{
    run_well(bench, CREATE " --bootstrap");
    run_well(bench, "docker buildx rm --keep-daemon X");
    run_well(bench, CREATE);
    OUTCOME(outcome) = run_line(bench, "docker buildx inspect --bootstrap");

    cr_assert_eq(outcome.exit_code, 0);
    cr_assert(strstr(outcome.err, "#1 ") == NULL, "%s", outcome.err);
}

Test(boot, a_daemon_that_was_kept_is_found_again)
{
    bench_run(NULL, conflict_body);
}

static void platforms_body(struct bench *bench)
{
    run_well(bench, CREATE " --platform linux/arm64 --bootstrap");
    OUTCOME(outcome) = run_line(bench, "docker buildx ls");

    cr_assert(strstr(outcome.out, "linux/amd64 (+4), linux/arm64*, linux/386\n") != NULL, "%s",
              outcome.out);
}

Test(boot, platforms_that_were_asked_for_are_marked)
{
    bench_run(NULL, platforms_body);
}
