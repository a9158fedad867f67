/* Globs as picomatch 2.3.1 with dot: true reads them; each row is what it says. */
#include "actions/picomatch.h"

#include "base/limits.h"

#include <criterion/criterion.h>

Test(picomatch, matches_as_the_real_one)
{
    static const struct {
        const char *glob;
        const char *path;
        bool matches;
    } rows[] = {
        {"src/**", "src/a/b.c", true},
        {"src/**", "src", true},
        {"src/**", "lib/src/a", false},
        {"src/*", "src/.env", true},
        {"src/*", "src/a/b", false},
        {"**", ".github/workflows/ci.yml", true},
        {"**/*.md", "README.md", true},
        {"**/*.md", "docs/a/b.md", true},
        {"**.md", "docs/a.md", true},
        {"src/**.md", "src/a/b.md", false},
        {"src/**.md", "src/b.md", true},
        {"./src/*.c", "src/a.c", true},
        {"src/**/*.{ts,tsx}", "src/a.tsx", true},
        {"src/{a,b}/**", "src/c/x", false},
        {"{src/**,lib/*}", "src/a/b", true},
        {"{a}", "{a}", true},
        {"*/**", "src", false},
        {"src/?.c", "src/a.c", true},
        {"!docs/**", "src/a", true},
        {"!docs/**", "docs/a", false},
        {"!!docs/**", "docs/a", true},
        {"!(docs)/**", "docs/a", false},
        {"!(docs)/**", "src/a", true},
        {"src/**/!(*.md)", "src/a/b.md", false},
        {"src/**/!(*.md)", "src/a/b.c", true},
        {"**/!(*.d).ts", "a/b.d.ts", false},
        {"**/!(*.d).ts", "a/b.ts", true},
        {"!(a/**|b/**)", "a/x/y", true}, /* the first double star is a single one */
        {"@(api|web)/**", "web/x", true},
        {"app/[slug]/*.js", "app/[slug]/x.js", true},
        {"app/[slug]/*.js", "app/s/x.js", true},
        {"app/[a-c]", "app/b", true},
        {"[!a]b", "ab", true},
        {"a+b/$x", "a+b/$x", true},
        {"a\\*b", "a*b", true},
        {"a\\*b", "axb", false},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(picomatch) pattern = picomatch_new(rows[i].glob);
        cr_assert_not_null(pattern, "%s", rows[i].glob);
        cr_expect_eq(picomatch_matches(pattern, rows[i].path), rows[i].matches, "%s on %s",
                     rows[i].glob, rows[i].path);
    }
}

Test(picomatch, what_is_not_modelled_is_no_pattern)
{
    static const char *const globs[] = {"",     "+(a|b)", "*(a)",  "a{1..3}",   "[[:alpha:]]",
                                        "(a",   "a)",     "{a,b",  "!(a|!(b))", "a|b",
                                        "(a)+", "a***",   "\"a\"", "a\\",       "(?!a)"};
    for (gsize i = 0; i < G_N_ELEMENTS(globs); i++)
        cr_expect_null(picomatch_new(globs[i]), "%s", globs[i]);
}

Test(picomatch, a_glob_beyond_the_ceiling_is_not_modelled)
{
    g_autofree char *glob = g_strnfill(PICOMATCH_GLOB_BYTES_MAX + 1, 'a');

    cr_expect_null(picomatch_new(glob));
    glob[PICOMATCH_GLOB_BYTES_MAX] = '\0';
    AUTO(picomatch) pattern = picomatch_new(glob);
    cr_expect_not_null(pattern);
}
