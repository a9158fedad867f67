/* Lists: tags, repositories, referrers; and what deletes do to them. */
#include "bench.h"

static void check_list(struct bench *bench, const char *path, const char *key, const char *expected,
                       const char *link)
{
    cr_assert_eq(get(bench, format(PLAIN "%s", path)), 200, "%s", path);
    g_autoptr(json_t) answer = json_of(bench);
    g_autofree char *names = json_text(json_get_array(answer, key));
    cr_expect_str_eq(names, expected, "%s: %s", path, names);
    cr_expect_str_eq(header(bench, "Link"), link, "%s: %s", path, header(bench, "Link"));
}

static void list_tags(struct bench *bench)
{
    push_image(bench, "t/bb", "b", "1");
    push_image(bench, "t/bb", "C", "1");
    push_image(bench, "t/bb", "a", "1");
    push_image(bench, "t/bb", "d", "1");

    check_list(bench, "/v2/t/bb/tags/list", "tags", "[\"C\",\"a\",\"b\",\"d\"]", "");
    check_list(bench, "/v2/t/bb/tags/list?n=2", "tags", "[\"C\",\"a\"]",
               "</v2/t/bb/tags/list?last=a&n=2>; rel=\"next\"");
    check_list(bench, "/v2/t/bb/tags/list?last=a&n=2", "tags", "[\"b\",\"d\"]", "");
    check_list(bench, "/v2/t/bb/tags/list?last=a", "tags", "[\"b\",\"d\"]", "");
    check_list(bench, "/v2/t/bb/tags/list?last=aa&n=1", "tags", "[\"b\"]",
               "</v2/t/bb/tags/list?last=b&n=1>; rel=\"next\"");
    check_list(bench, "/v2/t/bb/tags/list?n=0", "tags", "[]", "");
    check_list(bench, "/v2/t/bb/tags/list?n=400", "tags", "[\"C\",\"a\",\"b\",\"d\"]", "");
}

Test(lists, tags_come_in_byte_order_and_in_pages)
{
    bench_run(NULL, list_tags);
}

static void list_repositories(struct bench *bench)
{
    push_blob(bench, "cap/two", "1");
    push_blob(bench, "cap/crane", "1");
    push_blob(bench, "cap", "1");

    check_list(bench, "/v2/_catalog", "repositories", "[\"cap\",\"cap/crane\",\"cap/two\"]", "");
    check_list(bench, "/v2/_catalog?n=2", "repositories", "[\"cap\",\"cap/crane\"]",
               "</v2/_catalog?last=cap%2Fcrane&n=2>; rel=\"next\"");
    check_list(bench, "/v2/_catalog?last=cap%2Fcrane&n=2", "repositories", "[\"cap/two\"]", "");
}

Test(lists, repositories_come_in_byte_order_and_in_pages)
{
    bench_run(NULL, list_repositories);
}

#define ZEROS "sha256:0000000000000000000000000000000000000000000000000000000000000000"

static const char *put_referrer(struct bench *bench, const char *extra)
{
    const char *blob = push_blob(bench, "t/bb", "{}");
    const char *body = format(
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"c/d\",\"digest\":\"%s\",\"size\":2},"
        "\"layers\":[],\"subject\":{\"mediaType\":\"a/b\",\"digest\":\"" ZEROS "\",\"size\":3},"
        "%s\"annotations\":{\"k\":\"v\"}}",
        blob, extra);
    const char *digest = digest_text(body);
    cr_assert_eq(ask(bench, "PUT", format(PLAIN "/v2/t/bb/manifests/%s", digest), bytes_of(body),
                     MANIFEST_TYPE, NULL),
                 201);
    cr_expect_str_eq(header(bench, "OCI-Subject"), ZEROS);
    return format("%s", digest);
}

static gsize count_referrers(struct bench *bench, const char *query)
{
    cr_assert_eq(get(bench, format(PLAIN "/v2/t/bb/referrers/" ZEROS "%s", query)), 200);
    cr_expect_str_eq(header(bench, "Content-Type"), "application/vnd.oci.image.index.v1+json");
    g_autoptr(json_t) answer = json_of(bench);
    return json_array_size(json_get_array(answer, "manifests"));
}

static void list_referrers(struct bench *bench)
{
    cr_expect_eq(count_referrers(bench, ""), 0);
    g_autofree char *empty = text_of(bench);
    cr_expect_str_eq(empty, "{\"schemaVersion\":2,\"mediaType\":"
                            "\"application/vnd.oci.image.index.v1+json\",\"manifests\":[]}");
    const char *plain = put_referrer(bench, "");
    put_referrer(bench, "\"artifactType\":\"x/y\",");
    cr_expect_eq(count_referrers(bench, ""), 2);
    cr_expect_str_eq(header(bench, "OCI-Filters-Applied"), "");
    cr_expect_eq(count_referrers(bench, "?artifactType=x%2Fy"), 1);
    cr_expect_str_eq(header(bench, "OCI-Filters-Applied"), "artifactType");
    cr_expect_eq(count_referrers(bench, "?artifactType=c/d"), 1);
    g_autoptr(json_t) answer = json_of(bench);
    const json_t *entry = json_array_get(json_get_array(answer, "manifests"), 0);
    cr_expect_str_eq(json_get_string(entry, "digest", ""), plain);
    cr_expect_str_eq(json_get_string(entry, "artifactType", ""), "c/d");
    cr_expect_str_eq(json_get_string(json_get_object(entry, "annotations"), "k", ""), "v");
    cr_expect_gt(json_get_integer(entry, "size", 0), 100);

    cr_assert_eq(ask(bench, "DELETE", format(PLAIN "/v2/t/bb/manifests/%s", plain), NULL, NULL),
                 202);
    cr_expect_eq(count_referrers(bench, ""), 1);
}

Test(lists, referrers_are_found_by_subject_and_filtered_by_type)
{
    bench_run(NULL, list_referrers);
}

static void delete_things(struct bench *bench)
{
    const char *digest = push_image(bench, "t/bb", "a", "1");
    push_image(bench, "t/bb", "b", "1");
    push_image(bench, "t/bb", "other", "2");

    cr_assert_eq(ask(bench, "DELETE", PLAIN "/v2/t/bb/manifests/a", NULL, NULL), 202);
    cr_expect_eq(get(bench, PLAIN "/v2/t/bb/manifests/a"), 404);
    cr_expect_eq(get(bench, format(PLAIN "/v2/t/bb/manifests/%s", digest)), 200);
    cr_assert_eq(ask(bench, "DELETE", format(PLAIN "/v2/t/bb/manifests/%s", digest), NULL, NULL),
                 202);
    cr_expect_eq(get(bench, format(PLAIN "/v2/t/bb/manifests/%s", digest)), 404);
    check_list(bench, "/v2/t/bb/tags/list", "tags", "[\"other\"]", "");
}

Test(lists, deleting_a_digest_takes_its_tags_along_and_deleting_a_tag_only_the_tag)
{
    bench_run(NULL, delete_things);
}

static void delete_a_blob(struct bench *bench)
{
    push_image(bench, "t/bb", "a", "layer");
    const char *digest = digest_text("layer");
    const char *url = format(PLAIN "/v2/t/bb/blobs/%s", digest);
    cr_assert_eq(ask(bench, "DELETE", url, NULL, NULL), 202);
    cr_expect_eq(ask(bench, "HEAD", url, NULL, NULL), 404);
    AUTO(image_facts) facts = registry_find(bench->registry, "t/bb", "a");
    cr_expect(!facts->is_complete);
}

Test(lists, an_image_whose_layer_was_deleted_is_incomplete)
{
    bench_run(NULL, delete_a_blob);
}
