/* How waiting for an answer ends: by a deadline, by cancellation, with the client, or not at all.
 */
#include "bench.h"

#include <string.h>

static void get_for_a_minute(struct bench *bench)
{
    DEADLINE(limit);
    deadline_begin(bench->loop, &limit, "step", MINUTE_US);
    bench_get(bench);
    cr_expect_eq(bench->server->close_count, 1);
}

static void wait_for_the_server_to_see(struct bench *bench)
{
    get_for_a_minute(bench);
    cr_assert(fiber_yield(bench->loop, NULL));
    cr_expect_eq(bench->server->client_gone_at_us, MINUTE_US);
}

Test(waits, a_deadline_closes_a_stalled_connection_to_the_microsecond)
{
    static const struct act before_headers[] = {READ_HEAD, HOLD};
    static const struct act inside_headers[] = {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nA"), HOLD};
    static const struct act inside_body[] = {
        READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"), HOLD};
    const struct act *const stalls[] = {before_headers, inside_headers, inside_body};

    for (gsize i = 0; i < G_N_ELEMENTS(stalls); i++)
        bench_expect(SCRIPTS(stalls[i]), wait_for_the_server_to_see,
                     "step timed out after 1min@1min ");
}

static const struct act silent[] = {READ_HEAD, HOLD};

static void cancel_a_get(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "getter", bench_get_in_a_fiber, bench);
    cr_assert(fiber_sleep(bench->loop, 5 * SECOND_US, NULL));

    fiber_group_finish(&group);

    cr_expect_eq(bench->server->close_count, 1);
    cr_assert(fiber_yield(bench->loop, NULL));
    cr_expect_eq(bench->server->client_gone_at_us, 5 * SECOND_US);
}

Test(waits, cancellation_closes_the_connection_at_once)
{
    bench_expect(SCRIPTS(silent), cancel_a_get, "cancelled (getter)@5s ");
}

static void cancel_before_the_dial(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_cancel(fiber_group_spawn(&group, "getter", bench_get_in_a_fiber, bench));
    fiber_group_finish(&group);
    cr_expect_eq(bench->server->connections->len, 0);
}

Test(waits, a_cancelled_fiber_dials_nothing)
{
    bench_expect(SCRIPTS(silent), cancel_before_the_dial, "cancelled (getter)@0s ");
}

static void close_the_client_under_two_gets(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "getter", bench_get_in_a_fiber, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    bench->server->route.delay_us = 5 * SECOND_US;
    fiber_group_spawn(&group, "dialler", bench_get_in_a_fiber, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));

    http_free(g_steal_pointer(&bench->http));

    cr_assert(fiber_group_wait(&group, NULL));
}

Test(waits, a_client_that_is_freed_ends_its_calls)
{
    bench_expect(SCRIPTS(silent), close_the_client_under_two_gets,
                 "OTHER (the client was closed)@2s OTHER (the client was closed)@6s ");
}

Test(waits, an_answer_that_never_comes_is_a_deadlock_that_names_the_client)
{
    g_autofree char *log = bench_run(SCRIPTS(silent), bench_get);

    cr_expect_not_null(strstr(log, "main (HTTP answer for test)"), "%s", log);
}

static void get_forty_at_once(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    for (int i = 0; i < 40; i++)
        fiber_group_spawn(&group, "getter", bench_get_in_a_fiber, bench);
    cr_assert(fiber_group_wait(&group, NULL));
    g_string_append_printf(bench->log, "%d steps ", (int)loop_step_count(bench->loop));
}

Test(waits, two_runs_are_equal_step_by_step)
{
    static const struct act slow[] = {READ_HEAD, SLEEP(SECOND_US), SEND(HELLO), HOLD};
    static const struct act reset[] = {READ_HEAD, RESET};
    static const struct act cut[] = {READ_HEAD, SEND("HTTP/1.1 200 O"), SLEEP(10), CLOSE};
    static const struct act fast[] = {READ_HEAD, SEND(HELLO), HOLD};
    const struct act *const *scripts = SCRIPTS(slow, reset, slow, cut, fast, reset, fast);
    g_autofree char *first = bench_run(scripts, get_forty_at_once);

    for (int i = 0; i < 10; i++)
        bench_expect(scripts, get_forty_at_once, first);
}
