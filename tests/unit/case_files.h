/*
 * Cases that are files: NAME.SUFFIX in a folder, and beside it what it comes to in NAME.expected.
 * UPDATE_GOLDEN=1 rewrites those. Every case is looked at, also behind one that is wrong.
 */
#pragma once

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

static inline void case_file_check(const char *path, const char *suffix, const char *answer)
{
    g_autofree char *stem = g_strndup(path, strlen(path) - strlen(suffix));
    g_autofree char *expected_path = g_strconcat(stem, ".expected", NULL);
    g_autofree char *expected = NULL;
    if (g_getenv("UPDATE_GOLDEN") != NULL)
        cr_assert(g_file_set_contents(expected_path, answer, -1, NULL));
    cr_assert(g_file_get_contents(expected_path, &expected, NULL, NULL), "%s", expected_path);
    cr_expect_str_eq(answer, expected, "%s\n  expected %s  got      %s", path, expected, answer);
}

/* folder is relative to the source tree, and so is the path that answer_of gets; its answer is
   freed with g_free. Fewer cases than count_min fail: somebody has lost them. */
static inline void case_files_check(const char *folder, const char *suffix,
                                    char *(*answer_of)(const char *path), guint count_min)
{
    const char *tree = g_getenv("SEATRIAL_SOURCE_DIR");
    cr_assert_eq(chdir(tree != NULL ? tree : "."), 0);
    g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);
    guint count = 0;
    cr_assert_not_null(open, "%s", folder);

    for (const char *name = g_dir_read_name(open); name != NULL; name = g_dir_read_name(open)) {
        if (!g_str_has_suffix(name, suffix))
            continue;
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *answer = answer_of(path);
        case_file_check(path, suffix, answer);
        count++;
    }
    cr_assert_geq(count, count_min);
}
