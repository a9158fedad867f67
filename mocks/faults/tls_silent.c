/* tls-silent: the connection is accepted and the TLS handshake gets no answer. */
#include "mocks/faults/kinds.h"

static void tls_silent_connect(const struct fault_strike *strike, struct http_route *route)
{
    (void)strike;
    route->way = HTTP_WAY_TLS_SILENT;
}

const struct fault_kind fault_kind_tls_silent = {
    .record = {.name = "tls-silent",
               .summary = "connected, but no answer in the TLS handshake",
               .size = sizeof(struct fault_no_parameters),
               .fields = fault_no_parameters},
    .evidence = "failures.md A7",
    .stage = FAULT_AT_CONNECT,
    .connect = tls_silent_connect,
};
