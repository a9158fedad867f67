/* Honest replies: what a client of the world gets from a site, and when. */
#include "bench.h"

#include <fcntl.h>
#include <unistd.h>

static void hello(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_reply_text(exchange, 200, "text/plain", "hello");
}

Test(reply, arrives_at_once_where_the_network_costs_nothing)
{
    const struct plan plan = {.handle = hello, .body = bench_get};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "200 hello@0s ");
}

Test(reply, waits_one_round_trip)
{
    const struct plan plan = {
        .handle = hello, .body = bench_get, .network.round_trip_us = 30 * MILLISECOND_US};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "200 hello@30ms ");
}

static void of_two_headers(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_set_header(exchange, "Docker-Distribution-Api-Version", "registry/2.0");
    exchange_set_header(exchange, "Link", "a");
    exchange_set_header(exchange, "Link", "b");
    exchange_set_header(exchange, "Away", "x");
    exchange_remove_header(exchange, "away");
    exchange_reply(exchange, 200, NULL);
}

static void list_headers(struct bench *bench)
{
    const struct http_request request = {.url = "http://site/"};
    struct http_response response;
    cr_assert(http_perform(bench->http, &request, &response, NULL));
    for (guint i = 0; i < response.headers->len; i++) {
        const struct http_header *header = g_ptr_array_index(response.headers, i);
        g_string_append_printf(bench->log, "%s=%s;", header->name, header->value);
    }
    http_response_clear(&response);
}

Test(reply, has_the_headers_of_its_site_and_the_length_and_no_other)
{
    const struct plan plan = {.handle = of_two_headers, .body = list_headers};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "Docker-Distribution-Api-Version=registry/2.0;Link=a;Link=b;"
                          "Content-Length=0;");
}

static void no_content(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_reply(exchange, 204, NULL);
}

Test(reply, of_no_content_has_no_length)
{
    const struct plan plan = {.handle = no_content, .body = list_headers};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "");
}

static void ask_head(struct bench *bench)
{
    const struct http_request request = {.url = "http://site/", .method = "HEAD"};
    struct http_response response;
    cr_assert(http_perform(bench->http, &request, &response, NULL));
    bench_note(bench, "%s bytes, %zu sent", http_response_header(&response, "Content-Length"),
               g_bytes_get_size(response.body));
    http_response_clear(&response);
}

Test(reply, to_head_has_the_length_and_no_body)
{
    const struct plan plan = {.handle = hello, .body = ask_head};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "5 bytes, 0 sent@0s ");
}

/* 640 KiB at 64 KiB/s. */
#define RATE (64 * KIB_BYTES)

static void big(void *context, struct exchange *exchange)
{
    g_autofree char *bytes = g_malloc0(640 * KIB_BYTES);
    g_autoptr(GBytes) body = g_bytes_new_take(g_steal_pointer(&bytes), 640 * KIB_BYTES);
    (void)context;
    exchange_reply(exchange, 200, body);
}

static void read_slowly_arriving(struct bench *bench)
{
    const struct http_request request = {.url = "http://site/"};
    struct http_response response;
    struct http_stream *stream = http_open(bench->http, &request, &response, NULL);
    cr_assert_not_null(stream);
    bench_note(bench, "headers");
    int64_t last_us = -1;
    for (;;) {
        GBytes *chunk;
        cr_assert(http_stream_read(stream, &chunk, NULL));
        if (chunk == NULL)
            break;
        if (loop_now_us(bench->loop) != last_us)
            bench_note(bench, "part");
        last_us = loop_now_us(bench->loop);
        g_bytes_unref(chunk);
    }
    bench_note(bench, "end");
    http_stream_free(stream);
    http_response_clear(&response);
}

Test(reply, with_a_large_body_flows_at_the_network_s_rate_in_four_parts)
{
    const struct plan plan = {.handle = big,
                              .body = read_slowly_arriving,
                              .network = {.round_trip_us = 1000, .bytes_per_second = RATE}};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "headers@1ms part@2.501s part@5.001s part@7.501s part@10.001s "
                          "end@10.001s ");
}

static void virtual_layer(void *context, struct exchange *exchange)
{
    hello(context, exchange);
    exchange_set_declared_bytes(exchange, 10 * RATE);
}

Test(reply, costs_the_time_of_its_declared_bytes)
{
    const struct plan plan = {
        .handle = virtual_layer, .body = bench_get, .network.bytes_per_second = RATE};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "200 hello@10s ");
}

static void tell_lines(struct exchange *exchange, void *context)
{
    struct bench *bench = context;
    exchange_stream_begin(exchange, 200);
    for (int i = 0; i < 3; i++) {
        cr_assert(exchange_stream_write(exchange, "line\n", 5, NULL));
        bench_sleep(bench, SECOND_US);
    }
    exchange_stream_end(exchange);
}

static void stream(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, tell_lines, context);
}

Test(reply, as_a_stream_is_flushed_at_every_write)
{
    const struct plan plan = {.handle = stream, .body = read_slowly_arriving};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "headers@0s part@0s part@1s part@2s end@3s ");
}

static void show_request(void *context, struct exchange *exchange)
{
    g_autoptr(GPtrArray) accepts = exchange_headers(exchange, "accept");
    g_autoptr(GPtrArray) scopes = exchange_query_values(exchange, "scope");
    struct bench *bench = context;
    g_string_append_printf(bench->log, "%s %s [%s] %s %u %u %s %s ", exchange_method(exchange),
                           exchange_path(exchange), exchange_query(exchange),
                           exchange_header(exchange, "X-One"), accepts->len, scopes->len,
                           (const char *)g_ptr_array_index(accepts, 1),
                           exchange_query_value(exchange, "scope"));
    exchange_reply(exchange, 200, NULL);
}

static void ask_much(struct bench *bench)
{
    const char *const headers[] = {"Accept: a/1", "Accept: b/2", "x-oNe: two", NULL};
    const struct http_request request = {.url = "http://site/v2/a%2Fb/?scope=x%3Ay&q&scope=z",
                                         .headers = headers};
    bench_perform(bench, &request);
}

Test(request, is_shown_as_it_was_sent)
{
    const struct plan plan = {.handle = show_request, .body = ask_much};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "GET /v2/a%2Fb/ [scope=x%3Ay&q&scope=z] two 2 2 b/2 x:y 200 @0s ");
}

static void ask_by_socket(struct bench *bench)
{
    const struct http_request request = {.url = "http://docker/", .unix_socket = "/run/site.sock"};
    const struct http_request absent = {.url = "http://docker/", .unix_socket = "/run/none.sock"};
    const struct http_request unknown = {.url = "http://nowhere/"};
    bench_perform(bench, &request);
    bench_perform(bench, &absent);
    bench_perform(bench, &unknown);
}

Test(opener, finds_sockets_of_its_machine_and_no_unknown_name)
{
    const struct plan plan = {.handle = hello, .body = ask_by_socket};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "200 hello@0s REFUSED@0s NAME_NOT_FOUND@0s ");
}
