/* What a checkout leaves of a user's folder, read back with libgit2. */
#include "runner/working_copy.h"

#include "base/limits.h"
#include "runner/tree.h"

#include <criterion/criterion.h>
#include <git2.h>
#include <glib/gstdio.h>
#include <string.h>

#define EVENT_COMMIT "4f2c1d6b8a0e9f735d1c2b3a49586776655443a2"

struct place {
    char *root, *source, *target;
};

static void write_text(const struct place *place, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(place->source, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    cr_assert_eq(g_mkdir_with_parents(folder, 0755), 0);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
}

static struct place place_new(void)
{
    struct place place = {.root = g_dir_make_tmp("copy-XXXXXX", NULL)};
    place.source = g_build_filename(place.root, "source", NULL);
    place.target = g_build_filename(place.root, "target", NULL);
    g_mkdir(place.source, 0755);
    g_mkdir(place.target, 0755);
    git_libgit2_init();
    return place;
}

static void place_clear(struct place *place)
{
    const char *const arguments[] = {"rm", "-rf", place->root, NULL};
    g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
    git_libgit2_shutdown();
    g_free(place->root);
    g_free(place->source);
    g_free(place->target);
}

#define PLACE(name) __attribute__((cleanup(place_clear))) struct place name = place_new()

/* Commits the paths; ignored ones too when they are named. */
static git_oid commit(git_repository *repository, const char *message, const char *const *paths)
{
    git_index *index = NULL;
    git_signature *ada = NULL;
    git_tree *tree = NULL;
    git_commit *parent = NULL;
    git_oid tree_id, id, head;
    git_repository_index(&index, repository);
    for (; *paths != NULL; paths++)
        cr_assert_eq(git_index_add_bypath(index, *paths), 0);
    git_index_write(index);
    git_index_write_tree(&tree_id, index);
    git_tree_lookup(&tree, repository, &tree_id);
    git_signature_new(&ada, "Ada", "ada@example.com", 1000000000, 0);
    bool has_parent = git_reference_name_to_id(&head, repository, "HEAD") == 0 &&
                      git_commit_lookup(&parent, repository, &head) == 0;
    cr_assert_eq(git_commit_create_v(&id, repository, "HEAD", ada, ada, NULL, message, tree,
                                     has_parent ? 1 : 0, parent),
                 0);
    git_commit_free(parent);
    git_tree_free(tree);
    git_signature_free(ada);
    git_index_free(index);
    return id;
}

struct taken {
    struct working_copy *copy;
    GPtrArray *paths;
};

static bool take(void *context, const char *path, bool is_folder)
{
    const struct taken *taken = context;
    bool is_taken = working_copy_takes(taken->copy, path, is_folder);
    if (is_taken && !is_folder)
        g_ptr_array_add(taken->paths, g_strdup(path));
    return is_taken;
}

static gint compare(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Checks out; the paths that were taken, sorted, between blanks; g_free. */
static char *check_out(const struct place *place, struct working_copy_options options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    options.source = place->source;
    options.target = place->target;
    options.commit = EVENT_COMMIT;
    options.url = "https://github.com/acme/app";
    options.date_s = 1700000000;
    if (options.reference == NULL)
        options.reference = "refs/heads/main";
    AUTO(working_copy) copy = working_copy_new(&options, &error);
    cr_assert_not_null(copy, "%s", error != NULL ? error->message : "");
    struct taken taken = {copy, paths};
    const struct tree_filter filter = {take, &taken};
    cr_assert(tree_copy(place->source, place->target, &filter, &error), "%s",
              error != NULL ? error->message : "");
    cr_assert(working_copy_commit(copy, paths, &error), "%s", error != NULL ? error->message : "");
    g_ptr_array_sort(paths, compare);
    g_ptr_array_add(paths, NULL);
    return g_strjoinv(" ", (char **)paths->pdata);
}

/* The text of a file of the target's .git without its last newline; g_free. */
static char *git_text(const struct place *place, const char *name)
{
    g_autofree char *path = g_build_filename(place->target, ".git", name, NULL);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? g_strchomp(text) : g_strdup("(none)");
}

static void expect_git(const struct place *place, const char *name, const char *expected)
{
    g_autofree char *text = git_text(place, name);
    cr_expect_str_eq(text, expected, "%s is %s", name, text);
}

/* The commit that stands for the event's. */
static git_commit *made_commit(const struct place *place, git_repository **repository)
{
    git_commit *found = NULL;
    git_oid id;
    g_autofree char *hex = git_text(place, "refs/replace/" EVENT_COMMIT);
    cr_assert_eq(git_repository_open(repository, place->target), 0);
    cr_assert_eq(git_oid_fromstr(&id, hex), 0);
    cr_assert_eq(git_commit_lookup(&found, *repository, &id), 0);
    return found;
}

static bool has_object(const struct place *place, const char *hex)
{
    g_autofree char *path = g_strdup_printf("%s/.git/objects/%.2s/%s", place->target, hex, hex + 2);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

Test(working_copy, of_a_plain_folder_is_all_but_what_its_rules_ignore)
{
    PLACE(place);
    write_text(&place, ".gitignore", "build/\n*.log\n");
    write_text(&place, "main.c", "int x;\n");
    write_text(&place, "build/main.o", "x");
    write_text(&place, "sub/a.log", "x");
    write_text(&place, "sub/b.txt", "x");

    g_autofree char *paths = check_out(&place, (struct working_copy_options){.depth = 1});

    cr_expect_str_eq(paths, ".gitignore main.c sub/b.txt");
    expect_git(&place, "HEAD", "ref: refs/heads/main");
    expect_git(&place, "refs/heads/main", EVENT_COMMIT);
    expect_git(&place, "refs/remotes/origin/main", EVENT_COMMIT);
    expect_git(&place, "shallow", EVENT_COMMIT);
    cr_expect(has_object(&place, EVENT_COMMIT), "git fetch asks for it past what replaces it");
}

/* The bytes of a file in the commit that stands for the event's; g_free. */
static char *committed_text(const struct place *place, const char *path)
{
    git_repository *made = NULL;
    git_commit *head = made_commit(place, &made);
    git_tree *tree = NULL;
    git_tree_entry *entry = NULL;
    git_blob *blob = NULL;
    cr_assert_eq(git_commit_tree(&tree, head), 0);
    cr_assert_eq(git_tree_entry_bypath(&entry, tree, path), 0);
    cr_assert_eq(git_blob_lookup(&blob, made, git_tree_entry_id(entry)), 0);
    char *text = g_strndup(git_blob_rawcontent(blob), (gsize)git_blob_rawsize(blob));
    git_blob_free(blob);
    git_tree_entry_free(entry);
    git_tree_free(tree);
    git_commit_free(head);
    git_repository_free(made);
    return text;
}

Test(working_copy, commits_files_as_they_are)
{
    PLACE(place);
    write_text(&place, "sub/dos.txt", "a\r\n");

    g_autofree char *paths = check_out(&place, (struct working_copy_options){.depth = 1});

    g_autofree char *text = committed_text(&place, "sub/dos.txt");
    cr_expect_str_eq(paths, "sub/dos.txt");
    cr_expect_str_eq(text, "a\r\n");
}

Test(working_copy, converts_what_its_attributes_say)
{
    PLACE(place);
    write_text(&place, ".gitattributes", "*.txt text\n");
    write_text(&place, "sub/dos.txt", "a\r\n");

    g_autofree char *paths = check_out(&place, (struct working_copy_options){.depth = 1});

    g_autofree char *text = committed_text(&place, "sub/dos.txt");
    cr_expect_str_eq(paths, ".gitattributes sub/dos.txt");
    cr_expect_str_eq(text, "a\n");
}

Test(working_copy, has_what_is_tracked_though_ignored_and_what_is_new)
{
    PLACE(place);
    git_repository *user = NULL;
    cr_assert_eq(git_repository_init(&user, place.source, 0), 0);
    write_text(&place, ".gitignore", "kept.log\nleft.log\n");
    write_text(&place, "kept.log", "x");
    write_text(&place, "left.log", "x");
    commit(user, "first\n", (const char *const[]){".gitignore", "kept.log", NULL});
    write_text(&place, "new.txt", "not committed yet");

    g_autofree char *paths = check_out(&place, (struct working_copy_options){.depth = 1});

    cr_expect_str_eq(paths, ".gitignore kept.log new.txt");
    git_repository *made = NULL;
    git_commit *head = made_commit(&place, &made);
    cr_expect_str_eq(git_commit_message(head), "first\n");
    cr_expect_str_eq(git_commit_author(head)->name, "Ada");
    cr_expect_eq(git_commit_parentcount(head), 0);
    git_commit_free(head);
    git_repository_free(made);
    git_repository_free(user);
}

Test(working_copy, with_history_has_the_parents_and_the_tags)
{
    PLACE(place);
    git_repository *user = NULL;
    git_object *target = NULL;
    git_signature *ada = NULL;
    git_oid tag;
    char hex[GIT_OID_HEXSZ + 1];
    cr_assert_eq(git_repository_init(&user, place.source, 0), 0);
    write_text(&place, "a", "1");
    git_oid first = commit(user, "first\n", (const char *const[]){"a", NULL});
    write_text(&place, "a", "2");
    git_oid second = commit(user, "second\n", (const char *const[]){"a", NULL});
    git_object_lookup(&target, user, &first, GIT_OBJECT_COMMIT);
    cr_assert_eq(git_tag_create_lightweight(&tag, user, "v1", target, 0), 0);
    git_object_free(target);
    git_object_lookup(&target, user, &second, GIT_OBJECT_COMMIT);
    git_signature_new(&ada, "Ada", "ada@example.com", 1000000000, 0);
    cr_assert_eq(git_tag_create(&tag, user, "v2", target, ada, "two", 0), 0);
    git_signature_free(ada);
    git_object_free(target);

    g_autofree char *paths =
        check_out(&place, (struct working_copy_options){.tags = CHECKOUT_ALL_TAGS});

    git_repository *made = NULL;
    git_commit *head = made_commit(&place, &made);
    cr_expect_str_eq(paths, "a");
    cr_expect_eq(git_commit_parentcount(head), 1);
    cr_expect(git_oid_equal(git_commit_parent_id(head, 0), &first));
    cr_expect_eq(git_commit_lookup((git_commit **)&target, made, &first), 0, "no object");
    git_object_free(target);
    git_oid_tostr(hex, sizeof hex, &first);
    expect_git(&place, "refs/tags/v1", hex);
    expect_git(&place, "shallow", "(none)");

    git_tag *annotated = NULL;
    g_autofree char *v2 = git_text(&place, "refs/tags/v2");
    git_oid_fromstr(&tag, v2);
    cr_assert_eq(git_tag_lookup(&annotated, made, &tag), 0);
    git_oid_tostr(hex, sizeof hex, git_tag_target_id(annotated));
    cr_expect_str_eq(hex, EVENT_COMMIT);
    git_tag_free(annotated);
    git_commit_free(head);
    git_repository_free(made);
    git_repository_free(user);
}

/* As a clone that is shallow, or has no old files, does without them. */
static void lose_object(const struct place *place, const git_oid *id)
{
    char hex[GIT_OID_HEXSZ + 1];
    git_oid_tostr(hex, sizeof hex, id);
    g_autofree char *folder = g_strndup(hex, 2);
    g_autofree char *path =
        g_build_filename(place->source, ".git", "objects", folder, hex + 2, NULL);
    cr_assert_eq(g_unlink(path), 0);
}

Test(working_copy, of_a_shallow_clone_is_shallow_at_the_same_commit)
{
    PLACE(place);
    git_repository *user = NULL;
    git_commit *middle = NULL;
    char hex[GIT_OID_HEXSZ + 1];
    cr_assert_eq(git_repository_init(&user, place.source, 0), 0);
    write_text(&place, "a", "1");
    git_oid first = commit(user, "first\n", (const char *const[]){"a", NULL});
    write_text(&place, "a", "2");
    git_oid second = commit(user, "second\n", (const char *const[]){"a", NULL});
    write_text(&place, "a", "3");
    commit(user, "third\n", (const char *const[]){"a", NULL});
    lose_object(&place, &first);

    g_free(check_out(&place, (struct working_copy_options){.tags = CHECKOUT_ALL_TAGS}));

    git_repository *made = NULL;
    git_commit *head = made_commit(&place, &made);
    cr_expect_eq(git_commit_parentcount(head), 1);
    cr_expect_eq(git_commit_lookup(&middle, made, &second), 0, "no object");
    expect_git(&place, "shallow", git_oid_tostr(hex, sizeof hex, &second));
    cr_expect(working_copy_is_shallow(place.target));
    git_commit_free(middle);
    git_commit_free(head);
    git_repository_free(made);
    git_repository_free(user);
}

Test(working_copy, of_a_clone_of_one_commit_ends_at_it)
{
    PLACE(place);
    git_repository *user = NULL;
    cr_assert_eq(git_repository_init(&user, place.source, 0), 0);
    write_text(&place, "a", "1");
    git_oid first = commit(user, "first\n", (const char *const[]){"a", NULL});
    write_text(&place, "a", "2");
    commit(user, "second\n", (const char *const[]){"a", NULL});
    lose_object(&place, &first);

    g_free(check_out(&place, (struct working_copy_options){.tags = CHECKOUT_NO_TAGS}));

    git_repository *made = NULL;
    git_commit *head = made_commit(&place, &made);
    cr_expect_eq(git_commit_parentcount(head), 1);
    cr_expect(working_copy_is_shallow(place.target));
    git_commit_free(head);
    git_repository_free(made);
    git_repository_free(user);
}

Test(working_copy, of_a_partial_clone_lacks_the_files_that_it_lacks)
{
    PLACE(place);
    git_repository *user = NULL;
    git_oid blob;
    cr_assert_eq(git_repository_init(&user, place.source, 0), 0);
    write_text(&place, "a", "1");
    commit(user, "first\n", (const char *const[]){"a", NULL});
    cr_assert_eq(git_odb_hash(&blob, "1", 1, GIT_OBJECT_BLOB), 0);
    write_text(&place, "a", "2");
    commit(user, "second\n", (const char *const[]){"a", NULL});
    lose_object(&place, &blob);

    g_free(check_out(&place, (struct working_copy_options){.tags = CHECKOUT_NO_TAGS}));

    git_repository *made = NULL;
    git_commit *head = made_commit(&place, &made);
    cr_expect_eq(git_commit_parentcount(head), 1);
    cr_expect_not(working_copy_is_shallow(place.target));
    git_commit_free(head);
    git_repository_free(made);
    git_repository_free(user);
}

Test(working_copy, of_a_tag_or_a_pull_request_has_no_branch)
{
    PLACE(place);
    write_text(&place, "a", "1");

    g_autofree char *paths = check_out(
        &place, (struct working_copy_options){.depth = 1, .reference = "refs/tags/v1.0.0"});
    expect_git(&place, "HEAD", EVENT_COMMIT);
    expect_git(&place, "refs/tags/v1.0.0", EVENT_COMMIT);
    g_free(paths);
    paths = check_out(&place,
                      (struct working_copy_options){.depth = 1, .reference = "refs/pull/1/merge"});
    expect_git(&place, "refs/remotes/pull/1/merge", EVENT_COMMIT);
}

Test(working_copy, of_a_pull_request_has_its_branch_and_none_that_git_could_not_have_with_it)
{
    PLACE(place);
    git_repository *user = NULL;
    git_commit *head = NULL;
    git_reference *branch = NULL;
    char hex[GIT_OID_HEXSZ + 1];
    cr_assert_eq(git_repository_init(&user, place.source, 0), 0);
    write_text(&place, "a", "1");
    git_oid id = commit(user, "first\n", (const char *const[]){"a", NULL});
    git_oid_tostr(hex, sizeof hex, &id);
    cr_assert_eq(git_commit_lookup(&head, user, &id), 0);
    cr_assert_eq(git_branch_create(&branch, user, "feature/x", head, 0), 0);
    git_reference_free(branch);
    cr_assert_eq(git_branch_create(&branch, user, "features", head, 0), 0);
    git_reference_free(branch);
    git_commit_free(head);

    g_free(check_out(&place, (struct working_copy_options){.reference = "refs/pull/1/merge",
                                                           .base = hex,
                                                           .base_branch = "main",
                                                           .head_branch = "feature"}));

    expect_git(&place, "refs/remotes/origin/feature", EVENT_COMMIT);
    expect_git(&place, "refs/remotes/origin/features", EVENT_COMMIT);
    git_repository_free(user);
}

static void put_submodule(struct place *place, git_repository **user)
{
    git_index *index = NULL;
    git_index_entry entry = {.mode = GIT_FILEMODE_COMMIT, .path = "sub"};
    cr_assert_eq(git_repository_init(user, place->source, 0), 0);
    write_text(place, "a", "1");
    write_text(place, "sub/inner", "1");
    git_oid_fromstr(&entry.id, EVENT_COMMIT);
    git_repository_index(&index, *user);
    cr_assert_eq(git_index_add(index, &entry), 0);
    git_index_write(index);
    git_index_free(index);
}

Test(working_copy, leaves_the_inside_of_submodules_out_unless_it_is_asked_for)
{
    PLACE(place);
    git_repository *user = NULL;
    put_submodule(&place, &user);

    g_autofree char *without = check_out(&place, (struct working_copy_options){.depth = 1});
    g_autofree char *with =
        check_out(&place, (struct working_copy_options){.depth = 1, .has_submodules = true});

    cr_expect_str_eq(without, "a");
    cr_expect_str_eq(with, "a sub/inner");
    git_repository_free(user);
}

Test(working_copy, points_to_a_submodule_that_is_not_checked_out)
{
    PLACE(place);
    git_repository *user = NULL;
    put_submodule(&place, &user);

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
    git_repository_free(user);
}
