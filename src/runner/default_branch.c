/* The default branch by the references of a clone. */
#include "runner/default_branch.h"

#include "runner/working_copy.h"

#include <git2.h>
#include <glib.h>
#include <string.h>

#define REMOTE "refs/remotes/origin/"

/* `git clone` writes down what HEAD is there. */
static char *branch_of_origin(git_repository *repository)
{
    git_reference *head = NULL;
    char *branch = NULL;
    if (git_reference_lookup(&head, repository, REMOTE "HEAD") == 0) {
        const char *target = git_reference_symbolic_target(head);
        if (target != NULL && g_str_has_prefix(target, REMOTE))
            branch = g_strdup(target + strlen(REMOTE));
    }
    git_reference_free(head);
    return branch;
}

static bool has_reference(git_repository *repository, const char *prefix, const char *branch)
{
    git_oid id;
    g_autofree char *name = g_strconcat(prefix, branch, NULL);
    return git_reference_name_to_id(&id, repository, name) == 0;
}

static char *usual_branch(git_repository *repository)
{
    static const char *const names[] = {"main", "master"};
    static const char *const prefixes[] = {REMOTE, "refs/heads/"};
    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(names); j++)
            if (has_reference(repository, prefixes[i], names[j]))
                return g_strdup(names[j]);
    return NULL;
}

char *default_branch_find(const char *folder)
{
    git_repository *repository = NULL;
    char *branch = NULL;
    g_autofree char *inside = g_build_filename(folder, ".git", NULL);
    if (!g_file_test(inside, G_FILE_TEST_EXISTS))
        return NULL; /* libgit2's start takes longer than all the rest */
    working_copy_prepare();
    if (git_repository_open_ext(&repository, folder, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) == 0) {
        branch = branch_of_origin(repository);
        if (branch == NULL)
            branch = usual_branch(repository);
    }
    git_repository_free(repository);
    working_copy_release();
    return branch;
}
