/* name-not-found: the name server says NXDOMAIN. */
#include "mocks/faults/kinds.h"

static void name_not_found_connect(const struct fault_strike *strike, struct http_route *route)
{
    const struct fault_delay *parameters = strike->parameters;
    route->way = HTTP_WAY_NAME_NOT_FOUND;
    route->delay_us += parameters->delay_us;
}

const struct fault_kind fault_kind_name_not_found = {
    .record = {.name = "name-not-found",
               .summary = "the name does not exist (NXDOMAIN)",
               .size = sizeof(struct fault_delay),
               .fields = fault_delay_fields},
    .evidence = "failures.md A1",
    .stage = FAULT_AT_CONNECT,
    .connect = name_not_found_connect,
};
