/* Bodies of requests: reading, draining, ceilings, and what they cost in time. */
#include "bench.h"

#include <string.h>

static GBytes *bytes_of(gsize length_bytes)
{
    char *bytes = g_malloc(length_bytes);
    memset(bytes, 'b', length_bytes);
    return g_bytes_new_take(bytes, length_bytes);
}

static void put(struct bench *bench, gsize length_bytes, const char *header)
{
    const char *const headers[] = {header, NULL};
    g_autoptr(GBytes) body = bytes_of(length_bytes);
    const struct http_request request = {
        .method = "PUT", .url = "http://site/blob", .body = body, .headers = headers};
    bench_perform(bench, &request);
}

static void put_little(struct bench *bench)
{
    put(bench, 11, NULL);
}

static void put_much(struct bench *bench)
{
    put(bench, 5 * MIB_BYTES, NULL);
}

static void count_all(struct exchange *exchange, void *context)
{
    struct bench *bench = context;
    gsize sum_bytes = 0;
    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        g_autoptr(GError) error = NULL;
        cr_assert(exchange_read(exchange, &chunk, &error));
        if (chunk == NULL)
            break;
        sum_bytes += g_bytes_get_size(chunk);
    }
    bench_note(bench, "read %zu", sum_bytes);
    exchange_reply(exchange, 201, NULL);
}

static void handle_by_counting(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, count_all, context);
}

Test(request_body, is_read_to_its_end_in_a_fiber)
{
    const struct plan plan = {.handle = handle_by_counting, .body = put_much};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "read 5242880@0s 201 @0s ");
}

static void read_late(struct exchange *exchange, void *context)
{
    bench_sleep(context, MINUTE_US);
    count_all(exchange, context);
}

static void handle_late(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, read_late, context);
}

Test(request_body, waits_for_a_fiber_that_reads_late)
{
    const struct plan plan = {.handle = handle_late, .body = put_much};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "read 5242880@1min 201 @1min ");
}

static void read_up_to_100(struct exchange *exchange, void *context)
{
    g_autoptr(GBytes) body = NULL;
    g_autoptr(GError) error = NULL;
    if (exchange_read_all(exchange, 100, &body, &error))
        bench_note(context, "%zu", g_bytes_get_size(body));
    else
        bench_note(context, "%s", error->message);
    exchange_reply(exchange, 200, NULL);
}

static void handle_up_to_100(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, read_up_to_100, context);
}

static void put_100_and_101(struct bench *bench)
{
    put(bench, 100, NULL);
    put(bench, 101, NULL);
}

Test(request_body, longer_than_its_ceiling_is_an_error_and_drained)
{
    const struct plan plan = {.handle = handle_up_to_100, .body = put_100_and_101};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "100@0s 200 @0s the request's body is longer than 100 bytes@0s 200 @0s ");
}

static void on_collected(struct exchange *exchange, void *context, GBytes *body)
{
    bench_note(context, "got %d", body != NULL ? (int)g_bytes_get_size(body) : -1);
    exchange_reply(exchange, 201, NULL);
}

static void collect(void *context, struct exchange *exchange)
{
    exchange_collect(exchange, 100, on_collected, context);
}

static void get_and_put_100_and_101(struct bench *bench)
{
    bench_get(bench);
    put_100_and_101(bench);
}

Test(request_body, may_be_collected_without_a_fiber)
{
    const struct plan plan = {.handle = collect, .body = get_and_put_100_and_101};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "got 0@0s 201 @0s got 100@0s 201 @0s got -1@0s 201 @0s ");
}

static void refuse(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_reply_text(exchange, 401, "text/plain", "who?");
}

static void check_drained(struct bench *bench)
{
    put_much(bench);
    bench_sleep(bench, 1);
    cr_assert_not_null(strstr(bench_trace(bench), "\"status\":401,\"bytes\":4,"
                                                  "\"request_bytes\":5242880,\"end\":\"ok\""));
}

Test(request_body, that_a_handler_leaves_unread_is_drained_before_the_reply)
{
    const struct plan plan = {.handle = refuse, .body = check_drained};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "401 who?@0s ");
}

static void put_declared(struct bench *bench)
{
    put(bench, 11, "Seatrial-Declared-Bytes: 1048576");
}

Test(request_body, that_stands_for_more_bytes_takes_their_time)
{
    const struct plan reader = {
        .handle = handle_by_counting, .body = put_declared, .network.bytes_per_second = 262144};
    const struct plan refuser = {
        .handle = refuse, .body = put_declared, .network.bytes_per_second = 262144};

    g_autofree char *reader_log = bench_run(&reader);
    g_autofree char *refuser_log = bench_run(&refuser);

    cr_assert_str_eq(reader_log, "read 11@4s 201 @4s ");
    cr_assert_str_eq(refuser_log, "401 who?@4s ");
}

Test(request_body, of_64_KiB_and_more_takes_its_own_time)
{
    const struct plan large = {
        .handle = handle_by_counting, .body = put_much, .network.bytes_per_second = 1048576};
    const struct plan small = {
        .handle = handle_by_counting, .body = put_little, .network.bytes_per_second = 1};

    g_autofree char *large_log = bench_run(&large);
    g_autofree char *small_log = bench_run(&small);

    cr_assert_str_eq(large_log, "read 5242880@5s 201 @5s ");
    cr_assert_str_eq(small_log, "read 11@0s 201 @0s ");
}
