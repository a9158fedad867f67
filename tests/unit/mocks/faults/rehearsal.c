/* The world, the client and the script of the tests of faults. */
#include "rehearsal.h"

#include "loop/vclock.h"
#include "mocks/wire_text.h"

#include <string.h>

enum {
    CLIENT_PATIENCE_S = 60
};

static const char *const digest =
    "sha256:1111111111111111111111111111111111111111111111111111111111111111";

static void handle_manifest(struct exchange *exchange)
{
    bool is_push = strcmp(exchange_method(exchange), "PUT") == 0;
    g_autoptr(GBytes) body = g_bytes_new_static("manifest", 8);
    exchange_set_header(exchange, "Docker-Content-Digest", digest);
    exchange_set_header(exchange, "Content-Type", "application/json");
    exchange_reply(exchange, is_push ? 201 : 200, is_push ? NULL : body);
}

/* 1000 bytes, with ranges. */
static void handle_blob(struct exchange *exchange)
{
    int64_t from = 0, to = 999;
    enum range range = range_parse(exchange_header(exchange, "Range"), 1000, &from, &to);
    if (range == RANGE_WHOLE)
        from = 0, to = 999;
    gsize length_bytes = (gsize)(to - from + 1);
    g_autoptr(GBytes) body = g_bytes_new_take(g_strnfill(length_bytes, 'x'), length_bytes);
    exchange_reply(exchange, range == RANGE_PART ? 206 : 200, body);
}

/* Five lines of 100 bytes, one a second, as the Engine streams progress. */
static void stream(struct exchange *exchange, void *context)
{
    const struct rehearsal *rehearsal = context;
    g_autofree char *line = g_strnfill(100, '.');
    exchange_stream_begin(exchange, 200);
    for (int i = 0; i < 5; i++) {
        if (!fiber_sleep(rehearsal->loop, SECOND_US, NULL) ||
            !exchange_stream_write(exchange, line, 100, NULL))
            return;
    }
    exchange_stream_end(exchange);
}

static void handle(void *context, struct exchange *exchange)
{
    struct rehearsal *rehearsal = context;
    rehearsal->handled_count++;
    if (strstr(exchange_path(exchange), "/manifests/") != NULL)
        handle_manifest(exchange);
    else if (strstr(exchange_path(exchange), "/blobs/") != NULL)
        handle_blob(exchange);
    else if (strcmp(exchange_path(exchange), "/images/create") == 0)
        exchange_spawn(exchange, stream, rehearsal);
    else if (strcmp(exchange_path(exchange), "/denied") == 0)
        exchange_reply_text(exchange, 404, "text/plain", "no such thing here at all");
    else
        exchange_reply_text(exchange, 200, "text/plain", "hello");
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
    [HTTP_ERROR_PERMISSION] = "PERMISSION",
};

static void note(struct rehearsal *rehearsal, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void note(struct rehearsal *rehearsal, const char *format, ...)
{
    va_list arguments;
    g_autofree char *now = duration_text(loop_now_us(rehearsal->loop));
    if (rehearsal->log->len > 0)
        g_string_append_c(rehearsal->log, ' ');
    va_start(arguments, format);
    g_string_append_vprintf(rehearsal->log, format, arguments);
    va_end(arguments);
    g_string_append_printf(rehearsal->log, "@%s", now);
}

static void note_error(struct rehearsal *rehearsal, const GError *error)
{
    if (error->domain == HTTP_ERROR && error_names[error->code] != NULL)
        note(rehearsal, "%s", error_names[error->code]);
    else if (g_error_matches(error, FIBER_ERROR, FIBER_ERROR_TIMED_OUT))
        note(rehearsal, "gave up");
    else
        note(rehearsal, "%s", error->message);
}

static void note_response(struct rehearsal *rehearsal, const struct http_response *response)
{
    static const char *const shown[] = {"Docker-Content-Digest", "Retry-After", "Location",
                                        "ratelimit-limit", "ratelimit-remaining"};
    gsize length_bytes;
    const char *body = g_bytes_get_data(response->body, &length_bytes);
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%u", response->status);
    for (gsize i = 0; i < G_N_ELEMENTS(shown); i++) {
        const char *value = http_response_header(response, shown[i]);
        if (i == 0 && value == NULL && length_bytes == strlen("manifest"))
            g_string_append(text, " undigested");
        if (value != NULL && strcmp(value, digest) != 0)
            g_string_append_printf(text, " %s=%s", shown[i], value);
    }
    if (length_bytes > 240)
        g_string_append_printf(text, " (%zu)", length_bytes);
    else if (length_bytes > 0)
        g_string_append_printf(text, " %.*s", (int)length_bytes, body);
    note(rehearsal, "%s", text->str);
    g_string_free(text, TRUE);
}

static void perform(struct rehearsal *rehearsal, const char *step)
{
    g_auto(GStrv) parts = g_strsplit(step, " | ", 2);
    g_auto(GStrv) words = g_strsplit(parts[0], " ", 2);
    const char *headers[] = {parts[1], NULL};
    bool is_engine = words[1][0] == '/';
    g_autofree char *url = g_strconcat(is_engine ? "http://docker" : "", words[1], NULL);
    const struct http_request request = {.method = words[0],
                                         .url = url,
                                         .unix_socket = is_engine ? "/var/run/docker.sock" : NULL,
                                         .headers = parts[1] != NULL ? headers : NULL};
    struct http_response response = {0};
    g_autoptr(GError) error = NULL;

    DEADLINE(patience);
    deadline_begin(rehearsal->loop, &patience, "client", CLIENT_PATIENCE_S * SECOND_US);
    if (http_perform(rehearsal->http, &request, &response, &error))
        note_response(rehearsal, &response);
    else
        note_error(rehearsal, error);
    http_response_clear(&response);
}

struct request_of_several {
    struct rehearsal *rehearsal;
    const char *step;
};

static void perform_one(void *argument)
{
    const struct request_of_several *request = argument;
    perform(request->rehearsal, request->step);
}

static void perform_together(struct rehearsal *rehearsal, const char *step)
{
    g_auto(GStrv) steps = g_strsplit(step, " && ", 8);
    struct request_of_several requests[8];
    FIBER_GROUP(group);
    fiber_group_init(&group, rehearsal->loop);
    for (int i = 0; steps[i] != NULL; i++) {
        requests[i] = (struct request_of_several){rehearsal, steps[i]};
        fiber_group_spawn(&group, "request", perform_one, &requests[i]);
    }
    cr_assert(fiber_group_wait(&group, NULL));
}

static const char *const point_words[POINT_COUNT] = {
    "disk-write",    "engine-request", "container-start", "container-boot",
    "exec",          "build-step",     "emulation",       "process-memory",
    "image-resolve", "prune",          "action-download", "git",
    "workflow-step",
};

static enum point point_of(const char *word)
{
    int point = 0;
    while (strcmp(point_words[point], word) != 0)
        point++;
    return (enum point)point;
}

static const char *or_none(const char *word)
{
    return strcmp(word, "-") == 0 ? NULL : word;
}

static void note_effect(struct rehearsal *rehearsal, const struct point_effect *effect)
{
    GString *text = g_string_new("point");
    g_autofree char *delay = duration_text(effect->delay_us);
    if (effect->is_failure)
        g_string_append(text, " fails");
    if (effect->exit_code != 0)
        g_string_append_printf(text, " exit=%d", effect->exit_code);
    if (effect->message != NULL)
        g_string_append_printf(text, " '%s'", effect->message);
    if (effect->is_hang)
        g_string_append(text, " hangs");
    if (effect->interruption != RUN_GOES_ON)
        g_string_append_printf(text, " interruption=%d", (int)effect->interruption);
    if (effect->is_missing)
        g_string_append(text, " missing");
    if (effect->delay_us > 0)
        g_string_append_printf(text, " delay=%s", delay);
    if (effect->factor > 0)
        g_string_append_printf(text, " factor=%g", effect->factor);
    note(rehearsal, "%s", text->str);
    g_string_free(text, TRUE);
}

static void consult(struct rehearsal *rehearsal, const char *step)
{
    g_auto(GStrv) words = g_strsplit(step, " ", 6);
    cr_assert_eq(g_strv_length(words), 6, "%s", step);
    const struct point_event event = {
        .point = point_of(words[1]),
        .machine = or_none(words[2]),
        .subject = or_none(words[3]),
        .detail = or_none(words[4]),
        .amount = g_ascii_strtoll(words[5], NULL, 10),
    };
    struct point_effect effect = world_consult(rehearsal->world, &event);
    note_effect(rehearsal, &effect);
}

static void pause_for(struct rehearsal *rehearsal, const char *text)
{
    int64_t delay_us;
    cr_assert(duration_parse(text, &delay_us, NULL));
    cr_assert(fiber_sleep(rehearsal->loop, delay_us, NULL));
}

static void body(void *argument)
{
    struct rehearsal *rehearsal = argument;
    for (gsize i = 0; rehearsal->steps[i] != NULL; i++) {
        const char *step = rehearsal->steps[i];
        if (g_str_has_prefix(step, "sleep "))
            pause_for(rehearsal, step + strlen("sleep "));
        else if (g_str_has_prefix(step, "point "))
            consult(rehearsal, step);
        else
            perform_together(rehearsal, step);
    }
    rehearsal->is_over = true;
}

static void open_world(struct rehearsal *rehearsal, uint64_t seed)
{
    const struct world_options options = {.seed = seed, .trace = rehearsal->trace};
    g_autoptr(GError) error = NULL;
    rehearsal->world = world_new(rehearsal->loop, &options, &error);
    cr_assert_not_null(rehearsal->world);
    world_add_site(rehearsal->world, "hub", handle, rehearsal);
    world_add_site(rehearsal->world, "auth", handle, rehearsal);
    world_add_site(rehearsal->world, "leg:/var/run/docker.sock", handle, rehearsal);
    rehearsal->http =
        http_new(rehearsal->loop, world_opener(rehearsal->world, "leg", "dockerd"), "dockerd");
}

struct rehearsal *rehearsal_run_seeded(const char *rules, const char *const *steps, uint64_t seed)
{
    struct rehearsal *rehearsal = g_new0(struct rehearsal, 1);
    g_autoptr(GError) error = NULL;

    rehearsal->steps = steps;
    rehearsal->log = g_string_new(NULL);
    rehearsal->doc = doc_load_text("rules.yaml", rules, strlen(rules), DOC_DEFAULT, &error);
    cr_assert_not_null(rehearsal->doc, "%s", error != NULL ? error->message : "");
    rehearsal->rules = fault_rules_read(doc_root(rehearsal->doc), &error);
    cr_assert_not_null(rehearsal->rules, "%s", error != NULL ? error->message : "");
    rehearsal->loop = loop_new(CLOCK_VIRTUAL, 1);
    rehearsal->trace = trace_new(loop_now_of, rehearsal->loop);
    vclock_bind(rehearsal->loop, VCLOCK_EPOCH_S);
    open_world(rehearsal, seed);
    rehearsal->faults = faults_new(rehearsal->rules, seed);
    faults_attach(rehearsal->faults, rehearsal->world);
    fiber_spawn(rehearsal->loop, "body", body, rehearsal);
    if (!loop_run(rehearsal->loop, &rehearsal->is_over, &error))
        note(rehearsal, "[%s]", error->message);
    return rehearsal;
}

struct rehearsal *rehearsal_run(const char *rules, const char *const *steps)
{
    return rehearsal_run_seeded(rules, steps, 1);
}

const char *rehearsal_trace(const struct rehearsal *rehearsal)
{
    gsize length_bytes;
    return trace_text(rehearsal->trace, &length_bytes);
}

void rehearsal_free(struct rehearsal *rehearsal)
{
    if (rehearsal == NULL)
        return;
    world_end_exchanges(rehearsal->world);
    http_free(rehearsal->http);
    faults_free(rehearsal->faults);
    world_free(rehearsal->world);
    trace_free(rehearsal->trace);
    loop_free(rehearsal->loop);
    vclock_bind(NULL, 0);
    fault_rules_free(rehearsal->rules);
    doc_free(rehearsal->doc);
    g_string_free(rehearsal->log, TRUE);
    g_free(rehearsal);
}

char *rules_error(const char *text)
{
    g_autoptr(GError) error = NULL;
    AUTO(doc) doc = doc_load_text("rules.yaml", text, strlen(text), DOC_DEFAULT, &error);
    cr_assert_not_null(doc, "%s", error != NULL ? error->message : "");
    AUTO(fault_rules) rules = fault_rules_read(doc_root(doc), &error);
    return g_strdup(rules != NULL ? "no error" : error->message);
}
