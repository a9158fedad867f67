/* Containers, exec, archives and housekeeping of the Engine client. */
#include "engine_answers.h"

#include "base/units.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *body_of(struct scripted_site *site, guint n)
{
    const char *end = strstr(scripted_site_request(site, n), "\r\n\r\n");
    return end != NULL ? end + 4 : "";
}

static void create(struct scripted_site *site)
{
    static const char *const command[] = {"buildkitd", "--debug", NULL};
    static const char *const labels[] = {"seatrial.leg=api", NULL};
    static const struct docker_mount mounts[] = {{"state", "/var/lib/buildkit"}};
    const struct docker_container_options options = {
        .name = "b0",
        .image = "moby/buildkit:buildx-stable-1",
        .platform = "linux/amd64",
        .command = command,
        .mounts = mounts,
        .mount_count = 1,
        .network = "host",
        .labels = labels,
        .is_privileged = true,
        .has_init = true,
    };
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    g_autofree char *id = NULL;
    if (docker_container_create(docker, &options, &id, &error))
        g_string_append_printf(site->log, "%s\n%s\n", id, body_of(site, 1));
    else
        note_error(site, error);
    note_targets(site);
}

Test(containers, are_created_with_what_was_asked_for)
{
    static const struct scripted_answer answers[] = {
        PING, ANSWER("201 Created", "{\"Id\":\"dab7\",\"Warnings\":[]}"), {0}};

    g_autofree char *log = scripted_site_run(answers, create);

    cr_assert_str_eq(
        log, "dab7\n{\"Image\":\"moby/buildkit:buildx-stable-1\",\"Cmd\":[\"buildkitd\","
             "\"--debug\"],\"Env\":null,\"Labels\":{\"seatrial.leg\":\"api\"},\"HostConfig\":{"
             "\"Privileged\":true,\"Init\":true,\"AutoRemove\":false,\"NetworkMode\":\"host\","
             "\"Mounts\":[{\"Type\":\"volume\",\"Source\":\"state\",\"Target\":"
             "\"/var/lib/buildkit\"}]}}\nHEAD /_ping\n"
             "POST /v1.41/containers/create?name=b0&platform=linux%2Famd64\n");
}

Test(containers, of_an_image_that_is_not_there_are_refused_with_404)
{
    static const struct scripted_answer answers[] = {
        PING, ANSWER("404 Not Found", "{\"message\":\"No such image: moby/buildkit:x\"}"), {0}};

    g_autofree char *log = scripted_site_run(answers, create);

    cr_assert(g_str_has_prefix(log, "docker 404: No such image: moby/buildkit:x\n"));
}

Test(containers, without_a_name_are_an_answer_that_makes_no_sense)
{
    static const struct scripted_answer answers[] = {PING, ANSWER("201 Created", "[]"), {0}};

    g_autofree char *log = scripted_site_run(answers, create);

    cr_assert(
        g_str_has_prefix(log, "docker 2: the Engine created a container and did not name it"));
}

static void run_to_the_end(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    int exit_code = -1;
    bool is_fine = docker_container_start(docker, "c1", &error) &&
                   docker_container_kill(docker, "c1", "SIGTERM", &error) &&
                   docker_container_wait(docker, "c1", &exit_code, &error);
    if (!is_fine)
        note_error(site, error);
    g_string_append_printf(site->log, "%d %d\n", is_fine, exit_code);
    note_targets(site);
}

Test(containers, are_started_killed_and_waited_for)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER("304 Not Modified", ""),
        ANSWER("204 No Content", ""),
        ANSWER("200 OK", "{\"Error\":null,\"StatusCode\":143}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, run_to_the_end);

    cr_assert_str_eq(log, "1 143\nHEAD /_ping\nPOST /v1.41/containers/c1/start\n"
                          "POST /v1.41/containers/c1/kill?signal=SIGTERM\n"
                          "POST /v1.41/containers/c1/wait\n");
}

Test(containers, whose_wait_goes_wrong_say_why)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER("204 No Content", ""),
        ANSWER("204 No Content", ""),
        ANSWER("200 OK", "{\"Error\":{\"Message\":\"container gone\"},\"StatusCode\":-1}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, run_to_the_end);

    cr_assert(g_str_has_prefix(log, "docker 0: container gone\n0 -1\n"), "%s", log);
}

static void look(struct scripted_site *site)
{
    static const char *const filters[] = {"label=seatrial.leg=api", "label=x", "status=exited",
                                          NULL};
    AUTO(docker) docker = engine_of(site);
    AUTO(docker_container) container = NULL;
    AUTO(docker_container) missing = NULL;
    g_autoptr(GPtrArray) containers = NULL;
    cr_assert(docker_container_inspect(docker, "s1", &container, NULL));
    cr_assert(docker_container_inspect(docker, "s2", &missing, NULL));
    cr_assert(docker_container_list(docker, filters, &containers, NULL));

    cr_assert_null(missing);
    g_ptr_array_insert(containers, 0, g_steal_pointer(&container));
    for (guint i = 0; i < containers->len; i++) {
        const struct docker_container *row = g_ptr_array_index(containers, i);
        g_string_append_printf(site->log, "%s %s %s %s %d %d\n", row->id, row->name, row->image,
                               row->state, row->exit_code, row->is_out_of_memory);
    }
    note_targets(site);
}

Test(containers, are_described_by_inspect_and_by_the_list)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER("200 OK", "{\"Id\":\"dab7\",\"Name\":\"/s1\",\"Image\":\"sha256:be\",\"State\":"
                         "{\"Status\":\"exited\",\"ExitCode\":137,\"OOMKilled\":true},"
                         "\"Config\":{\"Image\":\"t/bb:1\"}}"),
        ANSWER("404 Not Found", "{\"message\":\"No such container: s2\"}"),
        ANSWER("200 OK", "[{\"Id\":\"a\",\"Names\":[\"/one\"],\"Image\":\"i\",\"State\":\"exited\","
                         "\"Status\":\"Exited (7) 2 minutes ago\"},"
                         "{\"Id\":\"b\",\"Names\":null,\"State\":\"running\"}]"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, look);

    cr_assert_str_eq(log, "dab7 s1 t/bb:1 exited 137 1\na one i exited 7 0\nb   running 0 0\n"
                          "HEAD /_ping\nGET /v1.41/containers/s1/json\n"
                          "GET /v1.41/containers/s2/json\n"
                          "GET /v1.41/containers/json?all=1&filters=%7B%22label%22%3A%7B%22"
                          "seatrial.leg%3Dapi%22%3Atrue%2C%22x%22%3Atrue%7D%2C%22status%22%3A%7B%22"
                          "exited%22%3Atrue%7D%7D\n");
}

#define FRAMES_HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define UPGRADED                                                                                   \
    "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"                 \
    "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
#define NOT_UPGRADED "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
#define FRAMES                                                                                     \
    "\1\0\0\0\0\0\0\3"                                                                             \
    "eo\n"                                                                                         \
    "\2\0\0\0\0\0\0\3"                                                                             \
    "ee\n"
#define BYTES(literal)                                                                             \
    {                                                                                              \
        .text = (literal), .length_bytes = sizeof(literal) - 1                                     \
    }

static void read_log(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    if (docker_container_logs(docker, "s1", &text, &error))
        g_string_append(site->log, text);
    else
        note_error(site, error);
    note_targets(site);
}

Test(containers, have_a_log_of_both_streams)
{
    static const struct scripted_answer answers[] = {PING, BYTES(FRAMES_HEAD FRAMES), {0}};

    g_autofree char *log = scripted_site_run(answers, read_log);

    cr_assert_str_eq(log, "eo\nee\nHEAD /_ping\n"
                          "GET /v1.41/containers/s1/logs?stderr=1&stdout=1&tail=1000\n");
}

static void note_line(void *context, int stream, const char *line)
{
    struct scripted_site *site = context;
    g_string_append_printf(site->log, "%d:%s\n", stream, line);
}

static void run_command(struct scripted_site *site)
{
    static const char *const command[] = {"buildctl", "debug", "workers", NULL};
    static const char *const environment[] = {"DOCKER_CONFIG=/cfg", NULL};
    const struct docker_exec_options options = {.command = command,
                                                .environment = environment,
                                                .working_directory = "/build",
                                                .output = note_line,
                                                .output_context = site};
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    struct docker_exec_result result = {0};
    if (docker_exec(docker, "b0", &options, &result, &error))
        g_string_append_printf(site->log, "%d [%s] %d ms\n", result.exit_code, result.output,
                               (int)(loop_now_us(site->loop) / MILLISECOND_US));
    else
        note_error(site, error);
    g_free(result.output);
}

#define CREATED  ANSWER("201 Created", "{\"Id\":\"f4bb\"}")
#define RUNNING  ANSWER("200 OK", "{\"Running\":true,\"ExitCode\":null}")
#define ENDED    ANSWER("200 OK", "{\"Running\":false,\"ExitCode\":7}")
#define EXEC_LOG "1:eo\n2:ee\n"

static void run_command_and_show(struct scripted_site *site)
{
    run_command(site);
    note_targets(site);
    g_string_append_printf(site->log, "%s\n%s\n", body_of(site, 1), body_of(site, 2));
}

Test(exec, streams_the_output_of_an_upgraded_connection)
{
    static const struct scripted_answer answers[] = {
        PING, CREATED, BYTES(UPGRADED FRAMES), ENDED, {0}};

    g_autofree char *log = scripted_site_run(answers, run_command_and_show);

    cr_assert_str_eq(log, EXEC_LOG
                     "7 [eo\nee\n] 0 ms\nHEAD /_ping\nPOST /v1.41/containers/b0/exec\n"
                     "POST /v1.41/exec/f4bb/start\nGET /v1.41/exec/f4bb/json\n"
                     "{\"AttachStdin\":false,\"AttachStdout\":true,\"AttachStderr\":true,"
                     "\"Tty\":false,\"Env\":[\"DOCKER_CONFIG=/cfg\"],\"Cmd\":[\"buildctl\","
                     "\"debug\",\"workers\"],\"WorkingDir\":\"/build\"}\n"
                     "{\"Detach\":false,\"Tty\":false}\n");
}

Test(exec, takes_an_engine_that_does_not_upgrade_too)
{
    static const struct scripted_answer answers[] = {
        PING, CREATED, BYTES(NOT_UPGRADED FRAMES), ENDED, {0}};

    g_autofree char *log = scripted_site_run(answers, run_command);

    cr_assert_str_eq(log, EXEC_LOG "7 [eo\nee\n] 0 ms\n");
}

Test(exec, waits_a_moment_for_the_exit_code_after_the_output)
{
    static const struct scripted_answer answers[] = {
        PING, CREATED, BYTES(UPGRADED FRAMES), RUNNING, RUNNING, ENDED, {0}};

    g_autofree char *log = scripted_site_run(answers, run_command);

    cr_assert_str_eq(log, EXEC_LOG "7 [eo\nee\n] 100 ms\n");
}

Test(exec, whose_output_ends_while_it_runs_on_was_cut)
{
    struct scripted_answer answers[256] = {PING, CREATED, BYTES(UPGRADED FRAMES)};
    for (int i = 3; i < 255; i++)
        answers[i] = (struct scripted_answer)RUNNING;

    g_autofree char *log = scripted_site_run(answers, run_command);

    cr_assert_str_eq(log, EXEC_LOG "docker 1: the output of the command was cut; it still runs\n");
}

Test(exec, that_the_engine_refuses_says_why)
{
    static const struct scripted_answer answers[] = {
        PING,
        CREATED,
        ANSWER("409 Conflict", "{\"message\":\"container b0 is not running\"}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, run_command);

    cr_assert_str_eq(log, "docker 409: container b0 is not running\n");
}

Test(exec, that_ends_without_a_code_makes_no_sense)
{
    static const struct scripted_answer answers[] = {
        PING,
        CREATED,
        BYTES(UPGRADED FRAMES),
        ANSWER("200 OK", "{\"Running\":false,\"ExitCode\":null}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, run_command);

    cr_assert_str_eq(log,
                     EXEC_LOG "docker 2: the Engine says the command has ended, but not how\n");
}

static void run_within_a_minute(struct scripted_site *site)
{
    DEADLINE(limit);
    deadline_begin(site->loop, &limit, "build", MINUTE_US);
    run_command(site);
}

Test(exec, obeys_the_deadline_while_the_command_is_silent)
{
    static const struct scripted_answer answers[] = {PING,
                                                     CREATED,
                                                     {.text = UPGRADED FRAMES,
                                                      .length_bytes = sizeof(UPGRADED FRAMES) - 1,
                                                      .is_kept_open = true},
                                                     {0}};

    g_autofree char *log = scripted_site_run(answers, run_within_a_minute);

    cr_assert_str_eq(log, EXEC_LOG "seatrial-fiber-error 0: build timed out after 1min\n");
}

static void kill_command(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    if (docker_exec_kill(docker, "b0", "/build/leg-7", &error))
        g_string_append(site->log, "killed\n");
    else
        note_error(site, error);
    g_string_append(site->log, strstr(body_of(site, 1), "\"Cmd\""));
}

static char *kill_with(int exit_code)
{
    g_autofree char *ended = g_strdup_printf("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
                                             "{\"Running\":false,\"ExitCode\":%d}",
                                             exit_code);
    const struct scripted_answer answers[] = {
        PING, CREATED, BYTES(UPGRADED FRAMES), {.text = ended}, {0}};
    return scripted_site_run(answers, kill_command);
}

#define KILL_COMMAND "\"Cmd\":[\"pkill\",\"-KILL\",\"-f\",\"/build/leg-7\"]}"

Test(exec, kills_what_another_left_behind_by_its_command_line)
{
    g_autofree char *killed = kill_with(0);
    g_autofree char *nothing = kill_with(1);
    g_autofree char *no_pkill = kill_with(126);

    cr_assert_str_eq(killed, "killed\n" KILL_COMMAND);
    cr_assert_str_eq(nothing, "killed\n" KILL_COMMAND);
    cr_assert_str_eq(no_pkill, "docker 3: pkill ended with code 126: eo\nee\n" KILL_COMMAND);
}

static void copy_files(struct scripted_site *site)
{
    g_autoptr(GBytes) tar = g_bytes_new_static("tar", 3);
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GBytes) got = NULL;
    g_autoptr(GBytes) missing = NULL;
    g_autoptr(GBytes) none = NULL;
    g_autoptr(GError) error = NULL;
    cr_assert(docker_archive_put(docker, "b0", "/etc", tar, NULL));
    cr_assert(docker_archive_get(docker, "b0", "/build/meta data.json", &got, NULL));
    cr_assert(docker_archive_get(docker, "b0", "/p", &missing, NULL));
    cr_assert(!docker_archive_get(docker, "b1", "/p", &none, &error));

    cr_assert_null(missing);
    note_error(site, error);
    g_string_append_printf(site->log, "%s %d\n", body_of(site, 1), (int)g_bytes_get_size(got));
    note_targets(site);
}

Test(archive, goes_in_and_out_and_a_missing_file_is_no_error)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER("200 OK", ""),
        ANSWER("200 OK", "0123456789"),
        ANSWER("404 Not Found", "{\"message\":\"Could not find the file /p in container b0\"}"),
        ANSWER("404 Not Found", "{\"message\":\"No such container: b1\"}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, copy_files);

    cr_assert_str_eq(log, "docker 404: No such container: b1\ntar 10\nHEAD /_ping\n"
                          "PUT /v1.41/containers/b0/archive?noOverwriteDirNonDir=true&path=%2Fetc\n"
                          "GET /v1.41/containers/b0/archive?path=%2Fbuild%2Fmeta%20data.json\n"
                          "GET /v1.41/containers/b0/archive?path=%2Fp\n"
                          "GET /v1.41/containers/b1/archive?path=%2Fp\n");
}

static void measure(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    struct docker_usage usage;
    cr_assert(docker_usage(docker, &usage, NULL));
    g_string_append_printf(site->log, "images %d %d containers %d %d volumes %d cache %d %d",
                           (int)usage.images_bytes, (int)usage.images_reclaimable_bytes,
                           (int)usage.containers_bytes, (int)usage.containers_reclaimable_bytes,
                           (int)usage.volumes_bytes, (int)usage.build_cache_bytes,
                           (int)usage.build_cache_reclaimable_bytes);
}

Test(housekeeping, counts_the_disk_as_docker_system_df_does)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER(
            "200 OK",
            "{\"LayersSize\":1000,\"Images\":[{\"Containers\":2,\"Size\":300,\"SharedSize\":100},"
            "{\"Containers\":0,\"Size\":500,\"SharedSize\":0},"
            "{\"Containers\":1,\"Size\":50,\"SharedSize\":-1}],"
            "\"Containers\":[{\"SizeRw\":7,\"State\":\"running\"},"
            "{\"SizeRw\":5,\"State\":\"exited\"},{\"State\":\"created\"}],"
            "\"Volumes\":[{\"UsageData\":{\"Size\":11,\"RefCount\":1}},{\"UsageData\":"
            "{\"Size\":-1}},{}],"
            "\"BuildCache\":[{\"Size\":3,\"InUse\":false,\"Shared\":false},"
            "{\"Size\":4,\"InUse\":true,\"Shared\":false},"
            "{\"Size\":9,\"InUse\":false,\"Shared\":true}]}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, measure);

    cr_assert_str_eq(log, "images 1000 800 containers 12 5 volumes 11 cache 7 3");
}

Test(housekeeping, takes_an_empty_engine_for_empty)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER("200 OK", "{\"LayersSize\":0,\"Images\":[],\"Containers\":[],\"Volumes\":[],"
                         "\"BuildCache\":null,\"BuilderSize\":0}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, measure);

    cr_assert_str_eq(log, "images 0 0 containers 0 0 volumes 0 cache 0 0");
}

static void prune(struct scripted_site *site, bool all_images)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    int64_t reclaimed_bytes = -1;
    if (!docker_prune(docker, all_images, &reclaimed_bytes, &error))
        note_error(site, error);
    g_string_append_printf(site->log, "%d\n", (int)reclaimed_bytes);
    note_targets(site);
}

static void prune_dangling(struct scripted_site *site)
{
    prune(site, /* all_images= */ false);
}

static void prune_all(struct scripted_site *site)
{
    prune(site, /* all_images= */ true);
}

/* captures 26b and 27 */
static const struct scripted_answer prune_answers[] = {
    PING,
    ANSWER("200 OK", "{\"ContainersDeleted\":[\"0870\"],\"SpaceReclaimed\":204800}"),
    ANSWER("200 OK", "{\"NetworksDeleted\":null}"),
    ANSWER("200 OK", "{\"ImagesDeleted\":[{\"Deleted\":\"sha256:23\"}],\"SpaceReclaimed\":2}"),
    ANSWER("200 OK", "{\"CachesDeleted\":null,\"SpaceReclaimed\":53}"),
    {0}};

Test(housekeeping, prunes_in_the_clients_order_and_adds_up)
{
    g_autofree char *log = scripted_site_run(prune_answers, prune_dangling);

    cr_assert_str_eq(log, "204855\nHEAD /_ping\nPOST /v1.41/containers/prune\n"
                          "POST /v1.41/networks/prune\n"
                          "POST /v1.41/images/prune?filters=%7B%22dangling%22%3A%7B%22true%22%3A"
                          "true%7D%7D\nPOST /v1.41/build/prune?filters=\n");
}

Test(housekeeping, prunes_all_images_when_asked)
{
    g_autofree char *log = scripted_site_run(prune_answers, prune_all);

    cr_assert(g_str_has_suffix(log, "POST /v1.41/images/prune?filters=%7B%22dangling%22%3A%7B%22"
                                    "false%22%3Atrue%7D%7D\n"
                                    "POST /v1.41/build/prune?all=1&filters=\n"));
}

Test(housekeeping, stops_at_the_first_prune_that_fails)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER("409 Conflict", "{\"message\":\"a prune operation is already running\"}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, prune_dangling);

    cr_assert_str_eq(log, "docker 409: a prune operation is already running\n-1\nHEAD /_ping\n"
                          "POST /v1.41/containers/prune\n");
}
