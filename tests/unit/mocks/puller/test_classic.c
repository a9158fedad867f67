/* Pulls of dockerd's own stores, side by side with captures/faults and registry.md 4. */
#include "bench.h"

#define PULL_REQUESTS                                                                              \
    "GET /v2/ 200@0s\n"                                                                            \
    "HEAD /v2/o/img/manifests/1 200@0s\n"                                                          \
    "GET /v2/o/img/manifests/<manifest> 200@0s\n"

Test(classic, a_pull_asks_in_dockerds_order)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10});

    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert_str_eq(outcome.requests, PULL_REQUESTS "GET /v2/o/img/blobs/<config> 200@0s\n"
                                                     "GET /v2/o/img/blobs/<layer1> 200@0s\n");
}

Test(classic, a_pull_tells_what_dockerd_tells)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10});

    cr_assert_str_eq(outcome.progress,
                     "1: Pulling from o/img\n"
                     "<layer1>: Pulling fs layer\n"
                     "<layer1>: Downloading 41943040/41943040\n"
                     "<layer1>: Verifying Checksum\n"
                     "<layer1>: Download complete\n"
                     "<layer1>: Extracting 10485760/41943040\n"
                     "<layer1>: Extracting 20971520/41943040\n"
                     "<layer1>: Extracting 31457280/41943040\n"
                     "<layer1>: Extracting 41943040/41943040\n"
                     "<layer1>: Extracting 41943040/41943040\n"
                     "<layer1>: Pull complete\n"
                     "Digest: <manifest>\n"
                     "Status: Downloaded newer image for localhost:5000/o/img:1\n");
}

Test(classic, an_index_costs_one_manifest_more)
{
    OUTCOME(outcome) =
        bench_run(&(struct plan){.kind = PULLER_DOCKER_28, .is_index = true, .layer_count = 2});

    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert_str_eq(outcome.requests, "GET /v2/ 200@0s\n"
                                       "HEAD /v2/o/img/manifests/1 200@0s\n"
                                       "GET /v2/o/img/manifests/<index> 200@0s\n"
                                       "GET /v2/o/img/manifests/<manifest> 200@0s\n"
                                       "GET /v2/o/img/blobs/<config> 200@0s\n"
                                       "GET /v2/o/img/blobs/<layer1> 200@0s\n"
                                       "GET /v2/o/img/blobs/<layer2> 200@0s\n");
    cr_assert_not_null(outcome.image->index);
    cr_assert_str_eq(outcome.image->platform, "linux/amd64");
    cr_assert_not_null(strstr(outcome.progress, "Digest: <index>\n"));
}

Test(classic, what_a_pull_yields_is_what_the_registry_holds)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28, .layer_count = 2});

    g_autofree char *config_digest = digest_of_bytes(outcome.image->config);
    g_autofree char *manifest_digest = digest_of_bytes(outcome.image->manifest);
    const struct layer *layer = g_ptr_array_index(outcome.image->layers, 1);
    g_autofree char *layer_digest = digest_of_bytes(layer->bytes);
    cr_assert_str_eq(config_digest, outcome.image->config_digest);
    cr_assert_str_eq(manifest_digest, outcome.image->manifest_digest);
    cr_assert_str_eq(layer_digest, layer->digest);
    cr_assert_eq(layer->declared_bytes, 40 * MIB_BYTES);
    cr_assert(digest_is_valid(layer->diff_id));
    cr_assert_eq(outcome.disk_used_bytes, 2 * layer->unpacked_bytes);
}

/* capture 09f */
static void pull_by_digest(struct bench *bench)
{
    AUTO(image_facts) facts = registry_find(bench->registry, "o/img", "1");
    g_autofree char *text = g_strconcat("localhost:5000/o/img@", facts->digest, NULL);
    AUTO(pulled_image) image = NULL;
    bench_pull(bench, text, &image);
}

Test(classic, a_pull_by_digest_needs_no_head)
{
    OUTCOME(outcome) =
        bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10, .body = pull_by_digest});

    cr_assert_str_eq(outcome.requests, "GET /v2/ 200@0s\n"
                                       "GET /v2/o/img/manifests/<manifest> 200@0s\n"
                                       "GET /v2/o/img/blobs/<config> 200@0s\n"
                                       "GET /v2/o/img/blobs/<layer1> 200@0s\n");
    cr_assert(g_str_has_prefix(outcome.progress,
                               "localhost:5000/o/img@<manifest>: Pulling from o/img\n"));
}

static void pull_twice(struct bench *bench)
{
    AUTO(pulled_image) first = NULL;
    AUTO(pulled_image) second = NULL;
    bench_pull(bench, "localhost:5000/o/img:1", &first);
    bench_keep_image(bench, first);
    bench_tell(bench, &(struct pull_progress){.status = "AGAIN", .current = -1, .total = -1});
    bench_pull(bench, "localhost:5000/o/img:1", &second);
    cr_assert_str_eq(first->config_digest, second->config_digest);
}

/* capture 10 */
Test(classic, an_image_that_is_here_costs_ping_and_head)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28, .body = pull_twice});

    cr_assert_str_eq(strstr(outcome.progress, "AGAIN"),
                     "AGAIN\n"
                     "1: Pulling from o/img\n"
                     "Digest: <manifest>\n"
                     "Status: Image is up to date for localhost:5000/o/img:1\n");
    cr_assert_eq(count_of(outcome.requests, "\n"), 7);
}

static void pull_over_layers(struct bench *bench)
{
    AUTO(pulled_image) first = NULL;
    AUTO(pulled_image) second = NULL;
    bench_pull(bench, "localhost:5000/o/img:1", &first);
    bench_tell(bench, &(struct pull_progress){.status = "AGAIN", .current = -1, .total = -1});
    bench_pull(bench, "localhost:5000/o/img:1", &second);
}

/* capture 09d */
Test(classic, layers_that_are_here_are_not_fetched)
{
    OUTCOME(outcome) =
        bench_run(&(struct plan){.kind = PULLER_DOCKER_28, .body = pull_over_layers});

    cr_assert_not_null(strstr(outcome.progress, "AGAIN\n1: Pulling from o/img\n"
                                                "<layer1>: Already exists\n"
                                                "Digest: <manifest>\n"
                                                "Status: Downloaded newer image for"));
    cr_assert_eq(count_of(outcome.requests, "<layer1>"), 1);
}

/* capture 09e */
Test(classic, a_platform_that_the_index_lacks_is_told_in_the_stream)
{
    OUTCOME(outcome) = bench_run(
        &(struct plan){.kind = PULLER_DOCKER_20_10, .is_index = true, .platform = "linux/s390x"});

    cr_assert_str_eq(outcome.error,
                     "no matching manifest for linux/s390x in the manifest list entries");
    cr_assert_eq(outcome.code, 0);
    cr_assert_str_eq(outcome.progress, "1: Pulling from o/img\n");
}

/* capture 38 */
Test(classic, a_single_manifest_is_taken_whatever_its_platform)
{
    OUTCOME(outcome) =
        bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10, .platform = "linux/arm64"});

    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert_str_eq(outcome.image->platform, "linux/amd64");
}

Test(classic, docker_hub_wants_a_token_and_redirects_blobs)
{
    OUTCOME(outcome) = bench_run(
        &(struct plan){.kind = PULLER_DOCKER_28, .service = "docker.io", .reference = "img:1"});

    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert(
        g_str_has_prefix(outcome.requests,
                         "GET /v2/ 401@0s\n"
                         "GET /token?scope=repository%3Alibrary%2Fimg%3Apull&service=registry."
                         "docker.io 200@0s\n"
                         "HEAD /v2/library/img/manifests/1 200@0s\n"
                         "GET /v2/library/img/manifests/<manifest> 200@0s\n"
                         "GET /v2/library/img/blobs/<config> 307@0s\n"
                         "GET /v2/library/img/blobs/<layer1> 307@0s\n"
                         "GET /registry-v2/docker/registry/v2/blobs/sha256/"),
        "%s", outcome.requests);
    cr_assert_not_null(strstr(outcome.progress, "1: Pulling from library/img\n"));
    cr_assert_not_null(strstr(outcome.progress, "Status: Downloaded newer image for img:1\n"));
}

Test(classic, a_mirror_is_asked_first_and_the_registry_when_it_fails)
{
    static const char rules[] =
        "- {id: f, on: mirror.gcr.io, match: {path: '*/manifests/*'}, do: {kind: status, code: "
        "404}}\n";
    OUTCOME(served) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28,
                                               .service = "docker.io",
                                               .reference = "img:1",
                                               .mirror = "https://mirror.gcr.io"});
    OUTCOME(passed_on) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28,
                                                  .service = "docker.io",
                                                  .reference = "img:1",
                                                  .mirror = "docker.io=mirror.gcr.io",
                                                  .rules = rules});

    cr_assert_null(served.error, "%s", served.error);
    cr_assert_eq(count_of(served.requests, "307"), 0);
    cr_assert_null(passed_on.error, "%s", passed_on.error);
    cr_assert_eq(count_of(passed_on.requests, "307"), 2);
    cr_assert_eq(count_of(passed_on.requests, "404@0s"), 2);
}

/* distribution/errors.go continueOnError stops at ESRCH, where ENOSPC would be meant. */
Test(classic, a_full_disk_sends_dockerd_from_the_mirror_to_the_registry)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28,
                                                .service = "docker.io",
                                                .reference = "img:1",
                                                .mirror = "https://mirror.gcr.io",
                                                .disk_bytes = 10 * MIB_BYTES});

    cr_assert_not_null(outcome.error);
    cr_assert_not_null(strstr(outcome.error, "no space left on device"), "%s", outcome.error);
    cr_assert_eq(count_of(outcome.requests, "GET /v2/library/img/blobs/<config>"), 2, "%s",
                 outcome.requests);
}

Test(classic, the_same_plan_gives_the_same_trace)
{
    const struct plan plan = {
        .kind = PULLER_DOCKER_24,
        .layer_count = 5,
        .network = {.round_trip_us = 20000, .bytes_per_second = 10 * MIB_BYTES},
        .rules = "- {id: f, on: '*', match: {path: '*/blobs/*'}, when: {probability: 0.4}, do: "
                 "{kind: status, code: 500}}\n",
    };
    OUTCOME(first) = bench_run(&plan);
    OUTCOME(second) = bench_run(&plan);

    cr_assert_str_eq(first.trace_digest, second.trace_digest);
    cr_assert_str_eq(first.progress, second.progress);
}

Test(classic, the_countdown_is_told_once_a_second)
{
    OUTCOME(outcome) = bench_run(&(struct plan){
        .kind = PULLER_DOCKER_20_10,
        .rules = "- {id: f, on: '*', match: {path: '*/blobs/*'}, when: {after: 1}, do: {kind: "
                 "status, code: 500}}\n"});

    cr_assert_eq(count_of(outcome.progress, "Retrying in "), 75);
    cr_assert_not_null(strstr(outcome.progress, "<layer1>: Pulling fs layer\n"
                                                "<layer1>: Retrying in 5 seconds\n"
                                                "<layer1>: Retrying in 4 seconds\n"
                                                "<layer1>: Retrying in 3 seconds\n"
                                                "<layer1>: Retrying in 2 seconds\n"
                                                "<layer1>: Retrying in 1 second\n"
                                                "<layer1>: Retrying in 10 seconds\n"));
    cr_assert(g_str_has_suffix(outcome.progress, "Retrying in 1 second\n<layer1>: Downloading\n"));
}
