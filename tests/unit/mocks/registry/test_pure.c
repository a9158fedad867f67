/* What needs no world: names, ranges, services, layers, the store's ceilings. */
#include "bench.h"

#include "base/gzip.h"
#include "base/limits.h"
#include "mocks/registry/layer.h"
#include "mocks/registry/name.h"
#include "mocks/registry/range.h"
#include "mocks/registry/store.h"

Test(names, repositories_are_lower_case_words_joined_by_separators)
{
    static const char *const valid[] = {"a",    "a/b",     "library/golang", "a-b",
                                        "a--b", "a_b",     "a__b",           "a.b",
                                        "0",    "a/b/c/d", "x9-y.z_w"};
    static const char *const invalid[] = {"",     "A",     "a/",   "/a",  "a//b", "-a", "a-",
                                          "a..b", "a___b", "a._b", "a b", "ä",    "a/B"};

    for (gsize i = 0; i < G_N_ELEMENTS(valid); i++)
        cr_expect(repository_name_is_valid(valid[i]), "%s", valid[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(invalid); i++)
        cr_expect(!repository_name_is_valid(invalid[i]), "%s", invalid[i]);
}

Test(names, have_ceilings)
{
    g_autofree char *name = g_strnfill(REPOSITORY_NAME_BYTES_MAX + 1, 'a');
    g_autofree char *tag = g_strnfill(TAG_NAME_BYTES_MAX + 1, 'a');

    cr_expect(!repository_name_is_valid(name));
    cr_expect(!tag_name_is_valid(tag));

    cr_expect(repository_name_is_valid(name + 1));
    cr_expect(tag_name_is_valid(tag + 1));
}

Test(names, tags_are_words_that_begin_with_neither_dot_nor_dash)
{
    static const char *const valid[] = {"latest", "1.22", "_x", "A-b.c", "v1"};
    static const char *const invalid[] = {"", ".a", "-a", "a/b", "a:b", "a b", "a+b"};

    for (gsize i = 0; i < G_N_ELEMENTS(valid); i++)
        cr_expect(tag_name_is_valid(valid[i]), "%s", valid[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(invalid); i++)
        cr_expect(!tag_name_is_valid(invalid[i]), "%s", invalid[i]);
}

Test(ranges, of_uploads_come_with_and_without_unit)
{
    struct byte_range range;

    cr_expect(content_range_parse("3-9", &range) && range.first == 3 && range.last == 9);
    cr_expect(content_range_parse("bytes 0-0/*", &range) && range.last == 0);
    cr_expect(content_range_parse("bytes 5-6/10", &range) && range.first == 5);
    cr_expect(!content_range_parse("9-3", &range));
    cr_expect(!content_range_parse("3-", &range));
    cr_expect(!content_range_parse("a-b", &range));
    cr_expect(!content_range_parse("9999999999999999999-9999999999999999999", &range));
}

Test(services, are_found_by_the_name_that_references_use)
{
    cr_expect_str_eq(registry_service_find("docker.io")->api_site, "registry-1.docker.io");
    cr_expect_str_eq(registry_service_find("ghcr.io")->blob_site,
                     "pkg-containers.githubusercontent.com");
    cr_expect_null(registry_service_find("registry.k8s.io")->token_site);
    cr_expect_null(registry_service_find("nowhere.example"));
}

Test(layers, have_the_size_asked_for_to_the_byte)
{
    static const int64_t sizes[] = {
        LAYER_BYTES_MIN, LAYER_BYTES_MIN + 1, 3000, 65535, 65536, 65560, 131072, 1000003};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct layer_bytes layer = {0};
        g_autoptr(GError) error = NULL;
        layer_make_real("x", sizes[i], &layer);
        gsize length_bytes = 0;
        const void *bytes = g_bytes_get_data(layer.blob, &length_bytes);
        cr_expect_eq(length_bytes, (gsize)sizes[i]);
        g_autoptr(GBytes) tar = gzip_decompress(bytes, length_bytes, 2 * MIB_BYTES, &error);
        cr_assert_not_null(tar);
        g_autofree char *diff_id = digest_of_bytes(tar);
        cr_expect_str_eq(diff_id, layer.diff_id);
        cr_expect_eq(g_bytes_get_size(tar), (gsize)layer.unpacked_bytes);
        layer_bytes_clear(&layer);
    }
}

Test(layers, depend_on_their_identity_and_on_nothing_else)
{
    struct layer_bytes one = {0};
    struct layer_bytes same = {0};
    struct layer_bytes other = {0};

    layer_make_virtual("golang:1.22 linux/amd64 layer 1", &one);
    layer_make_virtual("golang:1.22 linux/amd64 layer 1", &same);
    layer_make_virtual("golang:1.22 linux/arm64 layer 1", &other);

    cr_expect(g_bytes_equal(one.blob, same.blob));
    cr_expect_str_neq(one.digest, other.digest);
    cr_expect_eq(g_bytes_get_size(one.blob), LAYER_BYTES_MIN);
    layer_bytes_clear(&one);
    layer_bytes_clear(&same);
    layer_bytes_clear(&other);
}

static bool put(struct store *store, const char *repository, const char *digest, GBytes *bytes,
                GError **error)
{
    struct repository *opened = registry_store_open(store, repository, error);
    return opened != NULL && repository_put_blob(store, opened, digest, bytes, error);
}

Test(store, refuses_what_goes_over_its_ceiling_and_says_so)
{
    AUTO(store) store = registry_store_new(100);
    g_autofree guint8 *zeros = g_malloc0(60);
    g_autoptr(GBytes) bytes = g_bytes_new(zeros, 60);
    g_autoptr(GError) error = NULL;
    cr_assert(put(store, "a", "sha256:1", bytes, NULL));
    cr_assert(put(store, "b", "sha256:1", bytes, NULL)); /* shared: costs nothing */

    cr_assert(!put(store, "a", "sha256:2", bytes, &error));

    cr_expect_str_eq(error->message, "the registry holds at most 100 bytes");
    struct repository *a = registry_store_find(store, "a");
    cr_expect(repository_delete_blob(store, a, "sha256:1"));
    cr_expect(!put(store, "a", "sha256:2", bytes, NULL)); /* b still has it */
    cr_expect(repository_delete_blob(store, registry_store_find(store, "b"), "sha256:1"));
    cr_expect(put(store, "a", "sha256:2", bytes, NULL));
}

Test(store, refuses_one_object_too_many)
{
    AUTO(store) store = registry_store_new(100);
    g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);
    g_autoptr(GError) error = NULL;
    struct repository *repository = registry_store_open(store, "a", &error);
    cr_assert_not_null(repository);
    for (int i = 1; i < REGISTRY_OBJECTS_MAX; i++) {
        char digest[16];
        g_snprintf(digest, sizeof digest, "%d", i);
        cr_assert(repository_put_blob(store, repository, digest, empty, NULL));
    }

    cr_assert(!repository_put_blob(store, repository, "one more", empty, &error));

    cr_expect_str_eq(error->message, "the registry holds at most 1000000 objects");
}
