/* Checkouts of the tests about working copies. */
#include "checked_out.h"

#include "runner/tree.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

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

/* As a checkout does: those of the work tree, or of another commit. */
static void put_files(const struct place *place, struct working_copy *copy, GPtrArray *paths)
{
    g_autoptr(GError) error = NULL;
    struct taken taken = {copy, paths};
    const struct tree_filter filter = {take, &taken};
    bool is_fine = working_copy_is_elsewhere(copy)
                       ? working_copy_check_out(copy, paths, &error)
                       : tree_copy(place->source, place->target, &filter, &error);
    cr_assert(is_fine, "%s", error != NULL ? error->message : "");
}

char *check_out(const struct place *place, struct working_copy_options options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    options.source = place->source;
    options.target = place->target;
    if (options.commit == NULL)
        options.commit = EVENT_COMMIT;
    options.url = "https://github.com/acme/app";
    options.date_s = 1700000000;
    if (options.reference == NULL)
        options.reference = "refs/heads/main";
    AUTO(working_copy) copy = working_copy_new(&options, &error);
    cr_assert_not_null(copy, "%s", error != NULL ? error->message : "");
    put_files(place, copy, paths);
    cr_assert(working_copy_commit(copy, paths, &error), "%s", error != NULL ? error->message : "");
    g_ptr_array_sort(paths, compare);
    g_ptr_array_add(paths, NULL);
    return g_strjoinv(" ", (char **)paths->pdata);
}

void expect_git(const struct place *place, const char *name, const char *expected)
{
    g_autofree char *path = g_build_filename("target", ".git", name, NULL);
    place_expect_text(place, path, expected);
}

struct made_commit made_commit_open(const struct place *place)
{
    struct made_commit made = {0};
    git_oid id;
    g_autofree char *hex = place_text(place, "target/.git/refs/replace/" EVENT_COMMIT);
    cr_assert_eq(git_repository_open(&made.repository, place->target), 0);
    cr_assert_eq(git_oid_fromstr(&id, hex), 0);
    cr_assert_eq(git_commit_lookup(&made.commit, made.repository, &id), 0);
    return made;
}

void made_commit_close(struct made_commit *made)
{
    git_commit_free(made->commit);
    git_repository_free(made->repository);
}

char *committed_text(const struct place *place, const char *path)
{
    MADE_COMMIT(made, place);
    git_tree *tree = NULL;
    git_tree_entry *entry = NULL;
    git_blob *blob = NULL;
    cr_assert_eq(git_commit_tree(&tree, made.commit), 0);
    cr_assert_eq(git_tree_entry_bypath(&entry, tree, path), 0);
    cr_assert_eq(git_blob_lookup(&blob, made.repository, git_tree_entry_id(entry)), 0);
    char *text = g_strndup(git_blob_rawcontent(blob), (gsize)git_blob_rawsize(blob));
    git_blob_free(blob);
    git_tree_entry_free(entry);
    git_tree_free(tree);
    return text;
}
