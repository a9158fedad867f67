/*
 * A GitHub workflow as a pipeline: the checked file, what its jobs call, the event that starts it,
 * and the secrets, variables and assumptions it runs with. Data only; run_workflow.c runs it.
 *
 * Secrets that the files mention and nobody gave are made up, so that logins can work
 * (harness/made_up.h). So is one whose name an expression computes, at the time when it is looked
 * up. Of variables only those are made up whose names tell of a user: they are the owner's name.
 * Events that get no secrets on GitHub get none here.
 */
#pragma once

#include "harness/assume.h"
#include "harness/repository_facts.h"
#include "workflow/call.h"

struct pipeline {
    char *path;
    struct workflow *workflow;
    struct repository_map *map;
    struct event *event;
    struct call_tree *calls;
    struct repository_facts *facts; /* of the repository */
    char *only_job;                 /* NULL: all */
    json_t *secrets;
    json_t *made_up; /* those of them that nobody gave */
    json_t
        *unset_secrets; /* names that were said not to be set; NULL: the event gets none at all */
    json_t *vars;
    char *owner;                       /* of the repository: "acme" */
    unsigned concurrent_jobs;          /* that the account has at once on GitHub's runners */
    const struct assume_rules *assume; /* lent, or NULL */
};

struct pipeline_request {
    const char *path;
    const char *event;         /* its name, or a file; NULL: the first that the workflow names */
    const char *job;           /* NULL: all */
    const char *const *inputs; /* "NAME=VALUE"; or NULL */
    const char *repository;    /* "owner/name"; NULL: acme and the folder's name */
    const char *workflow_permissions; /* the repository's: "read" or "write"; NULL: the event file's
                                         or read */
    unsigned concurrent_jobs;         /* 1 to CONCURRENT_JOBS_MAX; 0: the plan Free's */
    const char *const *maps;          /* "owner/repo@ref=PATH"; or NULL */
    const char *const *map_files;     /* or NULL */
    const json_t *secrets; /* given ones: name to text, null for one that is not set; or NULL */
    const json_t *vars;
    const struct assume_rules *assume; /* lent, or NULL */
};

/* NULL when GitHub would refuse the run, or a file cannot be read; then errors gets GError's. */
struct pipeline *pipeline_load(const struct pipeline_request *request, GPtrArray *errors) MUST_USE;
void pipeline_free(struct pipeline *pipeline);
CLEANUP(pipeline, pipeline_free)
/* Whether a file is a workflow and nothing of ours: a mapping with `jobs` and without `seatrial`.
 */
bool pipeline_is_one(const char *path);
/* The text of a secret, or NULL. */
const char *pipeline_secret(const struct pipeline *pipeline, const char *name);
/* What stands for a secret that nobody listed, g_free; NULL: there is no such secret. */
char *pipeline_make_secret(const struct pipeline *pipeline, const char *name);
