/* Connections: what a client may say, and who hangs up when. */
#include "talk.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void talk_http_1_0(struct bench *bench)
{
    int fd = dial(bench);
    say(fd, "GET / HTTP/1.0\r\n\r\n");
    note_heard(bench, fd);
    close(fd);
}

Test(connection, of_an_http_1_0_client_ends_after_the_reply)
{
    const struct plan plan = {.handle = handle_hello, .body = talk_http_1_0};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n"
                          "Content-Length: 5\r\n\r\nhelloEOF;");
}

Test(connection, is_kept_for_pipelined_requests_until_the_client_wants_its_end)
{
    const struct plan plan = {.handle = handle_hello, .body = talk_pipelined};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log,
                     OK_HEAD "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello" OK_HEAD
                             "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello" OK_HEAD
                             "Connection: close\r\nContent-Type: text/plain\r\n"
                             "Content-Length: 5\r\n\r\nhelloEOF;");
}

static void say_garbage(struct bench *bench)
{
    int fd = dial(bench);
    say(fd, "\x16\x03\x01 TLS?\r\n\r\n");
    bench_sleep(bench, 1);
    close(fd);
    bench_sleep(bench, 1);
    cr_assert_eq(world_exchange_count(bench->world), 0);
}

Test(connection, with_garbage_on_it_is_no_exchange)
{
    const struct plan plan = {.handle = handle_hello, .body = say_garbage};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "");
}

static void ask_target(struct bench *bench, gsize target_bytes)
{
    g_autofree char *target = g_strnfill(target_bytes, '/');
    g_autofree char *head = g_strconcat("GET ", target, " HTTP/1.1\r\n\r\n", NULL);
    int fd = dial(bench);
    say(fd, head);
    note_heard(bench, fd);
    close(fd);
}

static void ask_long_targets(struct bench *bench)
{
    ask_target(bench, HTTP_TARGET_BYTES_MAX);
    ask_target(bench, HTTP_TARGET_BYTES_MAX + 1);
}

Test(connection, refuses_a_target_above_the_ceiling)
{
    const struct plan plan = {.handle = handle_hello, .body = ask_long_targets};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                          "Content-Length: 5\r\n\r\nhello;"
                          "HTTP/1.1 414 URI Too Long\r\nContent-Length: 0\r\n\r\n;");
}

/* A sane request with some bytes replaced. */
static void say_mutated(struct bench *bench, struct rng *rng)
{
    char text[] = "POST /a/b?c=d%20e HTTP/1.1\r\nHost: site\r\nTransfer-Encoding: chunked\r\n"
                  "Range: bytes=0-1\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    int fd = dial(bench);
    for (uint64_t i = rng_below(rng, 8); i > 0; i--)
        text[rng_below(rng, sizeof text - 1)] = (char)rng_next(rng);
    gsize length_bytes = sizeof text - 1 - rng_below(rng, 20);
    cr_assert_eq(send(fd, text, length_bytes, MSG_NOSIGNAL), (ssize_t)length_bytes);
    if (rng_below(rng, 2) == 0)
        bench_sleep(bench, 1);
    if (rng_below(rng, 2) == 0)
        shutdown(fd, SHUT_WR);
    bench_sleep(bench, 1);
    close(fd);
}

static void say_anything(struct bench *bench)
{
    struct rng rng = rng_stream(3, "test", NULL);
    for (int i = 0; i < 2000; i++)
        say_mutated(bench, &rng);
    bench_sleep(bench, 1);
}

Test(connection, survives_any_bytes_and_traces_them_alike)
{
    const struct plan plan = {.handle = handle_hello, .body = say_anything};
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;

    g_autofree char *log = bench_run_traced(&plan, &first);
    g_autofree char *log_again = bench_run_traced(&plan, &second);

    cr_assert_str_eq(first, second);
    cr_assert_str_eq(log, log_again);
}

/* ---- clients that go ---- */

static void give_up_after_5_s(struct bench *bench)
{
    {
        DEADLINE(patience);
        deadline_begin(bench->loop, &patience, "client", 5 * SECOND_US);
        bench_get(bench);
    }
    bench_sleep(bench, 1);
    cr_assert_not_null(
        strstr(bench_trace(bench), "\"status\":0,\"bytes\":0,\"end\":\"client-gone\""));
}

Test(connection, that_the_client_closes_cancels_the_exchange_s_fiber)
{
    const struct plan plan = {.handle = handle_for_ever, .body = give_up_after_5_s};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "client timed out after 5s@5s cancelled (site) site@5s ");
}

static void ask_and_hang_up(struct bench *bench)
{
    int fd = dial(bench);
    say(fd, "GET / HTTP/1.1\r\nHost: site\r\n\r\n");
    shutdown(fd, SHUT_WR);
    bench_sleep(bench, 1);
    close(fd);
}

Test(connection, half_closed_right_after_the_request_counts_as_closed)
{
    const struct plan plan = {.handle = handle_for_ever, .body = ask_and_hang_up};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "cancelled (site) site@0s ");
}

static void work_on(struct exchange *exchange, void *context)
{
    DEADLINE(shield);
    deadline_begin_shielded(((struct bench *)context)->loop, &shield, "work", HOUR_US);
    exchange_stream_begin(exchange, 200);
    bench_sleep(context, MINUTE_US);
    bench_note(context, "worked on");
    cr_assert(!exchange_stream_write(exchange, "x", 1, NULL));
}

static void handle_shielded(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, work_on, context);
}

static void give_up_and_wait(struct bench *bench)
{
    ask_and_hang_up(bench);
    bench_sleep(bench, HOUR_US);
}

Test(connection, that_is_gone_leaves_a_shielded_fiber_its_exchange)
{
    const struct plan plan = {.handle = handle_shielded, .body = give_up_and_wait};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "worked on@1min ");
}

static void read_nothing(struct bench *bench)
{
    int fd = dial(bench);
    say(fd, "GET / HTTP/1.1\r\nHost: site\r\n\r\n");
    bench_sleep(bench, MINUTE_US);
    close(fd);
    bench_sleep(bench, 1);
}

Test(connection, that_is_not_read_holds_its_writer_back)
{
    const struct plan plan = {.handle = handle_much, .body = read_nothing};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "cancelled (site)@1min ");
}

static void head_of_stream(struct bench *bench)
{
    const struct http_request request = {.url = "http://site/", .method = "HEAD"};
    bench_perform(bench, &request);
    bench_sleep(bench, MINUTE_US);
}

static void stream_3_MiB(struct exchange *exchange, void *context)
{
    g_autofree char *block = g_malloc0(MIB_BYTES);
    exchange_stream_begin(exchange, 200);
    for (int i = 0; i < 3; i++)
        if (!exchange_stream_write(exchange, block, MIB_BYTES, NULL))
            bench_note(context, "gone");
}

static void handle_3_MiB(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, stream_3_MiB, context);
}

Test(connection, that_asked_for_the_head_of_a_stream_gets_no_more)
{
    const struct plan plan = {.handle = handle_3_MiB, .body = head_of_stream};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "200 @0s ");
}

static void end_without_reply(struct exchange *exchange, void *context)
{
    (void)exchange, (void)context;
}

static void handle_without_reply(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, end_without_reply, context);
}

Test(connection, whose_fiber_ends_without_a_reply_is_closed)
{
    const struct plan plan = {.handle = handle_without_reply, .body = bench_get};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "EMPTY_REPLY@0s ");
}

static void reply_and_work_on(struct exchange *exchange, void *context)
{
    exchange_reply(exchange, 204, NULL);
    bench_sleep(context, MINUTE_US);
    exchange_reply(exchange, 500, NULL); /* too late */
    bench_note(context, "%s %s", exchange_header(exchange, "Host"), exchange_method(exchange));
}

static void handle_working_on(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, reply_and_work_on, context);
}

static void get_and_wait(struct bench *bench)
{
    bench_get(bench);
    bench_sleep(bench, HOUR_US);
}

Test(connection, with_its_reply_leaves_the_fiber_to_work_on)
{
    const struct plan plan = {.handle = handle_working_on, .body = get_and_wait};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "204 @0s site GET@1min ");
}
