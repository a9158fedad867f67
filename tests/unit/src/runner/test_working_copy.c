/* What a checkout has of a user's folder: files, references, submodules. */
#include "checked_out.h"

#include <criterion/criterion.h>
#include <glib.h>

static bool has_object(const struct place *place, const char *hex)
{
    g_autofree char *path = g_strdup_printf("%s/.git/objects/%.2s/%s", place->target, hex, hex + 2);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

Test(working_copy, of_a_plain_folder_is_all_but_what_its_rules_ignore)
{
    PLACE(place);
    place_write(&place, ".gitignore", "build/\n*.log\n");
    place_write(&place, "main.c", "int x;\n");
    place_write(&place, "build/main.o", "x");
    place_write(&place, "sub/a.log", "x");
    place_write(&place, "sub/b.txt", "x");

    g_autofree char *paths = check_out(&place, (struct working_copy_options){.depth = 1});

    cr_expect_str_eq(paths, ".gitignore main.c sub/b.txt");
    expect_git(&place, "HEAD", "ref: refs/heads/main");
    expect_git(&place, "refs/heads/main", EVENT_COMMIT);
    expect_git(&place, "refs/remotes/origin/main", EVENT_COMMIT);
    expect_git(&place, "shallow", EVENT_COMMIT);
    cr_expect(has_object(&place, EVENT_COMMIT), "git fetch asks for it past what replaces it");
}

Test(working_copy, commits_files_as_they_are)
{
    PLACE(place);
    place_write(&place, "sub/dos.txt", "a\r\n");

    g_autofree char *paths = check_out(&place, (struct working_copy_options){.depth = 1});

    g_autofree char *text = committed_text(&place, "sub/dos.txt");
    cr_expect_str_eq(paths, "sub/dos.txt");
    cr_expect_str_eq(text, "a\r\n");
}

Test(working_copy, converts_what_its_attributes_say)
{
    PLACE(place);
    place_write(&place, ".gitattributes", "*.txt text\n");
    place_write(&place, "sub/dos.txt", "a\r\n");

    g_autofree char *paths = check_out(&place, (struct working_copy_options){.depth = 1});

    g_autofree char *text = committed_text(&place, "sub/dos.txt");
    cr_expect_str_eq(paths, ".gitattributes sub/dos.txt");
    cr_expect_str_eq(text, "a\n");
}

Test(working_copy, has_what_is_tracked_though_ignored_and_what_is_new)
{
    PLACE(place);
    place_init_repository(&place);
    place_write(&place, ".gitignore", "kept.log\nleft.log\n");
    place_write(&place, "kept.log", "x");
    place_write(&place, "left.log", "x");
    place_track(&place, "kept.log");
    place_commit(&place, "first\n");
    place_write(&place, "new.txt", "not committed yet");

    g_autofree char *paths = check_out(&place, (struct working_copy_options){.depth = 1});

    MADE_COMMIT(made, &place);
    cr_expect_str_eq(paths, ".gitignore kept.log new.txt");
    cr_expect_str_eq(git_commit_message(made.commit), "first\n");
    cr_expect_str_eq(git_commit_author(made.commit)->name, "Ada");
    cr_expect_eq(git_commit_parentcount(made.commit), 0);
}

Test(working_copy, of_a_tag_or_a_pull_request_has_no_branch)
{
    static const struct {
        const char *reference, *file;
    } cases[] = {
        {"refs/tags/v1.0.0", "refs/tags/v1.0.0"},
        {"refs/pull/1/merge", "refs/remotes/pull/1/merge"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        PLACE(place);
        place_write(&place, "a", "1");

        g_free(check_out(
            &place, (struct working_copy_options){.depth = 1, .reference = cases[i].reference}));

        expect_git(&place, "HEAD", EVENT_COMMIT);
        expect_git(&place, cases[i].file, EVENT_COMMIT);
        expect_git(&place, "refs/heads/main", "(none)");
        expect_git(&place, "refs/remotes/origin/main", "(none)");
    }
}

Test(working_copy, of_another_commit_brings_the_files_of_that_one)
{
    PLACE(place);
    place_init_repository(&place);
    place_write(&place, "only-first", "x");
    git_oid first = place_commit_version(&place, "1");
    g_autofree char *commit = g_strdup(git_oid_tostr_s(&first));
    place_run(&place, "rm only-first");
    place_commit_version(&place, "2");
    place_write(&place, "new", "not committed");

    g_autofree char *paths = check_out(
        &place, (struct working_copy_options){.depth = 1, .commit = commit, .brings_files = true});

    cr_expect_str_eq(paths, "a only-first");
    place_expect_text(&place, "target/a", "1");
    place_expect_text(&place, "target/new", "(none)");
}

Test(working_copy, leaves_the_repository_of_the_user_as_it_is)
{
    PLACE(place);
    place_init_repository(&place);
    place_commit_version(&place, "1");
    place_write(&place, "new", "not committed");
    place_run(&place, "find . -type f | sort | xargs sha1sum >\"$HOME/before\"");

    g_free(check_out(&place, (struct working_copy_options){.tags = CHECKOUT_ALL_TAGS}));

    place_run(&place, "find . -type f | sort | xargs sha1sum | cmp - \"$HOME/before\"");
}

static void expect_resolved(const struct place *place, const char *name, const char *reference,
                            const char *commit)
{
    g_autofree char *got_reference = NULL;
    g_autofree char *got_commit = NULL;
    bool is_found = working_copy_resolve(place->source, name, &got_reference, &got_commit);
    cr_expect_eq(is_found, reference != NULL, "%s", name);
    cr_expect_eq(g_strcmp0(got_reference, reference), 0, "%s is %s", name, got_reference);
    cr_expect_eq(g_strcmp0(got_commit, commit), 0, "%s is at %s", name, got_commit);
}

Test(working_copy, resolves_branches_and_tags_and_has_no_commit_for_the_work_tree)
{
    PLACE(place);
    place_init_repository(&place);
    place_run(&place, "git symbolic-ref HEAD refs/heads/main");
    git_oid first = place_commit_version(&place, "1");
    g_autofree char *old = g_strdup(git_oid_tostr_s(&first));
    place_run(&place, "git branch topic; git tag v1");
    place_commit_version(&place, "2");

    expect_resolved(&place, "main", "refs/heads/main", NULL);
    expect_resolved(&place, "topic", "refs/heads/topic", old);
    expect_resolved(&place, "v1", "refs/tags/v1", old);
    expect_resolved(&place, "refs/tags/v1", "refs/tags/v1", old);
    expect_resolved(&place, "refs/heads/v1", NULL, NULL);
    expect_resolved(&place, "nothing", NULL, NULL);
}

static void put_submodule(struct place *place)
{
    git_index *index = NULL;
    git_index_entry entry = {.mode = GIT_FILEMODE_COMMIT, .path = "sub"};
    place_init_repository(place);
    place_write(place, "a", "1");
    place_write(place, "sub/inner", "1");
    cr_assert_eq(git_oid_fromstr(&entry.id, EVENT_COMMIT), 0);
    cr_assert_eq(git_repository_index(&index, place->user), 0);
    cr_assert_eq(git_index_add(index, &entry), 0);
    cr_assert_eq(git_index_write(index), 0);
    git_index_free(index);
}

Test(working_copy, leaves_the_inside_of_submodules_out_unless_it_is_asked_for)
{
    PLACE(place);
    put_submodule(&place);

    g_autofree char *without = check_out(&place, (struct working_copy_options){.depth = 1});
    g_autofree char *with =
        check_out(&place, (struct working_copy_options){.depth = 1, .has_submodules = true});

    cr_expect_str_eq(without, "a");
    cr_expect_str_eq(with, "a sub/inner");
}

Test(working_copy, points_to_a_submodule_that_is_not_checked_out)
{
    PLACE(place);
    put_submodule(&place);

    g_free(check_out(&place, (struct working_copy_options){.depth = 1}));

    git_repository *made = NULL;
    git_index *index = NULL;
    g_autofree char *folder = g_build_filename(place.target, "sub", NULL);
    cr_assert_eq(git_repository_open(&made, place.target), 0);
    cr_assert_eq(git_repository_index(&index, made), 0);
    const git_index_entry *entry = git_index_get_bypath(index, "sub", 0);
    cr_assert_not_null(entry);
    cr_expect_eq(entry->mode, GIT_FILEMODE_COMMIT);
    cr_expect(g_file_test(folder, G_FILE_TEST_IS_DIR));
    git_index_free(index);
    git_repository_free(made);
}
