/* name-times-out: the name server does not answer; by default two tries of 5 s as in
 * resolv.conf(5). */
#include "mocks/faults/kinds.h"

static const struct field fields[] = {
    {.name = "delay",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct fault_delay, delay_us),
     .otherwise = "10s",
     .summary = "time until the resolver gives up"},
    {0},
};

static void name_times_out_connect(const struct fault_strike *strike, struct http_route *route)
{
    const struct fault_delay *parameters = strike->parameters;
    route->way = HTTP_WAY_NAME_TIMES_OUT;
    route->delay_us += parameters->delay_us;
}

const struct fault_kind fault_kind_name_times_out = {
    .record = {.name = "name-times-out",
               .summary = "the name server does not answer",
               .size = sizeof(struct fault_delay),
               .fields = fields},
    .evidence = "failures.md A3",
    .stage = FAULT_AT_CONNECT,
    .connect = name_times_out_connect,
};
