/* Containers: start, wait, stop, kill, logs, attach, remove. */
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
