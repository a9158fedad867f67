/* A working copy while it is made. Nobody but working_copy*.c includes this. */
#pragma once

#include "runner/working_copy.h"

#include <git2.h>

struct working_copy {
    struct working_copy_options options;
    git_repository *user;     /* the source as a repository, or NULL */
    git_index *tracked;       /* of the user's, or NULL */
    git_repository *made;     /* the target */
    git_commit *head;         /* of the user's, or NULL */
    git_repository *ignoring; /* whose rules count; lent */
    GString *ends;            /* of the copied history: ids, one a line */
};

/* Puts the files, char* relative to the target, into the index and its tree into the target. */
bool working_copy_write_tree(const struct working_copy *copy, const GPtrArray *paths,
                             git_oid *tree) MUST_USE;
/* Copies the objects behind HEAD and the tags, as the options want them. Appends the ids of the
   commits whose parents are not among them, one a line. */
bool working_copy_copy_history(const struct working_copy *copy, GString *ends) MUST_USE;
