/*
 * Steps as view and reports see them, whichever pipeline they come from: the engine's steps of a
 * policy, the runner's of a workflow.
 */
#pragma once

#include "harness/outcome.h"

/* Lent by the leg's outcome. */
struct step_fact {
    const char *id;         /* NULL: it has none in its file */
    const char *title;      /* of a workflow's step; else the id */
    const char *outcome;    /* GitHub's words */
    const char *conclusion; /* after continue-on-error; of a policy's step "success" if tolerated */
    const char *message;    /* NULL on plain success */
    bool has_timed_out;
    bool is_assumed; /* nothing models what it does */
    int64_t started_us;
    int64_t duration_us;
    struct failure failure;
    struct position position; /* line 0: none */
};

/* struct step_fact, in the order in which they ran; empty when the leg did not run. */
GArray *step_facts_of(const struct leg_outcome *leg);
/* The first of this id; false: it did not run. */
bool step_fact_find(const struct leg_outcome *leg, const char *id, struct step_fact *fact);
/* The first step that failed a leg which is not green, or that was cancelled in it; false: none. */
bool step_fact_first_broken(const struct leg_outcome *leg, struct step_fact *fact);
/* All ids that the scenario's pipeline can have, char*; the caller unrefs. */
GPtrArray *step_fact_ids(const struct scenario *scenario);
