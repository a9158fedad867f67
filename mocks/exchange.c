/* The exchange as data: what was asked and the reply stated for it. Bytes are server_*.c's matter.
 */
#include "mocks/exchange.h"

#include "mocks/exchange_private.h"
#include "mocks/server_private.h"
#include "mocks/wire_text.h"
#include "mocks/world_private.h"

#include <string.h>

/* In the order of enum exchange_ending. */
static const char *const ending_names[] = {"open",  "ok",     "client-gone", "closed",
                                           "reset", "silent", "raw"};

struct exchange *exchange_new(struct server *server, struct connection *connection,
                              const char *target)
{
    struct exchange *exchange = g_new0(struct exchange, 1);
    exchange->server = server;
    exchange->connection = connection;
    exchange->site = connection->site;
    exchange->path = g_strdup(target);
    exchange->query = strchr(exchange->path, '?');
    if (exchange->query != NULL)
        *exchange->query++ = '\0';
    exchange->inbox.declared_bytes = -1;
    exchange->reply.declared_bytes = -1;
    exchange->disturbance.corrupt_at = NEVER;
    timer_init(&exchange->timer, exchange_on_timer, exchange);
    return exchange;
}

void exchange_free(struct exchange *exchange)
{
    timer_cancel(exchange->server->loop, &exchange->timer);
    inbox_clear(&exchange->inbox);
    g_clear_pointer(&exchange->reply.body, g_bytes_unref);
    g_clear_pointer(&exchange->reply.headers, g_ptr_array_unref);
    g_queue_clear_full(&exchange->reply.chunks, (GDestroyNotify)g_bytes_unref);
    g_clear_pointer(&exchange->disturbance.raw, g_bytes_unref);
    g_clear_pointer(&exchange->query_pairs, g_ptr_array_unref);
    g_clear_pointer(&exchange->header_copies, g_ptr_array_unref);
    g_free(exchange->path);
    g_free(exchange);
}

const char *exchange_method(const struct exchange *exchange)
{
    return exchange->method;
}

bool exchange_is_head(const struct exchange *exchange)
{
    return strcmp(exchange->method, "HEAD") == 0;
}

const char *exchange_path(const struct exchange *exchange)
{
    return exchange->path;
}

const char *exchange_query(const struct exchange *exchange)
{
    return exchange->query;
}

static const GPtrArray *query_pairs(struct exchange *exchange)
{
    if (exchange->query_pairs == NULL)
        exchange->query_pairs = query_parse(exchange->query);
    return exchange->query_pairs;
}

const char *exchange_query_value(struct exchange *exchange, const char *key)
{
    return query_find(query_pairs(exchange), key);
}

GPtrArray *exchange_query_values(struct exchange *exchange, const char *key)
{
    const GPtrArray *pairs = query_pairs(exchange);
    GPtrArray *values = g_ptr_array_new();
    for (guint i = 0; i + 1 < pairs->len; i += 2)
        if (strcmp(g_ptr_array_index(pairs, i), key) == 0)
            g_ptr_array_add(values, g_ptr_array_index(pairs, i + 1));
    return values;
}

uint64_t exchange_number(const struct exchange *exchange)
{
    return exchange->number;
}

struct site *exchange_site(const struct exchange *exchange)
{
    return exchange->site;
}

static const char *header_value(const char *header)
{
    return header + strlen(header) + 1;
}

void exchange_set_header(struct exchange *exchange, const char *name, const char *value)
{
    struct reply *reply = &exchange->reply;
    gsize name_bytes = strlen(name) + 1;
    gsize value_bytes = strlen(value) + 1;
    char *header = g_malloc(name_bytes + value_bytes);
    memcpy(header, name, name_bytes);
    memcpy(header + name_bytes, value, value_bytes);
    if (reply->headers == NULL)
        reply->headers = g_ptr_array_new_full(8, g_free);
    g_ptr_array_add(reply->headers, header);
}

void exchange_remove_header(struct exchange *exchange, const char *name)
{
    GPtrArray *headers = exchange->reply.headers;
    for (guint i = headers != NULL ? headers->len : 0; i > 0; i--)
        if (g_ascii_strcasecmp(g_ptr_array_index(headers, i - 1), name) == 0)
            g_ptr_array_remove_index(headers, i - 1);
}

const char *exchange_reply_header(const struct exchange *exchange, const char *name)
{
    const GPtrArray *headers = exchange->reply.headers;
    for (guint i = 0; headers != NULL && i < headers->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(headers, i), name) == 0)
            return header_value(g_ptr_array_index(headers, i));
    return NULL;
}

/* A new statement replaces an older one until the reply is on its way; then it is too late. */
static bool state_reply(struct exchange *exchange, unsigned status)
{
    struct reply *reply = &exchange->reply;
    if (reply->is_on_its_way)
        return false;
    g_clear_pointer(&reply->body, g_bytes_unref);
    reply->status = status;
    reply->is_stated = true;
    reply->is_stream = false;
    reply->is_upgrade = false;
    reply->length_bytes = 0;
    exchange_resume(exchange);
    return true;
}

void exchange_reply(struct exchange *exchange, unsigned status, GBytes *body)
{
    if (!state_reply(exchange, status) || body == NULL)
        return;
    exchange->reply.body = g_bytes_ref(body);
    exchange->reply.length_bytes = (int64_t)g_bytes_get_size(body);
}

void exchange_reply_text(struct exchange *exchange, unsigned status, const char *content_type,
                         const char *text)
{
    g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
    exchange_set_header(exchange, "Content-Type", content_type);
    exchange_reply(exchange, status, body);
}

void exchange_set_declared_bytes(struct exchange *exchange, int64_t declared_bytes)
{
    exchange->reply.declared_bytes = declared_bytes;
}

void exchange_stream_begin(struct exchange *exchange, unsigned status)
{
    if (!state_reply(exchange, status))
        return;
    exchange->reply.is_stream = true;
    exchange->reply.length_bytes = -1;
}

void exchange_upgrade(struct exchange *exchange, const char *content_type)
{
    bool is_asked = exchange_header(exchange, "Upgrade") != NULL;
    if (!state_reply(exchange, is_asked ? 101 : 200))
        return;
    if (content_type != NULL)
        exchange_set_header(exchange, "Content-Type", content_type);
    exchange->reply.is_upgrade = true;
    exchange->reply.length_bytes = -1;
}

bool exchange_has_reply(const struct exchange *exchange)
{
    return exchange->reply.is_stated;
}

unsigned exchange_reply_status(const struct exchange *exchange)
{
    return exchange->reply.status;
}

struct disturbance *exchange_disturbance(struct exchange *exchange)
{
    return &exchange->disturbance;
}

GBytes *exchange_reply_body(const struct exchange *exchange)
{
    return exchange->reply.body;
}

void exchange_replace_body(struct exchange *exchange, GBytes *body)
{
    if (exchange->reply.is_on_its_way)
        return;
    g_bytes_ref(body);
    g_clear_pointer(&exchange->reply.body, g_bytes_unref);
    exchange->reply.body = body;
    exchange->reply.is_stream = false;
    exchange->reply.length_bytes = (int64_t)g_bytes_get_size(body);
}

void exchange_settle(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    const struct world *world = exchange->server->world;

    reply->is_settled = true;
    if (world->weather != NULL && world->weather->on_reply != NULL)
        world->weather->on_reply(world->weather->context, exchange);
    int64_t now_us = loop_now_us(exchange->server->loop);
    int64_t begin_us = MAX(now_us, exchange_body_due_us(exchange));
    reply->due_us =
        begin_us + exchange->site->network.round_trip_us + exchange->disturbance.delay_us;

    int64_t real_bytes = reply->length_bytes >= 0 ? reply->length_bytes : INT64_MAX;
    bool is_scaled = reply->declared_bytes >= 0 && reply->length_bytes > 0;
    reply->wire = wire_plan(real_bytes, is_scaled ? reply->declared_bytes : real_bytes,
                            exchange->site->network.bytes_per_second, &exchange->disturbance);
}

void exchange_trace(const struct exchange *exchange)
{
    struct world *world = exchange->server->world;
    struct trace *trace = world->trace;
    const struct reply *reply = &exchange->reply;
    const char *role = exchange_role(exchange);
    g_autofree char *joined = NULL;
    if (exchange->query != NULL)
        joined = g_strconcat(exchange->path, "?", exchange->query, NULL);

    world->ended_count++;
    trace_begin(trace, "exchange");
    trace_integer(trace, "n", (int64_t)exchange->number);
    trace_string(trace, "site", exchange->site->name);
    if (role != NULL)
        trace_string(trace, "client", role);
    trace_string(trace, "method", exchange->method);
    trace_string(trace, "target", joined != NULL ? joined : exchange->path);
    trace_integer(trace, "status", reply->is_on_its_way ? reply->status : 0);
    trace_integer(trace, "bytes", wire_declared_of(&reply->wire, MAX(reply->wire.sent_bytes, 0)));
    if (exchange->inbox.total_bytes > 0)
        trace_integer(trace, "request_bytes",
                      MAX(exchange->inbox.total_bytes, exchange->inbox.declared_bytes));
    trace_string(trace, "end", ending_names[exchange->ending]);
    trace_integer(trace, "started_us", exchange->started_us);
    trace_end(trace);
}
