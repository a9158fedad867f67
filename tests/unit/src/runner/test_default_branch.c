/* What a repository tells of its default branch. */
#include "runner/default_branch.h"

#include <criterion/criterion.h>
#include <git2.h>
#include <glib/gstdio.h>

static void write_git(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, ".git", name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    cr_assert_eq(g_mkdir_with_parents(parent, 0755), 0);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
}

/* The branch of a repository with references, ends with a NULL name; g_free. */
static char *branch_with(const char *const (*references)[2])
{
    git_repository *repository = NULL;
    g_autofree char *folder = g_dir_make_tmp("branch-XXXXXX", NULL);
    git_libgit2_init();
    cr_assert_eq(git_repository_init(&repository, folder, 0), 0);
    git_repository_free(repository);
    git_libgit2_shutdown();
    for (; (*references)[0] != NULL; references++)
        write_git(folder, (*references)[0], (*references)[1]);
    char *branch = default_branch_find(folder);
    const char *const remove[] = {"rm", "-rf", folder, NULL};
    g_spawn_sync(NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
    return branch;
}

#define COMMIT "4f2c1d6b8a0e9f735d1c2b3a49586776655443a2\n"

Test(default_branch, is_what_the_clone_knows_of_its_origin)
{
    static const char *const references[][2] = {
        {"refs/remotes/origin/HEAD", "ref: refs/remotes/origin/edge\n"},
        {"refs/remotes/origin/main", COMMIT},
        {NULL, NULL},
    };

    g_autofree char *branch = branch_with(references);

    cr_expect_str_eq(branch, "edge");
}

Test(default_branch, is_else_main_or_master)
{
    static const char *const references[][2] = {
        {"HEAD", "ref: refs/heads/topic\n"},
        {"refs/heads/topic", COMMIT},
        {"refs/heads/master", COMMIT},
        {NULL, NULL},
    };

    g_autofree char *branch = branch_with(references);

    cr_expect_str_eq(branch, "master");
}

Test(default_branch, is_not_told_by_a_topic_or_a_folder)
{
    static const char *const references[][2] = {
        {"HEAD", "ref: refs/heads/topic\n"},
        {"refs/heads/topic", COMMIT},
        {NULL, NULL},
    };

    g_autofree char *branch = branch_with(references);
    g_autofree char *of_folder = default_branch_find("/nowhere");

    cr_expect_null(branch);
    cr_expect_null(of_folder);
}
