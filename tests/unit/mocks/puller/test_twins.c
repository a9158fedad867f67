/* An image that has the same layer twice, and what odd registries answer. */
#include "bench.h"

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define CONFIG_TYPE   "application/vnd.oci.image.config.v1+json"
#define LAYER_TYPE    "application/vnd.oci.image.layer.v1.tar+gzip"

static const char layer_text[] = "one layer";

/* A registry of one image that is written out by hand. */
struct shelf {
    char *layer_digest;
    char *config;
    char *config_digest;
    char *manifest;
    char *manifest_digest;
    bool lies; /* the digest header names nothing that is there */
};

static void shelf_fill(struct shelf *shelf)
{
    shelf->layer_digest = digest_of(layer_text, strlen(layer_text));
    shelf->config = g_strdup_printf("{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":"
                                    "{\"type\":\"layers\",\"diff_ids\":[\"%s\",\"%s\"]}}",
                                    shelf->layer_digest, shelf->layer_digest);
    shelf->config_digest = digest_of(shelf->config, strlen(shelf->config));
    g_autofree char *layer =
        g_strdup_printf("{\"mediaType\":\"" LAYER_TYPE "\",\"digest\":\"%s\",\"size\":%zu}",
                        shelf->layer_digest, strlen(layer_text));
    shelf->manifest = g_strdup_printf(
        "{\"schemaVersion\":2,\"mediaType\":\"" MANIFEST_TYPE "\",\"config\":{\"mediaType\":"
        "\"" CONFIG_TYPE "\",\"digest\":\"%s\",\"size\":%zu},\"layers\":[%s,%s]}",
        shelf->config_digest, strlen(shelf->config), layer, layer);
    shelf->manifest_digest = digest_of(shelf->manifest, strlen(shelf->manifest));
}

static void shelf_clear(struct shelf *shelf)
{
    g_free(shelf->layer_digest);
    g_free(shelf->config);
    g_free(shelf->config_digest);
    g_free(shelf->manifest);
    g_free(shelf->manifest_digest);
}

static void handle_manifest(const struct shelf *shelf, struct exchange *exchange)
{
    const char *wrong = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    if (strstr(exchange_path(exchange), wrong) != NULL) {
        exchange_reply_text(exchange, 404, "application/json",
                            "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}");
        return;
    }
    exchange_set_header(exchange, "Docker-Content-Digest",
                        shelf->lies ? wrong : shelf->manifest_digest);
    exchange_reply_text(exchange, 200, MANIFEST_TYPE, shelf->manifest);
}

static void handle(void *context, struct exchange *exchange)
{
    const struct shelf *shelf = context;
    const char *path = exchange_path(exchange);
    if (strstr(path, "/manifests/") != NULL)
        handle_manifest(shelf, exchange);
    else if (g_str_has_suffix(path, shelf->config_digest))
        exchange_reply_text(exchange, 200, "application/octet-stream", shelf->config);
    else
        exchange_reply_text(exchange, 200, "application/octet-stream", layer_text);
}

static void pull_from_shelf(struct bench *bench, bool lies)
{
    struct shelf shelf = {.lies = lies};
    AUTO(pulled_image) image = NULL;
    shelf_fill(&shelf);
    world_add_site(bench->world, "shelf.example", handle, &shelf);
    const char *message = bench_pull(bench, "shelf.example/o/twins:1", &image);
    bench_note(bench, "%s", message != NULL ? message : "ok");
    if (image != NULL)
        bench_note(bench, "%u layers", image->layers->len);
    shelf_clear(&shelf);
}

static void pull_twins(struct bench *bench)
{
    pull_from_shelf(bench, /* lies= */ false);
}

static void pull_from_a_liar(struct bench *bench)
{
    pull_from_shelf(bench, /* lies= */ true);
}

Test(twins, a_layer_that_an_image_has_twice_is_fetched_once)
{
    static const enum puller_kind kinds[] = {PULLER_DOCKER_20_10, PULLER_CONTAINERD,
                                             PULLER_BUILDKIT};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        OUTCOME(outcome) = bench_run(&(struct plan){.kind = kinds[i], .body = pull_twins});

        cr_assert_str_eq(outcome.notes, "ok@0s\n2 layers@0s\n", "%s", outcome.notes);
        cr_assert_eq(count_of(outcome.requests, "GET /v2/o/twins/blobs/"), 2, "%s",
                     outcome.requests);
        cr_assert_eq(outcome.temporary_bytes, 0);
    }
}

/* registry.md 4: a wrong Docker-Content-Digest on the tag. */
Test(twins, dockerd_falls_back_to_the_tag_and_says_so_where_containerd_fails)
{
    OUTCOME(dockerd) =
        bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10, .body = pull_from_a_liar});
    OUTCOME(containerd) =
        bench_run(&(struct plan){.kind = PULLER_CONTAINERD, .body = pull_from_a_liar});

    cr_assert_str_eq(dockerd.notes, "ok@0s\n2 layers@0s\n", "%s", dockerd.notes);
    cr_assert_not_null(strstr(
        dockerd.progress,
        "WARNING: \xe2\x9a\xa0\xef\xb8\x8f Failed to pull manifest by the resolved digest."));
    cr_assert_not_null(strstr(dockerd.progress, "Please contact admins of https://shelf.example. "
                                                "\xe2\x9a\xa0\xef\xb8\x8f\n"));
    cr_assert_not_null(strstr(containerd.notes, "not found"), "%s", containerd.notes);
}
