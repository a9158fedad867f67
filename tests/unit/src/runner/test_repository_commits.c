/* The commits that an event speaks of, and what lies between them. */
#include "runner/repository_changes.h"
#include "runner/repository_commits.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <git2.h>
#include <glib/gstdio.h>
#include <unistd.h>

struct place {
    char *folder;
    git_repository *user;
};

static struct place place_new(void)
{
    struct place place = {.folder = g_dir_make_tmp("commits-XXXXXX", NULL)};
    git_libgit2_init();
    cr_assert_eq(git_repository_init(&place.user, place.folder, /* is_bare= */ 0), 0);
    return place;
}

static void place_clear(struct place *place)
{
    const char *const arguments[] = {"rm", "-rf", place->folder, NULL};
    git_repository_free(place->user);
    g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
    git_libgit2_shutdown();
    g_free(place->folder);
}

#define PLACE(name) __attribute__((cleanup(place_clear))) struct place name = place_new()
#define COMMITS(name)                                                                              \
    __attribute__((cleanup(repository_commits_clear))) struct repository_commits name = {0}

static void write_text(const struct place *place, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(place->folder, name, NULL);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
}

/* All files of the folder; its id, g_free. */
static char *commit(const struct place *place)
{
    git_index *index = NULL;
    git_tree *tree = NULL;
    git_commit *parent = NULL;
    git_signature *ada = NULL;
    git_oid tree_id, id, head;
    git_repository_index(&index, place->user);
    git_index_add_all(index, NULL, GIT_INDEX_ADD_DEFAULT, NULL, NULL);
    git_index_write(index);
    git_index_write_tree(&tree_id, index);
    git_tree_lookup(&tree, place->user, &tree_id);
    git_signature_new(&ada, "Ada", "ada@example.com", 1000000000, 0);
    bool has_parent = git_reference_name_to_id(&head, place->user, "HEAD") == 0 &&
                      git_commit_lookup(&parent, place->user, &head) == 0;
    cr_assert_eq(git_commit_create_v(&id, place->user, "HEAD", ada, ada, NULL, "change", tree,
                                     has_parent ? 1 : 0, parent),
                 0);
    git_commit_free(parent);
    git_tree_free(tree);
    git_signature_free(ada);
    git_index_free(index);
    return g_strdup(git_oid_tostr_s(&id));
}

Test(repository_commits, are_head_and_the_one_before_it)
{
    PLACE(place);
    COMMITS(commits);
    write_text(&place, "a", "1");
    g_autofree char *first = commit(&place);
    write_text(&place, "a", "2");
    g_autofree char *second = commit(&place);

    cr_assert(repository_commits_find(place.folder, "main", &commits));

    cr_expect_str_eq(commits.head, second);
    cr_expect_str_eq(commits.before, first);
    cr_expect_str_eq(commits.base, first);
}

Test(repository_commits, head_is_amended_by_what_is_not_committed_and_nothing_is_written)
{
    PLACE(place);
    COMMITS(commits);
    git_oid id;
    git_odb *objects = NULL;
    write_text(&place, "a", "1");
    g_autofree char *first = commit(&place);
    write_text(&place, "b", "new");

    cr_assert(repository_commits_find(place.folder, "main", &commits));

    cr_expect_str_neq(commits.head, first);
    cr_expect_str_eq(commits.before, "0000000000000000000000000000000000000000");
    cr_assert_eq(git_oid_fromstr(&id, commits.head), 0);
    cr_assert_eq(git_repository_odb(&objects, place.user), 0);
    cr_expect_not(git_odb_exists(objects, &id));
    git_odb_free(objects);
}

Test(repository_commits, of_a_folder_without_commits_are_none)
{
    PLACE(place);
    COMMITS(commits);

    cr_expect_not(repository_commits_find(place.folder, "main", &commits));
}

Test(repository_commits, of_a_folder_with_too_many_changes_are_none)
{
    PLACE(place);
    COMMITS(commits);
    write_text(&place, "a", "1");
    g_free(commit(&place));
    write_text(&place, "large", "x");
    g_autofree char *large = g_build_filename(place.folder, "large", NULL);
    cr_assert_eq(truncate(large, COMMITS_CHANGES_BYTES_MAX + 1), 0);

    cr_expect_not(repository_commits_find(place.folder, "main", &commits));
}

/* "A path" and so on, one a line; g_free. */
static char *changes_text(const struct place *place, const char *base, const char *head)
{
    g_autoptr(GPtrArray) changes = repository_changes_find(place->folder, base, head);
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
    PLACE(place);
    COMMITS(commits);
    write_text(&place, "a", "1");
    write_text(&place, "b", "1");
    g_autofree char *first = commit(&place);
    write_text(&place, "a", "2");
    g_autofree char *second = commit(&place);
    write_text(&place, "c", "new");
    g_autofree char *gone = g_build_filename(place.folder, "b", NULL);
    g_remove(gone);
    cr_assert(repository_commits_find(place.folder, "main", &commits));

    g_autofree char *committed = changes_text(&place, first, second);
    g_autofree char *all = changes_text(&place, first, commits.head);

    cr_expect_str_eq(committed, "M a\n");
    cr_expect_str_eq(all, "M a\nD b\nA c\n");
    cr_expect(repository_has_commit(place.folder, commits.head));
}

Test(repository_changes, what_the_base_has_of_its_own_is_none_of_them)
{
    PLACE(place);
    write_text(&place, "a", "1");
    g_autofree char *first = commit(&place);
    write_text(&place, "b", "1");
    g_autofree char *second = commit(&place);

    g_autofree char *changes = changes_text(&place, second, first);

    cr_expect_str_eq(changes, "");
}

Test(repository_changes, of_a_commit_that_is_not_there_are_not_known)
{
    PLACE(place);
    write_text(&place, "a", "1");
    g_autofree char *first = commit(&place);
    const char *other = "4f2c1d6b8a0e9f735d1c2b3a49586776655443a2";

    cr_expect_null(repository_changes_find(place.folder, other, first));
    cr_expect_null(repository_changes_find("/nowhere", first, first));
    cr_expect_not(repository_has_commit(place.folder, other));
    cr_expect_not(repository_has_commit(place.folder, "main"));
}
