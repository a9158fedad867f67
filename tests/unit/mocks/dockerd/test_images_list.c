/* The list of local images and its filter for references. */
#include "bench.h"

static void store(struct bench *bench, const char *platform, const char *const *tags)
{
    g_autofree char *text = g_strdup_printf("{\"os\":\"linux\",\"architecture\":\"%s\"}", platform);
    g_autoptr(GBytes) config = g_bytes_new(text, strlen(text));
    g_autoptr(GPtrArray) layers = g_ptr_array_new();
    cr_assert(dockerd_store_image(bench->dockerd, tags, config, layers, NULL, NULL));
}

/* The tags that are shown, as "one:1 two:2 |" with a bar after each image. */
static const char *listed(struct bench *bench, const char *pattern)
{
    GString *text = g_string_new(NULL);
    g_autofree char *filters = g_strdup_printf("{\"reference\":[\"%s\"]}", pattern);
    g_autofree char *escaped = g_uri_escape_string(filters, NULL, FALSE);
    size_t i = 0;
    size_t k = 0;
    json_t *image;
    json_t *tag;

    cr_assert_eq(ask(bench, "GET", format("/v1.41/images/json?filters=%s", escaped), NULL), 200u);
    g_autofree char *body = text_of(bench);
    g_autoptr(json_t) list = json_loads(body, 0, NULL);
    json_array_foreach (list, i, image) {
        json_array_foreach (json_object_get(image, "RepoTags"), k, tag)
            g_string_append_printf(text, "%s ", json_string_value(tag));
        g_string_append_c(text, '|');
    }
    const char *shown = format("%s", text->str);
    g_string_free(text, TRUE);
    return shown;
}

static void filter_references(struct bench *bench)
{
    const char *const first[] = {"localhost:5000/acme/app:1", "app:1", NULL};
    const char *const second[] = {"localhost:5000/acme/app:2", NULL};
    store(bench, "amd64", first);
    store(bench, "arm64", second);

    cr_expect_str_eq(listed(bench, "localhost:5000/acme/app"),
                     "localhost:5000/acme/app:2 |localhost:5000/acme/app:1 |");
    cr_expect_str_eq(listed(bench, "localhost:5000/acme/app:1"), "localhost:5000/acme/app:1 |");
    cr_expect_str_eq(listed(bench, "app"), "app:1 |");
    cr_expect_str_eq(listed(bench, "localhost:5000/*/app:2"), "localhost:5000/acme/app:2 |");
    cr_expect_str_eq(listed(bench, "localhost*"), "");
    cr_expect_str_eq(listed(bench, "*:1"), "app:1 |");
    cr_expect_str_eq(listed(bench, "acme/app"), "");
}

Test(dockerd_images_list, a_reference_without_a_tag_lists_all_tags_of_a_repository_and_no_others)
{
    bench_run(NULL, filter_references);
}
