/* The commits that an event speaks of, and what lies between them. */
#include "checked_out.h"

#include "runner/repository_changes.h"
#include "runner/repository_commits.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define COMMITS(name)                                                                              \
    __attribute__((cleanup(repository_commits_clear))) struct repository_commits name = {0}

static struct place repository_new(void)
{
    struct place place = place_new();
    place_init_repository(&place);
    return place;
}

#define REPOSITORY(name) __attribute__((cleanup(place_clear))) struct place name = repository_new()

/* All files; its id, g_free. */
static char *commit(const struct place *place)
{
    git_oid id = place_commit(place, "change");
    return g_strdup(git_oid_tostr_s(&id));
}

Test(repository_commits, are_head_and_the_one_before_it)
{
    REPOSITORY(place);
    COMMITS(commits);
    place_write(&place, "a", "1");
    g_autofree char *first = commit(&place);
    place_write(&place, "a", "2");
    g_autofree char *second = commit(&place);

    cr_assert(repository_commits_find(place.source, "main", &commits));

    cr_expect_str_eq(commits.head, second);
    cr_expect_str_eq(commits.before, first);
    cr_expect_str_eq(commits.base, first);
}

Test(repository_commits, head_is_amended_by_what_is_not_committed_and_nothing_is_written)
{
    REPOSITORY(place);
    COMMITS(commits);
    git_oid id;
    git_odb *objects = NULL;
    place_write(&place, "a", "1");
    g_autofree char *first = commit(&place);
    place_write(&place, "b", "new");

    cr_assert(repository_commits_find(place.source, "main", &commits));

    cr_expect_str_neq(commits.head, first);
    cr_expect_str_eq(commits.before, "0000000000000000000000000000000000000000");
    cr_assert_eq(git_oid_fromstr(&id, commits.head), 0);
    cr_assert_eq(git_repository_odb(&objects, place.user), 0);
    cr_expect_not(git_odb_exists(objects, &id));
    git_odb_free(objects);
}

/* The checkout's HEAD is this commit, by its own id, and these are its parents; "": none. */
static void expect_head(const struct place *place, const char *commit, const char *parents)
{
    g_autofree char *script =
        g_strdup_printf("cd ../target; test $(git rev-parse HEAD) = %s\n"
                        "test \"$(git --no-replace-objects log -1 --format=%%P %s)\" = \"%s\"",
                        commit, commit, parents);
    place_run(place, script);
}

Test(repository_commits, head_is_what_a_checkout_of_the_work_tree_makes)
{
    REPOSITORY(place);
    COMMITS(commits);
    place_write(&place, "a", "1");
    g_autofree char *first = commit(&place);
    place_write(&place, "a", "2");
    g_free(commit(&place));
    place_write(&place, "b", "new");
    cr_assert(repository_commits_find(place.source, "main", &commits));

    g_free(check_out(&place, (struct working_copy_options){.commit = commits.head}));

    expect_head(&place, commits.head, first);
    expect_git(&place, "refs/heads/main", commits.head);
}

Test(repository_commits, merge_is_head_merged_into_the_tip_of_its_base)
{
    REPOSITORY(place);
    COMMITS(commits);
    place_run(&place, "git symbolic-ref HEAD refs/heads/main");
    place_write(&place, "a", "1");
    g_free(commit(&place));
    place_run(&place, "git checkout -q -b topic");
    place_write(&place, "b", "1");
    g_autofree char *head = commit(&place);
    place_run(&place, "git checkout -q main");
    place_write(&place, "c", "1");
    g_autofree char *tip = commit(&place);
    place_run(&place, "git checkout -q topic");
    cr_assert(repository_commits_find(place.source, "main", &commits));
    g_autofree char *parents = g_strdup_printf("%s %s", tip, head);

    g_free(check_out(&place, (struct working_copy_options){.commit = commits.merge,
                                                           .reference = "refs/pull/1/merge",
                                                           .base = commits.base,
                                                           .base_branch = "main",
                                                           .head_branch = "topic"}));

    cr_expect_str_eq(commits.head, head);
    cr_expect_str_eq(commits.base, tip);
    expect_head(&place, commits.merge, parents);
}

Test(repository_commits, of_a_folder_without_commits_are_none)
{
    REPOSITORY(place);
    COMMITS(commits);

    cr_expect_not(repository_commits_find(place.source, "main", &commits));
}

Test(repository_commits, of_a_folder_with_too_many_changes_are_none)
{
    REPOSITORY(place);
    COMMITS(commits);
    place_write(&place, "a", "1");
    g_free(commit(&place));
    place_write(&place, "large", "x");
    g_autofree char *large = g_build_filename(place.source, "large", NULL);
    cr_assert_eq(truncate(large, COMMITS_CHANGES_BYTES_MAX + 1), 0);

    cr_expect_not(repository_commits_find(place.source, "main", &commits));
}

/* "A path" and so on, one a line; g_free. */
static char *changes_text(const struct place *place, const char *base, const char *head)
{
    g_autoptr(GPtrArray) changes = repository_changes_find(place->source, base, head);
    g_autoptr(GString) text = g_string_new(NULL);
    cr_assert_not_null(changes);
    for (guint i = 0; i < changes->len; i++) {
        const struct repository_change *change = changes->pdata[i];
        g_string_append_printf(text, "%c %s\n", change->letter, change->path);
    }
    return g_strdup(text->str);
}

Test(repository_changes, are_those_of_the_commits_and_of_what_is_not_committed)
{
    REPOSITORY(place);
    COMMITS(commits);
    place_write(&place, "a", "1");
    place_write(&place, "b", "1");
    g_autofree char *first = commit(&place);
    place_write(&place, "a", "2");
    g_autofree char *second = commit(&place);
    place_write(&place, "c", "new");
    g_autofree char *gone = g_build_filename(place.source, "b", NULL);
    g_remove(gone);
    cr_assert(repository_commits_find(place.source, "main", &commits));

    g_autofree char *committed = changes_text(&place, first, second);
    g_autofree char *all = changes_text(&place, first, commits.head);

    cr_expect_str_eq(committed, "M a\n");
    cr_expect_str_eq(all, "M a\nD b\nA c\n");
    cr_expect(repository_has_commit(place.source, commits.head));
}

Test(repository_changes, what_the_base_has_of_its_own_is_none_of_them)
{
    REPOSITORY(place);
    place_write(&place, "a", "1");
    g_autofree char *first = commit(&place);
    place_write(&place, "b", "1");
    g_autofree char *second = commit(&place);

    g_autofree char *changes = changes_text(&place, second, first);

    cr_expect_str_eq(changes, "");
}

Test(repository_changes, of_a_commit_that_is_not_there_are_not_known)
{
    REPOSITORY(place);
    place_write(&place, "a", "1");
    g_autofree char *first = commit(&place);
    const char *other = "4f2c1d6b8a0e9f735d1c2b3a49586776655443a2";

    cr_expect_null(repository_changes_find(place.source, other, first));
    cr_expect_null(repository_changes_find("/nowhere", first, first));
    cr_expect_not(repository_has_commit(place.source, other));
    cr_expect_not(repository_has_commit(place.source, "main"));
}
