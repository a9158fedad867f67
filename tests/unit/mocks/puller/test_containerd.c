/* Pulls of dockerd's containerd store and of BuildKit: resolver, reader, handler and their words
   (failures.md 0, A-D; engine-contract.md B, C; capture 46; registry.md 4, ctr). */
#include "bench.h"

#define URL        "http://localhost:5000/v2/o/img"
#define NAME       "localhost:5000/o/img:1"
#define FROM       "failed to copy: httpReadSeeker: failed open: "
#define RESET_TEXT "read tcp 127.0.0.1:34194->127.0.0.1:5000: read: connection reset by peer"
#define LAYER_GET  "GET /v2/o/img/blobs/<layer1>"
#define LAYER_TYPE "application/vnd.oci.image.layer.v1.tar+gzip"
#define UNPACK_S   0.545256

struct row {
    const char *name;
    enum puller_kind kind;
    const char *rules;
    const char *part;
    int request_count;
    double ended_s;
    const char *error;
    int code;
};

static void check_row(const struct row *row)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = row->kind, .rules = row->rules});

    cr_expect_str_eq(outcome.error != NULL ? outcome.error : "fine",
                     row->error != NULL ? row->error : "fine", "%s: %s", row->name, outcome.error);
    cr_expect_eq(count_of(outcome.requests, row->part), row->request_count, "%s:\n%s", row->name,
                 outcome.requests);
    cr_expect_eq(outcome.ended_us, (int64_t)(row->ended_s * (double)SECOND_US), "%s: %lld",
                 row->name, (long long)outcome.ended_us);
    cr_expect(row->error == NULL || outcome.code == row->code, "%s: %d", row->name, outcome.code);
    cr_expect_eq(outcome.temporary_bytes, 0, "%s", row->name);
}

static void check_rows(const struct row *rows, gsize count)
{
    for (gsize i = 0; i < count; i++)
        check_row(&rows[i]);
}

Test(containerd, a_pull_asks_without_ping_and_by_digest)
{
    OUTCOME(outcome) =
        bench_run(&(struct plan){.kind = PULLER_CONTAINERD, .is_index = true, .layer_count = 2});

    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert_str_eq(outcome.requests, "HEAD /v2/o/img/manifests/1 200@0s\n"
                                       "GET /v2/o/img/manifests/<index> 200@0s\n"
                                       "GET /v2/o/img/manifests/<manifest> 200@0s\n"
                                       "GET /v2/o/img/blobs/<config> 200@0s\n"
                                       "GET /v2/o/img/blobs/<layer1> 200@0s\n"
                                       "GET /v2/o/img/blobs/<layer2> 200@0s\n");
}

Test(containerd, dockerd_tells_a_pull_in_its_own_order)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_CONTAINERD});

    cr_assert_str_eq(outcome.progress, "1: Pulling from o/img\n"
                                       "<layer1>: Pulling fs layer\n"
                                       "<config>: Download complete\n"
                                       "<layer1>: Downloading 41943040/41943040\n"
                                       "<layer1>: Download complete\n"
                                       "<layer1>: Extracting 1\n"
                                       "<layer1>: Extracting 1\n"
                                       "<layer1>: Extracting 1\n"
                                       "<layer1>: Extracting 1\n"
                                       "<layer1>: Pull complete\n"
                                       "Digest: <manifest>\n"
                                       "Status: Downloaded newer image for " NAME "\n");
}

static void resolve_then_pull(struct bench *bench)
{
    AUTO(pulled_image) resolved = NULL;
    AUTO(pulled_image) pulled = NULL;
    AUTO(reference) reference = reference_parse(NAME, true, NULL);
    cr_assert(puller_resolve(bench->puller, reference, "linux/arm64", NULL, &resolved, NULL));
    bench_note(bench, "resolved %s", resolved->platform);
    reference->digest = g_strdup(resolved->top_digest);
    cr_assert(puller_pull(bench->puller, reference, "linux/arm64", NULL, bench_tell, bench, &pulled,
                          NULL));
}

/* capture 46: metadata first, then nothing but the layers. */
Test(containerd, buildkit_resolves_once_and_fetches_only_layers_then)
{
    OUTCOME(outcome) = bench_run(
        &(struct plan){.kind = PULLER_BUILDKIT, .is_index = true, .body = resolve_then_pull});

    g_auto(GStrv) lines = g_strsplit(outcome.requests, "\n", -1);
    cr_assert_eq(g_strv_length(lines), 6, "%s", outcome.requests);
    cr_assert_str_eq(lines[0], "HEAD /v2/o/img/manifests/1 200@0s");
    cr_assert_str_eq(lines[1], "GET /v2/o/img/manifests/<index> 200@0s");
    cr_assert(g_str_has_prefix(lines[2], "GET /v2/o/img/manifests/sha256:"));
    cr_assert(g_str_has_prefix(lines[3], "GET /v2/o/img/blobs/sha256:"));
    cr_assert(g_str_has_prefix(lines[4], "GET /v2/o/img/blobs/sha256:"));
    cr_assert_str_eq(outcome.notes, "resolved linux/arm64@0s\n");
    cr_assert(g_str_has_prefix(outcome.progress, "sha256:"), "%s", outcome.progress);
}

static void pull_twice(struct bench *bench)
{
    AUTO(pulled_image) first = NULL;
    AUTO(pulled_image) second = NULL;
    bench_pull(bench, NAME, &first);
    bench_keep_image(bench, first);
    bench_tell(bench, &(struct pull_progress){.status = "AGAIN", .current = -1, .total = -1});
    bench_pull(bench, NAME, &second);
}

Test(containerd, an_image_that_is_here_costs_one_head)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_CONTAINERD, .body = pull_twice});

    cr_assert_eq(count_of(outcome.requests, "\n"), 5, "%s", outcome.requests);
    cr_assert_str_eq(strstr(outcome.progress, "AGAIN"),
                     "AGAIN\n"
                     "1: Pulling from o/img\n"
                     "Digest: <manifest>\n"
                     "Status: Image is up to date for " NAME "\n");
}

#define ON_HEAD(what) "- {id: f, on: '*', match: {method: HEAD}, do: {" what "}}\n"
#define UNKNOWN       "unknown: failed to resolve reference \"" NAME "\": "
#define HEAD_SAID     "unexpected status from HEAD request to " URL "/manifests/1: "
#define HEADS         "HEAD /v2/o/img/manifests/1"

Test(containerd, the_resolver_tries_again_at_once_or_not_at_all)
{
    static const struct row rows[] = {
        {"429: five more", PULLER_CONTAINERD, ON_HEAD("kind: status, code: 429"), HEADS, 6, 0,
         UNKNOWN HEAD_SAID "429 Too Many Requests", 500},
        {"408: five more", PULLER_BUILDKIT, ON_HEAD("kind: status, code: 408"), HEADS, 6, 0,
         HEAD_SAID "408 Request Timeout", 500},
        {"500: once more", PULLER_BUILDKIT, ON_HEAD("kind: status, code: 500"), HEADS, 2, 0,
         HEAD_SAID "500 Internal Server Error", 500},
        {"503 (C11): once more", PULLER_CONTAINERD, ON_HEAD("kind: status, code: 503"), HEADS, 2, 0,
         UNKNOWN HEAD_SAID "503 Service Unavailable", 500},
        {"502: not", PULLER_CONTAINERD, ON_HEAD("kind: status, code: 502"), HEADS, 1, 0,
         UNKNOWN HEAD_SAID "502 Bad Gateway", 500},
        {"403: not", PULLER_BUILDKIT, ON_HEAD("kind: status, code: 403"), HEADS, 1, 0,
         HEAD_SAID "403 Forbidden", 500},
        {"404", PULLER_CONTAINERD, ON_HEAD("kind: status, code: 404"), HEADS, 1, 0,
         "failed to resolve reference \"" NAME "\": " NAME ": not found", 404},
        {"404 in BuildKit", PULLER_BUILDKIT, ON_HEAD("kind: status, code: 404"), HEADS, 1, 0,
         NAME ": not found", 500},
        {"405: GET instead", PULLER_CONTAINERD,
         "- {id: f, on: '*', match: {method: HEAD}, do: {kind: status, code: 405}}\n", HEADS, 1,
         UNPACK_S, NULL, 0},
        {"503 once", PULLER_BUILDKIT,
         "- {id: f, on: '*', match: {method: HEAD}, times: 1, do: {kind: status, code: 503}}\n",
         HEADS, 2, UNPACK_S, NULL, 0},
        {"reset: not", PULLER_BUILDKIT, ON_HEAD("kind: reset"), HEADS, 1, 0,
         "failed to do request: Head \"" URL "/manifests/1\": " RESET_TEXT, 500},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

#define ON_LAYER(when, what)                                                                       \
    "- {id: f, on: '*', match: {path: '*/blobs/*'}, when: {after: 1" when "}, do: {" what "}}\n"

Test(containerd, dockerd_gives_up_where_buildkits_handler_waits_1_2_4_seconds)
{
    static const struct row rows[] = {
        {"500, dockerd", PULLER_CONTAINERD, ON_LAYER("", "kind: status, code: 500, body: empty"),
         LAYER_GET, 2, 0,
         "unknown: " FROM "unexpected status code " URL "/blobs/<layer1>: 500 Internal Server "
         "Error",
         0},
        {"500, BuildKit (D14): four tries of two", PULLER_BUILDKIT,
         ON_LAYER("", "kind: status, code: 500, body: html"), LAYER_GET, 8, 7,
         FROM "unexpected status code " URL "/blobs/<layer1>: 500 Internal Server Error", 0},
        {"502, BuildKit: four tries of one", PULLER_BUILDKIT,
         ON_LAYER("", "kind: status, code: 502, body: empty"), LAYER_GET, 4, 7,
         FROM "unexpected status code " URL "/blobs/<layer1>: 502 Bad Gateway", 0},
        {"502 twice, BuildKit", PULLER_BUILDKIT, ON_LAYER(", first: 3", "kind: status, code: 502"),
         LAYER_GET, 3, 3 + UNPACK_S, NULL, 0},
        {"403 with words, BuildKit", PULLER_BUILDKIT,
         ON_LAYER("", "kind: status, code: 403, message: no"), LAYER_GET, 1, 0,
         FROM "unexpected status code " URL "/blobs/<layer1>: 403 Forbidden - Server message: "
              "denied: no",
         0},
        {"403 with words, dockerd (C11)", PULLER_CONTAINERD,
         ON_LAYER("", "kind: status, code: 403, message: no"), LAYER_GET, 1, 0,
         "error from registry: no", 0},
        {"404, BuildKit", PULLER_BUILDKIT, ON_LAYER("", "kind: status, code: 404"), LAYER_GET, 1, 0,
         FROM "could not fetch content descriptor <layer1> (" LAYER_TYPE ") from remote: not found",
         0},
        {"closed before the answer, dockerd", PULLER_CONTAINERD, ON_LAYER("", "kind: close"),
         LAYER_GET, 1, 0, FROM "failed to do request: Get \"" URL "/blobs/<layer1>\": EOF", 0},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

/* C2; dockerd passes the registry's words on. */
Test(containerd, a_pull_limit_at_the_manifest_is_worded_as_each_program_does)
{
    static const char rules[] = "- {id: f, on: '*', match: {path: '*/manifests/*', method: GET}, "
                                "do: {kind: status, code: 429, body: json, message: too much}}\n";
    OUTCOME(buildkit) = bench_run(&(struct plan){.kind = PULLER_BUILDKIT, .rules = rules});
    OUTCOME(dockerd) = bench_run(&(struct plan){.kind = PULLER_CONTAINERD, .rules = rules});

    cr_assert_str_eq(buildkit.error,
                     FROM "unexpected status code " URL "/manifests/<manifest>: 429 "
                          "Too Many Requests - Server message: toomanyrequests: "
                          "too much");
    cr_assert_str_eq(dockerd.error, "error from registry: too much");
    cr_assert_eq(count_of(dockerd.requests, " 429@0s\n"), 6);
}

#define ON_BODY(count, what)                                                                       \
    "- {id: f, on: '*', match: {path: '*/blobs/*'}, when: {first: " count "}, do: {" what "}}\n"

Test(containerd, a_cut_body_is_resumed_at_once)
{
    static const struct row rows[] = {
        {"cut three times", PULLER_CONTAINERD, ON_BODY("3", "kind: truncate, after_bytes: 1MiB"),
         "<layer1> 206", 3, UNPACK_S, NULL, 0},
        {"nothing comes: three reconnects", PULLER_BUILDKIT,
         ON_BODY("1000", "kind: truncate, after_bytes: 0B"), LAYER_GET, 4, 0,
         "failed to read expected number of bytes: unexpected EOF", 0},
        {"Range ignored: what is here is dropped", PULLER_CONTAINERD,
         "- {id: cut, on: '*', match: {path: '*/blobs/*'}, when: {first: 1}, do: {kind: truncate, "
         "after_bytes: 20MiB}}\n"
         "- {id: deaf, on: '*', do: {kind: range-ignored}}\n",
         LAYER_GET, 2, UNPACK_S, NULL, 0},
        {"reset inside, dockerd", PULLER_CONTAINERD,
         ON_BODY("1", "kind: reset, after_bytes: 20MiB"), LAYER_GET, 1, 0,
         "failed to copy: " RESET_TEXT, 0},
        {"reset inside, BuildKit: again with Range", PULLER_BUILDKIT,
         ON_BODY("1", "kind: reset, after_bytes: 20MiB"), LAYER_GET, 2, 1 + UNPACK_S, NULL, 0},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

/* D12 */
Test(containerd, wrong_bytes_fail_the_commit)
{
    static const enum puller_kind kinds[] = {PULLER_CONTAINERD, PULLER_BUILDKIT};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        OUTCOME(outcome) = bench_run(&(struct plan){
            .kind = kinds[i], .rules = ON_BODY("1", "kind: corrupt, offset: 20MiB")});

        cr_assert(g_str_has_prefix(outcome.error, "failed commit on ref \"layer-<layer1>\": "
                                                  "unexpected commit digest sha256:"),
                  "%s", outcome.error);
        cr_assert(g_str_has_suffix(outcome.error, ", expected <layer1>: failed precondition"));
        cr_assert_eq(count_of(outcome.requests, "<layer1>"), 1);
    }
}

Test(containerd, buildkit_tells_of_its_retries)
{
    OUTCOME(outcome) = bench_run(&(struct plan){
        .kind = PULLER_BUILDKIT, .rules = ON_LAYER("", "kind: status, code: 502, body: empty")});

    cr_assert_eq(count_of(outcome.progress, "error: " FROM "unexpected status code"), 4);
    cr_assert_not_null(strstr(outcome.progress, "502 Bad Gateway\nretrying in 1s\nerror: "));
    cr_assert_not_null(strstr(outcome.progress, "502 Bad Gateway\nretrying in 4s\nerror: "));
}

/* C9 */
Test(containerd, a_missing_platform_is_told_before_the_stream)
{
    OUTCOME(dockerd) = bench_run(
        &(struct plan){.kind = PULLER_CONTAINERD, .is_index = true, .platform = "linux/s390x"});
    OUTCOME(buildkit) = bench_run(
        &(struct plan){.kind = PULLER_BUILDKIT, .is_index = true, .platform = "linux/s390x"});

    cr_assert_str_eq(dockerd.error, "no matching manifest for linux/s390x in the manifest list "
                                    "entries: no match for platform in manifest: not found");
    cr_assert_eq(dockerd.code, 404);
    cr_assert_str_eq(buildkit.error, "no match for platform in manifest: not found");
}

Test(containerd, a_token_is_asked_for_when_a_401_says_so)
{
    OUTCOME(outcome) = bench_run(
        &(struct plan){.kind = PULLER_CONTAINERD, .service = "docker.io", .reference = "img:1"});

    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert(
        g_str_has_prefix(outcome.requests,
                         "HEAD /v2/library/img/manifests/1 401@0s\n"
                         "GET /token?scope=repository%3Alibrary%2Fimg%3Apull&service=registry."
                         "docker.io 200@0s\n"
                         "HEAD /v2/library/img/manifests/1 200@0s\n"
                         "GET /v2/library/img/manifests/<manifest> 200@0s\n"),
        "%s", outcome.requests);
}

Test(containerd, a_mirror_is_asked_with_the_registrys_name)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_BUILDKIT,
                                                .service = "docker.io",
                                                .reference = "img:1",
                                                .mirror = "docker.io=mirror.gcr.io"});

    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert(g_str_has_prefix(outcome.requests,
                               "HEAD /v2/library/img/manifests/1?ns=docker.io 401@0s\n"
                               "GET /v2/token?scope="),
              "%s", outcome.requests);
    cr_assert_eq(count_of(outcome.requests, "?ns=docker.io 200@0s\n"), 4);
}

/* D15: the redirect's target fails while the registry is healthy. */
Test(containerd, a_cdn_that_resets_is_named_in_the_text)
{
    OUTCOME(outcome) = bench_run(&(struct plan){
        .kind = PULLER_CONTAINERD,
        .service = "docker.io",
        .reference = "img:1",
        .rules = "- {id: f, on: production.cloudflare.docker.com, when: {after: 1}, do: {kind: "
                 "reset}}\n"});

    cr_assert(g_str_has_prefix(outcome.error, FROM "failed to do request: Get \"https://"
                                                   "production.cloudflare.docker.com/registry-v2/"),
              "%s", outcome.error);
    cr_assert_not_null(
        strstr(outcome.error, "->104.16.98.215:443: read: connection reset by peer"));
}
