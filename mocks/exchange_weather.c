/* What only the weather asks of an exchange: who is there, how long the reply is, what to hide. */
#include "mocks/exchange_private.h"
#include "mocks/server_private.h"

const char *exchange_role(const struct exchange *exchange)
{
    return exchange->connection != NULL ? exchange->connection->role : NULL;
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
