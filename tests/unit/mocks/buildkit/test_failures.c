/* Builds that fail: texts, exit codes, and what is left. */
#include "bench.h"

#include "base/limits.h"

static struct answer build_files(struct bench *bench, const char *dockerfile, const char *options)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", dockerfile, "/ctx/f", "x\n", NULL);
    return build_two(bench, options);
}

static void has_no_emulator(struct bench *bench)
{
    ANSWER(answer) = build_files(bench, "FROM alpine:3\nRUN uname -m\n", "");

    cr_assert_eq(answer.exit_code, 1);
    cr_assert_not_null(
        strstr(
            answer.text,
            "------\n > [linux/arm64 2/2] RUN uname -m:\n0.063 exec /bin/sh: exec format "
            "error\n------\nDockerfile:2\n--------------------\n   1 |     FROM alpine:3\n   2 | "
            ">>> RUN uname -m\n   3 |     \n--------------------\nerror: failed to solve: "
            "process \"/bin/sh -c uname -m\" did not complete successfully: exit code: 255\n"),
        "%s", answer.text);
    cr_assert_null(registry_find(bench->local, "o/app", "1"));
}

Test(buildkit_failures, a_missing_emulator_reads_as_in_capture_55)
{
    const struct plan plan = {.rules = "- {id: e, on: leg, do: {kind: emulator-missing}}\n"};
    bench_run(&plan, has_no_emulator);
}

static void cancels_siblings(struct bench *bench)
{
    ANSWER(answer) = build_files(bench, "FROM alpine:3\nRUN make\n", "");

    cr_assert_eq(answer.exit_code, 1);
    cr_assert_not_null(strstr(answer.text, " CANCELED\n"), "%s", answer.text);
    cr_assert_not_null(strstr(answer.text, " last words\n------\n"), "%s", answer.text);
    cr_assert_not_null(strstr(answer.text, "did not complete successfully: exit code: 7\n"));
    cr_assert_lt(answer.duration_us, MINUTE_US);
}

Test(buildkit_failures, the_first_platform_that_fails_cancels_the_other)
{
    const struct plan plan = {
        .rules = "- {id: s, on: leg, match: {detail: linux/amd64, subject: 'RUN *'}, "
                 "do: {kind: step-failure, exit_code: 7, message: last words}}\n"};
    bench_run(&plan, cancels_siblings);
}

/* What each instruction that is carried out says when it fails. */
struct strike {
    const char *subject;
    const char *message;
    const char *expected;
};

static const struct strike strikes[] = {
    {"COPY *", "", "failed to solve: Internal: failed to copy files: input/output error\n"},
    {"COPY *", ", message: 'failed to calculate checksum of ref a::b: \"/f\": not found'",
     "failed to solve: failed to calculate checksum of ref a::b: \"/f\": not found\n"},
    {"ADD *", "", "failed to solve: Internal: failed to copy files: input/output error\n"},
    {"WORKDIR *", "", "failed to solve: Internal: mkdir /w: input/output error\n"},
    {"WORKDIR *", ", message: 'mkdir /w: not a directory'",
     "failed to solve: mkdir /w: not a directory\n"},
};

static const struct strike *struck; /* what the test's body looks at */

static void strikes_one(struct bench *bench)
{
    ANSWER(answer) = build_files(bench, "FROM alpine:3\nWORKDIR /w\nCOPY f .\nADD f g\n", "");

    cr_assert_eq(answer.exit_code, 1);
    cr_assert_not_null(strstr(answer.text, struck->expected), "%s", answer.text);
}

Test(buildkit_failures, every_instruction_that_is_carried_out_can_fail_in_its_own_words)
{
    for (gsize i = 0; i < G_N_ELEMENTS(strikes); i++) {
        g_autofree char *rules = g_strdup_printf(
            "- {id: s, on: leg, match: {subject: '%s'}, do: {kind: step-failure%s}}\n",
            strikes[i].subject, strikes[i].message);
        const struct plan plan = {.rules = rules};
        struck = &strikes[i];
        bench_run(&plan, strikes_one);
    }
}

static void lacks_a_platform(struct bench *bench)
{
    ANSWER(answer) = build_files(bench, "FROM alpine:3\nRUN make\n", "");

    cr_assert_eq(answer.exit_code, 1);
    cr_assert(g_str_has_suffix(answer.text,
                               "error: failed to solve: alpine:3: failed to resolve source "
                               "metadata for docker.io/library/alpine:3: no match for platform in "
                               "manifest: not found\n"),
              "%s", answer.text);
}

Test(buildkit_failures, the_weather_may_take_a_platform_away_as_in_C9)
{
    const struct plan plan = {
        .rules = "- {id: m, on: leg, match: {repository: library/alpine, platform: linux/arm64}, "
                 "do: {kind: missing-platform}}\n"};
    bench_run(&plan, lacks_a_platform);
}

static void runs_out_of_memory(struct bench *bench)
{
    ANSWER(answer) = build_files(bench, "FROM alpine:3\nRUN make\n", "");

    cr_assert_not_null(strstr(answer.text, " Killed\n"), "%s", answer.text);
    cr_assert_not_null(strstr(answer.text, "exit code: 137\n"));
}

Test(buildkit_failures, a_step_killed_for_memory_exits_137)
{
    const struct plan plan = {.rules = "- {id: m, on: leg, match: {subject: 'RUN "
                                       "*'}, do: {kind: oom-kill}}\n"};
    bench_run(&plan, runs_out_of_memory);
}

static void fills_disk(struct bench *bench)
{
    ANSWER(answer) = build_files(bench, "FROM golang:1.21\nRUN echo a\n", "");

    cr_assert_eq(answer.exit_code, 1);
    cr_assert_not_null(strstr(answer.text, "no space left on device\n"), "%s", answer.text);
    cr_assert_not_null(strstr(answer.text, "error: failed to solve: "));
}

Test(buildkit_failures, a_base_that_does_not_fit_the_disk_fails_the_build)
{
    const struct plan plan = {.disk_free_bytes = 50 * MIB_BYTES};
    bench_run(&plan, fills_disk);
}

static void fills_disk_in_step(struct bench *bench)
{
    ANSWER(answer) = build_files(bench, "FROM alpine:3\nRUN apt-get install x\n", "");

    cr_assert_not_null(strstr(answer.text, "write /tmp/build: no space left on device\n"), "%s",
                       answer.text);
    cr_assert_not_null(strstr(answer.text, "did not complete successfully: exit code: 1\n"));
}

Test(buildkit_failures, a_step_that_fills_the_disk_exits_1_with_its_own_line)
{
    const struct plan plan = {.disk_free_bytes = 100 * MIB_BYTES};
    bench_run(&plan, fills_disk_in_step);
}

struct refusal {
    const char *dockerfile;
    const char *options;
    const char *text; /* of the last line */
};

static const struct refusal refusals[] = {
    {"FROM alpine:3\nFORM x\n", "",
     "error: failed to solve: dockerfile parse error on line 2: unknown instruction: FORM (did you "
     "mean FROM?)\n"},
    {"FROM alpine:9\n", "",
     "error: failed to solve: alpine:9: failed to resolve source metadata for "
     "docker.io/library/alpine:9: docker.io/library/alpine:9: not found\n"},
    {"FROM alpine:3\nCOPY nothing /f\n", "", "\"/nothing\": not found\n"},
    {"# syntax=docker/dockerfile:1\nFROM scratch\nCOPY f /f\n", "",
     "error: failed to solve: failed to resolve source metadata for "
     "docker.io/docker/dockerfile:1: pull access denied, repository does not exist or may require "
     "authorization: server message: insufficient_scope: authorization failed\n"},
    {"FROM scratch\nCOPY f /f\n", "--opt build-arg:BUILDKIT_SYNTAX=alpine:9",
     "docker.io/library/alpine:9: not found\n"},
    {"FROM alpine:3\nRUN --security=insecure ls\n", "--allow network.host",
     "error: failed to solve: failed to load LLB: security.insecure is not allowed\n"},
    {"FROM alpine:3\nRUN --mount=source=none,target=/n cat /n\n", "", "\"/none\": not found\n"},
    {"FROM scratch AS a\nCOPY f /f\nFROM alpine:3\nRUN --mount=from=a,source=/g,target=/g cat /g\n",
     "", "\"/g\": not found\n"},
    {"FROM alpine:3\nRUN --mount=from=alpine:9,target=/a ls\n", "",
     "docker.io/library/alpine:9: not found\n"},
    {"FROM alpine:3\nRUN --mount=type=tmp,target=/a ls\n", "",
     "error: failed to solve: unsupported mount type \"tmp\"\n"},
    {"FROM alpine:3\nRUN --mount=type=secret,id=t,required=true ls\n", "--secret id=other",
     "error: failed to solve: secret t: not found\n"},
    {"FROM alpine:3\nRUN --mount=type=ssh,required ls\n", "",
     "error: failed to solve: no SSH key \"default\" forwarded from the client\n"},
    {"FROM alpine:3\n", "--opt target=x",
     "error: failed to solve: target stage \"x\" could not be found\n"},
    {"FROM alpine:3\n", "--opt filename=D2",
     "error: failed to solve: failed to read dockerfile: open D2: no such file or directory\n"},
    {"FROM scratch\nCOPY f /f\n", "--export-cache type=gha",
     "error: cache with type gha requires token parameter or $ACTIONS_RUNTIME_TOKEN\n"},
    {"FROM golang:1.21\nCOPY f /src/go.mod\nWORKDIR /src\nRUN exit 0\n", "--output type=nonsense",
     "error: failed to solve: exporter \"nonsense\" could not be found\n"},
};

static const struct refusal *refused; /* what the body of the test looks at */

static void refuses(struct bench *bench)
{
    ANSWER(answer) = build_files(bench, refused->dockerfile, refused->options);

    cr_assert_eq(answer.exit_code, 1, "%s", answer.text);
    cr_assert(g_str_has_suffix(answer.text, refused->text), "%s", answer.text);
}

Test(buildkit_failures, what_cannot_be_built_is_said_in_the_last_line)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        refused = &refusals[i];
        bench_run(NULL, refuses);
    }
}

static void pulls_frontend(struct bench *bench)
{
    ANSWER(answer) = build_files(bench, "# syntax=alpine:3 more\nFROM scratch\nCOPY f /f\n", "");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    cr_assert_not_null(
        strstr(answer.text,
               "#2 resolve image config for docker-image://docker.io/library/alpine:3\n"),
        "%s", answer.text);
    cr_assert_not_null(strstr(answer.text, "#3 docker-image://docker.io/library/alpine:3@sha256:"),
                       "%s", answer.text);
}

Test(buildkit_failures, the_frontend_that_a_dockerfile_names_is_pulled_first)
{
    bench_run(NULL, pulls_frontend);
}

static void copies_folders(struct bench *bench)
{
    ANSWER(made) = build_files(bench,
                               "FROM scratch AS a\nWORKDIR /app/data\nFROM scratch\n"
                               "COPY --from=a /app /app\nCOPY --from=a /app/d* /d/\n"
                               "FROM scratch\nCOPY --from=1 /app/data /x\n",
                               "");

    cr_assert_eq(made.exit_code, 0, "%s", made.text);
}

Test(buildkit_failures, a_folder_without_files_is_there)
{
    bench_run(NULL, copies_folders);
}

static void mounts(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile",
              "FROM alpine:3 AS made\nRUN touch /out\nFROM alpine:3\nARG D=d\n"
              "RUN --mount=from=made,source=/out,target=/out --mount=source=$D,target=/d "
              "--mount=type=secret,id=t,required=true --mount=type=ssh cat /out\n",
              "/ctx/d/f", "x\n", NULL);

    ANSWER(answer) = build(bench, "--secret id=t");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    cr_assert_not_null(strstr(answer.text, "RUN touch /out"), "%s", answer.text);
}

Test(buildkit_failures, what_a_run_mounts_is_made_and_found)
{
    bench_run(NULL, mounts);
}

static void is_too_old(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile",
              "FROM golang:1.21\nWORKDIR /src\nCOPY go.mod .\nRUN go mod download\n", "/ctx/go.mod",
              "module m\n\ngo 1.22\n", NULL);

    ANSWER(answer) = build_two(bench, "");

    cr_assert_not_null(
        strstr(answer.text,
               "go: go.mod requires go >= 1.22 (running go 1.21.13; GOTOOLCHAIN=local)\n"),
        "%s", answer.text);
    cr_assert(g_str_has_suffix(answer.text, "error: failed to solve: process \"/bin/sh -c go mod "
                                            "download\" did not complete successfully: exit code: "
                                            "1\n"));
}

Test(buildkit_failures, a_toolchain_older_than_go_mod_demands_fails_as_in_J1)
{
    bench_run(NULL, is_too_old);
}

static void prunes_between_pushes(struct bench *bench)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL); /* what GLib says of a layer that is not there */
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM alpine:3\n", NULL);
    begin_in_builder(bench, "buildctl build --frontend dockerfile.v0 --local context=/ctx --local "
                            "dockerfile=/ctx --output type=image,\"name=localhost:5000/o/a:1,"
                            "localhost:5000/o/b:1\",push=true");
    wait_for(bench, MINUTE_US);

    ANSWER(pruned) = run_in_builder(bench, "buildctl prune", NULL);
    wait_for(bench, 10 * MINUTE_US);

    cr_assert_eq(pruned.exit_code, 0);
    AUTO(image_facts) first = registry_find(bench->local, "o/a", "1");
    cr_assert(first->is_complete);
    cr_assert_null(registry_find(bench->local, "o/b", "1"));
}

Test(buildkit_failures, what_was_pruned_since_cannot_be_pushed_under_another_name)
{
    const struct plan plan = {
        .rules = "- {id: slow, on: '*', match: {method: PUT, path: /v2/o/a/manifests/1}, do: "
                 "{kind: latency, delay: 5min}}\n"};
    bench_run(&plan, prunes_between_pushes);
}

static void is_killed(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM alpine:3\nRUN make\n", NULL);
    begin_in_builder(bench, "buildctl build --frontend dockerfile.v0 --local context=/ctx --local "
                            "dockerfile=/ctx --output "
                            "type=image,name=localhost:5000/o/app:1,push=true");
    wait_for(bench, 10 * SECOND_US);

    ANSWER(killed) = run_in_builder(bench, "pkill -f o/app", NULL);
    wait_for(bench, 10 * MINUTE_US);

    cr_assert_eq(killed.exit_code, 0);
    cr_assert_null(registry_find(bench->local, "o/app", "1"));
    ANSWER(again) = build_two(bench, "");
    cr_assert_eq(again.exit_code, 0, "%s", again.text);
}

Test(buildkit_failures, a_killed_buildctl_pushes_nothing_and_the_builder_lives_on)
{
    bench_run(NULL, is_killed);
}

static void has_bad_registry(struct bench *bench)
{
    ANSWER(answer) = build_files(bench, "FROM scratch\nCOPY f /f\n", "");

    cr_assert_eq(answer.exit_code, 1);
    cr_assert_not_null(strstr(answer.text, "retrying in 1s\n"), "%s", answer.text);
    cr_assert_not_null(strstr(answer.text, "error: failed to solve: failed to push "
                                           "localhost:5000/o/app:1: "),
                       "%s", answer.text);
    cr_assert_eq(answer.duration_us / SECOND_US, 7); /* 1 + 2 + 4 */
}

Test(buildkit_failures, a_push_is_tried_for_seven_seconds_and_says_so)
{
    const struct plan plan = {.rules = "- {id: p, on: localhost:5000, match: {method: POST}, do: "
                                       "{kind: status, code: 500}}\n"};
    bench_run(&plan, has_bad_registry);
}

static struct answer build_platforms(struct bench *bench, int count)
{
    g_autoptr(GString) options = g_string_new("--output type=image,push=false --opt platform=");
    for (int i = 0; i < count; i++)
        g_string_append_printf(options, "%slinux/p%d", i > 0 ? "," : "", i);
    return build(bench, options->str);
}

static void counts_platforms(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);

    ANSWER(at) = build_platforms(bench, BUILD_PLATFORMS_MAX);
    ANSWER(over) = build_platforms(bench, BUILD_PLATFORMS_MAX + 1);

    cr_assert_eq(at.exit_code, 0, "%s", at.text);
    cr_assert(g_str_has_suffix(over.text, "more than 64 platforms in one build\n"), "%s",
              over.text);
}

Test(buildkit_failures, platforms_over_the_ceiling_are_refused_by_name)
{
    bench_run(NULL, counts_platforms);
}
