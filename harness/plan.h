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
    GPtrArray *legs; /* struct plan_leg */
};

/* seed NULL: the scenario's own. */
struct plan *plan_new(const struct scenario *scenario, const uint64_t *seed);
void plan_free(struct plan *plan);
CLEANUP(plan, plan_free)
/* What `seatrial plan --json` prints and a trace's first line holds; the caller owns it. */
json_t *plan_json(const struct plan *plan);
/* For people. */
char *plan_text(const struct plan *plan);
