/* Builds: what is built, printed, pushed and left, on both drivers. */
#include "bench.h"

#include <unistd.h>

#define CREATE "docker buildx create --name X --driver docker-container --use --bootstrap"

static void assert_has(const char *text, const char *part)
{
    cr_assert(strstr(text, part) != NULL, "no \"%s\" in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    cr_assert(strstr(text, part) == NULL, "\"%s\" in:\n%s", part, text);
}

static void fails_with(struct bench *bench, const char *line, const char *wanted)
{
    OUTCOME(outcome) = run_line(bench, line);
    cr_assert_eq(outcome.exit_code, 1, "%s: %d", line, outcome.exit_code);
    cr_assert_str_eq(outcome.err, wanted);
}

/* ---- docker-container ---- */

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
    run_well(bench, "docker buildx build --allow network.host,security.insecure .");
    write_file(bench, "/src/Dockerfile", "FROM scratch\nWORKDIR /app/empty\n");
    run_well(bench, "docker buildx build -o out .");

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
    run_well(bench, "docker buildx build --secret id=t,src=token .");
    write_file(bench, "/src/Dockerfile",
               "FROM alpine:3\nRUN --mount=type=secret,id=t,required=true uname -r\n");
    run_well(bench, "docker buildx build --secret id=t,env=NONE .");
    OUTCOME(none) = run_line(bench, "docker buildx build --secret id=t,src=nothing .");
    OUTCOME(nameless) = run_line(bench, "docker buildx build --secret src=token .");

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

static const char slow_step[] = "- {id: slow, on: leg, match: {subject: 'RUN uname*'}, "
                                "do: {kind: slow-step, delay: 1min}}\n";

Test(build, a_killed_build_is_over_in_the_container_too_and_pushes_nothing)
{
    const struct plan plan = {.rules = slow_step};
    bench_run(&plan, killed_body);
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

/* ---- refusals ---- */

#define LEARN(page)                                                                                \
    "Switch to a different driver, or turn on the containerd image store, and try again.\nLearn "  \
    "more at https://docs.docker.com/go/" page "/\n"

static void refusals_body(struct bench *bench)
{
    write_context(bench);
    /* captures 71, 72, 72b; failures.md H, K13 to K15 */
    fails_with(bench, "docker buildx build --platform linux/amd64,linux/arm64 -t t:1 .",
               "ERROR: failed to build: Multi-platform build is not supported for the docker "
               "driver.\n" LEARN("build-multi-platform"));
    fails_with(bench, "docker buildx build --cache-to type=registry,ref=localhost:5000/c:1 .",
               "ERROR: failed to build: Cache export is not supported for the docker "
               "driver.\n" LEARN("build-cache-backends"));
    fails_with(bench, "docker buildx build -o type=oci,dest=o.tar .",
               "ERROR: failed to build: OCI exporter is not supported for the docker "
               "driver.\n" LEARN("build-exporters"));
    fails_with(bench, "docker buildx build -o type=docker,dest=o.tar .",
               "ERROR: failed to build: Docker exporter is not supported for the docker "
               "driver.\n" LEARN("build-exporters"));
    fails_with(bench, "docker buildx build --provenance=true .",
               "ERROR: failed to build: Attestation is not supported for the docker "
               "driver.\n" LEARN("attestations"));
    fails_with(
        bench,
        "docker buildx build -o type=image,push=true,push-by-digest=true,name=localhost:5000/o/a .",
        "ERROR: failed to build: push-by-digest is currently not implemented for docker "
        "driver, please create a new builder instance\n");
    fails_with(bench, "docker buildx build -t ghcr.io/Owner/Repo:t .",
               "ERROR: failed to build: invalid tag \"ghcr.io/Owner/Repo:t\": repository name must "
               "be lowercase\n");
    fails_with(bench, "docker buildx build -t ghcr.io/o/r:-abc1234 .",
               "ERROR: failed to build: invalid tag \"ghcr.io/o/r:-abc1234\": invalid reference "
               "format\n");
    fails_with(bench, "docker buildx build --push .",
               "ERROR: failed to build: tag is needed when pushing to registry\n");
    fails_with(bench, "docker buildx build nowhere",
               "ERROR: failed to build: unable to prepare context: path \"nowhere\" not found\n");
    fails_with(
        bench, "docker buildx build --network custom .",
        "ERROR: failed to build: network mode \"custom\" not supported by buildkit - you can "
        "define a custom network for your builder using the network driver-opt in buildx "
        "create\n");
    fails_with(bench, "docker buildx build -q --progress plain .",
               "ERROR: progress=plain and quiet cannot be used together\n");
    fails_with(bench, "docker buildx build --progress loud .",
               "ERROR: invalid progress mode loud\n");
    fails_with(bench, "docker buildx build --no-cache --no-cache-filter a .",
               "ERROR: failed to build: --no-cache and --no-cache-filter cannot currently be used "
               "together\n");
}

Test(build, what_the_docker_driver_and_buildx_itself_refuse_is_told_in_their_words)
{
    bench_run(NULL, refusals_body);
}

static void lists_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, CREATE);
    fails_with(bench, "docker buildx build --load --platform linux/amd64,linux/arm64 -t t:1 .",
               "ERROR: failed to build: docker exporter does not currently support exporting "
               "manifest lists\n");
}

Test(build, two_platforms_cannot_be_loaded_into_a_classic_store)
{
    bench_run(NULL, lists_body);
}

/* ---- docker ---- */

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

/* ---- named contexts, limits, versions ---- */

static void named_body(struct bench *bench)
{
    write_file(bench, "/src/Dockerfile", "FROM base\nCOPY --from=data x /x\n");
    write_file(bench, "/src/data/x", "hello\n");
    run_well(bench, CREATE);
    OUTCOME(outcome) = run_line(bench, "docker buildx build --build-context "
                                       "base=docker-image://alpine:3 --build-context data=data .");
    OUTCOME(missing) = run_line(bench, "docker buildx build --build-context data=nowhere .");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    assert_has(outcome.err, "load metadata for docker.io/library/alpine:3\n");
    assert_has(outcome.err, "[context data] load from client\n");
    assert_has(missing.err, "ERROR: failed to build: failed to get build context data: stat "
                            "nowhere: no such file or directory\n");
}

Test(build, named_contexts_are_images_and_folders)
{
    bench_run(NULL, named_body);
}

static void large_body(struct bench *bench)
{
    write_context(bench);
    g_autofree char *path = g_strconcat(bench->root, "/src/large", NULL);
    write_file(bench, "/src/large", "");
    cr_assert_eq(truncate(path, BUILD_CONTEXT_BYTES_MAX), 0); /* beside the Dockerfile: too much */
    OUTCOME(outcome) = run_line(bench, "docker buildx build .");
    write_file(bench, "/src/.dockerignore", "large\n");
    OUTCOME(ignored) = run_line(bench, "docker buildx build .");

    cr_assert_eq(outcome.exit_code, 1);
    assert_has(outcome.err, "ERROR: failed to build: a build context of more than 512 MiB, ");
    cr_assert_eq(ignored.exit_code, 0, "%s", ignored.err);
}

Test(build, a_context_above_the_ceiling_is_refused_unless_it_is_ignored)
{
    bench_run(NULL, large_body);
}

/* As large as most public repositories can be; only its size and its ends are carried. */
static void stand_in_body(struct bench *bench)
{
    g_autofree char *path = g_strconcat(bench->root, "/src/large", NULL);
    write_context(bench);
    write_file(bench, "/src/Dockerfile", "FROM alpine:3\nCOPY . /app\n");
    write_file(bench, "/src/large", "x");
    cr_assert_eq(truncate(path, 200 * MIB_BYTES), 0);

    OUTCOME(outcome) = run_line(bench, "docker buildx build -t app:1 .");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    assert_has(outcome.err, "transferring context: 209.7");
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "app:1");
    cr_assert_not_null(facts);
    cr_expect_gt(facts->size_bytes, 200 * MIB_BYTES);
}

Test(build, a_large_file_of_a_context_counts_with_its_size_and_is_not_carried)
{
    bench_run(NULL, stand_in_body);
}

static void pull_body(struct bench *bench)
{
    write_context(bench);
    dockerd_preload(bench->dockerd, "alpine:3", "linux/amd64", MIB_BYTES);
    OUTCOME(local) = run_line(bench, "docker buildx build -t app:1 .");
    OUTCOME(pulled) = run_line(bench, "docker buildx build --pull -t app:1 .");

    assert_lacks(local.err, "alpine:3@sha256:");
    assert_has(pulled.err, "FROM docker.io/library/alpine:3@sha256:");
}

Test(build, the_docker_driver_takes_local_images_unless_it_shall_pull)
{
    bench_run(NULL, pull_body);
}

static void forward_body(struct bench *bench)
{
    write_context(bench);
    OUTCOME(outcome) = run_line(bench, "docker build -t app:1 .");
    OUTCOME(check) = run_line(bench, "docker buildx build --check .");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    assert_has(outcome.err, "#0 building with \"default\" instance using docker driver\n");
    cr_assert_str_eq(check.out, "Check complete, no warnings found.\n");
}

Test(build, docker_build_is_forwarded_and_a_check_builds_nothing)
{
    bench_run(NULL, forward_body);
}

static void checks_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/Dockerfile", "FROM alpine:3 as x\nCMD y\n");
    OUTCOME(check) = run_line(bench, "docker buildx build --check .");
    OUTCOME(warned) = run_line(bench, "docker build .");
    write_file(bench, "/src/Dockerfile", "# check=error=true\nFROM alpine:3\nCMD y\n");
    OUTCOME(failed) = run_line(bench, "docker build .");
    OUTCOME(skipped) =
        run_line(bench, "docker build --build-arg BUILDKIT_DOCKERFILE_CHECK=skip=all .");
    OUTCOME(outline) = run_line(bench, "docker build --call outline .");

    cr_assert_eq(check.exit_code, 1);
    assert_has(check.out, "Check complete, 2 warnings have been found!\n\nWARNING: FromAsCasing - "
                          "https://docs.docker.com/go/dockerfile/rule/from-as-casing/\n'as' and "
                          "'FROM' keywords' casing do not match\nDockerfile:1\n");
    cr_assert_eq(warned.exit_code, 0, "%s", warned.err);
    assert_has(warned.err, "2 warnings found (use docker --debug to expand):\n - FromAsCasing: ");
    cr_assert_eq(failed.exit_code, 1);
    assert_has(failed.err,
               "failed to solve: lint violation found for rules: JSONArgsRecommended\n");
    cr_assert_eq(skipped.exit_code, 0, "%s", skipped.err);
    assert_has(outline.err, "--call outline: not modelled, its outcome is assumed\n");
}

Test(build, checks_are_told_or_fail_the_build)
{
    bench_run(NULL, checks_body);
}

static void frontend_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/Dockerfile", "FROM alpine:3\nCOPY --exclude=x . /\n");
    OUTCOME(old) = run_line(bench, "docker build .");
    write_file(bench, "/src/Dockerfile",
               "FROM alpine:3 AS x\nCOPY --from=Bad:: a b\nFROM alpine:3\n");
    OUTCOME(nameless) = run_line(bench, "docker build .");
    OUTCOME(key) = run_line(bench, "docker build --ssh default=/src/none .");
    OUTCOME(attest) = run_line(bench, "docker build --provenance=foo .");

    assert_has(old.err, "dockerfile parse error on line 2: unknown flag: --exclude\n");
    assert_has(nameless.err, "failed to solve: failed to parse stage name \"Bad::\": invalid");
    assert_has(key.err,
               "failed to convert agent config for ID: \"default\": stat /src/none: no such "
               "file or directory\n");
    cr_assert_str_eq(attest.err, "ERROR: invalid value foo\n");
}

Test(build, what_the_frontend_or_the_client_refuses_ends_it)
{
    bench_run(NULL, frontend_body);
}

static void old_body(struct bench *bench)
{
    OUTCOME(push) = run_line(bench, "docker buildx build --push .");

    cr_assert_str_eq(push.err, "ERROR: tag is needed when pushing to registry\n");
}

Test(build, older_plugins_have_no_prefix)
{
    const struct plan plan = {.version = "v0.25.0"};
    bench_run(&plan, old_body);
}

static void classic_workdir_body(struct bench *bench)
{
    write_file(bench, "/src/Dockerfile", "FROM alpine:3\nWORKDIR /w\n");
    OUTCOME(outcome) = run_with(bench, "docker build -t app:1 .", "DOCKER_BUILDKIT=0");

    cr_assert_eq(outcome.exit_code, 1);
    assert_has(outcome.out, "Step 2/2 : WORKDIR /w\n ---> Running in ");
    assert_has(outcome.err, "mkdir /w: input/output error\n");
}

Test(build, the_classic_builder_fails_at_a_folder_too)
{
    const struct plan plan = {
        .rules = "- {id: s, on: leg, match: {subject: 'WORKDIR *'}, do: {kind: step-failure}}\n"};
    bench_run(&plan, classic_workdir_body);
}
