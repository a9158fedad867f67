/* What only the weather asks of an exchange: who is there, how long the reply is, what to hide. */
#include "mocks/exchange_private.h"
#include "mocks/server_private.h"

static const struct peer *peer_of(const struct exchange *exchange)
{
    static const struct peer stranger = {0};
    bool is_known = exchange->connection != NULL && exchange->connection->peer != NULL;
    return is_known ? exchange->connection->peer : &stranger;
}

const char *exchange_role(const struct exchange *exchange)
{
    return peer_of(exchange)->role;
}

const char *exchange_machine(const struct exchange *exchange)
{
    return peer_of(exchange)->machine;
}

void exchange_clear_headers(struct exchange *exchange)
{
    if (exchange->reply.headers != NULL)
        g_ptr_array_set_size(exchange->reply.headers, 0);
}

int64_t exchange_reply_declared_bytes(const struct exchange *exchange)
{
    const struct reply *reply = &exchange->reply;
    if (reply->length_bytes <= 0 || reply->declared_bytes < 0)
        return reply->length_bytes;
    return reply->declared_bytes;
}

void exchange_hide_header(struct exchange *exchange, const char *name)
{
    exchange->hidden_header = name;
}
