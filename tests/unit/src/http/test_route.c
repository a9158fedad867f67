/* URLs, and the ways an opener can send a dial: each fails in its own words after its exact time.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct url_case {
    const char *url;
    const char *result; /* "host port", or the error */
};

static const struct url_case url_cases[] = {
    {"http://site", "site 80"},
    {"https://ghcr.io/v2/", "ghcr.io 443"},
    {"http://localhost:5000?a=b", "localhost 5000"},
    {"http://[::1]:5000/", "::1 5000"},
    {"HTTP://site/", "site 80"},
    {"http://a:65535/%20?q=a%26b#part", "a 65535"},
    {"ftp://site/", "URL 'ftp://site/': the scheme must be http or https"},
    {"site/path", "URL 'site/path': the scheme must be http or https"},
    {"", "URL '': the scheme must be http or https"},
    {"http:///path", "URL 'http:///path': the host is missing"},
    {"http://:80/", "URL 'http://:80/': the host is missing"},
    {"http://u:p@site/", "URL 'http://u:p@site/': credentials belong in a header"},
    {"http://site:0/", "URL 'http://site:0/': the port must be 1 to 65535"},
    {"http://site:99999/", "URL 'http://site:99999/': its form is not scheme://host:port/path"},
    {"http://site:80x/", "URL 'http://site:80x/': its form is not scheme://host:port/path"},
    {"http://[::1/", "URL 'http://[::1/': its form is not scheme://host:port/path"},
    {"http://si te/", "URL 'http://si te/': only printable ASCII may stand in it"},
    {"http://site/\r\nX: y", "URL 'http://site/\r\nX: y': only printable ASCII may stand in it"},
};

static char *split_text(const char *url)
{
    g_autofree char *host = NULL;
    g_autoptr(GError) error = NULL;
    int port;

    if (!http_url_split(url, &host, &port, &error))
        return g_strdup(error->message);
    return g_strdup_printf("%s %d", host, port);
}

Test(route, a_url_is_split_or_refused_with_the_reason)
{
    for (gsize i = 0; i < G_N_ELEMENTS(url_cases); i++) {
        g_autofree char *result = split_text(url_cases[i].url);

        cr_expect_str_eq(result, url_cases[i].result, "%s: %s", url_cases[i].url, result);
    }
}

static char *url_of_bytes(gsize length_bytes)
{
    g_autofree char *fill = g_strnfill(length_bytes - strlen("http://site/"), 'x');
    return g_strconcat("http://site/", fill, NULL);
}

Test(route, a_url_over_the_ceiling_is_refused)
{
    g_autofree char *longest = url_of_bytes(HTTP_TARGET_BYTES_MAX);
    g_autofree char *too_long = url_of_bytes(HTTP_TARGET_BYTES_MAX + 1);

    g_autofree char *fits = split_text(longest);
    g_autofree char *refused = split_text(too_long);

    cr_expect_str_eq(fits, "site 80");
    cr_expect(g_str_has_suffix(refused, "x…' is over the limit of 8192 bytes"), "%s", refused);
}

Test(route, a_location_leads_from_where_it_was_read)
{
    static const struct {
        const char *location;
        const char *url;
    } cases[] = {
        {"/v2/a/blobs/uploads/1?s=2", "https://r:5000/v2/a/blobs/uploads/1?s=2"},
        {"https://cdn/blob?sig=a%2Fb", "https://cdn/blob?sig=a%2Fb"},
        {"//cdn/blob", "https://cdn/blob"},
        {"next", "https://r:5000/v2/next"},
        {"ftp://cdn/", "URL 'ftp://cdn/': the scheme must be http or https"},
        {"http://", "URL 'http://': the host is missing"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_autofree char *url = http_url_join("https://r:5000/v2/x", cases[i].location, &error);

        const char *result = url != NULL ? url : error->message;
        cr_expect_str_eq(result, cases[i].url, "%s: %s", cases[i].location, result);
    }
}

Test(route, escaping_leaves_only_unreserved_characters)
{
    g_autofree char *text = http_escape("az-AZ_09.~ /:?&=+%é");
    cr_expect_str_eq(text, "az-AZ_09.~%20%2F%3A%3F%26%3D%2B%25%C3%A9");
}

struct way_case {
    const char *name;
    struct http_route route;
    const char *log;
};

#define LATE(seconds) .delay_us = (seconds)*SECOND_US

static const struct way_case way_cases[] = {
    {"a slow connection", {.way = HTTP_WAY_SOCKET, LATE(2)}, "204 @2s "},
    {"too slow a connection",
     {.way = HTTP_WAY_SOCKET, LATE(31)},
     "CONNECT_TIMED_OUT (connection timed out)@30s "},
    {"no such name", {.way = HTTP_WAY_NAME_NOT_FOUND}, "NAME_NOT_FOUND (no such host)@0s "},
    {"no such name, slowly",
     {.way = HTTP_WAY_NAME_NOT_FOUND, LATE(5)},
     "NAME_NOT_FOUND (no such host)@5s "},
    {"no such name, too slowly",
     {.way = HTTP_WAY_NAME_NOT_FOUND, LATE(40)},
     "NAME_TIMED_OUT (name look-up timed out)@30s "},
    {"a broken name server",
     {.way = HTTP_WAY_NAME_SERVER_FAILS},
     "NAME_SERVER (server misbehaving)@0s "},
    {"a silent name server",
     {.way = HTTP_WAY_NAME_TIMES_OUT, LATE(20)},
     "NAME_TIMED_OUT (name look-up timed out)@20s "},
    {"refused", {.way = HTTP_WAY_REFUSED}, "REFUSED (connection refused)@0s "},
    {"refused, slowly", {.way = HTTP_WAY_REFUSED, LATE(1)}, "REFUSED (connection refused)@1s "},
    {"no answer to SYN", {.way = HTTP_WAY_SILENT}, "CONNECT_TIMED_OUT (connection timed out)@30s "},
    {"no answer to SYN after a slow look-up",
     {.way = HTTP_WAY_SILENT, LATE(5)},
     "CONNECT_TIMED_OUT (connection timed out)@30s "},
    {"no answer to the TLS handshake",
     {.way = HTTP_WAY_TLS_SILENT, LATE(3)},
     "TLS_TIMED_OUT (TLS handshake timed out)@13s "},
    {"a bad certificate",
     {.way = HTTP_WAY_TLS_REFUSED, .reason = "certificate has expired"},
     "TLS_REFUSED (certificate has expired)@0s "},
    {"no such socket", {.way = HTTP_WAY_NO_SUCH_FILE}, "REFUSED (no such file or directory)@0s "},
    {"a socket for others", {.way = HTTP_WAY_NO_PERMISSION}, "PERMISSION (permission denied)@0s "},
    {"a missing socket file, really dialled",
     {.way = HTTP_WAY_SOCKET, .path = "/nonexistent/socket"},
     "REFUSED (no such file or directory)@0s "},
};

static const struct act answer_nothing[] = {READ_HEAD, SEND("HTTP/1.1 204 No Content\r\n\r\n"),
                                            HOLD};
static const struct act *const nothing_scripts[] = {answer_nothing, NULL};

static const struct way_case *current_case(const struct bench *bench)
{
    return bench->context;
}

static void get_on_a_way(struct bench *bench)
{
    bench->server->route = current_case(bench)->route;
    bench_get(bench);
}

Test(route, every_way_ends_in_its_time)
{
    for (gsize i = 0; i < G_N_ELEMENTS(way_cases); i++) {
        g_autofree char *log = bench_run_with(nothing_scripts, get_on_a_way, &way_cases[i]);

        cr_expect_str_eq(log, way_cases[i].log, "%s: %s", way_cases[i].name, log);
    }
}

static void get_with_short_timeouts(struct bench *bench)
{
    struct http_request request = {
        .url = "https://site/thing",
        .connect_timeout_us = 250 * MILLISECOND_US,
        .tls_timeout_us = 1,
    };
    bench->server->route.way = HTTP_WAY_SILENT;
    bench_perform(bench, &request);
    bench->server->route.way = HTTP_WAY_TLS_SILENT;
    bench_perform(bench, &request);
}

Test(route, the_caller_sets_the_timeouts)
{
    g_autofree char *log = bench_run(nothing_scripts, get_with_short_timeouts);
    cr_expect_str_eq(log,
                     "CONNECT_TIMED_OUT (GET https://site/thing: connection timed out)@250ms "
                     "TLS_TIMED_OUT (GET https://site/thing: TLS handshake timed out)@250.001ms ");
}

static void get_with_patience(struct bench *bench)
{
    struct http_request request = {
        .url = "https://site/thing",
        .connect_timeout_us = 300 * SECOND_US,
    };
    bench->server->route = (struct http_route){.way = HTTP_WAY_SILENT, LATE(5)};
    bench_perform(bench, &request);
    bench->server->route = (struct http_route){.way = HTTP_WAY_REFUSED, LATE(140)};
    bench_perform(bench, &request);
    bench->server->route = (struct http_route){.way = HTTP_WAY_NAME_TIMES_OUT, LATE(140)};
    bench_perform(bench, &request);
}

Test(route, the_kernel_gives_up_before_a_patient_caller)
{
    g_autofree char *log = bench_run(nothing_scripts, get_with_patience);
    cr_expect_str_eq(log,
                     "UNANSWERED (GET https://site/thing: connection timed out)@2min16s "
                     "UNANSWERED (GET https://site/thing: connection timed out)@4min27s "
                     "NAME_TIMED_OUT (GET https://site/thing: name look-up timed out)@6min47s ");
}

static void get_a_deaf_file(struct bench *bench)
{
    g_autofree char *path = g_build_filename(bench->server->folder, "deaf", NULL);
    cr_assert(g_file_set_contents(path, "", 0, NULL));
    bench->server->route.path = path;
    bench_get(bench);
    g_remove(path);
}

Test(route, a_file_nobody_listens_on_refuses)
{
    g_autofree char *log = bench_run(nothing_scripts, get_a_deaf_file);
    cr_expect_str_eq(log, "REFUSED (connection refused)@0s ");
}

static void get_until_a_deadline(struct bench *bench)
{
    DEADLINE(limit);
    deadline_begin(bench->loop, &limit, "dial", 7 * SECOND_US);
    bench->server->route.way = HTTP_WAY_SILENT;
    bench_get(bench);
}

Test(route, a_deadline_ends_a_silent_dial)
{
    g_autofree char *log = bench_run(nothing_scripts, get_until_a_deadline);
    cr_expect_str_eq(log, "dial timed out after 7s@7s ");
}

static void get_without_an_opener(struct bench *bench)
{
    struct http_request request = {.url = "http://docker/info", .unix_socket = bench->server->path};
    http_free(bench->http);
    bench->http = http_new(bench->loop, NULL, "production");

    bench_perform(bench, &request);
    request.unix_socket = "/nonexistent/docker.sock";
    bench_perform(bench, &request);

    cr_expect_str_eq(bench->server->asked->str, "");
}

Test(route, without_an_opener_a_unix_socket_is_dialled_as_it_is)
{
    g_autofree char *log = bench_run(nothing_scripts, get_without_an_opener);
    cr_expect_str_eq(log,
                     "204 @0s REFUSED (GET http://docker/info: no such file or directory)@0s ");
}

/* A listener on the loopback whose queue is full: a further SYN goes unanswered. */
static int deaf_listener(int *port, int *filler_fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert_eq(bind(fd, (struct sockaddr *)&address, length), 0);
    cr_assert_eq(listen(fd, 0), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *filler_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(connect(*filler_fd, (struct sockaddr *)&address, length), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void dial_the_deaf(struct bench *bench)
{
    int port;
    int filler_fd;
    int fd = deaf_listener(&port, &filler_fd);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/", port);
    struct http_request request = {.url = url, .connect_timeout_us = 5 * SECOND_US};
    g_autoptr(GError) error = NULL;
    HTTP_RESPONSE(response);
    http_free(bench->http);
    bench->http = http_new(bench->loop, NULL, "production");

    cr_expect(!http_perform(bench->http, &request, &response, &error));

    cr_expect(g_error_matches(error, HTTP_ERROR, HTTP_ERROR_CONNECT_TIMED_OUT));
    bench_note(bench, "gave up");
    close(filler_fd);
    close(fd);
}

Test(route, in_production_a_silent_dial_ends_at_the_connect_timeout)
{
    g_autofree char *log = bench_run(nothing_scripts, dial_the_deaf);
    cr_expect_str_eq(log, "gave up@5s ");
}
