/* no-permission: the user may not open the engine's socket. */
#include "mocks/faults/kinds.h"

static void no_permission_connect(const struct fault_strike *strike, struct http_route *route)
{
    (void)strike;
    route->way = HTTP_WAY_NO_PERMISSION;
}

const struct fault_kind fault_kind_no_permission = {
    .record = {.name = "no-permission",
               .summary = "the user may not open the engine's socket",
               .size = sizeof(struct fault_no_parameters),
               .fields = fault_no_parameters},
    .evidence = "failures.md F2",
    .stage = FAULT_AT_CONNECT,
    .connect = no_permission_connect,
};
