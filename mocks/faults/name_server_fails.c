/* name-server-fails: the name server says SERVFAIL or REFUSED. */
#include "mocks/faults/kinds.h"

static void name_server_fails_connect(const struct fault_strike *strike, struct http_route *route)
{
    const struct fault_delay *parameters = strike->parameters;
    route->way = HTTP_WAY_NAME_SERVER_FAILS;
    route->delay_us += parameters->delay_us;
}

const struct fault_kind fault_kind_name_server_fails = {
    .record = {.name = "name-server-fails",
               .summary = "the name server fails (SERVFAIL)",
               .size = sizeof(struct fault_delay),
               .fields = fault_delay_fields},
    .evidence = "failures.md A2",
    .stage = FAULT_AT_CONNECT,
    .connect = name_server_fails_connect,
};
