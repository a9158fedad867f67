/* The one table of Go's releases. */
#include "golang/releases.h"

#include <criterion/criterion.h>
#include <stdint.h>

Test(go_lines, are_in_order_and_never_go_back_in_time)
{
    gsize count = 0;
    const struct go_line *lines = go_lines(&count);

    for (gsize i = 0; i < count; i++) {
        cr_expect(i == 0 || lines[i].minor == lines[i - 1].minor + 1);
        cr_assert_gt(lines[i].days[0], 0u);
        for (int patch = 1; patch < GO_PATCHES_MAX && lines[i].days[patch] != 0; patch++)
            cr_expect_leq(lines[i].days[patch - 1], lines[i].days[patch], "1.%d.%d", lines[i].minor,
                          patch);
        cr_expect_eq(lines[i].days[GO_PATCHES_MAX - 1], 0u, "the end is marked");
    }
}

Test(go_lines, know_the_newest_patch_of_a_day)
{
    const struct go_line *line = go_line_find(22);

    cr_expect_eq(go_line_newest(line, 20240205), -1);
    cr_expect_eq(go_line_newest(line, 20240206), 0);
    cr_expect_eq(go_line_newest(line, GO_LIST_DAY), 12);
    cr_expect_null(go_line_find(1));
}

Test(go_lines, reckon_days_in_universal_time)
{
    cr_expect_eq(go_day_of(0), 19700101u);
    cr_expect_eq(go_day_of(INT64_C(1707177600)), 20240206u);
    cr_expect_eq(go_day_of(INT64_C(1707177599)), 20240205u);
}
