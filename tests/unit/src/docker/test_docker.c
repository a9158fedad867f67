/* Negotiation, errors and single answers of the Engine client. */
#include "engine_answers.h"

#include "base/units.h"
#include "docker/call.h"

#include <criterion/criterion.h>
#include <string.h>

#define OFFER(version)       "HTTP/1.1 200 OK\r\nApi-Version: " version "\r\nContent-Length: 0\r\n\r\n"
#define EMPTY(status)        "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"
#define CLOSED(status, body) "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n" body

static void remove_container(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    if (!docker_container_remove(docker, "c1", &error))
        note_error(site, error);
    note_targets(site);
}

Test(docker, speaks_the_older_of_both_versions)
{
    static const struct {
        const char *ping;
        const char *version;
    } rows[] = {
        {OFFER("1.41"), "1.41"}, {OFFER("1.50"), "1.50"},   {OFFER("1.52"), "1.50"},
        {OFFER("1.24"), "1.24"}, {EMPTY("200 OK"), "1.24"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct scripted_answer answers[] = {
            {.text = rows[i].ping}, {.text = EMPTY("204 No Content")}, {0}};

        g_autofree char *log = scripted_site_run(answers, remove_container);

        g_autofree char *expected = g_strdup_printf(
            "HEAD /_ping\nDELETE /v%s/containers/c1?force=1&v=1\n", rows[i].version);
        cr_assert_str_eq(log, expected);
    }
}

Test(docker, asks_by_get_when_head_is_refused)
{
    static const struct scripted_answer answers[] = {
        {.text = "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"},
        {.text = OFFER("1.43")},
        {.text = EMPTY("204 No Content")},
        {0}};

    g_autofree char *log = scripted_site_run(answers, remove_container);

    cr_assert_str_eq(log, "HEAD /_ping\nGET /_ping\nDELETE /v1.43/containers/c1?force=1&v=1\n");
}

Test(docker, says_why_when_both_pings_are_refused)
{
    static const struct scripted_answer answers[] = {
        {.text = EMPTY("503 Service Unavailable")},
        {.text = CLOSED("503 Service Unavailable", "{\"message\":\"starting\"}")},
        {0}};

    g_autofree char *log = scripted_site_run(answers, remove_container);

    cr_assert_str_eq(log, "docker 503: starting\nHEAD /_ping\nGET /_ping\n");
}

Test(docker, refuses_an_engine_older_than_it_knows)
{
    static const struct scripted_answer answers[] = {{.text = OFFER("1.19")}, {0}};

    g_autofree char *log = scripted_site_run(answers, remove_container);

    cr_assert_str_eq(log, "docker 2: API version 1.19 is not supported by this client: the minimum "
                          "supported API version is 1.24\nHEAD /_ping\n");
}

Test(docker, refuses_a_version_that_is_none)
{
    static const char *const pings[] = {OFFER("abc"), OFFER("1."), OFFER("1.x"), OFFER("2.1"),
                                        OFFER("1.41/../..")};
    for (gsize i = 0; i < G_N_ELEMENTS(pings); i++) {
        const struct scripted_answer answers[] = {{.text = pings[i]}, {0}};

        g_autofree char *log = scripted_site_run(answers, remove_container);

        cr_assert(g_str_has_prefix(log, "docker 2: the Engine offers the API version '"), "%s",
                  log);
    }
}

static void remove_twice(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    bool is_removed = docker_container_remove(docker, "c1", &error) &&
                      docker_volume_remove(docker, "v1", &error) &&
                      docker_image_remove(docker, "ghcr.io/o/a:1", &error);
    g_string_append_printf(site->log, "%d\n%s\n", is_removed, site->dialled->str);
    note_targets(site);
}

Test(docker, negotiates_once_and_takes_what_is_gone_for_removed)
{
    static const struct scripted_answer answers[] = {
        {.text = OFFER("1.47")},
        {.text = CLOSED("404 Not Found", "{\"message\":\"No such container: c1\"}")},
        {.text = CLOSED("404 Not Found", "{\"message\":\"get v1: no such volume\"}")},
        {.text = CLOSED("404 Not Found", "{\"message\":\"No such image: ghcr.io/o/a:1\"}")},
        {0}};

    g_autofree char *log = scripted_site_run(answers, remove_twice);

    cr_assert_str_eq(log, "1\nunix:/var/run/docker.sock unix:/var/run/docker.sock "
                          "unix:/var/run/docker.sock unix:/var/run/docker.sock \n"
                          "HEAD /_ping\nDELETE /v1.47/containers/c1?force=1&v=1\n"
                          "DELETE /v1.47/volumes/v1\nDELETE /v1.47/images/ghcr.io/o/a:1\n");
}

Test(docker, does_not_take_an_unknown_path_for_a_thing_that_is_gone)
{
    static const struct scripted_answer answers[] = {
        {.text = OFFER("1.47")},
        {.text = CLOSED("404 Not Found", "{\"message\":\"page not found\"}")},
        {0}};

    g_autofree char *log = scripted_site_run(answers, remove_container);

    cr_assert(g_str_has_prefix(log, "docker 404: page not found\n"), "%s", log);
}

Test(docker, takes_a_container_that_is_being_removed_for_removed)
{
    static const struct scripted_answer answers[] = {
        {.text = OFFER("1.47")},
        {.text = CLOSED("409 Conflict",
                        "{\"message\":\"removal of container c1 is already in progress\"}")},
        {0}};

    g_autofree char *log = scripted_site_run(answers, remove_container);

    cr_assert_str_eq(log, "HEAD /_ping\nDELETE /v1.47/containers/c1?force=1&v=1\n");
}

Test(docker, gives_the_daemons_own_words_with_the_status)
{
    static const struct {
        const char *answer;
        const char *error;
    } rows[] = {
        {CLOSED("500 Internal Server Error", "{\"message\":\"driver failed\"}"),
         "docker 500: driver failed\n"},
        {EMPTY("500 Internal Server Error"),
         "docker 500: request returned 500 Internal Server Error for API route and version "
         "http://%2Fvar%2Frun%2Fdocker.sock/v1.47/containers/c1?force=1&v=1, check if the server "
         "supports the requested API version\n"},
        {CLOSED("400 Bad Request", "{}"),
         "docker 400: API returned a 400 (Bad Request) but provided no error-message\n"},
        {CLOSED("502 Bad Gateway", "<html>\r\nbad\n</html>\n"),
         "docker 502: <html>  bad </html>\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct scripted_answer answers[] = {
            {.text = OFFER("1.47")}, {.text = rows[i].answer}, {0}};

        g_autofree char *log = scripted_site_run(answers, remove_container);

        cr_assert(g_str_has_prefix(log, rows[i].error), "%s", log);
    }
}

static void without_an_engine(struct scripted_site *site, enum http_way way)
{
    site->route.way = way;
    remove_container(site);
}

static void refused(struct scripted_site *site)
{
    without_an_engine(site, HTTP_WAY_REFUSED);
}

static void no_file(struct scripted_site *site)
{
    without_an_engine(site, HTTP_WAY_NO_SUCH_FILE);
}

static void no_permission(struct scripted_site *site)
{
    without_an_engine(site, HTTP_WAY_NO_PERMISSION);
}

Test(docker, says_what_dockers_own_client_says_when_there_is_no_engine)
{
    static const struct scripted_answer answers[] = {{0}};

    g_autofree char *refused_log = scripted_site_run(answers, refused);
    g_autofree char *no_file_log = scripted_site_run(answers, no_file);
    g_autofree char *no_permission_log = scripted_site_run(answers, no_permission);

    cr_assert_str_eq(
        refused_log,
        "docker 4: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. "
        "Is the docker daemon running?\n");
    cr_assert_str_eq(no_file_log, refused_log);
    cr_assert_str_eq(no_permission_log,
                     "docker 4: permission denied while trying to connect to the Docker daemon "
                     "socket at unix:///var/run/docker.sock: "
                     "Head \"http://%2Fvar%2Frun%2Fdocker.sock/_ping\": "
                     "dial unix /var/run/docker.sock: connect: permission denied\n");
}

/* ---- those who stand for Docker's own client ---- */

static void ask_as(struct scripted_site *site, const char *user_agent, const char *method,
                   const char *path)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    docker_set_identity(docker, user_agent, "1.48");
    if (!docker_perform_plain(docker, &(struct docker_call){.method = method, .path = path},
                              &error))
        note_error(site, error);
}

#define CLIENT_28 "Docker-Client/28.0.4 (linux)"
#define CLIENT_29 "Docker-Client/29.4.2 (linux)"
#define SOCKET    "unix:///var/run/docker.sock"
#define URL       "http://%2Fvar%2Frun%2Fdocker.sock"
#define DENIED    "dial unix /var/run/docker.sock: connect: permission denied\n"

static void pull_without_permission(struct scripted_site *site)
{
    site->route.way = HTTP_WAY_NO_PERMISSION;
    ask_as(site, CLIENT_28, "POST", "/images/create?fromImage=a&tag=1");
    ask_as(site, CLIENT_28, "GET", "/images/json?all=1");
    ask_as(site, CLIENT_28, "POST", "/containers/create");
    ask_as(site, CLIENT_29, "GET", "/containers/json");
}

/* failures.md F2; which calls tell of the ping was measured with CLI 28.2.2 */
Test(docker, goes_on_without_a_ping_as_dockers_own_client_does)
{
    static const struct scripted_answer answers[] = {{0}};

    g_autofree char *log = scripted_site_run(answers, pull_without_permission);

    cr_assert_str_eq(
        log,
        "docker 4: permission denied while trying to connect to the Docker daemon socket at " SOCKET
        ": Post \"" URL "/v1.48/images/create?fromImage=a&tag=1\": " DENIED
        "docker 4: permission denied while trying to connect to the Docker daemon socket at " SOCKET
        ": Head \"" URL "/_ping\": " DENIED
        "docker 4: permission denied while trying to connect to the Docker daemon socket at " SOCKET
        ": Head \"" URL "/_ping\": " DENIED
        "docker 4: permission denied while trying to connect to the docker API at " SOCKET "\n");
}

static void look_for_the_socket(struct scripted_site *site)
{
    site->route.way = HTTP_WAY_NO_SUCH_FILE;
    ask_as(site, CLIENT_28, "GET", "/info");
    ask_as(site, CLIENT_29, "GET", "/info");
    site->route.way = HTTP_WAY_REFUSED;
    ask_as(site, CLIENT_29, "GET", "/info");
}

/* failures.md F1 */
Test(docker, tells_a_missing_socket_from_a_refused_connection_from_version_29_on)
{
    static const struct scripted_answer answers[] = {{0}};
    static const char nobody[] =
        "docker 4: Cannot connect to the Docker daemon at " SOCKET ". Is the docker daemon "
        "running?\n";

    g_autofree char *log = scripted_site_run(answers, look_for_the_socket);

    g_autofree char *expected =
        g_strconcat(nobody,
                    "docker 4: failed to connect to the docker API at " SOCKET
                    "; check if the path is correct and if the daemon is running: dial unix "
                    "/var/run/docker.sock: connect: no such file or directory\n",
                    nobody, NULL);
    cr_assert_str_eq(log, expected);
}

Test(docker, says_that_the_engine_hung_up)
{
    static const struct scripted_answer answers[] = {{.text = OFFER("1.47")}, {.text = ""}, {0}};

    g_autofree char *log = scripted_site_run(answers, remove_container);

    cr_assert(g_str_has_prefix(log, "docker 4: error during connect: Delete \"" URL
                                    "/v1.47/containers/c1?force=1&v=1\": EOF\n"),
              "%s", log);
}

Test(docker, says_that_an_answer_was_cut)
{
    static const struct scripted_answer answers[] = {
        {.text = OFFER("1.47")},
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"mess"},
        {0}};

    g_autofree char *log = scripted_site_run(answers, remove_container);

    cr_assert(g_str_has_prefix(log, "docker 1: the Engine's answer was cut: "), "%s", log);
}

static void remove_within_five_seconds(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    DEADLINE(limit);
    deadline_begin(site->loop, &limit, "clean-up", 5 * SECOND_US);

    if (!docker_container_remove(docker, "c1", &error))
        note_error(site, error);
    deadline_end(&limit);
    (void)!fiber_yield(site->loop, NULL);
    (void)!fiber_sleep(site->loop, 1, NULL);
    g_string_append_printf(site->log, "%d open at %d s\n", (int)site->open_count,
                           (int)(loop_now_us(site->loop) / SECOND_US));
}

Test(docker, closes_the_connection_when_a_deadline_passes)
{
    static const struct scripted_answer answers[] = {
        {.text = OFFER("1.47")}, {.text = "HTTP/1.1 200", .is_kept_open = true}, {0}};

    g_autofree char *log = scripted_site_run(answers, remove_within_five_seconds);

    cr_assert_str_eq(log, "seatrial-fiber-error 0: clean-up timed out after 5s\n0 open at 5 s\n");
}

static void ask_engine(struct scripted_site *site)
{
    g_autoptr(GError) error = NULL;
    AUTO(docker) docker = docker_new(site->http, "tcp://engine.example:2375", &error);
    struct docker_engine_facts facts;

    cr_assert(docker_engine(docker, &facts, &error), "%s", error->message);
    g_string_append_printf(site->log, "%s %s %s %s %s %d\n", facts.version, facts.api_version,
                           facts.platform, facts.root_directory, facts.storage_driver,
                           facts.has_containerd_store);
    docker_engine_facts_clear(&facts);
    g_string_append(site->log, site->dialled->str);
}

Test(docker, tells_an_engine_with_the_containerd_store)
{
    static const struct scripted_answer answers[] = {
        {.text = OFFER("1.52")},
        {.text = CLOSED("200 OK", "{\"Version\":\"29.4.2\",\"Os\":\"linux\",\"Arch\":\"arm64\"}")},
        {.text = CLOSED("200 OK", "{\"DockerRootDir\":\"/var/lib/docker\",\"Driver\":\"overlayfs\","
                                  "\"DriverStatus\":[[\"driver-type\","
                                  "\"io.containerd.snapshotter.v1\"]]}")},
        {0}};

    g_autofree char *log = scripted_site_run(answers, ask_engine);

    cr_assert_str_eq(log, "29.4.2 1.50 linux/arm64 /var/lib/docker overlayfs 1\n"
                          "engine.example:2375 engine.example:2375 engine.example:2375 ");
}

Test(docker, tells_an_engine_with_the_classic_store)
{
    static const struct scripted_answer answers[] = {
        {.text = OFFER("1.48")},
        {.text = CLOSED("200 OK", "{\"Version\":\"28.0.4\",\"Os\":\"linux\",\"Arch\":\"amd64\"}")},
        {.text = CLOSED("200 OK", "{\"Driver\":\"overlay2\",\"DriverStatus\":"
                                  "[[\"Backing Filesystem\",\"extfs\"],[],7]}")},
        {0}};

    g_autofree char *log = scripted_site_run(answers, ask_engine);

    cr_assert(g_str_has_prefix(log, "28.0.4 1.48 linux/amd64  overlay2 0\n"), "%s", log);
}

Test(docker, refuses_endpoints_it_cannot_speak_to)
{
    static const char *const endpoints[] = {"",       "unix://",    "unix://docker.sock",
                                            "tcp://", "ssh://host", "/var/run/docker.sock"};
    for (gsize i = 0; i < G_N_ELEMENTS(endpoints); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *expected = g_strdup_printf(
            "'%s' is no Engine endpoint; write unix:///path or tcp://host:port", endpoints[i]);

        AUTO(docker) docker = docker_new(NULL, endpoints[i], &error);

        cr_assert_null(docker);
        cr_assert_str_eq(error->message, expected);
    }
}
