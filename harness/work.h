/*
 * Work shared out to processes: the interposed clock belongs to a process, so scenarios run side by
 * side only in forked workers, each of which takes the next scenario when it is done with one.
 * Results come back as entries and are put in the suite's order, whoever finished first. A worker
 * that dies takes one scenario along, which is broken; one that has used half of the processor time
 * that RLIMIT_CPU gives a process hands over to a fresh one.
 */
#pragma once

#include "harness/progress_meter.h"
#include "harness/run.h"
#include "harness/suite.h"

struct work_options {
    struct run_context context;
    const uint64_t *seed;        /* NULL: each scenario's own */
    guint jobs;                  /* so many workers side by side */
    guint repeat;                /* run each so often; all traces must be equal */
    const char *trace_directory; /* NULL: not kept; one that differs is NAME.again.jsonl */
    const char *log_directory;   /* NULL: logs of workflows' legs are not kept */
};

struct work_result {
    GPtrArray *entries; /* json_t, in the suite's order; those not reached are left out */
    bool is_interrupted;
    bool is_nondeterministic; /* a repetition gave another trace; the entry says which */
};

/* Fails when a trace cannot be written or no worker can be had. The context's progress is told. */
bool work_do(const struct suite *suite, const struct work_options *options,
             struct work_result *result, GError **error) MUST_USE;
/* The entry of an outcome, after as many repetitions and with its trace kept as the options say. */
json_t *work_entry(const struct work_options *options, const struct outcome *outcome);
void work_result_clear(struct work_result *result);
