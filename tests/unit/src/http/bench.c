/* The common bench of the HTTP client's tests. */
#include "bench.h"

#include "loop/vclock.h"

#include <string.h>

static void bench_main(void *argument)
{
    struct bench *bench = argument;
    bench->body(bench);
    bench->is_over = true;
}

char *bench_run(const struct act *const *scripts, void (*body)(struct bench *bench))
{
    return bench_run_with(scripts, body, NULL);
}

char *bench_run_with(const struct act *const *scripts, void (*body)(struct bench *bench),
                     const void *context)
{
    struct bench bench = {.loop = loop_new(CLOCK_VIRTUAL, 1),
                          .body = body,
                          .context = context,
                          .log = g_string_new(NULL)};
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

void bench_expect(const struct act *const *scripts, void (*body)(struct bench *bench),
                  const char *expected)
{
    g_autofree char *log = bench_run(scripts, body);
    cr_expect_str_eq(log, expected, "%s", log);
}

void bench_note(struct bench *bench, const char *what)
{
    g_autofree char *now = duration_text(loop_now_us(bench->loop));
    g_string_append_printf(bench->log, "%s@%s ", what, now);
}

static const char *const error_names[] = {
    [HTTP_ERROR_NAME_NOT_FOUND] = "NAME_NOT_FOUND",
    [HTTP_ERROR_NAME_SERVER] = "NAME_SERVER",
    [HTTP_ERROR_NAME_TIMED_OUT] = "NAME_TIMED_OUT",
    [HTTP_ERROR_REFUSED] = "REFUSED",
    [HTTP_ERROR_CONNECT_TIMED_OUT] = "CONNECT_TIMED_OUT",
    [HTTP_ERROR_UNANSWERED] = "UNANSWERED",
    [HTTP_ERROR_TLS_TIMED_OUT] = "TLS_TIMED_OUT",
    [HTTP_ERROR_TLS_REFUSED] = "TLS_REFUSED",
    [HTTP_ERROR_RESET] = "RESET",
    [HTTP_ERROR_EMPTY_REPLY] = "EMPTY_REPLY",
    [HTTP_ERROR_TRUNCATED] = "TRUNCATED",
    [HTTP_ERROR_MALFORMED] = "MALFORMED",
    [HTTP_ERROR_TOO_LARGE] = "TOO_LARGE",
    [HTTP_ERROR_PERMISSION] = "PERMISSION",
    [HTTP_ERROR_OTHER] = "OTHER",
};

void bench_note_error(struct bench *bench, const GError *error)
{
    static const char subject[] = "GET http://site/thing: ";
    const char *words = error->message;
    if (g_str_has_prefix(words, subject))
        words += strlen(subject);
    g_autofree char *text = error->domain == HTTP_ERROR
                                ? g_strdup_printf("%s (%s)", error_names[error->code], words)
                                : g_strdup(words);
    bench_note(bench, text);
}

void bench_perform(struct bench *bench, const struct http_request *request)
{
    HTTP_RESPONSE(response);
    g_autoptr(GError) error = NULL;

    if (!http_perform(bench->http, request, &response, &error)) {
        bench_note_error(bench, error);
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

void bench_get_in_a_fiber(void *argument)
{
    bench_get(argument);
}
