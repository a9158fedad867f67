/*
 * A GitHub Actions workflow file as a checked model: what triggers it, its jobs in the order of the
 * file with the jobs they need, the legs of their matrices, their steps. What GitHub would refuse
 * is refused, with its words and all errors at once; the file itself is not changed and expressions
 * are kept as they stand (actions-semantics.md 2, 4, 6).
 *
 * Fields that may hold an expression are nodes, lent by the workflow's document: their text, kind
 * and position are the file's. NULL means not given. A workflow owns its document and everything
 * below.
 */
#pragma once

#include "workflow/matrix.h"
#include "workflow/trigger.h"

enum step_kind {
    STEP_RUN,
    STEP_USES,
    STEP_WAIT, /* and the other background steps: recognised, not modelled further */
    STEP_WAIT_ALL,
    STEP_CANCEL,
    STEP_PARALLEL,
};

struct step {
    const struct node *node;
    enum step_kind kind;
    char *id; /* NULL: GitHub makes one */
    const struct node *name;
    const struct node *condition; /* `if` */
    const struct node *run;
    const struct node *uses;
    const struct node *with; /* a mapping, or an expression for one; so env */
    const struct node *env;
    const struct node *shell;
    const struct node *working_directory;
    const struct node *timeout_minutes;
    const struct node *continue_on_error;
    const struct node *background;
    GPtrArray *parallel; /* struct step; NULL: none */
};

/* `defaults.run`. A job's block replaces the workflow's as a whole (actions-semantics.md 5.1). */
struct run_defaults {
    bool is_given;
    const struct node *shell;
    const struct node *working_directory;
};

struct strategy {
    const struct node *node;         /* NULL: none */
    const struct node *fail_fast;    /* NULL: true */
    const struct node *max_parallel; /* NULL: all at once */
    const struct node *matrix;
    GPtrArray *legs; /* struct leg; NULL: the matrix holds expressions and is not known yet */
};

struct job {
    const struct node *node;
    struct position position; /* of its key */
    char *id;
    const struct node *name;
    GPtrArray *needs; /* const struct job *, in the order of the file; lent by the workflow */
    gsize depth;      /* 0 for jobs without needs, else one more than the deepest it needs */
    const struct node *condition;
    struct strategy strategy;
    const struct node *runs_on;
    const struct node *timeout_minutes;
    const struct node *cancel_timeout_minutes;
    const struct node *continue_on_error;
    const struct node *container;
    const struct node *services;
    const struct node *env;
    const struct node *environment;
    const struct node *permissions;
    const struct node *concurrency;
    const struct node *outputs;
    const struct node *snapshot;
    struct run_defaults defaults;
    GPtrArray *steps; /* struct step; empty for a call */
    /* A call of a reusable workflow. */
    const struct node *uses;
    const struct node *with;
    const struct node *secrets;
    bool inherits_secrets;
};

struct workflow {
    struct doc *doc;
    char *name; /* that of the file when it has none, as GitHub shows it */
    const struct node *run_name;
    const struct node *on;
    GPtrArray *triggers; /* struct trigger */
    const struct node *env;
    const struct node *permissions;
    const struct node *concurrency;
    struct run_defaults defaults;
    GPtrArray *jobs; /* struct job, in the order of the file */
};

/* NULL when the file cannot be read or GitHub would refuse it; then errors gets GError's, at least
   one, in the order of the file: a syntax error alone, else up to WORKFLOW_ERRORS_MAX. */
struct workflow *workflow_load(const char *path, GPtrArray *errors) MUST_USE;
/* The same for bytes in memory. */
struct workflow *workflow_load_text(const char *name, const char *text, gsize length_bytes,
                                    GPtrArray *errors) MUST_USE;
void workflow_free(struct workflow *workflow);
CLEANUP(workflow, workflow_free)

/* The job of this id, ignoring case as `needs` does, or NULL. */
const struct job *workflow_find_job(const struct workflow *workflow, const char *id);

/* What the job's legs are called. A name with an expression is the name of each leg as it stands,
   without the values of the matrix; g_free. */
char *job_leg_name(const struct job *job, const struct leg *leg);
/* The name of a step, or "Run actions/checkout@v4", "Run <first line>"; expressions as they stand.
   g_free. */
char *step_title(const struct step *step);

/* The model as text, for people and for tests; g_free. */
char *workflow_text(const struct workflow *workflow);
