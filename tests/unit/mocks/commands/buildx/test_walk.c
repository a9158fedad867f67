/* Tars that come through stdin. */
#include "mocks/commands/buildx/walk.h"

#include <criterion/criterion.h>
#include <string.h>

static GBytes *bytes_of(const char *text)
{
    return g_bytes_new(text, strlen(text));
}

static GBytes *make_tar(void)
{
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_directory(writer, "empty", 0755);
    archive_writer_add_file(writer, "sub/Dockerfile", 0644, "FROM a\n", 7);
    archive_writer_add_file(writer, ".dockerignore", 0644, "*\n", 2);
    return archive_writer_finish(writer);
}

Test(buildx_walk, a_tar_is_told_from_a_dockerfile)
{
    g_autoptr(GBytes) tar = make_tar();
    g_autoptr(GBytes) text = bytes_of("FROM alpine\nRUN true\n");
    g_autoptr(GBytes) nothing = bytes_of("");

    cr_assert(walk_is_tar(tar));
    cr_assert_not(walk_is_tar(text));
    cr_assert_not(walk_is_tar(nothing));
}

Test(buildx_walk, a_tar_is_taken_whole_but_for_its_dockerignore)
{
    g_autoptr(GBytes) tar = make_tar();
    g_autoptr(GBytes) dockerfile = NULL;
    g_autoptr(GError) error = NULL;
    AUTO(archive_writer) writer = archive_writer_new();
    struct walk walk = {.writer = writer, .prefix = "context/"};

    bool is_taken = walk_tar(&walk, tar, "sub/Dockerfile", &dockerfile, &error);

    g_autoptr(GBytes) taken = archive_writer_finish(writer);
    AUTO(build_files) files = build_files_read_tar(taken, &error);
    cr_assert(is_taken);
    cr_assert_eq(g_bytes_get_size(dockerfile), 7);
    cr_assert_not_null(build_files_find(files, "context/sub/Dockerfile"));
    cr_assert(build_files_have(files, "context/empty"));
    cr_assert_not(build_files_have(files, "context/.dockerignore"));
}
