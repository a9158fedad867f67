/* What goes over the wire, byte for byte, and what of it is kept from libcurl's own habits. */
#include "bench.h"

#include <string.h>

#define NOTHING "HTTP/1.1 204 No Content\r\n\r\n"

static const struct act answer_nothing[] = {READ_HEAD, SEND(NOTHING), HOLD};
static const struct act *const nothing_scripts[] = {answer_nothing, NULL};

struct request_case {
    const char *name;
    struct http_request request;
    const char *sent;
};

static const char *const some_headers[] = {"Accept: application/json", "X-Empty:", NULL};
static const char *const typed_headers[] = {"Content-Type: text/plain", NULL};

static const struct request_case request_cases[] = {
    {"a bare GET",
     {.url = "http://site/thing?q=1"},
     "GET /thing?q=1 HTTP/1.1\r\nHost: site\r\n\r\n"},
    {"https is spoken plainly in a rehearsal",
     {.url = "https://ghcr.io/v2/"},
     "GET /v2/ HTTP/1.1\r\nHost: ghcr.io\r\n\r\n"},
    {"a port that is no default",
     {.url = "https://r:5000/"},
     "GET / HTTP/1.1\r\nHost: r:5000\r\n\r\n"},
    {"a path with dots stays as it is",
     {.url = "http://site/a/../b/%2e"},
     "GET /a/../b/%2e HTTP/1.1\r\nHost: site\r\n\r\n"},
    {"a unix socket",
     {.url = "http://docker/v1.47/info", .unix_socket = "/var/run/docker.sock"},
     "GET /v1.47/info HTTP/1.1\r\nHost: docker\r\n\r\n"},
    {"headers of the caller, one without a value",
     {.url = "http://site/", .headers = some_headers},
     "GET / HTTP/1.1\r\nHost: site\r\nAccept: application/json\r\nX-Empty:\r\n\r\n"},
    {"a HEAD", {.method = "HEAD", .url = "http://site/"}, "HEAD / HTTP/1.1\r\nHost: site\r\n\r\n"},
    {"a DELETE",
     {.method = "DELETE", .url = "http://site/"},
     "DELETE / HTTP/1.1\r\nHost: site\r\n\r\n"},
    {"a POST of nothing",
     {.method = "POST", .url = "http://site/"},
     "POST / HTTP/1.1\r\nHost: site\r\nContent-Length: 0\r\n\r\n"},
    {"a PUT of nothing",
     {.method = "PUT", .url = "http://site/"},
     "PUT / HTTP/1.1\r\nHost: site\r\nContent-Length: 0\r\n\r\n"},
    {"a GET that asks for a raw stream",
     {.url = "http://site/", .is_upgrade = true},
     "GET / HTTP/1.1\r\nHost: site\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"},
    {"a GET that may go over a kept connection",
     {.url = "http://site/", .may_reuse = true},
     "GET / HTTP/1.1\r\nHost: site\r\n\r\n"},
};

static void send_every_request(struct bench *bench)
{
    for (guint i = 0; i < G_N_ELEMENTS(request_cases); i++) {
        bench_perform(bench, &request_cases[i].request);

        const char *sent = raw_server_received(bench->server, i);
        cr_expect_str_eq(sent, request_cases[i].sent, "%s: %s", request_cases[i].name, sent);
    }
}

Test(requests, nothing_is_sent_that_was_not_asked_for)
{
    g_autofree char *log = bench_run(nothing_scripts, send_every_request);
    cr_expect_null(strstr(log, "("), "%s", log);
}

static void ask_for_three_places(struct bench *bench)
{
    struct http_request unix_request = {.url = "http://docker/", .unix_socket = "/run/d.sock"};
    struct http_request tls_request = {.url = "https://ghcr.io/v2/"};
    struct http_request port_request = {.url = "http://localhost:5000/"};

    bench_perform(bench, &unix_request);
    bench_perform(bench, &tls_request);
    bench_perform(bench, &port_request);

    cr_expect_str_eq(bench->server->asked->str, "unix:/run/d.sock:0 ghcr.io:443 localhost:5000 ");
}

Test(requests, the_opener_is_asked_for_every_dial)
{
    g_autofree char *log = bench_run(nothing_scripts, ask_for_three_places);
    cr_expect_str_eq(log, "204 @0s 204 @0s 204 @0s ");
}

static void post_bytes(struct bench *bench)
{
    g_autoptr(GBytes) body = g_bytes_new_static("hello", 5);
    struct http_request request = {
        .method = "PATCH", .url = "http://site/", .headers = typed_headers, .body = body};

    bench_perform(bench, &request);

    cr_expect_str_eq(raw_server_received(bench->server, 0),
                     "PATCH / HTTP/1.1\r\nHost: site\r\nContent-Type: text/plain\r\n"
                     "Content-Length: 5\r\n\r\nhello");
}

Test(requests, a_body_in_memory_is_sent_with_its_length)
{
    static const struct act script[] = {READ_HEAD, READ_BODY(5), SEND(NOTHING), HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, post_bytes);

    cr_expect_str_eq(log, "204 @0s ");
}

/* Gives left_bytes of 'u', at most piece_bytes a call, then end. */
struct giver {
    gsize left_bytes;
    gsize piece_bytes;
    gssize end;
};

static gssize give(void *context, char *buffer, gsize size_bytes)
{
    struct giver *giver = context;
    gsize count = MIN(MIN(size_bytes, giver->piece_bytes), giver->left_bytes);
    if (count == 0)
        return giver->end;
    memset(buffer, 'u', count);
    giver->left_bytes -= count;
    return (gssize)count;
}

static void put_from(struct bench *bench, struct giver giver, int64_t declared_bytes)
{
    struct http_request request = {
        .method = "PUT",
        .url = "http://site/",
        .body_read = give,
        .body_context = &giver,
        .body_read_bytes = declared_bytes,
    };
    bench_perform(bench, &request);
}

static void put_in_chunks(struct bench *bench)
{
    put_from(bench, (struct giver){.left_bytes = 5, .piece_bytes = 3}, -1);

    cr_expect_str_eq(raw_server_received(bench->server, 0),
                     "PUT / HTTP/1.1\r\nHost: site\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3\r\nuuu\r\n2\r\nuu\r\n0\r\n\r\n");
}

Test(requests, a_body_of_unknown_length_goes_in_chunks)
{
    static const struct act script[] = {READ_HEAD, READ_BODY(20), SEND(NOTHING), HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, put_in_chunks);

    cr_expect_str_eq(log, "204 @0s ");
}

#define LARGE_BYTES (8 * 1024 * 1024)

static void put_large(struct bench *bench)
{
    put_from(bench, (struct giver){.left_bytes = LARGE_BYTES + 10, .piece_bytes = 70000},
             LARGE_BYTES);
}

Test(requests, a_large_body_of_known_length_is_sent_to_the_byte)
{
    static const struct act script[] = {READ_HEAD, READ_BODY(LARGE_BYTES), SEND(NOTHING), HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, put_large);

    cr_expect_str_eq(log, "204 @0s ");
}

static void put_what_ends_badly(struct bench *bench)
{
    put_from(bench, (struct giver){.left_bytes = 5, .piece_bytes = 5, .end = -1}, -1);
    put_from(bench, (struct giver){.left_bytes = 5, .piece_bytes = 5}, 6);
}

Test(requests, a_body_that_breaks_off_is_an_error)
{
    static const struct act script[] = {READ_HEAD, HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, put_what_ends_badly);

    cr_expect_str_eq(log,
                     "OTHER (PUT http://site/: the request's body ended with an error)@0s "
                     "OTHER (PUT http://site/: the request's body is shorter than declared)@0s ");
}

/* The server answers and closes with most of the body unread, as a registry that says 401 does. */
Test(requests, an_answer_that_comes_before_the_end_of_the_body_counts)
{
    static const struct act denied[] = {
        READ_HEAD, SEND("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"), CLOSE};
    static const struct act created[] = {
        READ_HEAD, SEND("HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nyes"), CLOSE};
    static const struct act held[] = {
        READ_HEAD, SEND("HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nstop"), HOLD};
    const struct {
        const struct act *script;
        const char *log;
    } cases[] = {{denied, "401 no@0s "}, {created, "201 yes@0s "}, {held, "413 stop@0s "}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct act *const scripts[] = {cases[i].script, NULL};

        g_autofree char *log = bench_run(scripts, put_large);

        cr_expect_str_eq(log, cases[i].log, "%s", log);
    }
}

Test(requests, a_server_that_closes_inside_the_body_without_an_answer_breaks_the_pipe)
{
    static const struct act script[] = {READ_HEAD, READ_BODY(100000), CLOSE};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, put_large);

    cr_expect_str_eq(log, "RESET (PUT http://site/: broken pipe)@0s ");
}
