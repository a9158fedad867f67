/* tls-refuse: the TLS handshake fails, for one of the reasons that Go names. */
#include "mocks/faults/kinds.h"

struct tls_refuse {
    unsigned reason;
    char *message;
};

static const char *const reason_names[] = {"unknown-ca", "no-ip-san", "expired",
                                           "plain-http", "alert",     NULL};

/* In the order of the names; failures.md A10-A13, Go crypto/x509 for the third. */
static const char *const reason_texts[] = {
    "x509: certificate signed by unknown authority",
    "x509: cannot validate certificate for IP because it doesn't contain any IP SANs",
    "x509: certificate has expired or is not yet valid",
    "http: server gave HTTP response to HTTPS client",
    "remote error: tls: handshake failure",
};

static const struct field fields[] = {
    {.name = "reason",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct tls_refuse, reason),
     .names = reason_names,
     .otherwise = "unknown-ca",
     .summary = "why the client gives up"},
    {.name = "message",
     .kind = FIELD_STRING,
     .offset = offsetof(struct tls_refuse, message),
     .summary = "the client's own words instead of the reason's"},
    {0},
};

static void tls_refuse_connect(const struct fault_strike *strike, struct http_route *route)
{
    const struct tls_refuse *parameters = strike->parameters;
    route->way = HTTP_WAY_TLS_REFUSED;
    route->reason =
        parameters->message != NULL ? parameters->message : reason_texts[parameters->reason];
}

const struct fault_kind fault_kind_tls_refuse = {
    .record = {.name = "tls-refuse",
               .summary = "the TLS handshake fails: bad certificate, alert or no TLS at all",
               .size = sizeof(struct tls_refuse),
               .fields = fields},
    .evidence = "failures.md A10-A13",
    .stage = FAULT_AT_CONNECT,
    .connect = tls_refuse_connect,
};
