/* Caches in folders of the machine: from one builder to the next, and what is said of bad ones. */
#include "bench.h"

#define CREATE "docker buildx create --name X --driver docker-container --use --bootstrap"
#define BUILD  "docker buildx build --cache-from type=local,src=old --cache-to type=local,dest=new"

static void moves_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, CREATE);
    OUTCOME(first) = run_line(bench, BUILD ",mode=max .");
    run_well(bench, "docker buildx rm X");
    run_well(bench, CREATE);
    OUTCOME(second) =
        run_line(bench, "docker buildx build --cache-from type=local,src=new --load -t app:1 .");

    cr_assert_eq(first.exit_code, 0, "%s", first.err);
    assert_has(first.err, "WARNING: local cache import at old not found due to err: could not read "
                          "old/index.json: open old/index.json: no such file or directory\n");
    assert_has(first.err, "exporting cache to client directory\n");
    cr_assert_eq(second.exit_code, 0, "%s", second.err);
    assert_has(second.err, "importing cache manifest from local:");
    assert_has(second.err, " CACHED\n");
    cr_assert_lt(second.duration_us, first.duration_us);
}

Test(buildx_caches, a_folder_carries_the_steps_of_one_builder_to_the_next)
{
    bench_run(NULL, moves_body);
}

static void bad_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, CREATE);
    write_file(bench, "/src/untagged/index.json", "{\"manifests\":[]}");
    OUTCOME(untagged) =
        run_line(bench, "docker buildx build --cache-from type=local,src=untagged .");
    OUTCOME(nowhere) = run_line(bench, "docker buildx build --cache-from type=local .");
    OUTCOME(hollow) = run_line(
        bench, "docker buildx build --cache-from type=local,src=untagged,digest=sha256:12 .");

    cr_assert_eq(untagged.exit_code, 1);
    assert_has(untagged.err, "local cache importer requires either explicit digest, \"latest\" tag "
                             "or custom tag on index.json\n");
    cr_assert_eq(nowhere.exit_code, 1);
    assert_has(nowhere.err, "local cache importer requires src\n");
    cr_assert_eq(hollow.exit_code, 0, "%s", hollow.err);
    assert_has(hollow.err, "ERROR: blob sha256:12: not found\n");
}

Test(buildx_caches, a_folder_without_a_tagged_manifest_is_refused_and_missing_blobs_are_told)
{
    bench_run(NULL, bad_body);
}

static void assumed_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, CREATE);

    run_well(bench, "docker buildx build --cache-to type=s3,region=r,bucket=b,name=n .");

    assert_has(bench->assumed->str, "a build cache outside this world (no image)\n");
}

Test(buildx_caches, those_of_other_services_are_assumed)
{
    bench_run(NULL, assumed_body);
}

static void driver_body(struct bench *bench)
{
    static const char environment[] = "ACTIONS_RUNTIME_TOKEN=t";
    write_context(bench);
    OUTCOME(dropped) = run_line(bench, "docker buildx build --cache-to type=gha,mode=max .");
    OUTCOME(half) = run_with(bench, "docker buildx build --cache-to type=gha .", environment);
    OUTCOME(given) =
        run_line(bench, "docker buildx build --cache-to type=gha,token=t,url=https://u/ .");

    cr_assert_eq(dropped.exit_code, 0, "%s", dropped.err);
    cr_assert_eq(half.exit_code, 0, "%s", half.err);
    cr_assert_eq(given.exit_code, 1);
    assert_has(given.err, "Cache export is not supported for the docker driver.\n");
}

Test(buildx_caches, one_of_github_without_its_token_is_dropped_before_the_driver_refuses_it)
{
    bench_run(NULL, driver_body);
}

static void sunset_body(struct bench *bench)
{
    static const char environment[] = "ACTIONS_RUNTIME_TOKEN=t";
    static const char gone[] = "failed to solve: This legacy service is shutting down, effective "
                               "April 15, 2025. Migrate to the new service ASAP. For more "
                               "information: https://gh.io/gha-cache-sunset\n";
    write_context(bench);
    run_well(bench, CREATE " --driver-opt image=moby/buildkit:v0.12.5");
    OUTCOME(imported) =
        run_with(bench, "docker buildx build --cache-from type=gha,url=https://u/ .", environment);
    OUTCOME(exported) =
        run_with(bench, "docker buildx build --cache-to type=gha,url=https://u/ .", environment);

    cr_assert_eq(imported.exit_code, 0, "%s", imported.err);
    assert_has(imported.err, "ERROR: This legacy service is shutting down");
    cr_assert_eq(exported.exit_code, 1);
    assert_has(exported.err, gone);
}

/* failures.md L1 */
Test(buildx_caches, a_buildkit_from_before_v0_20_asks_a_service_that_is_gone)
{
    bench_run(NULL, sunset_body);
}

#define TO_ECR "docker buildx build --cache-to type=registry,ref=" ECR_HOST "/o/app:cache"

static void ecr_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, CREATE);
    OUTCOME(usual) = run_line(bench, TO_ECR " .");
    OUTCOME(index) = run_line(bench, TO_ECR ",image-manifest=false .");
    OUTCOME(forgiven) = run_line(bench, TO_ECR ",image-manifest=false,ignore-error=true .");
    run_well(bench, "docker buildx rm X");
    run_well(bench, CREATE " --driver-opt image=moby/buildkit:v0.20.2");
    OUTCOME(older) = run_line(bench, TO_ECR ",mode=max .");
    OUTCOME(asked) = run_line(bench, TO_ECR ",image-manifest=true,oci-mediatypes=true .");

    cr_expect_eq(usual.exit_code, 0, "%s", usual.err);
    cr_expect_eq(index.exit_code, 1);
    assert_has(index.err, "error writing manifest blob: failed commit on ref \"sha256:");
    assert_has(index.err, "\": unexpected status from PUT request to https://" ECR_HOST
                          "/v2/o/app/manifests/cache: 400 Bad Request");
    cr_expect_eq(forgiven.exit_code, 0, "%s", forgiven.err);
    cr_expect_eq(older.exit_code, 1);
    assert_has(older.err, "400 Bad Request");
    cr_expect_eq(asked.exit_code, 0, "%s", asked.err);
}

Test(buildx_caches, amazon_ecr_takes_image_manifests_alone)
{
    bench_run(NULL, ecr_body);
}

static void inline_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, CREATE);
    run_well(bench, "docker buildx build --build-arg BUILDKIT_INLINE_CACHE=1 --push "
                    "-t localhost:5000/o/app:1 .");
    run_well(bench, "docker buildx rm X");
    run_well(bench, CREATE);
    OUTCOME(second) = run_line(bench, "docker buildx build --cache-from localhost:5000/o/app:1 .");

    cr_assert_eq(second.exit_code, 0, "%s", second.err);
    assert_has(second.err, " CACHED\n");
}

Test(buildx_caches, a_build_argument_puts_one_into_the_image)
{
    bench_run(NULL, inline_body);
}
