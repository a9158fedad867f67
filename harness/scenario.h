/*
 * Scenarios: files that open with `seatrial: scenario/1` and state a pipeline, its world, the
 * faults and what is expected. A scenario is read once and never changes; its document lives as
 * long.
 */
#pragma once

#include "engine/policy.h"
#include "harness/fate.h"
#include "harness/pipeline.h"
#include "harness/setting.h"
#include "mocks/faults/faults.h"

enum expected_verdict {
    EXPECT_PASS,
    EXPECT_FAIL, /* a canary: must fail, and for the reason it states */
};

/* An image that a workflow owes, whatever a run in clear weather pushes. */
struct promise_rule {
    char *image;
    char **platforms;
    char *leg; /* whose it is */
};

struct scenario {
    char *path; /* as given on the command line */
    char *name;
    char *purpose;
    char **cites;              /* ids of failures.md */
    struct policy *policy;     /* the pipeline is a policy, or */
    struct pipeline *pipeline; /* a workflow: one of the two is NULL */
    bool is_pipeline_lent;     /* somebody else frees it */
    GPtrArray *own_records;    /* of a scenario without a file: its lent rule, or NULL */
    GPtrArray *assume_records;
    struct assume_rules *assume;
    GPtrArray *promise_records; /* struct promise_rule: what the scenario itself declares */
    int64_t seed;
    struct setting setting;
    GPtrArray *fault_records;
    struct fault_rules *faults;
    enum fate fate; /* the expected worst fate of its legs */
    const struct node *expect_node;
    char **expect; /* expressions */
    char *cause;   /* the right class of the diagnosis: "network", …; NULL: not judged */
    enum expected_verdict verdict;
    char *because;
    struct doc *doc;
};

/* error gets the texts of all that is wrong with the file, one after another. */
struct scenario *scenario_load(const char *path, GError **error) MUST_USE;
/* A scenario without a file: the lent pipeline in the default world, under one fault. rule is lent,
   a struct fault_rule; NULL: in clear weather. It expects nothing. */
struct scenario *scenario_of_fault(struct pipeline *pipeline, const char *name, void *rule,
                                   GError **error) MUST_USE;
/* Whether a file is meant to be a scenario: it opens with `seatrial: scenario/`. */
bool scenario_is_one(const char *path);
void scenario_free(struct scenario *scenario);
CLEANUP(scenario, scenario_free)
const struct record_type *scenario_record(void);
