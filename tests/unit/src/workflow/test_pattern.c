/* Filter patterns: the examples of GitHub's cheat sheet, and what no pattern may do. */
#include "base/limits.h"
#include "workflow/pattern.h"

#include <criterion/criterion.h>
#include <string.h>

struct row {
    const char *pattern;
    const char *text;
    bool fits;
};

static const struct row rows[] = {
    {"feature/*", "feature/my-branch", true},
    {"feature/*", "feature/your/branch", false},
    {"feature/**", "feature/beta-a/my-branch", true},
    {"main", "main", true},
    {"main", "main2", false},
    {"*", "main", true},
    {"*", "all/the/branches", false},
    {"**", "all/the/branches", true},
    {"*feature", "mona-feature", true},
    {"v2*", "v2.0", true},
    {"v[12].[0-9]+.[0-9]+", "v1.10.1", true},
    {"v[12].[0-9]+.[0-9]+", "v3.0.0", false},
    {"v[12].[0-9]+.[0-9]+", "v1..1", false},
    {"*.jsx?", "page.js", true},
    {"*.jsx?", "page.jsx", true},
    {"*.jsx?", "page.jsxx", false},
    {"**.js", "src/js/app.js", true},
    {"docs/*", "docs/README.md", true},
    {"docs/*", "docs/a/b.md", false},
    {"docs/**/*.md", "docs/README.md", true},
    {"docs/**/*.md", "docs/a/markdown/file.md", true},
    {"**/docs/**", "docs/hello.md", true},
    {"**/docs/**", "dir/docs/my-file.txt", true},
    {"**/docs/**", "mydocs/a", false},
    {"**/README.md", "README.md", true},
    {"**/README.md", "js/README.md", true},
    {"**/*src/**", "my-src/code/js/app.js", true},
    {"**/migrate-*.sql", "db/sept/migrate-v1.sql", true},
    {"a\\*b", "a*b", true},
    {"a\\*b", "axb", false},
    {"[ab", "[ab", true},
    {"ü+", "üü", true},
    {"", "", true},
    {"", "a", false},
};

Test(pattern, fits_what_the_cheat_sheet_says)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        bool fits = pattern_fits(rows[i].pattern, rows[i].text);

        cr_expect_eq(fits, rows[i].fits, "'%s' and '%s'", rows[i].pattern, rows[i].text);
    }
}

Test(pattern, takes_back_with_an_exclamation_mark_and_the_last_one_wins)
{
    static const char *const patterns[] = {"releases/**", "!releases/**-alpha", "releases/x-alpha",
                                           NULL};

    cr_expect(patterns_fit(patterns, "releases/10"));
    cr_expect_not(patterns_fit(patterns, "releases/beta/3-alpha"));
    cr_expect(patterns_fit(patterns, "releases/x-alpha"));
    cr_expect_not(patterns_fit(patterns, "main"));
}

Test(pattern, at_the_ceiling_fits_and_above_it_fits_nothing)
{
    g_autofree char *text = g_strnfill(FILTER_PATTERN_BYTES_MAX, 'a');
    g_autofree char *longer = g_strconcat(text, "a", NULL);

    cr_expect(pattern_fits(text, text));
    cr_expect_not(pattern_fits(longer, longer));
}

Test(pattern, of_many_stars_is_as_quick_as_any)
{
    g_autoptr(GString) pattern = g_string_new(NULL);
    g_autofree char *text = g_strnfill(5000, 'a');
    while (pattern->len + 3 <= FILTER_PATTERN_BYTES_MAX)
        g_string_append(pattern, "*a*");

    cr_expect_not(pattern_fits("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
    cr_expect(pattern_fits(pattern->str, text));
}
