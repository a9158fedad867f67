/* Patterns of fault scopes. */
#include "base/glob.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

Test(glob, matches_as_the_table_says)
{
    const struct {
        const char *pattern;
        const char *text;
        bool is_match;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "/v2/a/b", true},
        {"?", "", false},
        {"?", "a", true},
        {"?", "\xc3\xbc", true},
        {"??", "\xc3\xbc", false},
        {"?", "\xff", true},
        {"/v2/*/manifests/*", "/v2/library/golang/manifests/latest", true},
        {"/v2/*/manifests/*", "/v2/library/golang/blobs/sha256:1", false},
        {"/v2/*", "/v2", false},
        {"*.io", "ghcr.io", true},
        {"*.io", "ghcr.io.example", false},
        {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "aXcYb", false},
        {"**a", "bca", true},
        {"a", "A", false},
        {"a?c*", "abc", true},
        {"[a]", "a", false},
        {"[a]", "[a]", true},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        cr_expect_eq(glob_match(rows[i].pattern, rows[i].text), rows[i].is_match, "%s on %s",
                     rows[i].pattern, rows[i].text);
}

Test(glob, many_stars_take_no_exponential_time, .timeout = 20)
{
    g_autofree char *text = g_strnfill(20000, 'a');

    cr_assert_not(glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}
