/* Options as pflag reads them. */
#include "mocks/commands/docker/flags.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct flag_row rows[] = {
    {"all", 'a', FLAG_BOOLEAN, NULL},
    {"env", 'e', FLAG_LIST, NULL},
    {"filter", 'f', FLAG_FILTER, NULL},
    {"name", 'n', FLAG_TEXT, "none"},
    {"time", 't', FLAG_INTEGER, "10"},
    {"progress", 0, FLAG_OPTIONAL, "auto"},
    {0},
};
static const struct flag_row *const tables[] = {rows, NULL};

/* "all=… name=… time=… env=a,b | arguments", or the error's text. */
static char *reading(const char *line, bool is_interspersed)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    g_autoptr(GError) error = NULL;
    AUTO(flags)
    flags = flags_parse(tables, (const char *const *)words, is_interspersed, &error);

    if (flags == NULL)
        return g_strdup(error->message);
    if (flags_wants_help(flags))
        return g_strdup("help");
    g_autofree char *list = g_strjoinv(",", (char **)flags_list(flags, "env"));
    g_autofree char *rest = g_strjoinv(" ", (char **)flags_arguments(flags));
    return g_strdup_printf("%d %s %d %s|%s", flags_boolean(flags, "all"), flags_text(flags, "name"),
                           (int)flags_integer(flags, "time"), list, rest);
}

Test(flags, are_read_as_pflag_reads_them)
{
    static const struct {
        const char *line;
        const char *reading;
    } cases[] = {
        {"a b", "0 none 10 |a b"},
        {"-a x", "1 none 10 |x"},
        {"--all=false x", "0 none 10 |x"},
        {"-ae A=1 -eB=2 --env=C --env D", "1 none 10 A=1,B=2,C,D|"},
        {"--name x --name=y -t 3", "0 y 3 |"},
        {"-t=4 -nz", "0 z 4 |"},
        {"x -a -- -e y", "1 none 10 |x -e y"},
        {"- -a", "1 none 10 |-"},
        {"--name -a", "0 -a 10 |"},
        {"--help", "help"},
        {"-h --foo", "help"},
        {"--foo", "unknown flag: --foo"},
        {"-az", "unknown shorthand flag: 'z' in -az"},
        {"--name", "flag needs an argument: --name"},
        {"-an", "flag needs an argument: 'n' in -an"},
        {"--=x", "bad flag syntax: --=x"},
        {"--all=maybe", "invalid argument \"maybe\" for \"-a, --all\" flag: strconv.ParseBool: "
                        "parsing \"maybe\": invalid syntax"},
        {"-t x", "invalid argument \"x\" for \"-t, --time\" flag: strconv.ParseInt: parsing "
                 "\"x\": invalid syntax"},
        {"-f x", "invalid argument \"x\" for \"-f, --filter\" flag: bad format of filter "
                 "(expected name=value)"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = reading(cases[i].line, true);
        cr_expect_str_eq(text, cases[i].reading, "%s: %s", cases[i].line, text);
    }
}

Test(flags, behind_the_first_argument_belong_to_it_where_the_command_says_so)
{
    g_autofree char *text = reading("-a x --foo -e", false);

    cr_assert_str_eq(text, "1 none 10 |x --foo -e");
}

Test(flags, whose_value_may_be_left_out_are_told_apart)
{
    static const char *const given[] = {"--progress", "x", NULL};
    static const char *const valued[] = {"--progress=plain", NULL};
    static const char *const absent[] = {NULL};
    AUTO(flags) bare = flags_parse(tables, given, true, NULL);
    AUTO(flags) with_value = flags_parse(tables, valued, true, NULL);
    AUTO(flags) without = flags_parse(tables, absent, true, NULL);

    cr_expect_str_eq(flags_text(bare, "progress"), "auto");
    cr_expect_eq(flags_argument_count(bare), 1u);
    cr_expect_str_eq(flags_text(with_value, "progress"), "plain");
    cr_expect_str_eq(flags_text(without, "progress"), "");
    cr_expect(!flags_has(without, "progress"));
}
