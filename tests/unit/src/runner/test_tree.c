/* Copies of folders: what comes along, and that they end at their ceilings. */
#include "runner/tree.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct folders {
    char *root, *from, *to;
};

/* In memory where that can be had: a disk may take half a minute for the files of a ceiling. */
static struct folders folders_new(void)
{
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir();
    struct folders folders = {.root = g_build_filename(parent, "tree-XXXXXX", NULL)};
    cr_assert_not_null(g_mkdtemp(folders.root));
    folders.from = g_build_filename(folders.root, "from", NULL);
    folders.to = g_build_filename(folders.root, "to", NULL);
    cr_assert_eq(g_mkdir_with_parents(folders.from, 0755), 0);
    return folders;
}

static void folders_clear(struct folders *folders)
{
    const char *const arguments[] = {"rm", "-rf", folders->root, NULL};
    g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
    g_free(folders->root);
    g_free(folders->from);
    g_free(folders->to);
}

#define FOLDERS(name) __attribute__((cleanup(folders_clear))) struct folders name = folders_new()

/* A file of nothing but a hole. */
static void make_file(const struct folders *folders, const char *name, off_t length_bytes)
{
    g_autofree char *path = g_build_filename(folders->from, name, NULL);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    cr_assert_geq(fd, 0);
    cr_assert_eq(ftruncate(fd, length_bytes), 0);
    close(fd);
}

static void make_text(const struct folders *folders, const char *name)
{
    g_autofree char *path = g_build_filename(folders->from, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    cr_assert_eq(g_mkdir_with_parents(parent, 0755), 0);
    cr_assert(g_file_set_contents(path, name, -1, NULL));
}

static bool is_there(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS) || g_file_test(path, G_FILE_TEST_IS_SYMLINK);
}

Test(tree, has_all_but_the_git_at_its_top_and_links_as_links)
{
    FOLDERS(folders);
    make_text(&folders, "sub/file");
    make_text(&folders, ".git/HEAD");
    make_text(&folders, "vendored/.git/HEAD");
    g_autofree char *link = g_build_filename(folders.from, "link", NULL);
    g_autofree char *copied_link = g_build_filename(folders.to, "link", NULL);
    cr_assert_eq(symlink("/etc/passwd", link), 0);
    cr_assert_eq(g_mkdir_with_parents(folders.to, 0755), 0);

    cr_assert(tree_copy(folders.from, folders.to, NULL, NULL));

    g_autofree char *target = g_file_read_link(copied_link, NULL);
    cr_expect_str_eq(target, "/etc/passwd");
    cr_expect(is_there(folders.to, "sub/file"));
    cr_expect(is_there(folders.to, "vendored/.git/HEAD"));
    cr_expect_not(is_there(folders.to, ".git"));
}

Test(tree, that_is_emptied_keeps_the_one_entry_that_it_may)
{
    FOLDERS(folders);
    make_text(&folders, ".git/HEAD");
    make_text(&folders, "sub/deep/file");
    make_text(&folders, "file");

    tree_empty(folders.from, ".git");

    cr_expect(is_there(folders.from, ".git/HEAD"));
    cr_expect_not(is_there(folders.from, "sub"));
    cr_expect_not(is_there(folders.from, "file"));
    tree_empty(folders.from, NULL);
    cr_expect_not(is_there(folders.from, ".git"));
    cr_expect(is_there(folders.root, "from"));
}

static void expect_refusal(const struct folders *folders, const char *limit)
{
    g_autoptr(GError) error = NULL;
    cr_assert_not(tree_copy(folders->from, folders->to, NULL, &error));
    cr_expect(g_error_matches(error, BASE_ERROR, BASE_ERROR_LIMIT));
    cr_expect_not_null(strstr(error->message, limit), "%s", error->message);
}

Test(tree, of_more_bytes_than_the_ceiling_is_refused_before_they_are_copied)
{
    FOLDERS(folders);
    make_file(&folders, "big", RUNNER_CHECKOUT_BYTES_MAX + 1);

    expect_refusal(&folders, "RUNNER_CHECKOUT_BYTES_MAX");
}

Test(tree, of_more_files_than_the_ceiling_is_refused)
{
    FOLDERS(folders);
    g_autofree char *script = g_strdup_printf("seq 0 %d | xargs touch", RUNNER_CHECKOUT_FILES_MAX);
    const char *const arguments[] = {"sh", "-c", script, NULL};
    cr_assert(g_spawn_sync(folders.from, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                           NULL, NULL, NULL, NULL));

    expect_refusal(&folders, "RUNNER_CHECKOUT_FILES_MAX");
}
