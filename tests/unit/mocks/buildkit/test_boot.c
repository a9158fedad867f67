/* The builder comes up, late, never, or not with this configuration. */
#include "bench.h"

static void boots(struct bench *bench)
{
    start_builder(bench, NULL);

    int probe_count = probe_builder(bench);

    cr_assert_geq(probe_count, 2); /* it takes its time */
    cr_assert_leq(probe_count, 6);
}

Test(buildkit_boot, a_builder_is_up_after_a_few_probes)
{
    bench_run(NULL, boots);
}

static void refuses_before(struct bench *bench)
{
    start_builder(bench, NULL);

    ANSWER(answer) = run_in_builder(bench, "buildctl debug workers", NULL);

    cr_assert_eq(answer.exit_code, 1);
    cr_assert_not_null(strstr(answer.text, "dial unix /run/buildkit/buildkitd.sock: connect: no "
                                           "such file or directory"),
                       "%s", answer.text);
}

Test(buildkit_boot, probes_fail_until_the_socket_is_bound)
{
    bench_run(NULL, refuses_before);
}

static void is_late(struct bench *bench)
{
    start_builder(bench, NULL);
    int64_t started_us = loop_now_us(bench->loop);

    int probe_count = probe_builder(bench);

    cr_assert_eq(probe_count, 0);
    cr_assert_eq((loop_now_us(bench->loop) - started_us) / (100 * MILLISECOND_US), 144);
}

Test(buildkit_boot, sixteen_probes_of_a_slow_boot_take_14_4_seconds_and_fail)
{
    const struct plan plan = {.rules =
                                  "- {id: slow, on: leg, do: {kind: slow-boot, delay: 60s}}\n"};
    bench_run(&plan, is_late);
}

static void never_comes(struct bench *bench)
{
    start_builder(bench, NULL);

    cr_assert_eq(probe_builder(bench), 0);
}

Test(buildkit_boot, a_boot_may_never_end)
{
    const struct plan plan = {.rules = "- {id: never, on: leg, do: {kind: boot-never}}\n"};
    bench_run(&plan, never_comes);
}

static const char *wanted_log; /* for the body of one test */

static void dies_of_config(struct bench *bench)
{
    start_builder(bench,
                  "[worker.oci]\n  enabled = true\n[worker.containerd]\n  runtime = \"runc\"\n");
    wait_for(bench, 50 * MILLISECOND_US);

    g_autofree char *logs = builder_logs(bench);

    cr_assert_not_null(strstr(logs, wanted_log), "%s", logs);
}

Test(buildkit_boot, a_mistyped_configuration_kills_the_daemon_with_the_measured_text)
{
    wanted_log = "buildkitd: (4, 3): Can't convert runc(string) to config.ContainerdRuntime\n"
                 "failed to parse config\n";
    bench_run(NULL, dies_of_config);
}

static void takes_config(struct bench *bench)
{
    start_builder(bench, "debug = true\n[registry.\"docker.io\"]\n  mirrors = [\"mirror.gcr.io\"]\n"
                         "  http = false\n[worker.oci]\n  max-parallelism = 4\n  whatever = 1\n");

    cr_assert_neq(probe_builder(bench), 0);
}

Test(buildkit_boot, real_configurations_and_unknown_keys_are_accepted)
{
    bench_run(NULL, takes_config);
}

static void tells_versions(struct bench *bench)
{
    boot_builder(bench);

    ANSWER(control) = run_in_builder(bench, "buildctl --version", NULL);
    ANSWER(daemon) = run_in_builder(bench, "buildkitd --version", NULL);
    ANSWER(workers) = run_in_builder(bench, "buildctl debug workers", NULL);

    cr_assert(g_str_has_prefix(control.text, "buildctl github.com/moby/buildkit v0.23.2 "));
    cr_assert(g_str_has_prefix(daemon.text, "buildkitd github.com/moby/buildkit v0.23.2 "));
    cr_assert_not_null(strstr(workers.text, "linux/amd64,linux/amd64/v2"));
}

Test(buildkit_boot, versions_and_workers_are_told)
{
    bench_run(NULL, tells_versions);
}

static void refuses_flags(struct bench *bench)
{
    boot_builder(bench);

    ANSWER(answer) = run_in_builder(bench, "buildctl build --nonsense x", NULL);

    cr_assert_eq(answer.exit_code, 1);
    cr_assert(g_str_has_suffix(answer.text, "error: flag provided but not defined: -nonsense\n"),
              "%s", answer.text);
}

Test(buildkit_boot, an_unknown_flag_is_a_usage_error)
{
    bench_run(NULL, refuses_flags);
}

static const char *const images[][2] = {
    {"moby/buildkit:buildx-stable-1", "yes"},
    {"docker.io/moby/buildkit:latest", "yes"},
    {"mirror.gcr.io/moby/buildkit:x", "yes"},
    {"ghcr.io/o/moby/buildkit:x", "yes"},
    {"alpine:3", NULL},
    {"o/buildkit:1", NULL},
};

Test(buildkit_boot, images_of_buildkit_are_known_by_their_repository)
{
    for (gsize i = 0; i < G_N_ELEMENTS(images); i++)
        cr_assert_eq(buildkit_program.matches(images[i][0]), images[i][1] != NULL, "%s",
                     images[i][0]);
}
