/*
 * A fault rule as its file states it: what it is about (`on`, `match`), when it strikes (`when`),
 * what it does (`do`) and how often. Rules are read once and never change; a rehearsal counts in
 * structures of its own (faults.c).
 */
#pragma once

#include "mocks/faults/faults.h"
#include "mocks/faults/kind.h"
#include "mocks/faults/scope.h"
#include "mocks/faults/when.h"

struct fault_rule {
    char *id;
    char *on;
    struct fault_scope scope; /* `match`, with `on` lent */
    struct fault_when when;
    struct record_choice action; /* `do` */
    int64_t times;               /* 0: no limit */
    int64_t max_active;          /* 0: no limit */
    bool is_optional;
    struct position position; /* of the rule in its file */

    /* derived */
    const struct fault_kind *kind;
    const void *parameters; /* action.record */
    enum fault_stage stage;
};

struct fault_rules {
    GPtrArray *rules; /* struct fault_rule; a reference */
    unsigned stages;  /* bits of the stages that any rule wants to see */
};
