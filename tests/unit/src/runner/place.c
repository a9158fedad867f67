/* The common place of the tests about checkouts and repositories. */
#include "place.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

struct place place_new(void)
{
    struct place place = {.root = g_dir_make_tmp("place-XXXXXX", NULL)};
    cr_assert_not_null(place.root);
    place.source = g_build_filename(place.root, "source", NULL);
    place.target = g_build_filename(place.root, "target", NULL);
    cr_assert_eq(g_mkdir(place.source, 0755), 0);
    cr_assert_eq(g_mkdir(place.target, 0755), 0);
    git_libgit2_init();
    return place;
}

void place_clear(struct place *place)
{
    place_run(place, "rm -rf \"$HOME\"");
    git_repository_free(place->user);
    git_libgit2_shutdown();
    g_free(place->root);
    g_free(place->source);
    g_free(place->target);
}

void place_write(const struct place *place, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(place->source, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    cr_assert_eq(g_mkdir_with_parents(folder, 0755), 0);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
}

char *place_text(const struct place *place, const char *name)
{
    g_autofree char *path = g_build_filename(place->root, name, NULL);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? g_strchomp(text) : g_strdup("(none)");
}

void place_expect_text(const struct place *place, const char *name, const char *expected)
{
    g_autofree char *text = place_text(place, name);
    cr_expect_str_eq(text, expected, "%s is %s", name, text);
}

void place_run(const struct place *place, const char *script)
{
    const char *const arguments[] = {"sh", "-ec", script, NULL};
    g_auto(GStrv) environment = g_get_environ();
    int status = 1;
    environment = g_environ_setenv(environment, "HOME", place->root, TRUE);
    environment = g_environ_setenv(environment, "GIT_CONFIG_NOSYSTEM", "1", TRUE);
    cr_assert(g_spawn_sync(place->source, (char **)arguments, environment, G_SPAWN_SEARCH_PATH,
                           NULL, NULL, NULL, NULL, &status, NULL));
    cr_assert_eq(status, 0, "%s", script);
}

void place_init_repository(struct place *place)
{
    cr_assert_eq(git_repository_init(&place->user, place->source, /* is_bare= */ 0), 0);
}

void place_track(const struct place *place, const char *name)
{
    git_index *index = NULL;
    cr_assert_eq(git_repository_index(&index, place->user), 0);
    cr_assert_eq(git_index_add_bypath(index, name), 0);
    cr_assert_eq(git_index_write(index), 0);
    git_index_free(index);
}

/* The tree of all files that are tracked or not ignored; git_tree_free. */
static git_tree *write_tree(const struct place *place)
{
    git_index *index = NULL;
    git_tree *tree = NULL;
    git_oid id;
    cr_assert_eq(git_repository_index(&index, place->user), 0);
    cr_assert_eq(git_index_add_all(index, NULL, GIT_INDEX_ADD_DEFAULT, NULL, NULL), 0);
    cr_assert_eq(git_index_write(index), 0);
    cr_assert_eq(git_index_write_tree(&id, index), 0);
    cr_assert_eq(git_tree_lookup(&tree, place->user, &id), 0);
    git_index_free(index);
    return tree;
}

git_oid place_commit(const struct place *place, const char *message)
{
    git_tree *tree = write_tree(place);
    git_signature *ada = NULL;
    git_commit *parent = NULL;
    git_oid id, head;
    cr_assert_eq(git_signature_new(&ada, "Ada", "ada@example.com", 1000000000, 0), 0);
    bool has_parent = git_reference_name_to_id(&head, place->user, "HEAD") == 0 &&
                      git_commit_lookup(&parent, place->user, &head) == 0;
    cr_assert_eq(git_commit_create_v(&id, place->user, "HEAD", ada, ada, NULL, message, tree,
                                     has_parent ? 1 : 0, parent),
                 0);
    git_commit_free(parent);
    git_signature_free(ada);
    git_tree_free(tree);
    return id;
}

git_oid place_commit_version(const struct place *place, const char *text)
{
    place_write(place, "a", text);
    return place_commit(place, text);
}
