/* Builds of the docker-container driver: what is built, printed, pushed and left. */
#include "bench.h"

#define CREATE "docker buildx create --name X --driver docker-container --use --bootstrap"

static void multi_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, CREATE);
    OUTCOME(outcome) = run_line(
        bench, "docker buildx build --platform linux/amd64,linux/arm64 --push -t "
               "localhost:5000/o/app:1 -t localhost:5000/o/app:2 --metadata-file m.json .");
    g_autofree char *platforms = platforms_of(bench, "o/app", "1");
    g_autofree char *second = platforms_of(bench, "o/app", "2");
    g_autofree char *metadata = read_file(bench, "/src/m.json");
    g_autoptr(json_t) json = json_parse_bytes(metadata, strlen(metadata), NULL);
    AUTO(image_facts) facts = registry_find(bench->local, "o/app", "1");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert(g_str_has_prefix(outcome.err,
                               "#0 building with \"X\" instance using docker-container driver\n\n"
                               "#1 [internal] load build definition from Dockerfile\n"
                               "#1 transferring dockerfile: "),
              "%s", outcome.err);
    assert_has(outcome.err, " exporting attestation manifest sha256:");
    assert_has(outcome.err, " exporting manifest list sha256:");
    cr_assert_str_eq(platforms, "linux/amd64 linux/arm64");
    cr_assert_str_eq(second, "linux/amd64 linux/arm64");
    cr_assert_str_eq(json_get_string(json, "containerimage.digest", ""), facts->digest);
    cr_assert_str_eq(json_get_string(json, "image.name", ""),
                     "localhost:5000/o/app:1,localhost:5000/o/app:2");
    cr_assert(g_str_has_prefix(json_get_string(json, "buildx.build.ref", ""), "X/x0/"));
}

Test(build, two_platforms_are_pushed_with_their_attestations_and_told_in_the_metadata)
{
    bench_run(NULL, multi_body);
}

static void boots_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx create --name X --use");
    OUTCOME(outcome) = run_line(bench, "docker buildx build .");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert(g_str_has_prefix(outcome.err,
                               "#0 building with \"X\" instance using docker-container driver\n\n"
                               "#1 [internal] booting buildkit\n"),
              "%s", outcome.err);
    assert_has(outcome.err, "\n\n#2 [internal] load build definition from Dockerfile\n");
    cr_assert(g_str_has_suffix(
                  outcome.err,
                  "WARNING: No output specified with docker-container driver. Build result will "
                  "only remain in the build cache. To push result image into registry use --push "
                  "or to load image into docker use --load\n"),
              "%s", outcome.err);
}

Test(build, boots_its_builder_counts_on_from_there_and_warns_of_no_output)
{
    bench_run(NULL, boots_body);
}

static void failing_step_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, CREATE);
    OUTCOME(outcome) = run_line(bench, "docker buildx build --push -t localhost:5000/o/app:1 .");
    g_autofree char *platforms = platforms_of(bench, "o/app", "1");

    cr_assert_eq(outcome.exit_code, 1);
    assert_has(outcome.err, "ERROR: process \"/bin/sh -c uname -m\" did not complete successfully: "
                            "exit code: 3\n------\n > [3/3] RUN uname -m:\n");
    assert_has(outcome.err, "Dockerfile:3\n--------------------\n");
    assert_has(outcome.err, "   3 | >>> RUN uname -m\n");
    cr_assert(g_str_has_suffix(outcome.err,
                               "--------------------\nERROR: failed to build: failed to solve: "
                               "process \"/bin/sh -c uname -m\" did not complete successfully: "
                               "exit code: 3\n"),
              "%s", outcome.err);
    cr_assert_str_eq(platforms, "");
}

Test(build, a_step_that_fails_is_told_with_its_lines_and_the_reason)
{
    const struct plan plan = {.rules = "- {id: no, on: leg, match: {subject: 'RUN uname*'}, "
                                       "do: {kind: step-failure, exit_code: 3}}\n"};
    bench_run(&plan, failing_step_body);
}

static void empty_folders_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/data/nothing", "x");
    write_file(bench, "/src/.dockerignore", "data/*\nlogs\n");
    write_file(bench, "/src/logs/nothing", "x");
    run_well(bench, CREATE);
    write_file(bench, "/src/Dockerfile", "FROM scratch\nCOPY data /data\n");
    run_well(bench, "docker buildx build .");
    write_file(bench, "/src/Dockerfile", "FROM scratch\nCOPY logs /logs\n");
    OUTCOME(ignored) = run_line(bench, "docker buildx build .");

    assert_has(ignored.err, "\"/logs\": not found\n");
}

Test(build, a_folder_of_which_everything_is_ignored_is_there_and_an_ignored_one_is_not)
{
    bench_run(NULL, empty_folders_body);
}

static void entitled_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/Dockerfile", "FROM alpine:3\nRUN --security=insecure uname\n");
    run_well(bench, CREATE);
    OUTCOME(refused) = run_line(bench, "docker buildx build .");
    run_well(bench, "docker buildx build --allow network.host,security.insecure .");
    write_file(bench, "/src/Dockerfile", "FROM scratch\nWORKDIR /app/empty\n");
    run_well(bench, "docker buildx build -o out .");

    cr_assert_eq(refused.exit_code, 1);
    assert_has(refused.err, "security.insecure is not allowed");
    cr_assert(has_file(bench, "/src/out/app/empty"));
}

Test(build, entitlements_reach_the_builder_and_empty_folders_come_back)
{
    bench_run(NULL, entitled_body);
}

static void secrets_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/token", "t");
    run_well(bench, CREATE);
    write_file(bench, "/src/Dockerfile",
               "FROM alpine:3\nRUN --mount=type=secret,id=t,required=true uname\n");
    OUTCOME(without) = run_line(bench, "docker buildx build .");
    run_well(bench, "docker buildx build --secret id=t,src=token .");
    write_file(bench, "/src/Dockerfile",
               "FROM alpine:3\nRUN --mount=type=secret,id=t,required=true uname -r\n");
    run_well(bench, "docker buildx build --secret id=t,env=NONE .");
    OUTCOME(none) = run_line(bench, "docker buildx build --secret id=t,src=nothing .");
    OUTCOME(nameless) = run_line(bench, "docker buildx build --secret src=token .");

    assert_has(without.err, "secret t: not found\n");
    assert_has(none.err, "failed to stat nothing: stat nothing: no such file or directory\n");
    assert_has(nameless.err, "secret missing ID\n");
}

Test(build, secrets_reach_the_builder_and_their_files_are_looked_for)
{
    bench_run(NULL, secrets_body);
}

static void load_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, CREATE);
    OUTCOME(outcome) = run_line(
        bench, "docker buildx build --load -t app:1 --iidfile id --metadata-file m.json .");
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "app:1");
    g_autofree char *id = read_file(bench, "/src/id");
    g_autofree char *metadata = read_file(bench, "/src/m.json");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    assert_has(outcome.err, " exporting to docker image format\n");
    assert_has(outcome.err, " importing to docker\n");
    assert_lacks(outcome.err, "attestation");
    cr_assert_not_null(facts);
    cr_assert_str_eq(facts->id, id);
    cr_assert_str_eq(facts->platform, "linux/amd64");
    assert_lacks(metadata, "seatrial");
}

Test(build, load_puts_the_image_into_the_engine)
{
    bench_run(NULL, load_body);
}

static void outputs_body(struct bench *bench)
{
    write_file(bench, "/src/Dockerfile",
               "FROM alpine:3 AS build\nCOPY f /f\nFROM scratch\nCOPY --from=build /f /out/f\n");
    write_file(bench, "/src/f", "hello\n");
    run_well(bench, CREATE);
    run_well(bench, "docker buildx build -o out .");
    run_well(bench, "docker buildx build -o type=oci,dest=app.tar -t app:1 .");
    OUTCOME(tar) = run_line(bench, "docker buildx build -o - .");
    g_autofree char *file = read_file(bench, "/src/out/out/f");
    g_autofree char *layout = read_file(bench, "/src/app.tar");

    cr_assert_str_eq(file, "hello\n");
    cr_assert(has_file(bench, "/src/app.tar"));
    cr_assert(g_str_has_prefix(layout, "oci-layout"));
    cr_assert(g_str_has_prefix(tar.out, "out/f"), "%s", tar.out);
}

Test(build, local_oci_and_tar_outputs_come_to_the_machine)
{
    bench_run(NULL, outputs_body);
}

static void stand_ins_body(struct bench *bench)
{
    static const struct {
        const char *dockerfile;
        bool is_assumed;
    } cases[] = {
        {"FROM scratch\nCOPY hello.txt /out.txt\n", false},
        {"FROM alpine:3\nCOPY hello.txt /out.txt\n", true},
        {"FROM alpine:3 AS made\nRUN make\nFROM scratch\nCOPY --from=made /out /out.txt\n", true},
        {"FROM alpine:3 AS made\nRUN make\nFROM scratch AS other\nCOPY --from=made /out /f\n"
         "FROM scratch\nCOPY --from=other /f /out.txt\n",
         true},
        {"FROM alpine:3 AS made\nCOPY hello.txt /h\nRUN make\nFROM scratch\n"
         "COPY --from=made /h /out.txt\n",
         false},
    };
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        write_file(bench, "/src/hello.txt", "hello\n");
        write_file(bench, "/src/Dockerfile", cases[i].dockerfile);
        g_string_truncate(bench->assumed, 0);
        run_well(bench, "docker buildx build -o out --metadata-file m.json .");
        g_autofree char *metadata = read_file(bench, "/src/m.json");

        cr_expect(has_file(bench, "/src/out/out.txt"));
        cr_expect_str_eq(bench->assumed->str,
                         cases[i].is_assumed
                             ? "buildx build: files without their real content in an output "
                               "(no image)\n"
                             : "",
                         "%s: %s", cases[i].dockerfile, bench->assumed->str);
        cr_expect_null(strstr(metadata, "seatrial"), "%s", metadata);
    }
}

Test(build, files_that_a_run_made_are_assumed_where_they_are_given_out)
{
    bench_run(NULL, stand_ins_body);
}

static void ignore_body(struct bench *bench)
{
    write_file(bench, "/src/docker/app.Dockerfile", "FROM alpine:3\nCOPY secret /secret\n");
    write_file(bench, "/src/docker/app.Dockerfile.dockerignore", "secret\n");
    write_file(bench, "/src/secret", "x\n");
    run_well(bench, CREATE);
    OUTCOME(outcome) = run_line(bench, "docker buildx build -f docker/app.Dockerfile .");

    cr_assert_eq(outcome.exit_code, 1);
    assert_has(outcome.err,
               "ERROR: failed to build: failed to solve: failed to compute cache key: ");
    assert_has(outcome.err, "\"/secret\": not found\n");
}

Test(build, a_dockerfile_has_its_own_ignore_file)
{
    bench_run(NULL, ignore_body);
}

static void killed_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, CREATE);
    run_and_kill(bench, "docker buildx build --push -t localhost:5000/o/app:1 .", 5 * SECOND_US);
    cr_assert(fiber_sleep(bench->loop, 5 * MINUTE_US, NULL));
    g_autofree char *platforms = platforms_of(bench, "o/app", "1");

    cr_assert_str_eq(platforms, "");
}

Test(build, a_killed_build_is_over_in_the_container_too_and_pushes_nothing)
{
    const struct plan plan = {.rules = slow_step};
    bench_run(&plan, killed_body);
}

static void restarted_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx create --use --name b --bootstrap");

    OUTCOME(outcome) = run_line(bench, "docker buildx build .");

    cr_assert_eq(outcome.exit_code, 1, "%s", outcome.err);
    assert_has(outcome.err,
               "\nERROR: failed to build: failed to receive status: rpc error: code = Unavailable "
               "desc = error reading from server: EOF\n");
}

/* buildx#2380: the build is a stream through the exec; what comes after it is no matter. */
Test(build, an_engine_that_goes_down_ends_it_as_buildkit_would)
{
    const struct plan plan = {
        .rules = "- {id: slow, on: leg, do: {kind: slow-step, delay: 20s}}\n"
                 "- {id: f, on: leg, match: {subject: 'PUT */archive'}, times: 1,\n"
                 "   do: {kind: engine-restart, after: 10s}}\n"};
    bench_run(&plan, restarted_body);
}

static void git_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, CREATE);
    OUTCOME(own) =
        run_with(bench, "docker buildx build https://github.com/acme/app.git#refs/heads/main",
                 "GITHUB_REPOSITORY=acme/app");
    OUTCOME(other) = run_with(bench, "docker buildx build https://github.com/other/app.git",
                              "GITHUB_REPOSITORY=acme/app");

    cr_assert_eq(own.exit_code, 0, "%s", own.err);
    assert_has(own.err,
               "#1 [internal] load git source https://github.com/acme/app.git#refs/heads/main\n");
    assert_lacks(own.err, "load build definition");
    cr_assert_eq(other.exit_code, 0);
    assert_has(bench->assumed->str, "the build context https://github.com/other/app.git\n");
}

Test(build, the_own_repository_is_a_git_context_and_others_are_assumed)
{
    bench_run(NULL, git_body);
}

#define GIT_URL  "https://github.com/acme/app.git"
#define GIT_KEPT " --build-arg BUILDKIT_CONTEXT_KEEP_GIT_DIR=1"

static void git_folder_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/.git/HEAD", "ref: refs/heads/main\n");
    write_file(bench, "/src/.git/objects/ab/cdef", "x");
    write_file(bench, "/src/Dockerfile", "FROM alpine:3\nCOPY .git /g\nCOPY .git/HEAD /h\n");
    run_well(bench, CREATE);
    OUTCOME(folder) = run_line(bench, "docker buildx build .");
    OUTCOME(url) = run_with(bench, "docker buildx build " GIT_URL, "GITHUB_REPOSITORY=acme/app");
    OUTCOME(kept) =
        run_with(bench, "docker buildx build " GIT_URL GIT_KEPT, "GITHUB_REPOSITORY=acme/app");

    cr_expect_eq(folder.exit_code, 0, "%s", folder.err);
    cr_expect_eq(url.exit_code, 1);
    assert_has(url.err, "\"/.git\": not found");
    cr_expect_eq(kept.exit_code, 0, "%s", kept.err);
}

Test(build, the_git_folder_is_in_a_folder_s_context_and_in_that_of_a_url_when_it_is_kept)
{
    bench_run(NULL, git_folder_body);
}

static void push_denied_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, CREATE);
    OUTCOME(denied) = run_line(bench, "docker buildx build --push -t localhost:5000/o/app:1 .");
    write_file(bench, "/home/u/.docker/config.json",
               "{\"auths\":{\"localhost:5000\":{\"auth\":\"dTpwdw==\"}}}");
    OUTCOME(allowed) = run_line(bench, "docker buildx build --push -t localhost:5000/o/app:1 .");

    cr_assert_eq(denied.exit_code, 1);
    assert_has(denied.err,
               "ERROR: failed to build: failed to solve: failed to push localhost:5000/o/app:1: ");
    cr_assert_eq(allowed.exit_code, 0, "%s", allowed.err);
}

Test(build, the_credentials_of_the_cli_go_with_the_build)
{
    const struct plan plan = {.user = "u"};
    bench_run(&plan, push_denied_body);
}
