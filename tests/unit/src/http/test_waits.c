/* Deadlines and cancellation, kept connections, many at once, and the same log twice. */
#include "bench.h"

#include <string.h>

#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

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

    for (gsize i = 0; i < G_N_ELEMENTS(stalls); i++) {
        const struct act *const scripts[] = {stalls[i], NULL};

        g_autofree char *log = bench_run(scripts, wait_for_the_server_to_see);

        cr_expect_str_eq(log, "step timed out after 1min@1min ", "%s", log);
    }
}

static void get_in_a_fiber(void *argument)
{
    bench_get(argument);
}

static void cancel_a_get(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "getter", get_in_a_fiber, bench);
    cr_assert(fiber_sleep(bench->loop, 5 * SECOND_US, NULL));

    fiber_group_finish(&group);

    cr_expect_eq(bench->server->close_count, 1);
    cr_assert(fiber_yield(bench->loop, NULL));
    cr_expect_eq(bench->server->client_gone_at_us, 5 * SECOND_US);
}

Test(waits, cancellation_closes_the_connection_at_once)
{
    static const struct act script[] = {READ_HEAD, HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, cancel_a_get);

    cr_expect_str_eq(log, "cancelled (getter)@5s ");
}

static void cancel_before_the_dial(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_cancel(fiber_group_spawn(&group, "getter", get_in_a_fiber, bench));
    fiber_group_finish(&group);
    cr_expect_eq(bench->server->connections->len, 0);
}

Test(waits, a_cancelled_fiber_dials_nothing)
{
    static const struct act script[] = {READ_HEAD, HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, cancel_before_the_dial);

    cr_expect_str_eq(log, "cancelled (getter)@0s ");
}

static void request_kept(struct bench *bench, const char *method)
{
    struct http_request request = {.method = method, .url = "http://site/thing", .may_reuse = true};
    bench_perform(bench, &request);
}

static void get_three_kept(struct bench *bench)
{
    for (int i = 0; i < 3; i++)
        request_kept(bench, "GET");
    cr_expect_eq(bench->server->connections->len, 1);
    cr_expect_str_eq(bench->server->asked->str, "site:80 ");
}

Test(waits, a_kept_connection_is_used_again_without_asking_the_opener)
{
    static const struct act script[] = {READ_HEAD, SEND(HELLO), READ_HEAD, SEND(HELLO),
                                        READ_HEAD, SEND(HELLO), HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, get_three_kept);

    cr_expect_str_eq(log, "200 hello@0s 200 hello@0s 200 hello@0s ");
}

static void get_kept_with_pauses(struct bench *bench)
{
    request_kept(bench, "GET");
    cr_assert(fiber_sleep(bench->loop, HOUR_US, NULL));
    request_kept(bench, "GET");
    cr_assert(fiber_sleep(bench->loop, HOUR_US, NULL));
    request_kept(bench, "GET");
    cr_expect_str_eq(bench->server->asked->str, "site:80 site:80 ");
    cr_expect_eq(bench->server->connections->len, 2);
}

Test(waits, a_kept_connection_closed_by_its_peer_is_dialled_anew)
{
    static const struct act twice[] = {READ_HEAD,   SEND(HELLO),      READ_HEAD,
                                       SEND(HELLO), SLEEP(SECOND_US), CLOSE};
    const struct act *const scripts[] = {twice, NULL};

    g_autofree char *log = bench_run(scripts, get_kept_with_pauses);

    cr_expect_str_eq(log, "200 hello@0s 200 hello@1h 200 hello@2h ");
}

static void get_kept_in_a_fiber(void *argument)
{
    request_kept(argument, "GET");
}

static void get_two_kept_at_once_twice(struct bench *bench)
{
    for (int round = 0; round < 2; round++) {
        FIBER_GROUP(group);
        fiber_group_init(&group, bench->loop);
        for (int i = 0; i < 2; i++)
            fiber_group_spawn(&group, "getter", get_kept_in_a_fiber, bench);
        cr_assert(fiber_group_wait(&group, NULL));
    }
    cr_expect_eq(bench->server->connections->len, 2);
    cr_expect_str_eq(bench->server->asked->str, "site:80 site:80 ");
}

Test(waits, requests_at_one_time_share_no_connection_but_keep_each_theirs)
{
    static const struct act script[] = {READ_HEAD,        SLEEP(SECOND_US), SEND(HELLO), READ_HEAD,
                                        SLEEP(SECOND_US), SEND(HELLO),      HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, get_two_kept_at_once_twice);

    cr_expect_str_eq(log, "200 hello@1s 200 hello@1s 200 hello@2s 200 hello@2s ");
}

static void get_one_then_two_at_once(struct bench *bench)
{
    request_kept(bench, "GET");
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    for (int i = 0; i < 2; i++)
        fiber_group_spawn(&group, "getter", get_kept_in_a_fiber, bench);
    cr_assert(fiber_group_wait(&group, NULL));
    cr_expect_eq(bench->server->connections->len, 2);
    cr_expect_str_eq(bench->server->asked->str, "site:80 site:80 ");
}

Test(waits, one_kept_connection_serves_one_of_two_requests)
{
    static const struct act script[] = {READ_HEAD, SEND(HELLO), READ_HEAD, SEND(HELLO), HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, get_one_then_two_at_once);

    cr_expect_str_eq(log, "200 hello@0s 200 hello@0s 200 hello@0s ");
}

static void get_while_one_is_busy(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "slow getter", get_kept_in_a_fiber, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));

    request_kept(bench, "GET");
    cr_expect_str_eq(bench->server->asked->str, "site:80 site:80 ");
    request_kept(bench, "GET");
    cr_expect_str_eq(bench->server->asked->str, "site:80 site:80 ");

    cr_assert(fiber_group_wait(&group, NULL));
    cr_expect_eq(bench->server->connections->len, 2);
}

Test(waits, a_busy_connection_is_neither_shared_nor_counted)
{
    static const struct act slow[] = {READ_HEAD, SLEEP(MINUTE_US), SEND(HELLO), HOLD};
    static const struct act fast[] = {READ_HEAD, SEND(HELLO), READ_HEAD, SEND(HELLO), HOLD};
    const struct act *const scripts[] = {slow, fast, NULL};

    g_autofree char *log = bench_run(scripts, get_while_one_is_busy);

    cr_expect_str_eq(log, "200 hello@1s 200 hello@1s 200 hello@1min ");
}

static void post_after_a_get(struct bench *bench)
{
    request_kept(bench, "GET");
    request_kept(bench, "POST");
    cr_expect_eq(bench->server->connections->len, 1);
    cr_expect(g_str_has_suffix(raw_server_received(bench->server, 0),
                               "POST /thing HTTP/1.1\r\nHost: site\r\nContent-Length: 0\r\n\r\n"));
}

Test(waits, a_post_goes_over_a_kept_connection_and_is_never_sent_twice)
{
    static const struct act dying[] = {READ_HEAD, SEND(HELLO), READ_HEAD, CLOSE};
    static const struct act fine[] = {READ_HEAD, SEND(HELLO), HOLD};
    const struct act *const scripts[] = {dying, fine, NULL};

    g_autofree char *log = bench_run(scripts, post_after_a_get);

    cr_expect_str_eq(
        log, "200 hello@0s EMPTY_REPLY (POST http://site/thing: closed without an answer)@0s ");
}

static void request_kept_again(struct bench *bench, bool may_repeat)
{
    struct http_request request = {
        .url = "http://site/thing", .may_reuse = true, .may_repeat = may_repeat};
    request_kept(bench, "GET");
    bench_perform(bench, &request);
}

static void get_kept_and_dying(struct bench *bench)
{
    request_kept_again(bench, /* may_repeat= */ false);
    cr_expect_eq(bench->server->connections->len, 1);
}

Test(waits, a_kept_connection_that_dies_before_the_answer_is_the_failure)
{
    static const struct act dying[] = {READ_HEAD, SEND(HELLO), READ_HEAD, CLOSE};
    static const struct act fine[] = {READ_HEAD, SEND(HELLO), HOLD};
    const struct act *const scripts[] = {dying, fine, NULL};

    g_autofree char *log = bench_run(scripts, get_kept_and_dying);

    cr_expect_str_eq(log, "200 hello@0s EMPTY_REPLY (closed without an answer)@0s ");
}

Test(waits, a_kept_connection_that_is_reset_before_the_answer_is_the_failure)
{
    static const struct act dying[] = {READ_HEAD, SEND(HELLO), READ_HEAD, RESET};
    static const struct act fine[] = {READ_HEAD, SEND(HELLO), HOLD};
    const struct act *const scripts[] = {dying, fine, NULL};

    g_autofree char *log = bench_run(scripts, get_kept_and_dying);

    cr_expect_str_eq(log, "200 hello@0s RESET (connection reset by peer)@0s ");
}

static void keep_two_then_get(struct bench *bench)
{
    get_two_kept_at_once_twice(bench);
    request_kept(bench, "GET");
    cr_expect_eq(bench->server->connections->len, 2);
}

Test(waits, a_request_whose_kept_connection_dies_does_not_go_over_another_kept_one)
{
    static const struct act script[] = {READ_HEAD,        SLEEP(SECOND_US), SEND(HELLO), READ_HEAD,
                                        SLEEP(SECOND_US), SEND(HELLO),      READ_HEAD,   CLOSE};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, keep_two_then_get);

    cr_expect_str_eq(log, "200 hello@1s 200 hello@1s 200 hello@2s 200 hello@2s EMPTY_REPLY (closed "
                          "without an answer)@2s ");
}

static void get_kept_and_repeated(struct bench *bench)
{
    request_kept_again(bench, /* may_repeat= */ true);
    cr_expect_eq(bench->server->connections->len, 2);
}

Test(waits, a_request_that_may_be_repeated_goes_out_once_more)
{
    static const struct act dying[] = {READ_HEAD, SEND(HELLO), READ_HEAD, CLOSE};
    static const struct act fine[] = {READ_HEAD, SEND(HELLO), HOLD};
    const struct act *const scripts[] = {dying, fine, NULL};

    g_autofree char *log = bench_run(scripts, get_kept_and_repeated);

    cr_expect_str_eq(log, "200 hello@0s 200 hello@0s ");
}

static void put_over_a_kept_connection(struct bench *bench)
{
    g_autoptr(GBytes) body = g_bytes_new_static("abc", 3);
    struct http_request request = {.method = "PUT",
                                   .url = "http://site/thing",
                                   .body = body,
                                   .may_reuse = true,
                                   .may_repeat = true};
    request_kept(bench, "GET");
    bench_perform(bench, &request);
    bench_perform(bench, &request);
    cr_expect_eq(bench->server->connections->len, 1);
}

Test(waits, a_put_goes_over_a_kept_connection_and_is_never_sent_twice)
{
    static const struct act dying[] = {READ_HEAD,   SEND(HELLO), READ_HEAD,    READ_BODY(3),
                                       SEND(HELLO), READ_HEAD,   READ_BODY(3), CLOSE};
    static const struct act fine[] = {READ_HEAD, SEND(HELLO), HOLD};
    const struct act *const scripts[] = {dying, fine, NULL};

    g_autofree char *log = bench_run(scripts, put_over_a_kept_connection);

    cr_expect_str_eq(log, "200 hello@0s 200 hello@0s EMPTY_REPLY (PUT http://site/thing: closed "
                          "without an answer)@0s ");
}

static void get_kept_in_production(struct bench *bench)
{
    struct http_request request = {
        .url = "http://site/thing", .unix_socket = bench->server->path, .may_reuse = true};
    http_free(bench->http);
    bench->http = http_new(bench->loop, NULL, "production");

    bench_perform(bench, &request);
    bench_perform(bench, &request);
    cr_expect_eq(bench->server->connections->len, 1);
    bench_perform(bench, &request);
    cr_expect_eq(bench->server->connections->len, 2);
}

Test(waits, in_production_too_a_kept_connection_that_dies_is_the_failure)
{
    static const struct act dying[] = {READ_HEAD, SEND(HELLO), READ_HEAD, CLOSE};
    static const struct act fine[] = {READ_HEAD, SEND(HELLO), HOLD};
    const struct act *const scripts[] = {dying, fine, NULL};

    g_autofree char *log = bench_run(scripts, get_kept_in_production);

    cr_expect_str_eq(log, "200 hello@0s EMPTY_REPLY (closed without an answer)@0s 200 hello@0s ");
}

static void get_forty_at_once(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    for (int i = 0; i < 40; i++)
        fiber_group_spawn(&group, "getter", get_in_a_fiber, bench);
    cr_assert(fiber_group_wait(&group, NULL));
    g_string_append_printf(bench->log, "%d steps ", (int)loop_step_count(bench->loop));
}

Test(waits, two_runs_are_equal_step_by_step)
{
    static const struct act slow[] = {READ_HEAD, SLEEP(SECOND_US), SEND(HELLO), HOLD};
    static const struct act reset[] = {READ_HEAD, RESET};
    static const struct act cut[] = {READ_HEAD, SEND("HTTP/1.1 200 O"), SLEEP(10), CLOSE};
    static const struct act fast[] = {READ_HEAD, SEND(HELLO), HOLD};
    const struct act *const scripts[] = {slow, reset, slow, cut, fast, reset, fast, NULL};
    g_autofree char *first = bench_run(scripts, get_forty_at_once);

    for (int i = 0; i < 10; i++) {
        g_autofree char *other = bench_run(scripts, get_forty_at_once);

        cr_expect_str_eq(other, first);
    }
}

static void close_the_client_under_two_gets(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "getter", get_in_a_fiber, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    bench->server->route.delay_us = 5 * SECOND_US;
    fiber_group_spawn(&group, "dialler", get_in_a_fiber, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));

    http_free(g_steal_pointer(&bench->http));

    cr_assert(fiber_group_wait(&group, NULL));
}

Test(waits, a_client_that_is_freed_ends_its_calls)
{
    static const struct act script[] = {READ_HEAD, HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, close_the_client_under_two_gets);

    cr_expect_str_eq(log, "OTHER (the client was closed)@2s OTHER (the client was closed)@6s ");
}

static void get_until_deadlock(struct bench *bench)
{
    bench_get(bench);
}

Test(waits, an_answer_that_never_comes_is_a_deadlock_that_names_the_client)
{
    static const struct act script[] = {READ_HEAD, HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, get_until_deadlock);

    cr_expect_not_null(strstr(log, "main (HTTP answer for test)"), "%s", log);
}
