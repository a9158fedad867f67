/* refuse: a RST answers the SYN. */
#include "mocks/faults/kinds.h"

static void refuse_connect(const struct fault_strike *strike, struct http_route *route)
{
    const struct fault_delay *parameters = strike->parameters;
    route->way = HTTP_WAY_REFUSED;
    route->delay_us += parameters->delay_us;
}

const struct fault_kind fault_kind_refuse = {
    .record = {.name = "refuse",
               .summary = "the connection is refused",
               .size = sizeof(struct fault_delay),
               .fields = fault_delay_fields},
    .evidence = "failures.md A4",
    .stage = FAULT_AT_CONNECT,
    .connect = refuse_connect,
};
