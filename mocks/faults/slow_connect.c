/* slow-connect: the connection is made later; the one kind of the dialling that goes on honestly.
 */
#include "mocks/faults/kinds.h"

static const struct field fields[] = {
    {.name = "delay",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct fault_delay, delay_us),
     .is_required = true,
     .summary = "so much later"},
    {0},
};

static void slow_connect_connect(const struct fault_strike *strike, struct http_route *route)
{
    const struct fault_delay *parameters = strike->parameters;
    route->delay_us += parameters->delay_us;
}

const struct fault_kind fault_kind_slow_connect = {
    .record = {.name = "slow-connect",
               .summary = "name lookup, connection or handshake take longer",
               .size = sizeof(struct fault_delay),
               .fields = fields},
    .evidence = "peers.md 1.7 latency",
    .stage = FAULT_AT_CONNECT,
    .connect = slow_connect_connect,
};
