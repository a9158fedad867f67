/* Caches and artifacts over HTTP, as the toolkit's clients speak: scopes, prefixes, room, blobs. */
#include "base/json.h"
#include "base/limits.h"
#include "base/units.h"
#include "loop/vclock.h"
#include "mocks/cachesvc/cachesvc.h"

#include <criterion/criterion.h>
#include <string.h>

struct bench {
    struct loop *loop;
    struct trace *trace;
    struct world *world;
    struct cachesvc *service;
    struct http *http;
    void (*body)(struct bench *bench);
    char *token;
    char *text;        /* of the last answer */
    const char *extra; /* a header of the next request, or NULL */
    bool is_over;
};

#define MAIN    "refs/heads/main"
#define FEATURE "refs/heads/feature"

static void bench_main(void *argument)
{
    struct bench *bench = argument;
    bench->body(bench);
    bench->is_over = true;
}

static void bench_run(void (*body)(struct bench *bench))
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    AUTO(trace) trace = trace_new(loop_now_of, loop);
    const struct world_options options = {.seed = 1, .trace = trace};
    struct bench bench = {.loop = loop, .trace = trace, .body = body};
    g_autoptr(GError) error = NULL;

    vclock_bind(loop, VCLOCK_EPOCH_S);
    bench.world = world_new(loop, &options, &error);
    bench.service = cachesvc_new(bench.world);
    bench.token = cachesvc_token(MAIN, NULL, "run-1", "job-1");
    bench.http = http_new(loop, world_opener(bench.world, NULL, "action"), "action");
    fiber_spawn(loop, "body", bench_main, &bench);
    bool is_fine = loop_run(loop, &bench.is_over, &error);
    cr_assert(is_fine, "%s", error != NULL ? error->message : "");
    http_free(bench.http);
    world_end_exchanges(bench.world);
    cachesvc_free(bench.service);
    world_free(bench.world);
    loop_free(g_steal_pointer(&loop));
    vclock_bind(NULL, 0);
    g_free(bench.token);
    g_free(bench.text);
}

static void be(struct bench *bench, const char *ref)
{
    g_free(bench->token);
    bench->token = cachesvc_token(ref, MAIN, "run-1", "job-1");
}

static unsigned ask(struct bench *bench, const char *method, const char *url, const char *text)
{
    g_autofree char *bearer = g_strconcat("Authorization: Bearer ", bench->token, NULL);
    const char *const headers[] = {"Content-Type: application/json", bearer, bench->extra, NULL};
    g_autoptr(GBytes) body = text != NULL ? g_bytes_new(text, strlen(text)) : NULL;
    const struct http_request request = {
        .method = method, .url = url, .headers = headers, .body = body};
    HTTP_RESPONSE(response);
    g_autoptr(GError) error = NULL;
    gsize length;

    bool is_answered = http_perform(bench->http, &request, &response, &error);
    cr_assert(is_answered, "%s", error != NULL ? error->message : "");
    g_free(bench->text);
    const char *bytes = g_bytes_get_data(response.body, &length);
    bench->text = g_strndup(bytes != NULL ? bytes : "", length);
    bench->extra = NULL;
    return response.status;
}

static unsigned call(struct bench *bench, const char *method, const char *json)
{
    g_autofree char *url =
        g_strconcat(CACHESVC_URL "twirp/github.actions.results.api.v1.", method, NULL);
    return ask(bench, "POST", url, json);
}

/* A member of the last answer; g_free. */
static char *said(struct bench *bench, const char *name)
{
    g_autoptr(json_t) answer = json_parse_bytes(bench->text, strlen(bench->text), NULL);
    return g_strdup(json_get_string(answer, name, ""));
}

static unsigned upload(struct bench *bench, const char *url, const char *text)
{
    bench->extra = "x-ms-blob-type: BlockBlob";
    return ask(bench, "PUT", url, text);
}

static void save(struct bench *bench, const char *key, const char *text)
{
    g_autofree char *create = g_strdup_printf("{\"key\":\"%s\",\"version\":\"v\"}", key);
    g_autofree char *finalize = g_strdup_printf(
        "{\"key\":\"%s\",\"size_bytes\":\"%zu\",\"version\":\"v\"}", key, strlen(text));
    cr_assert_eq(call(bench, "CacheService/CreateCacheEntry", create), 200, "%s", bench->text);
    g_autofree char *url = said(bench, "signed_upload_url");
    cr_assert_eq(upload(bench, url, text), 201, "%s", bench->text);
    cr_assert_eq(call(bench, "CacheService/FinalizeCacheEntryUpload", finalize), 200, "%s",
                 bench->text);
}

/* The text of the cache that is found, "KEY=TEXT", or "miss"; g_free. */
static char *restore(struct bench *bench, const char *key, const char *others)
{
    g_autofree char *json =
        g_strdup_printf("{\"key\":\"%s\",\"restore_keys\":[%s],\"version\":\"v\"}", key, others);
    cr_assert_eq(call(bench, "CacheService/GetCacheEntryDownloadURL", json), 200);
    g_autofree char *url = said(bench, "signed_download_url");
    g_autofree char *matched = said(bench, "matched_key");
    if (*url == '\0')
        return g_strdup("miss");
    cr_assert_eq(ask(bench, "GET", url, NULL), 200);
    return g_strconcat(matched, "=", bench->text, NULL);
}

static void expect_restore(struct bench *bench, const char *key, const char *others,
                           const char *expected)
{
    g_autofree char *found = restore(bench, key, others);
    cr_expect_str_eq(found, expected, "%s: %s", key, found);
}

static void saving(struct bench *bench)
{
    expect_restore(bench, "npm-1", "", "miss");
    save(bench, "npm-1", "one");
    save(bench, "npm-2", "two");
    expect_restore(bench, "npm-1", "", "npm-1=one");
    expect_restore(bench, "npm-3", "\"npm-\"", "npm-2=two");
    expect_restore(bench, "npm", "", "npm-2=two");
    expect_restore(bench, "go-1", "\"go-\",\"npm-1\"", "npm-1=one");
    cr_expect_eq(
        call(bench, "CacheService/CreateCacheEntry", "{\"key\":\"npm-1\",\"version\":\"v\"}"), 409);
    cr_expect_str_eq(bench->text, "{\"code\":\"already_exists\",\"msg\":\"cache entry with the "
                                  "same key, version, and scope already exists\"}");
    cr_expect_eq(call(bench, "CacheService/GetCacheEntryDownloadURL",
                      "{\"key\":\"npm-1\",\"version\":\"other\"}"),
                 200);
    cr_expect_str_eq(bench->text,
                     "{\"ok\":false,\"signed_download_url\":\"\",\"matched_key\":\"\"}");
}

Test(cachesvc, what_was_saved_is_found)
{
    bench_run(saving);
}

static void scopes(struct bench *bench)
{
    save(bench, "k-main", "of main");
    be(bench, FEATURE);
    expect_restore(bench, "k-main", "", "k-main=of main");
    save(bench, "k-feature", "of feature");
    expect_restore(bench, "k", "", "k-feature=of feature");
    be(bench, MAIN);
    expect_restore(bench, "k-feature", "", "miss");
    be(bench, "refs/pull/1/merge");
    expect_restore(bench, "k-feature", "\"k-\"", "k-main=of main");
    g_free(bench->token);
    bench->token = g_strdup("no.jwt");
    expect_restore(bench, "k-main", "", "k-main=of main");
}

Test(cachesvc, a_scope_reads_its_own_and_the_default_branch)
{
    bench_run(scopes);
}

static void refusals(struct bench *bench)
{
    cr_expect_eq(
        call(bench, "CacheService/CreateCacheEntry", "{\"key\":\"a,b\",\"version\":\"v\"}"), 400);
    cr_expect_eq(call(bench, "CacheService/CreateCacheEntry", "{"), 400);
    cr_expect_eq(call(bench, "CacheService/Nothing", "{}"), 404);
    cr_expect_eq(call(bench, "CacheService/FinalizeCacheEntryUpload",
                      "{\"key\":\"none\",\"version\":\"v\",\"size_bytes\":\"1\"}"),
                 404);
    g_free(bench->token);
    bench->token = g_strdup("");
    cr_expect_eq(call(bench, "CacheService/CreateCacheEntry", "{}"), 401);
}

Test(cachesvc, bad_calls_are_refused)
{
    bench_run(refusals);
}

static unsigned create_of_key(struct bench *bench, gsize key_bytes)
{
    g_autofree char *key = g_strnfill(key_bytes, 'k');
    g_autofree char *json = g_strdup_printf("{\"key\":\"%s\",\"version\":\"v\"}", key);
    return call(bench, "CacheService/CreateCacheEntry", json);
}

static unsigned create_in_request(struct bench *bench, gsize request_bytes)
{
    static const char start[] = "{\"key\":\"padded\",\"version\":\"v\"}";
    g_autofree char *json = g_strnfill(request_bytes, ' ');
    memcpy(json, start, strlen(start));
    return call(bench, "CacheService/CreateCacheEntry", json);
}

static void call_at_length(struct bench *bench)
{
    cr_expect_eq(create_of_key(bench, CACHE_KEY_BYTES_MAX), 200);
    cr_expect_eq(create_of_key(bench, CACHE_KEY_BYTES_MAX + 1), 400);
    cr_expect_eq(create_in_request(bench, CACHE_REQUEST_BYTES_MAX + 1), 400);
    cr_expect_eq(create_in_request(bench, CACHE_REQUEST_BYTES_MAX), 200);
}

Test(cachesvc, keys_and_requests_have_ceilings)
{
    bench_run(call_at_length);
}

static void blobs(struct bench *bench)
{
    cr_assert_eq(call(bench, "CacheService/CreateCacheEntry", "{\"key\":\"k\",\"version\":\"v\"}"),
                 200);
    g_autofree char *url = said(bench, "signed_upload_url");
    g_autofree char *forged = g_strconcat(url, "0", NULL);
    g_autofree char *first = g_strconcat(url, "&comp=block&blockid=MQ%3D%3D", NULL);
    g_autofree char *second = g_strconcat(url, "&comp=block&blockid=Mg%3D%3D", NULL);
    g_autofree char *list = g_strconcat(url, "&comp=blocklist", NULL);

    cr_expect_eq(upload(bench, forged, "x"), 403);
    cr_expect_eq(ask(bench, "PUT", url, "x"), 400, "without x-ms-blob-type");
    cr_expect_eq(ask(bench, "GET", url, NULL), 404, "nothing there yet");
    cr_expect_eq(ask(bench, "PUT", first, "hello "), 201);
    cr_expect_eq(ask(bench, "PUT", second, "world"), 201);
    cr_expect_eq(ask(bench, "PUT", list,
                     "<BlockList><Latest>MQ==</Latest><Latest>Mw==</Latest>"
                     "</BlockList>"),
                 400);
    cr_expect_eq(ask(bench, "PUT", list,
                     "<BlockList><Latest>MQ==</Latest><Latest>Mg==</Latest>"
                     "</BlockList>"),
                 201);
    cr_expect_eq(ask(bench, "GET", url, NULL), 200);
    cr_expect_str_eq(bench->text, "hello world");
    bench->extra = "Range: bytes=6-8";
    cr_expect_eq(ask(bench, "GET", url, NULL), 206);
    cr_expect_str_eq(bench->text, "wor");
    bench->extra = "x-ms-range: bytes=6-";
    cr_expect_eq(ask(bench, "GET", url, NULL), 206);
    cr_expect_str_eq(bench->text, "world");
    bench->extra = "Range: bytes=99-100";
    cr_expect_eq(ask(bench, "GET", url, NULL), 416);
    cr_expect_eq(ask(bench, "GET", "https://" CACHESVC_BLOB_SITE "/none?sig=1", NULL), 404);
}

Test(cachesvc, blobs_come_in_blocks_and_go_in_ranges)
{
    bench_run(blobs);
}

static void room(struct bench *bench)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("x", 1);
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 3; i++) {
        g_autofree char *key = g_strdup_printf("big-%d", i);
        cr_assert(cachesvc_add(bench->service, key, "v", MAIN, bytes, 3 * GIB_BYTES, &error));
        cr_assert(fiber_sleep(bench->loop, SECOND_US, &error));
    }
    cr_expect_eq(cachesvc_used_bytes(bench->service), 9 * GIB_BYTES);
    expect_restore(bench, "big-0", "", "big-0=x");
    cr_assert(fiber_sleep(bench->loop, SECOND_US, &error));
    cr_assert(cachesvc_add(bench->service, "big-3", "v", MAIN, bytes, 3 * GIB_BYTES, &error));
    cr_expect_eq(cachesvc_used_bytes(bench->service), 9 * GIB_BYTES);
    expect_restore(bench, "big-1", "", "miss");
    expect_restore(bench, "big-0", "", "big-0=x");
    cr_assert_not(cachesvc_add(bench->service, "big-3", "v", MAIN, bytes, 1, &error));
}

Test(cachesvc, above_ten_gigabytes_the_longest_unused_goes)
{
    bench_run(room);
}

static void ceilings(struct bench *bench)
{
    g_autofree char *zeros = g_malloc0(HTTP_BODY_BYTES_MAX);
    g_autoptr(GBytes) huge = g_bytes_new_static(zeros, HTTP_BODY_BYTES_MAX);
    g_autoptr(GBytes) none = g_bytes_new_static("", 0);
    g_autoptr(GError) error = NULL;
    int64_t fit = CACHE_MEMORY_BYTES_MAX / HTTP_BODY_BYTES_MAX;

    for (int64_t i = 0; i < fit; i++) {
        g_autofree char *key = g_strdup_printf("huge-%d", (int)i);
        cr_assert(cachesvc_add(bench->service, key, "v", MAIN, huge, 1, &error));
    }
    cr_assert_not(cachesvc_add(bench->service, "over", "v", MAIN, huge, 1, &error));
    cr_expect(g_error_matches(error, BASE_ERROR, BASE_ERROR_LIMIT));
    g_clear_error(&error);
    for (int64_t i = fit; i < CACHE_ENTRIES_MAX; i++) {
        g_autofree char *key = g_strdup_printf("small-%d", (int)i);
        cr_assert(cachesvc_add(bench->service, key, "v", MAIN, none, 0, &error));
    }
    cr_assert_not(cachesvc_add(bench->service, "over", "v", MAIN, none, 0, &error));
    cr_expect(g_error_matches(error, BASE_ERROR, BASE_ERROR_LIMIT));
    cr_expect_eq(
        call(bench, "CacheService/CreateCacheEntry", "{\"key\":\"over\",\"version\":\"v\"}"), 429);
}

Test(cachesvc, entries_and_memory_have_ceilings, .timeout = 100)
{
    bench_run(ceilings);
}

#define IDS "\"workflow_run_backend_id\":\"run-1\",\"workflow_job_run_backend_id\":\"job-1\""

static void artifacts(struct bench *bench)
{
    cr_assert_eq(
        call(bench, "ArtifactService/CreateArtifact", "{" IDS ",\"name\":\"image\",\"version\":4}"),
        200);
    g_autofree char *url = said(bench, "signed_upload_url");
    cr_assert_eq(upload(bench, url, "zip"), 201);
    cr_assert_eq(call(bench, "ArtifactService/FinalizeArtifact",
                      "{" IDS ",\"name\":\"image\",\"size\":\"3\",\"hash\":\"sha256:abc\"}"),
                 200);
    cr_expect_str_eq(bench->text, "{\"ok\":true,\"artifact_id\":\"1\"}");
    cr_expect_eq(
        call(bench, "ArtifactService/CreateArtifact", "{" IDS ",\"name\":\"image\",\"version\":4}"),
        409);
    cr_assert_eq(call(bench, "ArtifactService/ListArtifacts", "{" IDS "}"), 200);
    cr_expect_str_eq(bench->text,
                     "{\"artifacts\":[{" IDS ",\"database_id\":\"1\",\"name\":\"image\","
                     "\"size\":\"3\",\"digest\":\"sha256:abc\"}]}");
    cr_assert_eq(call(bench, "ArtifactService/ListArtifacts", "{" IDS ",\"name_filter\":\"none\"}"),
                 200);
    cr_expect_str_eq(bench->text, "{\"artifacts\":[]}");
    cr_assert_eq(
        call(bench, "ArtifactService/GetSignedArtifactURL", "{" IDS ",\"name\":\"image\"}"), 200);
    g_autofree char *download = said(bench, "signed_url");
    cr_assert_eq(ask(bench, "GET", download, NULL), 200);
    cr_expect_str_eq(bench->text, "zip");
    cr_expect_eq(call(bench, "ArtifactService/DeleteArtifact", "{" IDS ",\"name\":\"image\"}"),
                 200);
    cr_expect_eq(
        call(bench, "ArtifactService/GetSignedArtifactURL", "{" IDS ",\"name\":\"image\"}"), 404);
    cr_expect_eq(cachesvc_artifacts(bench->service)->len, 0);
}

Test(cachesvc, artifacts_go_from_job_to_job)
{
    bench_run(artifacts);
}

static void camel(struct bench *bench)
{
    save(bench, "npm-1", "one");
    cr_assert_eq(call(bench, "CacheService/GetCacheEntryDownloadURL",
                      "{\"key\":\"x\",\"restoreKeys\":[\"npm-\"],\"version\":\"v\"}"),
                 200);
    cr_expect(strstr(bench->text, "\"matched_key\":\"npm-1\"") != NULL);
}

Test(cachesvc, camel_case_is_understood)
{
    bench_run(camel);
}
