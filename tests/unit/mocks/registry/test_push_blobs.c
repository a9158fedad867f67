/* Pushing blobs: uploads in all their ways, and mounts. */
#include "bench.h"

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

/* Checks that what a 201 points at is the content. */
static void check_created(struct bench *bench, const char *content)
{
    const char *location = format(PLAIN "%s", header(bench, "Location"));
    cr_assert_eq(get(bench, location), 200);
    g_autofree char *text = text_of(bench);
    cr_assert_str_eq(text, content);
}

/* In one go: the second is more than comes in one piece. */
static void push_at_once(struct bench *bench)
{
    g_autofree char *large = g_strnfill(200000, 'b');
    const char *const contents[] = {"hello", large};
    for (gsize i = 0; i < G_N_ELEMENTS(contents); i++) {
        const char *digest = digest_text(contents[i]);
        const char *url = format(PLAIN "/v2/t/bb/blobs/uploads/?digest=%s", digest);
        cr_assert_eq(ask(bench, "POST", url, bytes_of(contents[i]), NULL), 201);
        cr_expect_str_eq(header(bench, "Docker-Content-Digest"), digest);
        check_created(bench, contents[i]);
    }
}

Test(push_blobs, a_post_with_digest_and_body_is_a_blob)
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

Test(push_blobs, a_put_with_the_whole_body_closes_the_upload)
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

Test(push_blobs, chunks_add_up_and_the_last_may_come_with_the_put)
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

Test(push_blobs, a_chunk_out_of_order_is_refused_and_leaves_the_upload_usable)
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

Test(push_blobs, a_chunk_shorter_than_its_range_is_taken_out_again)
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

Test(push_blobs, a_chunked_patch_without_a_range_is_appended_as_dockerd_sends_it)
{
    bench_run(NULL, push_a_stream);
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

Test(push_blobs, sha512_is_known_only_when_the_upload_closes)
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

Test(push_blobs, content_that_is_not_its_digest_is_refused)
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

Test(push_blobs, an_upload_that_was_dropped_is_unknown)
{
    bench_run(NULL, drop_an_upload);
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

Test(push_blobs, an_upload_survives_a_client_that_leaves_in_the_middle)
{
    bench_run(NULL, leave_in_the_middle);
}

/* ---- mounts ---- */

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

Test(push_blobs, a_mount_links_what_is_there_and_is_an_upload_otherwise)
{
    bench_run(NULL, mount_blobs);
}
