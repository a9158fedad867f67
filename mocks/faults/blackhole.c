/* blackhole: the SYN is dropped, so that only the dial time-out ends the attempt. */
#include "mocks/faults/kinds.h"

static void blackhole_connect(const struct fault_strike *strike, struct http_route *route)
{
    (void)strike;
    route->way = HTTP_WAY_SILENT;
}

const struct fault_kind fault_kind_blackhole = {
    .record = {.name = "blackhole",
               .summary = "no answer to the SYN; the client runs into its dial time-out",
               .size = sizeof(struct fault_no_parameters),
               .fields = fault_no_parameters},
    .evidence = "failures.md A5",
    .stage = FAULT_AT_CONNECT,
    .connect = blackhole_connect,
};
