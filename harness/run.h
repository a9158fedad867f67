/*
 * A run: one execution of a plan on a virtual clock of its own. The interposed clock belongs to the
 * process, so runs follow one another; parallel work forks.
 */
#pragma once

#include "harness/outcome.h"

struct checkout_store;
struct progress_meter;

/* How a run binds the process's clock to its loop. */
typedef void bind_clock_fn(const struct loop *loop, int64_t date_s);

/* What the runs of one process share. */
struct run_context {
    bind_clock_fn *bind_clock;  /* vclock_bind(), or NULL in tests */
    struct image_cache *images; /* generated once, or NULL */
    /* Of the one workflow that all of them run (promise.h), or NULL. */
    const struct promises *promises;
    /* What they found out about theirs, when they do not run the same workflow; lent. */
    struct promise_book *book;
    /* Of workflows' scripts: what protects the machine from them, and why there is not enough; see
       run_context_prepare(). */
    unsigned sandbox_layers;
    char *why_unprotected;
    struct checkout_store *checkouts; /* NULL: every leg makes its own */
    char *shared_directory;           /* of checkouts, and of what sandboxes share; or NULL */
    int shared_lock_fd;
    struct progress_meter *progress; /* is told of legs that are over; or NULL */
    int stop_fd; /* once readable, which nobody here changes, a run breaks off; 0: none */
    bool is_prepared;
    bool is_unsafe; /* scripts run all the same: --unsafe-scripts */
};

/* Once for a process, before any workflow runs: finds out what this machine can protect itself
   with, and starts what their checkouts stand on. What is forked from it shares the checkouts'
   folder. run_context_clear() undoes it, or nothing. */
void run_context_prepare(struct run_context *context);
void run_context_clear(struct run_context *context);

/* Never fails: a run that breaks says so in its outcome. plan is lent to the outcome. A workflow
   runs in clear weather first, for what it promises, unless the context knows. */
struct outcome *run_plan(const struct plan *plan, const struct run_context *context);
/* The same of a workflow whose promises are known (promise.h); NULL: in clear weather, whatever the
   plan's faults. */
struct outcome *run_workflow_plan(const struct plan *plan, const struct run_context *context,
                                  const struct promises *promises);
