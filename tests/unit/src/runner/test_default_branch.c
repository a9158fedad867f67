/* What a repository tells of its default branch. */
#include "place.h"

#include "runner/default_branch.h"

#include <criterion/criterion.h>
#include <glib.h>

/* The branch of a repository with references, ends with a NULL name; g_free. */
static char *branch_with(const char *const (*references)[2])
{
    PLACE(place);
    place_init_repository(&place);
    for (; (*references)[0] != NULL; references++) {
        g_autofree char *path = g_build_filename(".git", (*references)[0], NULL);
        place_write(&place, path, (*references)[1]);
    }
    return default_branch_find(place.source);
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
