/*
 * Which contexts and special functions an expression may use at a place of a workflow file, as
 * bits. The names are GitHub's; what is allowed where is in the schema (actions-semantics.md 4).
 */
#pragma once

#include <glib.h>

enum workflow_context {
    CONTEXT_GITHUB = 1 << 0,
    CONTEXT_INPUTS = 1 << 1,
    CONTEXT_VARS = 1 << 2,
    CONTEXT_NEEDS = 1 << 3,
    CONTEXT_STRATEGY = 1 << 4,
    CONTEXT_MATRIX = 1 << 5,
    CONTEXT_SECRETS = 1 << 6,
    CONTEXT_STEPS = 1 << 7,
    CONTEXT_JOB = 1 << 8,
    CONTEXT_RUNNER = 1 << 9,
    CONTEXT_ENV = 1 << 10,
    CONTEXT_JOBS = 1 << 11,
    CONTEXT_STATUS = 1 << 12, /* always(), cancelled(), failure(), success() without arguments */
    CONTEXT_JOB_STATUS = 1 << 13, /* the same; failure() and success() take job ids */
    CONTEXT_HASH_FILES = 1 << 14, /* hashFiles() */

    CONTEXTS_WORKFLOW = CONTEXT_GITHUB | CONTEXT_INPUTS | CONTEXT_VARS,
    CONTEXTS_NEEDS = CONTEXTS_WORKFLOW | CONTEXT_NEEDS,
    CONTEXTS_JOB = CONTEXTS_NEEDS | CONTEXT_STRATEGY | CONTEXT_MATRIX,
    CONTEXTS_RUNNER = CONTEXTS_JOB | CONTEXT_STEPS | CONTEXT_JOB | CONTEXT_RUNNER | CONTEXT_ENV,
    CONTEXTS_OUTPUT = CONTEXTS_RUNNER | CONTEXT_SECRETS,
    CONTEXTS_STEP = CONTEXTS_OUTPUT | CONTEXT_HASH_FILES,
    CONTEXTS_STEP_IF = CONTEXTS_RUNNER | CONTEXT_HASH_FILES | CONTEXT_STATUS,
    CONTEXTS_JOB_IF = CONTEXTS_NEEDS | CONTEXT_JOB_STATUS,

    /* action.yml: what its author can know. */
    CONTEXTS_ACTION =
        CONTEXT_GITHUB | CONTEXT_STRATEGY | CONTEXT_MATRIX | CONTEXT_JOB | CONTEXT_RUNNER,
    CONTEXTS_ACTION_OUTPUT = CONTEXTS_ACTION | CONTEXT_STEPS | CONTEXT_INPUTS | CONTEXT_ENV,
    CONTEXTS_ACTION_STEP = CONTEXTS_ACTION_OUTPUT | CONTEXT_HASH_FILES,
};

/* The names of the contexts among the bits, NULL at the end; the names are static. The caller owns
   the array. */
GPtrArray *context_names(unsigned contexts);
