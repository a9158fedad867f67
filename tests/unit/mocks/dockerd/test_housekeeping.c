/* Prunes and system df: what is counted, what goes, what stays. */
#include "bench.h"

static void store(struct bench *bench, const char *tag, const char *digest, int64_t bytes)
{
    g_autofree char *text =
        g_strdup_printf("{\"os\":\"linux\",\"architecture\":\"amd64\",\"comment\":\"%s\"}", digest);
    g_autoptr(GBytes) config = g_bytes_new(text, strlen(text));
    struct layer layer = {.digest = (char *)digest,
                          .diff_id = (char *)digest,
                          .declared_bytes = bytes,
                          .unpacked_bytes = bytes};
    g_autoptr(GPtrArray) layers = g_ptr_array_new();
    const char *const tags[] = {tag, NULL};
    g_ptr_array_add(layers, &layer);
    cr_assert(dockerd_store_image(bench->dockerd, tags, config, layers, NULL, NULL));
}

/* The state of captures 23c and 26b: an exited container with 204800 bytes, one created, a running
   one with a volume, a dangling image of 2 bytes, 53 bytes of build cache and 5 shared ones. */
static void make_a_mess(struct bench *bench)
{
    g_autofree char *big = g_strnfill(204800, 'x');
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_file(writer, "big", 0644, big, 204800);
    g_autoptr(GBytes) tar = archive_writer_finish(writer);

    dockerd_preload(bench->dockerd, "bb:1", "linux/amd64", 1982347);
    store(bench, "dang:latest", "sha256:one", 2);
    store(bench, "dang:latest", "sha256:two", 7); /* the first has lost its tag */
    run(bench, "builder", "bb:1",
        ",\"Cmd\":[\"sleep\",\"infinity\"],\"HostConfig\":{\"Mounts\":[{\"Type\":\"volume\","
        "\"Source\":\"x0_state\",\"Target\":\"/var/lib/buildkit\"}]}");
    create(bench, "dead1", "bb:1", "");
    run(bench, "dead2", "bb:1", ",\"Cmd\":[\"true\"]");
    cr_assert_eq(ask_bytes(bench, "PUT", "/v1.41/containers/dead2/archive?path=%2F", tar), 200u);
    cr_assert(dockerd_volume_take(bench->dockerd, "x0_state", "cache", 883992, NULL));
    cr_assert(dockerd_build_cache_add(bench->dockerd, "source.local", "local source for context", 5,
                                      false, NULL));
    cr_assert(dockerd_build_cache_add(bench->dockerd, "regular", "fileop target", 5, true, NULL));
    cr_assert(dockerd_build_cache_add(bench->dockerd, "source.local", "local source for dockerfile",
                                      48, false, NULL));
}

static void show_df(struct bench *bench)
{
    make_a_mess(bench);
    cr_assert_eq(ask(bench, "GET", "/v1.41/system/df", NULL), 200u);
    g_autoptr(json_t) df = json_of(bench);
    g_autofree char *keys = keys_of(df);
    cr_assert_str_eq(keys, "BuildCache BuilderSize Containers Images LayersSize Volumes");
    cr_assert_eq(json_get_integer(df, "LayersSize", 0), 1982347 + 2 + 7);
    cr_assert_eq(json_get_integer(df, "BuilderSize", 0), 53);
    json_t *volume = json_array_get(json_get_array(df, "Volumes"), 0);
    g_autofree char *volume_keys = keys_of(volume);
    cr_assert_str_eq(volume_keys,
                     "CreatedAt Driver Labels Mountpoint Name Options Scope UsageData");
    cr_assert_eq(json_get_integer(json_get_object(volume, "UsageData"), "Size", 0), 883992);
    cr_assert_eq(json_get_integer(json_get_object(volume, "UsageData"), "RefCount", 0), 1);
    json_t *record = json_array_get(json_get_array(df, "BuildCache"), 0);
    g_autofree char *record_keys = keys_of(record);
    cr_assert_str_eq(record_keys, "CreatedAt Description ID InUse LastUsedAt Parent Shared Size "
                                  "Type UsageCount");
    json_t *dead = json_array_get(json_get_array(df, "Containers"), 0);
    g_autofree char *dead_keys = keys_of(dead);
    cr_assert_str_eq(dead_keys, "Command Created HostConfig Id Image ImageID Labels Mounts Names "
                                "NetworkSettings Ports SizeRootFs SizeRw State Status");
    cr_assert_eq(json_get_integer(dead, "SizeRw", 0), 204800);
    cr_assert_eq(json_get_integer(dead, "SizeRootFs", 0), 2187147);
    json_t *images = json_get_array(df, "Images");
    cr_assert_eq(json_array_size(images), 3u);
    cr_assert_eq(json_get_integer(json_array_get(images, 2), "Containers", 0), 3);
    json_t *names = json_get_array(json_array_get(images, 1), "RepoTags");
    cr_assert_str_eq(json_string_value(json_array_get(names, 0)), "<none>:<none>");
}

/* captures 23, 23c */
Test(dockerd_housekeeping, df_counts_what_the_captured_one_counts)
{
    bench_run(NULL, show_df);
}

static void show_empty_df(struct bench *bench)
{
    ask(bench, "GET", "/v1.41/system/df", NULL);
    g_autofree char *text = text_of(bench);
    cr_assert_str_eq(text, "{\"LayersSize\":0,\"Images\":[],\"Containers\":[],\"Volumes\":[],"
                           "\"BuildCache\":null,\"BuilderSize\":0}\n");
}

Test(dockerd_housekeeping, df_of_an_empty_machine)
{
    bench_run(NULL, show_empty_df);
}

static int64_t prune(struct bench *bench, const char *path)
{
    cr_assert_eq(ask(bench, "POST", path, NULL), 200u);
    g_autoptr(json_t) answer = json_of(bench);
    return json_get_integer(answer, "SpaceReclaimed", 0);
}

static void prune_the_mess(struct bench *bench)
{
    make_a_mess(bench);
    int64_t used_bytes = disk_used_bytes(bench->disk);

    cr_assert_eq(prune(bench, "/v1.41/containers/prune"), 204800);
    ask(bench, "POST", "/v1.41/networks/prune", NULL);
    g_autofree char *networks = text_of(bench);
    cr_assert_str_eq(networks, "{\"NetworksDeleted\":null}\n");
    cr_assert_eq(prune(bench, "/v1.41/images/prune?filters="
                              "%7B%22dangling%22%3A%7B%22true%22%3Atrue%7D%7D"),
                 2);
    cr_assert_eq(prune(bench, "/v1.41/build/prune?filters="), 53);

    cr_assert_eq(disk_used_bytes(bench->disk), used_bytes - 204800 - 2 - 53);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_VOLUMES), 883992);
    AUTO(local_image_facts) tagged = dockerd_find_image(bench->dockerd, "dang:latest");
    cr_assert_not_null(tagged);
}

/* capture 26b */
Test(dockerd_housekeeping, system_prune_frees_what_the_real_one_frees_and_no_more)
{
    bench_run(NULL, prune_the_mess);
}

static void prune_all(struct bench *bench)
{
    make_a_mess(bench);
    cr_assert_eq(prune(bench, "/v1.41/containers/prune"), 204800);
    cr_assert_eq(prune(bench, "/v1.41/volumes/prune"), 0);
    cr_assert_eq(prune(bench, "/v1.41/images/prune?filters="
                              "%7B%22dangling%22%3A%7B%22false%22%3Atrue%7D%7D"),
                 9);
    cr_assert_eq(prune(bench, "/v1.41/build/prune?all=1&filters="), 58);
    AUTO(local_image_facts) used = dockerd_find_image(bench->dockerd, "bb:1");
    cr_assert_not_null(used);
    AUTO(local_image_facts) tagged = dockerd_find_image(bench->dockerd, "dang:latest");
    cr_assert_null(tagged);
}

/* capture 27 */
Test(dockerd_housekeeping, system_prune_a_takes_tagged_images_that_no_container_uses)
{
    bench_run(NULL, prune_all);
}

static void prune_nothing(struct bench *bench)
{
    static const char *const rows[][2] = {
        {"/v1.41/containers/prune", "{\"ContainersDeleted\":null,\"SpaceReclaimed\":0}\n"},
        {"/v1.41/volumes/prune", "{\"VolumesDeleted\":[],\"SpaceReclaimed\":0}\n"},
        {"/v1.41/images/prune", "{\"ImagesDeleted\":null,\"SpaceReclaimed\":0}\n"},
        {"/v1.41/build/prune?filters=", "{\"CachesDeleted\":null,\"SpaceReclaimed\":0}\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        cr_assert_eq(ask(bench, "POST", rows[i][0], NULL), 200u);
        g_autofree char *text = text_of(bench);
        cr_assert_str_eq(text, rows[i][1]);
    }
}

/* captures 24, 25, 27 */
Test(dockerd_housekeeping, prunes_of_nothing_answer_as_captured)
{
    bench_run(NULL, prune_nothing);
}

static void delay_prune(void *context, const struct point_event *event, struct point_effect *effect)
{
    (void)context;
    if (event->point == POINT_PRUNE && g_str_equal(event->subject, "images"))
        effect->delay_us = 10 * SECOND_US;
}

static void prune_slowly(void *argument)
{
    struct bench *bench = argument;
    const struct http_request request = {.method = "POST",
                                         .url = "http://docker/v1.41/images/prune",
                                         .unix_socket = "/var/run/docker.sock"};
    struct http_response response = {0};
    cr_assert(http_perform(bench->http, &request, &response, NULL));
    cr_assert_eq(response.status, 200u);
    http_response_clear(&response);
}

static void prune_at_once(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "slow", prune_slowly, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    cr_assert_eq(ask(bench, "POST", "/v1.41/images/prune", NULL), 409u);
    cr_assert_str_eq(message_of(bench), "a prune operation is already running");
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/prune", NULL), 200u);
    cr_assert(fiber_group_wait(&group, NULL));
    cr_assert_eq(loop_now_us(bench->loop), 10 * SECOND_US);
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/prune", NULL), 200u);
}

/* failures.md E9 */
Test(dockerd_housekeeping, a_second_prune_of_a_kind_is_a_conflict)
{
    const struct weather weather = {.on_point = delay_prune};
    const struct plan plan = {.weather = &weather};
    bench_run(&plan, prune_at_once);
}

static void use_networks(struct bench *bench)
{
    cr_assert_eq(ask(bench, "POST", "/v1.41/networks/create", "{\"Name\":\"n1\"}"), 201u);
    cr_assert_eq(ask(bench, "POST", "/v1.41/networks/create", "{\"Name\":\"n1\"}"), 409u);
    cr_assert_str_eq(message_of(bench), "network with name n1 already exists");
    cr_assert_eq(ask(bench, "GET", "/v1.41/networks/n1", NULL), 200u);
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/networks/bridge", NULL), 403u);
    cr_assert_str_eq(message_of(bench), "bridge is a pre-defined network and cannot be removed");
    cr_assert_eq(ask(bench, "POST", "/v1.41/networks/prune", NULL), 200u);
    g_autofree char *text = text_of(bench);
    cr_assert_str_eq(text, "{\"NetworksDeleted\":[\"n1\"]}\n");
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/networks/n1", NULL), 404u);
}

Test(dockerd_housekeeping, networks_come_and_go_but_the_three_that_stay)
{
    bench_run(NULL, use_networks);
}

/* ---- binfmt ---- */

static void install_emulators(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "tonistiigi/binfmt:latest", "linux/amd64", 1000);
    run(bench, "plain", "tonistiigi/binfmt", "");
    ask(bench, "GET", "/v1.41/containers/plain/logs?stdout=1", NULL);
    g_autofree char *before = frames_of(bench->response.body, 1);
    cr_assert(strstr(before, "\"linux/amd64\"") != NULL && strstr(before, "arm64") == NULL);

    run(bench, "inst", "tonistiigi/binfmt",
        ",\"Cmd\":[\"--install\",\"all\"],\"HostConfig\":{\"Privileged\":true}");

    ask(bench, "GET", "/v1.41/containers/inst/logs?stdout=1", NULL);
    g_autofree char *after = frames_of(bench->response.body, 1);
    cr_assert(strstr(after, "\"linux/arm64\"") != NULL &&
              strstr(after, "\"qemu-aarch64\"") != NULL);
    dockerd_preload(bench->dockerd, "arm:1", "linux/arm64", 1000);
    run(bench, "foreign", "arm:1", ",\"Cmd\":[\"true\"]");
    ask(bench, "POST", "/v1.41/containers/foreign/wait", NULL);
    g_autofree char *text = text_of(bench);
    cr_assert_str_eq(text, "{\"Error\":null,\"StatusCode\":0}\n");
}

/* engine-contract.md F */
Test(dockerd_housekeeping, binfmt_adds_emulators_to_the_host)
{
    bench_run(NULL, install_emulators);
}

static void register_emulators(struct bench *bench)
{
    static const char image[] = "multiarch/qemu-user-static";
    dockerd_preload(bench->dockerd, "multiarch/qemu-user-static:latest", "linux/amd64", 1000);
    run(bench, "denied", image, ",\"Cmd\":[\"--reset\",\"-p\",\"yes\"]");
    ask(bench, "POST", "/v1.41/containers/denied/wait", NULL);
    g_autofree char *denied = text_of(bench);
    cr_expect_str_eq(denied, "{\"Error\":null,\"StatusCode\":1}\n");
    cr_expect_not(dockerd_runs_platform(bench->dockerd, "linux/arm/v7"));

    run(bench, "reset", image,
        ",\"Cmd\":[\"--reset\",\"-p\",\"yes\"],\"HostConfig\":{\"Privileged\":true}");
    ask(bench, "POST", "/v1.41/containers/reset/wait", NULL);
    ask(bench, "GET", "/v1.41/containers/reset/logs?stdout=1", NULL);
    g_autofree char *text = frames_of(bench->response.body, 1);
    cr_expect(strstr(text, "Setting /usr/bin/qemu-arm-static as binfmt interpreter for arm\n") !=
              NULL);
    cr_expect(dockerd_runs_platform(bench->dockerd, "linux/arm/v7"));
    cr_expect(dockerd_runs_platform(bench->dockerd, "linux/arm/v5"));
    cr_expect(dockerd_runs_platform(bench->dockerd, "linux/s390x"));
}

Test(dockerd_housekeeping, qemu_user_static_registers_emulators_when_it_may)
{
    bench_run(NULL, register_emulators);
}

/* ---- events and determinism ---- */

static void watch_events(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "bb:1", "linux/amd64", 1000);
    cr_assert_eq(ask(bench, "GET", "/v1.41/events?until=1767603601", NULL), 200u);
    cr_assert_eq(loop_now_us(bench->loop), SECOND_US);
}

Test(dockerd_housekeeping, events_end_at_until)
{
    bench_run(NULL, watch_events);
}

static void trace_a_life(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "bb:1", "linux/amd64", 1000);
    run(bench, "s1", "bb:1", ",\"Cmd\":[\"true\"],\"HostConfig\":{\"AutoRemove\":true}");
    gsize length_bytes = 0;
    const char *text = trace_text(bench->trace, &length_bytes);
    static const char *const actions[] = {"create", "start", "die", "destroy"};
    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
        text = strstr(text, format("\"event\":\"engine\",\"machine\":\"leg\",\"kind\":"
                                   "\"container\",\"action\":\"%s\",\"name\":\"s1\","
                                   "\"detail\":\"bb:1\"}",
                                   actions[i]));
        cr_assert_not_null(text, "%s", actions[i]);
    }
}

Test(dockerd_housekeeping, state_changes_are_traced_in_order)
{
    bench_run(NULL, trace_a_life);
}

Test(dockerd_housekeeping, two_runs_have_one_trace)
{
    g_autofree char *first = bench_run_traced(NULL, prune_the_mess);
    for (int i = 0; i < 20; i++) {
        g_autofree char *again = bench_run_traced(NULL, prune_the_mess);
        cr_assert_str_eq(again, first);
    }
}
