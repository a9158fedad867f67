/* The daemon as a service: stopped, started by hand and by its socket, with another daemon.json. */
#include "bench.h"

#include <glib/gstdio.h>
#include <unistd.h>

/* A machine's files: one daemon.json. */
struct machine {
    struct dockerd_host host;
    char *path;
};

static char *path_of(void *self, const char *path)
{
    const struct machine *machine = self;
    return g_str_equal(path, DOCKERD_SETTINGS_FILE) ? g_strdup(machine->path) : NULL;
}

static bool has_gap(void *self)
{
    (void)self;
    return false;
}

static void machine_begin(struct machine *machine, struct bench *bench)
{
    int fd = g_file_open_tmp("seatrial-XXXXXX", &machine->path, NULL);
    cr_assert_geq(fd, 0);
    close(fd);
    machine->host = (struct dockerd_host){.path = path_of, .has_gap = has_gap, .self = machine};
    dockerd_lend_host(bench->dockerd, &machine->host);
}

static void machine_end(struct machine *machine, struct bench *bench)
{
    dockerd_return_host(bench->dockerd, &machine->host);
    g_unlink(machine->path);
    g_free(machine->path);
}

static void write_settings(const struct machine *machine, const char *text)
{
    cr_assert(g_file_set_contents(machine->path, text, -1, NULL));
}

static void restart_with(struct bench *bench, const struct machine *machine, const char *text)
{
    g_autoptr(GError) error = NULL;
    write_settings(machine, text);
    dockerd_stop(bench->dockerd, /* keeps_socket= */ true);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    cr_assert(dockerd_start(bench->dockerd, &error), "%s", error->message);
}

static bool has_busybox(struct bench *bench)
{
    return ask(bench, "GET", "/images/bb:1/json", NULL) == 200;
}

static const char *info(struct bench *bench, const char *key)
{
    cr_assert_eq(ask(bench, "GET", "/info", NULL), 200u);
    g_autoptr(json_t) value = json_of(bench);
    return format("%s", json_get_string(value, key, ""));
}

/* ---- stores ---- */

static void switch_stores(struct bench *bench)
{
    struct machine machine;
    machine_begin(&machine, bench);
    preload_busybox(bench);
    run(bench, "old", "bb:1", "");

    restart_with(bench, &machine, "{\"features\": {\"containerd-snapshotter\": true}}");
    cr_expect(dockerd_has_containerd_store(bench->dockerd));
    cr_expect_str_eq(info(bench, "Driver"), "overlayfs");
    cr_expect_not(has_busybox(bench));
    cr_expect_eq(dockerd_container_list(bench->dockerd)->len, 0u);
    preload_busybox(bench);
    cr_expect(has_busybox(bench));

    restart_with(bench, &machine, "{}");
    cr_expect_not(dockerd_has_containerd_store(bench->dockerd));
    cr_expect_str_eq(info(bench, "Driver"), "overlay2");
    cr_expect(has_busybox(bench));
    cr_expect_eq(dockerd_container_list(bench->dockerd)->len, 1u);
    machine_end(&machine, bench);
}

Test(dockerd_lifecycle, another_image_store_hides_what_the_first_one_has)
{
    const struct plan plan = {.profile = "ubuntu-24.04"};
    bench_run(&plan, switch_stores);
}

static void keep_old_store(struct bench *bench)
{
    struct machine machine;
    machine_begin(&machine, bench);
    cr_expect(dockerd_has_containerd_store(bench->dockerd));
    restart_with(bench, &machine, "{\"features\": {\"containerd-snapshotter\": false}}");
    cr_expect_not(dockerd_has_containerd_store(bench->dockerd));
    preload_busybox(bench);

    restart_with(bench, &machine, "{}");
    cr_expect_not(dockerd_has_containerd_store(bench->dockerd));
    machine_end(&machine, bench);
}

/* moby daemon/image_store_choice.go: graphdriver-prior */
Test(dockerd_lifecycle, version_29_stays_with_the_store_that_has_images)
{
    const struct plan plan = {.profile = "ubuntu-26.04"};
    bench_run(&plan, keep_old_store);
}

static void ignore_feature(struct bench *bench)
{
    struct machine machine;
    machine_begin(&machine, bench);
    restart_with(bench, &machine, "{\"features\": {\"containerd-snapshotter\": true}}");
    cr_expect_not(dockerd_has_containerd_store(bench->dockerd));
    machine_end(&machine, bench);
}

Test(dockerd_lifecycle, version_20_10_has_one_store)
{
    bench_run(NULL, ignore_feature);
}

static void move_data(struct bench *bench)
{
    struct machine machine;
    machine_begin(&machine, bench);
    preload_busybox(bench);
    cr_assert_eq(ask(bench, "POST", "/volumes/create", "{\"Name\":\"v\"}"), 201u);

    restart_with(bench, &machine, "{\"data-root\": \"/mnt/docker\"}");
    cr_expect_str_eq(info(bench, "DockerRootDir"), "/mnt/docker");
    cr_expect_not(has_busybox(bench));
    cr_expect_eq(ask(bench, "GET", "/volumes/v", NULL), 404u);
    cr_expect_eq(ask(bench, "GET", "/networks/bridge", NULL), 200u);

    restart_with(bench, &machine, "{}");
    cr_expect(has_busybox(bench));
    cr_expect_eq(ask(bench, "GET", "/volumes/v", NULL), 200u);
    machine_end(&machine, bench);
}

Test(dockerd_lifecycle, another_data_root_is_a_fresh_engine)
{
    const struct plan plan = {.profile = "ubuntu-24.04"};
    bench_run(&plan, move_data);
}

static void read_own_file(struct bench *bench)
{
    cr_expect_str_eq(info(bench, "CgroupDriver"), "cgroupfs");
}

Test(dockerd_lifecycle, the_image_of_a_machine_has_settings_of_its_own)
{
    const struct plan plan = {.profile = "ubuntu-22.04"};
    bench_run(&plan, read_own_file);
}

/* ---- its socket ---- */

static void ask_nobody(struct bench *bench, bool keeps_socket, bool is_answered)
{
    const struct http_request request = {.url = "http://docker/info",
                                         .unix_socket = "/var/run/docker.sock"};
    struct http_response response = {0};
    g_autoptr(GError) error = NULL;
    dockerd_stop(bench->dockerd, keeps_socket);
    cr_expect_not(dockerd_is_up(bench->dockerd));
    cr_expect_eq(http_perform(bench->http, &request, &response, &error), is_answered);
    cr_expect_eq(dockerd_is_up(bench->dockerd), is_answered);
    http_response_clear(&response);
}

static void come_to_the_socket(struct bench *bench)
{
    int64_t began_us = loop_now_us(bench->loop);
    ask_nobody(bench, /* keeps_socket= */ true, /* is_answered= */ true);
    cr_expect_gt(loop_now_us(bench->loop) - began_us, SECOND_US);
    ask_nobody(bench, /* keeps_socket= */ false, /* is_answered= */ false);
}

Test(dockerd_lifecycle, the_socket_starts_the_daemon_unless_it_was_stopped_too)
{
    bench_run(NULL, come_to_the_socket);
}

static void refuse(struct bench *bench)
{
    struct machine machine;
    g_autoptr(GError) error = NULL;
    machine_begin(&machine, bench);
    write_settings(&machine, "{\"foo\": 1}");

    dockerd_stop(bench->dockerd, /* keeps_socket= */ true);
    cr_expect_not(dockerd_start(bench->dockerd, &error));
    cr_expect_str_eq(error->message, dockerd_refusal(bench->dockerd));
    ask_nobody(bench, /* keeps_socket= */ false, /* is_answered= */ false);

    restart_with(bench, &machine, "{}");
    cr_expect_null(dockerd_refusal(bench->dockerd));
    cr_expect_eq(ask(bench, "GET", "/_ping", NULL), 200u);
    machine_end(&machine, bench);
}

Test(dockerd_lifecycle, a_file_that_is_refused_leaves_it_down)
{
    bench_run(NULL, refuse);
}

static void reload(struct bench *bench)
{
    struct machine machine;
    machine_begin(&machine, bench);
    preload_busybox(bench);
    write_settings(&machine, "{\"debug\": true, \"data-root\": \"/mnt/docker\","
                             " \"features\": {\"containerd-snapshotter\": true}}");

    dockerd_reload(bench->dockerd);

    cr_expect_eq(ask(bench, "GET", "/info", NULL), 200u);
    g_autoptr(json_t) value = json_of(bench);
    cr_expect(json_get_boolean(value, "Debug", false));
    cr_expect_str_eq(json_get_string(value, "DockerRootDir", ""), "/var/lib/docker");
    cr_expect(has_busybox(bench));
    machine_end(&machine, bench);
}

Test(dockerd_lifecycle, a_reload_takes_what_can_change)
{
    const struct plan plan = {.profile = "ubuntu-24.04"};
    bench_run(&plan, reload);
}

/* ---- what nothing follows ---- */

static void tell(void *told, const char *what, bool touches_images, bool leaves_gap)
{
    g_string_append_printf(told, "%s %d %d\n", what, touches_images, leaves_gap);
}

static void take_unmodelled(struct bench *bench)
{
    struct machine machine;
    g_autoptr(GString) told = g_string_new(NULL);
    machine_begin(&machine, bench);
    dockerd_on_assumed(bench->dockerd, tell, told);
    restart_with(bench, &machine, "{\"userns-remap\": \"default\", \"mtu\": 1400}");
    cr_expect_str_eq(told->str, "daemon.json: userns-remap 1 1\n");
    dockerd_on_assumed(bench->dockerd, NULL, NULL);
    machine_end(&machine, bench);
}

Test(dockerd_lifecycle, a_setting_that_is_not_modelled_is_told)
{
    bench_run(NULL, take_unmodelled);
}

static char *path_of_link(void *self, const char *path)
{
    const struct machine *machine = self;
    return g_str_equal(path, DOCKERD_SETTINGS_FOLDER) ? g_path_get_dirname(machine->path) : NULL;
}

static void link_elsewhere(struct bench *bench)
{
    struct machine machine;
    g_autoptr(GString) told = g_string_new(NULL);
    machine_begin(&machine, bench);
    dockerd_on_assumed(bench->dockerd, tell, told);

    machine.host.path = path_of_link;
    restart_with(bench, &machine, "{\"debug\": true}");
    cr_expect_str_eq(told->str, "daemon.json: a link 1 1\n");

    machine.host.path = path_of;
    g_string_truncate(told, 0);
    g_unlink(machine.path);
    cr_assert_eq(g_mkdir(machine.path, 0755), 0);
    dockerd_reload(bench->dockerd);
    cr_expect_str_eq(told->str, "daemon.json: no plain file 1 1\n");
    dockerd_on_assumed(bench->dockerd, NULL, NULL);
    g_rmdir(machine.path);
    machine_end(&machine, bench);
}

Test(dockerd_lifecycle, settings_that_cannot_be_read_are_told)
{
    bench_run(NULL, link_elsewhere);
}

/* ---- a daemon of a step's own ---- */

static bool replace(struct bench *bench, const char *version, const char *text, GError **error)
{
    g_autoptr(GBytes) settings = g_bytes_new(text, strlen(text));
    const struct dockerd_own own = {.version = version,
                                    .socket = "/home/runner/own/docker.sock",
                                    .data_root = "/home/runner/own/data",
                                    .settings_path = "/home/runner/own/daemon.json",
                                    .settings = settings};
    return dockerd_replace(bench->dockerd, &own, error);
}

static void replace_the_engine(struct bench *bench)
{
    const struct http_request request = {.url = "http://docker/_ping",
                                         .unix_socket = "/home/runner/own/docker.sock"};
    struct http_response response = {0};
    g_autoptr(GString) told = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    preload_busybox(bench);
    run(bench, "db", "bb:1", ",\"Cmd\":[\"sleep\",\"infinity\"]");
    dockerd_on_assumed(bench->dockerd, tell, told);

    cr_assert(replace(bench, "29.1.3", "{\"debug\": true}", &error), "%s", error->message);

    cr_expect_str_eq(told->str, "db in the machine's own daemon 1 1\n");
    cr_expect_str_eq(info(bench, "ServerVersion"), "29.1.3");
    cr_expect_str_eq(info(bench, "DockerRootDir"), "/home/runner/own/data");
    cr_expect(dockerd_has_containerd_store(bench->dockerd));
    cr_expect_not(has_busybox(bench));
    cr_assert(http_perform(bench->http, &request, &response, &error), "%s", error->message);
    http_response_clear(&response);
    dockerd_on_assumed(bench->dockerd, NULL, NULL);
}

Test(dockerd_lifecycle, a_daemon_of_a_steps_own_takes_the_place)
{
    const struct plan plan = {.profile = "ubuntu-24.04"};
    bench_run(&plan, replace_the_engine);
}

static void replace_wrongly(struct bench *bench)
{
    g_autoptr(GError) error = NULL;
    preload_busybox(bench);
    cr_expect_not(replace(bench, "28.5.2", "{\"data-root\": \"/mnt\"}", &error));
    cr_expect_str_eq(error->message,
                     "unable to configure the Docker daemon with file "
                     "/home/runner/own/daemon.json: the following directives are specified both as "
                     "a flag and in the configuration file: data-root: (from flag: "
                     "/home/runner/own/data, from file: /mnt)");
    cr_expect(has_busybox(bench));
    cr_expect(dockerd_knows_version("20.10.24"));
    cr_expect_not(dockerd_knows_version("19.03.15"));
}

Test(dockerd_lifecycle, a_refused_one_does_not)
{
    bench_run(NULL, replace_wrongly);
}
