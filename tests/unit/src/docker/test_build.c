/* Classic build: what is sent, and when its stream counts as success. */
#include "engine_answers.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct docker_credentials credentials = {
    .registry = "127.0.0.1:5000", .username = "me", .password = "pw"};

static void note_line(void *context, int stream, const char *line)
{
    struct scripted_site *site = context;
    g_string_append_printf(site->log, "%d:%s\n", stream, line);
}

static void build(struct scripted_site *site)
{
    static const char *const tags[] = {"t:1", "ghcr.io/o/a:main", NULL};
    static const char *const arguments[] = {"VERSION=1=2", "EMPTY", NULL};
    static const char *const labels[] = {"a=b", NULL};
    g_autoptr(GBytes) context_tar = g_bytes_new_static("a tar", 5);
    const struct docker_build_options options = {
        .context_tar = context_tar,
        .dockerfile = "docker/Dockerfile",
        .tags = tags,
        .platform = "linux/arm64",
        .target = "final",
        .build_arguments = arguments,
        .labels = labels,
        .credentials = &credentials,
        .credential_count = 1,
        .output = note_line,
        .output_context = site,
    };
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    g_autofree char *id = NULL;
    if (docker_build(docker, &options, &id, &error))
        g_string_append_printf(site->log, "built %s\n", id);
    else
        note_error(site, error);
}

static void build_and_show_request(struct scripted_site *site)
{
    build(site);
    const char *request = scripted_site_request(site, 1);
    g_string_append(site->log, request);
}

Test(build, a_build_sends_its_context_and_hands_on_its_lines)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER("200 OK", "{\"stream\":\"Step 1/2 : FROM bb:1\"}\r\n{\"stream\":\"\\n\"}\r\n"
                         "{\"status\":\"Pulling from t/bb\",\"id\":\"1\"}\r\n"
                         "{\"status\":\"Downloading\",\"id\":\"x\",\"progressDetail\":"
                         "{\"current\":1,\"total\":2}}\r\n"
                         "{\"aux\":{\"ID\":\"sha256:3e2d\"}}\r\n"
                         "{\"stream\":\"Successfully built 3e2d4de41126\\n\"}\r\n"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, build_and_show_request);

    cr_assert(g_str_has_prefix(log, "1:Step 1/2 : FROM bb:1\n1:1: Pulling from t/bb\n"
                                    "1:Successfully built 3e2d4de41126\nbuilt sha256:3e2d\n"
                                    "POST /v1.41/build?version=1&forcerm=1&"
                                    "dockerfile=docker%2FDockerfile&t=t%3A1&"
                                    "t=ghcr.io%2Fo%2Fa%3Amain&platform=linux%2Farm64&target=final&"
                                    "buildargs=%7B%22VERSION%22%3A%221%3D2%22%2C%22EMPTY%22%3Anull"
                                    "%7D&labels=%7B%22a%22%3A%22b%22%7D HTTP/1.1\r\n"),
              "%s", log);
    cr_assert_not_null(strstr(log, "Content-Type: application/x-tar\r\n"));
    cr_assert_not_null(strstr(log,
                              "X-Registry-Config: eyIxMjcuMC4wLjE6NTAwMCI6eyJ1c2VybmFtZSI6Im1l"
                              "IiwicGFzc3dvcmQiOiJwdyIsInNlcnZlcmFkZHJlc3MiOiIxMjcuMC4wLjE6NTAw"
                              "MCJ9fQ==\r\n"));
    cr_assert(g_str_has_suffix(log, "\r\n\r\na tar"));
}

Test(build, a_build_whose_step_fails_says_so_inside_200)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER("200 OK", "{\"stream\":\"\\u001b[91moops\\n\\u001b[0m\"}\r\n"
                         "{\"errorDetail\":{\"code\":9,\"message\":\"The command returned a "
                         "non-zero code: 9\"},\"error\":\"The command returned a non-zero code: "
                         "9\"}\r\n"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, build);

    cr_assert_str_eq(log, "1:\x1b[91moops\n1:\x1b[0m\n"
                          "docker 0: The command returned a non-zero code: 9\n");
}

static void build_with_too_much(struct scripted_site *site)
{
    g_autofree char *argument = g_strnfill(HTTP_TARGET_BYTES_MAX, 'a');
    const char *const arguments[] = {argument, NULL};
    const struct docker_build_options options = {.build_arguments = arguments};
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    cr_assert(!docker_build(docker, &options, NULL, &error));
    note_error(site, error);
}

Test(build, a_build_whose_arguments_do_not_fit_into_a_url_is_refused)
{
    static const struct scripted_answer answers[] = {PING, {0}};

    g_autofree char *log = scripted_site_run(answers, build_with_too_much);

    cr_assert(g_str_has_prefix(log, "seatrial-base-error 1: "), "%s", log);
}

Test(build, a_build_that_names_no_image_has_failed)
{
    static const struct scripted_answer answers[] = {
        PING, ANSWER("200 OK", "{\"stream\":\"Step 1/2 : FROM bb:1\\n\"}"), {0}};

    g_autofree char *log = scripted_site_run(answers, build);

    cr_assert_str_eq(log, "1:Step 1/2 : FROM bb:1\n"
                          "docker 1: the build ended without saying how\n");
}

Test(build, a_build_of_an_old_engine_names_its_image_in_words)
{
    static const struct scripted_answer answers[] = {
        PING, ANSWER("200 OK", "{\"stream\":\"Successfully built 3e2d4de41126\\n\"}"), {0}};

    g_autofree char *log = scripted_site_run(answers, build);

    cr_assert_str_eq(log, "1:Successfully built 3e2d4de41126\nbuilt 3e2d4de41126\n");
}
