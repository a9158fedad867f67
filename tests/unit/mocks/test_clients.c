/* The world's own clients, whose connections libmicrohttpd does not wait for by itself. */
#include "talk.h"

#include <string.h>
#include <sys/socket.h>

static void talk_pipelined_as_client(struct bench *bench)
{
    int fd = dial_as_client(bench);
    say(fd, "GET /1 HTTP/1.1\r\nHost:\r\n\r\nPUT /2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
            "GET /3 HTTP/1.1\r\nConnection: close\r\n\r\n");
    note_heard(bench, fd);
    hang_up(bench, fd);
}

#define HELLO "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"

Test(clients, are_heard_one_request_after_the_other)
{
    const struct plan plan = {.handle = handle_hello, .body = talk_pipelined_as_client};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, OK_HEAD HELLO OK_HEAD HELLO OK_HEAD "Connection: close\r\n" HELLO "EOF;");
}

static void ask_in_pieces(struct bench *bench)
{
    int fd = dial_as_client(bench);
    bench_sleep(bench, SECOND_US);
    say(fd, "GET / HTTP/1.1\r\nHo");
    bench_sleep(bench, SECOND_US);
    say(fd, "st: site\r\n\r\n");
    note_heard(bench, fd);
    bench_sleep(bench, HOUR_US);
    say(fd, "GET / HTTP/1.1\r\n\r\n");
    note_heard(bench, fd);
    hang_up(bench, fd);
}

Test(clients, may_take_their_time)
{
    const struct plan plan = {.handle = handle_hello, .body = ask_in_pieces};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, OK_HEAD HELLO ";" OK_HEAD HELLO ";");
}

/* A sane request with some bytes replaced. */
static void say_mutated(struct bench *bench, struct rng *rng)
{
    char text[] = "POST /a/b?c=d%20e HTTP/1.1\r\nHost: site\r\nTransfer-Encoding: chunked\r\n"
                  "Range: bytes=0-1\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    int fd = dial_as_client(bench);
    for (uint64_t i = rng_below(rng, 8); i > 0; i--)
        text[rng_below(rng, sizeof text - 1)] = (char)rng_next(rng);
    gsize length_bytes = sizeof text - 1 - rng_below(rng, 20);
    cr_assert_eq(send(fd, text, length_bytes, MSG_NOSIGNAL), (ssize_t)length_bytes);
    if (rng_below(rng, 2) == 0)
        bench_sleep(bench, 1);
    hang_up(bench, fd);
}

static void say_anything(struct bench *bench)
{
    struct rng rng = rng_stream(3, "test", NULL);
    for (int i = 0; i < 2000; i++)
        say_mutated(bench, &rng);
    bench_sleep(bench, 1);
}

Test(clients, may_say_anything_and_are_traced_alike)
{
    const struct plan plan = {.handle = handle_hello, .body = say_anything};
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;

    g_autofree char *log = bench_run_traced(&plan, &first);
    g_autofree char *log_again = bench_run_traced(&plan, &second);

    cr_assert_str_eq(first, second);
    cr_assert_str_eq(log, log_again);
}

static void ask_and_hang_up_later(struct bench *bench)
{
    int fd = dial_as_client(bench);
    say(fd, "GET / HTTP/1.1\r\nHost: site\r\n\r\n");
    bench_sleep(bench, MINUTE_US);
    hang_up(bench, fd);
    bench_sleep(bench, 1);
}

Test(clients, that_hang_up_cancel_their_exchange)
{
    const struct plan plan = {.handle = handle_for_ever, .body = ask_and_hang_up_later};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "cancelled (site) site@1min ");
}

Test(clients, that_read_nothing_hold_their_writer_back_until_they_hang_up)
{
    const struct plan plan = {.handle = handle_much, .body = ask_and_hang_up_later};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "cancelled (site)@1min ");
}

/* ---- which connection is whose shows in a reset: it takes the client's own descriptor ---- */

static void reset_first(struct disturbance *disturbance)
{
    disturbance->end = END_RESET;
    disturbance->ends_at = BEFORE_HEADERS;
}

static void get_after_one_in_vain(struct bench *bench)
{
    dial_in_vain(bench);
    bench_get(bench);
}

Test(clients, whose_dial_fails_are_not_taken_for_the_next)
{
    const struct plan plan = {
        .handle = handle_hello, .body = get_after_one_in_vain, .disturb = reset_first};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "RESET@0s ");
}

static void get_after_one_that_left(struct bench *bench)
{
    hang_up(bench, dial_as_client(bench));
    bench_get(bench);
}

Test(clients, that_leave_before_they_are_accepted_are_not_taken_for_the_next)
{
    const struct plan plan = {
        .handle = handle_hello, .body = get_after_one_that_left, .disturb = reset_first};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "RESET@0s ");
}

static void leave_at_a_closed_door(struct bench *bench)
{
    int fd = dial_as_client(bench);
    int other_fd = dial_as_client(bench);
    hang_up(bench, other_fd);
    site_set_listening(bench->site, false);
    site_set_listening(bench->site, true);
    bench_get(bench);
    hang_up(bench, fd);
}

Test(clients, that_waited_at_a_door_that_closed_are_not_taken_for_the_next)
{
    const struct plan plan = {
        .handle = handle_hello, .body = leave_at_a_closed_door, .disturb = reset_first};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "RESET@0s ");
}

/* ---- more of them than the inside daemon takes ---- */

enum {
    CROWD = 600, /* each has two descriptors: the last ones are above FD_SETSIZE */
};

static void ask_in_a_crowd(struct bench *bench)
{
    int fds[CROWD];
    guint heard_count = 0;
    for (int i = 0; i < CROWD; i++) {
        fds[i] = dial_as_client(bench);
        say(fds[i], "GET / HTTP/1.1\r\n\r\n");
        bench_sleep(bench, 1);
    }
    for (int i = 0; i < CROWD; i++) {
        char buffer[1024];
        heard_count += recv(fds[i], buffer, sizeof buffer, 0) > 0;
        hang_up(bench, fds[i]);
    }
    bench_note(bench, "%u heard", heard_count);
}

Test(clients, may_be_more_than_fit_into_a_set_of_descriptors)
{
    const struct plan plan = {.handle = handle_hello, .body = ask_in_a_crowd};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "600 heard@600us ");
}
