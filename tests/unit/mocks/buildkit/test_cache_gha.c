/* The Actions cache in bad weather: who waits how long, and what is lost without a word. */
#include "bench.h"

#define SERVICE "results-receiver.actions.githubusercontent.com"
#define STORAGE "productionresultssa0.blob.core.windows.net"

/* A build that exports to the cache, with further attributes. */
static struct answer export_with(struct bench *bench, const char *attributes)
{
    g_autofree char *token = cachesvc_token("refs/heads/main", NULL, "run-1", "job-1");
    g_autofree char *line = g_strdup_printf(
        "buildctl build --frontend dockerfile.v0 --local context=/ctx --local dockerfile=/ctx "
        "--output type=image,push=false --export-cache type=gha,mode=max,token=%s%s",
        token, attributes);
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);
    return run_in_builder(bench, line, NULL);
}

static void waits(const struct answer *answer, int64_t least_s)
{
    cr_assert_geq(answer->duration_us, least_s * SECOND_US, "%s", answer->text);
    cr_assert_lt(answer->duration_us, (least_s + 2) * SECOND_US, "%s", answer->text);
}

/* ---- the service ---- */

static void throttled_body(struct bench *bench)
{
    ANSWER(answer) = export_with(bench, "");

    cr_assert_eq(answer.exit_code, 1, "%s", answer.text);
    waits(&answer, 600);
    cr_assert_not_null(strstr(answer.text, "preparing build cache for export 600.0s done\n"), "%s",
                       answer.text);
    cr_assert_not_null(
        strstr(answer.text,
               "error writing layer blob: maximum timeout reached: resource_exhausted\n"),
        "%s", answer.text);
}

Test(buildkit_cache_gha, a_429_is_waited_out_for_ten_minutes_to_the_second)
{
    static const struct plan plan = {
        .has_cachesvc = true,
        .rules = "- {id: t, on: " SERVICE ", match: {path: '*/CreateCacheEntry'}, do: {kind: "
                 "status, code: 429, text: '{\"code\":\"resource_exhausted\"}'}}\n"};
    bench_run(&plan, throttled_body);
}

static void impatient_body(struct bench *bench)
{
    ANSWER(answer) = export_with(bench, ",timeout=30s");

    cr_assert_eq(answer.exit_code, 1, "%s", answer.text);
    waits(&answer, 30);
}

Test(buildkit_cache_gha, the_attribute_timeout_bounds_the_patience)
{
    static const struct plan plan = {.has_cachesvc = true,
                                     .rules = "- {id: t, on: " SERVICE
                                              ", do: {kind: status, code: 429}}\n"};
    bench_run(&plan, impatient_body);
}

static void doubling_body(struct bench *bench)
{
    ANSWER(answer) = export_with(bench, "");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    waits(&answer, 1 + 2 + 4 + 8 + 16 + 32 + 64 + 90 + 90);
}

Test(buildkit_cache_gha, the_waits_double_from_1_to_90_seconds)
{
    static const struct plan plan = {
        .has_cachesvc = true,
        .rules = "- {id: t, on: " SERVICE ", when: {first: 9}, do: {kind: status, code: 429}}\n"};
    bench_run(&plan, doubling_body);
}

static void told_body(struct bench *bench)
{
    ANSWER(answer) = export_with(bench, "");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    waits(&answer, 26 + 26);
}

/* v0.27 and newer, as the moving tag is. */
Test(buildkit_cache_gha, what_retry_after_says_is_waited)
{
    static const struct plan plan = {.has_cachesvc = true,
                                     .rules = "- {id: t, on: " SERVICE
                                              ", when: {first: 2}, do: {kind: status, code: 429, "
                                              "headers: {Retry-After: '26'}}}\n"};
    bench_run(&plan, told_body);
}

static void refused_body(struct bench *bench)
{
    ANSWER(answer) = export_with(bench, "");

    cr_assert_eq(answer.exit_code, 1, "%s", answer.text);
    cr_assert_not_null(strstr(answer.text, "error writing layer blob: failed to reserve cache\n"),
                       "%s", answer.text);
}

Test(buildkit_cache_gha, an_answer_that_is_not_ok_reserves_nothing)
{
    static const struct plan plan = {.has_cachesvc = true,
                                     .rules = "- {id: t, on: " SERVICE
                                              ", match: {path: '*/CreateCacheEntry'}, do: {kind: "
                                              "status, code: 200, text: '{\"ok\":false}'}}\n"};
    bench_run(&plan, refused_body);
}

/* ---- the storage ---- */

static void stumbling_body(struct bench *bench)
{
    ANSWER(answer) = export_with(bench, "");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    waits(&answer, 10 + 30 + 70 + 120 + 120);
}

Test(buildkit_cache_gha, the_storage_is_asked_again_after_10_30_70_and_then_120_seconds)
{
    static const struct plan plan = {
        .has_cachesvc = true,
        .rules = "- {id: s, on: " STORAGE ", when: {first: 5}, do: {kind: status, code: 503}}\n"};
    bench_run(&plan, stumbling_body);
}

static void down_body(struct bench *bench)
{
    ANSWER(answer) = export_with(bench, "");

    cr_assert_eq(answer.exit_code, 1, "%s", answer.text);
    waits(&answer, 10 + 30 + 70 + 7 * 120);
    cr_assert_not_null(
        strstr(answer.text, "error writing layer blob: PUT https://" STORAGE "/actions-cache/"),
        "%s", answer.text);
    cr_assert_null(strstr(answer.text, "sig="), "%s", answer.text);
    cr_assert_not_null(
        strstr(answer.text, "\nRESPONSE 503: 503 Service Unavailable\nERROR CODE: ServerBusy\n"),
        "%s", answer.text);
}

Test(buildkit_cache_gha, a_storage_that_stays_down_ends_the_build_after_eleven_tries)
{
    static const struct plan plan = {.has_cachesvc = true,
                                     .rules = "- {id: s, on: " STORAGE
                                              ", do: {kind: status, code: 503, text: "
                                              "'<Error><Code>ServerBusy</Code></Error>'}}\n"};
    bench_run(&plan, down_body);
}

static void lost_body(struct bench *bench)
{
    ANSWER(answer) = export_with(bench, "");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    const GPtrArray *entries = cachesvc_entries(bench->cachesvc);
    const struct cache_entry *layer = g_ptr_array_index(entries, 0);
    const struct cache_entry *list = g_ptr_array_index(entries, 1);
    cr_assert(layer->is_final);
    cr_assert(!list->is_final);
}

/* SaveMutable() answers nil. */
Test(buildkit_cache_gha, an_index_that_the_storage_refuses_is_lost_without_a_word)
{
    static const struct plan plan = {
        .has_cachesvc = true,
        .rules = "- {id: s, on: " STORAGE ", when: {after: 1}, do: {kind: status, code: 403}}\n"};
    bench_run(&plan, lost_body);
}
