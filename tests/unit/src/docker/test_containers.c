/* Containers of the Engine client: created, watched, described. */
#include "engine_answers.h"

#include <criterion/criterion.h>
#include <string.h>

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
