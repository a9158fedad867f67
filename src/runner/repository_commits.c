/* What a push of the user's work tree would make of it, found out in memory. */
#include "runner/repository_commits.h"

#include "base/limits.h"
#include "runner/working_copy_private.h"

#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <sys/stat.h>

/* Above the priorities of libgit2's own backends, so that all that is written goes there. */
#define MEMORY_PRIORITY 1000

#define NO_COMMIT "0000000000000000000000000000000000000000"

static bool write_to_memory(git_repository *user)
{
    git_odb *objects = NULL;
    git_odb_backend *memory = NULL;
    bool is_done = git_repository_odb(&objects, user) == 0 && git_mempack_new(&memory) == 0 &&
                   git_odb_add_backend(objects, memory, MEMORY_PRIORITY) == 0;
    git_odb_free(objects);
    return is_done;
}

struct changes {
    const char *folder;
    int64_t bytes;
};

/* What has changed is in memory all at once: 0 to take it, negative when it is too much. */
static int take_change(const char *path, const char *pattern, void *context)
{
    struct changes *changes = context;
    struct stat status;
    g_autofree char *file = g_build_filename(changes->folder, path, NULL);
    (void)pattern;
    if (lstat(file, &status) == 0)
        changes->bytes += status.st_size;
    return changes->bytes <= COMMITS_CHANGES_BYTES_MAX ? 0 : -1;
}

/* The index is changed in memory alone, too. */
static bool find_tree(git_repository *user, git_oid *tree)
{
    git_index *index = NULL;
    struct changes changes = {.folder = git_repository_workdir(user)};
    if (changes.folder == NULL)
        return false;
    bool is_found =
        git_repository_index(&index, user) == 0 &&
        git_index_add_all(index, NULL, GIT_INDEX_ADD_DEFAULT, take_change, &changes) == 0 &&
        git_index_write_tree_to(tree, index, user) == 0;
    git_index_free(index);
    return is_found;
}

static git_commit *find_head(git_repository *user)
{
    git_oid id;
    git_commit *head = NULL;
    return git_reference_name_to_id(&id, user, "HEAD") == 0 &&
                   git_commit_lookup(&head, user, &id) == 0
               ? head
               : NULL;
}

/* A branch that has all of head already is where it would be merged to. */
static git_oid find_base(git_repository *user, const git_commit *head, const git_oid *head_id,
                         const char *branch)
{
    git_oid base;
    const git_oid *own = git_commit_id(head);
    bool is_apart = branch != NULL && working_copy_find_reference(user, branch, &base, NULL) &&
                    !git_oid_equal(&base, own) && git_graph_descendant_of(user, &base, own) != 1;
    if (is_apart)
        return base;
    return git_commit_parentcount(head) > 0 ? *git_commit_parent_id(head, 0) : *head_id;
}

static bool find(git_repository *user, const git_commit *head, const char *branch,
                 struct repository_commits *commits)
{
    git_oid tree, id, merge;
    if (!write_to_memory(user) || !find_tree(user, &tree) ||
        !working_copy_amend(user, head, &tree, &id))
        return false;
    git_oid base = find_base(user, head, &id, branch);
    if (!working_copy_merge(user, head, &id, &base, &tree, &merge))
        return false;
    commits->head = g_strdup(git_oid_tostr_s(&id));
    commits->base = g_strdup(git_oid_tostr_s(&base));
    commits->merge = g_strdup(git_oid_tostr_s(&merge));
    commits->before =
        g_strdup(git_commit_parentcount(head) > 0 ? git_oid_tostr_s(git_commit_parent_id(head, 0))
                                                  : NO_COMMIT);
    return true;
}

static git_repository *open_folder(const char *folder)
{
    git_repository *user = NULL;
    g_autofree char *inside = g_build_filename(folder, ".git", NULL);
    if (!g_file_test(inside, G_FILE_TEST_EXISTS))
        return NULL; /* libgit2's start takes longer than all the rest */
    working_copy_prepare();
    if (git_repository_open_ext(&user, folder, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) != 0)
        working_copy_release();
    return user;
}

void repository_commits_close(git_repository *user)
{
    if (user == NULL)
        return;
    git_repository_free(user);
    working_copy_release();
}

git_repository *repository_commits_open(const char *folder)
{
    git_oid tree, id;
    git_repository *user = open_folder(folder);
    git_commit *head = user != NULL ? find_head(user) : NULL;
    if (head != NULL && write_to_memory(user) && find_tree(user, &tree))
        (void)!working_copy_amend(user, head, &tree, &id);
    git_commit_free(head);
    return user;
}

bool repository_commits_find(const char *folder, const char *base_branch,
                             struct repository_commits *commits)
{
    git_repository *user = open_folder(folder);
    git_commit *head = user != NULL ? find_head(user) : NULL;
    bool is_found = head != NULL && find(user, head, base_branch, commits);
    git_commit_free(head);
    repository_commits_close(user);
    return is_found;
}

void repository_commits_clear(struct repository_commits *commits)
{
    g_free(commits->head);
    g_free(commits->before);
    g_free(commits->base);
    g_free(commits->merge);
}
