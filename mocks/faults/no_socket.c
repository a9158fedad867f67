/* no-socket: the engine's socket file is not there. */
#include "mocks/faults/kinds.h"

static void no_socket_connect(const struct fault_strike *strike, struct http_route *route)
{
    (void)strike;
    route->way = HTTP_WAY_NO_SUCH_FILE;
}

const struct fault_kind fault_kind_no_socket = {
    .record = {.name = "no-socket",
               .summary = "the engine's socket does not exist",
               .size = sizeof(struct fault_no_parameters),
               .fields = fault_no_parameters},
    .evidence = "failures.md F1",
    .stage = FAULT_AT_CONNECT,
    .connect = no_socket_connect,
};
