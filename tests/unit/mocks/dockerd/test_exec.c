/* Processes by exec: both forms of the stream, frames, exit codes, signals, weather. */
#include "bench.h"

static bool matches_tool(const char *image)
{
    return g_str_has_prefix(image, "tool");
}

static int stay(struct process *process)
{
    struct loop *loop = world_loop(dockerd_world(container_dockerd(process->container)));
    while (fiber_park(loop, "a daemon with nothing to do", NULL))
        ;
    return 1;
}

/* "speak" writes to both streams and ends with 7; "work SECONDS" says tick once a second. */
static int run_tool(struct process *process)
{
    struct loop *loop = world_loop(dockerd_world(container_dockerd(process->container)));
    if (g_str_equal(process->arguments[0], "speak"))
        return process_write(process, 1, "eo\n", NULL) && process_write(process, 2, "ee\n", NULL)
                   ? 7
                   : 1;
    if (!g_str_equal(process->arguments[0], "work"))
        return -1;
    for (int i = 0; i < atoi(process->arguments[1]); i++)
        if (!process_printf(process, 1, NULL, "tick %d\n", i) ||
            !fiber_sleep(loop, SECOND_US, NULL))
            return 1;
    return 0;
}

static const struct container_program tool = {
    .name = "tool", .matches = matches_tool, .run = stay, .exec = run_tool};
static const struct container_program *const programs[] = {&tool, NULL};
static const struct plan plan = {.programs = programs};

static void start_tool(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "tool:1", "linux/amd64", 1000);
    run(bench, "t1", "tool:1", "");
}

/* ---- streams ---- */

static void speak(struct bench *bench)
{
    start_tool(bench);
    const char *id = make_exec(bench, "t1", "[\"speak\",\"-c\"]");

    g_autoptr(GBytes) frames = stream_exec(bench, id, /* is_upgrade= */ false);

    cr_assert_str_eq(header(bench, "Content-Type"), "application/vnd.docker.raw-stream");
    g_autofree char *out = frames_of(frames, 1);
    g_autofree char *err = frames_of(frames, 2);
    cr_assert_str_eq(out, "eo\n");
    cr_assert_str_eq(err, "ee\n");
    ask(bench, "GET", format("/v1.41/exec/%s/json", id), NULL);
    g_autoptr(json_t) shape = json_of(bench);
    g_autofree char *keys = keys_of(shape);
    cr_assert_str_eq(keys, "CanRemove ContainerID DetachKeys ExitCode ID OpenStderr OpenStdin "
                           "OpenStdout Pid ProcessConfig Running");
    g_autofree char *process_keys = keys_of(json_get_object(shape, "ProcessConfig"));
    cr_assert_str_eq(process_keys, "arguments entrypoint privileged tty");
    cr_assert_eq(json_get_integer(shape, "ExitCode", 0), 7);
    cr_assert_str_eq(json_get_string(json_get_object(shape, "ProcessConfig"), "entrypoint", ""),
                     "speak");
}

/* captures 16, 52 */
Test(dockerd_exec, without_upgrade_the_frames_come_with_200_and_end_by_close)
{
    bench_run(&plan, speak);
}

static void hijack(struct bench *bench)
{
    start_tool(bench);
    const char *id = make_exec(bench, "t1", "[\"work\",\"3\"]");

    g_autoptr(GBytes) frames = stream_exec(bench, id, /* is_upgrade= */ true);

    g_autofree char *text = frames_of(frames, 1);
    cr_assert_str_eq(text, "tick 0\ntick 1\ntick 2\n");
    cr_assert_eq(loop_now_us(bench->loop), 3 * SECOND_US);
}

Test(dockerd_exec, with_upgrade_the_stream_is_hijacked_by_101)
{
    bench_run(&plan, hijack);
}

static const char *working_id;

static void watch_work(void *argument)
{
    struct bench *bench = argument;
    const struct http_request request = {
        .method = "POST",
        .url = format("http://docker/v1.41/exec/%s/start", working_id),
        .unix_socket = "/var/run/docker.sock",
        .is_upgrade = true,
    };
    struct http_response response = {0};
    AUTO(http_stream) stream = http_open(bench->http, &request, &response, NULL);
    g_autoptr(GBytes) chunk = NULL;
    while (http_stream_read(stream, &chunk, NULL) && chunk != NULL)
        g_clear_pointer(&chunk, g_bytes_unref);
    http_response_clear(&response);
}

static void leave(struct bench *bench)
{
    start_tool(bench);
    const char *id = working_id = make_exec(bench, "t1", "[\"work\",\"10\"]");
    struct fiber *watcher = fiber_spawn(bench->loop, "watcher", watch_work, bench);
    cr_assert(fiber_sleep(bench->loop, 2 * SECOND_US, NULL));

    fiber_cancel(watcher);

    cr_assert(fiber_sleep(bench->loop, 2 * SECOND_US, NULL));
    ask(bench, "GET", format("/v1.41/exec/%s/json", id), NULL);
    g_autoptr(json_t) running = json_of(bench);
    cr_assert(json_get_boolean(running, "Running", false));
    cr_assert(json_is_null(json_object_get(running, "ExitCode")));
    cr_assert(fiber_sleep(bench->loop, 7 * SECOND_US, NULL));
    ask(bench, "GET", format("/v1.41/exec/%s/json", id), NULL);
    g_autoptr(json_t) ended = json_of(bench);
    cr_assert_eq(json_get_integer(ended, "ExitCode", -1), 0);
}

/* engine-contract.md H */
Test(dockerd_exec, a_process_goes_on_when_its_client_goes)
{
    bench_run(&plan, leave);
}

static void start_wrongly(struct bench *bench)
{
    int exit_code = 0;
    start_tool(bench);
    const char *id = make_exec(bench, "t1", "[\"speak\"]");
    g_free(exec_output(bench, id, 1, &exit_code));
    g_autoptr(GBytes) frames = stream_exec(bench, id, /* is_upgrade= */ false);
    g_autofree char *again = frames_of(frames, 1);
    cr_assert_str_eq(again, format("Error: Exec command %s is already running\r\n", id));
    cr_assert_eq(ask(bench, "POST", "/v1.41/exec/beef/start", "{}"), 404u);
    cr_assert_str_eq(message_of(bench), "No such exec instance: beef");
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/t1/exec", "{\"Cmd\":[]}"), 400u);
    const char *created = create(bench, "t2", "tool:1", "");
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/t2/exec", "{\"Cmd\":[\"true\"]}"), 409u);
    cr_assert_str_eq(message_of(bench), format("Container %s is not running", created));
}

Test(dockerd_exec, wrong_starts_are_told_as_the_real_daemon_tells_them)
{
    bench_run(&plan, start_wrongly);
}

static void run_the_unknown(struct bench *bench)
{
    int exit_code = 0;
    start_tool(bench);

    g_autofree char *text = run_exec(bench, "t1", "[\"bogus\",\"x\"]", 1, &exit_code);

    cr_assert_str_eq(text, "OCI runtime exec failed: exec failed: unable to start container "
                           "process: exec: \"bogus\": executable file not found in $PATH: "
                           "unknown\r\n");
    cr_assert_eq(exit_code, 126);
}

Test(dockerd_exec, an_unknown_command_gets_runcs_words_on_stdout_and_126)
{
    bench_run(&plan, run_the_unknown);
}

static void run_the_unknown_on_28(struct bench *bench)
{
    int exit_code = 0;
    start_tool(bench);
    g_free(run_exec(bench, "t1", "[\"bogus\"]", 1, &exit_code));
    cr_assert_eq(exit_code, 127);
    cr_assert_eq(ask(bench, "GET", "/v1.48/containers/t1/logs?stdout=1", NULL), 200u);
    cr_assert_str_eq(header(bench, "Content-Type"), "application/vnd.docker.multiplexed-stream");
}

Test(dockerd_exec, newer_daemons_say_127_and_name_multiplexed_streams)
{
    const struct plan newer = {.programs = programs, .profile = "ubuntu-24.04"};
    bench_run(&newer, run_the_unknown_on_28);
}

/* ---- signals ---- */

static void check_ended(struct bench *bench, const char *id, int exit_code)
{
    ask(bench, "GET", format("/v1.41/exec/%s/json", id), NULL);
    g_autoptr(json_t) shape = json_of(bench);
    cr_assert(!json_get_boolean(shape, "Running", true));
    cr_assert_eq(json_get_integer(shape, "ExitCode", -1), exit_code);
}

static void kill_execs(struct bench *bench)
{
    int exit_code = 0;
    start_tool(bench);
    const char *first = make_exec(bench, "t1", "[\"work\",\"100\"]");
    const char *second = make_exec(bench, "t1", "[\"work\",\"200\"]");
    ask(bench, "POST", format("/v1.41/exec/%s/start", first), "{\"Detach\":true}");
    ask(bench, "POST", format("/v1.41/exec/%s/start", second), "{\"Detach\":true}");

    g_free(run_exec(bench, "t1", "[\"pkill\",\"-f\",\"work 100\"]", 1, &exit_code));
    cr_assert_eq(exit_code, 0);
    check_ended(bench, first, 143);
    g_free(run_exec(bench, "t1", "[\"pkill\",\"-9\",\"-f\",\"work [0-9]00\"]", 1, &exit_code));
    cr_assert_eq(exit_code, 0);
    check_ended(bench, second, 137);
    g_free(run_exec(bench, "t1", "[\"pkill\",\"-f\",\"work\"]", 1, &exit_code));
    cr_assert_eq(exit_code, 1);
    cr_assert_eq(loop_now_us(bench->loop), 0);
}

Test(dockerd_exec, pkill_ends_what_its_pattern_matches)
{
    bench_run(&plan, kill_execs);
}

static void kill_by_pid(struct bench *bench)
{
    int exit_code = 0;
    start_tool(bench);
    g_autofree char *text = run_exec(bench, "t1", "[\"kill\",\"-9\",\"999\"]", 2, &exit_code);
    cr_assert_str_eq(text, "kill: can't kill pid 999: No such process\n");
    cr_assert_eq(exit_code, 1);
    const char *waiting = make_exec(bench, "t1", "[\"work\",\"50\"]");
    ask(bench, "POST", format("/v1.41/exec/%s/start", waiting), "{\"Detach\":true}");

    g_bytes_unref(
        stream_exec(bench, make_exec(bench, "t1", "[\"kill\",\"1\"]"), /* is_upgrade= */ true));

    g_autoptr(GPtrArray) list = dockerd_container_list(bench->dockerd);
    cr_assert_str_eq(g_ptr_array_index(list, 0), "t1 tool:1 exited");
    check_ended(bench, waiting, 137);
}

Test(dockerd_exec, killing_the_main_process_ends_all_others_by_kill)
{
    bench_run(&plan, kill_by_pid);
}

/* ---- weather ---- */

static void disturb_exec(void *context, const struct point_event *event,
                         struct point_effect *effect)
{
    (void)context;
    if (event->point == POINT_EXEC && g_str_equal(event->subject, "speak") &&
        g_str_equal(event->detail, "t1"))
        *effect = (struct point_effect){
            .is_failure = true, .exit_code = 42, .message = "no", .delay_us = 3 * SECOND_US};
    if (event->point == POINT_PROCESS_MEMORY && g_str_has_prefix(event->subject, "work"))
        *effect = (struct point_effect){.is_failure = true, .delay_us = SECOND_US};
}

static void meet_weather(struct bench *bench)
{
    int exit_code = 0;
    start_tool(bench);
    g_autofree char *text = run_exec(bench, "t1", "[\"speak\"]", 2, &exit_code);
    cr_assert_str_eq(text, "no\n");
    cr_assert_eq(exit_code, 42);
    cr_assert_eq(loop_now_us(bench->loop), 3 * SECOND_US);
    g_free(run_exec(bench, "t1", "[\"work\",\"5\"]", 1, &exit_code));
    cr_assert_eq(exit_code, 137);
    cr_assert_eq(loop_now_us(bench->loop), 4 * SECOND_US);
}

Test(dockerd_exec, the_weather_can_fail_an_exec_or_take_its_memory)
{
    const struct weather weather = {.on_point = disturb_exec};
    const struct plan disturbed = {.programs = programs, .weather = &weather};
    bench_run(&disturbed, meet_weather);
}
