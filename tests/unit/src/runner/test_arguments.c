/* Texts as command lines, as .NET splits them on Unix. */
#include "runner/arguments.h"

#include <criterion/criterion.h>

static const struct {
    const char *text;
    const char *words; /* joined with | */
} rows[] = {
    {"", ""},
    {"  a  b\tc ", "a|b|c"},
    {"-e /a/b.sh", "-e|/a/b.sh"},
    {"--health-cmd \"redis-cli ping\" x", "--health-cmd|redis-cli ping|x"},
    {"--health-cmd 'redis-cli ping'", "--health-cmd|'redis-cli|ping'"},
    {"a\"b c\"d", "ab cd"},
    {"\"\" x", "|x"},
    {"\\\"a b\\\"", "\"a|b\""},
    {"a\\b c\\\\d", "a\\b|c\\\\d"},
    {"\"a\\\\\" b", "a\\|b"},
    {"\"unended a", "unended a"},
    {"a\\", "a\\"},
};

Test(arguments, are_split_at_blanks_outside_double_quotes)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

        arguments_split(rows[i].text, words);

        g_ptr_array_add(words, NULL);
        g_autofree char *joined = g_strjoinv("|", (char **)words->pdata);
        cr_expect_str_eq(joined, rows[i].words, "%s gives %s", rows[i].text, joined);
    }
}

static const struct {
    const char *format;
    const char *text; /* or the error's */
} formats[] = {
    {"-e {0}", "-e a.sh"},
    {"{0} {00}", "a.sh a.sh"},
    {"-c \"f() {{ :; }}; . {0}\"", "-c \"f() { :; }; . a.sh\""},
    {". ${HOME}/x; . {0}", "Input string was not in a correct format. Failure to parse near offset "
                           "4. Expected an ASCII digit."},
    {"} {0}", "Input string was not in a correct format. Failure to parse near offset 1. "
              "Unexpected closing brace without a corresponding opening brace."},
    {"{0", "Input string was not in a correct format. Failure to parse near offset 2. Format item "
           "ends prematurely."},
    {"{0} {1}",
     "Index (zero based) must be greater than or equal to zero and less than the size of "
     "the argument list."},
};

Test(arguments, are_put_into_a_format_as_string_format_does_it)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autoptr(GError) error = NULL;

        g_autofree char *text = arguments_format(formats[i].format, "a.sh", &error);

        cr_expect_str_eq(text != NULL ? text : error->message, formats[i].text);
    }
}
