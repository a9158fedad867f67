/* Pushing manifests: what is checked of them, and what is known of them afterwards. */
#include "bench.h"

#include "base/limits.h"

static void push_one_image(struct bench *bench)
{
    const char *digest = push_image(bench, "o/app", "main", "layer one");
    cr_expect_str_eq(header(bench, "Location"), format("/v2/o/app/manifests/%s", digest));
    cr_assert_eq(get(bench, PLAIN "/v2/o/app/manifests/main"), 200);
    cr_expect_str_eq(header(bench, "Docker-Content-Digest"), digest);
    cr_expect_str_eq(header(bench, "Content-Type"), "application/vnd.oci.image.manifest.v1+json");
    AUTO(image_facts) facts = registry_find(bench->registry, "o/app", "main");
    cr_expect_str_eq(facts->digest, digest);
    cr_expect_eq(facts->platforms->len, 1);
    cr_expect_str_eq(facts->platforms->pdata[0], "linux/arm64");
    cr_expect(facts->is_complete);
    cr_expect_eq(facts->pushed_by_exchange, 3);
}

Test(push_manifests, a_manifest_that_was_put_comes_back_and_is_known_to_the_oracle)
{
    bench_run(NULL, push_one_image);
}

struct manifest_case {
    const char *reference;
    const char *content_type;
    const char *body;
    unsigned status;
    const char *code; /* NULL: accepted */
};

#define ZEROS      "sha256:0000000000000000000000000000000000000000000000000000000000000000"
#define DESCRIPTOR "{\"mediaType\":\"a/b\",\"digest\":\"" ZEROS "\",\"size\":3}"

static void put_manifests(struct bench *bench)
{
    static const struct manifest_case cases[] = {
        {"a", MANIFEST_TYPE, "nonsense", 400, "MANIFEST_INVALID"},
        {"a", MANIFEST_TYPE, "{}", 400, "MANIFEST_INVALID"},
        {"a", MANIFEST_TYPE, "{\"schemaVersion\":1,\"layers\":[]}", 400, "MANIFEST_INVALID"},
        {"a", MANIFEST_TYPE, "{\"schemaVersion\":2,\"layers\":[]}", 400, "MANIFEST_INVALID"},
        {"a", INDEX_TYPE, "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"a/b\"}]}", 400,
         "MANIFEST_INVALID"},
        {"a", INDEX_TYPE, "{\"schemaVersion\":2,\"mediaType\":\"a/b\",\"manifests\":[]}", 400,
         "MANIFEST_INVALID"},
        {"a", MANIFEST_TYPE, "{\"schemaVersion\":2,\"layers\":[],\"config\":" DESCRIPTOR "}", 400,
         "MANIFEST_BLOB_UNKNOWN"},
        {"a", INDEX_TYPE, "{\"schemaVersion\":2,\"manifests\":[" DESCRIPTOR "]}", 400,
         "MANIFEST_BLOB_UNKNOWN"},
        {"a", "Content-Type: a/b c", "{\"schemaVersion\":2,\"manifests\":[]}", 400,
         "MANIFEST_INVALID"},
        {"a", "Content-Type;",
         "{\"schemaVersion\":2,\"mediaType\":\"a/b\\r\\nX: y\",\"manifests\":[]}", 400,
         "MANIFEST_INVALID"},
        {ZEROS, INDEX_TYPE, "{\"schemaVersion\":2,\"manifests\":[]}", 400, "DIGEST_INVALID"},
        {"sha256:baddigeststring", INDEX_TYPE, "{\"schemaVersion\":2,\"manifests\":[]}", 400,
         "DIGEST_INVALID"},
        {"-a", INDEX_TYPE, "{\"schemaVersion\":2,\"manifests\":[]}", 400, "TAG_INVALID"},
        {"a", INDEX_TYPE, "{\"schemaVersion\":2,\"manifests\":[]}", 201, NULL},
        {"a", INDEX_TYPE "; charset=utf-8", "{\"schemaVersion\":2,\"manifests\":[],\"new\":1}", 201,
         NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *url = format(PLAIN "/v2/t/m/manifests/%s", cases[i].reference);
        unsigned status =
            ask(bench, "PUT", url, bytes_of(cases[i].body), cases[i].content_type, NULL);
        cr_expect_eq(status, cases[i].status, "case %zu: %u", i, status);
        if (cases[i].code != NULL)
            check_error(bench, cases[i].code);
    }
    cr_assert_eq(get(bench, PLAIN "/v2/t/m/manifests/a"), 200);
    cr_expect_str_eq(header(bench, "Content-Type"), "application/vnd.oci.image.index.v1+json");
}

Test(push_manifests, manifests_are_checked_for_shape_digest_and_what_they_refer_to)
{
    bench_run(NULL, put_manifests);
}

static void put_into_nothing(struct bench *bench)
{
    const char *body = "{\"schemaVersion\":2,\"manifests\":[" DESCRIPTOR "]}";
    cr_assert_eq(ask(bench, "PUT", PLAIN "/v2/t/new/manifests/a", bytes_of(body), INDEX_TYPE, NULL),
                 400);

    g_autoptr(GPtrArray) repositories = registry_repositories(bench->registry);

    cr_expect_eq(repositories->len, 0);
}

Test(push_manifests, a_refused_manifest_makes_no_repository)
{
    bench_run(NULL, put_into_nothing);
}

static void put_foreign_layers(struct bench *bench)
{
    const char *config = push_blob(bench, "t/m", "{}");
    const char *body = format(
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a/b\",\"digest\":\"%s\",\"size\":2},"
        "\"layers\":[{\"mediaType\":"
        "\"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip\",\"digest\":\"" ZEROS
        "\",\"size\":3}]}",
        config);
    cr_assert_eq(
        ask(bench, "PUT", PLAIN "/v2/t/m/manifests/a", bytes_of(body), MANIFEST_TYPE, NULL), 201);
    AUTO(image_facts) facts = registry_find(bench->registry, "t/m", "a");
    cr_expect(facts->is_complete);
}

Test(push_manifests, layers_that_are_not_distributable_may_be_missing)
{
    bench_run(NULL, put_foreign_layers);
}

static unsigned put_index_of(struct bench *bench, gsize length_bytes)
{
    const char *frame = "{\"schemaVersion\":2,\"manifests\":[],\"x\":\"\"}";
    g_autofree char *filling = g_strnfill(length_bytes - strlen(frame), 'a');
    g_autofree char *body =
        g_strdup_printf("{\"schemaVersion\":2,\"manifests\":[],\"x\":\"%s\"}", filling);
    return ask(bench, "PUT", PLAIN "/v2/t/m/manifests/a", bytes_of(body), INDEX_TYPE, NULL);
}

static void put_large_manifests(struct bench *bench)
{
    cr_expect_eq(put_index_of(bench, MANIFEST_BYTES_MAX), 201);
    cr_expect_eq(put_index_of(bench, MANIFEST_BYTES_MAX + 1), 413);
    check_error(bench, "SIZE_INVALID");
}

Test(push_manifests, a_manifest_may_have_four_mebibytes_and_not_one_byte_more)
{
    bench_run(NULL, put_large_manifests);
}

static void put_with_tags(struct bench *bench)
{
    const char *body = "{\"schemaVersion\":2,\"manifests\":[]}";
    const char *url = format(PLAIN "/v2/t/m/manifests/%s?tag=a&tag=b", digest_text(body));
    cr_assert_eq(ask(bench, "PUT", url, bytes_of(body), INDEX_TYPE, NULL), 201);
    cr_expect_str_eq(header(bench, "OCI-Tag"), "a, b");
    cr_expect_eq(get(bench, PLAIN "/v2/t/m/manifests/a"), 200);
    cr_expect_eq(get(bench, PLAIN "/v2/t/m/manifests/b"), 200);
}

Test(push_manifests, a_manifest_put_by_digest_may_get_several_tags)
{
    bench_run(NULL, put_with_tags);
}

static void push_a_virtual_layer(struct bench *bench)
{
    const char *blob = push_blob(bench, "t/m", "small");
    const char *body = format(
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a/b\",\"digest\":\"%s\",\"size\":5},"
        "\"layers\":[{\"mediaType\":\"a/b\",\"digest\":\"%s\",\"size\":5,\"annotations\":"
        "{\"dev.seatrial.declared-bytes\":\"7654321\"}}]}",
        blob, blob);
    cr_assert_eq(
        ask(bench, "PUT", PLAIN "/v2/t/m/manifests/a", bytes_of(body), MANIFEST_TYPE, NULL), 201);
    gsize length_bytes = 0;
    cr_assert_null(strstr(trace_text(bench->trace, &length_bytes), "7654321"));

    cr_assert_eq(get(bench, format(PLAIN "/v2/t/m/blobs/%s", blob)), 200);

    cr_expect_not_null(strstr(trace_text(bench->trace, &length_bytes), "7654321"));
}

Test(push_manifests, the_manifest_says_what_a_pushed_virtual_layer_stands_for)
{
    bench_run(NULL, push_a_virtual_layer);
}
