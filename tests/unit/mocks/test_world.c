/* Sites that go away, worlds that end in flight, and the same trace every time. */
#include "talk.h"

#include <string.h>

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
    site_handler *const handlers[] = {handle_hello, handle_echo_for_ever, handle_ten_bytes,
                                      handle_much};
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
    const struct plan plan = {.handle = handle_hello, .body = count_events};

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
