/* Pushing: uploads in all their ways, mounts, manifests. */
#include "bench.h"

#include "base/limits.h"

#define MANIFEST_TYPE "Content-Type: application/vnd.oci.image.manifest.v1+json"
#define INDEX_TYPE    "Content-Type: application/vnd.oci.image.index.v1+json"

static const char *begin_upload(struct bench *bench)
{
    cr_assert_eq(ask(bench, "POST", PLAIN "/v2/t/bb/blobs/uploads/", bytes_of(""), NULL), 202);
    cr_expect_str_eq(header(bench, "Range"), "0-0");
    cr_expect_str_eq(header(bench, "Content-Length"), "0");
    const char *location = format("%s", header(bench, "Location"));
    cr_expect_str_eq(location,
                     format("/v2/t/bb/blobs/uploads/%s", header(bench, "Docker-Upload-UUID")));
    return format(PLAIN "%s", location);
}

static const char *digest_text(const char *content)
{
    g_autofree char *digest = digest_of(content, strlen(content));
    return format("%s", digest);
}

/* Checks that what a 201 points at is the content. */
static void check_created(struct bench *bench, const char *content)
{
    const char *location = format(PLAIN "%s", header(bench, "Location"));
    cr_assert_eq(get(bench, location), 200);
    g_autofree char *text = text_of(bench);
    cr_assert_str_eq(text, content);
}

static void push_at_once(struct bench *bench)
{
    const char *digest = digest_text("hello");
    const char *url = format(PLAIN "/v2/t/bb/blobs/uploads/?digest=%s", digest);
    cr_assert_eq(ask(bench, "POST", url, bytes_of("hello"), NULL), 201);
    cr_expect_str_eq(header(bench, "Docker-Content-Digest"), digest);
    check_created(bench, "hello");
}

Test(push, a_post_with_digest_and_body_is_a_blob)
{
    bench_run(NULL, push_at_once);
}

static void push_by_put(struct bench *bench)
{
    const char *url = begin_upload(bench);
    const char *digest = digest_text("hello");
    cr_assert_eq(ask(bench, "PUT", format("%s?digest=%s", url, digest), bytes_of("hello"), NULL),
                 201);
    check_created(bench, "hello");
    cr_expect_eq(get(bench, url), 404); /* the upload is over */
}

Test(push, a_put_with_the_whole_body_closes_the_upload)
{
    bench_run(NULL, push_by_put);
}

static void push_in_chunks(struct bench *bench)
{
    const char *url = begin_upload(bench);
    cr_assert_eq(ask(bench, "PATCH", url, bytes_of("abc"), "Content-Range: 0-2", NULL), 202);
    cr_expect_str_eq(header(bench, "Range"), "0-2");
    cr_expect_str_eq(format(PLAIN "%s", header(bench, "Location")), url);
    cr_assert_eq(ask(bench, "PATCH", url, bytes_of("de"), "Content-Range: bytes 3-4/*", NULL), 202);
    cr_expect_str_eq(header(bench, "Range"), "0-4");
    cr_assert_eq(ask(bench, "PUT", format("%s?digest=%s", url, digest_text("abcdef")),
                     bytes_of("f"), "Content-Range: 5-5", NULL),
                 201);
    check_created(bench, "abcdef");
}

Test(push, chunks_add_up_and_the_last_may_come_with_the_put)
{
    bench_run(NULL, push_in_chunks);
}

static void push_out_of_order(struct bench *bench)
{
    const char *url = begin_upload(bench);
    cr_assert_eq(ask(bench, "PATCH", url, bytes_of("abc"), "Content-Range: 0-2", NULL), 202);
    cr_expect_eq(ask(bench, "PATCH", url, bytes_of("x"), "Content-Range: 7-7", NULL), 416);
    check_error(bench, "RANGE_INVALID");
    cr_expect_eq(ask(bench, "PATCH", url, bytes_of("abc"), "Content-Range: 0-2", NULL), 416);
    cr_expect_eq(ask(bench, "PUT", format("%s?digest=%s", url, digest_text("abcx")), bytes_of("x"),
                     "Content-Range: 7-7", NULL),
                 416);
    cr_assert_eq(get(bench, url), 204);
    cr_expect_str_eq(header(bench, "Range"), "0-2");
    cr_expect_str_eq(format(PLAIN "%s", header(bench, "Location")), url);
    cr_assert_eq(
        ask(bench, "PUT", format("%s?digest=%s", url, digest_text("abc")), bytes_of(""), NULL),
        201);
    check_created(bench, "abc");
}

Test(push, a_chunk_out_of_order_is_refused_and_leaves_the_upload_usable)
{
    bench_run(NULL, push_out_of_order);
}

static void push_less_than_said(struct bench *bench)
{
    const char *url = begin_upload(bench);
    cr_expect_eq(ask(bench, "PATCH", url, bytes_of("abc"), "Content-Range: 0-9", NULL), 400);
    check_error(bench, "SIZE_INVALID");
    cr_assert_eq(get(bench, url), 204);
    cr_expect_str_eq(header(bench, "Range"), "0-0");
}

Test(push, a_chunk_shorter_than_its_range_is_taken_out_again)
{
    bench_run(NULL, push_less_than_said);
}

struct filler {
    gsize left_bytes;
};

static gssize give_bytes(void *context, char *buffer, gsize size_bytes)
{
    struct filler *source = context;
    gsize count = MIN(source->left_bytes, size_bytes);
    memset(buffer, 'a', count);
    source->left_bytes -= count;
    return (gssize)count;
}

static void push_a_stream(struct bench *bench)
{
    gsize length_bytes = 3 * MIB_BYTES + 1;
    struct filler source = {length_bytes};
    g_autofree char *content = g_strnfill(length_bytes, 'a');
    const char *url = begin_upload(bench);
    const struct http_request request = {.method = "PATCH",
                                         .url = url,
                                         .body_read = give_bytes,
                                         .body_context = &source,
                                         .body_read_bytes = -1};
    http_response_clear(&bench->response);
    cr_assert(http_perform(bench->http, &request, &bench->response, NULL));
    cr_assert_eq(bench->response.status, 202);
    cr_expect_str_eq(header(bench, "Range"), "0-3145728");
    cr_assert_eq(
        ask(bench, "PUT", format("%s?digest=%s", url, digest_text(content)), bytes_of(""), NULL),
        201);
    check_created(bench, content);
}

Test(push, a_chunked_patch_without_a_range_is_appended_as_dockerd_sends_it)
{
    bench_run(NULL, push_a_stream);
}

static void push_big_at_once(struct bench *bench)
{
    g_autofree char *content = g_strnfill(200000, 'b');
    const char *digest = digest_text(content);
    const char *url = format(PLAIN "/v2/t/bb/blobs/uploads/?digest=%s", digest);
    cr_assert_eq(ask(bench, "POST", url, bytes_of(content), NULL), 201);
    check_created(bench, content);
}

Test(push, a_post_may_be_large)
{
    bench_run(NULL, push_big_at_once);
}

static void push_sha512(struct bench *bench)
{
    AUTO(hasher) hasher = hasher_new(DIGEST_SHA512);
    hasher_update(hasher, "hello", 5);
    g_autofree char *digest = hasher_digest(hasher);
    const char *url = begin_upload(bench);
    cr_assert_eq(ask(bench, "PATCH", url, bytes_of("hello"), NULL), 202);
    cr_assert_eq(ask(bench, "PUT", format("%s?digest=%s", url, digest), bytes_of(""), NULL), 201);
    cr_expect_str_eq(header(bench, "Docker-Content-Digest"), digest);
    check_created(bench, "hello");
    cr_expect_str_eq(header(bench, "Docker-Content-Digest"), digest);
}

Test(push, sha512_is_known_only_when_the_upload_closes)
{
    bench_run(NULL, push_sha512);
}

static void push_with_a_bad_digest(struct bench *bench)
{
    const char *wrong = digest_text("other");
    const char *url = format(PLAIN "/v2/t/bb/blobs/uploads/?digest=%s", wrong);
    cr_expect_eq(ask(bench, "POST", url, bytes_of("hello"), NULL), 400);
    check_error(bench, "DIGEST_INVALID");
    const char *upload = begin_upload(bench);
    cr_expect_eq(ask(bench, "PUT", format("%s?digest=%s", upload, wrong), bytes_of("hello"), NULL),
                 400);
    check_error(bench, "DIGEST_INVALID");
    cr_expect_eq(
        ask(bench, "PUT", format("%s?digest=md5:1", begin_upload(bench)), bytes_of("x"), NULL),
        400);
    cr_expect_eq(ask(bench, "PUT", begin_upload(bench), bytes_of("x"), NULL), 400);
    cr_expect_eq(get(bench, format(PLAIN "/v2/t/bb/blobs/%s", wrong)), 404);
}

Test(push, content_that_is_not_its_digest_is_refused)
{
    bench_run(NULL, push_with_a_bad_digest);
}

static void drop_an_upload(struct bench *bench)
{
    const char *url = begin_upload(bench);
    cr_assert_eq(ask(bench, "DELETE", url, NULL, NULL), 204);
    cr_expect_eq(get(bench, url), 404);
    check_error(bench, "BLOB_UPLOAD_UNKNOWN");
    cr_expect_eq(ask(bench, "PATCH", url, bytes_of("a"), NULL), 404);
    check_error(bench, "BLOB_UPLOAD_UNKNOWN");
}

Test(push, an_upload_that_was_dropped_is_unknown)
{
    bench_run(NULL, drop_an_upload);
}

static unsigned mount(struct bench *bench, const char *digest, const char *from)
{
    return ask(bench, "POST", format(PLAIN "/v2/t/new/blobs/uploads/?mount=%s%s", digest, from),
               bytes_of(""), NULL);
}

static void mount_blobs(struct bench *bench)
{
    const char *digest = push_blob(bench, "t/bb", "hello");
    const char *blob = format(PLAIN "/v2/t/new/blobs/%s", digest);
    cr_expect_eq(get(bench, blob), 404);
    cr_expect_eq(mount(bench, digest, "&from=t/none"), 202);
    cr_expect_eq(mount(bench, digest_text("never"), "&from=t/bb"), 202);
    cr_expect_eq(mount(bench, digest_text("never"), ""), 202);
    cr_expect_eq(mount(bench, "nonsense", ""), 202);
    const char *encoded = format("sha256%%3A%s", digest + strlen("sha256:"));
    cr_assert_eq(mount(bench, encoded, "&from=t%2Fbb"), 201);
    cr_expect_str_eq(header(bench, "Docker-Content-Digest"), digest);
    check_created(bench, "hello");
    cr_assert_eq(ask(bench, "DELETE", blob, NULL, NULL), 202);
    cr_expect_eq(mount(bench, digest, ""), 201);
}

Test(push, a_mount_links_what_is_there_and_is_an_upload_otherwise)
{
    bench_run(NULL, mount_blobs);
}

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

Test(push, a_manifest_that_was_put_comes_back_and_is_known_to_the_oracle)
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

Test(push, manifests_are_checked_for_shape_digest_and_what_they_refer_to)
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

Test(push, a_refused_manifest_makes_no_repository)
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

Test(push, layers_that_are_not_distributable_may_be_missing)
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

Test(push, a_manifest_may_have_four_mebibytes_and_not_one_byte_more)
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

Test(push, a_manifest_put_by_digest_may_get_several_tags)
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
    cr_assert_eq(get(bench, format(PLAIN "/v2/t/m/blobs/%s", blob)), 200);
    gsize length_bytes = 0;
    cr_expect_not_null(strstr(trace_text(bench->trace, &length_bytes), "7654321"));
}

Test(push, the_manifest_says_what_a_pushed_virtual_layer_stands_for)
{
    bench_run(NULL, push_a_virtual_layer);
}

static void leave_in_the_middle(struct bench *bench)
{
    const char *url = begin_upload(bench);
    struct filler source = {MIB_BYTES};
    const struct http_request request = {.method = "PATCH",
                                         .url = url,
                                         .body_read = give_bytes,
                                         .body_context = &source,
                                         .body_read_bytes = 2 * MIB_BYTES};
    g_autoptr(GError) error = NULL;
    struct http_response response = {0};
    DEADLINE(limit);
    deadline_begin(bench->loop, &limit, "client", SECOND_US);
    cr_assert(!http_perform(bench->http, &request, &response, &error));
    http_response_clear(&response);
    deadline_end(&limit);
    cr_expect_eq(get(bench, url), 204);
    cr_expect_eq(ask(bench, "DELETE", url, NULL, NULL), 204);
}

Test(push, an_upload_survives_a_client_that_leaves_in_the_middle)
{
    bench_run(NULL, leave_in_the_middle);
}
