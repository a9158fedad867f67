/* A run while it lasts. Nobody but run*.c includes this. */
#pragma once

#include "harness/run.h"
#include "harness/stage.h"

struct run {
    const struct run_context *context;
    struct stage *stage;
    struct outcome *outcome;
    struct trace *trace;
    const struct promises *promises; /* of a workflow in weather */
    bool is_clear;                   /* faults stay away */
    bool is_over;
    struct workflow_run *workflow; /* of a workflow, or NULL */
};

/* The pipelines, as the run's first fiber: argument is the run. */
void run_policy_main(void *run);
void run_workflow_main(void *run);

/* Before the loop runs, and after it has ended, inside no fiber. */
bool run_workflow_begin(struct run *run, GError **error) MUST_USE;
void run_workflow_end(struct run *run);
/* What came up on the machines makes the run worthless; nothing for a policy. */
void run_workflow_check(struct run *run);

/* Why the run proves nothing; the first reason counts. */
void run_break(struct outcome *outcome, bool is_our_fault, const char *why);
