/* A working copy while it is made, and the user's repository beside it. Nobody but working_copy*.c
   and repository_*.c includes this. */
#pragma once

#include "runner/working_copy.h"

#include <git2.h>

/* In the target's .git while it is made: how packs are made. */
#define PACKING "packing"

struct working_copy {
    struct working_copy_options options;
    git_repository *user;     /* the source as a repository, or NULL */
    git_index *tracked;       /* of the user's, or NULL */
    git_repository *made;     /* the target */
    git_commit *head;         /* of the user's, or NULL */
    git_oid head_id;          /* what stands for it here */
    bool is_elsewhere;        /* head is the commit that is asked for, not the user's HEAD */
    git_repository *ignoring; /* whose rules count; lent */
    GArray *lent;             /* git_oid of files that the user's repository has, to be packed with
                                 what is copied from there */
    GString *ends;            /* of the copied history: ids, one a line */
};

/* Puts the files, char* relative to the target, into the index and its tree into the target. */
bool working_copy_write_tree(const struct working_copy *copy, const GPtrArray *paths,
                             git_oid *tree) MUST_USE;
/* The id of a file that the user's repository holds as the work tree has it, by its index. False:
   the file must be read. */
bool working_copy_find_known(const struct working_copy *copy, const char *path, git_oid *id);
/* Copies what is lent, and the objects behind the commit and its friends, as the options want them;
   parents: of the commit itself. Appends the ids of the commits whose parents are not among them,
   one a line. */
bool working_copy_copy_history(const struct working_copy *copy, const git_oid *commit,
                               GString *ends) MUST_USE;

/* Writes these objects of the user's, git_oid, into a pack of the target. */
bool working_copy_pack(const struct working_copy *copy, const GArray *ids) MUST_USE;

/* A repository of these objects in whose packs hardly any is written by what it has in common with
   others: libgit2 compares each with ten, which takes as long as all the rest of a checkout. */
bool working_copy_wrap(const struct working_copy *copy, git_odb *objects,
                       git_repository **repository) MUST_USE;

/* Takes away what a sparse checkout does not leave. */
bool working_copy_thin(const struct working_copy *copy) MUST_USE;

/* ---- working_copy_commits.c ---- */

/* The commit with another tree, written if that makes it another one. */
bool working_copy_amend(git_repository *into, const git_commit *head, const git_oid *tree,
                        git_oid *id) MUST_USE;
/* As GitHub merges a pull request to try it; head lends date and author. */
bool working_copy_merge(git_repository *into, const git_commit *head, const git_oid *head_id,
                        const git_oid *base, const git_oid *tree, git_oid *id) MUST_USE;
/* The commit of a branch or tag, by its whole name or a bare one, as the remote has it; *name_found
   may be NULL, g_free. */
bool working_copy_find_reference(git_repository *repository, const char *name, git_oid *commit,
                                 char **name_found);

/* ---- repository_commits.c ---- */

/* The user's repository, with the commit that stands for its work tree in memory where it can be
   made; NULL: there is none. To be closed. */
git_repository *repository_commits_open(const char *folder);
void repository_commits_close(git_repository *user); /* NULL is fine */

/* ---- working_copy_references.c ---- */

struct branch {
    char *name; /* "main" */
    git_oid id; /* in the user's repository */
};
/* struct branch of the repository as its origin has them, as far as the user's knows: those that it
   fetched, or its own where it never fetched any. */
GPtrArray *working_copy_list_branches(const struct working_copy *copy);

/* Names what the checkout knows of its origin, and HEAD. */
bool working_copy_set_references(const struct working_copy *copy, GError **error) MUST_USE;
bool working_copy_write_reference(const struct working_copy *copy, const char *name,
                                  const char *text, GError **error) MUST_USE;
bool working_copy_name_origin(const struct working_copy *copy) MUST_USE;
