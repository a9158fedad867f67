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
