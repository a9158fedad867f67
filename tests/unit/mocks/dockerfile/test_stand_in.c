/* Large files of a build context: what stands for them. */
#include "base/units.h"
#include "mocks/dockerfile/files.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* A file of this size without bytes of its own, but for a text at its beginning. */
static GBytes *stand_in(const char *text, int64_t size_bytes)
{
    g_autofree char *path = NULL;
    int descriptor = g_file_open_tmp("stand-in-XXXXXX", &path, NULL);
    cr_assert_geq(descriptor, 0);
    cr_assert_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    cr_assert_eq(ftruncate(descriptor, size_bytes), 0);
    close(descriptor);
    GBytes *bytes = build_stand_in_read(path, size_bytes);
    g_unlink(path);
    return bytes;
}

Test(stand_in, says_how_large_the_file_is)
{
    g_autoptr(GBytes) bytes = stand_in("x", 500 * MIB_BYTES);

    cr_assert_not_null(bytes);
    cr_expect_lt(g_bytes_get_size(bytes), 200);
    cr_expect_eq(build_stand_in_bytes(bytes), 500 * MIB_BYTES);
}

Test(stand_in, tells_files_of_other_contents_and_sizes_apart)
{
    g_autoptr(GBytes) one = stand_in("x", MIB_BYTES);
    g_autoptr(GBytes) same = stand_in("x", MIB_BYTES);
    g_autoptr(GBytes) other = stand_in("y", MIB_BYTES);
    g_autoptr(GBytes) longer = stand_in("x", 2 * MIB_BYTES);

    cr_expect(g_bytes_equal(one, same));
    cr_expect_not(g_bytes_equal(one, other));
    cr_expect_not(g_bytes_equal(one, longer));
}

Test(stand_in, other_bytes_stand_for_themselves)
{
    static const char *const texts[] = {"",
                                        "x",
                                        "\x1eseatrial file of ",
                                        "\x1eseatrial file of many bytes",
                                        "\x1eseatrial file of -5 bytes",
                                        "\x1eseatrial file of 99999999999999999999999 bytes"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_static(texts[i], strlen(texts[i]));

        cr_expect_eq(build_stand_in_bytes(bytes), (int64_t)strlen(texts[i]), "%s", texts[i]);
    }
}

Test(stand_in, a_file_that_cannot_be_read_has_none)
{
    cr_expect_null(build_stand_in_read("/nowhere/at/all", 5));
}
