/*
 * What actions/checkout leaves, as git sees it: which files of the user's folder are the
 * repository's, and the .git beside them.
 *
 * The files are taken as they stand, committed or not: an engineer rehearses what is not pushed
 * yet. What git ignores and does not track is not there, as on a runner; neither is the inside of
 * submodules unless they are asked for. They are the user's HEAD, or HEAD amended where they differ
 * from it; a pull request is that commit merged into its base. The event speaks of the same commits
 * (repository_commits.h), so that `git rev-parse HEAD` and github.sha agree as they do on GitHub.
 * A commit of the user's that is neither brings its own files.
 *
 * Where the event's commit is none of these (the folder is no repository, an event file says
 * another one), it is the commit of the files by way of refs/replace (git-replace(1)). What reads
 * objects without replacements (clones of the folder, pushes from it to another one, fsck, gc) is
 * refused by git then; the leg notices it (log.c) and does not claim what fails of it.
 *
 * History goes back as far as is asked for and as the user's repository does: a shallow or a
 * partial clone lacks some of it, a folder that is no repository all, and beyond GIT_OBJECTS_MAX it
 * is left. The checkout is shallow then, and the report says so where more was asked for.
 *
 * Hermetic: no configuration of the machine or the user is read, and nothing is written to the
 * user's repository. A folder that is no repository has the rules of its .gitignore files.
 */
#pragma once

#include "base/error.h"

enum checkout_tags {
    CHECKOUT_NO_TAGS,
    CHECKOUT_TAGS_ON_THE_WAY, /* of commits that are there anyway, as git follows them */
    CHECKOUT_ALL_TAGS,
};

struct sandbox;

struct working_copy_options {
    const char *source;    /* the user's folder */
    const char *target;    /* an existing folder; .git is made in it */
    const char *reference; /* "refs/heads/main", "refs/tags/v1", "refs/pull/1/merge"; "": none */
    const char *commit;    /* 40 hex digits */
    const char *url;       /* of origin */
    int64_t date_s;        /* of the commit where there is no HEAD; seconds since 1970 */
    /* A pull request's: the commit that it goes to, whose merge the commit is; or NULL. */
    const char *base;
    const char *base_branch, *head_branch; /* then */
    bool brings_files; /* the commit is another one than the work tree's, if the user has it */
    int depth;         /* how many commits of history; 0: all, of all branches */
    enum checkout_tags tags;
    bool has_submodules;
    const char *sparse; /* the folders or patterns of a sparse checkout, one a line; NULL: all */
    bool is_cone;       /* folders */
    const struct sandbox *sandbox; /* whose processes read the index; NULL: this machine's */
};

struct working_copy;

/* Once for a process that makes many: libgit2's own start reads all certificates of the machine,
   which costs more than a checkout. working_copy_release() undoes it. */
void working_copy_prepare(void);
void working_copy_release(void);

struct working_copy *working_copy_new(const struct working_copy_options *options,
                                      GError **error) MUST_USE;
void working_copy_free(struct working_copy *copy);
CLEANUP(working_copy, working_copy_free)
/* Whether a path below the source, without "./" and without a slash at its end, belongs there. */
bool working_copy_takes(struct working_copy *copy, const char *path, bool is_folder);
/* Whether the commit is another one than that of the source's work tree: then its files are those
   of that commit, and working_copy_check_out() puts them into the target, appending their paths. */
bool working_copy_is_elsewhere(const struct working_copy *copy);
bool working_copy_check_out(struct working_copy *copy, GPtrArray *paths, GError **error) MUST_USE;
/* The commit of a branch or tag of the repository whose root is the folder, and which of the two it
   is: "refs/heads/x" or "refs/tags/x". False: it has none of that name. *commit is NULL for that of
   the work tree as it stands; g_free both. */
bool working_copy_resolve(const char *folder, const char *name, char **reference, char **commit);
/* Commits paths, char* relative to the target, where they are now, and sets HEAD. */
bool working_copy_commit(struct working_copy *copy, const GPtrArray *paths,
                         GError **error) MUST_USE;
/* Of a copy of a whole checkout: makes its index tell of the files that are there now, so that git
   need not read them all again. */
bool working_copy_refresh(const char *target, const struct sandbox *sandbox,
                          GError **error) MUST_USE;
/* Whether its history ends before the repository's beginning. */
bool working_copy_is_shallow(const char *target);
