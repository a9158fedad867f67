/* Pulls: what the stream says, which platform comes, and what the disk has of it. */
#include "bench.h"

static const int64_t layer_bytes[] = {30 * MIB_BYTES, 10 * MIB_BYTES};
static const char *const both_platforms[] = {"linux/amd64", "linux/arm64", NULL};
static const char *const arm_only[] = {"linux/arm64", NULL};
static const char *const amd_only[] = {"linux/amd64", NULL};

static void offer(struct bench *bench, const char *repository, const char *const *platforms,
                  bool is_index)
{
    const struct image_spec spec = {
        .repository = repository,
        .tag = "1",
        .platforms = platforms,
        .layer_bytes = layer_bytes,
        .layer_count = G_N_ELEMENTS(layer_bytes),
        .is_index = is_index,
    };
    registry_add_image(bench->registry, &spec);
}

static unsigned pull(struct bench *bench, const char *repository, const char *more)
{
    return ask(
        bench, "POST",
        format("/v1.41/images/create?fromImage=localhost%%3A5000%%2F%s&tag=1%s", repository, more),
        NULL);
}

/* The last line of a JSON stream. */
static const char *last_line(struct bench *bench)
{
    g_autofree char *text = text_of(bench);
    g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
    guint count = g_strv_length(lines);
    return count < 2 ? "" : format("%s", lines[count - 2]);
}

/* ---- pull ---- */

static void pull_twice(struct bench *bench)
{
    offer(bench, "t", both_platforms, true);
    cr_assert_eq(pull(bench, "t", ""), 200u);
    cr_assert_str_eq(header(bench, "Content-Type"), "application/json");
    g_autofree char *text = text_of(bench);
    cr_assert(g_str_has_prefix(text, "{\"status\":\"Pulling from t\",\"id\":\"1\"}\r\n"), "%s",
              text);
    cr_assert(strstr(text, "{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"") !=
              NULL);
    cr_assert_str_eq(last_line(bench),
                     "{\"status\":\"Status: Downloaded newer image for localhost:5000/t:1\"}");
    int64_t used_bytes = disk_account_bytes(bench->disk, DISK_IMAGES);
    cr_assert_gt(used_bytes, 40 * MIB_BYTES);

    cr_assert_eq(pull(bench, "t", ""), 200u);
    cr_assert_str_eq(last_line(bench),
                     "{\"status\":\"Status: Image is up to date for localhost:5000/t:1\"}");
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), used_bytes);

    cr_assert_eq(ask(bench, "DELETE", "/v1.41/images/localhost:5000/t:1", NULL), 200u);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 0);
}

/* captures 08, 09, 10 */
Test(dockerd_images_pull, a_pull_takes_disk_once_and_a_delete_gives_it_back)
{
    bench_run(NULL, pull_twice);
}

static void pull_a_name_anew(struct bench *bench)
{
    offer(bench, "t", both_platforms, true);
    cr_assert_eq(pull(bench, "t", ""), 200u);
    cr_assert_eq(ask(bench, "POST", "/v1.41/images/localhost:5000/t:1/tag?repo=kept&tag=1", NULL),
                 201u);
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/images/localhost:5000/t:1", NULL), 200u);

    cr_assert_eq(pull(bench, "t", ""), 200u);

    g_autofree char *text = text_of(bench);
    cr_expect(strstr(text, "Pulling fs layer") == NULL, "%s", text);
    cr_expect_str_eq(last_line(bench),
                     "{\"status\":\"Status: Downloaded newer image for localhost:5000/t:1\"}");
}

/* capture 09g: nothing comes over the wire, and still it is newer */
Test(dockerd_images, a_name_that_is_new_here_is_a_newer_image)
{
    static const char *const profiles[] = {"self-hosted-20.10", "ubuntu-24.04", "ubuntu-26.04"};
    for (gsize i = 0; i < G_N_ELEMENTS(profiles); i++)
        bench_run(&(struct plan){.profile = profiles[i]}, pull_a_name_anew);
}

static void pull_a_second_platform(struct bench *bench)
{
    offer(bench, "t", both_platforms, true);
    cr_assert_eq(pull(bench, "t", ""), 200u);

    cr_assert_eq(pull(bench, "t", "&platform=linux%2Farm64"), 200u);

    g_autofree char *text = text_of(bench);
    cr_expect(strstr(text, "Pulling fs layer") != NULL, "%s", text);
    cr_expect_str_eq(last_line(bench),
                     "{\"status\":\"Status: Image is up to date for localhost:5000/t:1\"}");
}

/* moby docker-v29.4.2 daemon/containerd/image_pull.go: the index is what it was */
Test(dockerd_images, a_second_platform_of_an_index_is_no_newer_image_in_the_containerd_store)
{
    bench_run(&(struct plan){.profile = "ubuntu-26.04"}, pull_a_second_platform);
}

static void pull_badly(struct bench *bench)
{
    offer(bench, "t", arm_only, true);
    cr_assert_eq(
        ask(bench, "POST", "/v1.41/images/create?fromImage=localhost%3A5000%2Ft&tag=none", NULL),
        404u);
    cr_assert_str_eq(message_of(bench), "manifest for localhost:5000/t:none not found: manifest "
                                        "unknown: manifest unknown");
    cr_assert_eq(ask(bench, "POST", "/v1.41/images/create?fromImage=UPPER&tag=1", NULL), 400u);
    cr_assert_eq(ask(bench, "POST", "/v1.41/images/create", NULL), 400u);
    cr_assert_eq(ask(bench, "POST", "/v1.41/images/create?fromImage=scratch&tag=latest", NULL),
                 403u);
    cr_assert_str_eq(message_of(bench), "'scratch' is a reserved name");

    cr_assert_eq(pull(bench, "t", ""), 200u);
    cr_assert_str_eq(last_line(bench),
                     "{\"errorDetail\":{\"message\":\"no matching manifest for linux/amd64 in the "
                     "manifest list entries\"},\"error\":\"no matching manifest for linux/amd64 in "
                     "the manifest list entries\"}");
    cr_assert_eq(ask(bench, "GET", "/v1.41/images/localhost:5000/t:1/json", NULL), 404u);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 0);
}

/* engine-contract.md B */
Test(dockerd_images_pull, errors_are_http_before_the_first_word_and_in_the_stream_afterwards)
{
    bench_run(NULL, pull_badly);
}

static void pull_foreign(struct bench *bench)
{
    offer(bench, "single", amd_only, false);
    cr_assert_eq(pull(bench, "single", "&platform=linux%2Farm64"), 200u);
    cr_assert(strstr(last_line(bench), "Status: Downloaded newer image") != NULL, "%s",
              last_line(bench));
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "localhost:5000/single:1");
    cr_assert_str_eq(facts->platform, "linux/amd64");
}

/* capture 38 */
Test(dockerd_images_pull, the_classic_store_takes_a_single_manifest_of_another_platform)
{
    bench_run(NULL, pull_foreign);
}

static void pull_foreign_single(struct bench *bench)
{
    offer(bench, "single", amd_only, false);
    cr_assert_eq(pull(bench, "single", "&platform=linux%2Farm64"), 200u);
}

static void hear_the_warning_of_28(struct bench *bench)
{
    pull_foreign_single(bench);
    cr_expect_str_eq(
        last_line(bench),
        "{\"status\":\"WARNING: image with reference localhost:5000/single:1 was found "
        "but its platform (linux/amd64) does not match the specified platform "
        "(linux/arm64)\"}");
}

static void hear_the_warning_of_24(struct bench *bench)
{
    pull_foreign_single(bench);
    cr_expect_str_eq(
        last_line(bench),
        "{\"status\":\"WARNING: image with reference localhost:5000/single:1 was found "
        "but does not match the specified platform: wanted linux/arm64, actual: "
        "linux/amd64\"}");
}

/* moby v24.0.9 and v28.0.4 daemon/images/image_pull.go */
Test(dockerd_images, newer_versions_warn_of_a_platform_that_was_not_asked_for)
{
    bench_run(&(struct plan){.profile = "ubuntu-24.04"}, hear_the_warning_of_28);
    bench_run(&(struct plan){.profile = "self-hosted-24"}, hear_the_warning_of_24);
}

static void pull_for_an_arm_machine(struct bench *bench)
{
    offer(bench, "t", amd_only, true);
    cr_assert_eq(pull(bench, "t", ""), 200u);
    cr_expect(strstr(last_line(bench), "no matching manifest for linux/arm64/v8 in the") != NULL,
              "%s", last_line(bench));
    cr_assert_eq(pull(bench, "t", "&platform=linux%2Farm64"), 200u);
    cr_expect(strstr(last_line(bench), "no matching manifest for linux/arm64 in the") != NULL, "%s",
              last_line(bench));
}

/* failures.md C9; containerd's platforms.DefaultSpec() */
Test(dockerd_images, a_machines_own_platform_is_told_with_its_variant)
{
    bench_run(&(struct plan){.profile = "ubuntu-24.04-arm"}, pull_for_an_arm_machine);
}

static void pull_another_platform(struct bench *bench)
{
    offer(bench, "t", both_platforms, true);
    cr_assert_eq(pull(bench, "t", ""), 200u);
    cr_assert_eq(pull(bench, "t", "&platform=linux%2Farm64"), 200u);

    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "localhost:5000/t:1");
    cr_assert_str_eq(facts->platform, "linux/arm64");
    ask(bench, "GET", "/v1.41/images/json", NULL);
    g_autoptr(json_t) list = json_of(bench);
    cr_assert_eq(json_array_size(list), 2u);
    json_t *digests = json_get_array(json_array_get(list, 1), "RepoDigests");
    cr_assert_str_eq(json_string_value(json_array_get(digests, 0)), "<none>@<none>");
}

Test(dockerd_images_pull, in_the_classic_store_the_last_platform_pulled_has_the_names)
{
    bench_run(NULL, pull_another_platform);
}

/* The pull of a fiber beside the test's body: whether it was answered to its end. */
static bool pull_aside(struct bench *bench)
{
    const struct http_request request = {
        .method = "POST",
        .url = "http://docker/v1.41/images/create?fromImage=localhost%3A5000%2Ft&tag=1",
        .unix_socket = "/var/run/docker.sock",
    };
    struct http_response response = {0};
    bool is_answered = http_perform(bench->http, &request, &response, NULL);
    http_response_clear(&response);
    return is_answered;
}

static void pull_in_vain(void *argument)
{
    cr_assert_not(pull_aside(argument));
}

static void close_during_pull(struct bench *bench)
{
    offer(bench, "t", amd_only, false);
    struct fiber *puller = fiber_spawn(bench->loop, "pull", pull_in_vain, bench);
    cr_assert(fiber_sleep(bench->loop, 2 * SECOND_US, NULL));
    cr_assert_gt(disk_account_bytes(bench->disk, DISK_TEMPORARY), 0);

    fiber_cancel(puller);

    cr_assert(fiber_sleep(bench->loop, 2 * SECOND_US, NULL));
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_TEMPORARY), 0);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 0);
    cr_assert_null(dockerd_find_image(bench->dockerd, "localhost:5000/t:1"));
}

/* engine-contract.md C: closing the connection ends the pull at once */
Test(dockerd_images_pull, a_pull_ends_with_its_client_and_leaves_no_disk_behind)
{
    const struct plan plan = {.network = {.bytes_per_second = 10 * 1000 * 1000}};
    bench_run(&plan, close_during_pull);
}

static void fill_the_disk(struct bench *bench)
{
    offer(bench, "t", amd_only, false);
    cr_assert_eq(pull(bench, "t", ""), 200u);
    cr_assert(strstr(last_line(bench), "no space left on device") != NULL, "%s", last_line(bench));
    cr_assert(g_str_has_prefix(last_line(bench), "{\"errorDetail\":"));
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 0);
}

/* failures.md E1, E2 */
Test(dockerd_images_pull, a_full_disk_fails_a_pull_inside_its_stream)
{
    const struct plan plan = {.disk_free_bytes = 60 * MIB_BYTES};
    bench_run(&plan, fill_the_disk);
}

static void pull_well(void *argument)
{
    cr_assert(pull_aside(argument));
}

/* An image of one layer: the one at this place in what the registry offers as t:1. */
static void store_layer(struct bench *bench, const char *const *tags, size_t index)
{
    AUTO(image_facts) facts = registry_find(bench->registry, "t", "1");
    g_autoptr(GBytes) manifest = registry_blob(bench->registry, facts->digest);
    g_autoptr(json_t) document = json_parse_gbytes(manifest, NULL);
    json_t *descriptor = json_array_get(json_get_array(document, "layers"), index);
    struct layer layer = {.digest = (char *)json_get_string(descriptor, "digest", ""),
                          .diff_id = (char *)"sha256:bb",
                          .declared_bytes = 10,
                          .unpacked_bytes = 100};
    g_autoptr(GBytes) config = g_bytes_new_static("{}", 2);
    g_autoptr(GPtrArray) layers = g_ptr_array_new();
    g_ptr_array_add(layers, &layer);
    cr_assert(dockerd_store_image(bench->dockerd, tags, config, layers, NULL, NULL));
}

static void delete_during_pull(struct bench *bench)
{
    static const char *const other[] = {"other:1", NULL};
    offer(bench, "t", amd_only, false);
    store_layer(bench, other, 0);
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "pull", pull_well, bench);
    cr_assert(fiber_sleep(bench->loop, 500 * MILLISECOND_US, NULL));
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/images/other:1", NULL), 200u);

    cr_assert(fiber_group_wait(&group, NULL));

    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "localhost:5000/t:1");
    cr_assert_not_null(facts);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), facts->size_bytes);
    ask(bench, "DELETE", "/v1.41/images/localhost:5000/t:1", NULL);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 0);
}

Test(dockerd_images_pull, layers_stay_while_a_pull_counts_on_them)
{
    const struct plan plan = {.network = {.bytes_per_second = 10 * 1000 * 1000}};
    bench_run(&plan, delete_during_pull);
}

static void pull_above_others(struct bench *bench)
{
    offer(bench, "t", amd_only, false);
    store_layer(bench, NULL, 1); /* above nothing there, above the first one in t:1 */

    cr_assert_eq(pull(bench, "t", ""), 200u);

    AUTO(local_image_facts) pulled = dockerd_find_image(bench->dockerd, "localhost:5000/t:1");
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), pulled->size_bytes + 100);
    ask(bench, "DELETE", "/v1.41/images/localhost:5000/t:1", NULL);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 100);
}

Test(dockerd_images_pull, a_layer_above_others_is_unpacked_again)
{
    bench_run(NULL, pull_above_others);
}

/* ---- the containerd store ---- */

static void keep_an_index(struct bench *bench)
{
    offer(bench, "t", both_platforms, true);
    cr_assert_eq(pull(bench, "t", ""), 200u);
    cr_assert_eq(pull(bench, "t", "&platform=linux%2Farm64"), 200u);
    AUTO(image_facts) facts = registry_find(bench->registry, "t", "1");
    cr_assert_eq(ask(bench, "GET", "/v1.50/images/localhost:5000/t:1/json", NULL), 200u);
    g_autoptr(json_t) shape = json_of(bench);
    cr_assert_str_eq(json_get_string(shape, "Id", ""), facts->digest);
    cr_assert_str_eq(json_get_string(json_get_object(shape, "Descriptor"), "digest", ""),
                     facts->digest);
    cr_assert_eq(ask(bench, "POST", "/v1.50/images/localhost:5000/t:1/tag?repo=own&tag=1", NULL),
                 201u);
    cr_assert_eq(ask(bench, "GET", "/v1.50/images/own:1/json", NULL), 200u);
    g_autoptr(json_t) own = json_of(bench);
    g_autofree char *digest = g_strconcat("own@", facts->digest, NULL);
    const json_t *digests = json_get_array(own, "RepoDigests");
    cr_assert_eq(json_array_size(digests), 2);
    cr_assert_str_eq(json_string_value(json_array_get(digests, 1)), digest);
    cr_assert_eq(ask(bench, "DELETE", "/v1.50/images/own:1", NULL), 200u);
    cr_assert_null(json_object_get(shape, "VirtualSize"));
    cr_assert_null(json_object_get(shape, "ContainerConfig"));
    cr_assert_eq(ask(bench, "DELETE", "/v1.50/images/localhost:5000/t:1", NULL), 200u);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 0);
}

Test(dockerd_images_pull, the_containerd_store_keeps_all_platforms_of_an_index_under_its_digest)
{
    const struct plan plan = {.profile = "ubuntu-26.04"};
    bench_run(&plan, keep_an_index);
}
