/* Tar archives: determinism, round trips, escapes, ceilings, foreign bytes. */
#include "base/archive.h"
#include "base/digest.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

static GBytes *small_archive(void)
{
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_directory(writer, "etc/", 0755);
    archive_writer_add_file(writer, "./etc/motd", 0644, "ahoy\n", 5);
    archive_writer_add_file(writer, "empty", 0600, NULL, 0);
    archive_writer_add_symlink(writer, "link", "etc/motd");
    return archive_writer_finish(writer);
}

static char *list(GBytes *bytes, bool is_confined, GError **error)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(data, length_bytes, is_confined);
    g_autoptr(GString) text = g_string_new(NULL);
    const struct archive_member *member = NULL;

    while (archive_reader_next(reader, &member, error)) {
        if (member == NULL)
            return g_strdup(text->str);
        g_string_append_printf(text, "%s %d %o %s %zu\n", member->name, (int)member->kind,
                               member->mode,
                               member->link_target != NULL ? member->link_target : "-",
                               g_bytes_get_size(member->contents));
    }
    return NULL;
}

Test(archive, equal_contents_give_equal_bytes)
{
    g_autoptr(GBytes) first = small_archive();
    g_autoptr(GBytes) second = small_archive();

    cr_assert(g_bytes_equal(first, second));
    cr_assert_eq(g_bytes_get_size(first) % 512, 0);
}

Test(archive, gives_back_its_members_in_order)
{
    g_autoptr(GBytes) bytes = small_archive();

    g_autofree char *text = list(bytes, /* is_confined= */ true, NULL);

    cr_assert_str_eq(text, "etc 1 755 - 0\n"
                           "etc/motd 0 644 - 5\n"
                           "empty 0 600 - 0\n"
                           "link 2 777 etc/motd 0\n");
}

Test(archive, keeps_long_names_and_names_that_are_no_ascii)
{
    g_autofree char *deep = g_strnfill(300, 'd');
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_file(writer, deep, 0644, "1", 1);
    archive_writer_add_file(writer, "gr\xc3\xbc\xc3\x9f", 0644, "2", 1);
    g_autoptr(GBytes) bytes = archive_writer_finish(writer);

    g_autofree char *text = list(bytes, /* is_confined= */ true, NULL);

    g_autofree char *expected =
        g_strdup_printf("%s 0 644 - 1\ngr\xc3\xbc\xc3\x9f 0 644 - 1\n", deep);
    cr_assert_str_eq(text, expected);
}

Test(archive, holds_contents_byte_for_byte)
{
    static const char contents[] = "\0\xff binary\n";
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_file(writer, "a", 0644, contents, sizeof contents);
    g_autoptr(GBytes) bytes = archive_writer_finish(writer);
    AUTO(archive_reader)
    reader = archive_reader_new(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), true);
    const struct archive_member *member = NULL;

    cr_assert(archive_reader_next(reader, &member, NULL));

    cr_assert_eq(g_bytes_get_size(member->contents), sizeof contents);
    cr_assert_arr_eq(g_bytes_get_data(member->contents, NULL), contents, sizeof contents);
}

Test(archive, refuses_names_that_lead_outside_only_when_asked)
{
    const char *const names[] = {"../x", "a/../../x", "/etc/passwd", "a/.."};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        AUTO(archive_writer) writer = archive_writer_new();
        archive_writer_add_file(writer, names[i], 0644, "x", 1);
        g_autoptr(GBytes) bytes = archive_writer_finish(writer);
        g_autofree char *refused = list(bytes, /* is_confined= */ true, &error);
        g_autofree char *taken = list(bytes, /* is_confined= */ false, NULL);
        g_autofree char *message =
            g_strdup_printf("tar archive: '%s' leads outside the archive", names[i]);
        cr_expect_null(refused);
        cr_expect_str_eq(error->message, message);
        cr_expect_not_null(taken);
    }
}

Test(archive, a_name_with_two_dots_inside_is_fine)
{
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_file(writer, "a..b/..c", 0644, "x", 1);
    g_autoptr(GBytes) bytes = archive_writer_finish(writer);

    g_autofree char *text = list(bytes, /* is_confined= */ true, NULL);

    cr_assert_str_eq(text, "a..b/..c 0 644 - 1\n");
}

Test(archive, no_bytes_are_an_empty_archive)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("", 0);

    g_autofree char *text = list(bytes, /* is_confined= */ true, NULL);

    cr_assert_str_eq(text, "");
}

Test(archive, refuses_foreign_and_cut_bytes)
{
    g_autofree char *noise = g_strnfill(2048, 'x');
    g_autoptr(GBytes) foreign = g_bytes_new(noise, 2048);
    g_autoptr(GBytes) whole = small_archive();
    g_autoptr(GBytes) cut = g_bytes_new_from_bytes(whole, 0, 2 * 512 + 3);
    g_autoptr(GError) foreign_error = NULL, cut_error = NULL;

    g_autofree char *first = list(foreign, true, &foreign_error);
    g_autofree char *second = list(cut, true, &cut_error);

    cr_assert_null(first);
    cr_assert(g_error_matches(foreign_error, BASE_ERROR, BASE_ERROR_INVALID));
    cr_assert(g_str_has_prefix(foreign_error->message, "tar archive: "));
    cr_assert_null(second);
    cr_assert(g_error_matches(cut_error, BASE_ERROR, BASE_ERROR_INVALID));
}

/* Patches the size field of the first header and mends its checksum. */
static GBytes *archive_claiming(const char *octal_size)
{
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_file(writer, "a", 0644, "x", 1);
    g_autoptr(GBytes) bytes = archive_writer_finish(writer);
    gsize length_bytes = 0;
    char *data = g_bytes_unref_to_data(g_steal_pointer(&bytes), &length_bytes);
    unsigned sum = 0;

    memcpy(data + 124, octal_size, 12);
    memset(data + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += (unsigned char)data[i];
    g_snprintf(data + 148, 8, "%06o", sum);
    return g_bytes_new_take(data, length_bytes);
}

Test(archive, a_claim_above_the_ceiling_takes_no_memory)
{
    g_autoptr(GBytes) bytes = archive_claiming("10000000001 ");
    g_autoptr(GError) error = NULL;

    g_autofree char *text = list(bytes, true, &error);

    cr_assert_null(text);
    cr_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_LIMIT));
    cr_assert_str_eq(error->message, "tar archive: more than 1073741824 bytes");
}

Test(archive, refuses_more_members_than_its_ceiling)
{
    AUTO(archive_writer) writer = archive_writer_new();
    for (int i = 0; i < ARCHIVE_ENTRIES_MAX + 1; i++)
        archive_writer_add_file(writer, "a", 0644, NULL, 0);
    g_autoptr(GBytes) bytes = archive_writer_finish(writer);
    g_autoptr(GError) error = NULL;

    g_autofree char *text = list(bytes, true, &error);

    cr_assert_null(text);
    cr_assert_str_eq(error->message, "tar archive: more than 100000 members");
}

Test(archive, packed_tars_are_read_as_they_were_written_and_are_the_same_each_time)
{
    static const enum archive_packing packings[] = {
        ARCHIVE_TAR, ARCHIVE_TAR_GZIP, ARCHIVE_TAR_BZIP2, ARCHIVE_TAR_XZ, ARCHIVE_TAR_ZSTD};
    for (gsize i = 0; i < G_N_ELEMENTS(packings); i++) {
        GBytes *packed[2];
        for (gsize k = 0; k < G_N_ELEMENTS(packed); k++) {
            AUTO(archive_writer) writer = archive_writer_new_packed(packings[i]);
            archive_writer_add_file(writer, "bin/tool", 0755, "text", 4);
            packed[k] = archive_writer_finish(writer);
        }
        gsize length = 0;
        const void *data = g_bytes_get_data(packed[0], &length);
        AUTO(archive_reader) reader = archive_reader_new_packed(data, length, true);
        const struct archive_member *member = NULL;

        cr_assert(archive_reader_next(reader, &member, NULL));
        cr_expect_str_eq(member->name, "bin/tool");
        cr_expect_eq(member->mode, 0755u);
        cr_expect_eq(g_bytes_get_size(member->contents), 4u);
        cr_expect(g_bytes_equal(packed[0], packed[1]));
        g_bytes_unref(packed[0]);
        g_bytes_unref(packed[1]);
    }
}
