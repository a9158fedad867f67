/*
 * What lies between two commits of the user's repository, as GitHub's servers tell it without a
 * checkout: the files of a pull request, and whether there is such a commit at all. The commits of
 * an event are among them, the amended HEAD too (repository_commits.h). Nothing is written.
 */
#pragma once

#include "base/cleanup.h"

#include <stdbool.h>

struct repository_change {
    char letter; /* 'A' added, 'D' deleted, 'M' modified, 'T' of another type; as git has them */
    char *path;
};

/* Whether a commit, 40 hex digits, is one of the repository's whose root is the folder. */
bool repository_has_commit(const char *folder, const char *commit);
/* What head changes against the commit where it left base, by path, a file with a new name as one
   deleted and one added: struct repository_change. NULL: a commit is not there, or nothing that
   both come from. */
GPtrArray *repository_changes_find(const char *folder, const char *base, const char *head);
