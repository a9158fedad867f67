/* A full disk: BuildKit tells where its own writing failed, not how the client's files came to it.
 */
#include "bench.h"

static void dockerfile_body(struct bench *bench)
{
    write_context(bench);
    for (int i = 0; i < 2; i++) {
        OUTCOME(outcome) = run_line(bench, "docker buildx build -t app:1 .");

        cr_assert_eq(outcome.exit_code, 1);
        assert_has(outcome.err, "#1 [internal] load build definition from Dockerfile\n");
        assert_has(outcome.err, "\nERROR: failed to build: failed to solve: ResourceExhausted: "
                                "failed to read dockerfile: failed to create temp dir: mkdir "
                                "/var/lib/docker/tmp/buildkit-mount");
        assert_has(outcome.err, ": no space left on device\n");
    }
}

Test(full_disk, no_dockerfile_is_read_on_it)
{
    const struct plan plan = {.rules = "- {id: f, on: leg, do: {kind: disk-full}}\n"};
    bench_run(&plan, dockerfile_body);
}

static void older_body(struct bench *bench)
{
    write_context(bench);

    OUTCOME(outcome) = run_line(bench, "docker buildx build -t app:1 .");

    assert_has(outcome.err,
               "failed to solve: failed to read dockerfile: failed to create temp dir: "
               "mkdir /var/lib/docker/tmp/buildkit-mount");
}

Test(full_disk, older_engines_have_no_code_for_it)
{
    const struct plan plan = {.rules = "- {id: f, on: leg, do: {kind: disk-full}}\n",
                              .profile = "self-hosted-24"};
    bench_run(&plan, older_body);
}

static void context_body(struct bench *bench)
{
    write_context(bench);

    OUTCOME(outcome) = run_line(bench, "docker buildx build -t app:1 .");

    cr_assert_eq(outcome.exit_code, 1);
    assert_has(outcome.err, "[internal] load build context\n");
    assert_has(outcome.err, " ERROR: write /var/lib/docker/overlay2/");
    assert_has(outcome.err, "------\n > [internal] load build context:\n------\n"
                            "ERROR: failed to build: failed to solve: ResourceExhausted: write "
                            "/var/lib/docker/overlay2/");
}

Test(full_disk, no_context_is_kept_on_it)
{
    const struct plan plan = {
        .rules = "- {id: f, on: leg, match: {subject: '*/overlay2/*'}, do: {kind: disk-full}}\n"};
    bench_run(&plan, context_body);
}

static void container_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx create --use --name b --bootstrap");

    OUTCOME(outcome) = run_line(bench, "docker buildx build -t app:1 .");

    cr_assert_eq(outcome.exit_code, 1);
    assert_has(outcome.err, "failed to solve: ResourceExhausted: failed to read dockerfile: failed "
                            "to create temp dir: mkdir /tmp/buildkit-mount");
}

Test(full_disk, says_the_same_in_a_container)
{
    const struct plan plan = {
        .rules = "- {id: f, on: leg, match: {subject: '/tmp/buildkit*'}, do: {kind: disk-full}}\n"};
    bench_run(&plan, container_body);
}

static void space_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx build -t app:1 .");
    int64_t before_bytes = disk_account_bytes(bench->disk, DISK_TEMPORARY);

    run_well(bench, "docker buildx build --no-cache -t app:1 .");

    cr_assert_eq(disk_account_bytes(bench->disk, DISK_TEMPORARY), before_bytes);
}

Test(full_disk, what_a_build_took_for_its_sources_is_given_back)
{
    bench_run(NULL, space_body);
}
