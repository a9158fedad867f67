/* The bodies of an exchange as its fiber sees them: reading the request, writing a stream. */
#include "mocks/exchange_private.h"

#include "base/limits.h"
#include "mocks/server_private.h"
#include "mocks/world_private.h"

void inbox_clear(struct inbox *inbox)
{
    g_queue_clear_full(&inbox->chunks, (GDestroyNotify)g_bytes_unref);
    inbox->buffered_bytes = 0;
}

void inbox_push(struct inbox *inbox, const void *bytes, gsize length_bytes)
{
    if (length_bytes == 0)
        return;
    g_queue_push_tail(&inbox->chunks, g_bytes_new(bytes, length_bytes));
    inbox->buffered_bytes += (int64_t)length_bytes;
    inbox->total_bytes += (int64_t)length_bytes;
}

void exchange_wake(struct exchange *exchange)
{
    if (exchange->fiber != NULL)
        fiber_wake(exchange->fiber);
}

static int64_t buffer_room(const struct exchange *exchange)
{
    const struct inbox *inbox = &exchange->inbox;
    if (exchange->collected != NULL)
        return INT64_MAX;
    return inbox->is_wanted ? HTTP_STREAM_BUFFER_BYTES_MAX - inbox->buffered_bytes : 0;
}

static bool is_discarding(const struct exchange *exchange)
{
    const struct inbox *inbox = &exchange->inbox;
    if (exchange->reply.is_stated)
        return true;
    return exchange->collected != NULL &&
           inbox->total_bytes > (int64_t)exchange->collected_bytes_max;
}

bool exchange_take_body(struct exchange *exchange, const char *bytes, gsize length_bytes)
{
    if (is_discarding(exchange)) {
        exchange->inbox.total_bytes += (int64_t)length_bytes;
        return true;
    }
    if (buffer_room(exchange) <= 0)
        return false;
    inbox_push(&exchange->inbox, bytes, length_bytes);
    exchange_wake(exchange);
    return true;
}

static GBytes *inbox_join(struct inbox *inbox)
{
    if (inbox->chunks.length == 1) {
        inbox->buffered_bytes = 0;
        return g_queue_pop_head(&inbox->chunks);
    }
    GByteArray *joined = g_byte_array_sized_new((guint)inbox->buffered_bytes);
    for (GList *link = inbox->chunks.head; link != NULL; link = link->next) {
        gsize length_bytes;
        const guint8 *bytes = g_bytes_get_data(link->data, &length_bytes);
        g_byte_array_append(joined, bytes, (guint)length_bytes);
    }
    inbox_clear(inbox);
    return g_byte_array_free_to_bytes(joined);
}

void exchange_end_body(struct exchange *exchange)
{
    struct inbox *inbox = &exchange->inbox;
    exchange_collected *collected = g_steal_pointer(&exchange->collected);
    inbox->is_complete = true;
    exchange_wake(exchange);
    if (collected == NULL || exchange->reply.is_stated)
        return;
    g_autoptr(GBytes) body = NULL;
    if (inbox->total_bytes <= (int64_t)exchange->collected_bytes_max)
        body = inbox_join(inbox);
    collected(exchange, exchange->run_context, body);
    g_assert(exchange->reply.is_stated || exchange->fiber != NULL);
}

int64_t exchange_body_due_us(const struct exchange *exchange)
{
    const struct inbox *inbox = &exchange->inbox;
    int64_t rate = exchange->site->network.bytes_per_second;
    int64_t bytes = MAX(inbox->declared_bytes, inbox->total_bytes);
    if (rate <= 0 || bytes < WIRE_PACED_BYTES_MIN)
        return 0;
    return exchange->started_us + wire_scale(bytes, SECOND_US, rate);
}

void exchange_collect(struct exchange *exchange, gsize bytes_max, exchange_collected *ready,
                      void *context)
{
    g_assert(exchange->fiber == NULL && !exchange->reply.is_stated);
    exchange->collected = ready;
    exchange->collected_bytes_max = bytes_max;
    exchange->run_context = context;
}

static bool fail_gone(const struct exchange *exchange, GError **error)
{
    if (exchange->connection != NULL && !exchange->is_aborted)
        return true;
    g_set_error(error, FIBER_ERROR, FIBER_ERROR_CANCELLED, "the client of %s has gone",
                exchange->site->name);
    return false;
}

/* The request's body may be at its end long before its declared bytes would be here. */
static bool wait_for_body_due(struct exchange *exchange, GError **error)
{
    struct loop *loop = exchange->server->loop;
    int64_t left_us = exchange_body_due_us(exchange) - loop_now_us(loop);
    return left_us <= 0 || fiber_sleep(loop, left_us, error);
}

static bool is_at_end(const struct exchange *exchange)
{
    return exchange->reply.is_upgrade ? exchange->tunnel.is_read_closed
                                      : exchange->inbox.is_complete;
}

/* There is room again: the side that fills the inbox goes on. */
static void go_on_filling(struct exchange *exchange)
{
    if (exchange->tunnel.is_open)
        connection_watch(exchange->connection);
    else if (!exchange->inbox.is_complete)
        exchange_resume(exchange);
}

bool exchange_read(struct exchange *exchange, GBytes **chunk, GError **error)
{
    struct inbox *inbox = &exchange->inbox;
    struct loop *loop = exchange->server->loop;

    g_assert(fiber_current(loop) == exchange->fiber);
    *chunk = NULL;
    inbox->is_wanted = true;
    while (g_queue_is_empty(&inbox->chunks)) {
        if (is_at_end(exchange))
            return exchange->reply.is_upgrade || wait_for_body_due(exchange, error);
        if (!fail_gone(exchange, error))
            return false;
        go_on_filling(exchange);
        if (!fiber_park(loop, "the request's body", error))
            return false;
    }
    *chunk = g_queue_pop_head(&inbox->chunks);
    inbox->buffered_bytes -= (int64_t)g_bytes_get_size(*chunk);
    if (!exchange->reply.is_upgrade || exchange->tunnel.is_open)
        go_on_filling(exchange);
    return true;
}

bool exchange_read_all(struct exchange *exchange, gsize bytes_max, GBytes **body, GError **error)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    *body = NULL;
    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        if (!exchange_read(exchange, &chunk, error))
            return false;
        if (chunk == NULL)
            break;
        gsize length_bytes = g_bytes_get_size(chunk);
        if (length_bytes > bytes_max - all->len) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                        "the request's body is longer than %" G_GSIZE_FORMAT " bytes", bytes_max);
            return false;
        }
        g_byte_array_append(all, g_bytes_get_data(chunk, NULL), (guint)length_bytes);
    }
    *body = g_byte_array_free_to_bytes(g_steal_pointer(&all));
    return true;
}

static void fiber_main(void *argument)
{
    struct exchange *exchange = argument;
    struct server *server = exchange->server;

    exchange->run(exchange, exchange->run_context);
    exchange->fiber = NULL;
    server->fiber_count--;
    server->have_fibers_ended = server->fiber_count == 0;
    if (exchange->connection == NULL)
        exchange_free(exchange);
    else if (!exchange->reply.is_stated)
        exchange_abort(exchange, ENDING_CLOSED); /* as a panic in a Go server's handler does */
    else if (exchange->reply.length_bytes < 0)
        exchange_stream_end(exchange);
}

void exchange_spawn(struct exchange *exchange,
                    void (*run)(struct exchange *exchange, void *context), void *context)
{
    struct server *server = exchange->server;
    g_assert(exchange->fiber == NULL);
    exchange->run = run;
    exchange->run_context = context;
    server->fiber_count++;
    server->have_fibers_ended = false;
    exchange->fiber = fiber_spawn(server->loop, exchange->site->name, fiber_main, exchange);
}

void reply_drop_chunks(struct reply *reply)
{
    g_queue_clear_full(&reply->chunks, (GDestroyNotify)g_bytes_unref);
    reply->chunk_offset = 0;
    reply->buffered_bytes = 0;
}

void reply_drop_sent(struct reply *reply, gsize sent_bytes)
{
    while (sent_bytes > 0) {
        GBytes *first = g_queue_peek_head(&reply->chunks);
        gsize left_bytes = g_bytes_get_size(first) - reply->chunk_offset;
        gsize taken_bytes = MIN(sent_bytes, left_bytes);
        reply->chunk_offset += taken_bytes;
        reply->buffered_bytes -= taken_bytes;
        sent_bytes -= taken_bytes;
        if (taken_bytes < left_bytes)
            return;
        g_bytes_unref(g_queue_pop_head(&reply->chunks));
        reply->chunk_offset = 0;
    }
}

static void push_out(struct exchange *exchange)
{
    if (exchange->tunnel.is_open)
        tunnel_pump(exchange);
    else
        exchange_resume(exchange);
}

bool exchange_stream_write(struct exchange *exchange, const void *bytes, gsize length_bytes,
                           GError **error)
{
    struct reply *reply = &exchange->reply;
    if (!fail_gone(exchange, error))
        return false;
    bool is_replaced = !reply->is_stream && !reply->is_upgrade;
    if (length_bytes == 0 || is_replaced || reply->has_ended || exchange_is_head(exchange))
        return true;

    g_queue_push_tail(&reply->chunks, g_bytes_new(bytes, length_bytes));
    reply->buffered_bytes += length_bytes;
    push_out(exchange);
    while (reply->buffered_bytes > HTTP_STREAM_BUFFER_BYTES_MAX) {
        if (!fail_gone(exchange, error) ||
            !fiber_park(exchange->server->loop, "a client that reads slowly", error))
            return false;
    }
    return true;
}

void exchange_stream_end(struct exchange *exchange)
{
    if (exchange->reply.has_ended || exchange->connection == NULL)
        return;
    exchange->reply.has_ended = true;
    push_out(exchange);
}
