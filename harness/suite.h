/*
 * A suite: the scenario files that paths on the command line name, loaded. Folders are walked in
 * sorted order; files in them that are no scenarios (policies, contexts) are passed over, but a
 * file named directly must be one.
 */
#pragma once

#include "harness/scenario.h"

struct suite {
    GPtrArray *scenarios; /* struct scenario, sorted by path */
    GPtrArray *errors;    /* char *: every file that could not be read, in its own words */
};

/* Fails only when a path does not exist or no scenario is found at all. */
struct suite *suite_load(const char *const *paths, GError **error) MUST_USE;
/* An empty one, for scenarios that are in no file. */
struct suite *suite_new(void);
/* Whether one of its pipelines is a workflow. */
bool suite_has_workflow(const struct suite *suite);
void suite_free(struct suite *suite);
CLEANUP(suite, suite_free)
