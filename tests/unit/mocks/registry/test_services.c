/* All services of the table together in one world. */
#include "bench.h"

static const char *const names[] = {"docker.io",      "ghcr.io", "quay.io",
                                    "mirror.gcr.io",  "gcr.io",  "public.ecr.aws",
                                    "registry.k8s.io"};

/* The value of a parameter of the challenge of the last answer. */
static const char *parameter(const struct bench *bench, const char *name)
{
    const char *start = strstr(header(bench, "WWW-Authenticate"), format("%s=\"", name));
    cr_assert_not_null(start);
    start += strlen(name) + strlen("=\"");
    return format("%.*s", (int)strcspn(start, "\""), start);
}

/* What the service asks for in its challenge, as a header; any header where it asks for nothing. */
static const char *token_for(struct bench *bench, const char *url)
{
    if (get(bench, url) == 200)
        return "Accept: */*";
    cr_assert_eq(bench->response.status, 401, "%s", url);
    const char *question = format("%s?service=%s&scope=%s", parameter(bench, "realm"),
                                  parameter(bench, "service"), parameter(bench, "scope"));
    cr_assert_eq(get(bench, question), 200, "%s", question);
    g_autoptr(json_t) answer = json_of(bench);
    return format("Authorization: Bearer %s", json_get_string(answer, "token", ""));
}

static const char *first_digest(const struct bench *bench, const char *key)
{
    g_autoptr(json_t) document = json_of(bench);
    const json_t *first = json_array_get(json_get_array(document, key), 0);
    return format("%s", json_get_string(first, "digest", ""));
}

static void pull_from(struct bench *bench, const struct registry_service *service)
{
    const char *base = format("https://%s/v2/library/golang", service->api_site);
    const char *token = token_for(bench, format("%s/manifests/1.22", base));
    cr_assert_eq(ask(bench, "GET", format("%s/manifests/1.22", base), NULL, token, NULL), 200);
    const char *child = first_digest(bench, "manifests");
    cr_assert_eq(ask(bench, "GET", format("%s/manifests/%s", base, child), NULL, token, NULL), 200);
    const char *blob = format("%s/blobs/%s", base, first_digest(bench, "layers"));
    unsigned status = ask(bench, "GET", blob, NULL, token, NULL);
    cr_assert_eq(status, service->blob_site != NULL ? 307 : 200, "%s: %u", service->name, status);
    if (status == 307)
        cr_assert_eq(get(bench, format("%s", header(bench, "Location"))), 200);
}

static void pull_from_all(struct bench *bench)
{
    const struct image_spec spec = golang_spec();
    AUTO(image_cache) cache = image_cache_new();
    struct registry *registries[G_N_ELEMENTS(names)];
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        struct registry_options options = bench_options(names[i]);
        options.is_virtual = true;
        options.image_cache = cache;
        registries[i] = registry_new(bench->world, &options);
        registry_add_image(registries[i], &spec);
    }

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        pull_from(bench, registry_service_find(names[i]));

    cr_expect_eq(image_cache_count(cache), 1);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        registry_free(registries[i]);
}

Test(services, stand_side_by_side_in_one_world_and_their_challenges_lead_to_tokens)
{
    bench_run(NULL, pull_from_all);
}
