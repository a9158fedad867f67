/* Containers: what create takes and refuses, and what inspect shows of it. */
#include "bench.h"

/* ---- shapes (captures 11, 19, 21) ---- */

static void show_shapes(struct bench *bench)
{
    preload_busybox(bench);
    const char *id = run(bench, "s1", "bb:1", ",\"Cmd\":[\"sleep\",\"300\"]");
    cr_assert_eq(strlen(id), 64u);

    ask(bench, "GET", "/v1.41/containers/json", NULL);
    g_autoptr(json_t) list = json_of(bench);
    json_t *first = json_array_get(list, 0);
    g_autofree char *list_keys = keys_of(first);
    cr_assert_str_eq(list_keys, "Command Created HostConfig Id Image ImageID Labels Mounts Names "
                                "NetworkSettings Ports State Status");
    cr_assert_str_eq(json_string_value(json_array_get(json_get_array(first, "Names"), 0)), "/s1");
    cr_assert_str_eq(json_get_string(first, "Command", ""), "sleep 300");
    cr_assert_str_eq(json_get_string(first, "Status", ""), "Up Less than a second");

    ask(bench, "GET", "/v1.41/containers/s1/json", NULL);
    g_autoptr(json_t) shape = json_of(bench);
    g_autofree char *keys = keys_of(shape);
    cr_assert_str_eq(keys, "AppArmorProfile Args Config Created Driver ExecIDs GraphDriver "
                           "HostConfig HostnamePath HostsPath Id Image LogPath MountLabel Mounts "
                           "Name NetworkSettings Path Platform ProcessLabel ResolvConfPath "
                           "RestartCount State");
    g_autofree char *state_keys = keys_of(json_get_object(shape, "State"));
    cr_assert_str_eq(state_keys, "Dead Error ExitCode FinishedAt OOMKilled Paused Pid Restarting "
                                 "Running StartedAt Status");
    g_autofree char *config_keys = keys_of(json_get_object(shape, "Config"));
    cr_assert_str_eq(config_keys,
                     "AttachStderr AttachStdin AttachStdout Cmd Domainname Entrypoint Env Hostname "
                     "Image Labels OnBuild OpenStdin StdinOnce Tty User Volumes WorkingDir");
    g_autofree char *network_keys = keys_of(json_get_object(shape, "NetworkSettings"));
    cr_assert_str_eq(
        network_keys,
        "Bridge EndpointID Gateway GlobalIPv6Address GlobalIPv6PrefixLen HairpinMode "
        "IPAddress IPPrefixLen IPv6Gateway LinkLocalIPv6Address LinkLocalIPv6PrefixLen "
        "MacAddress Networks Ports SandboxID SandboxKey SecondaryIPAddresses "
        "SecondaryIPv6Addresses");
    cr_assert_eq(json_object_size(json_get_object(shape, "HostConfig")), 65u);
    cr_assert_str_eq(json_get_string(shape, "Name", ""), "/s1");
    cr_assert_str_eq(json_get_string(shape, "Path", ""), "sleep");
}

Test(dockerd_create, list_and_inspect_have_the_members_of_the_captured_ones)
{
    bench_run(NULL, show_shapes);
}

/* ---- create ---- */

static void create_badly(struct bench *bench)
{
    preload_busybox(bench);
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/create", "{\"Image\":\"t/none\"}"), 404u);
    cr_assert_str_eq(message_of(bench), "No such image: t/none:latest");

    const char *id = create(bench, "x1", "bb:1", "");
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/create?name=x1", "{\"Image\":\"bb:1\"}"),
                 409u);
    cr_assert_str_eq(message_of(bench),
                     format("Conflict. The container name \"/x1\" is already in use by container "
                            "\"%s\". You have to remove (or rename) that container to be able to "
                            "reuse that name.",
                            id));
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/create?name=a%20b", "{\"Image\":\"bb:1\"}"),
                 400u);
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/create", "{\"Image\":"), 400u);
    cr_assert_eq(ask(bench, "GET", "/v1.41/containers/y/json", NULL), 404u);
    cr_assert_str_eq(message_of(bench), "No such container: y");
}

Test(dockerd_create, missing_images_and_taken_names_are_refused_with_the_real_words)
{
    bench_run(NULL, create_badly);
}

static void create_foreign(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "arm:1", "linux/arm64", 1000);
    cr_assert_eq(ask(bench, "POST", "/v1.41/containers/create",
                     "{\"Image\":\"arm:1\",\"Cmd\":[\"/bin/echo\",\"x\"]}"),
                 201u);
    g_autoptr(json_t) answer = json_of(bench);
    json_t *warnings = json_get_array(answer, "Warnings");
    cr_assert_str_eq(json_string_value(json_array_get(warnings, 0)),
                     "The requested image's platform (linux/arm64) does not match the detected "
                     "host platform (linux/amd64) and no specific platform was requested");

    const char *id = json_get_string(answer, "Id", "");
    ask(bench, "POST", format("/v1.41/containers/%s/start", id), NULL);
    ask(bench, "POST", format("/v1.41/containers/%s/wait", id), NULL);
    g_autofree char *text = text_of(bench);
    cr_assert_str_eq(text, "{\"Error\":null,\"StatusCode\":1}\n");
    ask(bench, "GET", format("/v1.41/containers/%s/logs?stderr=1", id), NULL);
    g_autofree char *log = frames_of(bench->response.body, 2);
    cr_assert_str_eq(log, "exec /bin/echo: exec format error\n");
}

static void create_for_platforms(struct bench *bench)
{
    static const struct {
        const char *wanted;
        unsigned status;
    } rows[] = {
        {"linux/arm64", 201}, {"linux/arm64/v8", 201}, {"linux/amd64", 404}, {"linux/arm/v7", 404}};
    dockerd_preload(bench->dockerd, "arm:1", "linux/arm64", 1000);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *target = format("/v1.41/containers/create?platform=%s", rows[i].wanted);
        cr_expect_eq(ask(bench, "POST", target, "{\"Image\":\"arm:1\"}"), rows[i].status, "%s",
                     rows[i].wanted);
    }
}

Test(dockerd_create, an_image_fits_the_platforms_that_run_it)
{
    bench_run(NULL, create_for_platforms);
}

/* capture 39 */
Test(dockerd_create, an_image_of_another_platform_warns_and_cannot_be_executed)
{
    bench_run(NULL, create_foreign);
}

/* An image that sets APP and APPS, and what else its config says, under the name vars:1. */
static void store_image_of_variables(struct bench *bench, const char *members)
{
    static const char *const tags[] = {"vars:1", NULL};
    const char *config = format("{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":"
                                "{\"Env\":[\"APP=image\",\"APPS=image\"]%s}}",
                                members);
    g_autoptr(GBytes) bytes = g_bytes_new(config, strlen(config));
    g_autoptr(GPtrArray) layers = g_ptr_array_new();
    cr_assert(dockerd_store_image(bench->dockerd, tags, bytes, layers, NULL, NULL));
}

static void create_with_variables(struct bench *bench)
{
    int exit_code = 0;
    store_image_of_variables(bench, "");
    run(bench, "e1", "vars:1", ",\"Cmd\":[\"sleep\",\"infinity\"],\"Env\":[\"APP=own\",\"A=own\"]");

    g_autofree char *text =
        run_exec(bench, "e1", "[\"/bin/sh\",\"-c\",\"echo $APP $APPS $A\"]", 1, &exit_code);

    cr_assert_str_eq(text, "own image own\n");
}

Test(dockerd_create, variables_of_the_client_win_over_the_image_s_of_the_same_whole_name)
{
    bench_run(NULL, create_with_variables);
}

/* "a b" of ["a", "b"], lent until bench_run() ends. */
static const char *joined(json_t *list)
{
    g_autoptr(GString) text = g_string_new(NULL);
    size_t index;
    json_t *value;
    json_array_foreach (list, index, value)
        g_string_append_printf(text, "%s%s", index > 0 ? " " : "", json_string_value(value));
    return format("%s", text->str);
}

static void show_merged(struct bench *bench)
{
    store_image_of_variables(bench, ",\"User\":\"app\",\"Entrypoint\":[\"/app\"],"
                                    "\"Cmd\":[\"serve\"],"
                                    "\"Labels\":{\"of\":\"image\",\"tier\":\"image\"},"
                                    "\"ExposedPorts\":{\"80/tcp\":{}}");
    create(bench, "c1", "vars:1",
           ",\"Entrypoint\":[\"/own\"],\"Env\":[\"APP=own\",\"A=own\"],"
           "\"Labels\":{\"tier\":\"own\"},\"ExposedPorts\":{\"81/tcp\":{}}");

    ask(bench, "GET", "/v1.41/containers/c1/json", NULL);

    g_autoptr(json_t) shape = json_of(bench);
    json_t *config = json_get_object(shape, "Config");
    json_t *labels = json_get_object(config, "Labels");
    cr_expect_str_eq(joined(json_get_array(config, "Env")), "APP=own A=own APPS=image");
    cr_expect_str_eq(joined(json_get_array(config, "Entrypoint")), "/own");
    cr_expect_eq(json_array_size(json_get_array(config, "Cmd")), 0u);
    cr_expect_str_eq(json_get_string(config, "User", ""), "app");
    cr_expect_str_eq(json_get_string(labels, "tier", ""), "own");
    cr_expect_str_eq(json_get_string(labels, "of", ""), "image");
    cr_expect_eq(json_object_size(json_get_object(config, "ExposedPorts")), 2u);
    ask(bench, "GET", "/v1.41/containers/json?all=1&filters={%22label%22:[%22of=image%22]}", NULL);
    g_autoptr(json_t) list = json_of(bench);
    cr_expect_eq(json_array_size(list), 1u);
}

/* moby daemon/commit.go merge() */
Test(dockerd_create, what_the_client_leaves_open_is_shown_as_in_the_image)
{
    bench_run(NULL, show_merged);
}

static void meet_leftover(struct bench *bench)
{
    preload_busybox(bench);
    dockerd_leave_container(bench->dockerd, "smoke", "bb:1");
    ask(bench, "POST", "/v1.41/containers/create?name=smoke", "{\"Image\":\"bb:1\"}");
    g_autofree char *text = text_of(bench);
    cr_assert(strstr(text, "Conflict. The container name \\\"/smoke\\\" is already in use") != NULL,
              "%s", text);

    ask(bench, "POST", "/v1.41/containers/prune", NULL);
    ask(bench, "POST", "/v1.41/containers/create?name=smoke", "{\"Image\":\"bb:1\"}");
    cr_assert_eq(bench->response.status, 201);
}

Test(dockerd_create, a_container_that_an_earlier_job_left_holds_its_name_until_a_prune)
{
    bench_run(NULL, meet_leftover);
}

static void refuse_settings(struct bench *bench)
{
    static const struct {
        const char *member;
        const char *message;
    } cases[] = {
        {"\"WorkingDir\":\"app\"",
         "the working directory 'app' is invalid, it needs to be an absolute path"},
        {"\"HostConfig\":{\"Memory\":1024}", "Minimum memory limit allowed is 6MB"},
        {"\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"ever\"}}",
         "invalid restart policy: unknown policy 'ever'; use one of 'no', 'always', 'on-failure', "
         "or "
         "'unless-stopped'"},
    };
    preload_busybox(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *body = format("{\"Image\":\"bb:1\",%s}", cases[i].member);
        cr_expect_eq(ask(bench, "POST", "/v1.41/containers/create", body), 400u);
        cr_expect_str_eq(message_of(bench), cases[i].message);
    }
}

Test(dockerd_create, settings_that_make_no_sense_are_refused)
{
    bench_run(NULL, refuse_settings);
}
