/* Comparing commits of the user's repository in memory. */
#include "runner/repository_changes.h"

#include "runner/working_copy_private.h"

static void change_free(void *data)
{
    struct repository_change *change = data;
    g_free(change->path);
    g_free(change);
}

static git_commit *find_commit(git_repository *user, const char *hex)
{
    git_oid id;
    git_commit *commit = NULL;
    return git_oid_fromstr(&id, hex) == 0 && git_commit_lookup(&commit, user, &id) == 0 ? commit
                                                                                        : NULL;
}

static char letter_of(git_delta_t status)
{
    switch (status) {
    case GIT_DELTA_ADDED:
        return 'A';
    case GIT_DELTA_DELETED:
        return 'D';
    case GIT_DELTA_TYPECHANGE:
        return 'T';
    default:
        return 'M';
    }
}

static int take_delta(const git_diff_delta *delta, float progress, void *context)
{
    struct repository_change *change = g_new0(struct repository_change, 1);
    const char *path =
        delta->status == GIT_DELTA_DELETED ? delta->old_file.path : delta->new_file.path;
    (void)progress;
    change->letter = letter_of(delta->status);
    change->path = g_utf8_make_valid(path, -1);
    g_ptr_array_add(context, change);
    return 0;
}

static bool compare(git_repository *user, const git_commit *from, const git_commit *to,
                    GPtrArray *changes)
{
    git_tree *before = NULL;
    git_tree *after = NULL;
    git_diff *diff = NULL;
    git_diff_options options;
    bool is_done = git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) == 0;
    options.flags |= GIT_DIFF_INCLUDE_TYPECHANGE;
    is_done = is_done && git_commit_tree(&before, from) == 0 && git_commit_tree(&after, to) == 0 &&
              git_diff_tree_to_tree(&diff, user, before, after, &options) == 0 &&
              git_diff_foreach(diff, take_delta, NULL, NULL, NULL, changes) == 0;
    git_diff_free(diff);
    git_tree_free(after);
    git_tree_free(before);
    return is_done;
}

static bool compare_since_base(git_repository *user, const git_commit *base, const git_commit *head,
                               GPtrArray *changes)
{
    git_oid common;
    git_commit *from = NULL;
    if (git_merge_base(&common, user, git_commit_id(base), git_commit_id(head)) != 0 ||
        git_commit_lookup(&from, user, &common) != 0)
        return false;
    bool is_done = compare(user, from, head, changes);
    git_commit_free(from);
    return is_done;
}

bool repository_has_commit(const char *folder, const char *commit)
{
    git_repository *user = repository_commits_open(folder);
    git_commit *found = user != NULL ? find_commit(user, commit) : NULL;
    bool is_found = found != NULL;
    git_commit_free(found);
    repository_commits_close(user);
    return is_found;
}

GPtrArray *repository_changes_find(const char *folder, const char *base, const char *head)
{
    g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func(change_free);
    git_repository *user = repository_commits_open(folder);
    git_commit *from = user != NULL ? find_commit(user, base) : NULL;
    git_commit *to = user != NULL ? find_commit(user, head) : NULL;
    bool is_found = from != NULL && to != NULL && compare_since_base(user, from, to, changes);
    git_commit_free(from);
    git_commit_free(to);
    repository_commits_close(user);
    return is_found ? g_steal_pointer(&changes) : NULL;
}
