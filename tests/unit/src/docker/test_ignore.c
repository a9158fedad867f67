/* .dockerignore rules, case by case. */
#include "docker/ignore.h"

#include <criterion/criterion.h>

struct ignore_case {
    const char *rules;
    const char *path;
    bool is_excluded;
};

static const struct ignore_case cases[] = {
    {".env", ".env", true},
    {".env", "sub/.env", false},
    {"**/.env", "sub/deep/.env", true},
    {"**/.env", ".env", true},
    {"*.log", "a.log", true},
    {"*.log", "sub/a.log", false},
    {"*.log\n!keep.log", "keep.log", false},
    {"!keep.log\n*.log", "keep.log", true},
    {"node_modules", "node_modules/x/y.js", true},
    {"/build/", "build/out.o", true},
    {"./build", "build/out.o", true},
    {"# comment\n\n", "anything", false},
    {"temp?", "tempa", true},
    {"temp?", "temp", false},
    {"[a-c].txt", "b.txt", true},
    {"[^a-c].txt", "b.txt", false},
    {"[^a-c].txt", "d.txt", true},
    {"a\\*b", "a*b", true},
    {"a\\*b", "axb", false},
    {"docs/**/*.md", "docs/a/b/c.md", true},
    {"docs/**/*.md", "docs/c.md", true},
    {"**", "anything/at/all", true},
    {"**\n!src", "src/main.c", false},
    {"secret", "secrets", false},
    {"***a", "bbba", true},
    {"a/**", "a", false},
    {"a/**", "a/b/c", true},
    {"**/**", "a", true},
    {"**/a/**/b", "x/a/a/c/b/d", true},
    {"**/a/**/b/**", "x/a/b", false},
    {"**/a/**/b/**", "a/b/a/b/c", true},
};

Test(ignore, excludes_what_docker_excludes)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        AUTO(context_ignore) ignore = context_ignore_parse(cases[i].rules);

        bool is_excluded = context_ignore_excludes(ignore, cases[i].path);

        cr_expect_eq(is_excluded, cases[i].is_excluded, "rules '%s', path '%s'", cases[i].rules,
                     cases[i].path);
    }
}

Test(ignore, a_pattern_full_of_stars_costs_no_exponential_time)
{
    g_autofree char *path = g_strnfill(2000, 'a');
    AUTO(context_ignore) ignore = context_ignore_parse("*a*a*a*a*a*a*a*a*a*a*a*a*b");

    cr_assert(!context_ignore_excludes(ignore, path));
}

Test(ignore, a_pattern_full_of_double_stars_costs_no_exponential_time)
{
    GString *path = g_string_new(NULL);
    GString *rule = g_string_new(NULL);
    for (int i = 0; i < 100; i++)
        g_string_append(path, "a/");
    for (int i = 0; i < 20; i++)
        g_string_append(rule, "**/a/");
    g_autofree char *rules = g_string_free(g_string_append(rule, "b"), FALSE);
    g_autofree char *name = g_string_free(g_string_append(path, "c"), FALSE);
    AUTO(context_ignore) ignore = context_ignore_parse(rules);

    cr_assert(!context_ignore_excludes(ignore, name));
}

Test(ignore, knows_whether_there_are_exceptions)
{
    AUTO(context_ignore) without = context_ignore_parse("*.log");
    AUTO(context_ignore) with = context_ignore_parse("*.log\n!keep.log");

    cr_assert(!context_ignore_has_exceptions(without));
    cr_assert(context_ignore_has_exceptions(with));
}
