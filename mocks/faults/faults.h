/*
 * Faults: rules, read from a file, that disturb what happens in a world. A rule says which events
 * it is about, which of these it strikes and what it does:
 *
 *     - id: hub-silent                     # required, unique
 *       on: registry-1.docker.io           # site, or machine for faults in state; default '*'
 *       match: {method: GET, tag: main}    # all must hold
 *       when: {nth: 3, first: 2, every: 2, after: 1, after_bytes: 1MiB, from: 5min, until: 20min,
 *              probability: 0.3, ramp: 2min, burst: {enter: 0.1, leave: 0.5},
 *              run_probability: 0.01, group: hub-outage}
 *       do: {kind: status, code: 503}
 *       times: 3          # fires at most so often
 *       max_active: 2     # at most so many at a time
 *       optional: true    # may stay unfired
 *
 * An event counts for a rule when it lies in its scope (`on`, `match`), inside the time window
 * (`from`, `until`), and the kind can act on it at all (a reply without a body cannot be
 * truncated). `nth`, `first`, `every` and `after` count these. `probability` draws once for each of
 * them from the rule's own stream, so that other rules never change its draws; `burst` does
 * likewise. `run_probability` draws once for a rehearsal, and once for all rules of a `group`,
 * since failures of one cause come together; a rule that sleeps in a rehearsal need not fire.
 *
 * Rules compose in the order of the file: delays add up, the slowest rate and the earliest end
 * count; of several that take the place of the server's answer the first that fires wins, and the
 * later ones do not fire on that exchange.
 *
 * Each firing is a trace event "fault". Sources: peers.md 1.7, failures.md.
 */
#pragma once

#include "doc/record.h"
#include "mocks/world.h"

/* The rules of one list; immutable, shared by any number of rehearsals. The document of the list
   must outlive them. */
struct fault_rules;

/* list is a sequence of rules. Errors are positioned; FAULT_RULES_MAX rules at most. */
struct fault_rules *fault_rules_read(const struct node *list, GError **error) MUST_USE;
void fault_rules_free(struct fault_rules *rules);
CLEANUP(fault_rules, fault_rules_free)
gsize fault_rules_count(const struct fault_rules *rules);
/* One rule as a record, for lists inside other records: FIELD_RECORDS gives parser and schema. */
extern const struct record_type fault_rule_record;
/* The rules of such a list; the record that holds it must outlive them. */
struct fault_rules *fault_rules_of(GPtrArray *records, GError **error) MUST_USE;

/* What kinds of faults do to parts of the world that the mocks do not own. */
struct faults_actions {
    void *context;
    /* The engine of the machine goes down now and comes back after down_us. */
    void (*restart_engine)(void *context, const char *machine, int64_t down_us);
};

/* The rules at work in one rehearsal, all counters at zero. Lends rules. */
struct faults;
struct faults *faults_new(const struct fault_rules *rules, uint64_t seed);
/* Before the world it is attached to. */
void faults_free(struct faults *faults);
CLEANUP(faults, faults_free)

/* Becomes the world's weather. */
void faults_attach(struct faults *faults, struct world *world);
/* Without one, engine-restart only closes the engine's socket (site "machine:/var/run/docker.sock")
   for the time. Copied. */
void faults_set_actions(struct faults *faults, const struct faults_actions *actions);

/* What became of one rule. Lent until faults_free(). */
struct fault_report {
    const char *id;
    const char *kind;
    struct position position;
    int64_t matched_count; /* events that counted */
    int64_t fired_count;
    bool is_optional;
    /* Why it never fired: "nearest miss: GET ghcr.io /v2/… (place, path matched, method is GET)";
       NULL when it fired. */
    const char *nearest_miss;
};
/* All rules in the order of the file. */
gsize faults_count(const struct faults *faults);
struct fault_report faults_report(struct faults *faults, gsize index);

/* The table of kinds, for help, README and catalogue. */
struct fault_kind_row {
    const char *name;
    const char *summary;
    const char *acts_at;  /* "connection", "request", "reply" or a point: "disk write" */
    const char *evidence; /* "failures.md C4" */
    const struct record_type *parameters;
};
gsize faults_kind_count(void);
struct fault_kind_row faults_kind_row(gsize index);
