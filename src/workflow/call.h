/*
 * Calls of reusable workflows: the workflow of a run and, below it, what its jobs call, each with
 * the inputs, secrets and outputs that it declares. What a call gives is held against that, and the
 * permissions that a called workflow asks for against those of its caller, with GitHub's words
 * (actions/runner 2.336.0, ReusableWorkflowsLoader.cs, WorkflowTemplateConverter.cs). Nothing is
 * evaluated.
 *
 * A file that two jobs call is loaded once but stands in two calls. At most CALL_DEPTH_MAX levels
 * below the first, CALL_FILES_MAX files and WORKFLOW_JOBS_MAX jobs in all calls together.
 */
#pragma once

#include "workflow/event.h"
#include "workflow/input.h"
#include "workflow/repository.h"

enum call_state {
    CALL_LOADED,
    CALL_NOT_MAPPED, /* of a repository that no map knows: what it does is unknown */
};

struct call_secret {
    char *name;
    bool is_required;
};

struct call_output {
    char *name;
    const struct node *value;
};

struct call {
    const struct call *caller; /* NULL: the workflow of the run */
    const struct job *job;     /* of the caller's workflow, which calls this; NULL likewise */
    enum call_state state;
    const struct workflow *workflow; /* NULL unless loaded; lent */
    char *path;                      /* of its file, for people; NULL unless loaded */
    char *origin; /* "owner/repo@ref" for files of other repositories, else NULL */
    int depth;    /* 0 for the workflow of the run */
    bool has_limit;
    struct permissions limit; /* what callers allow, when one of them says so */
    GPtrArray *inputs;        /* struct input */
    GPtrArray *secrets;       /* struct call_secret */
    GPtrArray *outputs;       /* struct call_output */
    GPtrArray *calls;         /* struct call: one for each job with `uses`, in order */
};

struct call_tree;

/* workflow, map and event are lent and must outlive the tree. NULL when GitHub would refuse the
   run; then errors gets GError's, at least one, up to WORKFLOW_ERRORS_MAX of each file. */
struct call_tree *call_tree_load(const struct workflow *workflow, const struct repository_map *map,
                                 const struct event *event, GPtrArray *errors) MUST_USE;
void call_tree_free(struct call_tree *tree);
CLEANUP(call_tree, call_tree_free)
/* The call of the run's own workflow. */
const struct call *call_tree_root(const struct call_tree *tree);

/* The call that a job of call->workflow makes; NULL when it runs steps. */
const struct call *call_find(const struct call *call, const struct job *job);

/* What the token of a job may do: the job's permissions, else its workflow's, else what its callers
   say, else the repository's default; and of that only what the event leaves. */
struct permissions call_permissions(const struct call *call, const struct job *job,
                                    const struct event *event);
/* Whether that is enough, as in ("packages", "write"). */
bool permissions_allow(const struct call *call, const struct job *job, const struct event *event,
                       const char *scope, const char *level);
