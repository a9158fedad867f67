/* Checkouts that are made once and copied. */
#include "checked_out.h"

#include "runner/checkout_store.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder that is no repository, and a store beside it. */
struct scene {
    struct place place;
    struct checkout_store *store;
};

static struct scene scene_new(void)
{
    struct scene scene = {.place = place_new()};
    scene.store = checkout_store_new(scene.place.root);
    place_write(&scene.place, "sub/a.txt", "first\n");
    place_write(&scene.place, ".gitignore", "*.log\n");
    place_write(&scene.place, "b.log", "ignored\n");
    return scene;
}

static void scene_clear(struct scene *scene)
{
    checkout_store_free(scene->store);
    place_clear(&scene->place);
}

#define SCENE(name) __attribute__((cleanup(scene_clear))) struct scene name = scene_new()

static void get_deep(const struct place *place, struct checkout_store *store, const char *leg,
                     const char *reference, int depth)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *target = g_build_filename(place->root, leg, NULL);
    const struct working_copy_options options = {
        .source = place->source,
        .target = target,
        .reference = reference,
        .commit = EVENT_COMMIT,
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

/* How many files git finds changed or new; their commit is there by refs/replace alone, which
   libgit2 does not follow. */
static gsize count_changes(const struct place *place, const char *leg)
{
    g_autofree char *target = g_build_filename(place->root, leg, NULL);
    git_repository *repository = NULL;
    git_diff *changes = NULL;
    git_diff_options options;
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.flags = GIT_DIFF_INCLUDE_UNTRACKED;
    cr_assert_eq(git_repository_open(&repository, target), 0);
    cr_assert_eq(git_diff_index_to_workdir(&changes, repository, NULL, &options), 0);
    gsize count = git_diff_num_deltas(changes);
    git_diff_free(changes);
    git_repository_free(repository);
    return count;
}

Test(checkout_store, lends_what_it_has_made)
{
    SCENE(scene);
    g_autoptr(GError) error = NULL;
    const struct working_copy_options options = {.source = scene.place.source,
                                                 .reference = "",
                                                 .commit = EVENT_COMMIT,
                                                 .url = "https://github.com/acme/app"};

    const char *one = checkout_store_folder(scene.store, &options, &error);
    const char *other = checkout_store_folder(scene.store, &options, &error);

    cr_assert_not_null(one);
    cr_assert_eq(one, other);
    g_autofree char *file = g_build_filename(one, "sub/a.txt", NULL);
    g_autofree char *ignored = g_build_filename(one, "b.log", NULL);
    cr_expect(g_file_test(file, G_FILE_TEST_EXISTS));
    cr_expect_not(g_file_test(ignored, G_FILE_TEST_EXISTS));
}

Test(checkout_store, gives_every_leg_the_same_files_and_git)
{
    SCENE(scene);

    get(&scene.place, scene.store, "one", "refs/heads/main");
    get(&scene.place, scene.store, "two", "refs/heads/main");
    get(&scene.place, NULL, "alone", "refs/heads/main");

    const char *const legs[] = {"one", "two", "alone"};
    for (gsize i = 0; i < G_N_ELEMENTS(legs); i++) {
        g_autofree char *file = g_build_filename(legs[i], "sub/a.txt", NULL);
        g_autofree char *ignored = g_build_filename(legs[i], "b.log", NULL);
        g_autofree char *head = g_build_filename(legs[i], ".git/HEAD", NULL);
        place_expect_text(&scene.place, file, "first");
        place_expect_text(&scene.place, ignored, "(none)");
        place_expect_text(&scene.place, head, "ref: refs/heads/main");
        cr_expect_eq(count_changes(&scene.place, legs[i]), 0, "%s", legs[i]);
    }
}

Test(checkout_store, index_tells_of_the_files_that_are_there)
{
    SCENE(scene);
    get(&scene.place, scene.store, "one", "refs/heads/main");

    git_repository *repository = NULL;
    git_index *index = NULL;
    g_autofree char *target = g_build_filename(scene.place.root, "one", NULL);
    g_autofree char *file = g_build_filename(target, "sub/a.txt", NULL);
    struct stat facts;
    cr_assert_eq(git_repository_open(&repository, target), 0);
    cr_assert_eq(git_repository_index(&index, repository), 0);

    const git_index_entry *entry = git_index_get_bypath(index, "sub/a.txt", 0);
    cr_assert_eq(lstat(file, &facts), 0);
    cr_expect_eq(entry->ino, (uint32_t)facts.st_ino);
    cr_expect_eq(entry->mtime.seconds, (int32_t)facts.st_mtim.tv_sec);

    git_index_free(index);
    git_repository_free(repository);
}

Test(checkout_store, what_one_leg_writes_no_other_sees)
{
    SCENE(scene);
    get(&scene.place, scene.store, "one", "refs/heads/main");
    place_write(&scene.place, "../one/sub/a.txt", "changed\n");

    get(&scene.place, scene.store, "two", "refs/heads/main");

    place_expect_text(&scene.place, "two/sub/a.txt", "first");
}

Test(checkout_store, makes_another_for_another_reference)
{
    SCENE(scene);
    get(&scene.place, scene.store, "one", "refs/heads/main");

    get(&scene.place, scene.store, "two", "refs/heads/next");

    place_expect_text(&scene.place, "two/.git/HEAD", "ref: refs/heads/next");
}

Test(checkout_store, replaces_links_that_lie_where_files_and_folders_go)
{
    SCENE(scene);
    place_write(&scene.place, "../elsewhere/a.txt", "not ours\n");
    g_autofree char *leg = g_build_filename(scene.place.root, "one", NULL);
    g_autofree char *link = g_build_filename(leg, "sub", NULL);
    g_mkdir(leg, 0755);
    cr_assert_eq(symlink("../elsewhere", link), 0);

    get(&scene.place, scene.store, "one", "refs/heads/main");

    place_expect_text(&scene.place, "one/sub/a.txt", "first");
    place_expect_text(&scene.place, "elsewhere/a.txt", "not ours");
}

Test(checkout_store, a_second_checkout_may_be_deeper_than_the_first)
{
    SCENE(scene);
    place_init_repository(&scene.place);
    place_commit(&scene.place, "first");
    place_commit_version(&scene.place, "second");

    get(&scene.place, scene.store, "leg", "refs/heads/main");
    g_autofree char *before = place_text(&scene.place, "leg/.git/shallow");
    get_deep(&scene.place, scene.store, "leg", "refs/heads/main", /* depth= */ 0);
    g_autofree char *after = place_text(&scene.place, "leg/.git/shallow");

    cr_expect_str_neq(before, "(none)");
    cr_expect_str_eq(after, "(none)");
}
