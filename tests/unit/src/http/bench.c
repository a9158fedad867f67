/* The common bench of the HTTP client's tests. */
#include "bench.h"

#include "loop/vclock.h"

static void bench_main(void *argument)
{
    struct bench *bench = argument;
    bench->body(bench);
    bench->is_over = true;
}

char *bench_run(const struct act *const *scripts, void (*body)(struct bench *bench))
{
    struct bench bench = {
        .loop = loop_new(CLOCK_VIRTUAL, 1), .body = body, .log = g_string_new(NULL)};
    g_autoptr(GError) error = NULL;

    vclock_bind(bench.loop, VCLOCK_EPOCH_S);
    bench.server = raw_server_new(bench.loop, scripts);
    struct http_opener opener = raw_server_opener(bench.server);
    bench.http = http_new(bench.loop, &opener, "test");
    fiber_spawn(bench.loop, "main", bench_main, &bench);
    if (!loop_run(bench.loop, &bench.is_over, &error))
        g_string_append_printf(bench.log, "[%s]", error->message);
    http_free(bench.http);
    vclock_bind(NULL, 0);
    loop_free(bench.loop);
    raw_server_free(bench.server);
    return g_string_free(bench.log, FALSE);
}

void bench_note(struct bench *bench, const char *what)
{
    g_autofree char *now = duration_text(loop_now_us(bench->loop));
    g_string_append_printf(bench->log, "%s@%s ", what, now);
}

void bench_perform(struct bench *bench, const struct http_request *request)
{
    HTTP_RESPONSE(response);
    g_autoptr(GError) error = NULL;

    if (!http_perform(bench->http, request, &response, &error)) {
        bench_note(bench, error->message);
        return;
    }
    gsize length_bytes;
    const char *bytes = g_bytes_get_data(response.body, &length_bytes);
    g_autofree char *text =
        g_strdup_printf("%u %.*s", response.status, (int)length_bytes, bytes != NULL ? bytes : "");
    bench_note(bench, text);
}

void bench_get(struct bench *bench)
{
    struct http_request request = {.url = "http://site/thing"};
    bench_perform(bench, &request);
}
