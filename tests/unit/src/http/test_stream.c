/* Streams: bytes as they come, raw streams after an upgrade, a slow reader, and ends. */
#include "bench.h"

#include <string.h>

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

/* Notes every chunk until the end or the error. */
static void note_all(struct bench *bench, struct http_stream *stream)
{
    bool is_open = true;
    while (is_open) {
        g_autoptr(GBytes) chunk = NULL;
        g_autoptr(GError) error = NULL;
        is_open = http_stream_read(stream, &chunk, &error) && chunk != NULL;
        if (error != NULL) {
            bench_note_error(bench, error);
            return;
        }
        g_autofree char *text =
            chunk == NULL ? g_strdup("end")
                          : g_strndup(g_bytes_get_data(chunk, NULL), g_bytes_get_size(chunk));
        bench_note(bench, text);
    }
}

static void open_and_note(struct bench *bench, bool is_upgrade)
{
    HTTP_RESPONSE(response);
    g_autoptr(GError) error = NULL;
    struct http_request request = {.url = "http://site/thing", .is_upgrade = is_upgrade};

    AUTO(http_stream) stream = http_open(bench->http, &request, &response, &error);
    if (stream == NULL) {
        bench_note_error(bench, error);
        return;
    }
    g_autofree char *status = g_strdup_printf("%u", response.status);
    cr_expect_null(response.body);
    bench_note(bench, status);
    note_all(bench, stream);
}

static void open_plain(struct bench *bench)
{
    open_and_note(bench, /* is_upgrade= */ false);
}

static void open_raw(struct bench *bench)
{
    open_and_note(bench, /* is_upgrade= */ true);
}

struct stream_case {
    const char *name;
    void (*open)(struct bench *bench);
    struct act script[12];
    const char *log;
};

static const struct stream_case stream_cases[] = {
    {"chunks a second apart",
     open_plain,
     {READ_HEAD, SLEEP(SECOND_US), SEND(CHUNKED), SEND("1\r\na\r\n"), SLEEP(SECOND_US),
      SEND("1\r\nb\r\n"), SLEEP(SECOND_US), SEND("0\r\n\r\n"), HOLD},
     "200@1s a@1s b@2s end@3s "},
    {"no body", open_plain, {READ_HEAD, SEND("HTTP/1.1 204 No\r\n\r\n"), HOLD}, "204@0s end@0s "},
    {"a failure whose body is read like any other",
     open_plain,
     {READ_HEAD, SEND("HTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\nbad"), HOLD},
     "500@0s bad@0s end@0s "},
    {"a body cut after its first bytes",
     open_plain,
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"), SLEEP(SECOND_US)},
     "200@0s hello@0s TRUNCATED (closed inside the answer's body)@1s "},
    {"a body reset after its first bytes",
     open_plain,
     {READ_HEAD, SEND(CHUNKED "5\r\nhello\r\n"), RESET},
     "200@0s hello@0s RESET (connection reset by peer)@0s "},
    {"an end that cannot be told from a cut",
     open_plain,
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\n\r\nhello"), SLEEP(SECOND_US)},
     "200@0s hello@0s TRUNCATED (closed where the end of the answer's body cannot be told)@1s "},
    {"no answer", open_plain, {READ_HEAD}, "EMPTY_REPLY (closed without an answer)@0s "},
    {"half an answer",
     open_plain,
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nConte"), SLEEP(SECOND_US)},
     "TRUNCATED (closed inside the answer's headers)@1s "},
    {"an upgrade",
     open_raw,
     {READ_HEAD, SEND("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"),
      SLEEP(SECOND_US), SEND("a"), SLEEP(2 * SECOND_US), SEND("b"), SLEEP(SECOND_US)},
     "101@0s a@1s b@3s end@4s "},
    {"an upgrade with the first bytes in the same segment",
     open_raw,
     {READ_HEAD, SEND("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nearly"), SLEEP(SECOND_US)},
     "101@0s early@0s end@1s "},
    {"an upgrade of a command without output",
     open_raw,
     {READ_HEAD, SEND("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n"), SLEEP(SECOND_US)},
     "101@0s end@1s "},
    {"a hijack without an upgrade, as dockerd answers one who does not ask",
     open_raw,
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Type: application/x\r\n\r\nraw"),
      SLEEP(SECOND_US)},
     "200@0s raw@0s end@1s "},
    {"an upgrade refused",
     open_raw,
     {READ_HEAD, SEND("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"), HOLD},
     "404@0s no@0s end@0s "},
    {"a raw stream that is reset",
     open_raw,
     {READ_HEAD, SEND("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n"), SLEEP(SECOND_US), RESET},
     "101@0s RESET (connection reset by peer)@1s "},
};

Test(stream, every_stream_has_its_course)
{
    for (gsize i = 0; i < G_N_ELEMENTS(stream_cases); i++) {
        const struct stream_case *each = &stream_cases[i];
        const struct act *const scripts[] = {each->script, NULL};

        g_autofree char *log = bench_run(scripts, each->open);

        cr_expect_str_eq(log, each->log, "%s: %s", each->name, log);
    }
}

#define FLOOD_BYTES (16 * 1024 * 1024)

static const struct act flood[] = {READ_HEAD,
                                   SEND("HTTP/1.1 200 OK\r\nContent-Length: 16777216\r\n\r\n"),
                                   SEND_FILL(FLOOD_BYTES), HOLD};
static const struct act *const flood_scripts[] = {flood, NULL};

static gsize read_to_the_end(struct http_stream *stream)
{
    gsize total_bytes = 0;
    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        cr_assert(http_stream_read(stream, &chunk, NULL));
        if (chunk == NULL)
            return total_bytes;
        total_bytes += g_bytes_get_size(chunk);
    }
}

static void read_a_flood_late(struct bench *bench)
{
    enum {
        SOCKET_BYTES_MAX = 512 * 1024
    };
    HTTP_RESPONSE(response);
    struct http_request request = {.url = "http://site/thing"};
    AUTO(http_stream) stream = http_open(bench->http, &request, &response, NULL);
    cr_assert_not_null(stream);

    cr_assert(fiber_sleep(bench->loop, 60 * SECOND_US, NULL));
    int64_t sent_early_bytes = bench->server->sent_bytes;
    gsize received_bytes = read_to_the_end(stream);

    cr_expect_leq(sent_early_bytes, HTTP_STREAM_BUFFER_BYTES_MAX + SOCKET_BYTES_MAX);
    cr_expect_geq(sent_early_bytes, HTTP_STREAM_BUFFER_BYTES_MAX - 64 * 1024);
    cr_expect_eq(received_bytes, FLOOD_BYTES);
    bench_note(bench, "read");
}

Test(stream, a_slow_reader_slows_the_peer)
{
    g_autofree char *log = bench_run(flood_scripts, read_a_flood_late);
    cr_expect_str_eq(log, "read@1min ");
}

static void leave_a_flood(struct bench *bench)
{
    HTTP_RESPONSE(response);
    struct http_request request = {.url = "http://site/thing"};
    AUTO(http_stream) stream = http_open(bench->http, &request, &response, NULL);
    cr_assert_not_null(stream);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));

    http_stream_free(g_steal_pointer(&stream));

    cr_expect_eq(bench->server->close_count, 1);
    bench_note(bench, "left");
}

Test(stream, a_stream_freed_while_paused_closes_its_connection)
{
    g_autofree char *log = bench_run(flood_scripts, leave_a_flood);
    cr_expect_str_eq(log, "left@1s ");
}

static void read_in_small_patience(struct bench *bench)
{
    HTTP_RESPONSE(response);
    struct http_request request = {.url = "http://site/thing"};
    g_autoptr(GBytes) chunk = NULL;
    AUTO(http_stream) stream = http_open(bench->http, &request, &response, NULL);
    cr_assert_not_null(stream);

    for (int i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        DEADLINE(patience);
        deadline_begin(bench->loop, &patience, "patience", 3 * SECOND_US);
        cr_expect(!http_stream_read(stream, &chunk, &error));
        bench_note_error(bench, error);
    }
    note_all(bench, stream);
}

Test(stream, a_read_that_times_out_may_be_tried_again)
{
    static const struct act script[] = {READ_HEAD, SEND(CHUNKED), SLEEP(10 * SECOND_US),
                                        SEND("1\r\na\r\n0\r\n\r\n"), HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, read_in_small_patience);

    cr_expect_str_eq(log, "patience timed out after 3s@3s patience timed out after 3s@6s "
                          "a@10s end@10s ");
}
