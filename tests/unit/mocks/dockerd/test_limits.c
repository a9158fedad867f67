/* The Engine at its ceilings, and freed in the middle of everything. */
#include "bench.h"

#include "base/limits.h"

static void preload(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "bb:1", "linux/amd64", 1000);
}

static void fill_with_containers(struct bench *bench)
{
    preload(bench);
    for (int i = 0; i < CONTAINERS_MAX; i++)
        create(bench, NULL, "bb:1", "");
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/create", "{\"Image\":\"bb:1\"}"), 500u);
    cr_assert_str_eq(message_of(bench), "more than 1000 containers");
}

Test(dockerd_limits, containers_have_a_ceiling)
{
    bench_run(NULL, fill_with_containers);
}

static void fill_with_execs(struct bench *bench)
{
    preload(bench);
    run(bench, "s1", "bb:1", ",\"Cmd\":[\"sleep\",\"infinity\"]");
    for (int i = 0; i < CONTAINER_EXECS_MAX; i++)
        make_exec(bench, "s1", "[\"true\"]");
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/s1/exec", "{\"Cmd\":[\"true\"]}"), 500u);
    cr_assert_str_eq(message_of(bench), "more than 10000 execs in a container");
}

Test(dockerd_limits, execs_of_a_container_have_a_ceiling)
{
    bench_run(NULL, fill_with_execs);
}

static void fill_with_volumes(struct bench *bench)
{
    for (int i = 0; i < ENGINE_OBJECTS_MAX; i++) {
        g_autofree char *name = g_strdup_printf("v%d", i);
        cr_assert(dockerd_volume_take(bench->dockerd, name, "x", 1, NULL));
    }
    cr_assert_eq(ask(bench, "POST", "/v1.41/volumes/create", "{\"Name\":\"more\"}"), 500u);
    cr_assert_str_eq(message_of(bench), "more than 10000 volumes");
}

Test(dockerd_limits, volumes_have_a_ceiling)
{
    bench_run(NULL, fill_with_volumes);
}

static void send_a_big_body(struct bench *bench)
{
    g_autofree char *padding = g_strnfill(ENGINE_BODY_BYTES_MAX, ' ');
    g_autofree char *body = g_strconcat("{", padding, "}", NULL);
    g_autoptr(GBytes) bytes = g_bytes_new(body, strlen(body));
    cr_assert_eq(ask_bytes(bench, "POST", "/v1.41/containers/create", bytes), 500u);
    cr_assert(strstr(message_of(bench), "1048576") != NULL, "%s", message_of(bench));
}

Test(dockerd_limits, json_bodies_have_a_ceiling)
{
    bench_run(NULL, send_a_big_body);
}

static bool matches_talker(const char *image)
{
    return g_str_has_prefix(image, "talker");
}

/* Twice the ceiling of a log, a MiB at a time. */
static int talk(struct process *process)
{
    g_autofree char *line = g_strnfill(MIB_BYTES, 'x');
    for (gsize i = 0; i < 2 * CONTAINER_LOG_BYTES_MAX / MIB_BYTES; i++)
        if (!process_write(process, 1, line, NULL))
            return 1;
    return 0;
}

/* Writes more than an outlet holds before anybody reads. */
static int talk_in_exec(struct process *process)
{
    return g_str_equal(process->arguments[0], "talk") ? talk(process) : -1;
}

static const struct container_program talker = {
    .name = "talker", .matches = matches_talker, .run = talk, .exec = talk_in_exec};
static const struct container_program *const programs[] = {&talker, NULL};

static void read_a_long_log(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "talker:1", "linux/amd64", 1000);
    run(bench, "t1", "talker:1", "");
    cr_assert_eq(ask(bench, "GET", "/v1.41/containers/t1/logs?stdout=1", NULL), 200u);
    g_autofree char *text = frames_of(bench->response.body, 1);
    cr_assert_eq(strlen(text), (gsize)CONTAINER_LOG_BYTES_MAX);
}

Test(dockerd_limits, a_log_keeps_its_newest_entries)
{
    const struct plan plan = {.programs = programs};
    bench_run(&plan, read_a_long_log);
}

static bool matches_exec_talker(const char *image)
{
    return g_str_has_prefix(image, "holder");
}

static int hold(struct process *process)
{
    struct loop *loop = world_loop(dockerd_world(container_dockerd(process->container)));
    while (fiber_park(loop, "holder", NULL))
        ;
    return 0;
}

static const struct container_program holder = {
    .name = "holder", .matches = matches_exec_talker, .run = hold, .exec = talk_in_exec};
static const struct container_program *const holders[] = {&holder, NULL};

static void read_much(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "holder:1", "linux/amd64", 1000);
    run(bench, "h1", "holder:1", "");
    g_autoptr(GBytes) frames = stream_exec(bench, make_exec(bench, "h1", "[\"talk\"]"), true);
    cr_assert_eq(g_bytes_get_size(frames), 8 * (gsize)(MIB_BYTES + 8));
}

Test(dockerd_limits, output_beyond_the_buffer_waits_for_its_reader)
{
    const struct plan plan = {.programs = holders};
    bench_run(&plan, read_much);
}

static int write_many(struct process *process)
{
    g_autoptr(GBytes) byte = g_bytes_new_static("x", 1);
    for (int i = 0; i < CONTAINER_FILES_MAX; i++) {
        g_autofree char *path = g_strdup_printf("/tmp/%d", i);
        if (!container_write_file(process->container, path, byte, NULL))
            return 2;
    }
    g_autoptr(GError) error = NULL;
    if (container_write_file(process->container, "/tmp/more", byte, &error))
        return 3;
    return process_printf(process, 1, NULL, "%s", error->message) ? 0 : 4;
}

static const struct container_program writer = {
    .name = "writer", .matches = matches_talker, .run = write_many};
static const struct container_program *const writers[] = {&writer, NULL};

static void read_the_refusal(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "talker:1", "linux/amd64", 1000);
    run(bench, "t1", "talker:1", "");
    ask(bench, "POST", "/v1.41/containers/t1/wait", NULL);
    cr_assert_eq(ask(bench, "GET", "/v1.41/containers/t1/logs?stdout=1", NULL), 200u);
    g_autofree char *text = frames_of(bench->response.body, 1);
    cr_assert_str_eq(text, "more than 100000 files in a container");
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_CONTAINERS), CONTAINER_FILES_MAX);
}

Test(dockerd_limits, files_of_a_container_have_a_ceiling)
{
    const struct plan plan = {.programs = writers};
    bench_run(&plan, read_the_refusal);
}

/* ---- freed in flight ---- */

static void send(void *argument)
{
    struct bench *bench = argument;
    static const char *const targets[][2] = {
        {"POST", "/v1.41/images/create?fromImage=localhost%3A5000%2Ft&tag=1"},
        {"GET", "/v1.41/events"},
        {"GET", "/v1.41/containers/h1/logs?stdout=1&follow=1"},
        {"POST", "/v1.41/containers/h1/wait"},
        {"POST", "/v1.41/images/prune"},
    };
    const char *const *target = targets[fiber_name(fiber_current(bench->loop))[0] - '0'];
    const struct http_request request = {.method = target[0],
                                         .url = format("http://docker%s", target[1]),
                                         .unix_socket = "/var/run/docker.sock"};
    struct http_response response = {0};
    if (http_perform(bench->http, &request, &response, NULL))
        cr_assert_eq(response.status, 200u);
    http_response_clear(&response);
}

static void start_everything(struct bench *bench)
{
    static const int64_t layer_bytes[] = {30 * MIB_BYTES};
    static const char *const platforms[] = {"linux/amd64", NULL};
    static const char *const names[] = {"0", "1", "2", "3", "4"};
    const struct image_spec spec = {.repository = "t",
                                    .tag = "1",
                                    .platforms = platforms,
                                    .layer_bytes = layer_bytes,
                                    .layer_count = 1};
    registry_add_image(bench->registry, &spec);
    dockerd_preload(bench->dockerd, "holder:1", "linux/amd64", 1000);
    run(bench, "h1", "holder:1", "");
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        fiber_spawn(bench->loop, names[i], send, bench);
    cr_assert(fiber_sleep(bench->loop, 2 * SECOND_US, NULL));
}

static void hang_prune(void *context, const struct point_event *event, struct point_effect *effect)
{
    (void)context;
    if (event->point == POINT_PRUNE)
        effect->is_hang = true;
}

static const struct weather hanging = {.on_point = hang_prune};
static const struct plan busy = {
    .programs = holders, .weather = &hanging, .network = {.bytes_per_second = 10 * 1000 * 1000}};

Test(dockerd_limits, the_engine_is_freed_with_pull_events_logs_wait_and_prune_in_flight)
{
    bench_run(&busy, start_everything);
}

static void restart_in_flight(struct bench *bench)
{
    start_everything(bench);
    cr_assert_gt(disk_account_bytes(bench->disk, DISK_TEMPORARY), 0);

    dockerd_restart(bench->dockerd, SECOND_US);

    cr_assert(fiber_sleep(bench->loop, 2 * SECOND_US, NULL));
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_TEMPORARY), 0);
    g_autoptr(GPtrArray) list = dockerd_container_list(bench->dockerd);
    cr_assert_str_eq(g_ptr_array_index(list, 0), "h1 holder:1 exited");
    cr_assert_eq(ask(bench, "GET", "/v1.41/containers/h1/json", NULL), 200u);
    g_autoptr(json_t) shape = json_of(bench);
    cr_assert_eq(json_get_integer(json_get_object(shape, "State"), "ExitCode", 0), 137);
}

/* failures.md F8 */
Test(dockerd_limits, an_engine_restart_ends_pulls_and_processes)
{
    bench_run(&busy, restart_in_flight);
}
