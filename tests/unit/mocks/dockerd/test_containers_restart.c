/* Containers whose process or whose Engine ends: who comes back, and when. */
#include "bench.h"

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
