/*
 * Rehearsing a workflow: a run in clear weather, which shows what it promises, then one run for
 * each fault. The results are entries (report/entry.h) like those of scenarios, in the order of the
 * faults; the first, "none", is the clear weather.
 */
#pragma once

#include "harness/work.h"

struct rehearse_options {
    struct run_context context;
    struct pipeline *pipeline; /* lent */
    const char *faults; /* a file: a list of fault rules, or a mapping with `faults`; NULL: none */
    int64_t date_s;     /* the wall clock at the start */
    const uint64_t *seed;
    guint jobs;
    guint repeat;
    const char *trace_directory; /* or NULL */
    const char *log_directory;   /* or NULL */
    bool is_quiet;               /* no progress is told */
};

/* Fails when the fault file cannot be read or no worker can be had. SIGINT and SIGTERM end it,
   which the result tells; without entries where clear weather was not over. */
bool rehearse_run(const struct rehearse_options *options, struct work_result *result,
                  GError **error) MUST_USE;
