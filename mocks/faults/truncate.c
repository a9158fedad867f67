/* truncate: the body ends early though its Content-Length stays, in proportion or at a byte. */
#include "mocks/faults/disturb.h"
#include "mocks/faults/kinds.h"

struct truncate {
    int64_t after_bytes; /* NEVER when the fraction counts */
    double fraction;
};

static const struct field fields[] = {
    {.name = "after_bytes",
     .kind = FIELD_SIZE,
     .offset = offsetof(struct truncate, after_bytes),
     .summary = "so many bytes of the body get through"},
    {.name = "fraction",
     .kind = FIELD_NUMBER,
     .offset = offsetof(struct truncate, fraction),
     .otherwise = "0.5",
     .minimum = 0,
     .maximum = 0.999,
     .summary = "this part of the body gets through"},
    {0},
};

static bool check(const struct node *node, void *record, GError **error)
{
    struct truncate *truncate = record;
    if (!record_has(node, "after_bytes")) {
        truncate->after_bytes = NEVER;
        return true;
    }
    if (!record_has(node, "fraction"))
        return true;
    node_error(error, node, "truncate takes 'after_bytes' or 'fraction', not both");
    return false;
}

/* Streams have no length to take a fraction of. */
static const char *truncate_misfit(const struct fault_rule *rule, struct exchange *exchange)
{
    const struct truncate *truncate = fault_rule_parameters(rule);
    if (truncate->after_bytes != NEVER)
        return disturb_body_misfit(rule, exchange, truncate->after_bytes);
    if (disturb_is_stream(exchange))
        return "the reply is a stream of unknown length, which takes after_bytes";
    return disturb_body_misfit(rule, exchange, 0);
}

static void truncate_reply(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct truncate *truncate = strike->parameters;
    int64_t length_bytes = exchange_reply_declared_bytes(exchange);
    int64_t ends_at = truncate->after_bytes != NEVER
                          ? truncate->after_bytes
                          : (int64_t)((double)length_bytes * truncate->fraction);
    disturb_end(exchange, END_CLOSE, ends_at, 0);
}

const struct fault_kind fault_kind_truncate = {
    .record = {.name = "truncate",
               .summary = "the body ends early, its Content-Length stays",
               .size = sizeof(struct truncate),
               .fields = fields,
               .check = check},
    .evidence = "failures.md D6, D7",
    .stage = FAULT_AT_REPLY,
    .misfit = truncate_misfit,
    .reply = truncate_reply,
};
