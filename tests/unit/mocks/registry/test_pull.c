/* Pulling: manifests, blobs, ranges, redirects, over HTTP. */
#include "bench.h"

#include "base/gzip.h"

#define INDEX "application/vnd.oci.image.index.v1+json"

/* GETs and checks that the bytes are what the digest says. */
static void get_by_digest(struct bench *bench, const char *kind, const char *digest)
{
    cr_assert_eq(get(bench, format(PLAIN "/v2/library/golang/%s/%s", kind, digest)), 200);
    g_autofree char *computed = digest_of_bytes(body_of(bench));
    cr_assert_str_eq(computed, digest);
    cr_assert_str_eq(header(bench, "Docker-Content-Digest"), digest);
}

static void check_layer(struct bench *bench, const json_t *layer, const char *diff_id)
{
    g_autoptr(GError) error = NULL;
    get_by_digest(bench, "blobs", json_get_string(layer, "digest", ""));
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(body_of(bench), &length_bytes);
    cr_assert_eq(length_bytes, (gsize)json_get_integer(layer, "size", 0));
    g_autoptr(GBytes) tar = gzip_decompress(bytes, length_bytes, 64 * MIB_BYTES, &error);
    cr_assert_not_null(tar);
    g_autofree char *computed = digest_of_bytes(tar);
    cr_assert_str_eq(computed, diff_id);
}

static void check_platform(struct bench *bench, const char *manifest_digest)
{
    get_by_digest(bench, "manifests", manifest_digest);
    g_autoptr(json_t) manifest = json_of(bench);
    const json_t *layers = json_get_array(manifest, "layers");
    get_by_digest(bench, "blobs",
                  json_get_string(json_get_object(manifest, "config"), "digest", ""));
    g_autoptr(json_t) config = json_of(bench);
    const json_t *diff_ids = json_get_array(json_get_object(config, "rootfs"), "diff_ids");
    cr_assert_eq(json_array_size(diff_ids), 2);
    for (gsize i = 0; i < 2; i++)
        check_layer(bench, json_array_get(layers, i),
                    json_string_value(json_array_get(diff_ids, i)));
}

static void pull_all(struct bench *bench)
{
    const struct image_spec spec = golang_spec();
    registry_add_image(bench->registry, &spec);
    cr_assert_eq(ask(bench, "HEAD", PLAIN "/v2/library/golang/manifests/1.22", NULL, NULL), 200);
    cr_assert_str_eq(header(bench, "Content-Type"), INDEX);
    const char *digest = format("%s", header(bench, "Docker-Content-Digest"));
    const char *length = format("%s", header(bench, "Content-Length"));
    get_by_digest(bench, "manifests", digest);
    cr_assert_str_eq(header(bench, "Content-Length"), length);
    g_autoptr(json_t) index = json_of(bench);
    const json_t *manifests = json_get_array(index, "manifests");
    cr_assert_eq(json_array_size(manifests), 2);
    for (gsize i = 0; i < 2; i++)
        check_platform(bench, json_get_string(json_array_get(manifests, i), "digest", ""));
}

Test(pull, a_real_image_has_right_digests_and_diff_ids_all_through)
{
    bench_run(NULL, pull_all);
}

Test(pull, a_virtual_image_has_right_digests_and_diff_ids_all_through)
{
    struct registry_options options = bench_options("localhost:5000");
    options.is_virtual = true;

    bench_run(&options, pull_all);
}

static void check_real_sizes(struct bench *bench)
{
    const struct image_spec spec = golang_spec();
    registry_add_image(bench->registry, &spec);
    get(bench, PLAIN "/v2/library/golang/manifests/1.22");
    g_autoptr(json_t) index = json_of(bench);
    const json_t *first = json_array_get(json_get_array(index, "manifests"), 0);
    get_by_digest(bench, "manifests", json_get_string(first, "digest", ""));
    g_autoptr(json_t) manifest = json_of(bench);
    const json_t *layers = json_get_array(manifest, "layers");
    cr_assert_eq(json_get_integer(json_array_get(layers, 0), "size", 0), 49 * MIB_BYTES);
    cr_assert_eq(json_get_integer(json_array_get(layers, 1), "size", 0), 3000);
}

Test(pull, a_real_layer_is_as_large_as_its_spec_to_the_byte)
{
    bench_run(NULL, check_real_sizes);
}

static const char *blob_url(struct bench *bench)
{
    const char *digest = push_blob(bench, "t/bb", "0123456789");
    return format(PLAIN "/v2/t/bb/blobs/%s", digest);
}

struct range_case {
    const char *range;
    unsigned status;
    const char *content_range;
    const char *body;
};

static void ask_for_ranges(struct bench *bench)
{
    static const struct range_case cases[] = {
        {"bytes=2-4", 206, "bytes 2-4/10", "234"},
        {"bytes=7-", 206, "bytes 7-9/10", "789"},
        {"bytes=0-", 206, "bytes 0-9/10", "0123456789"},
        {"bytes=-3", 206, "bytes 7-9/10", "789"},
        {"bytes=-30", 206, "bytes 0-9/10", "0123456789"},
        {"bytes=5-50", 206, "bytes 5-9/10", "56789"},
        {"bytes=5-0", 416, "bytes */10", NULL},
        {"bytes=10-20", 416, "bytes */10", NULL},
        {"bytes=-0", 416, "bytes */10", NULL},
        {"bytes=1-2,4-5", 200, "", "0123456789"},
        {"lines=1-2", 200, "", "0123456789"},
        {"bytes=x", 200, "", "0123456789"},
    };
    const char *url = blob_url(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        unsigned status = ask(bench, "GET", url, NULL, format("Range: %s", cases[i].range), NULL);
        cr_expect_eq(status, cases[i].status, "%s", cases[i].range);
        cr_expect_str_eq(header(bench, "Content-Range"), cases[i].content_range);
        g_autofree char *text = text_of(bench);
        if (cases[i].body != NULL)
            cr_expect_str_eq(text, cases[i].body);
        else
            check_error(bench, "RANGE_INVALID");
    }
}

Test(pull, ranges_are_cut_clipped_or_refused)
{
    bench_run(NULL, ask_for_ranges);
}

static void check_blob_headers(struct bench *bench)
{
    const char *url = blob_url(bench);
    cr_assert_eq(ask(bench, "HEAD", url, NULL, NULL), 200);
    cr_expect_str_eq(header(bench, "Content-Length"), "10");
    cr_expect_eq(g_bytes_get_size(body_of(bench)), 0);
    cr_expect_str_eq(header(bench, "Content-Type"), "application/octet-stream");
    cr_expect_str_eq(header(bench, "Accept-Ranges"), "bytes");
    cr_expect_str_eq(header(bench, "Cache-Control"), "max-age=31536000");
    cr_expect_str_eq(header(bench, "ETag"),
                     format("\"%s\"", header(bench, "Docker-Content-Digest")));
}

Test(pull, head_of_a_blob_has_its_length_and_no_body)
{
    bench_run(NULL, check_blob_headers);
}

static void get_empty_blob(struct bench *bench)
{
    const char *digest = push_blob(bench, "t/bb", "");
    cr_assert_eq(get(bench, format(PLAIN "/v2/t/bb/blobs/%s", digest)), 200);
    cr_assert_str_eq(header(bench, "Content-Length"), "0");
}

Test(pull, the_empty_blob_says_that_it_is_empty)
{
    bench_run(NULL, get_empty_blob);
}

struct error_case {
    const char *method;
    const char *path;
    unsigned status;
    const char *code;
};

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static void provoke_errors(struct bench *bench)
{
    static const struct error_case cases[] = {
        {"GET", "/v2/no/where/manifests/latest", 404, "NAME_UNKNOWN"},
        {"GET", "/v2/t/bb/manifests/latest", 404, "MANIFEST_UNKNOWN"},
        {"GET", "/v2/t/bb/manifests/.INVALID", 404, "MANIFEST_UNKNOWN"},
        {"GET", "/v2/t/bb/manifests/sha256:totallywrong", 400, "DIGEST_INVALID"},
        {"GET", "/v2/t/bb/manifests/sha256:" ZEROS, 404, "MANIFEST_UNKNOWN"},
        {"GET", "/v2/t/bb/blobs/sha256:" ZEROS, 404, "BLOB_UNKNOWN"},
        {"GET", "/v2/t/bb/blobs/sha256:bad", 400, "DIGEST_INVALID"},
        {"GET", "/v2/T/bb/manifests/latest", 400, "NAME_INVALID"},
        {"GET", "/v2/no/where/tags/list", 404, "NAME_UNKNOWN"},
        {"GET", "/v2/t/bb/tags/list?n=-1", 400, "PAGINATION_NUMBER_INVALID"},
        {"GET", "/v2/t/bb/tags/list?n=x", 400, "PAGINATION_NUMBER_INVALID"},
        {"GET", "/v2/t/bb/referrers/sha256:bad", 400, "DIGEST_INVALID"},
        {"GET", "/v2/t/bb/blobs/uploads/nothing", 404, "BLOB_UPLOAD_UNKNOWN"},
        {"DELETE", "/v2/t/bb/blobs/uploads/nothing", 404, "BLOB_UPLOAD_UNKNOWN"},
        {"DELETE", "/v2/t/bb/manifests/latest", 404, "MANIFEST_UNKNOWN"},
        {"DELETE", "/v2/t/bb/blobs/sha256:" ZEROS, 404, "BLOB_UNKNOWN"},
        {"DELETE", "/v2/t/bb/tags/list", 405, "UNSUPPORTED"},
    };
    push_blob(bench, "t/bb", "x");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        unsigned status =
            ask(bench, cases[i].method, format(PLAIN "%s", cases[i].path), NULL, NULL);
        cr_expect_eq(status, cases[i].status, "%s: %u", cases[i].path, status);
        check_error(bench, cases[i].code);
    }
}

Test(pull, every_error_has_its_status_code_and_a_detail)
{
    bench_run(NULL, provoke_errors);
}

static void ask_for_the_base(struct bench *bench)
{
    cr_assert_eq(get(bench, PLAIN "/v2/"), 200);
    g_autofree char *text = text_of(bench);
    cr_expect_str_eq(text, "{}");
    cr_assert_eq(get(bench, PLAIN "/v2"), 301);
    cr_expect_str_eq(header(bench, "Location"), "/v2/");
    cr_expect_eq(get(bench, PLAIN "/nothing"), 404);
}

Test(pull, the_base_answers_and_leads_to_itself)
{
    bench_run(NULL, ask_for_the_base);
}

static const char *first_layer(struct bench *bench, const char *token)
{
    const struct image_facts *facts = registry_find(bench->registry, "library/golang", "1.22");
    const char *child = format("%s", (const char *)facts->manifests->pdata[0]);
    image_facts_free((struct image_facts *)facts);
    cr_assert_eq(
        ask(bench, "GET", format(HUB "/v2/library/golang/manifests/%s", child), NULL, token, NULL),
        200);
    g_autoptr(json_t) manifest = json_of(bench);
    return format(
        "%s", json_get_string(json_array_get(json_get_array(manifest, "layers"), 0), "digest", ""));
}

static void follow_the_redirect(struct bench *bench)
{
    const struct image_spec spec = golang_spec();
    registry_add_image(bench->registry, &spec);
    const char *token = hub_token(bench, "repository:library/golang:pull");
    const char *digest = first_layer(bench, token);
    const char *url = format(HUB "/v2/library/golang/blobs/%s", digest);

    cr_assert_eq(ask(bench, "GET", url, NULL, token, NULL), 307);
    const char *location = format("%s", header(bench, "Location"));
    cr_assert(g_str_has_prefix(location, format("https://production.cloudflare.docker.com"
                                                "/registry-v2/docker/registry/v2/blobs/sha256/"
                                                "%.2s/%s/data?verify=",
                                                digest + 7, digest + 7)));
    cr_assert_eq(get(bench, location), 200);
    g_autofree char *computed = digest_of_bytes(body_of(bench));
    cr_expect_str_eq(computed, digest);
    cr_expect_eq(ask(bench, "GET", location, NULL, "Range: bytes=100-", NULL), 206);
    cr_expect_eq(get(bench, format("%sx", location)), 403);
    cr_expect_eq(get(bench, "https://production.cloudflare.docker.com/x"), 404);
    cr_expect_eq(ask(bench, "HEAD", url, NULL, token, NULL), 200);
}

Test(pull, blobs_of_docker_hub_are_redirects_to_its_blob_site)
{
    struct registry_options options = bench_options("docker.io");
    options.is_virtual = true;

    bench_run(&options, follow_the_redirect);
}

static void pull_slowly(struct bench *bench)
{
    const struct image_spec spec = golang_spec();
    registry_add_image(bench->registry, &spec);
    AUTO(image_facts) facts = registry_find(bench->registry, "library/golang", "1.22");
    get_by_digest(bench, "manifests", facts->manifests->pdata[0]);
    g_autoptr(json_t) manifest = json_of(bench);
    const json_t *layer = json_array_get(json_get_array(manifest, "layers"), 0);
    const json_t *annotations = json_get_object(layer, "annotations");
    cr_expect_str_eq(json_get_string(annotations, "dev.seatrial.declared-bytes", ""), "51380224");
    cr_expect_str_eq(json_get_string(annotations, "dev.seatrial.unpacked-bytes", ""), "133588572");
    cr_expect_lt(json_get_integer(layer, "size", 0), 4096);
    gsize length_bytes = 0;
    get_by_digest(bench, "blobs", json_get_string(layer, "digest", ""));
    const char *events = trace_text(bench->trace, &length_bytes);
    cr_expect_not_null(strstr(events, "51380224"), "%s", events);
}

Test(pull, a_virtual_layer_counts_as_the_bytes_it_declares)
{
    struct registry_options options = bench_options("localhost:5000");
    options.is_virtual = true;

    bench_run(&options, pull_slowly);
}

Test(pull, equal_requests_give_equal_traces)
{
    g_autofree char *first = bench_run_traced(NULL, provoke_errors);

    g_autofree char *second = bench_run_traced(NULL, provoke_errors);

    cr_assert_str_eq(first, second);
}
