/* corrupt: one byte of the body is wrong, its length is right. */
#include "mocks/faults/disturb.h"
#include "mocks/faults/kinds.h"

struct corrupt {
    int64_t offset_bytes;
};

static const struct field fields[] = {
    {.name = "offset",
     .kind = FIELD_SIZE,
     .offset = offsetof(struct corrupt, offset_bytes),
     .summary = "which byte of the body, from 0B"},
    {0},
};

static const char *corrupt_misfit(const struct fault_rule *rule, struct exchange *exchange)
{
    const struct corrupt *corrupt = fault_rule_parameters(rule);
    return disturb_body_misfit(rule, exchange, corrupt->offset_bytes);
}

/* The first rule counts: two flips of one byte would undo each other. */
static void corrupt_reply(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct corrupt *corrupt = strike->parameters;
    struct disturbance *disturbance = exchange_disturbance(exchange);
    if (disturbance->corrupt_at == NEVER)
        disturbance->corrupt_at = corrupt->offset_bytes;
}

const struct fault_kind fault_kind_corrupt = {
    .record = {.name = "corrupt",
               .summary = "a byte of the body is flipped, its length stays right",
               .size = sizeof(struct corrupt),
               .fields = fields},
    .evidence = "failures.md D4, D9, D12",
    .stage = FAULT_AT_REPLY,
    .misfit = corrupt_misfit,
    .reply = corrupt_reply,
};
