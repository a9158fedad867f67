/* reset: a RST instead of the reply, or inside its body. */
#include "mocks/faults/ending.h"
#include "mocks/faults/kinds.h"

static void reset_reply(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct ending *ending = strike->parameters;
    disturb_end(exchange, END_RESET, ending->after_bytes, 0);
}

static bool reset_request(const struct fault_strike *strike, struct exchange *exchange)
{
    reset_reply(strike, exchange);
    return true;
}

const struct fault_kind fault_kind_reset = {
    .record = {.name = "reset",
               .summary = "the connection is reset (RST), before the reply or inside its body",
               .size = sizeof(struct ending),
               .fields = ending_fields,
               .check = ending_check},
    .evidence = "failures.md A8, D2, D8",
    .stage = FAULT_AT_REPLY,
    .stage_of = ending_stage,
    .misfit = ending_misfit,
    .request = reset_request,
    .reply = reset_reply,
};
