/* Carrying a stated reply out: its waits, its headers, its body by the plan of the byte stage. */
#include "mocks/server_private.h"

#include "mocks/world_private.h"

#include <microhttpd.h>
#include <string.h>

enum {
    /* What the library hands to one call of a reader; pieces of a stream are seldom longer. */
    READER_BLOCK_BYTES = 32 * 1024,
};

static int64_t elapsed_us(const struct exchange *exchange)
{
    return loop_now_us(exchange->server->loop) - exchange->reply.wire.began_us;
}

/* What a reader answers at a place where the body does not go on now. A reader that gives 0 bytes
   must have suspended, else it is asked for ever (virtual-time.md 9.5). */
static ssize_t reader_answer(struct exchange *exchange, bool goes_on)
{
    if (goes_on && !exchange->is_aborted && exchange_suspend(exchange))
        return 0;
    if (exchange->ending == ENDING_RESET)
        connection_poison(exchange->connection);
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t wait_in_reader(struct exchange *exchange, int64_t delay_us)
{
    timer_arm(exchange->server->loop, &exchange->timer, delay_us);
    return reader_answer(exchange, /* goes_on= */ true);
}

static ssize_t wait_for_more(struct exchange *exchange, int64_t position)
{
    const struct wire *wire = &exchange->reply.wire;
    if (position == wire->end_at)
        return reader_answer(exchange, exchange_carry_out_end(exchange));
    return wait_in_reader(exchange, wire_next_us(wire, position) - elapsed_us(exchange));
}

static ssize_t on_body_wanted(void *context, uint64_t position, char *buffer, size_t room)
{
    struct exchange *exchange = context;
    struct wire *wire = &exchange->reply.wire;
    int64_t start = (int64_t)position;
    if (exchange->is_aborted)
        return reader_answer(exchange, false);
    int64_t allowed_bytes = wire_allowed_bytes(wire, elapsed_us(exchange)) - start;
    if (allowed_bytes <= 0)
        return wait_for_more(exchange, start);

    const char *bytes = g_bytes_get_data(exchange->reply.body, NULL);
    gsize count = MIN(room, (gsize)allowed_bytes);
    memcpy(buffer, bytes + position, count);
    wire_corrupt(wire, buffer, start, count);
    wire->sent_bytes = start + (int64_t)count;
    return (ssize_t)count;
}

/* One call, one chunk on the wire: two writes are never joined. */
static ssize_t on_stream_wanted(void *context, uint64_t position, char *buffer, size_t room)
{
    struct exchange *exchange = context;
    struct reply *reply = &exchange->reply;
    struct wire *wire = &reply->wire;
    GBytes *first = g_queue_peek_head(&reply->chunks);
    int64_t start = (int64_t)position;
    if (exchange->is_aborted)
        return reader_answer(exchange, false);
    if (start == wire->end_at)
        return reader_answer(exchange, exchange_carry_out_end(exchange));
    if (first == NULL)
        return reply->has_ended ? MHD_CONTENT_READER_END_OF_STREAM
                                : reader_answer(exchange, /* goes_on= */ true);

    gsize length_bytes;
    const char *bytes = g_bytes_get_data(first, &length_bytes);
    gsize count = MIN(room, length_bytes - reply->chunk_offset);
    count = (gsize)MIN((int64_t)count, wire->end_at - start);
    int64_t wait_us = wire_piece_wait_us(wire, loop_now_us(exchange->server->loop), count);
    if (wait_us > 0)
        return wait_in_reader(exchange, wait_us);
    memcpy(buffer, bytes + reply->chunk_offset, count);
    wire_corrupt(wire, buffer, start, count);
    reply_drop_sent(reply, count);
    wire_note_piece(wire, count);
    exchange_wake(exchange);
    return (ssize_t)count;
}

static void on_body_released(void *context)
{
    g_bytes_unref(context);
}

/* Clear weather, known bytes: the library sends them without asking us again. */
static struct MHD_Response *honest_response(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    reply->wire.sent_bytes = exchange_is_head(exchange) ? 0 : reply->length_bytes;
    if (reply->body == NULL)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    void *bytes = (void *)g_bytes_get_data(reply->body, NULL);
    return MHD_create_response_from_buffer_with_free_callback_cls(
        (size_t)reply->length_bytes, bytes, on_body_released, g_bytes_ref(reply->body));
}

static struct MHD_Response *make_response(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    if (reply->is_stream)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, READER_BLOCK_BYTES,
                                                 on_stream_wanted, exchange, NULL);
    reply_drop_chunks(reply);
    if (!wire_is_honest(&reply->wire))
        return MHD_create_response_from_callback((uint64_t)reply->length_bytes, READER_BLOCK_BYTES,
                                                 on_body_wanted, exchange, NULL);
    return honest_response(exchange);
}

static void add_headers(struct MHD_Response *response, const GPtrArray *headers)
{
    for (guint i = 0; headers != NULL && i < headers->len; i++) {
        const char *name = g_ptr_array_index(headers, i);
        MHD_add_response_header(response, name, name + strlen(name) + 1);
    }
}

static bool queue_response(struct exchange *exchange, struct MHD_Response *response)
{
    struct reply *reply = &exchange->reply;
    g_assert(response != NULL);
    reply->is_on_its_way = true;
    reply->wire.began_us = loop_now_us(exchange->server->loop);
    add_headers(response, reply->headers);
    enum MHD_Result result = MHD_queue_response(exchange->mhd, reply->status, response);
    MHD_destroy_response(response);
    return result == MHD_YES;
}

static void on_upgraded(void *context, struct MHD_Connection *mhd, void *request,
                        const char *early_bytes, size_t early_length_bytes, MHD_socket fd,
                        struct MHD_UpgradeResponseHandle *upgrade)
{
    struct exchange *exchange = context;
    (void)mhd, (void)request, (void)fd;
    exchange->tunnel.upgrade = upgrade;
    tunnel_open(exchange, early_bytes, early_length_bytes);
}

void exchange_close_upgrade(struct exchange *exchange)
{
    MHD_upgrade_action(exchange->tunnel.upgrade, MHD_UPGRADE_ACTION_CLOSE);
    exchange->tunnel.upgrade = NULL;
    server_touch(exchange->server); /* that action wakes nobody (virtual-time.md 4) */
}

/* The library upgrades only with status 101. Without the client's Upgrade header dockerd answers
   200 and goes raw all the same (capture 52): we write on the suspended connection's socket. */
static bool take_socket(struct exchange *exchange, GBytes *first)
{
    struct reply *reply = &exchange->reply;
    if (!exchange_suspend(exchange))
        return false;
    reply->is_on_its_way = true;
    reply->wire.sent_bytes = -(int64_t)g_bytes_get_size(first);
    reply->buffered_bytes += g_bytes_get_size(first);
    g_queue_push_head(&reply->chunks, g_bytes_ref(first));
    tunnel_open(exchange, NULL, 0);
    return true;
}

static bool upgrade_without_asking(struct exchange *exchange)
{
    const GPtrArray *headers = exchange->reply.headers;
    GString *head = g_string_new("HTTP/1.1 200 OK\r\n");
    for (guint i = 0; headers != NULL && i < headers->len; i++) {
        const char *name = g_ptr_array_index(headers, i);
        g_string_append_printf(head, "%s: %s\r\n", name, name + strlen(name) + 1);
    }
    g_string_append(head, "\r\n");
    g_autoptr(GBytes) bytes = g_string_free_to_bytes(head);
    return take_socket(exchange, bytes);
}

static bool send_upgrade(struct exchange *exchange)
{
    const char *protocol = exchange_header(exchange, "Upgrade");
    if (protocol == NULL)
        return upgrade_without_asking(exchange);
    struct MHD_Response *response = MHD_create_response_for_upgrade(on_upgraded, exchange);
    MHD_add_response_header(response, "Upgrade", protocol);
    return queue_response(exchange, response);
}

static bool send_raw(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    reply->status = 0;
    reply->has_ended = true;
    reply->is_upgrade = true;
    reply_drop_chunks(reply);
    exchange->ending = ENDING_RAW;
    exchange->tunnel.is_read_closed = true;
    return take_socket(exchange, exchange->disturbance.raw);
}

bool exchange_send(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    const struct disturbance *disturbance = &exchange->disturbance;
    if (!reply->is_settled)
        exchange_settle(exchange);
    int64_t wait_us = reply->due_us - loop_now_us(exchange->server->loop);
    if (wait_us > 0)
        return exchange_suspend_for(exchange, wait_us);
    if (disturbance->end != END_HONEST && disturbance->ends_at == BEFORE_HEADERS)
        return exchange_carry_out_end(exchange) && exchange_suspend(exchange);
    if (disturbance->raw != NULL)
        return send_raw(exchange);
    if (reply->status == 0) {
        exchange->ending = ENDING_CLOSED;
        return false;
    }
    if (reply->is_upgrade)
        return send_upgrade(exchange);
    return queue_response(exchange, make_response(exchange));
}
