/* Connections: who hangs up when, upgrades, sites that go away, worlds that end in flight. */
#include "bench.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void hello(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_reply_text(exchange, 200, "text/plain", "hello");
}

/* ---- a client without a library ---- */

static int dial(struct bench *bench)
{
    const struct http_opener *opener = world_opener(bench->world, NULL, "raw");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct http_route route;
    opener->find(opener->context, "site", 80, false, &route);
    g_strlcpy(address.sun_path, route.path, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* What has come by now; the end of the stream reads "EOF". */
static void note_heard(struct bench *bench, int fd)
{
    char buffer[4096];
    bench_sleep(bench, 1);
    for (;;) {
        ssize_t count = recv(fd, buffer, sizeof buffer, 0);
        if (count <= 0) {
            g_string_append(bench->log, count == 0 ? "EOF;" : ";");
            return;
        }
        g_string_append_len(bench->log, buffer, count);
    }
}

static void talk_http_1_0(struct bench *bench)
{
    int fd = dial(bench);
    say(fd, "GET / HTTP/1.0\r\n\r\n");
    note_heard(bench, fd);
    close(fd);
}

Test(connection, of_an_http_1_0_client_ends_after_the_reply)
{
    const struct plan plan = {.handle = hello, .body = talk_http_1_0};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n"
                          "Content-Length: 5\r\n\r\nhelloEOF;");
}

static void talk_pipelined(struct bench *bench)
{
    int fd = dial(bench);
    say(fd, "GET /1 HTTP/1.1\r\nHost:\r\n\r\nPUT /2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
            "GET /3 HTTP/1.1\r\nConnection: close\r\n\r\n");
    note_heard(bench, fd);
    close(fd);
}

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

Test(connection, is_kept_for_pipelined_requests_until_the_client_wants_its_end)
{
    const struct plan plan = {.handle = hello, .body = talk_pipelined};

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
    const struct plan plan = {.handle = hello, .body = say_garbage};

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
    const struct plan plan = {.handle = hello, .body = ask_long_targets};

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
    const struct plan plan = {.handle = hello, .body = say_anything};
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;

    g_autofree char *log = bench_run_traced(&plan, &first);
    g_autofree char *log_again = bench_run_traced(&plan, &second);

    cr_assert_str_eq(first, second);
    cr_assert_str_eq(log, log_again);
}

/* ---- clients that go ---- */

static void wait_for_ever(struct exchange *exchange, void *context)
{
    struct bench *bench = context;
    g_autoptr(GError) error = NULL;
    cr_assert(!fiber_sleep(bench->loop, HOUR_US, &error));
    bench_note(bench, "%s %s", error->message, exchange_header(exchange, "host"));
    cr_assert(!exchange_stream_write(exchange, "x", 1, NULL));
}

static void handle_for_ever(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, wait_for_ever, context);
}

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

static void write_much(struct exchange *exchange, void *context)
{
    struct bench *bench = context;
    g_autofree char *block = g_malloc0(MIB_BYTES);
    g_autoptr(GError) error = NULL;
    exchange_stream_begin(exchange, 200);
    int written = 0;
    while (written < 100 && exchange_stream_write(exchange, block, MIB_BYTES, &error))
        written++;
    cr_assert(written < 10);
    bench_note(bench, "%s", error->message);
}

static void handle_much(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, write_much, context);
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

/* ---- upgrades ---- */

/* Sleeps, or is cancelled. */
static void rest(struct bench *bench, int64_t delay_us)
{
    g_autoptr(GError) error = NULL;
    if (!fiber_sleep(bench->loop, delay_us, &error))
        bench_note(bench, "%s", error->message);
}

static void echo(struct exchange *exchange, void *context)
{
    (void)context;
    exchange_upgrade(exchange, "application/vnd.docker.raw-stream");
    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        if (!exchange_read(exchange, &chunk, NULL))
            return;
        if (chunk == NULL)
            break;
        gsize length_bytes;
        const void *bytes = g_bytes_get_data(chunk, &length_bytes);
        if (!exchange_stream_write(exchange, bytes, length_bytes, NULL))
            return;
    }
    cr_assert(exchange_stream_write(exchange, "bye", 3, NULL));
}

static void handle_echo(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, echo, context);
}

static void talk_upgraded(struct bench *bench, const char *head)
{
    int fd = dial(bench);
    say(fd, head);
    note_heard(bench, fd);
    say(fd, "one");
    note_heard(bench, fd);
    say(fd, "two");
    shutdown(fd, SHUT_WR);
    note_heard(bench, fd);
    close(fd);
    bench_sleep(bench, 1);
    cr_assert_not_null(strstr(bench_trace(bench), "\"bytes\":9,"));
    cr_assert_not_null(strstr(bench_trace(bench), "\"end\":\"ok\""));
}

#define START      "POST /exec/1/start HTTP/1.1\r\nHost: site\r\n"
#define START_BODY "Content-Length: 2\r\n\r\n{}"

static void talk_upgraded_to_tcp(struct bench *bench)
{
    talk_upgraded(bench, START "Connection: Upgrade\r\nUpgrade: tcp\r\n" START_BODY);
}

static void talk_raw_unasked(struct bench *bench)
{
    talk_upgraded(bench, START START_BODY);
}

Test(upgrade, carries_bytes_both_ways_and_a_half_close)
{
    const struct plan plan = {.handle = handle_echo, .body = talk_upgraded_to_tcp};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "HTTP/1.1 101 Switching Protocols\r\n"
                          "Connection: Upgrade\r\nUpgrade: tcp\r\n"
                          "Content-Type: application/vnd.docker.raw-stream\r\n\r\n;"
                          "one;twobyeEOF;");
}

Test(upgrade, unasked_answers_200_and_is_raw_all_the_same)
{
    const struct plan plan = {.handle = handle_echo, .body = talk_raw_unasked};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, OK_HEAD "Content-Type: application/vnd.docker.raw-stream\r\n\r\n;"
                                  "one;twobyeEOF;");
}

static void talk_early(struct bench *bench)
{
    int fd = dial(bench);
    say(fd, START "Connection: Upgrade\r\nUpgrade: h2c\r\n" START_BODY "early");
    note_heard(bench, fd);
    close(fd);
}

Test(upgrade, hands_over_bytes_that_came_with_the_request)
{
    const struct plan plan = {.handle = handle_echo, .body = talk_early};

    g_autofree char *log = bench_run(&plan);

    cr_assert_not_null(strstr(log, "\r\n\r\nearly;"));
}

static void echo_for_ever(struct exchange *exchange, void *context)
{
    g_autoptr(GBytes) chunk = NULL;
    g_autoptr(GError) error = NULL;
    exchange_upgrade(exchange, NULL);
    cr_assert(!exchange_read(exchange, &chunk, &error));
    bench_note(context, "%s", error->message);
}

static void handle_echo_for_ever(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, echo_for_ever, context);
}

static void upgrade_and_go(struct bench *bench)
{
    int fd = dial(bench);
    say(fd, START "Connection: Upgrade\r\nUpgrade: tcp\r\n" START_BODY);
    bench_sleep(bench, SECOND_US);
    close(fd);
    bench_sleep(bench, 1);
    cr_assert_not_null(strstr(bench_trace(bench), "\"end\":\"client-gone\""));
}

Test(upgrade, that_the_client_closes_cancels_the_fiber)
{
    const struct plan plan = {.handle = handle_echo_for_ever, .body = upgrade_and_go};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "cancelled (site)@1s ");
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

static void reset_at_5(struct disturbance *disturbance)
{
    disturbance->end = END_RESET;
    disturbance->ends_at = 5;
}

static void ten_bytes(struct exchange *exchange, void *context)
{
    (void)context;
    exchange_upgrade(exchange, NULL);
    if (exchange_stream_write(exchange, "0123456789", 10, NULL))
        rest(context, SECOND_US);
}

static void handle_ten_bytes(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, ten_bytes, context);
}

static void read_upgraded(struct bench *bench)
{
    const struct http_request request = {
        .method = "POST", .url = "http://site/", .is_upgrade = true};
    bench_perform(bench, &request);
}

static void read_upgraded_whole(struct bench *bench)
{
    read_upgraded(bench);
    bench_sleep(bench, SECOND_US);
}

Test(upgrade, can_be_reset_inside_its_stream)
{
    const struct plan cut = {
        .handle = handle_ten_bytes, .body = read_upgraded, .disturb = reset_at_5};
    const struct plan whole = {.handle = handle_ten_bytes, .body = read_upgraded_whole};

    g_autofree char *cut_log = bench_run(&cut);
    g_autofree char *whole_log = bench_run(&whole);

    cr_assert_str_eq(cut_log, "cancelled (site)@0s RESET@0s ");
    cr_assert_str_eq(whole_log, "101 0123456789@1s ");
}

/* ---- sites and worlds that end ---- */

static void go_away_for_a_minute(void *argument)
{
    struct bench *bench = argument;
    bench_sleep(bench, 10 * SECOND_US);
    site_set_listening(bench->site, false);
    bench_sleep(bench, MINUTE_US);
    site_set_listening(bench->site, true);
}

static void ask_a_site_that_restarts(struct bench *bench)
{
    fiber_spawn(bench->loop, "restart", go_away_for_a_minute, bench);
    bench_get(bench);
    bench_get(bench);
    bench_sleep(bench, 2 * MINUTE_US);
    DEADLINE(patience);
    deadline_begin(bench->loop, &patience, "client", SECOND_US);
    bench_get(bench);
}

Test(site, that_stops_listening_cuts_its_connections_and_refuses_new_ones)
{
    const struct plan plan = {.handle = handle_for_ever, .body = ask_a_site_that_restarts};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "cancelled (site) site@10s EMPTY_REPLY@10s REFUSED@10s "
                          "client timed out after 1s@2min11s cancelled (site) site@2min11s ");
}

static void sleep_in_flight(struct bench *bench)
{
    int fds[5];
    for (gsize i = 0; i < G_N_ELEMENTS(fds); i++)
        fds[i] = dial(bench);
    say(fds[0], "GET / HTTP/1.1\r\nHost: site\r\n\r\n");
    say(fds[1], "PUT / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
    say(fds[2], START "Connection: Upgrade\r\nUpgrade: tcp\r\n" START_BODY);
    say(fds[3], "GET / HTTP");
    bench_sleep(bench, SECOND_US);
    world_set_weather(bench->world, NULL);
}

static void silent_before(struct disturbance *disturbance)
{
    disturbance->end = END_SILENT;
    disturbance->ends_at = BEFORE_HEADERS;
}

static void silent_inside(struct disturbance *disturbance)
{
    disturbance->end = END_SILENT;
    disturbance->ends_at = 1;
}

Test(world, may_end_with_everything_in_flight)
{
    site_handler *const handlers[] = {hello, handle_echo_for_ever, handle_ten_bytes, handle_much};
    void (*const disturbances[])(struct disturbance *) = {NULL, silent_before, silent_inside};

    for (gsize i = 0; i < G_N_ELEMENTS(handlers) * G_N_ELEMENTS(disturbances); i++) {
        const struct plan plan = {.handle = handlers[i % G_N_ELEMENTS(handlers)],
                                  .body = sleep_in_flight,
                                  .disturb = disturbances[i / G_N_ELEMENTS(handlers)]};
        g_autofree char *log = bench_run(&plan);
        cr_assert_null(strstr(log, "["), "%s", log);
    }
}

static void get_in_vain(void *bench)
{
    bench_get(bench);
}

static void interrupt(struct bench *bench)
{
    fiber_spawn(bench->loop, "client", get_in_vain, bench);
    bench_sleep(bench, SECOND_US);
    loop_interrupt(bench->loop);
    rest(bench, SECOND_US);
}

static void pass_the_time_cap(struct bench *bench)
{
    fiber_spawn(bench->loop, "client", get_in_vain, bench);
    loop_set_time_cap(bench->loop, SECOND_US);
    rest(bench, 2 * SECOND_US);
}

#define CLIENT_ENDS "GET http://site/thing: the client was closed"

Test(world, ends_after_an_interrupt_and_a_time_cap)
{
    const struct plan interrupted = {.handle = handle_for_ever, .body = interrupt};
    const struct plan capped = {.handle = handle_for_ever, .body = pass_the_time_cap};

    g_autofree char *interrupted_log = bench_run(&interrupted);
    g_autofree char *capped_log = bench_run(&capped);

    cr_assert_str_eq(interrupted_log, "[interrupted]cancelled (site) site@1s " CLIENT_ENDS
                                      "@1s cancelled (body)@1s ");
    cr_assert_str_eq(capped_log, "[the run's clock passed its cap of 1s]"
                                 "cancelled (site) site@2s " CLIENT_ENDS "@2s ");
}

/* ---- repeatability ---- */

static void do_many_things(struct bench *bench)
{
    for (int i = 0; i < 5; i++) {
        bench_get(bench);
        talk_pipelined(bench);
        read_upgraded(bench);
    }
}

static void count_events(struct bench *bench)
{
    uint64_t count = 0;
    do_many_things(bench);
    bench_sleep(bench, 1);
    for (const char *at = bench_trace(bench); (at = strstr(at, "\"exchange\"")) != NULL; at++)
        count++;
    cr_assert_eq(world_exchange_count(bench->world), count);
    cr_assert(count >= 25);
}

Test(world, counts_its_exchanges_as_its_trace_does)
{
    const struct plan plan = {.handle = hello, .body = count_events};

    g_autofree char *log = bench_run(&plan);

    cr_assert_not_null(strstr(log, "hello"));
}

static void bother(struct disturbance *disturbance)
{
    disturbance->delay_us = 17;
    disturbance->bytes_per_second = 3;
}

Test(world, gives_the_same_trace_every_time)
{
    const struct plan plan = {.handle = handle_ten_bytes,
                              .body = do_many_things,
                              .disturb = bother,
                              .network = {.round_trip_us = 100, .bytes_per_second = 1000}};
    g_autofree char *first = NULL;
    g_autofree char *first_log = bench_run_traced(&plan, &first);

    for (int i = 0; i < 50; i++) {
        g_autofree char *digest = NULL;
        g_autofree char *log = bench_run_traced(&plan, &digest);
        cr_assert_str_eq(digest, first);
        cr_assert_str_eq(log, first_log);
    }
}
