/*
 * What starts a run: the event with its payload, and the contexts that follow from it (docs:
 * contexts reference, webhook events and payloads, events that trigger workflows).
 *
 * Nothing is asked of the machine or of a remote: defaults are fixed, so that a rehearsal is the
 * same everywhere; the commits are those of the request, or made up. The repository is acme/FOLDER,
 * the actor its owner; its default branch is the one that the request says, else master if the
 * filters of the workflow want that and not main, else main. A push is to it, unless the filters
 * want another branch or a tag: then to the first that they name, or to v1.0.0; pull request 1 goes
 * from the branch feature to it or to what the filters name; a release is of the tag v1.0.0; a
 * schedule is the first of the workflow; a workflow_run follows a push whose run went well. The
 * activity is the usual one, or the first that the workflow names when that does not start it; a
 * pull request that is closed was merged.
 *
 * An event file, JSON or YAML, is the payload as GitHub's webhooks send it. What it leaves out is
 * filled with the defaults, object by object. These members beside the payload are ours:
 *
 *     event_name      "push", …; when missing it is told by pull_request, release, schedule, inputs
 *                     or ref
 *     github          an object: members of the github context that override
 *     vars, secrets   objects: those contexts
 *     inputs          an object: what a workflow_dispatch is given
 *     changed_files   a list: what filters of paths look at
 *     default_workflow_permissions    "read" or "write": the repository's setting; "read"
 *
 * A pull request from a fork (head.repo.fork, or another head.repo.full_name) has no secrets but
 * GITHUB_TOKEN, and that may read at most; pull_request_target is not restricted so. Events of
 * dependabot[bot] have no secrets and read permissions that a workflow may raise.
 */
#pragma once

#include "workflow/permission.h"
#include "workflow/workflow.h"

struct event {
    char *name;
    json_t *payload; /* github.event */
    json_t *github;  /* the context but for what a job or step adds (job, action, workspace, …) */
    json_t *vars;
    json_t *secrets; /* as the run gets them, GITHUB_TOKEN among them */
    /* Of a dispatch, typed and with defaults; of a workflow that only others call, as a caller
       gives them, where a default with expressions stays as it is written until
       event_resolve_defaults(); else empty. */
    json_t *inputs;
    /* Required ones when no inputs were given at all: GitHub would ask for them, here they are
       empty. NULL: none. */
    char **missing_inputs;
    char **changed_files; /* NULL: not known */
    char *made_up_tag;    /* the tag of a push or a release, when nobody told it; or NULL */
    bool is_from_fork;
    bool is_of_dependabot;
    bool is_write_default;  /* the repository's setting for permissions */
    bool is_default_stated; /* it was said, so that nothing else is thinkable */
};

/* The commits that events speak of, 40 hex digits each. */
struct event_commits {
    const char *head;         /* what was pushed */
    const char *before;       /* what the branch was then; zeros: it is new */
    const char *request_head; /* of a pull request: its last commit, */
    const char *base;         /* what it is to go into, */
    const char *merge;        /* and the two merged */
};

struct event_request {
    /* The name of an event, or a file. NULL: push when the workflow names it, else the first that
       it names, a dispatch last. */
    const char *text;
    const struct workflow *workflow;
    const char *workflow_path;  /* below the root: ".github/workflows/ci.yml" */
    const char *folder_name;    /* what the repository is called; NULL: "app" */
    const char *repository;     /* "owner/name", instead of acme and that; or NULL */
    const char *default_branch; /* "master", as far as the repository itself tells; or NULL */
    const struct event_commits *commits; /* the same; or NULL */
    const json_t *inputs;                /* name to text, over those of a file; or NULL */
    /* The repository's setting, "read" or "write", over that of a file; or NULL. */
    const char *workflow_permissions;
};

/* NULL when the text names neither or the file is wrong; then errors gets GError's, at least one.
 */
struct event *event_new(const struct event_request *request, GPtrArray *errors) MUST_USE;
/* The same for what would stand in a file but is part of another document. */
struct event *event_new_of_node(const struct event_request *request, const struct node *root,
                                GPtrArray *errors) MUST_USE;
void event_free(struct event *event);
CLEANUP(event, event_free)

/* Evaluates defaults of a workflow that only others call, vars being the run's. False: one cannot
   be, and errors got a GError for each. */
bool event_resolve_defaults(struct event *event, const struct workflow *workflow,
                            const json_t *vars, GPtrArray *errors) MUST_USE;

/* What triggers_find() wants to know; lent by the event. */
struct event_facts event_facts_of(const struct event *event);
/* What the token of a run of this event may do when the workflow says nothing; and what it may do
   of what the workflow says. */
struct permissions event_default_permissions(const struct event *event, bool is_trusted);
struct permissions event_limit_permissions(const struct event *event,
                                           const struct permissions *permissions);
