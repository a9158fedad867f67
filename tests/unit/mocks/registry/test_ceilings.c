/* What is shared between registries, and where registries stop. */
#include "bench.h"

#include "base/limits.h"
#include "mocks/registry/image.h"
#include "mocks/registry/uploads.h"

static char *take_digest(struct image_cache *cache, const struct image_spec *spec)
{
    AUTO(recipe) recipe = recipe_new(spec, /* is_virtual= */ true);
    AUTO(image) owned = NULL;
    return g_strdup(image_cache_take(cache, recipe, &owned)->digest);
}

Test(image_cache, gives_the_same_image_as_there_is_without_it)
{
    AUTO(image_cache) cache = image_cache_new();
    const struct image_spec spec = golang_spec();

    g_autofree char *without = take_digest(NULL, &spec);
    g_autofree char *first = take_digest(cache, &spec);
    g_autofree char *second = take_digest(cache, &spec);

    cr_expect_str_eq(first, without);
    cr_expect_str_eq(second, without);
    cr_expect_eq(image_cache_count(cache), 1);
}

Test(image_cache, tells_specs_apart_by_all_that_is_in_them)
{
    static const char *const other_platforms[] = {"linux/amd64", NULL};
    static const int64_t other_bytes[] = {1, 3000};
    AUTO(image_cache) cache = image_cache_new();
    struct image_spec specs[9];
    for (gsize i = 0; i < G_N_ELEMENTS(specs); i++)
        specs[i] = golang_spec();
    specs[1].repository = "library/other";
    specs[2].tag = "1.23";
    specs[3].platforms = other_platforms;
    specs[4].layer_bytes = other_bytes;
    specs[5].environment = NULL;
    specs[6].is_index = false;
    specs[7].is_docker_types = true;
    specs[8].has_attestations = true;

    for (gsize i = 0; i < G_N_ELEMENTS(specs); i++)
        g_free(take_digest(cache, &specs[i]));

    cr_expect_eq(image_cache_count(cache), G_N_ELEMENTS(specs));
}

Test(image_cache, stops_keeping_at_its_ceiling_and_goes_on_giving)
{
    AUTO(image_cache) cache = image_cache_new();
    struct image_spec spec = golang_spec();
    spec.layer_count = 0;

    for (unsigned i = 0; i <= IMAGE_CACHE_IMAGES_MAX; i++) {
        char tag[8];
        g_snprintf(tag, sizeof tag, "%u", i);
        spec.tag = tag;
        g_autofree char *digest = take_digest(cache, &spec);
        cr_assert(digest_is_valid(digest));
    }

    cr_expect_eq(image_cache_count(cache), IMAGE_CACHE_IMAGES_MAX);
}

static void open_too_many_uploads(struct bench *bench)
{
    for (int i = 0; i < REGISTRY_UPLOADS_MAX; i++)
        cr_assert_not_null(upload_new(bench->registry, "t/bb", NULL));

    unsigned status = ask(bench, "POST", PLAIN "/v2/t/bb/blobs/uploads/", bytes_of(""), NULL);

    cr_expect_eq(status, 413);
    check_error(bench, "SIZE_INVALID");
    g_autofree char *text = text_of(bench);
    cr_expect_not_null(strstr(text, "the registry holds at most 10000 open uploads"));
}

Test(uploads, one_too_many_is_refused)
{
    bench_run(NULL, open_too_many_uploads);
}

static void fill_an_upload(struct bench *bench)
{
    g_autoptr(GError) error = NULL;
    struct upload *upload = upload_new(bench->registry, "t/bb", NULL);
    bench->registry->upload_bytes = REGISTRY_MEMORY_BYTES_MAX - 2;

    cr_expect(upload_append(bench->registry, upload, "ab", 2, NULL));
    cr_expect(!upload_append(bench->registry, upload, "c", 1, &error));

    cr_expect_str_eq(error->message, "the registry holds at most 1073741824 bytes");
    upload_cut(bench->registry, upload, 1);
    cr_expect(upload_append(bench->registry, upload, "c", 1, NULL));
    upload_close(bench->registry, upload);
    cr_expect_eq(bench->registry->upload_bytes, REGISTRY_MEMORY_BYTES_MAX - 2);
}

Test(uploads, count_towards_the_memory_of_the_registry_while_they_are_open)
{
    bench_run(NULL, fill_an_upload);
}

static void draw_ids(struct bench *bench)
{
    const char *first = upload_new(bench->registry, "t/bb", NULL)->id;
    const char *second = upload_new(bench->registry, "t/bb", NULL)->id;

    cr_expect(g_uuid_string_is_valid(first), "%s", first);
    cr_expect_str_neq(first, second);
    cr_expect_null(upload_find(bench->registry, "t/other", first));
    cr_expect_not_null(upload_find(bench->registry, "t/bb", first));
}

Test(uploads, are_known_by_uuids_in_their_repository_only)
{
    bench_run(NULL, draw_ids);
}
