/* What reset and close share: a reply that ends before its headers or inside its body. */
#pragma once

#include "mocks/faults/disturb.h"

struct ending {
    int64_t after_bytes; /* BEFORE_HEADERS when absent */
    enum fault_effect effect;
};

extern const struct field ending_fields[];
bool ending_check(const struct node *node, void *record, GError **error);
/* At the request only when nothing is sent and nothing is to be done. */
enum fault_stage ending_stage(const void *parameters);
const char *ending_misfit(const struct fault_rule *rule, struct exchange *exchange);
