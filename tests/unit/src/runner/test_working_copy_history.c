/* How far back a checkout goes, and which branches and tags it brings. */
#include "checked_out.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

static bool has_commit(git_repository *repository, const git_oid *id)
{
    git_commit *commit = NULL;
    bool is_there = git_commit_lookup(&commit, repository, id) == 0;
    git_commit_free(commit);
    return is_there;
}

/* A tag of a commit; with a message it is an object of its own. */
static void put_tag(const struct place *place, const char *name, const git_oid *commit,
                    const char *message)
{
    git_object *target = NULL;
    git_signature *ada = NULL;
    git_oid id;
    cr_assert_eq(git_object_lookup(&target, place->user, commit, GIT_OBJECT_COMMIT), 0);
    cr_assert_eq(git_signature_new(&ada, "Ada", "ada@example.com", 1000000000, 0), 0);
    if (message == NULL)
        cr_assert_eq(git_tag_create_lightweight(&id, place->user, name, target, 0), 0);
    else
        cr_assert_eq(git_tag_create(&id, place->user, name, target, ada, message, 0), 0);
    git_signature_free(ada);
    git_object_free(target);
}

static void expect_tag_object(const struct place *place, git_repository *made, const char *name,
                              const char *commit)
{
    git_tag *tag = NULL;
    git_oid id;
    g_autofree char *path = g_build_filename("target/.git/refs/tags", name, NULL);
    g_autofree char *hex = place_text(place, path);
    cr_assert_eq(git_oid_fromstr(&id, hex), 0);
    cr_assert_eq(git_tag_lookup(&tag, made, &id), 0);
    cr_expect_str_eq(git_oid_tostr_s(git_tag_target_id(tag)), commit);
    git_tag_free(tag);
}

Test(working_copy_history, has_the_parents_and_the_tags)
{
    PLACE(place);
    place_init_repository(&place);
    git_oid first = place_commit_version(&place, "1");
    git_oid second = place_commit_version(&place, "2");
    put_tag(&place, "v1", &first, NULL);
    put_tag(&place, "v2", &second, "two");

    g_autofree char *paths =
        check_out(&place, (struct working_copy_options){.tags = CHECKOUT_ALL_TAGS});

    MADE_COMMIT(made, &place);
    cr_expect_str_eq(paths, "a");
    cr_expect_eq(git_commit_parentcount(made.commit), 1);
    cr_expect(git_oid_equal(git_commit_parent_id(made.commit, 0), &first));
    cr_expect(has_commit(made.repository, &first));
    expect_git(&place, "shallow", "(none)");
    expect_git(&place, "refs/tags/v1", git_oid_tostr_s(&first));
    expect_tag_object(&place, made.repository, "v2", EVENT_COMMIT);
}

Test(working_copy_history, brings_the_tags_that_are_asked_for)
{
    static const struct {
        enum checkout_tags tags;
        bool has_near, has_far;
    } cases[] = {
        {CHECKOUT_NO_TAGS, false, false},
        {CHECKOUT_TAGS_ON_THE_WAY, true, false},
        {CHECKOUT_ALL_TAGS, true, true},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        PLACE(place);
        place_init_repository(&place);
        git_oid first = place_commit_version(&place, "1");
        git_oid second = place_commit_version(&place, "2");
        git_oid third = place_commit_version(&place, "3");
        put_tag(&place, "far", &first, NULL);
        put_tag(&place, "near", &second, NULL);
        g_autofree char *commit = g_strdup(git_oid_tostr_s(&third));

        g_free(check_out(&place, (struct working_copy_options){
                                     .depth = 2, .commit = commit, .tags = cases[i].tags}));

        g_autofree char *near = place_text(&place, "target/.git/refs/tags/near");
        g_autofree char *far = place_text(&place, "target/.git/refs/tags/far");
        cr_expect_eq(strcmp(near, "(none)") != 0, cases[i].has_near, "%zu", i);
        cr_expect_eq(strcmp(far, "(none)") != 0, cases[i].has_far, "%zu", i);
    }
}

/* As a clone that is shallow, or has no old files, does without them. */
static void lose_object(const struct place *place, const git_oid *id)
{
    const char *hex = git_oid_tostr_s(id);
    g_autofree char *path = g_strdup_printf("%s/.git/objects/%.2s/%s", place->source, hex, hex + 2);
    cr_assert_eq(g_unlink(path), 0);
}

Test(working_copy_history, of_a_shallow_clone_ends_at_the_same_commit)
{
    PLACE(place);
    place_init_repository(&place);
    git_oid first = place_commit_version(&place, "1");
    git_oid second = place_commit_version(&place, "2");
    place_commit_version(&place, "3");
    lose_object(&place, &first);

    g_free(check_out(&place, (struct working_copy_options){.tags = CHECKOUT_ALL_TAGS}));

    MADE_COMMIT(made, &place);
    cr_expect_eq(git_commit_parentcount(made.commit), 1);
    cr_expect(has_commit(made.repository, &second));
    expect_git(&place, "shallow", git_oid_tostr_s(&second));
    cr_expect(working_copy_is_shallow(place.target));
}

Test(working_copy_history, of_a_clone_of_one_commit_ends_at_it)
{
    PLACE(place);
    place_init_repository(&place);
    git_oid first = place_commit_version(&place, "1");
    place_commit_version(&place, "2");
    lose_object(&place, &first);

    g_free(check_out(&place, (struct working_copy_options){.tags = CHECKOUT_NO_TAGS}));

    MADE_COMMIT(made, &place);
    cr_expect_eq(git_commit_parentcount(made.commit), 1);
    cr_expect(working_copy_is_shallow(place.target));
}

Test(working_copy_history, of_a_partial_clone_lacks_the_files_that_it_lacks_and_no_commit)
{
    PLACE(place);
    git_oid old_file;
    place_init_repository(&place);
    place_commit_version(&place, "1");
    place_commit_version(&place, "2");
    cr_assert_eq(git_odb_hash(&old_file, "1", 1, GIT_OBJECT_BLOB), 0);
    lose_object(&place, &old_file);

    g_free(check_out(&place, (struct working_copy_options){.tags = CHECKOUT_NO_TAGS}));

    MADE_COMMIT(made, &place);
    cr_expect_eq(git_commit_parentcount(made.commit), 1);
    cr_expect_not(working_copy_is_shallow(place.target));
}

static void put_branch(const struct place *place, const char *name, const git_oid *tip)
{
    git_commit *commit = NULL;
    git_reference *branch = NULL;
    cr_assert_eq(git_commit_lookup(&commit, place->user, tip), 0);
    cr_assert_eq(git_branch_create(&branch, place->user, name, commit, /* force= */ 0), 0);
    git_reference_free(branch);
    git_commit_free(commit);
}

/* "feature/x" and "feature" cannot be there together. */
Test(working_copy_history,
     of_a_pull_request_has_its_branch_and_none_that_git_could_not_have_with_it)
{
    PLACE(place);
    place_init_repository(&place);
    git_oid tip = place_commit_version(&place, "1");
    put_branch(&place, "feature/x", &tip);
    put_branch(&place, "features", &tip);
    g_autofree char *base = g_strdup(git_oid_tostr_s(&tip));

    g_free(check_out(&place, (struct working_copy_options){.reference = "refs/pull/1/merge",
                                                           .base = base,
                                                           .base_branch = "main",
                                                           .head_branch = "feature"}));

    expect_git(&place, "refs/remotes/origin/feature", EVENT_COMMIT);
    expect_git(&place, "refs/remotes/origin/features", EVENT_COMMIT);
    expect_git(&place, "refs/remotes/origin/feature/x", "(none)");
}
