/* Docker's reference grammar and normalisation (failures.md K13, K14; capture 37). */
#include "mocks/puller/puller.h"

#include <criterion/criterion.h>
#include <string.h>

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char *spell(const char *text)
{
    g_autoptr(GError) error = NULL;
    AUTO(reference) reference = reference_parse(text, /* default_tag= */ true, &error);
    if (reference == NULL)
        return g_strdup(error->message);
    cr_assert_null(error);
    g_autofree char *whole = reference_text(reference);
    g_autofree char *familiar = reference_familiar(reference);
    return g_strdup_printf("%s %s", whole, familiar);
}

Test(reference, names_are_normalised_as_docker_does)
{
    static const struct {
        const char *text;
        const char *spelling;
    } rows[] = {
        {"golang", "docker.io/library/golang:latest golang:latest"},
        {"golang:1.22", "docker.io/library/golang:1.22 golang:1.22"},
        {"library/golang", "docker.io/library/golang:latest golang:latest"},
        {"docker.io/golang", "docker.io/library/golang:latest golang:latest"},
        {"index.docker.io/o/r:t", "docker.io/o/r:t o/r:t"},
        {"o/r", "docker.io/o/r:latest o/r:latest"},
        {"ghcr.io/o/r:main", "ghcr.io/o/r:main ghcr.io/o/r:main"},
        {"localhost/r", "localhost/r:latest localhost/r:latest"},
        {"localhost:5000/a/b:1", "localhost:5000/a/b:1 localhost:5000/a/b:1"},
        {"[::1]:5000/a:1", "[::1]:5000/a:1 [::1]:5000/a:1"},
        {"Upper/r", "Upper/r:latest Upper/r:latest"},
        {"r@sha256:" HEX64, "docker.io/library/r@sha256:" HEX64 " r@sha256:" HEX64},
        {"r:t@sha256:" HEX64, "docker.io/library/r:t@sha256:" HEX64 " r:t@sha256:" HEX64},
        {"a/b__c.d--e:T_1.2-x", "docker.io/a/b__c.d--e:T_1.2-x a/b__c.d--e:T_1.2-x"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *spelling = spell(rows[i].text);

        cr_expect_str_eq(spelling, rows[i].spelling, "%s: %s", rows[i].text, spelling);
    }
}

Test(reference, wrong_names_are_refused_in_dockers_words)
{
    static const struct {
        const char *text;
        const char *error;
    } rows[] = {
        {"127.0.0.1:5000/T/none:1",
         "invalid reference format: repository name (T/none) must be lowercase"},
        {"ghcr.io/Owner/Repo:t",
         "invalid reference format: repository name (Owner/Repo) must be lowercase"},
        {"Golang", "invalid reference format: repository name (library/Golang) must be lowercase"},
        {"ghcr.io/o/r:-abc1234", "invalid reference format"},
        {"", "invalid reference format"},
        {"o/r:", "invalid reference format"},
        {"o//r", "invalid reference format"},
        {"o/r-", "invalid reference format"},
        {"o/r..x", "invalid reference format"},
        {"o/a___b", "invalid reference format"},
        {"-host.io/r", "invalid reference format"},
        {"host.io:port/r", "invalid reference format"},
        {"r@sha256:12", "invalid reference format"},
        {"r@sha256:"
         "0123456789abcdef0123456789abcdef",
         "invalid checksum digest length"},
        {"r@md5:" HEX64, "unsupported digest algorithm"},
        {HEX64, "invalid repository name (" HEX64 "), cannot specify 64-byte hexadecimal strings"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *spelling = spell(rows[i].text);

        cr_expect_str_eq(spelling, rows[i].error, "%s: %s", rows[i].text, spelling);
    }
}

Test(reference, names_and_tags_have_a_longest_form)
{
    g_autofree char *path = g_strnfill(255 - strlen("docker.io/o/"), 'a');
    g_autofree char *longest = g_strdup_printf("o/%s", path);
    g_autofree char *too_long = g_strdup_printf("o/%sa", path);
    g_autofree char *tag = g_strnfill(129, 't');
    g_autofree char *tagged = g_strdup_printf("r:%s", tag);
    g_autofree char *fits = spell(longest);
    g_autofree char *refused = spell(too_long);
    g_autofree char *refused_tag = spell(tagged);

    cr_assert(g_str_has_prefix(fits, "docker.io/o/aaa"), "%s", fits);
    cr_assert_str_eq(refused, "repository name must not be more than 255 characters");
    cr_assert_str_eq(refused_tag, "invalid reference format");
}

Test(reference, no_tag_is_invented_unless_asked_for)
{
    AUTO(reference) reference = reference_parse("ghcr.io/o/r", /* default_tag= */ false, NULL);

    cr_assert_null(reference->tag);
    cr_assert_null(reference->digest);
}
