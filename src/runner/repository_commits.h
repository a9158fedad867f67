/*
 * The commits of an event on the user's repository: what a push of its work tree as it stands would
 * be. A work tree that differs from HEAD counts as HEAD amended, since an engineer rehearses what
 * is not committed yet; a checkout makes the same commits (working_copy.h). Nothing is written.
 */
#pragma once

#include "base/limits.h"

#include <stdbool.h>

/* What is not committed is in memory while the commits are found. */
#define COMMITS_CHANGES_BYTES_MAX (RUNNER_CHECKOUT_BYTES_MAX / 8)

/* 40 hex digits each; g_free by repository_commits_clear(). */
struct repository_commits {
    char *head;
    char *before; /* the commit before it; zeros: there is none */
    char *base;   /* of a pull request that brings head: the tip of the branch, or before */
    char *merge;  /* of the two, as refs/pull/N/merge is */
};

/* Of the repository whose root is the folder; base_branch: that pull requests go to, or NULL.
   False: it is none, has no commits yet, or more than COMMITS_CHANGES_BYTES_MAX is not committed.
 */
bool repository_commits_find(const char *folder, const char *base_branch,
                             struct repository_commits *commits);
void repository_commits_clear(struct repository_commits *commits);
