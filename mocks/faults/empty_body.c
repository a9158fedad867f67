/* empty-body: the status is right and the body is missing. */
#include "mocks/faults/disturb.h"
#include "mocks/faults/kinds.h"

static const char *empty_body_misfit(const struct fault_rule *rule, struct exchange *exchange)
{
    if (disturb_is_stream(exchange))
        return "the reply is a stream";
    return disturb_body_misfit(rule, exchange, 0);
}

static void empty_body_reply(const struct fault_strike *strike, struct exchange *exchange)
{
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
    (void)strike;
    exchange_set_declared_bytes(exchange, -1);
    exchange_replace_body(exchange, nothing);
}

const struct fault_kind fault_kind_empty_body = {
    .record = {.name = "empty-body",
               .summary = "the reply keeps its status and loses its body",
               .size = sizeof(struct fault_no_parameters),
               .fields = fault_no_parameters},
    .evidence = "failures.md F6",
    .stage = FAULT_AT_REPLY,
    .misfit = empty_body_misfit,
    .reply = empty_body_reply,
};
