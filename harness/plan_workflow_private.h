/* What loading and showing share. Nobody else includes this. */
#pragma once

#include "harness/plan_workflow.h"

struct workflow_plan {
    const struct workflow_options *options;
    struct repository_map *map;
    struct workflow *workflow;
    struct event *event;
    struct call_tree *calls;
    struct plan_sources sources;
};
