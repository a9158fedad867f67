/* Builds that are refused, limited or checked, and those of older clients. */
#include "bench.h"

#define CREATE "docker buildx create --name X --driver docker-container --use --bootstrap"

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
