/* Command lines as pflag reads them, and tables as tabwriter sets them. */
#include "mocks/commands/buildx/flags.h"
#include "mocks/commands/buildx/plugin.h"

#include <criterion/criterion.h>

static const struct flag_row rows[] = {
    {"tag", FLAG_LIST, 't'},     {"file", FLAG_TEXT, 'f'}, {"push", FLAG_SWITCH, 0},
    {"quiet", FLAG_SWITCH, 'q'}, {NULL, FLAG_SWITCH, 0},
};

Test(flags, all_ways_to_write_a_value_are_read)
{
    const char *const words[] = {"-t",  "a",      "--tag=b", "-tc", "--tag",        "d",
                                 "ctx", "--push", "-qf",     "x",   "--push=false", NULL};
    AUTO(plugin_flags) flags = plugin_flags_parse(rows, words, NULL);
    g_autoptr(GPtrArray) tags = plugin_flags_list(flags, "tag");

    cr_assert_eq(tags->len, 4);
    cr_assert_str_eq(g_ptr_array_index(tags, 2), "c");
    cr_assert_str_eq(plugin_flags_text(flags, "file"), "x");
    cr_assert(plugin_flags_is_on(flags, "quiet"));
    cr_assert(!plugin_flags_is_on(flags, "push"));
    cr_assert_str_eq(plugin_flags_argument(flags, 0), "ctx");
    cr_assert_eq(plugin_flags_argument_count(flags), 1);
}

Test(flags, two_dashes_end_the_flags)
{
    const char *const words[] = {"--", "--push", NULL};
    AUTO(plugin_flags) flags = plugin_flags_parse(rows, words, NULL);

    cr_assert_str_eq(plugin_flags_argument(flags, 0), "--push");
}

Test(flags, errors_are_told_in_pflags_words)
{
    static const struct {
        const char *word;
        const char *message;
    } cases[] = {
        {"--nope", "unknown flag: --nope"},
        {"-x", "unknown shorthand flag: 'x' in -x"},
        {"--tag", "flag needs an argument: --tag"},
        {"-t", "flag needs an argument: 't' in -t"},
        {"--push=maybe", "invalid argument \"maybe\" for \"--push\" flag: strconv.ParseBool: "
                         "parsing \"maybe\": invalid syntax"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *const words[] = {cases[i].word, NULL};
        g_autoptr(GError) error = NULL;
        cr_assert_null(plugin_flags_parse(rows, words, &error));
        cr_assert_str_eq(error->message, cases[i].message);
    }
}

Test(table, a_column_is_as_wide_as_the_lines_that_touch)
{
    g_autofree char *table = table_format("a\tb\nlonger\tc\n\nx\ty\n", 0, 1);

    cr_assert_str_eq(table, "a      b\nlonger c\n\nx y\n");
}
