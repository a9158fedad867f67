/*
 * Which events a rule is about: `on` and the conditions of `match`, one table (scope.c). All given
 * conditions must hold. Patterns are globs whose `*` takes any run of characters. Pure.
 */
#pragma once

#include "doc/record.h"
#include "mocks/faults/event.h"

/* NULL: not asked for. */
struct fault_scope {
    const char *on; /* site or machine; NULL: any; lent */
    char *role;
    char *method;
    char *path;
    char *query;
    char *repository;
    char *tag;
    char *platform;
    char *subject;
    char *detail;
    GPtrArray *headers; /* struct string_entry: name and pattern; or NULL */
    int64_t status;     /* of the reply; 0: any */
};

bool fault_scope_matches(const struct fault_scope *scope, struct fault_event *event);
/* Whether `on` alone holds at a place; "" is outside any machine. */
bool fault_scope_is_at(const struct fault_scope *scope, const char *place);

/* How near an event came to a scope, for "nearest miss". */
struct fault_nearness {
    unsigned held_count;
    char *held;   /* "method, path"; NULL when none held */
    char *failed; /* "method is HEAD"; NULL when all held */
};
/* How many of the conditions hold. */
unsigned fault_scope_held_count(const struct fault_scope *scope, struct fault_event *event);
/* The same in words; true when all hold. */
bool fault_scope_examine(const struct fault_scope *scope, struct fault_event *event,
                         struct fault_nearness *nearness);
void fault_nearness_clear(struct fault_nearness *nearness);

/* The name of the first condition given that can never hold at this stage ("path" when a connection
   is dialled), or NULL. */
const char *fault_scope_misplaced(const struct fault_scope *scope, enum fault_stage stage);
/* The conditions that may be given at this stage, as "'method', 'path'"; g_free. */
char *fault_scope_conditions(enum fault_stage stage);
