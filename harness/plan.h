/*
 * A plan: a scenario with everything resolved. Printable, and it never changes again; two runs of
 * one plan give the same trace byte for byte.
 */
#pragma once

#include "base/json.h"
#include "harness/scenario.h"
#include "mocks/dockerd/dockerd.h"

struct plan_leg {
    char *id;      /* service, or "all" for a serial policy */
    char *machine; /* "leg-api" */
    const struct machine_profile *profile;
    int64_t disk_bytes;
    int64_t disk_used_bytes;
};

struct plan {
    const struct scenario *scenario; /* lent */
    uint64_t seed;
    struct network network;
    GPtrArray *legs; /* struct plan_leg; of a workflow none: its legs are known when they run */
};

/* What the setting says of a machine for a leg, on this profile; plan_leg_clear() it. */
struct plan_leg plan_leg_make(const struct setting *setting, const char *id,
                              const struct machine_profile *profile);
void plan_leg_clear(struct plan_leg *leg);
/* The leg whose machine it is, within the name; "": of none, or NULL. */
const char *plan_leg_of_machine(const char *machine);

/* seed NULL: the scenario's own. */
struct plan *plan_new(const struct scenario *scenario, const uint64_t *seed);
void plan_free(struct plan *plan);
CLEANUP(plan, plan_free)
/* What `seatrial plan --json` prints and a trace's first line holds; the caller owns it. */
json_t *plan_json(const struct plan *plan);
/* For people. */
char *plan_text(const struct plan *plan);
