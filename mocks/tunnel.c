/* A client's socket without HTTP: after an upgrade, or while raw bytes stand for a reply. */
#include "mocks/exchange_private.h"

#include "base/limits.h"
#include "mocks/server_private.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum {
    TUNNEL_BLOCK_BYTES = 16 * 1024,
};

void tunnel_open(struct exchange *exchange, const void *early_bytes, gsize early_length_bytes)
{
    inbox_clear(&exchange->inbox);
    inbox_push(&exchange->inbox, early_bytes, early_length_bytes);
    exchange->tunnel.is_open = true;
    exchange_wake(exchange);
    if (exchange->is_aborted)
        tunnel_close(exchange, exchange->ending);
    else
        tunnel_pump(exchange);
}

void tunnel_close(struct exchange *exchange, enum exchange_ending ending)
{
    if (exchange->ending == ENDING_NONE)
        exchange->ending = ending;
    exchange->tunnel.is_open = false;
    exchange->tunnel.is_read_closed = true;
    exchange->is_aborted = true;
    connection_watch(exchange->connection);
    exchange_wake(exchange);
    if (exchange->tunnel.upgrade == NULL) {
        exchange_resume(exchange);
        return;
    }
    if (exchange->ending == ENDING_RESET)
        connection_poison(exchange->connection);
    exchange_close_upgrade(exchange);
}

/* Sends one block; false when no more can be sent now. */
static bool send_block(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    struct wire *wire = &reply->wire;
    char block[TUNNEL_BLOCK_BYTES];
    gsize length_bytes;
    const char *bytes = g_bytes_get_data(g_queue_peek_head(&reply->chunks), &length_bytes);
    gsize count = MIN(length_bytes - reply->chunk_offset, sizeof block);
    if (wire->end_at != NEVER)
        count = (gsize)MIN((int64_t)count, wire->end_at - wire->sent_bytes);

    int64_t wait_us = wire_piece_wait_us(wire, loop_now_us(exchange->server->loop), count);
    if (wait_us > 0) {
        timer_arm(exchange->server->loop, &exchange->timer, wait_us);
        return false;
    }
    memcpy(block, bytes + reply->chunk_offset, count);
    wire_corrupt(wire, block, wire->sent_bytes, count);
    ssize_t sent = send(exchange->connection->fd, block, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    exchange->tunnel.is_blocked = sent < 0 && errno == EAGAIN;
    if (sent < 0 && errno != EAGAIN)
        exchange_lose_client(exchange);
    if (sent <= 0)
        return false;
    reply_drop_sent(reply, (gsize)sent);
    wire_note_piece(wire, (gsize)sent);
    return true;
}

/* True while the tunnel stays open. */
static bool carry_out_end(struct exchange *exchange)
{
    if (exchange_carry_out_end(exchange))
        return true;
    if (exchange->fiber != NULL && exchange->fiber != fiber_current(exchange->server->loop))
        fiber_cancel(exchange->fiber);
    tunnel_close(exchange, exchange->ending);
    return false;
}

void tunnel_pump(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    bool goes_on = true;
    while (goes_on && exchange->tunnel.is_open && !exchange->is_silent) {
        if (reply->wire.sent_bytes == reply->wire.end_at)
            goes_on = carry_out_end(exchange);
        else
            goes_on = !g_queue_is_empty(&reply->chunks) && send_block(exchange);
    }
    if (!exchange->tunnel.is_open)
        return;
    if (reply->has_ended && !exchange->is_silent && g_queue_is_empty(&reply->chunks)) {
        tunnel_close(exchange, ENDING_OK);
        return;
    }
    connection_watch(exchange->connection);
    exchange_wake(exchange);
}

uint32_t tunnel_interest(const struct exchange *exchange)
{
    uint32_t events = EPOLLERR; /* always reported; keeps the watch when there is nothing else */
    if (!exchange->tunnel.is_read_closed &&
        exchange->inbox.buffered_bytes < HTTP_STREAM_BUFFER_BYTES_MAX)
        events |= EPOLLIN;
    if (exchange->tunnel.is_blocked)
        events |= EPOLLOUT;
    return events;
}

static void receive(struct exchange *exchange)
{
    char block[TUNNEL_BLOCK_BYTES];
    ssize_t count = recv(exchange->connection->fd, block, sizeof block, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN)
        return;
    if (count > 0)
        inbox_push(&exchange->inbox, block, (gsize)count);
    else
        exchange->tunnel.is_read_closed = true;
    connection_watch(exchange->connection);
    exchange_wake(exchange);
}

void tunnel_on_event(struct exchange *exchange, uint32_t events)
{
    if ((events & (EPOLLHUP | EPOLLERR)) != 0)
        exchange_lose_client(exchange); /* both ways are closed; half a close is EPOLLIN */
    else if ((events & EPOLLIN) != 0)
        receive(exchange);
    else if ((events & EPOLLOUT) != 0)
        tunnel_pump(exchange);
}
