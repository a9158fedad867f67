/*
 * What a kind of fault is: a row with its name, where it acts, its parameters and the function that
 * acts. Each kind is one file that ends with its row; kinds.c lists the rows in the order of the
 * help. Parsing, JSON Schema, help and README come from the rows.
 *
 * A kind only changes data: a route, an exchange's reply or disturbance, the effect of a point.
 */
#pragma once

#include "base/rng.h"
#include "doc/record.h"
#include "mocks/faults/event.h"

struct faults;
struct fault_rule;

/* What a kind's function gets when its rule strikes. */
struct fault_strike {
    const struct fault_rule *rule;
    const void *parameters;
    struct rng *rng; /* the rule's own, for the kind's draws */
    void *memory;    /* kind->memory_bytes, zeroed when a rehearsal begins */
    struct faults *faults;
    const char *place; /* site or machine */
    int64_t now_us;
};

/* Whether the server did what it was asked for, when the client does not get the honest reply. */
enum fault_effect {
    FAULT_EFFECT_LOST, /* it never did it */
    FAULT_EFFECT_KEPT, /* it did, only the answer is lost */
};

struct fault_kind {
    struct record_type record; /* name, summary and parameters: the keys of `do` */
    const char *evidence;      /* ids in failures.md or another file of the reference */
    enum fault_stage stage;
    enum point point;    /* of FAULT_AT_POINT */
    bool replaces_reply; /* its reply() states another reply: only one rule may */
    gsize memory_bytes;
    void (*clear_memory)(void *memory); /* frees what the memory owns; or NULL */

    /* The stage when it depends on the parameters; or NULL. */
    enum fault_stage (*stage_of)(const void *parameters);
    /* Why the exchange cannot be struck ("the reply has no body"), such an exchange does not count;
       NULL: it can. Or no function. */
    const char *(*misfit)(const struct fault_rule *rule, struct exchange *exchange);
    /* Asked when all clauses hold: false lets it go after all (below the rate limit). Or NULL. */
    bool (*wants)(const struct fault_strike *strike, struct exchange *exchange);
    /* Sees every reply in the world, to remember things. Or NULL. */
    void (*observe)(const struct fault_strike *strike, struct exchange *exchange);
    /* How long the rule goes on striking all events in its scope once it has fired: NEVER for ever,
       0 not at all. Or NULL. */
    int64_t (*lasts_us)(const void *parameters);

    void (*connect)(const struct fault_strike *strike, struct http_route *route);
    bool (*request)(const struct fault_strike *strike,
                    struct exchange *exchange); /* has replied? */
    void (*reply)(const struct fault_strike *strike, struct exchange *exchange);
    /* A message is set only for a rule's own words; without one the owner has its usual ones. */
    void (*point_strike)(const struct fault_strike *strike, const struct point_event *event,
                         struct point_effect *effect);
};

/* Every kind, in the order of the help. */
const struct fault_kind *const *fault_kinds(gsize *count);
/* NULL: there is none of this name. */
const struct fault_kind *fault_kind_find(const char *name);
/* "connection", "request", "reply" or the name of the point: where a kind acts, for tables. */
const char *fault_kind_stage_name(const struct fault_kind *kind);

/* For kinds without parameters. */
struct fault_no_parameters {
    const struct node *node;
};
extern const struct field fault_no_parameters[];

/* For kinds with nothing but an optional `delay`. */
struct fault_delay {
    int64_t delay_us;
};
extern const struct field fault_delay_fields[];

/* The values of `effect`. */
extern const char *const fault_effect_names[];

/* For kinds that act on the engine of a machine: it goes down after_us from now, but not inside
   this call, and comes back down_us later. */
void fault_strike_restart_engine(const struct fault_strike *strike, int64_t after_us,
                                 int64_t down_us);
/* The status asked for by `match.status`; 0: none. */
unsigned fault_rule_status(const struct fault_rule *rule);
/* The rule's parameters. */
const void *fault_rule_parameters(const struct fault_rule *rule);
