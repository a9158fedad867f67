/* The Engine about itself: ping, versions, info, profiles, hang, unknown pages. */
#include "bench.h"

static void ping(struct bench *bench)
{
    cr_assert_eq(ask(bench, "HEAD", "/_ping", NULL), 200u);
    cr_assert_str_eq(header(bench, "Api-Version"), "1.41");
    cr_assert_str_eq(header(bench, "Docker-Experimental"), "false");
    cr_assert_str_eq(header(bench, "Ostype"), "linux");
    cr_assert_str_eq(header(bench, "Server"), "Docker/20.10.24+dfsg1 (linux)");
    cr_assert_str_eq(header(bench, "Cache-Control"), "no-cache, no-store, must-revalidate");
    cr_assert_str_eq(header(bench, "Pragma"), "no-cache");
    cr_assert_str_eq(header(bench, "Content-Type"), "text/plain; charset=utf-8");
    cr_assert_str_eq(header(bench, "Content-Length"), "0");
    cr_assert_str_eq(header(bench, "Date"), "Mon, 05 Jan 2026 09:00:00 GMT");
    cr_assert_str_eq(header(bench, "Builder-Version"), "");

    cr_assert_eq(ask(bench, "GET", "/_ping", NULL), 200u);
    g_autofree char *text = text_of(bench);
    cr_assert_str_eq(text, "OK");
}

Test(dockerd_system, a_ping_has_the_headers_of_the_real_one)
{
    bench_run(NULL, ping);
}

static void check_builder_version(struct bench *bench)
{
    cr_assert_eq(ask(bench, "HEAD", "/_ping", NULL), 200u);
    cr_assert_str_eq(header(bench, "Api-Version"), "1.48");
    cr_assert_str_eq(header(bench, "Builder-Version"), "2");
    cr_assert_str_eq(header(bench, "Swarm"), "inactive");
}

Test(dockerd_system, newer_daemons_name_their_builder_in_a_ping)
{
    const struct plan plan = {.profile = "ubuntu-24.04"};
    bench_run(&plan, check_builder_version);
}

/* captures 01, 02 */
static void shapes(struct bench *bench)
{
    cr_assert_eq(ask(bench, "GET", "/v1.41/version", NULL), 200u);
    g_autoptr(json_t) version = json_of(bench);
    g_autofree char *version_keys = keys_of(version);
    cr_assert_str_eq(version_keys,
                     "ApiVersion Arch BuildTime Components GitCommit GoVersion KernelVersion "
                     "MinAPIVersion Os Platform Version");
    json_t *engine = json_array_get(json_get_array(version, "Components"), 0);
    g_autofree char *engine_keys = keys_of(json_get_object(engine, "Details"));
    cr_assert_str_eq(engine_keys, "ApiVersion Arch BuildTime Experimental GitCommit GoVersion "
                                  "KernelVersion MinAPIVersion Os");
    cr_assert_str_eq(json_get_string(version, "Version", ""), "20.10.24+dfsg1");
    cr_assert_str_eq(json_get_string(version, "Arch", ""), "amd64");
    cr_assert_str_eq(json_get_string(version, "MinAPIVersion", ""), "1.12");

    cr_assert_eq(ask(bench, "GET", "/v1.41/info", NULL), 200u);
    g_autoptr(json_t) info = json_of(bench);
    g_autofree char *info_keys = keys_of(info);
    cr_assert_str_eq(
        info_keys,
        "Architecture BridgeNfIp6tables BridgeNfIptables CPUSet CPUShares CgroupDriver "
        "CgroupVersion ContainerdCommit Containers ContainersPaused ContainersRunning "
        "ContainersStopped CpuCfsPeriod CpuCfsQuota Debug DefaultRuntime DockerRootDir Driver "
        "DriverStatus ExperimentalBuild GenericResources HttpProxy HttpsProxy ID IPv4Forwarding "
        "Images IndexServerAddress InitBinary InitCommit Isolation KernelMemory KernelMemoryTCP "
        "KernelVersion Labels LiveRestoreEnabled LoggingDriver MemTotal MemoryLimit NCPU "
        "NEventsListener NFd NGoroutines Name NoProxy OSType OSVersion OomKillDisable "
        "OperatingSystem PidsLimit Plugins RegistryConfig RuncCommit Runtimes SecurityOptions "
        "ServerVersion SwapLimit Swarm SystemTime Warnings");
    cr_assert_str_eq(json_get_string(info, "CgroupDriver", ""), "cgroupfs");
    cr_assert_eq(json_get_integer(info, "NCPU", 0), 2);
}

Test(dockerd_system, version_and_info_have_the_members_of_the_captured_ones)
{
    bench_run(NULL, shapes);
}

static void negotiate(struct bench *bench)
{
    cr_assert_eq(ask(bench, "GET", "/v1.39/info", NULL), 400u);
    cr_assert_str_eq(message_of(bench),
                     "client version 1.39 is too old. Minimum supported API version is 1.40, "
                     "please upgrade your client to a newer version");
    cr_assert_eq(ask(bench, "GET", "/v1.99/info", NULL), 400u);
    cr_assert_str_eq(message_of(bench),
                     "client version 1.99 is too new. Maximum supported API version is 1.54");
    cr_assert_eq(ask(bench, "GET", "/info", NULL), 200u);
}

Test(dockerd_system, versions_outside_the_supported_range_are_refused_with_the_real_words)
{
    const struct plan plan = {.profile = "ubuntu-26.04"};
    bench_run(&plan, negotiate);
}

static void ask_for_nothing(struct bench *bench)
{
    cr_assert_eq(ask(bench, "GET", "/v1.41/nothing", NULL), 404u);
    cr_assert_str_eq(message_of(bench), "page not found");
    cr_assert_str_eq(header(bench, "Content-Type"), "application/json");
    cr_assert_eq(ask(bench, "PUT", "/v1.41/info", NULL), 404u);
    cr_assert_eq(ask(bench, "GET", "/v1.41/containers//json", NULL), 404u);
}

Test(dockerd_system, what_has_no_route_is_page_not_found)
{
    bench_run(NULL, ask_for_nothing);
}

static void tell_the_store(struct bench *bench)
{
    cr_assert_eq(ask(bench, "GET", "/info", NULL), 200u);
    g_autofree char *text = text_of(bench);
    cr_assert(strstr(text, "[[\"driver-type\",\"io.containerd.snapshotter.v1\"]]") != NULL);
    cr_assert(strstr(text, "\"Driver\":\"overlayfs\"") != NULL);
    cr_assert(strstr(text, "\"Architecture\":\"aarch64\"") != NULL);
}

Test(dockerd_system, info_tells_the_containerd_store_and_the_architecture)
{
    const struct plan plan = {.profile = "ubuntu-26.04-arm"};
    bench_run(&plan, tell_the_store);
}

Test(dockerd_system, a_hosted_runner_has_fourteen_gibibytes_free)
{
    const struct machine_profile *hosted = machine_profile_find("ubuntu-24.04");

    cr_assert_eq(hosted->disk_bytes - hosted->disk_used_bytes, 14 * GIB_BYTES);
    cr_assert_str_eq(hosted->engine_version, "28.0.4");
}

Test(dockerd_system, profiles_are_found_by_the_name_of_their_image)
{
    gsize count = 0;
    const struct machine_profile *const *profiles = machine_profiles(&count);

    cr_assert_eq(count, 7u);
    for (gsize i = 0; i < count; i++)
        cr_expect_eq(machine_profile_find(profiles[i]->name), profiles[i]);
    cr_assert_eq(machine_profile_find("ubuntu-26.04")->puller, PULLER_CONTAINERD);
    cr_assert_null(machine_profile_find("ubuntu-latest"));
}

/* ---- weather ---- */

static void disturb_request(void *context, const struct point_event *event,
                            struct point_effect *effect)
{
    const struct point_effect *wanted = context;
    if (event->point == POINT_ENGINE_REQUEST && strstr(event->subject, "/info") != NULL)
        *effect = *wanted;
}

static void run_disturbed(struct point_effect effect, void (*body)(struct bench *bench))
{
    const struct weather weather = {.context = &effect, .on_point = disturb_request};
    const struct plan plan = {.weather = &weather};
    bench_run(&plan, body);
}

static void meet_a_hang(struct bench *bench)
{
    const struct http_request request = {.url = "http://docker/info",
                                         .unix_socket = "/var/run/docker.sock"};
    struct http_response response = {0};
    g_autoptr(GError) error = NULL;
    DEADLINE(limit);
    deadline_begin(bench->loop, &limit, "patience", 30 * SECOND_US);

    cr_assert(!http_perform(bench->http, &request, &response, &error));

    cr_assert(limit.has_expired);
    cr_assert_eq(loop_now_us(bench->loop), 30 * SECOND_US);
}

Test(dockerd_system, a_hung_daemon_answers_nothing)
{
    run_disturbed((struct point_effect){.is_hang = true}, meet_a_hang);
}

static void meet_a_delay(struct bench *bench)
{
    cr_assert_eq(ask(bench, "GET", "/info", NULL), 200u);
    cr_assert_eq(loop_now_us(bench->loop), 7 * SECOND_US);
    cr_assert_eq(ask(bench, "GET", "/version", NULL), 200u);
    cr_assert_eq(loop_now_us(bench->loop), 7 * SECOND_US);
}

Test(dockerd_system, a_slow_daemon_answers_late)
{
    run_disturbed((struct point_effect){.delay_us = 7 * SECOND_US}, meet_a_delay);
}

static void meet_a_failure(struct bench *bench)
{
    cr_assert_eq(ask(bench, "GET", "/info", NULL), 500u);
    cr_assert_str_eq(message_of(bench), "the daemon is on fire");
}

Test(dockerd_system, a_failing_daemon_says_what_the_weather_says)
{
    run_disturbed((struct point_effect){.is_failure = true, .message = "the daemon is on fire"},
                  meet_a_failure);
}
