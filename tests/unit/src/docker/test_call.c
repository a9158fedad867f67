/* Calls of the Engine API as they are: identity, raw bytes, frames, the moment a stream opens. */
#include "docker/call.h"

#include "engine_answers.h"

#include <criterion/criterion.h>

static bool note_bytes(void *context, const void *bytes, gsize length_bytes, GError **error)
{
    struct scripted_site *site = context;
    (void)error;
    g_string_append_len(site->log, bytes, (gssize)length_bytes);
    return true;
}

static void note_open(void *context)
{
    struct scripted_site *site = context;
    g_string_append(site->log, "open ");
}

static void stream_as_another(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    const struct docker_call call = {.path = "/x", .on_open = note_open, .open_context = site};

    docker_set_identity(docker, "Docker-Client/28.0.4 (linux)", "1.30");
    cr_assert_null(docker_api_version(docker));
    if (!docker_stream_bytes(docker, &call, note_bytes, site, &error))
        note_error(site, error);
    g_string_append_printf(site->log, " %s %d\n", docker_api_version(docker),
                           strstr(scripted_site_request(site, 1),
                                  "\r\nUser-Agent: Docker-Client/28.0.4 (linux)\r\n") != NULL);
    note_targets(site);
}

Test(call, may_be_made_in_the_name_of_another_client)
{
    static const struct scripted_answer answers[] = {PING, ANSWER("200 OK", "raw"), {0}};

    g_autofree char *log = scripted_site_run(answers, stream_as_another);

    cr_assert_str_eq(log, "open raw 1.30 1\nHEAD /_ping\nGET /v1.30/x\n");
}

Test(call, that_is_refused_never_opens)
{
    static const struct scripted_answer answers[] = {
        PING, ANSWER("409 Conflict", "{\"message\":\"busy\"}"), {0}};

    g_autofree char *log = scripted_site_run(answers, stream_as_another);

    cr_assert_str_eq(log, "docker 409: busy\n 1.30 1\nHEAD /_ping\nGET /v1.30/x\n");
}

static void take_frame(void *context, int stream, const char *bytes, gsize length_bytes)
{
    struct scripted_site *site = context;
    g_string_append_printf(site->log, "%d:%.*s", stream, (int)length_bytes, bytes);
}

static void read_frames(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    const struct docker_call call = {.method = "POST", .path = "/x", .is_upgrade = true};

    if (!docker_stream_frames(docker, &call, take_frame, site, &error))
        note_error(site, error);
}

Test(call, gives_frames_as_they_come)
{
    static const struct scripted_answer answers[] = {PING, BYTES(UPGRADED FRAMES), {0}};

    g_autofree char *log = scripted_site_run(answers, read_frames);

    cr_assert_str_eq(log, "1:eo\n2:ee\n");
}

static void speak_odd_versions(struct scripted_site *site)
{
    static const char *const versions[] = {"abc", "", "1.99", "2.1"};
    const struct docker_call call = {.path = "/x"};
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        AUTO(docker) docker = engine_of(site);
        docker_set_identity(docker, "odd", versions[i]);
        cr_assert(docker_perform_plain(docker, &call, NULL));
        g_string_append_printf(site->log, "%s ", docker_api_version(docker));
    }
}

Test(call, in_the_name_of_a_client_whose_version_is_none_or_too_new_speaks_our_newest)
{
    static const struct scripted_answer newer = {
        .text = "HTTP/1.1 200 OK\r\nApi-Version: 1.52\r\nContent-Length: 0\r\n\r\n"};
    static const struct scripted_answer fine = ANSWER("200 OK", "{}");
    const struct scripted_answer answers[] = {newer, fine,  newer, fine, newer,
                                              fine,  newer, fine,  {0}};

    g_autofree char *log = scripted_site_run(answers, speak_odd_versions);

    cr_assert_str_eq(log, "1.50 1.50 1.50 1.50 ");
}

static bool refuse_bytes(void *context, const void *bytes, gsize length_bytes, GError **error)
{
    (void)note_bytes(context, bytes, length_bytes, error);
    g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "enough");
    return false;
}

static void stop_reading(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    const struct docker_call call = {.path = "/x"};

    cr_assert_not(docker_stream_bytes(docker, &call, refuse_bytes, site, &error));
    g_string_append_printf(site->log, " %s", error->message);
    (void)!fiber_sleep(site->loop, 1, NULL);
    g_string_append_printf(site->log, ", %u open", site->open_count);
}

/* The answer stays open: whoever reads on meets a deadlock. */
Test(call, whose_receiver_wants_no_more_ends_with_its_error_and_closes)
{
    static const struct scripted_answer answers[] = {
        PING,
        {.text = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nraw", .is_kept_open = true},
        {0}};

    g_autofree char *log = scripted_site_run(answers, stop_reading);

    cr_assert_str_eq(log, "raw enough, 0 open");
}

static void ask_anything(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(json_t) body = json_pack("{s:i}", "a", 1);
    HTTP_RESPONSE(response);
    const struct docker_call call = {.method = "POST",
                                     .path = "/grpc",
                                     .json = body,
                                     .header = "X-Registry-Auth: e30=",
                                     .is_unversioned = true};

    cr_assert(docker_ask(docker, &call, &response, NULL));
    g_string_append_printf(site->log, "%u %.*s\n", response.status,
                           (int)g_bytes_get_size(response.body),
                           (const char *)g_bytes_get_data(response.body, NULL));
    cr_assert_not_null(strstr(scripted_site_request(site, 1), "\r\nX-Registry-Auth: e30=\r\n"));
    cr_assert_str_eq(body_of(site, 1), "{\"a\":1}");
    note_targets(site);
}

Test(call, that_only_asks_gets_the_answer_of_any_status)
{
    static const struct scripted_answer answers[] = {
        PING, ANSWER("409 Conflict", "{\"message\":\"busy\"}"), {0}};

    g_autofree char *log = scripted_site_run(answers, ask_anything);

    cr_assert_str_eq(log, "409 {\"message\":\"busy\"}\nHEAD /_ping\nPOST /grpc\n");
}
