/* Where two traces part. */
#include "harness/trace_difference.h"

#include <criterion/criterion.h>
#include <string.h>

static char *difference(const char *first, const char *again)
{
    g_autoptr(GBytes) one = g_bytes_new_static(first, strlen(first));
    g_autoptr(GBytes) other = g_bytes_new_static(again, strlen(again));
    return trace_difference(one, other);
}

Test(trace_difference, is_none_between_equals)
{
    cr_expect_null(difference("", ""));
    cr_expect_null(difference("a\nb\n", "a\nb\n"));
}

Test(trace_difference, shows_the_first_line_that_differs)
{
    g_autofree char *changed = difference("a\nb\nc\n", "a\nB\nC\n");
    g_autofree char *longer = difference("a\nbc\n", "a\nb\n");
    cr_expect_str_eq(changed, "line 2: b and then B");
    cr_expect_str_eq(longer, "line 2: bc and then b");
}

Test(trace_difference, says_where_one_has_no_line)
{
    g_autofree char *shorter = difference("a\n", "a\nb\n");
    g_autofree char *empty = difference("a\n", "");
    cr_expect_str_eq(shorter, "line 2: nothing and then b");
    cr_expect_str_eq(empty, "line 1: a and then nothing");
}

Test(trace_difference, cuts_long_lines_and_heals_cut_characters)
{
    g_autofree char *long_line = g_strnfill(1000, 'x');
    g_autofree char *umlauts = g_strconcat("y", long_line, NULL);
    memcpy(umlauts + 159, "ä", 2);
    g_autofree char *shown = difference(long_line, umlauts);
    g_autofree char *tail = g_strdup_printf("%.*s\xEF\xBF\xBD…", 158, long_line);
    g_autofree char *expected = g_strdup_printf("line 1: %.*s… and then y%s", 160, long_line, tail);
    cr_expect_str_eq(shown, expected);
}
