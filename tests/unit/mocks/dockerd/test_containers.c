/* Containers: start, wait, stop, kill, logs, attach, remove, restart policy. */
#include "bench.h"

/* ---- start ---- */

static void ask_for_a_gpu(struct bench *bench)
{
    preload_busybox(bench);
    const char *id =
        create(bench, NULL, "bb:1",
               ",\"HostConfig\":{\"AutoRemove\":true,\"DeviceRequests\":[{\"Driver\":\"\","
               "\"Count\":-1,\"Capabilities\":[[\"gpu\"]]}]}");
    cr_assert_eq(ask(bench, "POST", format("/v1.41/containers/%s/start", id), NULL), 500u);
    cr_assert_str_eq(message_of(bench),
                     "could not select device driver \"\" with capabilities: [[gpu]]");
    cr_assert_eq(ask(bench, "GET", format("/v1.41/containers/%s/json", id), NULL), 404u);
}

Test(dockerd_containers, a_gpu_is_never_there)
{
    bench_run(NULL, ask_for_a_gpu);
}

static void refuse_start(void *context, const struct point_event *event,
                         struct point_effect *effect)
{
    (void)context;
    if (event->point == POINT_CONTAINER_START && g_str_equal(event->subject, "p1"))
        effect->is_failure = true;
}

static void start_refused(struct bench *bench)
{
    preload_busybox(bench);
    create(bench, "p1", "bb:1", "");
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/p1/start", NULL), 500u);
    cr_assert_str_eq(message_of(bench),
                     "failed to create shim task: OCI runtime create failed: runc create failed: "
                     "unable to start container process: unable to apply caps: operation not "
                     "permitted: unknown");
    ask(bench, "GET", "/v1.41/containers/p1/json", NULL);
    g_autoptr(json_t) shape = json_of(bench);
    json_t *state = json_get_object(shape, "State");
    cr_assert_str_eq(json_get_string(state, "Status", ""), "created");
    cr_assert_eq(json_get_integer(state, "ExitCode", 0), 128);
}

/* captures 13, 40 */
Test(dockerd_containers, a_refused_start_leaves_it_created_with_exit_code_128)
{
    const struct weather weather = {.on_point = refuse_start};
    const struct plan plan = {.weather = &weather};
    bench_run(&plan, start_refused);
}

static void start_twice(struct bench *bench)
{
    preload_busybox(bench);
    run(bench, "s1", "bb:1", ",\"Cmd\":[\"sleep\",\"9\"]");
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/s1/start", NULL), 304u);
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/s1/wait?condition=not-running", NULL), 200u);
    cr_assert_eq(loop_now_us(bench->loop), 9 * SECOND_US);
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/s1/stop", NULL), 304u);
}

static void sleep_in_units(struct bench *bench)
{
    preload_busybox(bench);
    run(bench, "s1", "bb:1", ",\"Cmd\":[\"sleep\",\"1.5m\",\"30\"]");
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/s1/wait?condition=not-running", NULL), 200u);
    cr_assert_eq(loop_now_us(bench->loop), 2 * MINUTE_US);
}

Test(dockerd_containers, sleep_knows_units_and_adds_them_up)
{
    bench_run(NULL, sleep_in_units);
}

Test(dockerd_containers, starting_and_stopping_what_is_so_already_changes_nothing)
{
    bench_run(NULL, start_twice);
}

static void ask_for_odd_bytes(struct bench *bench)
{
    preload_busybox(bench);
    cr_assert_eq(ask(bench, "GET", "/v1.41/containers/a%FFb/json", NULL), 404u);
    g_autoptr(json_t) answer = json_of(bench);
    cr_assert_str_eq(json_get_string(answer, "message", ""), "No such container: a\xef\xbf\xbd"
                                                             "b");
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/create?name=%FF", "{\"Image\":\"bb:1\"}"),
                 400u);
    cr_assert_eq(ask(bench, "POST", "/v1.41/images/create?fromImage=%FF&tag=%FE", NULL), 400u);
}

Test(dockerd_containers, a_name_that_is_no_utf_8_is_shown_as_go_shows_it)
{
    bench_run(NULL, ask_for_odd_bytes);
}

/* ---- wait, attach, logs ---- */

static void wait_removed(void *argument)
{
    struct bench *bench = argument;
    const struct http_request request = {
        .method = "POST",
        .url = "http://docker/v1.41/containers/r1/wait?condition=removed",
        .unix_socket = "/var/run/docker.sock",
    };
    struct http_response response = {0};
    cr_assert(http_perform(bench->http, &request, &response, NULL));
    gsize length_bytes = 0;
    const char *bytes = g_bytes_get_data(response.body, &length_bytes);
    g_autofree char *text = g_strndup(bytes, length_bytes);
    cr_assert_str_eq(text, "{\"Error\":null,\"StatusCode\":137}\n");
    http_response_clear(&response);
}

static void attach_to(void *argument)
{
    struct bench *bench = argument;
    const struct http_request request = {
        .method = "POST",
        .url = "http://docker/v1.41/containers/r1/attach?stderr=1&stdout=1&stream=1",
        .unix_socket = "/var/run/docker.sock",
        .is_upgrade = true,
    };
    struct http_response response = {0};
    AUTO(http_stream) stream = http_open(bench->http, &request, &response, NULL);
    g_autoptr(GByteArray) all = g_byte_array_new();
    cr_assert_not_null(stream);
    cr_assert_eq(response.status, 101u);
    cr_assert_str_eq(http_response_header(&response, "Content-Type"),
                     "application/vnd.docker.raw-stream");
    for (;;) {
        GBytes *chunk = NULL;
        cr_assert(http_stream_read(stream, &chunk, NULL));
        if (chunk == NULL)
            break;
        gsize length_bytes = 0;
        const guint8 *bytes = g_bytes_get_data(chunk, &length_bytes);
        g_byte_array_append(all, bytes, (guint)length_bytes);
        g_bytes_unref(chunk);
    }
    g_autoptr(GBytes) bytes = g_bytes_new(all->data, all->len);
    g_autofree char *text = frames_of(bytes, 1);
    cr_assert_str_eq(text, "hello out\n");
    http_response_clear(&response);
}

static int speak_and_stay(struct process *process)
{
    if (!process_write(process, 1, "hello out\n", NULL) ||
        !process_write(process, 2, "hello err\n", NULL))
        return 1;
    if (!fiber_sleep(world_loop(dockerd_world(container_dockerd(process->container))),
                     5 * SECOND_US, NULL))
        return 1;
    return 3;
}

static bool matches_speaker(const char *image)
{
    return g_str_has_prefix(image, "speaker");
}

static const struct container_program speaker = {
    .name = "speaker", .matches = matches_speaker, .run = speak_and_stay};
static const struct container_program *const programs[] = {&speaker, NULL};

static void run_attached(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "speaker:1", "linux/amd64", 10);
    create(bench, "r1", "speaker:1", ",\"HostConfig\":{\"AutoRemove\":true}");
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "attach", attach_to, bench);
    fiber_group_spawn(&group, "wait", wait_removed, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/r1/start", NULL), 204u);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));

    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/r1/kill", NULL), 204u);

    cr_assert(fiber_group_wait(&group, NULL));
    cr_assert_eq(loop_now_us(bench->loop), 2 * SECOND_US);
    cr_assert_eq(ask(bench, "GET", "/v1.41/containers/r1/json", NULL), 404u);
}

/* captures 11, 14 */
Test(dockerd_containers, docker_run_with_rm_attaches_waits_and_is_gone)
{
    const struct plan plan = {.programs = programs};
    bench_run(&plan, run_attached);
}

static void read_logs(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "speaker:1", "linux/amd64", 10);
    run(bench, "s1", "speaker:1", "");
    cr_assert_eq(
        ask(bench, "GET", "/v1.41/containers/s1/logs?stderr=1&stdout=1&tail=all&follow=1", NULL),
        200u);
    cr_assert_eq(loop_now_us(bench->loop), 5 * SECOND_US);
    cr_assert_str_eq(header(bench, "Content-Type"), "");
    g_autofree char *out = frames_of(bench->response.body, 1);
    g_autofree char *err = frames_of(bench->response.body, 2);
    cr_assert_str_eq(out, "hello out\n");
    cr_assert_str_eq(err, "hello err\n");

    ask(bench, "GET", "/v1.41/containers/s1/logs?stderr=1&stdout=1&tail=1", NULL);
    g_autofree char *last = frames_of(bench->response.body, 1);
    cr_assert_str_eq(last, "");
    cr_assert_eq(ask(bench, "GET", "/v1.41/containers/s1/logs", NULL), 400u);
    ask(bench, "GET", "/v1.41/containers/s1/json", NULL);
    g_autoptr(json_t) shape = json_of(bench);
    cr_assert_eq(json_get_integer(json_get_object(shape, "State"), "ExitCode", 0), 3);
}

/* capture 18 */
Test(dockerd_containers, logs_are_framed_and_follow_until_the_end)
{
    const struct plan plan = {.programs = programs};
    bench_run(&plan, read_logs);
}

/* ---- stop, kill, remove ---- */

static void stop_and_kill(struct bench *bench)
{
    preload_busybox(bench);
    const char *id = run(bench, "s1", "bb:1", ",\"Cmd\":[\"sleep\",\"infinity\"]");
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/containers/s1", NULL), 409u);
    cr_assert_str_eq(message_of(bench),
                     format("You cannot remove a running container %s. Stop the container before "
                            "attempting removal or force remove",
                            id));
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/s1/stop", NULL), 204u);
    ask(bench, "GET", "/v1.41/containers/s1/json", NULL);
    g_autoptr(json_t) shape = json_of(bench);
    json_t *state = json_get_object(shape, "State");
    cr_assert_eq(json_get_integer(state, "ExitCode", 0), 143);
    cr_assert_str_eq(json_get_string(state, "Status", ""), "exited");
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/s1/kill", NULL), 409u);
    cr_assert_str_eq(message_of(bench),
                     format("Cannot kill container: s1: Container %s is not running", id));
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/s1/restart", NULL), 204u);
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/containers/s1?force=1", NULL), 204u);
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/containers/s1?force=1", NULL), 404u);
}

Test(dockerd_containers, stop_kill_restart_and_forced_removal)
{
    bench_run(NULL, stop_and_kill);
}

static void remove_running_on_28(struct bench *bench)
{
    preload_busybox(bench);
    run(bench, "s1", "bb:1", ",\"Cmd\":[\"sleep\",\"infinity\"]");
    cr_assert_eq(ask(bench, "DELETE", "/v1.48/containers/s1", NULL), 409u);
    cr_assert_str_eq(message_of(bench),
                     "cannot remove container \"s1\": container is running: stop the container "
                     "before removing or force remove");
}

Test(dockerd_containers, words_differ_between_versions)
{
    const struct plan plan = {.profile = "ubuntu-24.04"};
    bench_run(&plan, remove_running_on_28);
}

static void keep_volume(struct bench *bench)
{
    static const char options[] =
        ",\"HostConfig\":{\"Mounts\":[{\"Type\":\"volume\",\"Source\":\"x0_state\","
        "\"Target\":\"/var/lib/buildkit\"}]},\"Volumes\":{\"/data\":{}}";
    preload_busybox(bench);
    create(bench, "s1", "bb:1", options);
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/volumes/x0_state", NULL), 409u);
    ask(bench, "GET", "/v1.41/volumes", NULL);
    g_autoptr(json_t) before = json_of(bench);
    cr_assert_eq(json_array_size(json_get_array(before, "Volumes")), 2u);

    ask(bench, "DELETE", "/v1.41/containers/s1?force=1&v=1", NULL);

    ask(bench, "GET", "/v1.41/volumes", NULL);
    g_autoptr(json_t) after = json_of(bench);
    cr_assert_eq(json_array_size(json_get_array(after, "Volumes")), 1u);
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/volumes/x0_state", NULL), 204u);
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/volumes/x0_state", NULL), 404u);
    cr_assert_str_eq(message_of(bench), "get x0_state: no such volume");
}

/* capture 79 */
Test(dockerd_containers, removal_with_v_takes_anonymous_volumes_and_leaves_named_ones)
{
    bench_run(NULL, keep_volume);
}

/* ---- restart policy ---- */

static int fail_at_once(struct process *process)
{
    (void)process;
    return 1;
}

static bool matches_failing(const char *image)
{
    return g_str_has_prefix(image, "failing");
}

static const struct container_program failing = {
    .name = "failing", .matches = matches_failing, .run = fail_at_once};
static const struct container_program *const failing_programs[] = {&failing, NULL};

static void restart_forever(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "failing:1", "linux/amd64", 10);
    const char *id = run(bench, "f1", "failing:1",
                         ",\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"unless-stopped\"}}");
    cr_assert(fiber_sleep(bench->loop, 650 * MILLISECOND_US, NULL));
    ask(bench, "GET", "/v1.41/containers/f1/json", NULL);
    g_autoptr(json_t) shape = json_of(bench);
    /* starts at 0, 100, 300 ms; the next is due at 700 ms */
    cr_assert_eq(json_get_integer(shape, "RestartCount", 0), 3);
    cr_assert_str_eq(json_get_string(json_get_object(shape, "State"), "Status", ""), "restarting");
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/f1/exec", "{\"Cmd\":[\"true\"]}"), 409u);
    cr_assert_str_eq(message_of(bench),
                     format("Container %s is restarting, wait until the container is running", id));
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/f1/stop", NULL), 204u);
    g_autoptr(GPtrArray) list = dockerd_container_list(bench->dockerd);
    cr_assert_str_eq(g_ptr_array_index(list, 0), "f1 failing:1 exited");
}

Test(dockerd_containers, a_failing_container_is_restarted_ever_more_slowly)
{
    const struct plan plan = {.programs = failing_programs};
    bench_run(&plan, restart_forever);
}

/* ---- engine restart ---- */

static void restart_the_engine(struct bench *bench)
{
    static const char policy[] = ",\"Cmd\":[\"sleep\",\"infinity\"],\"HostConfig\":"
                                 "{\"RestartPolicy\":{\"Name\":\"unless-stopped\"}}";
    const struct http_request request = {.url = "http://docker/info",
                                         .unix_socket = "/var/run/docker.sock"};
    struct http_response response = {0};
    g_autoptr(GError) error = NULL;
    preload_busybox(bench);
    run(bench, "keeps", "bb:1", policy);
    run(bench, "ends", "bb:1", ",\"Cmd\":[\"sleep\",\"infinity\"]");

    dockerd_restart(bench->dockerd, 10 * SECOND_US);

    cr_assert(!http_perform(bench->http, &request, &response, &error));
    cr_assert(g_error_matches(error, HTTP_ERROR, HTTP_ERROR_REFUSED), "%s", error->message);
    cr_assert(fiber_sleep(bench->loop, 11 * SECOND_US, NULL));
    cr_assert_eq(ask(bench, "GET", "/info", NULL), 200u);
    g_autoptr(GPtrArray) list = dockerd_container_list(bench->dockerd);
    cr_assert_str_eq(g_ptr_array_index(list, 0), "keeps bb:1 running");
    cr_assert_str_eq(g_ptr_array_index(list, 1), "ends bb:1 exited");
}

Test(dockerd_containers, after_an_engine_restart_only_the_policy_brings_them_back)
{
    bench_run(NULL, restart_the_engine);
}

static void leave_everything_running(struct bench *bench)
{
    preload_busybox(bench);
    run(bench, "a1", "bb:1", ",\"Cmd\":[\"sleep\",\"infinity\"]");
    run(bench, "b1", "bb:1", ",\"Cmd\":[\"sleep\",\"5\"]");
    dockerd_restart(bench->dockerd, 10 * SECOND_US);
}

Test(dockerd_containers, the_engine_can_be_freed_with_everything_in_flight)
{
    bench_run(NULL, leave_everything_running);
}

/* ---- the list's filters, names, networks ---- */

/* How many containers a list shows. */
static size_t count(struct bench *bench, const char *filters)
{
    g_autofree char *escaped = g_uri_escape_string(filters, NULL, FALSE);
    const char *path = format("/v1.41/containers/json?all=1&filters=%s", escaped);
    cr_assert_eq(ask(bench, "GET", path, NULL), 200u, "%s", filters);
    g_autoptr(json_t) list = json_of(bench);
    return json_array_size(list);
}

static void filter_list(struct bench *bench)
{
    static const struct {
        const char *filters;
        size_t count;
    } cases[] = {
        {"{\"name\":[\"^app$\"]}", 1},       {"{\"name\":[\"^/app$\"]}", 1},
        {"{\"name\":[\"app\"]}", 2},         {"{\"name\":[\"^pp\"]}", 0},
        {"{\"ancestor\":[\"bb:1\"]}", 3},    {"{\"ancestor\":[\"other\"]}", 0},
        {"{\"exited\":[\"1\"]}", 1},         {"{\"exited\":[\"0\"]}", 0},
        {"{\"status\":[\"exited\"]}", 1},    {"{\"health\":[\"none\"]}", 3},
        {"{\"network\":[\"bridge\"]}", 3},   {"{\"network\":[\"x\"]}", 0},
        {"{\"publish\":[\"8080/tcp\"]}", 1}, {"{\"expose\":[\"80\"]}", 1},
        {"{\"publish\":[\"80\"]}", 0},       {"{\"before\":[\"app2\"]}", 1},
        {"{\"since\":[\"app2\"]}", 1},       {"{\"label\":[\"a=b\"]}", 1},
        {"{\"label\":[\"a=c\"]}", 0},        {"{\"is-task\":[\"true\"]}", 3},
    };
    preload_busybox(bench);
    run(bench, "app", "bb:1",
        ",\"Cmd\":[\"sleep\",\"9\"],\"Labels\":{\"a\":\"b\"},\"HostConfig\":{"
        "\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"8080\"}]}}");
    run(bench, "app2", "bb:1", ",\"Cmd\":[\"sleep\",\"9\"]");
    run(bench, "gone", "bb:1", ",\"Cmd\":[\"false\"]");
    ask(bench, "POST", "/v1.41/containers/gone/wait", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        cr_expect_eq(count(bench, cases[i].filters), cases[i].count, "%s", cases[i].filters);
    cr_expect_eq(
        ask(bench, "GET", "/v1.41/containers/json?filters=%7B%22foo%22%3A%5B%22a%22%5D%7D", NULL),
        400u);
    cr_expect_str_eq(message_of(bench), "invalid filter 'foo'");
}

Test(dockerd_containers, the_list_is_filtered_as_moby_does)
{
    bench_run(NULL, filter_list);
}

static const char *address_of(struct bench *bench, const char *name, const char *network)
{
    ask(bench, "GET", format("/v1.41/containers/%s/json", name), NULL);
    g_autoptr(json_t) shape = json_of(bench);
    json_t *networks = json_get_object(json_get_object(shape, "NetworkSettings"), "Networks");
    return format("%s", json_get_string(json_get_object(networks, network), "IPAddress", ""));
}

static void join_networks(struct bench *bench)
{
    preload_busybox(bench);
    run(bench, "c1", "bb:1", ",\"Cmd\":[\"sleep\",\"9\"]");
    run(bench, "c2", "bb:1", ",\"Cmd\":[\"sleep\",\"9\"]");
    ask(bench, "POST", "/v1.41/networks/create", "{\"Name\":\"mine\"}");
    run(bench, "c3", "bb:1",
        ",\"Cmd\":[\"sleep\",\"9\"],\"HostConfig\":{\"NetworkMode\":\"mine\"}");
    cr_expect_str_eq(address_of(bench, "c1", "bridge"), "172.17.0.2");
    cr_expect_str_eq(address_of(bench, "c2", "bridge"), "172.17.0.3");
    cr_expect_str_eq(address_of(bench, "c3", "mine"), "172.18.0.2");
    ask(bench, "POST", "/v1.41/containers/c1/kill", NULL);
    ask(bench, "POST", "/v1.41/containers/c1/wait", NULL);
    run(bench, "c4", "bb:1", ",\"Cmd\":[\"sleep\",\"9\"]");
    cr_expect_str_eq(address_of(bench, "c1", "bridge"), "");
    cr_expect_str_eq(address_of(bench, "c4", "bridge"), "172.17.0.2");

    ask(bench, "GET", "/v1.41/networks?filters=%7B%22name%22%3A%5B%22%5Emi%22%5D%7D", NULL);
    g_autoptr(json_t) list = json_of(bench);
    cr_assert_eq(json_array_size(list), 1);
    json_t *ipam = json_get_object(json_array_get(list, 0), "IPAM");
    cr_expect_str_eq(
        json_get_string(json_array_get(json_get_array(ipam, "Config"), 0), "Subnet", ""),
        "172.18.0.0/16");
    ask(bench, "GET", "/v1.41/networks/mine", NULL);
    g_autoptr(json_t) mine = json_of(bench);
    json_t *members = json_get_object(mine, "Containers");
    cr_assert_eq(json_object_size(members), 1);
    json_t *member = json_object_iter_value(json_object_iter(members));
    cr_expect_str_eq(json_get_string(member, "Name", ""), "c3");
    cr_expect_str_eq(json_get_string(member, "IPv4Address", ""), "172.18.0.2/16");
}

Test(dockerd_containers, containers_have_addresses_on_their_networks)
{
    bench_run(NULL, join_networks);
}

static void refuse_to_join(struct bench *bench)
{
    static const char port[] = ",\"Cmd\":[\"sleep\",\"9\"],\"HostConfig\":{\"PortBindings\":{"
                               "\"80/tcp\":[{\"HostPort\":\"8080\"}]}}";
    preload_busybox(bench);
    run(bench, "c1", "bb:1", port);
    cr_expect_str_eq(dockerd_port_holder(bench->dockerd, 8080), "bb:1");
    cr_expect_null(dockerd_port_holder(bench->dockerd, 80));
    create(bench, "c2", "bb:1", port);
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/c2/start", NULL), 500u);
    cr_expect(g_str_has_suffix(message_of(bench),
                               "Bind for 0.0.0.0:8080 failed: port is already allocated"),
              "%s", message_of(bench));
    create(bench, "c3", "bb:1", ",\"HostConfig\":{\"NetworkMode\":\"none-such\"}");
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/c3/start", NULL), 404u);
    cr_expect_str_eq(message_of(bench), "network none-such not found");
}

Test(dockerd_containers, ports_of_others_and_networks_that_are_not_there_are_refused)
{
    bench_run(NULL, refuse_to_join);
}

static void rename_it(struct bench *bench)
{
    preload_busybox(bench);
    create(bench, "old", "bb:1", "");
    create(bench, "held", "bb:1", "");
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/old/rename?name=new", NULL), 204u);
    cr_expect_eq(ask(bench, "GET", "/v1.41/containers/new/json", NULL), 200u);
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/new/rename?name=held", NULL), 409u);
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/new/rename?name=", NULL), 400u);
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/new/rename?name=new", NULL), 400u);
    cr_expect_eq(ask(bench, "POST", "/v1.41/containers/old/rename?name=x1", NULL), 404u);
}

Test(dockerd_containers, a_container_gets_another_name)
{
    bench_run(NULL, rename_it);
}

/* ---- what is only assumed ---- */

static void note_assumed(void *list, const char *what, bool touches_images, bool leaves_gap)
{
    (void)touches_images;
    (void)leaves_gap;
    g_ptr_array_add(list, g_strdup(what));
}

static void copy_unknown(struct bench *bench)
{
    g_autoptr(GPtrArray) assumed = g_ptr_array_new_with_free_func(g_free);
    preload_busybox(bench);
    create(bench, "c1", "bb:1", "");
    cr_expect_eq(ask(bench, "GET", "/v1.41/containers/c1/archive?path=/app/a.txt", NULL), 404u);
    dockerd_on_assumed(bench->dockerd, note_assumed, assumed);
    cr_expect_eq(ask(bench, "HEAD", "/v1.41/containers/c1/archive?path=/app/a.txt", NULL), 404u);
    cr_expect_eq(ask(bench, "GET", "/v1.41/containers/c1/archive?path=/app/a.txt", NULL), 200u);
    cr_expect_eq(ask(bench, "GET", "/v1.41/containers/c1/archive?path=/app/dist", NULL), 200u);
    cr_expect_eq(ask(bench, "HEAD", "/v1.41/containers/c1/archive?path=/app/conf/", NULL), 200u);
    dockerd_on_assumed(bench->dockerd, NULL, NULL);
    cr_assert_eq(assumed->len, 3);
    cr_expect_str_eq(g_ptr_array_index(assumed, 0), "cp bb:1: that it has /app/a.txt");
}

Test(dockerd_containers, files_that_an_image_may_have_are_assumed_to_be_there)
{
    bench_run(NULL, copy_unknown);
}

static void run_plain_commands(struct bench *bench)
{
    static const struct {
        const char *words;
        int exit_code;
        const char *output;
    } cases[] = {
        {"[\"sh\",\"-c\",\"exit 4\"]", 4, ""},
        {"[\"sh\",\"-c\",\"echo 'a  b' c\"]", 0, "a  b c\n"},
        {"[\"pwd\"]", 0, "/\n"},
        {"[\"printenv\",\"NOT_THERE\"]", 1, ""},
    };
    preload_busybox(bench);
    run(bench, "c1", "bb:1", ",\"Cmd\":[\"sleep\",\"9\"]");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        int exit_code = -1;
        const char *id = make_exec(bench, "c1", cases[i].words);
        g_autofree char *output = exec_output(bench, id, 1, &exit_code);
        cr_expect_eq(exit_code, cases[i].exit_code, "%s", cases[i].words);
        cr_expect_str_eq(output, cases[i].output, "%s", cases[i].words);
    }
}

Test(dockerd_containers, a_shell_with_one_plain_command_runs_it)
{
    bench_run(NULL, run_plain_commands);
}
