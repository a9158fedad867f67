/* Pushes: order, retries and words (engine-contract.md C, Push; failures.md 0, K; registry.md 4,
   Push; captures 07, 07b, faults/push*). */
#include "bench.h"

#define REPO   "/v2/o/new"
#define UPLOAD REPO "/blobs/uploads/"

static GBytes *text_bytes(const char *text)
{
    return g_bytes_new(text, strlen(text));
}

static void add_blob(struct bench *bench, GPtrArray *blobs, const char *text, const char *label,
                     const char *mount_from)
{
    struct push_blob *blob = g_new0(struct push_blob, 1);
    blob->bytes = text_bytes(text);
    blob->digest = digest_of_bytes(blob->bytes);
    blob->declared_bytes = (int64_t)strlen(text);
    blob->progress_id = g_strdup(label);
    blob->mount_from = g_strdup(mount_from);
    g_ptr_array_add(bench->labels, g_strdup(blob->digest));
    g_ptr_array_add(bench->labels, g_strdup_printf("<%s>", label));
    g_ptr_array_add(blobs, blob);
}

static void blob_free(void *pointer)
{
    struct push_blob *blob = pointer;
    g_free(blob->digest);
    g_bytes_unref(blob->bytes);
    g_free(blob->mount_from);
    g_free(blob->progress_id);
    g_free(blob);
}

static void manifest_free(void *pointer)
{
    struct push_manifest *manifest = pointer;
    g_bytes_unref(manifest->bytes);
    g_free(manifest->media_type);
    g_free(manifest->reference);
    g_free(manifest);
}

static char *descriptor_text(const struct push_blob *blob, const char *type)
{
    return g_strdup_printf("{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu}", type,
                           blob->digest, g_bytes_get_size(blob->bytes));
}

static void add_manifest(GPtrArray *blobs, GPtrArray *manifests)
{
    guint last = blobs->len - 1;
    g_autofree char *config =
        descriptor_text(g_ptr_array_index(blobs, last), "application/vnd.oci.image.config.v1+json");
    GString *layers = g_string_new(NULL);
    for (guint i = 0; i < last; i++) {
        g_autofree char *layer = descriptor_text(g_ptr_array_index(blobs, i),
                                                 "application/vnd.oci.image.layer.v1.tar+gzip");
        g_string_append_printf(layers, "%s%s", i > 0 ? "," : "", layer);
    }
    g_autofree char *text =
        g_strdup_printf("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest."
                        "v1+json\",\"config\":%s,\"layers\":[%s]}",
                        config, layers->str);
    struct push_manifest *manifest = g_new0(struct push_manifest, 1);
    manifest->bytes = text_bytes(text);
    manifest->media_type = g_strdup("application/vnd.oci.image.manifest.v1+json");
    manifest->reference = g_strdup("2");
    g_ptr_array_add(manifests, manifest);
    g_string_free(layers, TRUE);
}

static void push_image(struct bench *bench, const char *name, guint layer_count,
                       const char *mount_from)
{
    g_autoptr(GPtrArray) blobs = g_ptr_array_new_with_free_func(blob_free);
    g_autoptr(GPtrArray) manifests = g_ptr_array_new_with_free_func(manifest_free);
    AUTO(reference) reference = reference_parse(name, true, NULL);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < layer_count; i++) {
        g_autofree char *text = g_strdup_printf("layer %u", i + 1);
        g_autofree char *label = g_strdup_printf("layer%u", i + 1);
        add_blob(bench, blobs, text, label, i == 0 ? mount_from : NULL);
    }
    add_blob(bench, blobs, "{}", "config", NULL);
    add_manifest(blobs, manifests);
    const struct push_manifest *manifest = g_ptr_array_index(manifests, 0);
    g_ptr_array_add(bench->labels, digest_of_bytes(manifest->bytes));
    g_ptr_array_add(bench->labels, g_strdup("<pushed>"));
    const struct push push = {.reference = reference, .blobs = blobs, .manifests = manifests};
    bool is_fine =
        puller_push(bench->puller, &push, &bench->plan->credentials, bench_tell, bench, &error);
    cr_assert(is_fine == (error == NULL));
    struct outcome *outcome = bench_outcome(bench);
    g_free(outcome->error);
    outcome->error = error != NULL ? g_strdup(error->message) : NULL;
    outcome->code = error != NULL && error->domain == PULLER_ERROR ? error->code : -1;
}

static void push_one_layer(struct bench *bench)
{
    push_image(bench, "localhost:5000/o/new:2", 1, NULL);
}

static void push_seven_layers(struct bench *bench)
{
    push_image(bench, "localhost:5000/o/new:2", 7, NULL);
}

static void push_twice(struct bench *bench)
{
    push_one_layer(bench);
    bench_tell(bench, &(struct pull_progress){.status = "AGAIN", .current = -1, .total = -1});
    push_one_layer(bench);
}

static void push_mounting(struct bench *bench)
{
    push_one_layer(bench);
    bench_tell(bench, &(struct pull_progress){.status = "AGAIN", .current = -1, .total = -1});
    push_image(bench, "localhost:5000/o/other:2", 1, "o/new");
}

/* Upload URLs have long random parts. */
static char *shape_of(const char *requests)
{
    g_autoptr(GRegex) regex = g_regex_new("uploads/[^? ]+[^ ]*", 0, 0, NULL);
    return g_regex_replace_literal(regex, requests, -1, 0, "uploads/ID", 0, NULL);
}

/* capture 07 */
Test(push, dockerd_sends_head_post_patch_put_head)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28, .body = push_one_layer});

    g_autofree char *shape = shape_of(outcome.requests);
    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert_str_eq(shape, "GET /v2/ 200@0s\n"
                            "HEAD " REPO "/blobs/<layer1> 404@0s\n"
                            "POST " UPLOAD " 202@0s\n"
                            "PATCH " UPLOAD "ID 202@0s\n"
                            "PUT " UPLOAD "ID 201@0s\n"
                            "HEAD " REPO "/blobs/<layer1> 200@0s\n"
                            "HEAD " REPO "/blobs/<config> 404@0s\n"
                            "POST " UPLOAD " 202@0s\n"
                            "PATCH " UPLOAD "ID 202@0s\n"
                            "PUT " UPLOAD "ID 201@0s\n"
                            "HEAD " REPO "/blobs/<config> 200@0s\n"
                            "PUT " REPO "/manifests/2 201@0s\n");
    cr_assert(g_str_has_prefix(outcome.progress, "The push refers to repository "
                                                 "[localhost:5000/o/new]\n"
                                                 "layer1: Preparing\n"
                                                 "layer1: Pushing 0/7\n"
                                                 "layer1: Pushing 7/7\n"
                                                 "layer1: Pushed\n"
                                                 "2: digest: <pushed> size: 397\n"),
              "%s", outcome.progress);
}

/* capture 07b */
Test(push, what_is_there_is_not_sent_again)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10, .body = push_twice});

    cr_assert_eq(count_of(outcome.requests, "\n"), 12 + 4, "%s", outcome.requests);
    cr_assert_not_null(strstr(outcome.progress, "AGAIN\n"
                                                "The push refers to repository "
                                                "[localhost:5000/o/new]\n"
                                                "layer1: Preparing\n"
                                                "layer1: Layer already exists\n"));
}

Test(push, layers_are_mounted_from_a_repository_that_has_them)
{
    OUTCOME(dockerd) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28, .body = push_mounting});
    OUTCOME(buildkit) = bench_run(&(struct plan){.kind = PULLER_BUILDKIT, .body = push_mounting});

    cr_assert_not_null(strstr(dockerd.requests,
                              "POST /v2/o/other/blobs/uploads/?from=o%2Fnew&mount=<layer1> 201@0s\n"
                              "HEAD /v2/o/other/blobs/<layer1> 200@0s\n"),
                       "%s", dockerd.requests);
    cr_assert_not_null(strstr(dockerd.progress, "layer1: Mounted from o/new\n"));
    cr_assert_not_null(strstr(buildkit.requests,
                              "POST /v2/o/other/blobs/uploads/?mount=<layer1>&from=o/new 201@0s\n"),
                       "%s", buildkit.requests);
}

Test(push, layers_are_listed_from_the_top_and_sent_five_at_a_time)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28,
                                                .network = {.round_trip_us = SECOND_US},
                                                .body = push_seven_layers});

    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert(g_str_has_prefix(outcome.progress, "The push refers to repository "
                                                 "[localhost:5000/o/new]\n"
                                                 "layer7: Preparing\nlayer6: Preparing\n"));
    cr_assert_eq(count_of(outcome.progress, ": Waiting\n"), 2);
    cr_assert_eq(count_of(outcome.requests, "404@1s\n"), 5, "%s", outcome.requests);
}

/* capture 46 */
Test(push, buildkit_sends_head_post_put_and_manifests_after_the_blobs)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_BUILDKIT, .body = push_one_layer});

    g_autofree char *shape = shape_of(outcome.requests);
    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert_str_eq(shape, "HEAD " REPO "/blobs/<layer1> 404@0s\n"
                            "HEAD " REPO "/blobs/<config> 404@0s\n"
                            "POST " UPLOAD " 202@0s\n"
                            "POST " UPLOAD " 202@0s\n"
                            "PUT " UPLOAD "ID 201@0s\n"
                            "PUT " UPLOAD "ID 201@0s\n"
                            "HEAD " REPO "/manifests/2 404@0s\n"
                            "PUT " REPO "/manifests/2 201@0s\n");
}

/* ---- faults ---- */

struct row {
    const char *name;
    enum puller_kind kind;
    const char *rules;
    const char *part;
    int request_count;
    double ended_s;
    const char *error;
};

static void check_rows(const struct row *rows, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        OUTCOME(outcome) = bench_run(
            &(struct plan){.kind = rows[i].kind, .rules = rows[i].rules, .body = push_one_layer});

        cr_expect_str_eq(outcome.error != NULL ? outcome.error : "fine",
                         rows[i].error != NULL ? rows[i].error : "fine", "%s: %s", rows[i].name,
                         outcome.error);
        cr_expect_eq(count_of(outcome.requests, rows[i].part), rows[i].request_count, "%s:\n%s",
                     rows[i].name, outcome.requests);
        cr_expect_eq(outcome.ended_us, (int64_t)(rows[i].ended_s * (double)SECOND_US), "%s: %lld",
                     rows[i].name, (long long)outcome.ended_us);
        cr_expect(rows[i].error == NULL || outcome.code == 0, "%s: %d", rows[i].name, outcome.code);
    }
}

#define ON(method, what) "- {id: f, on: '*', match: {method: " method "}, do: {" what "}}\n"
#define ONCE(method, what)                                                                         \
    "- {id: f, on: '*', match: {method: " method "}, times: 1, do: {" what "}}\n"
#define ENTITY "<html>413 Request Entity Too Large</html>"

Test(push, dockerd_tries_a_layer_five_times_in_50_seconds_or_not_at_all)
{
    static const struct row rows[] = {
        {"POST 500 once (pushpost500once)", PULLER_DOCKER_20_10,
         ONCE("POST", "kind: status, code: 500"), "POST ", 3, 5, NULL},
        {"PATCH 500 (push500)", PULLER_DOCKER_20_10, ON("PATCH", "kind: status, code: 500"),
         "PATCH ", 5, 50, "received unexpected HTTP status: 500 Internal Server Error"},
        {"PUT 502 (K5)", PULLER_DOCKER_28, ON("PUT", "kind: status, code: 502"), "PUT ", 5, 50,
         "received unexpected HTTP status: 502 Bad Gateway"},
        {"PUT reset once", PULLER_DOCKER_28, ONCE("PUT", "kind: reset"), "POST ", 3, 5, NULL},
        {"POST denied without detail (pushdenied)", PULLER_DOCKER_20_10,
         ON("POST", "kind: status, code: 403, body: json"), "POST ", 5, 50, "denied"},
        {"POST denied with words (K2)", PULLER_DOCKER_28,
         ON("POST", "kind: status, code: 403, message: 'permission_denied: write_package'"),
         "POST ", 1, 0, "denied: permission_denied: write_package"},
        {"POST 401 (K4)", PULLER_DOCKER_28, ON("POST", "kind: status, code: 401"), "POST ", 1, 0,
         "unauthorized: authentication required"},
        {"POST 429 (K19)", PULLER_DOCKER_28, ON("POST", "kind: status, code: 429"), "POST ", 1, 0,
         "toomanyrequests: too many requests"},
        {"POST name unknown (K16)", PULLER_DOCKER_28,
         ON("POST", "kind: status, code: 404, error: NAME_UNKNOWN, message: 'repository name not "
                    "known to registry'"),
         "POST ", 1, 0, "name unknown: repository name not known to registry"},
        {"PATCH upload unknown (K8)", PULLER_DOCKER_28,
         ON("PATCH", "kind: status, code: 404, error: BLOB_UPLOAD_UNKNOWN"), "PATCH ", 5, 50,
         "blob upload unknown"},
        {"PATCH upload invalid (K9)", PULLER_DOCKER_28,
         ON("PATCH", "kind: status, code: 400, error: BLOB_UPLOAD_INVALID, message: 'blob upload "
                     "invalid'"),
         "PATCH ", 5, 50, "blob upload invalid: blob upload invalid"},
        {"PATCH 413, 24 (K10)", PULLER_DOCKER_24,
         ON("PATCH", "kind: status, code: 413, text: '" ENTITY "'"), "PATCH ", 1, 0,
         "error parsing HTTP 413 response body: invalid character '<' looking for beginning of "
         "value: \"" ENTITY "\""},
        {"gone after the commit (K18)", PULLER_DOCKER_28,
         "- {id: f, on: '*', match: {method: HEAD}, when: {nth: 2}, do: {kind: status, code: "
         "404}}\n",
         "POST ", 1, 0, "unknown blob"},
        {"a look that fails is passed over", PULLER_DOCKER_28,
         ONCE("HEAD", "kind: status, code: 500"), "POST ", 2, 0, NULL},
        {"manifest 500: not again", PULLER_DOCKER_28,
         "- {id: f, on: '*', match: {method: PUT, path: '*/manifests/*'}, do: {kind: status, code: "
         "500}}\n",
         "PUT /v2/o/new/manifests/2", 1, 0,
         "received unexpected HTTP status: 500 Internal Server Error"},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

#define BK       "failed to push localhost:5000/o/new:2: "
#define POST_URL "http://localhost:5000" UPLOAD

Test(push, buildkit_tries_four_times_in_7_seconds_and_never_a_403)
{
    static const struct row rows[] = {
        {"POST 403 (K1)", PULLER_BUILDKIT, ON("POST", "kind: status, code: 403"), "POST ", 2, 0,
         BK "unexpected status from POST request to " POST_URL ": 403 Forbidden"},
        {"HEAD 401 (capture 54)", PULLER_BUILDKIT,
         ON("HEAD", "kind: status, code: 401, body: empty"), "HEAD ", 2, 0,
         BK "unexpected status from HEAD request to http://localhost:5000" REPO
            "/blobs/<layer1>: 401 Unauthorized"},
        {"POST 502 (K6)", PULLER_BUILDKIT, ON("POST", "kind: status, code: 502"), "POST ", 7, 7,
         BK "unexpected status from POST request to " POST_URL ": 502 Bad Gateway"},
        {"POST 500 once", PULLER_BUILDKIT, ONCE("POST", "kind: status, code: 500"), "POST ", 3, 0,
         NULL},
        {"POST 429: five more at once", PULLER_BUILDKIT, ON("POST", "kind: status, code: 429"),
         "POST ", 12, 0,
         BK "unexpected status from POST request to " POST_URL ": 429 Too Many Requests"},
        {"PUT manifest 400 (K17)", PULLER_BUILDKIT,
         "- {id: f, on: '*', match: {method: PUT, path: '*/manifests/*'}, do: {kind: status, code: "
         "400}}\n",
         "PUT /v2/o/new/manifests/2", 1, 0,
         BK "failed commit on ref \"manifest-<pushed>\": unexpected status from PUT request to "
            "http://localhost:5000" REPO "/manifests/2: 400 Bad Request"},
        {"PUT manifest 503 (K20)", PULLER_BUILDKIT,
         "- {id: f, on: '*', match: {method: PUT, path: '*/manifests/*'}, do: {kind: status, code: "
         "503}}\n",
         "PUT /v2/o/new/manifests/2", 8, 7,
         BK "failed commit on ref \"manifest-<pushed>\": unexpected status from PUT request to "
            "http://localhost:5000" REPO "/manifests/2: 503 Service Unavailable"},
        {"POST denied in dockerd (C11)", PULLER_CONTAINERD,
         ON("POST", "kind: status, code: 403, message: no"), "POST ", 2, 0,
         "error from registry: no"},
        {"POST 502 in dockerd", PULLER_CONTAINERD,
         ON("POST", "kind: status, code: 502, body: empty"), "POST ", 2, 0,
         "unknown: unexpected status from POST request to " POST_URL ": 502 Bad Gateway"},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

static void push_to_hub(struct bench *bench)
{
    push_image(bench, "o/new:2", 1, NULL);
}

Test(push, tokens_are_asked_for_with_the_right_to_push)
{
    const struct plan plan = {
        .kind = PULLER_DOCKER_28,
        .service = "docker.io",
        .registry = {.needs_login_to_push = true, .user = "u", .secret = "s"},
        .credentials = {"u", "s"},
        .body = push_to_hub,
    };
    struct plan buildkit_plan = plan;
    buildkit_plan.kind = PULLER_BUILDKIT;
    OUTCOME(dockerd) = bench_run(&plan);
    OUTCOME(buildkit) = bench_run(&buildkit_plan);

    cr_assert_null(dockerd.error, "%s", dockerd.error);
    cr_assert_not_null(
        strstr(dockerd.requests, "account=u&scope=repository%3Ao%2Fnew%3Apush%2Cpull&service="),
        "%s", dockerd.requests);
    cr_assert_null(buildkit.error, "%s", buildkit.error);
}

Test(push, a_push_without_rights_is_refused)
{
    const struct plan plan = {
        .kind = PULLER_DOCKER_28,
        .service = "docker.io",
        .registry = {.needs_login_to_push = true},
        .body = push_to_hub,
    };
    struct plan buildkit_plan = plan;
    buildkit_plan.kind = PULLER_BUILDKIT;
    OUTCOME(dockerd) = bench_run(&plan);
    OUTCOME(buildkit) = bench_run(&buildkit_plan);

    cr_assert(g_str_has_prefix(dockerd.error, "denied: "), "%s", dockerd.error);
    cr_assert_str_eq(buildkit.error,
                     "failed to push docker.io/o/new:2: push access denied, repository does not "
                     "exist or may require authorization: server message: insufficient_scope: "
                     "authorization failed");
}

static void push_against_a_limit(struct bench *bench)
{
    DEADLINE(limit);
    deadline_begin(bench->loop, &limit, "caller", 2 * SECOND_US);
    push_seven_layers(bench);
}

Test(push, a_push_that_is_given_up_gives_its_slots_back)
{
    static const enum puller_kind kinds[] = {PULLER_DOCKER_28, PULLER_CONTAINERD, PULLER_BUILDKIT};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        OUTCOME(outcome) = bench_run(&(struct plan){
            .kind = kinds[i],
            .rules = "- {id: f, on: '*', match: {method: POST}, do: {kind: stall}}\n",
            .body = push_against_a_limit});

        cr_assert_str_eq(outcome.error, "caller timed out after 2s");
        cr_assert_eq(outcome.ended_us, 2 * SECOND_US);
    }
}
