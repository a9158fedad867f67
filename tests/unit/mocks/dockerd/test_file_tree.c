/* The small file system of containers and volumes. */
#include "mocks/dockerd/file_tree.h"

#include <criterion/criterion.h>
#include <string.h>

Test(file_tree, paths_are_cleaned)
{
    static const char *const rows[][2] = {
        {"/a//b/./c/", "/a/b/c"}, {"a", "/a"},       {"", "/"}, {"/", "/"},
        {"/../..", "/"},          {"/a/../b", "/b"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *clean = file_path_clean(rows[i][0]);
        cr_assert_str_eq(clean, rows[i][1]);
    }
}

static void put(struct file_tree *tree, const char *path, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    file_tree_put(tree, path, bytes, 0644);
}

Test(file_tree, files_are_counted_replaced_listed_and_removed_with_their_folder)
{
    AUTO(file_tree) tree = file_tree_new(/* has_base= */ false);
    put(tree, "/a/b", "12345");
    put(tree, "/a/b", "123");
    put(tree, "/a/c/d", "12");
    put(tree, "/ab", "1");
    cr_assert_eq(file_tree_bytes(tree), 6);
    cr_assert_eq(file_tree_count(tree), 3u);
    cr_assert(file_tree_has_folder(tree, "/a/c"));
    g_autoptr(GPtrArray) names = file_tree_names(tree, "/a");
    cr_assert_eq(names->len, 2u);
    cr_assert_str_eq(g_ptr_array_index(names, 0), "b");
    cr_assert_str_eq(g_ptr_array_index(names, 1), "c/");

    cr_assert_eq(file_tree_remove(tree, "/a"), 5);

    cr_assert_eq(file_tree_bytes(tree), 1);
    cr_assert(!file_tree_has_folder(tree, "/a/c"));
    cr_assert_null(file_tree_find(tree, "/a/b"));
    cr_assert_not_null(file_tree_find(tree, "/ab"));
    cr_assert_eq(file_tree_remove(tree, "/"), 1);
    cr_assert(file_tree_has_folder(tree, "/"));
}
