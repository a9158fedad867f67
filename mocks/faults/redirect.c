/* redirect: the answer is elsewhere. */
#include "mocks/faults/kinds.h"

struct redirect {
    int64_t code;
    char *location;
};

static const struct field fields[] = {
    {.name = "code",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct redirect, code),
     .otherwise = "307",
     .minimum = 300,
     .maximum = 399,
     .summary = "HTTP status"},
    {.name = "location",
     .kind = FIELD_STRING,
     .offset = offsetof(struct redirect, location),
     .is_required = true,
     .summary = "where to: https://cdn.example/data"},
    {0},
};

static bool redirect_request(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct redirect *redirect = strike->parameters;
    exchange_set_header(exchange, "Location", redirect->location);
    exchange_reply(exchange, (unsigned)redirect->code, NULL);
    return true;
}

const struct fault_kind fault_kind_redirect = {
    .record = {.name = "redirect",
               .summary = "the client is sent elsewhere",
               .size = sizeof(struct redirect),
               .fields = fields},
    .evidence = "failures.md D15, registry.md 2 quirk 6",
    .stage = FAULT_AT_REQUEST,
    .request = redirect_request,
};
