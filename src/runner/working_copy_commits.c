/* The commits that a checkout stands on, made alike when a run is planned and when it is checked
   out, so that both have the same id. */
#include "runner/working_copy_private.h"

#include "base/limits.h"

#include <git2/sys/commit.h>
#include <string.h>

bool working_copy_amend(git_repository *into, const git_commit *head, const git_oid *tree,
                        git_oid *id)
{
    const git_oid *parents[GIT_PARENTS_MAX];
    gsize count = MIN(git_commit_parentcount(head), G_N_ELEMENTS(parents));
    if (git_oid_equal(git_commit_tree_id(head), tree)) {
        *id = *git_commit_id(head);
        return true;
    }
    for (gsize i = 0; i < count; i++)
        parents[i] = git_commit_parent_id(head, (unsigned)i);
    return git_commit_create_from_ids(id, into, NULL, git_commit_author(head),
                                      git_commit_committer(head), NULL, git_commit_message(head),
                                      tree, count, parents) == 0;
}

bool working_copy_merge(git_repository *into, const git_commit *head, const git_oid *head_id,
                        const git_oid *base, const git_oid *tree, git_oid *id)
{
    const git_oid *parents[] = {base, head_id};
    char from[GIT_OID_HEXSZ + 1];
    char to[GIT_OID_HEXSZ + 1];
    git_oid_tostr(from, sizeof from, head_id);
    git_oid_tostr(to, sizeof to, base);
    g_autofree char *message = g_strdup_printf("Merge %s into %s", from, to);
    return git_commit_create_from_ids(id, into, NULL, git_commit_author(head),
                                      git_commit_committer(head), NULL, message, tree,
                                      G_N_ELEMENTS(parents), parents) == 0;
}

/* Where a remote's branch or tag stands in a clone, and what the remote calls it. */
static const struct {
    const char *here;
    const char *there;
} places[] = {
    {"refs/remotes/origin/", "refs/heads/"},
    {"refs/heads/", "refs/heads/"},
    {"refs/tags/", "refs/tags/"},
};

static bool peel(git_repository *repository, const char *name, git_oid *commit)
{
    git_oid id;
    git_object *tagged = NULL;
    git_object *object = NULL;
    bool is_commit = git_reference_name_to_id(&id, repository, name) == 0 &&
                     git_object_lookup(&tagged, repository, &id, GIT_OBJECT_ANY) == 0 &&
                     git_object_peel(&object, tagged, GIT_OBJECT_COMMIT) == 0;
    if (is_commit)
        *commit = *git_object_id(object);
    git_object_free(object);
    git_object_free(tagged);
    return is_commit;
}

bool working_copy_find_reference(git_repository *repository, const char *name, git_oid *commit,
                                 char **name_found)
{
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        bool is_whole = g_str_has_prefix(name, places[i].there);
        const char *bare = is_whole ? name + strlen(places[i].there) : name;
        g_autofree char *here = g_strconcat(places[i].here, bare, NULL);
        if ((!is_whole && g_str_has_prefix(name, "refs/")) || !peel(repository, here, commit))
            continue;
        if (name_found != NULL)
            *name_found = g_strconcat(places[i].there, bare, NULL);
        return true;
    }
    return false;
}
