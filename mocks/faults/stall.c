/* stall: the reply stops before its headers or inside its body, for a while or for ever. */
#include "mocks/faults/disturb.h"
#include "mocks/faults/kinds.h"

struct stall {
    int64_t after_bytes; /* BEFORE_HEADERS when absent */
    int64_t for_us;      /* 0: for ever */
    enum fault_effect effect;
};

static const struct field fields[] = {
    {.name = "after_bytes",
     .kind = FIELD_SIZE,
     .offset = offsetof(struct stall, after_bytes),
     .summary = "so many bytes of the body get through; absent: not even the headers"},
    {.name = "for",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct stall, for_us),
     .summary = "goes on honestly after this; absent: never"},
    {.name = "effect",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct stall, effect),
     .names = fault_effect_names,
     .otherwise = "lost",
     .summary = "before the headers and for ever: whether the server did what was asked"},
    {0},
};

static bool check(const struct node *node, void *record, GError **error)
{
    struct stall *stall = record;
    if (!record_has(node, "after_bytes"))
        stall->after_bytes = BEFORE_HEADERS;
    if (!record_has(node, "effect") || (stall->after_bytes == BEFORE_HEADERS && stall->for_us == 0))
        return true;
    node_error(error, node_get(node, "effect"),
               "a stall with 'after_bytes' or 'for' always keeps the effect");
    return false;
}

static enum fault_stage stall_stage(const void *parameters)
{
    const struct stall *stall = parameters;
    bool is_lost = stall->after_bytes == BEFORE_HEADERS && stall->for_us == 0 &&
                   stall->effect == FAULT_EFFECT_LOST;
    return is_lost ? FAULT_AT_REQUEST : FAULT_AT_REPLY;
}

static const char *stall_misfit(const struct fault_rule *rule, struct exchange *exchange)
{
    const struct stall *stall = fault_rule_parameters(rule);
    if (stall->after_bytes == BEFORE_HEADERS)
        return NULL;
    return disturb_body_misfit(rule, exchange, stall->after_bytes);
}

static void stall_reply(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct stall *stall = strike->parameters;
    disturb_end(exchange, END_SILENT, stall->after_bytes, stall->for_us);
}

static bool stall_request(const struct fault_strike *strike, struct exchange *exchange)
{
    stall_reply(strike, exchange);
    return true;
}

const struct fault_kind fault_kind_stall = {
    .record = {.name = "stall",
               .summary = "the reply stops and the connection stays open",
               .size = sizeof(struct stall),
               .fields = fields,
               .check = check},
    .evidence = "failures.md A6, D11",
    .stage = FAULT_AT_REPLY,
    .stage_of = stall_stage,
    .misfit = stall_misfit,
    .request = stall_request,
    .reply = stall_reply,
};
