/* Folders that scripts have been at. */
#include "harness/folders.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char *make_root(void)
{
    g_autoptr(GError) error = NULL;
    char *root = g_dir_make_tmp("seatrial-test-XXXXXX", &error);
    cr_assert_not_null(root, "%s", error != NULL ? error->message : "");
    return root;
}

static void write_file(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    cr_assert(g_file_set_contents(path, "x", 1, NULL));
}

Test(folders, of_any_name_are_made_inside_their_parent)
{
    g_autofree char *root = make_root();

    g_autofree char *made = folder_make(root, "../a b\\c", NULL);

    g_autofree char *parent = g_path_get_dirname(made);
    cr_assert_str_eq(parent, root);
    cr_assert(g_file_test(made, G_FILE_TEST_IS_DIR));
    folder_remove(root);
}

Test(folders, that_are_there_already_are_an_error)
{
    g_autofree char *root = make_root();
    g_autofree char *first = folder_make(root, "leg", NULL);
    g_autoptr(GError) error = NULL;

    g_autofree char *second = folder_make(root, "leg", &error);

    cr_assert_not_null(first);
    cr_assert_null(second);
    cr_assert_not_null(error);
    folder_remove(root);
}

Test(folders, are_removed_with_their_links_and_without_what_these_lead_to)
{
    g_autofree char *root = make_root();
    g_autofree char *outside = make_root();
    g_autofree char *to_folder = g_build_filename(root, "to-folder", NULL);
    g_autofree char *to_file = g_build_filename(root, "to-file", NULL);
    g_autofree char *file = g_build_filename(outside, "kept", NULL);
    struct stat facts;
    write_file(outside, "kept");
    cr_assert_eq(chmod(outside, 0750), 0);
    cr_assert_eq(symlink(outside, to_folder), 0);
    cr_assert_eq(symlink(file, to_file), 0);

    folder_remove(root);

    cr_assert_not(g_file_test(root, G_FILE_TEST_EXISTS));
    cr_assert(g_file_test(file, G_FILE_TEST_EXISTS));
    cr_assert_eq(stat(outside, &facts), 0);
    cr_assert_eq(facts.st_mode & 0777, 0750);
    folder_remove(outside);
}

Test(folders, without_permissions_are_removed)
{
    g_autofree char *root = make_root();
    g_autofree char *locked = folder_make(root, "locked", NULL);
    g_autofree char *below = folder_make(locked, "below", NULL);
    write_file(below, "file");
    cr_assert_eq(chmod(below, 0), 0);
    cr_assert_eq(chmod(locked, 0), 0);
    cr_assert_eq(chmod(root, 0), 0);

    folder_remove(root);

    cr_assert_not(g_file_test(root, G_FILE_TEST_EXISTS));
}

Test(folders, deeper_than_any_path_is_long_are_removed)
{
    enum {
        DEPTH = 3000
    };
    g_autofree char *root = make_root();
    int fd = open(root, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < DEPTH; i++) {
        cr_assert_eq(mkdirat(fd, "deep", 0700), 0);
        int below = openat(fd, "deep", O_RDONLY | O_DIRECTORY);
        close(fd);
        fd = below;
    }
    close(fd);

    folder_remove(root);

    cr_assert_not(g_file_test(root, G_FILE_TEST_EXISTS));
}

Test(folders, that_are_links_or_not_there_are_left_alone)
{
    g_autofree char *root = make_root();
    g_autofree char *outside = make_root();
    g_autofree char *link = g_build_filename(root, "link", NULL);
    cr_assert_eq(symlink(outside, link), 0);

    folder_remove(link);
    folder_remove("/nowhere/at/all");

    cr_assert(g_file_test(outside, G_FILE_TEST_IS_DIR));
    folder_remove(root);
    folder_remove(outside);
}

/* Whether a folder that runs make is there. */
static bool is_there(const char *path)
{
    return g_file_test(path, G_FILE_TEST_IS_DIR);
}

Test(folders, of_runs_that_were_killed_are_swept_those_in_use_and_of_others_are_not)
{
    g_autofree char *parent = make_root();
    g_autofree char *foreign = g_build_filename(parent, "other.XXXX", NULL);
    g_autofree char *abandoned = NULL;
    g_autofree char *used = NULL;
    int abandoned_fd = -1;
    int used_fd = -1;
    g_setenv("TMPDIR", parent, TRUE);
    cr_assert_eq(g_mkdir(foreign, 0700), 0);
    abandoned = folder_make_root(&abandoned_fd, NULL);
    used = folder_make_root(&used_fd, NULL);
    g_autofree char *inside = g_build_filename(abandoned, "work", NULL);
    cr_assert_eq(g_mkdir(inside, 0700), 0);
    close(abandoned_fd); /* as the kernel does for who is killed */

    folders_sweep();

    cr_expect_not(is_there(abandoned));
    cr_expect(is_there(used));
    cr_expect(is_there(foreign));
    close(used_fd);
    folder_remove(parent);
}
