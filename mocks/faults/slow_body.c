/* slow-body: the reply's body drips. */
#include "mocks/faults/disturb.h"
#include "mocks/faults/kinds.h"

struct slow_body {
    int64_t bytes_per_second;
};

static bool check_rate(const struct field *field, const struct node *node, const void *place,
                       GError **error)
{
    (void)field;
    if (*(const int64_t *)place > 0)
        return true;
    node_error(error, node, "a rate is above zero; a body that never moves is kind 'stall'");
    return false;
}

static const struct field fields[] = {
    {.name = "rate",
     .kind = FIELD_SIZE,
     .offset = offsetof(struct slow_body, bytes_per_second),
     .is_required = true,
     .check = check_rate,
     .summary = "bytes a second: 64KiB"},
    {0},
};

static const char *slow_body_misfit(const struct fault_rule *rule, struct exchange *exchange)
{
    return disturb_body_misfit(rule, exchange, 0);
}

static void slow_body_reply(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct slow_body *parameters = strike->parameters;
    disturb_rate(exchange, parameters->bytes_per_second);
}

const struct fault_kind fault_kind_slow_body = {
    .record = {.name = "slow-body",
               .summary = "the reply's body flows at this rate",
               .size = sizeof(struct slow_body),
               .fields = fields},
    .evidence = "registry.md 4 slow drip",
    .stage = FAULT_AT_REPLY,
    .misfit = slow_body_misfit,
    .reply = slow_body_reply,
};
