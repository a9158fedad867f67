/* Build contexts: a folder as an archive. */
#include "docker/context.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char *make_folder(void)
{
    char *folder = g_dir_make_tmp("context-XXXXXX", NULL);
    g_autofree char *sub = g_build_filename(folder, "sub", NULL);
    g_autofree char *file = g_build_filename(folder, "b", NULL);
    g_autofree char *log = g_build_filename(folder, "sub", "x.log", NULL);
    g_autofree char *kept = g_build_filename(folder, "sub", "keep.log", NULL);
    g_autofree char *link = g_build_filename(folder, "a", NULL);

    cr_assert_eq(g_mkdir(sub, 0755), 0);
    cr_assert(g_file_set_contents(file, "1", 1, NULL));
    cr_assert(g_file_set_contents(log, "22", 2, NULL));
    cr_assert(g_file_set_contents(kept, "3", 1, NULL));
    cr_assert_eq(symlink("b", link), 0);
    return folder;
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = {"a", "b", "pipe", "sub/x.log", "sub/keep.log", "sub", "."};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        g_remove(path);
    }
    g_rmdir(folder);
}

/* "name name …" of an archive of the folder. */
static char *names_of(const char *folder, const char *rules, const char *prefix)
{
    AUTO(context_ignore) ignore = rules != NULL ? context_ignore_parse(rules) : NULL;
    AUTO(archive_writer) writer = archive_writer_new();
    g_autoptr(GString) names = g_string_new(NULL);
    const struct archive_member *member = NULL;
    gsize length_bytes = 0;

    cr_assert(context_add(folder, ignore, prefix, writer, NULL));
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, true);
    while (archive_reader_next(reader, &member, NULL) && member != NULL)
        g_string_append_printf(names, "%s%s", names->len > 0 ? " " : "", member->name);
    return g_string_free(g_steal_pointer(&names), FALSE);
}

Test(context, members_come_in_sorted_order)
{
    g_autofree char *folder = make_folder();
    g_autofree char *all = names_of(folder, NULL, NULL);
    g_autofree char *below = names_of(folder, NULL, "ctx");
    remove_folder(folder);

    cr_expect_str_eq(all, "a b sub sub/keep.log sub/x.log");
    cr_expect_str_eq(below, "ctx/a ctx/b ctx/sub ctx/sub/keep.log ctx/sub/x.log");
}

Test(context, what_is_excluded_stays_behind_and_exceptions_are_looked_for)
{
    g_autofree char *folder = make_folder();
    g_autofree char *text = names_of(folder, "sub\n!sub/keep.log", NULL);
    remove_folder(folder);

    cr_assert_str_eq(text, "a b sub/keep.log");
}

static void put_pipe(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "pipe", NULL);
    cr_assert_eq(mkfifo(path, 0600), 0);
}

/* A pipe that was opened would hold the walk for ever. */
Test(context, links_stay_links_and_pipes_stay_behind, .timeout = 20)
{
    g_autofree char *folder = make_folder();
    AUTO(archive_writer) writer = archive_writer_new();
    const struct archive_member *member = NULL;
    gsize length_bytes = 0;
    put_pipe(folder);

    cr_assert(context_add(folder, NULL, NULL, writer, NULL));
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    g_autofree char *names = names_of(folder, NULL, NULL);
    remove_folder(folder);

    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, true);
    cr_assert(archive_reader_next(reader, &member, NULL));
    cr_expect_str_eq(member->name, "a");
    cr_expect_eq(member->kind, ARCHIVE_SYMLINK);
    cr_expect_str_eq(member->link_target, "b");
    cr_expect_str_eq(names, "a b sub sub/keep.log sub/x.log");
}

Test(context, a_folder_that_is_not_there_is_an_error)
{
    g_autoptr(GError) error = NULL;
    AUTO(archive_writer) writer = archive_writer_new();

    cr_assert(!context_add("/nowhere/at/all", NULL, NULL, writer, &error));
    cr_assert_not_null(error);
}
