/* Upgrades: raw bytes both ways on the connection of a request. */
#include "talk.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

static void reset_at_5(struct disturbance *disturbance)
{
    disturbance->end = END_RESET;
    disturbance->ends_at = 5;
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
