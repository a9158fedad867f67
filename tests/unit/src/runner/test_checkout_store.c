/* Checkouts that are made once and copied. */
#include "runner/checkout_store.h"

#include <criterion/criterion.h>
#include <git2.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char *root, *source;
    struct checkout_store *store;
};

static void write_text(const struct place *place, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(place->root, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    cr_assert_eq(g_mkdir_with_parents(folder, 0755), 0);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
}

static struct place place_new(void)
{
    struct place place = {.root = g_dir_make_tmp("store-XXXXXX", NULL)};
    place.source = g_build_filename(place.root, "source", NULL);
    place.store = checkout_store_new(place.root);
    write_text(&place, "source/sub/a.txt", "first\n");
    write_text(&place, "source/.gitignore", "*.log\n");
    write_text(&place, "source/b.log", "ignored\n");
    return place;
}

static void place_clear(struct place *place)
{
    const char *const arguments[] = {"rm", "-rf", place->root, NULL};
    g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
    checkout_store_free(place->store);
    g_free(place->root);
    g_free(place->source);
}

#define PLACE(name) __attribute__((cleanup(place_clear))) struct place name = place_new()

static void get_deep(const struct place *place, struct checkout_store *store, const char *leg,
                     const char *reference, int depth)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *target = g_build_filename(place->root, leg, NULL);
    const struct working_copy_options options = {
        .source = place->source,
        .target = target,
        .reference = reference,
        .commit = "4f2c1d6b8a0e9f735d1c2b3a49586776655443a2",
        .url = "https://github.com/acme/app",
        .date_s = 1700000000,
        .depth = depth,
    };
    g_mkdir(target, 0755);
    bool is_there = checkout_store_get(store, &options, &error);
    cr_assert(is_there, "%s", is_there ? "" : error->message);
}

static void get(const struct place *place, struct checkout_store *store, const char *leg,
                const char *reference)
{
    get_deep(place, store, leg, reference, /* depth= */ 1);
}

/* NULL: there is none; g_free. */
static char *text_of(const struct place *place, const char *name)
{
    g_autofree char *path = g_build_filename(place->root, name, NULL);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static void expect_text(const struct place *place, const char *name, const char *expected)
{
    g_autofree char *text = text_of(place, name);
    cr_expect_str_eq(text != NULL ? text : "(none)", expected, "%s", name);
}

/* How many files git finds changed or new; their commit is there by refs/replace alone, which
   libgit2 does not follow. */
static gsize count_changes(const struct place *place, const char *leg)
{
    g_autofree char *target = g_build_filename(place->root, leg, NULL);
    git_repository *repository = NULL;
    git_diff *changes = NULL;
    git_diff_options options;
    git_libgit2_init();
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.flags = GIT_DIFF_INCLUDE_UNTRACKED;
    cr_assert_eq(git_repository_open(&repository, target), 0);
    cr_assert_eq(git_diff_index_to_workdir(&changes, repository, NULL, &options), 0);
    gsize count = git_diff_num_deltas(changes);
    git_diff_free(changes);
    git_repository_free(repository);
    git_libgit2_shutdown();
    return count;
}

Test(checkout_store, lends_what_it_has_made)
{
    PLACE(place);
    g_autoptr(GError) error = NULL;
    const struct working_copy_options options = {.source = place.source,
                                                 .reference = "",
                                                 .commit =
                                                     "4f2c1d6b8a0e9f735d1c2b3a49586776655443a2",
                                                 .url = "https://github.com/acme/app"};

    const char *one = checkout_store_folder(place.store, &options, &error);
    const char *other = checkout_store_folder(place.store, &options, &error);

    cr_assert_not_null(one);
    cr_assert_eq(one, other);
    g_autofree char *file = g_build_filename(one, "sub/a.txt", NULL);
    g_autofree char *ignored = g_build_filename(one, "b.log", NULL);
    cr_expect(g_file_test(file, G_FILE_TEST_EXISTS));
    cr_expect_not(g_file_test(ignored, G_FILE_TEST_EXISTS));
}

Test(checkout_store, gives_every_leg_the_same_files_and_git)
{
    PLACE(place);

    get(&place, place.store, "one", "refs/heads/main");
    get(&place, place.store, "two", "refs/heads/main");
    get(&place, NULL, "alone", "refs/heads/main");

    const char *const legs[] = {"one", "two", "alone"};
    for (gsize i = 0; i < G_N_ELEMENTS(legs); i++) {
        g_autofree char *file = g_build_filename(legs[i], "sub/a.txt", NULL);
        g_autofree char *ignored = g_build_filename(legs[i], "b.log", NULL);
        g_autofree char *head = g_build_filename(legs[i], ".git/HEAD", NULL);
        expect_text(&place, file, "first\n");
        expect_text(&place, ignored, "(none)");
        expect_text(&place, head, "ref: refs/heads/main\n");
        cr_expect_eq(count_changes(&place, legs[i]), 0, "%s", legs[i]);
    }
}

Test(checkout_store, index_tells_of_the_files_that_are_there)
{
    PLACE(place);
    get(&place, place.store, "one", "refs/heads/main");

    git_repository *repository = NULL;
    git_index *index = NULL;
    g_autofree char *target = g_build_filename(place.root, "one", NULL);
    g_autofree char *file = g_build_filename(target, "sub/a.txt", NULL);
    struct stat facts;
    git_libgit2_init();
    cr_assert_eq(git_repository_open(&repository, target), 0);
    cr_assert_eq(git_repository_index(&index, repository), 0);

    const git_index_entry *entry = git_index_get_bypath(index, "sub/a.txt", 0);
    cr_assert_eq(lstat(file, &facts), 0);
    cr_expect_eq(entry->ino, (uint32_t)facts.st_ino);
    cr_expect_eq(entry->mtime.seconds, (int32_t)facts.st_mtim.tv_sec);

    git_index_free(index);
    git_repository_free(repository);
    git_libgit2_shutdown();
}

Test(checkout_store, what_one_leg_writes_no_other_sees)
{
    PLACE(place);
    get(&place, place.store, "one", "refs/heads/main");
    write_text(&place, "one/sub/a.txt", "changed\n");

    get(&place, place.store, "two", "refs/heads/main");

    expect_text(&place, "two/sub/a.txt", "first\n");
}

Test(checkout_store, makes_another_for_another_reference)
{
    PLACE(place);
    get(&place, place.store, "one", "refs/heads/main");

    get(&place, place.store, "two", "refs/heads/next");

    expect_text(&place, "two/.git/HEAD", "ref: refs/heads/next\n");
}

Test(checkout_store, replaces_links_that_lie_where_files_and_folders_go)
{
    PLACE(place);
    write_text(&place, "elsewhere/a.txt", "not ours\n");
    g_autofree char *leg = g_build_filename(place.root, "one", NULL);
    g_autofree char *link = g_build_filename(leg, "sub", NULL);
    g_mkdir(leg, 0755);
    cr_assert_eq(symlink("../elsewhere", link), 0);

    get(&place, place.store, "one", "refs/heads/main");

    expect_text(&place, "one/sub/a.txt", "first\n");
    expect_text(&place, "elsewhere/a.txt", "not ours\n");
}

/* With two commits, without files: a folder that has none lacks its history. */
static void make_repository(const struct place *place)
{
    git_repository *user = NULL;
    git_index *index = NULL;
    git_tree *tree = NULL;
    git_commit *first = NULL;
    git_signature *ada = NULL;
    git_oid id;
    git_libgit2_init();
    cr_assert_eq(git_repository_init(&user, place->source, /* is_bare= */ 0), 0);
    cr_assert_eq(git_repository_index(&index, user), 0);
    cr_assert_eq(git_index_write_tree(&id, index), 0);
    cr_assert_eq(git_tree_lookup(&tree, user, &id), 0);
    cr_assert_eq(git_signature_new(&ada, "Ada", "ada@example.com", 1000000000, 0), 0);
    cr_assert_eq(git_commit_create_v(&id, user, "HEAD", ada, ada, NULL, "first", tree, 0), 0);
    cr_assert_eq(git_commit_lookup(&first, user, &id), 0);
    cr_assert_eq(git_commit_create_v(&id, user, "HEAD", ada, ada, NULL, "second", tree, 1, first),
                 0);
    git_commit_free(first);
    git_signature_free(ada);
    git_tree_free(tree);
    git_index_free(index);
    git_repository_free(user);
    git_libgit2_shutdown();
}

Test(checkout_store, a_second_checkout_may_be_deeper_than_the_first)
{
    PLACE(place);
    make_repository(&place);

    get(&place, place.store, "leg", "refs/heads/main");
    g_autofree char *before = text_of(&place, "leg/.git/shallow");
    get_deep(&place, place.store, "leg", "refs/heads/main", /* depth= */ 0);
    g_autofree char *after = text_of(&place, "leg/.git/shallow");

    cr_expect_not_null(before);
    cr_expect_null(after);
}
