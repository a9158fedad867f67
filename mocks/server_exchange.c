/* The way of one request through libmicrohttpd: its callbacks, suspending and going on, its end. */
#include "mocks/server_private.h"

#include "base/limits.h"
#include "mocks/server_library.h"
#include "mocks/world_private.h"

#include <microhttpd.h>
#include <string.h>
#include <sys/socket.h>

static bool header_is_hidden(const struct exchange *exchange, const char *name)
{
    return exchange->hidden_header != NULL &&
           g_ascii_strcasecmp(exchange->hidden_header, name) == 0;
}

const char *exchange_header(const struct exchange *exchange, const char *name)
{
    if (header_is_hidden(exchange, name))
        return NULL;
    if (exchange->mhd != NULL)
        return MHD_lookup_connection_value(exchange->mhd, MHD_HEADER_KIND, name);
    const GPtrArray *copies = exchange->header_copies;
    for (guint i = 0; copies != NULL && i + 1 < copies->len; i += 2)
        if (g_ascii_strcasecmp(g_ptr_array_index(copies, i), name) == 0)
            return g_ptr_array_index(copies, i + 1);
    return NULL;
}

struct header_search {
    const char *name; /* NULL: every header */
    GPtrArray *found;
    bool is_copied;
};

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    const struct header_search *search = context;
    (void)kind;
    if (value == NULL)
        value = "";
    if (search->is_copied) {
        g_ptr_array_add(search->found, g_strdup(name));
        g_ptr_array_add(search->found, g_strdup(value));
    } else if (g_ascii_strcasecmp(name, search->name) == 0) {
        g_ptr_array_add(search->found, (char *)value);
    }
    return MHD_YES;
}

GPtrArray *exchange_headers(const struct exchange *exchange, const char *name)
{
    struct header_search search = {.name = name, .found = g_ptr_array_new()};
    const GPtrArray *copies = exchange->header_copies;
    if (header_is_hidden(exchange, name))
        return search.found;
    if (exchange->mhd != NULL)
        MHD_get_connection_values(exchange->mhd, MHD_HEADER_KIND, on_header, &search);
    for (guint i = 0; copies != NULL && i + 1 < copies->len; i += 2)
        on_header(&search, MHD_HEADER_KIND, g_ptr_array_index(copies, i),
                  g_ptr_array_index(copies, i + 1));
    return search.found;
}

bool exchange_suspend(struct exchange *exchange)
{
    if (exchange->connection->has_hung_up) {
        exchange_abort(exchange, ENDING_CLIENT_GONE);
        return false;
    }
    MHD_suspend_connection(exchange->mhd);
    exchange->is_suspended = true;
    return true;
}

bool exchange_suspend_for(struct exchange *exchange, int64_t delay_us)
{
    if (!exchange_suspend(exchange))
        return false;
    timer_arm(exchange->server->loop, &exchange->timer, delay_us);
    return true;
}

void exchange_resume(struct exchange *exchange)
{
    if (!exchange->is_suspended || exchange->tunnel.is_open)
        return;
    if (exchange->is_silent && !exchange->is_aborted)
        return;
    timer_cancel(exchange->server->loop, &exchange->timer);
    exchange->is_suspended = false;
    MHD_resume_connection(exchange->mhd);
    server_touch(exchange->server);
}

static void end_silence(struct exchange *exchange)
{
    exchange->is_silent = false;
    exchange->disturbance.end = END_HONEST;
    exchange->reply.wire.end_at = NEVER;
}

void exchange_on_timer(void *argument)
{
    struct exchange *exchange = argument;
    if (exchange->is_silent)
        end_silence(exchange);
    if (exchange->tunnel.is_open)
        tunnel_pump(exchange);
    else
        exchange_resume(exchange);
}

bool exchange_carry_out_end(struct exchange *exchange)
{
    switch (exchange->disturbance.end) {
    case END_HONEST:
        return true;
    case END_CLOSE:
        exchange->ending = ENDING_CLOSED;
        return false;
    case END_RESET:
        exchange->ending = ENDING_RESET;
        return false;
    case END_SILENT:
        exchange->is_silent = true;
        if (exchange->disturbance.silent_us > 0)
            timer_arm(exchange->server->loop, &exchange->timer, exchange->disturbance.silent_us);
        return true;
    }
    g_assert_not_reached();
}

void exchange_abort(struct exchange *exchange, enum exchange_ending ending)
{
    if (exchange->connection == NULL)
        return;
    if (exchange->ending == ENDING_NONE)
        exchange->ending = ending;
    exchange->is_aborted = true;
    if (exchange->fiber != NULL && exchange->fiber != fiber_current(exchange->server->loop))
        fiber_cancel(exchange->fiber);
    if (exchange->tunnel.is_open)
        tunnel_close(exchange, exchange->ending);
    else if (exchange->is_suspended)
        exchange_resume(exchange);
    else if (ending == ENDING_CLOSED)
        shutdown(exchange->connection->fd, SHUT_RDWR); /* libmicrohttpd notices by itself */
}

void exchange_lose_client(struct exchange *exchange)
{
    if (exchange->is_suspended || exchange->fiber != NULL || exchange->tunnel.is_open)
        exchange_abort(exchange, exchange->is_silent ? ENDING_SILENT : ENDING_CLIENT_GONE);
}

void *server_on_target(void *context, const char *target, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *connection = info->socket_context;
    struct exchange *exchange = exchange_new(context, connection, target);
    exchange->mhd = mhd;
    connection->exchange = exchange;
    return exchange;
}

static void read_declared_bytes(struct exchange *exchange)
{
    const char *text = exchange_header(exchange, "Seatrial-Declared-Bytes");
    guint64 declared_bytes;
    if (text != NULL &&
        g_ascii_string_to_unsigned(text, 10, 0, (guint64)BLOB_BYTES_MAX, &declared_bytes, NULL))
        exchange->inbox.declared_bytes = (int64_t)declared_bytes;
}

static bool ask_weather(struct exchange *exchange)
{
    const struct weather *weather = exchange->server->world->weather;
    if (weather == NULL || weather->on_request == NULL ||
        !weather->on_request(weather->context, exchange))
        return false;
    if (!exchange->reply.is_stated)
        exchange_reply(exchange, 0, NULL); /* only its disturbance acts */
    return true;
}

static void begin(struct exchange *exchange, const char *method)
{
    struct world *world = exchange->server->world;
    exchange->number = ++world->started_count;
    exchange->started_us = loop_now_us(world->loop);
    g_strlcpy(exchange->method, method, sizeof exchange->method);
    if (exchange->server->is_closing || !exchange->site->is_listening) {
        exchange_abort(exchange, ENDING_CLOSED);
        return;
    }
    if (exchange->site->network.bytes_per_second > 0)
        read_declared_bytes(exchange);
    if (strlen(exchange->path) > HTTP_TARGET_BYTES_MAX) {
        exchange_reply(exchange, 414, NULL);
        return;
    }
    if (ask_weather(exchange))
        return;
    exchange->site->handle(exchange->site->context, exchange);
    g_assert(exchange->reply.is_stated || exchange->fiber != NULL || exchange->collected != NULL ||
             exchange->is_aborted);
}

/* What a callback answers: go on, or close now, as a reset if that was asked for. */
static enum MHD_Result answer(const struct exchange *exchange, bool goes_on)
{
    if (goes_on)
        return MHD_YES;
    if (exchange->ending == ENDING_RESET)
        connection_poison(exchange->connection);
    return MHD_NO;
}

static bool take_upload(struct exchange *exchange, const char *bytes, size_t *length_bytes)
{
    if (exchange->inbox.total_bytes > BLOB_BYTES_MAX) {
        exchange_abort(exchange, ENDING_CLOSED);
        return false;
    }
    if (!exchange_take_body(exchange, bytes, *length_bytes))
        return exchange_suspend(exchange);
    *length_bytes = 0;
    return true;
}

static bool finish_upload(struct exchange *exchange)
{
    if (!exchange->inbox.is_complete)
        exchange_end_body(exchange);
    return exchange->reply.is_stated ? exchange_send(exchange) : exchange_suspend(exchange);
}

enum MHD_Result server_on_access(void *context, struct MHD_Connection *mhd, const char *target,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_bytes, void **request)
{
    struct exchange *exchange = *request;
    (void)context, (void)mhd, (void)target, (void)version;
    if (exchange->number == 0) {
        begin(exchange, method);
        return answer(exchange, !exchange->is_aborted);
    }
    if (exchange->is_aborted)
        return answer(exchange, false);
    if (*upload_bytes > 0)
        return answer(exchange, take_upload(exchange, upload, upload_bytes));
    return answer(exchange, finish_upload(exchange));
}

static enum exchange_ending ending_of(const struct exchange *exchange,
                                      enum MHD_RequestTerminationCode code)
{
    if (exchange->ending != ENDING_NONE)
        return exchange->ending;
    if (code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        return ENDING_OK;
    return exchange->server->is_closing ? ENDING_CLOSED : ENDING_CLIENT_GONE;
}

/* The fiber goes on without a connection: what was asked stays readable. */
static void detach(struct exchange *exchange)
{
    struct header_search search = {.is_copied = true,
                                   .found = g_ptr_array_new_with_free_func(g_free)};
    MHD_get_connection_values(exchange->mhd, MHD_HEADER_KIND, on_header, &search);
    exchange->header_copies = search.found;
    exchange->mhd = NULL;
    exchange->connection = NULL;
    if (exchange->ending != ENDING_OK)
        fiber_cancel(exchange->fiber);
    exchange_wake(exchange);
}

/* It is over for its client: the trace and the weather hear of it. */
static void exchange_over(struct exchange *exchange)
{
    const struct weather *weather = exchange->server->world->weather;
    exchange_trace(exchange);
    if (weather != NULL && weather->on_end != NULL)
        weather->on_end(weather->context, exchange);
}

void server_on_completed(void *context, struct MHD_Connection *mhd, void **request,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *request;
    (void)context, (void)mhd;
    if (exchange == NULL)
        return;
    *request = NULL;
    if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK)
        server_touch(exchange->server); /* it closes the descriptor in a further run only */
    exchange->ending = ending_of(exchange, code);
    timer_cancel(exchange->server->loop, &exchange->timer);
    if (exchange->ending != ENDING_OK && wire_is_honest(&exchange->reply.wire) &&
        exchange->reply.length_bytes >= 0)
        exchange->reply.wire.sent_bytes = 0; /* the library does not tell how far it came */
    if (exchange->number > 0)
        exchange_over(exchange);
    exchange->connection->exchange = NULL;
    if (exchange->fiber != NULL)
        detach(exchange);
    else
        exchange_free(exchange);
}
