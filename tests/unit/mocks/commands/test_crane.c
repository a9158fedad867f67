/* crane against registries of the world. Texts, exit codes, requests and pauses are crane 0.21.6's,
   measured against this registry; tests/clients/crane.sh runs the real one beside it. */
#include "image_tools.h"

#define IMAGE  API
#define MIRROR API_MIRROR

/* ---- copies ---- */

static void mirror_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "crane copy " IMAGE ":1 " MIRROR ":1"), 0);
    cr_assert(said(bench, " Copying from " IMAGE ":1 to " MIRROR ":1\n"));
    cr_assert(said(bench, " pushed blob: sha256:"));
    cr_assert_not(said(bench, "mounted blob"));
    cr_assert(said(bench, " " MIRROR "@sha256:"));
    cr_assert(said(bench, " " MIRROR ":1: digest: sha256:"));
    expect_copy(bench, bench->mirror, "acme/api", "1");
    cr_assert_eq(run(bench, "crane cp " IMAGE ":1 " MIRROR ":1"), 0);
    cr_assert(said(bench, " existing manifest: 1@sha256:"));
    cr_assert_eq(assumed_count(bench), 0);
}
Test(crane, copies_an_image_to_another_registry)
{
    bench_run(&with_mirror, mirror_body);
}

static void mount_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "crane cp " IMAGE ":1 reg.example/acme/copy:new"), 0);
    cr_assert(said(bench, " mounted blob: sha256:"));
    cr_assert_not(said(bench, "pushed blob"));
    expect_copy(bench, bench->registry, "acme/copy", "new");
}
Test(crane, mounts_what_the_registry_has)
{
    bench_run(&with_mirror, mount_body);
}

static void platform_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "crane --platform linux/arm64 cp " IMAGE ":1 " MIRROR ":arm"), 0);
    AUTO(image_facts) copy = registry_find(bench->mirror, "acme/api", "arm");
    cr_assert_not_null(copy);
    cr_assert_eq(copy->platforms->len, 1);
    cr_assert_eq(run(bench, "crane cp --platform linux/s390x " IMAGE ":1 " MIRROR ":none"), 1);
    cr_assert(said(bench, "Error: no child with platform linux/s390x in index " IMAGE ":1\n"));
    cr_assert_null(registry_find(bench->mirror, "acme/api", "none"));
}
Test(crane, copies_one_platform_when_asked_to)
{
    bench_run(&with_mirror, platform_body);
}

static void tag_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "crane tag " IMAGE ":1 stable"), 0);
    cr_assert(said(bench, " " IMAGE ":stable: digest: sha256:"));
    expect_copy(bench, bench->registry, "acme/api", "stable");
    cr_assert_eq(run(bench, "crane ls " IMAGE), 0);
    cr_assert_str_eq(bench->out->str, "1\nstable\n");
    cr_assert_eq(run(bench, "crane cp -n " IMAGE ":1 " IMAGE ":stable"), 1);
    cr_assert(said(bench, "Error: refusing to clobber existing tag " IMAGE ":stable@sha256:"));
    cr_assert_eq(run(bench, "crane delete " IMAGE ":stable"), 0);
    cr_assert_null(registry_find(bench->registry, "acme/api", "stable"));
    cr_assert_eq(run(bench, "crane tag " IMAGE ":none stable"), 1);
    cr_assert(said(bench, "Error: fetching \"" IMAGE ":none\": GET https://reg.example/v2/acme/api/"
                          "manifests/none: MANIFEST_UNKNOWN: "));
}
Test(crane, tags_lists_and_deletes)
{
    bench_run(&with_mirror, tag_body);
}

/* ---- weather ---- */

static void patient_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "crane tag " IMAGE ":1 stable"), 0);
    expect_copy(bench, bench->registry, "acme/api", "stable");
    cr_assert_geq(bench->elapsed_us, 4 * SECOND_US);
    cr_assert_lt(bench->elapsed_us, 5 * SECOND_US);
}
Test(crane, writes_a_third_time_after_one_and_three_seconds)
{
    struct outage outage = {"PUT", 503, 2};
    run_in_outage(&outage, patient_body);
}

static void given_up_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "crane cp " IMAGE ":1 " MIRROR ":1"), 1);
    cr_assert(said(bench, "Error: PATCH https://mirror.example/"));
    cr_assert(said(bench, "unexpected status code 503 Service Unavailable: no\n"));
    cr_assert_null(registry_find(bench->mirror, "acme/api", "1"));
}
Test(crane, leaves_no_tag_where_a_blob_cannot_be_sent)
{
    struct outage outage = {"PATCH", 503, 3};
    run_in_outage(&outage, given_up_body);
}

static void denied_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "crane cp " IMAGE ":1 " MIRROR ":1"), 1);
    cr_assert(
        said(bench, " retrying without mount: POST https://mirror.example/v2/acme/api/blobs/"));
    cr_assert(said(bench, "Error: POST https://mirror.example/v2/acme/api/blobs/uploads/: "
                          "unexpected status code 403 Forbidden: no\n"));
    cr_assert_lt(bench->elapsed_us, SECOND_US);
}
Test(crane, does_not_wait_for_what_is_denied)
{
    struct outage outage = {"POST", 403, 2};
    run_in_outage(&outage, denied_body);
}

/* ---- what is not modelled ---- */

static void assumed_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "crane push api.tar " IMAGE ":2"), 0);
    cr_assert_eq(run(bench, "crane mutate " IMAGE ":1 --tag " IMAGE ":2"), 0);
    cr_assert_eq(run(bench, "crane export " IMAGE ":1 api.tar"), 0);
    expect_touching(bench, "yes yes no");
}
Test(crane, assumes_archives_and_what_makes_new_images)
{
    bench_run(&with_mirror, assumed_body);
}
