/* Parameters and stage of replies that end early. */
#include "mocks/faults/ending.h"

const struct field ending_fields[] = {
    {.name = "after_bytes",
     .kind = FIELD_SIZE,
     .offset = offsetof(struct ending, after_bytes),
     .summary = "so many bytes of the body get through; absent: not even the headers"},
    {.name = "effect",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct ending, effect),
     .names = fault_effect_names,
     .otherwise = "lost",
     .summary = "before the headers: whether the server did what was asked"},
    {0},
};

bool ending_check(const struct node *node, void *record, GError **error)
{
    struct ending *ending = record;
    if (!record_has(node, "after_bytes")) {
        ending->after_bytes = BEFORE_HEADERS;
        return true;
    }
    if (!record_has(node, "effect"))
        return true;
    node_error(error, node_get(node, "effect"), "with 'after_bytes' the effect is always kept");
    return false;
}

enum fault_stage ending_stage(const void *parameters)
{
    const struct ending *ending = parameters;
    bool is_lost = ending->after_bytes == BEFORE_HEADERS && ending->effect == FAULT_EFFECT_LOST;
    return is_lost ? FAULT_AT_REQUEST : FAULT_AT_REPLY;
}

const char *ending_misfit(const struct fault_rule *rule, struct exchange *exchange)
{
    const struct ending *ending = fault_rule_parameters(rule);
    if (ending->after_bytes == BEFORE_HEADERS)
        return NULL;
    return disturb_body_misfit(rule, exchange, ending->after_bytes);
}
