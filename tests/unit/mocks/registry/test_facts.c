/* The oracle: what it says about images, generated and pushed. */
#include "bench.h"

static void check_strings(const GPtrArray *strings, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < strings->len; i++)
        g_string_append_printf(text, "%s ", (const char *)strings->pdata[i]);
    cr_expect_str_eq(text->str, expected);
}

static void look_at_an_index(struct bench *bench)
{
    static const char *const platforms[] = {"linux/arm/v7", "linux/amd64", NULL};
    struct image_spec spec = golang_spec();
    spec.platforms = platforms;
    spec.has_attestations = true;
    registry_add_image(bench->registry, &spec);

    AUTO(image_facts) facts = registry_find(bench->registry, "library/golang", "1.22");

    check_strings(facts->platforms, "linux/amd64 linux/arm/v7 ");
    cr_expect_eq(facts->manifests->len, 2);
    cr_expect(facts->is_complete);
    cr_expect_eq(facts->pushed_by_exchange, 0);
    cr_expect_str_eq(facts->media_type, "application/vnd.oci.image.index.v1+json");
    g_autoptr(GBytes) bytes = registry_blob(bench->registry, facts->digest);
    g_autoptr(json_t) index = json_parse_gbytes(bytes, NULL);
    cr_expect_eq(json_array_size(json_get_array(index, "manifests")), 4);
    AUTO(image_facts) same = registry_find(bench->registry, "library/golang", facts->digest);
    cr_expect_str_eq(same->digest, facts->digest);
}

Test(facts, an_index_has_its_platforms_sorted_and_no_attestations)
{
    struct registry_options options = bench_options("localhost:5000");
    options.is_virtual = true;

    bench_run(&options, look_at_an_index);
}

static void look_at_docker_types(struct bench *bench)
{
    static const char *const entrypoint[] = {"buildkitd", NULL};
    struct image_spec spec = golang_spec();
    spec.is_index = false;
    spec.is_docker_types = true;
    spec.entrypoint = entrypoint;
    registry_add_image(bench->registry, &spec);

    AUTO(image_facts) facts = registry_find(bench->registry, "library/golang", "1.22");

    cr_expect_str_eq(facts->media_type, "application/vnd.docker.distribution.manifest.v2+json");
    check_strings(facts->platforms, "linux/amd64 ");
    g_autoptr(GBytes) bytes = registry_blob(bench->registry, facts->digest);
    g_autoptr(json_t) manifest = json_parse_gbytes(bytes, NULL);
    const char *digest = json_get_string(json_get_object(manifest, "config"), "digest", NULL);
    g_autoptr(GBytes) config_bytes = registry_blob(bench->registry, digest);
    g_autoptr(json_t) config = json_parse_gbytes(config_bytes, NULL);
    g_autofree char *runtime = json_text(json_get_object(config, "config"));
    cr_expect_str_eq(runtime,
                     "{\"Env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                     "/sbin:/bin\",\"GOLANG_VERSION=1.22.5\"],\"Entrypoint\":[\"buildkitd\"]}");
}

Test(facts, a_bare_manifest_has_the_platform_of_its_config)
{
    struct registry_options options = bench_options("localhost:5000");
    options.is_virtual = true;

    bench_run(&options, look_at_docker_types);
}

static void look_for_nothing(struct bench *bench)
{
    push_blob(bench, "t/bb", "x");

    cr_expect_null(registry_find(bench->registry, "t/bb", "latest"));
    cr_expect_null(registry_find(bench->registry, "no/where", "latest"));
    cr_expect_null(registry_blob(bench->registry, "sha256:none"));
    cr_expect_null(registry_tag_history(bench->registry, "t/bb", "latest"));
}

Test(facts, what_is_not_there_is_null)
{
    bench_run(NULL, look_for_nothing);
}

static void move_a_tag(struct bench *bench)
{
    struct image_spec spec = golang_spec();
    spec.repository = "o/app";
    spec.tag = "main";
    spec.layer_count = 0;
    registry_add_image(bench->registry, &spec);
    const char *one = push_image(bench, "o/app", "main", "one");
    push_image(bench, "o/app", "main", "one");
    const char *two = push_image(bench, "o/app", "main", "two");
    cr_assert_eq(ask(bench, "DELETE", PLAIN "/v2/o/app/manifests/main", NULL, NULL), 202);

    g_autoptr(GPtrArray) history = registry_tag_history(bench->registry, "o/app", "main");

    cr_assert_eq(history->len, 3);
    AUTO(image_facts) first = registry_find(bench->registry, "o/app", history->pdata[0]);
    cr_expect_eq(first->platforms->len, 2);
    cr_expect_str_eq(history->pdata[1], one);
    cr_expect_str_eq(history->pdata[2], two);
    cr_expect_null(registry_find(bench->registry, "o/app", "main"));
}

Test(facts, a_tag_has_a_history_that_begins_with_the_first_image_and_outlives_it)
{
    bench_run(NULL, move_a_tag);
}

static void list_names(struct bench *bench)
{
    const struct image_spec spec = golang_spec();
    registry_add_image(bench->registry, &spec);
    push_image(bench, "o/app", "main", "one");

    g_autoptr(GPtrArray) repositories = registry_repositories(bench->registry);
    g_autoptr(GPtrArray) tags = registry_tags(bench->registry, "library/golang");
    g_autoptr(GPtrArray) none = registry_tags(bench->registry, "no/where");

    check_strings(repositories, "library/golang o/app ");
    check_strings(tags, "1.22 ");
    check_strings(none, "");
}

Test(facts, repositories_and_tags_are_listed_without_making_images)
{
    bench_run(NULL, list_names);
}

static void add_too_much(struct bench *bench)
{
    static const int64_t layer_bytes[] = {2 * GIB_BYTES};
    struct image_spec spec = golang_spec();
    spec.layer_bytes = layer_bytes;
    spec.layer_count = 1;
    registry_add_image(bench->registry, &spec);

    cr_expect_null(registry_find(bench->registry, "library/golang", "1.22"));

    gsize length_bytes = 0;
    cr_expect_not_null(strstr(
        trace_text(bench->trace, &length_bytes),
        "\"action\":\"image-does-not-fit\",\"repository\":\"library/golang\","
        "\"reference\":\"1.22\",\"reason\":\"the registry holds at most 1073741824 bytes\""));
}

Test(facts, an_image_that_does_not_fit_is_not_there_and_the_trace_says_why)
{
    bench_run(NULL, add_too_much);
}

static void note_changes(struct bench *bench)
{
    const char *digest = push_image(bench, "o/app", "main", "one");
    gsize length_bytes = 0;
    const char *events = trace_text(bench->trace, &length_bytes);

    cr_expect_not_null(strstr(events, "\"event\":\"registry\",\"service\":\"localhost:5000\","
                                      "\"action\":\"blob-put\",\"repository\":\"o/app\""));
    cr_expect_not_null(
        strstr(events, format("\"action\":\"manifest-put\",\"repository\":\"o/app\",\"reference\":"
                              "\"main\",\"digest\":\"%s\"",
                              digest)));
    cr_expect_not_null(
        strstr(events, format("\"action\":\"tag\",\"repository\":\"o/app\",\"reference\":"
                              "\"main\",\"digest\":\"%s\"",
                              digest)));
}

Test(facts, every_change_of_state_is_an_event)
{
    bench_run(NULL, note_changes);
}
