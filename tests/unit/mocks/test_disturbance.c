/* Every disturbance, at every place of a reply: what the client sees and when. */
#include "bench.h"

#include <string.h>

#define BODY "0123456789"

static void digits(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_reply_text(exchange, 200, "text/plain", BODY);
}

static void write_digits(struct exchange *exchange, void *context)
{
    g_autoptr(GError) error = NULL;
    (void)context;
    exchange_stream_begin(exchange, 200);
    for (int i = 0; i < 5; i++)
        if (!exchange_stream_write(exchange, &BODY[2 * i], 2, &error))
            return;
    exchange_stream_end(exchange);
}

static void digits_as_stream(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, write_digits, context);
}

static void delay(struct disturbance *disturbance)
{
    disturbance->delay_us = 30 * SECOND_US;
}

static void dribble(struct disturbance *disturbance)
{
    disturbance->bytes_per_second = 2;
}

static void close_first(struct disturbance *disturbance)
{
    disturbance->end = END_CLOSE;
    disturbance->ends_at = BEFORE_HEADERS;
}

static void close_at_0(struct disturbance *disturbance)
{
    disturbance->end = END_CLOSE;
    disturbance->ends_at = 0;
}

static void close_inside(struct disturbance *disturbance)
{
    disturbance->end = END_CLOSE;
    disturbance->ends_at = 5;
}

static void close_after(struct disturbance *disturbance)
{
    disturbance->end = END_CLOSE;
    disturbance->ends_at = 10;
}

static void reset_first(struct disturbance *disturbance)
{
    disturbance->end = END_RESET;
    disturbance->ends_at = BEFORE_HEADERS;
}

static void reset_at_0(struct disturbance *disturbance)
{
    disturbance->end = END_RESET;
    disturbance->ends_at = 0;
}

static void reset_inside(struct disturbance *disturbance)
{
    disturbance->end = END_RESET;
    disturbance->ends_at = 5;
}

static void silent_first(struct disturbance *disturbance)
{
    disturbance->end = END_SILENT;
    disturbance->ends_at = BEFORE_HEADERS;
}

static void silent_inside(struct disturbance *disturbance)
{
    disturbance->end = END_SILENT;
    disturbance->ends_at = 5;
}

static void silent_first_for_a_minute(struct disturbance *disturbance)
{
    silent_first(disturbance);
    disturbance->silent_us = MINUTE_US;
}

static void silent_inside_for_a_minute(struct disturbance *disturbance)
{
    silent_inside(disturbance);
    disturbance->silent_us = MINUTE_US;
}

static void corrupt(struct disturbance *disturbance)
{
    disturbance->corrupt_at = 9;
}

static void send_raw_bytes(struct disturbance *disturbance, const char *text)
{
    disturbance->raw = g_bytes_new(text, strlen(text));
}

static void raw_banner(struct disturbance *disturbance)
{
    send_raw_bytes(disturbance, "SSH-2.0-OpenSSH_9.2\r\n");
}

static void raw_cut_headers(struct disturbance *disturbance)
{
    send_raw_bytes(disturbance, "HTTP/1.1 200 OK\r\nContent-Le");
}

static void raw_reply(struct disturbance *disturbance)
{
    send_raw_bytes(disturbance, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nraw");
}

static void raw_large(struct disturbance *disturbance)
{
    GString *text = g_string_new("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n");
    gsize head_bytes = text->len;
    g_string_set_size(text, head_bytes + 3000000);
    memset(text->str + head_bytes, 'x', 3000000);
    disturbance->raw = g_string_free_to_bytes(text);
}

/* A GET that gives up after a minute and a half. */
static void get_with_patience(struct bench *bench)
{
    DEADLINE(patience);
    deadline_begin(bench->loop, &patience, "client", 90 * SECOND_US);
    bench_get(bench);
}

struct disturbance_case {
    void (*disturb)(struct disturbance *disturbance);
    const char *whole;  /* what a client sees of a whole reply */
    const char *stream; /* … of a chunked one */
    const char *end;    /* in the trace */
    int status;
    int bytes;
};

static const char corrupted[] = {'2', '0', '0', ' ', '0', '1', '2',
                                 '3', '4', '5', '6', '7', '8', (char)('9' ^ 0xff),
                                 '@', '0', 's', ' ', 0};

static const struct disturbance_case cases[] = {
    {delay, "200 0123456789@30s ", "200 0123456789@30s ", "ok", 200, 10},
    {dribble, "200 0123456789@5s ", "200 0123456789@5s ", "ok", 200, 10},
    {close_first, "EMPTY_REPLY@0s ", "EMPTY_REPLY@0s ", "closed", 0, 0},
    {close_at_0, "TRUNCATED@0s ", "TRUNCATED@0s ", "closed", 200, 0},
    {close_inside, "TRUNCATED@0s ", "TRUNCATED@0s ", "closed", 200, 5},
    {close_after, "200 0123456789@0s ", NULL, "ok", 200, 10},
    {reset_first, "RESET@0s ", "RESET@0s ", "reset", 0, 0},
    {reset_at_0, "RESET@0s ", "RESET@0s ", "reset", 200, 0},
    {reset_inside, "RESET@0s ", "RESET@0s ", "reset", 200, 5},
    {silent_first, "client timed out after 1min30s@1min30s ",
     "client timed out after 1min30s@1min30s ", "silent", 0, 0},
    {silent_inside, "client timed out after 1min30s@1min30s ",
     "client timed out after 1min30s@1min30s ", "silent", 200, 5},
    {silent_first_for_a_minute, "200 0123456789@1min ", "200 0123456789@1min ", "ok", 200, 10},
    {silent_inside_for_a_minute, "200 0123456789@1min ", "200 0123456789@1min ", "ok", 200, 10},
    {corrupt, corrupted, corrupted, "ok", 200, 10},
    {raw_banner, "MALFORMED@0s ", "MALFORMED@0s ", "raw", 0, 0},
    {raw_cut_headers, "TRUNCATED@0s ", "TRUNCATED@0s ", "raw", 0, 0},
    {raw_reply, "200 raw@0s ", "200 raw@0s ", "raw", 0, 0},
    {raw_large, "200 (3000000)@0s ", "200 (3000000)@0s ", "raw", 0, 0},
};

static char *expected_ending;

static void get_and_check_trace(struct bench *bench)
{
    get_with_patience(bench);
    bench_sleep(bench, SECOND_US);
    cr_assert_not_null(strstr(bench_trace(bench), expected_ending), "%s not in %s", expected_ending,
                       bench_trace(bench));
    cr_assert_eq(world_exchange_count(bench->world), 1);
}

static void check(const struct disturbance_case *row, site_handler *handle, const char *expected)
{
    const struct plan plan = {
        .handle = handle, .disturb = row->disturb, .body = get_and_check_trace};
    expected_ending = g_strdup_printf("\"status\":%d,\"bytes\":%d,\"end\":\"%s\",\"started_us\":0}",
                                      row->status, row->bytes, row->end);

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, expected, "case %d: %s", (int)(row - cases), log);
    g_free(expected_ending);
}

Test(disturbance, of_a_whole_reply_reaches_the_client_exactly)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check(&cases[i], digits, cases[i].whole);
}

Test(disturbance, of_a_stream_reaches_the_client_exactly)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        if (cases[i].stream != NULL)
            check(&cases[i], digits_as_stream, cases[i].stream);
}

static void get_500_times(struct bench *bench)
{
    for (int i = 0; i < 500; i++)
        bench_get(bench);
}

Test(disturbance, by_reset_is_a_reset_every_time)
{
    void (*const resets[])(struct disturbance *) = {reset_first, reset_at_0, reset_inside};
    site_handler *const handlers[] = {digits, digits_as_stream};
    g_autoptr(GString) expected = g_string_new(NULL);
    for (int i = 0; i < 500; i++)
        g_string_append(expected, "RESET@0s ");

    for (gsize i = 0; i < 6; i++) {
        const struct plan plan = {
            .handle = handlers[i % 2], .disturb = resets[i / 2], .body = get_500_times};
        g_autofree char *log = bench_run(&plan);
        cr_assert_str_eq(log, expected->str);
    }
}

static void layer(void *context, struct exchange *exchange)
{
    digits(context, exchange);
    exchange_set_declared_bytes(exchange, 1000000);
}

static void close_at_declared(struct disturbance *disturbance)
{
    disturbance->end = END_CLOSE;
    disturbance->ends_at = 350000;
}

static void note_parts(struct bench *bench)
{
    const struct http_request request = {.url = "http://site/"};
    struct http_response response;
    g_autoptr(GError) error = NULL;
    struct http_stream *stream = http_open(bench->http, &request, &response, NULL);
    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        if (!http_stream_read(stream, &chunk, &error))
            break;
        cr_assert_not_null(chunk);
        bench_note(bench, "%zu", g_bytes_get_size(chunk));
    }
    bench_note(bench, "%s", bench_error_name(error));
    http_stream_free(stream);
    http_response_clear(&response);
}

/* 10 s for a million declared bytes: parts at 2.5 s (2 bytes of ten), the cut at 3.5 s. */
Test(disturbance, at_declared_bytes_comes_at_their_time_and_real_place)
{
    const struct plan plan = {.handle = layer,
                              .disturb = close_at_declared,
                              .body = note_parts,
                              .network.bytes_per_second = 100000};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "2@2.5s 1@3.5s TRUNCATED@3.5s ");
}

static bool take_request(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_reply_text(exchange, 503, "text/html", "<html>");
    return true;
}

static bool swallow_request(void *context, struct exchange *exchange)
{
    (void)context;
    reset_first(exchange_disturbance(exchange));
    return true;
}

static void refuse_connection(void *context, const char *site, const char *role,
                              struct http_route *route)
{
    struct bench *bench = context;
    g_string_append_printf(bench->log, "%s by %s: ", site, role);
    route->way = HTTP_WAY_REFUSED;
}

static void must_not_run(void *context, struct exchange *exchange)
{
    (void)context, (void)exchange;
    cr_assert_fail("the handler ran");
}

static struct weather weather_of(struct bench *bench)
{
    return (struct weather){.context = bench};
}

static void get_under_request_weather(struct bench *bench)
{
    struct weather weather = weather_of(bench);
    world_set_weather(bench->world, &weather);
    weather.on_request = take_request;
    bench_get(bench);
    weather.on_request = swallow_request;
    bench_get(bench);
    world_set_weather(bench->world, NULL);
}

Test(weather, may_answer_or_swallow_a_request_before_its_handler)
{
    const struct plan plan = {.handle = must_not_run, .body = get_under_request_weather};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "503 <html>@0s RESET@0s ");
}

static void get_under_connection_weather(struct bench *bench)
{
    struct weather weather = weather_of(bench);
    weather.on_connect = refuse_connection;
    world_set_weather(bench->world, &weather);
    bench_get(bench);
    world_set_weather(bench->world, NULL);
}

Test(weather, may_turn_a_route_into_a_failure)
{
    const struct plan plan = {.handle = must_not_run, .body = get_under_connection_weather};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "site by client: REFUSED@0s ");
}

static void replace(void *context, struct exchange *exchange)
{
    g_autoptr(GBytes) body = g_bytes_new_static("other", 5);
    struct bench *bench = context;
    if (exchange_reply_body(exchange) != NULL)
        bench_note(bench, "was %zu", g_bytes_get_size(exchange_reply_body(exchange)));
    exchange_replace_body(exchange, body);
}

static void get_replaced(struct bench *bench)
{
    struct weather weather = weather_of(bench);
    weather.on_reply = replace;
    world_set_weather(bench->world, &weather);
    bench_get(bench);
    world_set_weather(bench->world, NULL);
}

Test(weather, may_replace_a_whole_reply_or_a_stream)
{
    const struct plan whole = {.handle = digits, .body = get_replaced};
    const struct plan stream = {.handle = digits_as_stream, .body = get_replaced};

    g_autofree char *whole_log = bench_run(&whole);
    g_autofree char *stream_log = bench_run(&stream);

    cr_assert_str_eq(whole_log, "was 10@0s 200 other@0s ");
    cr_assert_str_eq(stream_log, "200 other@0s ");
}
