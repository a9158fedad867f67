/*
 * Verdicts: an outcome held against what its scenario expects. A pure function of the outcome. The
 * fate counts even where no expectation mentions it, and a canary passes only when it fails for the
 * reason it states.
 */
#pragma once

#include "harness/outcome.h"

enum verdict_kind {
    VERDICT_PASS,
    VERDICT_FAIL,   /* the pipeline did not behave as expected */
    VERDICT_BROKEN, /* the scenario or seatrial is at fault */
};
extern const char *const verdict_names[];

struct failing_expectation {
    char *expression;
    char *explanation; /* both sides, in the values that decided */
};

struct verdict {
    enum verdict_kind kind;
    bool is_our_fault;  /* of a broken one */
    char *reason;       /* one line; NULL on a plain pass */
    GPtrArray *failing; /* struct failing_expectation */
};

struct verdict *verdict_of(const struct outcome *outcome);
void verdict_free(struct verdict *verdict);
CLEANUP(verdict, verdict_free)
/* The part of the trace that decides: the steps, and the last events before the deciding one ended.
   g_free. */
char *verdict_deciding_trace(const struct outcome *outcome);
