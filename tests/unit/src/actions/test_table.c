/* The table of actions, and the one that its README shows. UPDATE_GOLDEN=1 writes the latter anew.
 */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define HEADING "| action | versions | what it does |\n|---|---|---|\n"

static char *printed_table(void)
{
    GString *table = g_string_new(HEADING);
    for (const struct action *const *row = actions_table; *row != NULL; row++)
        g_string_append_printf(table, "| `%s` | v%u – v%u | %s |\n", (*row)->name,
                               (*row)->first_major, (*row)->last_major, (*row)->summary);
    return g_string_free(table, FALSE);
}

static char *readme_path(void)
{
    const char *root = getenv("SEATRIAL_SOURCE_DIR");
    cr_assert_not_null(root, "SEATRIAL_SOURCE_DIR is not set");
    return g_build_filename(root, "src/actions/README.md", NULL);
}

Test(table, is_what_the_readme_shows)
{
    g_autofree char *path = readme_path();
    g_autofree char *table = printed_table();
    g_autofree char *text = NULL;
    cr_assert(g_file_get_contents(path, &text, NULL, NULL));
    char *begin = strstr(text, HEADING);
    cr_assert_not_null(begin);
    const char *end = strstr(begin, "\n\n");
    const char *rest = end != NULL ? end + 1 : "";
    g_autofree char *shown =
        g_strndup(begin, end != NULL ? (gsize)(end + 1 - begin) : strlen(begin));

    if (getenv("UPDATE_GOLDEN") != NULL) {
        g_autofree char *before = g_strndup(text, (gsize)(begin - text));
        g_autofree char *whole = g_strconcat(before, table, rest, NULL);
        cr_assert(g_file_set_contents(path, whole, -1, NULL));
        return;
    }
    fake_expect_text(shown, table);
}

Test(table, is_sorted_by_name_and_names_nothing_twice)
{
    for (const struct action *const *row = actions_table; row[1] != NULL; row++)
        cr_expect_lt(g_ascii_strcasecmp(row[0]->name, row[1]->name), 0, "%s before %s",
                     row[0]->name, row[1]->name);
}

Test(table, has_whole_rows)
{
    for (const struct action *const *row = actions_table; *row != NULL; row++) {
        cr_expect_not_null((*row)->main, "%s", (*row)->name);
        cr_expect(g_str_has_suffix((*row)->summary, "."), "%s", (*row)->name);
        cr_expect_leq((*row)->first_major, (*row)->last_major);
        for (const struct action_input *input = (*row)->inputs; input->name != NULL; input++)
            cr_expect_not_null(input->standard, "%s: %s", (*row)->name, input->name);
    }
}
