/* close: a FIN instead of the reply (an empty reply), or inside its body. */
#include "mocks/faults/ending.h"
#include "mocks/faults/kinds.h"

static void close_reply(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct ending *ending = strike->parameters;
    disturb_end(exchange, END_CLOSE, ending->after_bytes, 0);
}

static bool close_request(const struct fault_strike *strike, struct exchange *exchange)
{
    close_reply(strike, exchange);
    return true;
}

const struct fault_kind fault_kind_close = {
    .record = {.name = "close",
               .summary = "the connection is closed (FIN): an empty reply, or a cut body",
               .size = sizeof(struct ending),
               .fields = ending_fields,
               .check = ending_check},
    .evidence = "failures.md A9, D6, K11",
    .stage = FAULT_AT_REPLY,
    .stage_of = ending_stage,
    .misfit = ending_misfit,
    .request = close_request,
    .reply = close_reply,
};
