/* crane against registries of the world. Texts, exit codes, requests and pauses are crane 0.21.6's,
   measured against this registry; tests/clients/crane.sh runs the real one beside it. */
#include "bench.h"

#define IMAGE  "reg.example/acme/api"
#define MIRROR "mirror.example/acme/api"

static const struct plan plain = {.has_registry = true, .has_mirror = true};

static bool said(const struct bench *bench, const char *text)
{
    return strstr(bench->err->str, text) != NULL;
}

static void expect_same(struct bench *bench, struct registry *registry, const char *repository,
                        const char *tag)
{
    AUTO(image_facts) source = registry_find(bench->registry, "acme/api", "1");
    AUTO(image_facts) copy = registry_find(registry, repository, tag);
    cr_assert_not_null(copy);
    cr_assert(copy->is_complete);
    cr_assert_str_eq(copy->digest, source->digest);
    cr_assert_eq(copy->platforms->len, source->platforms->len);
}

/* ---- copies ---- */

static void mirror_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "crane copy " IMAGE ":1 " MIRROR ":1"), 0);
    cr_assert(said(bench, " Copying from " IMAGE ":1 to " MIRROR ":1\n"));
    cr_assert(said(bench, " pushed blob: sha256:"));
    cr_assert_not(said(bench, "mounted blob"));
    cr_assert(said(bench, " " MIRROR "@sha256:"));
    cr_assert(said(bench, " " MIRROR ":1: digest: sha256:"));
    expect_same(bench, bench->mirror, "acme/api", "1");
    cr_assert_eq(run(bench, "crane cp " IMAGE ":1 " MIRROR ":1"), 0);
    cr_assert(said(bench, " existing manifest: 1@sha256:"));
    cr_assert_eq(command_set_assumed(bench->set)->len, 0);
}
Test(crane, copies_an_image_to_another_registry)
{
    bench_run(&plain, mirror_body);
}

static void mount_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "crane cp " IMAGE ":1 reg.example/acme/copy:new"), 0);
    cr_assert(said(bench, " mounted blob: sha256:"));
    cr_assert_not(said(bench, "pushed blob"));
    expect_same(bench, bench->registry, "acme/copy", "new");
}
Test(crane, mounts_what_the_registry_has)
{
    bench_run(&plain, mount_body);
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
    bench_run(&plain, platform_body);
}

static void tag_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "crane tag " IMAGE ":1 stable"), 0);
    cr_assert(said(bench, " " IMAGE ":stable: digest: sha256:"));
    expect_same(bench, bench->registry, "acme/api", "stable");
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
    bench_run(&plain, tag_body);
}

/* ---- weather ---- */

struct outage {
    const char *method;
    unsigned status;
    int left;
};

static bool refuse(void *context, struct exchange *exchange)
{
    struct outage *outage = context;
    if (outage->left == 0 || strcmp(exchange_method(exchange), outage->method) != 0)
        return false;
    outage->left--;
    exchange_reply_text(exchange, outage->status, "text/plain", "no\n");
    return true;
}

static void run_in_outage(struct outage *outage, void (*body)(struct bench *bench))
{
    const struct weather weather = {.context = outage, .on_request = refuse};
    const struct plan plan = {.has_registry = true, .has_mirror = true, .weather = &weather};
    bench_run(&plan, body);
}

static void patient_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "crane tag " IMAGE ":1 stable"), 0);
    expect_same(bench, bench->registry, "acme/api", "stable");
    cr_assert_geq(bench->elapsed_us, 4 * SECOND_US);
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
    const GPtrArray *uses = command_set_assumed(bench->set);
    cr_assert_eq(uses->len, 3);
    static const bool touches[] = {true, true, false};
    for (guint i = 0; i < uses->len; i++) {
        const struct assumed_use *use = g_ptr_array_index(uses, i);
        cr_assert_eq(use->touches_images, touches[i], "%s", use->line);
    }
}
Test(crane, assumes_archives_and_what_makes_new_images)
{
    bench_run(&plain, assumed_body);
}
