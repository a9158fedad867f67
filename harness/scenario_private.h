/* A scenario file while it is read. Nobody but scenario*.c includes this. */
#pragma once

#include "harness/scenario.h"

/* What a scenario says of a workflow beside its path. */
struct workflow_part {
    char *path;
    char *event;
    char *job;
    int64_t concurrent_jobs;
    char **maps;
    const struct node *secrets;
    const struct node *vars;
};

/* What stands in the file; the policy is resolved from its node after the rest was read. */
struct scenario_file {
    struct scenario scenario;
    const struct node *policy;
    const struct node *policy_overrides;
    struct workflow_part workflow;
};

/* Reads the policy, or loads the workflow; paths begin at directory. */
bool scenario_read_pipeline(struct scenario_file *file, const char *directory,
                            GError **error) MUST_USE;
