/* Kept connections: who gets one, who dials, and what becomes of a request whose connection dies.
 */
#include "bench.h"

static const struct act fine[] = {READ_HEAD, SEND(HELLO), HOLD};
/* The second request gets no answer. */
static const struct act dying[] = {READ_HEAD, SEND(HELLO), READ_HEAD, CLOSE};
static const struct act resetting[] = {READ_HEAD, SEND(HELLO), READ_HEAD, RESET};

static void request_kept(struct bench *bench, const char *method)
{
    struct http_request request = {.method = method, .url = "http://site/thing", .may_reuse = true};
    bench_perform(bench, &request);
}

static void get_kept(struct bench *bench)
{
    request_kept(bench, "GET");
}

static void get_kept_in_a_fiber(void *argument)
{
    get_kept(argument);
}

static void get_two_kept_at_once(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    for (int i = 0; i < 2; i++)
        fiber_group_spawn(&group, "getter", get_kept_in_a_fiber, bench);
    cr_assert(fiber_group_wait(&group, NULL));
}

/* Each dial asks the opener once. */
static void expect_dials(const struct bench *bench, guint count)
{
    g_autoptr(GString) asked = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append(asked, "site:80 ");
    cr_expect_str_eq(bench->server->asked->str, asked->str);
    cr_expect_eq(bench->server->connections->len, count);
}

static void get_three_kept(struct bench *bench)
{
    for (int i = 0; i < 3; i++)
        get_kept(bench);
    expect_dials(bench, 1);
}

Test(kept, a_connection_is_used_again_without_asking_the_opener)
{
    static const struct act thrice[] = {READ_HEAD, SEND(HELLO), READ_HEAD, SEND(HELLO),
                                        READ_HEAD, SEND(HELLO), HOLD};

    bench_expect(SCRIPTS(thrice), get_three_kept, "200 hello@0s 200 hello@0s 200 hello@0s ");
}

static void get_kept_with_pauses(struct bench *bench)
{
    get_kept(bench);
    cr_assert(fiber_sleep(bench->loop, HOUR_US, NULL));
    get_kept(bench);
    cr_assert(fiber_sleep(bench->loop, HOUR_US, NULL));
    get_kept(bench);
    expect_dials(bench, 2);
}

Test(kept, a_connection_closed_by_its_peer_is_dialled_anew)
{
    static const struct act twice[] = {READ_HEAD,   SEND(HELLO),      READ_HEAD,
                                       SEND(HELLO), SLEEP(SECOND_US), CLOSE};

    bench_expect(SCRIPTS(twice), get_kept_with_pauses, "200 hello@0s 200 hello@1h 200 hello@2h ");
}

static void get_two_kept_at_once_twice(struct bench *bench)
{
    get_two_kept_at_once(bench);
    get_two_kept_at_once(bench);
    expect_dials(bench, 2);
}

Test(kept, requests_at_one_time_share_no_connection_but_keep_each_theirs)
{
    static const struct act slow_twice[] = {
        READ_HEAD, SLEEP(SECOND_US), SEND(HELLO), READ_HEAD, SLEEP(SECOND_US), SEND(HELLO), HOLD};

    bench_expect(SCRIPTS(slow_twice), get_two_kept_at_once_twice,
                 "200 hello@1s 200 hello@1s 200 hello@2s 200 hello@2s ");
}

static void get_one_then_two_at_once(struct bench *bench)
{
    get_kept(bench);
    get_two_kept_at_once(bench);
    expect_dials(bench, 2);
}

static const struct act fine_twice[] = {READ_HEAD, SEND(HELLO), READ_HEAD, SEND(HELLO), HOLD};

Test(kept, one_connection_serves_one_of_two_requests)
{
    bench_expect(SCRIPTS(fine_twice), get_one_then_two_at_once,
                 "200 hello@0s 200 hello@0s 200 hello@0s ");
}

static void get_while_one_is_busy(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "slow getter", get_kept_in_a_fiber, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));

    get_kept(bench);
    expect_dials(bench, 2);
    get_kept(bench);
    expect_dials(bench, 2);

    cr_assert(fiber_group_wait(&group, NULL));
}

Test(kept, a_busy_connection_is_neither_shared_nor_counted)
{
    static const struct act slow[] = {READ_HEAD, SLEEP(MINUTE_US), SEND(HELLO), HOLD};

    bench_expect(SCRIPTS(slow, fine_twice), get_while_one_is_busy,
                 "200 hello@1s 200 hello@1s 200 hello@1min ");
}

static void post_after_a_get(struct bench *bench)
{
    get_kept(bench);
    request_kept(bench, "POST");
    expect_dials(bench, 1);
    cr_expect(g_str_has_suffix(raw_server_received(bench->server, 0),
                               "POST /thing HTTP/1.1\r\nHost: site\r\nContent-Length: 0\r\n\r\n"));
}

Test(kept, a_post_goes_over_a_connection_and_is_never_sent_twice)
{
    bench_expect(SCRIPTS(dying, fine), post_after_a_get,
                 "200 hello@0s EMPTY_REPLY (POST http://site/thing: closed without an answer)@0s ");
}

static void put_over_a_kept_connection(struct bench *bench)
{
    g_autoptr(GBytes) body = g_bytes_new_static("abc", 3);
    struct http_request request = {.method = "PUT",
                                   .url = "http://site/thing",
                                   .body = body,
                                   .may_reuse = true,
                                   .may_repeat = true};
    get_kept(bench);
    bench_perform(bench, &request);
    bench_perform(bench, &request);
    expect_dials(bench, 1);
}

Test(kept, a_put_goes_over_a_connection_and_is_never_sent_twice)
{
    static const struct act dying_later[] = {READ_HEAD,   SEND(HELLO), READ_HEAD,    READ_BODY(3),
                                             SEND(HELLO), READ_HEAD,   READ_BODY(3), CLOSE};

    bench_expect(SCRIPTS(dying_later, fine), put_over_a_kept_connection,
                 "200 hello@0s 200 hello@0s EMPTY_REPLY (PUT http://site/thing: closed without an "
                 "answer)@0s ");
}

static void get_kept_twice(struct bench *bench)
{
    get_kept(bench);
    get_kept(bench);
    expect_dials(bench, 1);
}

Test(kept, a_connection_that_dies_before_the_answer_is_the_failure)
{
    bench_expect(SCRIPTS(dying, fine), get_kept_twice,
                 "200 hello@0s EMPTY_REPLY (closed without an answer)@0s ");
    bench_expect(SCRIPTS(resetting, fine), get_kept_twice,
                 "200 hello@0s RESET (connection reset by peer)@0s ");
}

static void get_kept_and_repeated(struct bench *bench)
{
    struct http_request request = {
        .url = "http://site/thing", .may_reuse = true, .may_repeat = true};
    get_kept(bench);
    bench_perform(bench, &request);
    cr_expect_eq(bench->server->connections->len, 2);
}

Test(kept, a_request_that_may_be_repeated_goes_out_once_more)
{
    bench_expect(SCRIPTS(dying, fine), get_kept_and_repeated, "200 hello@0s 200 hello@0s ");
    bench_expect(SCRIPTS(resetting, fine), get_kept_and_repeated, "200 hello@0s 200 hello@0s ");
}

static void keep_two_then_get(struct bench *bench)
{
    get_two_kept_at_once_twice(bench);
    get_kept(bench);
    expect_dials(bench, 2);
}

Test(kept, a_request_whose_connection_dies_does_not_go_over_another_kept_one)
{
    static const struct act dying_third[] = {
        READ_HEAD,        SLEEP(SECOND_US), SEND(HELLO), READ_HEAD,
        SLEEP(SECOND_US), SEND(HELLO),      READ_HEAD,   CLOSE};

    bench_expect(SCRIPTS(dying_third), keep_two_then_get,
                 "200 hello@1s 200 hello@1s 200 hello@2s 200 hello@2s "
                 "EMPTY_REPLY (closed without an answer)@2s ");
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

Test(kept, in_production_too_a_connection_that_dies_is_the_failure)
{
    bench_expect(SCRIPTS(dying, fine), get_kept_in_production,
                 "200 hello@0s EMPTY_REPLY (closed without an answer)@0s 200 hello@0s ");
}
