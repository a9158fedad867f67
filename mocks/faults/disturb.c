/* Composing disturbances, and which replies have a body to disturb. */
#include "mocks/faults/disturb.h"

#include <string.h>

void disturb_end(struct exchange *exchange, enum exchange_end end, int64_t ends_at,
                 int64_t silent_us)
{
    struct disturbance *disturbance = exchange_disturbance(exchange);
    if (disturbance->end != END_HONEST && disturbance->ends_at <= ends_at)
        return;
    disturbance->end = end;
    disturbance->ends_at = ends_at;
    disturbance->silent_us = silent_us;
}

void disturb_delay(struct exchange *exchange, int64_t delay_us)
{
    exchange_disturbance(exchange)->delay_us += delay_us;
}

void disturb_rate(struct exchange *exchange, int64_t bytes_per_second)
{
    struct disturbance *disturbance = exchange_disturbance(exchange);
    if (disturbance->bytes_per_second == 0 || disturbance->bytes_per_second > bytes_per_second)
        disturbance->bytes_per_second = bytes_per_second;
}

bool disturb_is_stream(const struct exchange *exchange)
{
    return exchange_reply_declared_bytes(exchange) < 0;
}

const char *disturb_body_misfit(const struct fault_rule *rule, struct exchange *exchange,
                                int64_t after_bytes)
{
    unsigned status = exchange_reply_status(exchange);
    int64_t length_bytes = exchange_reply_declared_bytes(exchange);

    if (fault_rule_status(rule) == 0 && (status < 200 || status > 299))
        return "the reply is no success";
    if (strcmp(exchange_method(exchange), "HEAD") == 0 || length_bytes == 0)
        return "the reply has no body";
    if (length_bytes > 0 && after_bytes >= length_bytes)
        return "the reply's body ends before that byte";
    return NULL;
}
