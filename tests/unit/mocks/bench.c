/* The bench of the mocks' tests. */
#include "bench.h"

static const char *const error_names[] = {
    [HTTP_ERROR_NAME_NOT_FOUND] = "NAME_NOT_FOUND",
    [HTTP_ERROR_REFUSED] = "REFUSED",
    [HTTP_ERROR_RESET] = "RESET",
    [HTTP_ERROR_EMPTY_REPLY] = "EMPTY_REPLY",
    [HTTP_ERROR_TRUNCATED] = "TRUNCATED",
    [HTTP_ERROR_MALFORMED] = "MALFORMED",
};

static void on_reply(void *context, struct exchange *exchange)
{
    const struct bench *bench = context;
    bench->plan->disturb(exchange_disturbance(exchange));
}

static void bench_main(void *argument)
{
    struct bench *bench = argument;
    bench->plan->body(bench);
    bench->is_over = true;
}

static void open_world(struct bench *bench)
{
    const struct world_options options = {
        .seed = 1, .network = bench->plan->network, .trace = bench->trace};
    g_autoptr(GError) error = NULL;
    bench->world = world_new(bench->loop, &options, &error);
    cr_assert_not_null(bench->world);
    bench->site = world_add_site(bench->world, "site", bench->plan->handle, bench);
    world_add_site(bench->world, "machine:/run/site.sock", bench->plan->handle, bench);
    bench->http = http_new(bench->loop, world_opener(bench->world, "machine", "client"), "client");
}

char *bench_run_traced(const struct plan *plan, char **digest)
{
    AUTO(loop) loop = loop_new(plan->is_outside ? CLOCK_REAL : CLOCK_VIRTUAL, 1);
    AUTO(trace) trace = trace_new(loop_now_of, loop);
    struct bench bench = {.plan = plan, .loop = loop, .trace = trace, .log = g_string_new(NULL)};
    const struct weather weather = {.context = &bench, .on_reply = on_reply};
    g_autoptr(GError) error = NULL;

    vclock_bind(loop, VCLOCK_EPOCH_S);
    open_world(&bench);
    if (plan->disturb != NULL)
        world_set_weather(bench.world, &weather);
    fiber_spawn(loop, "body", bench_main, &bench);
    if (!loop_run(loop, &bench.is_over, &error))
        g_string_append_printf(bench.log, "[%s]", error->message);
    world_end_exchanges(bench.world);
    http_free(bench.http);
    world_free(bench.world);
    *digest = trace_digest(trace);
    loop_free(g_steal_pointer(&loop));
    vclock_bind(NULL, 0);
    return g_string_free(bench.log, FALSE);
}

char *bench_run(const struct plan *plan)
{
    g_autofree char *digest = NULL;
    return bench_run_traced(plan, &digest);
}

void bench_note(struct bench *bench, const char *format, ...)
{
    va_list arguments;
    g_autofree char *now = duration_text(loop_now_us(bench->loop));
    va_start(arguments, format);
    g_string_append_vprintf(bench->log, format, arguments);
    va_end(arguments);
    g_string_append_printf(bench->log, "@%s ", now);
}

const char *bench_error_name(const GError *error)
{
    if (error->domain == HTTP_ERROR && (gsize)error->code < G_N_ELEMENTS(error_names) &&
        error_names[error->code] != NULL)
        return error_names[error->code];
    return error->message;
}

void bench_perform(struct bench *bench, const struct http_request *request)
{
    struct http_response response = {0};
    g_autoptr(GError) error = NULL;
    if (http_perform(bench->http, request, &response, &error)) {
        gsize length_bytes;
        const char *body = g_bytes_get_data(response.body, &length_bytes);
        if (length_bytes > 100)
            bench_note(bench, "%u (%zu)", response.status, length_bytes);
        else
            bench_note(bench, "%u %.*s", response.status, (int)length_bytes,
                       length_bytes > 0 ? body : "");
    } else {
        bench_note(bench, "%s", bench_error_name(error));
    }
    http_response_clear(&response);
}

void bench_get(struct bench *bench)
{
    const struct http_request request = {.url = "http://site/thing"};
    bench_perform(bench, &request);
}

void bench_sleep(struct bench *bench, int64_t delay_us)
{
    g_autoptr(GError) error = NULL;
    cr_assert(fiber_sleep(bench->loop, delay_us, &error));
}

const char *bench_trace(const struct bench *bench)
{
    gsize length_bytes;
    return trace_text(bench->trace, &length_bytes);
}
