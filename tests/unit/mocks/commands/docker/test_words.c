/* What the CLI makes of numbers, names and columns. */
#include "mocks/commands/docker/human.h"
#include "mocks/commands/docker/image_reference.h"
#include "mocks/commands/docker/table.h"

#include <criterion/criterion.h>

Test(human, sizes_have_as_many_digits_as_asked_for)
{
    static const struct {
        double bytes;
        int precision;
        const char *text;
    } cases[] = {{0, 4, "0B"},           {3, 4, "3B"},         {1982347, 4, "1.982MB"},
                 {1982347, 3, "1.98MB"}, {884000, 4, "884kB"}, {81410000, 4, "81.41MB"},
                 {204853, 4, "204.9kB"}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = human_size(cases[i].bytes, cases[i].precision);
        cr_expect_str_eq(text, cases[i].text, "%s", text);
    }
    g_autofree char *memory = human_bytes(25275920384.0);
    cr_expect_str_eq(memory, "23.54GiB");
}

Test(human, durations_are_rounded_as_go_units_rounds_them)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {{0, "Less than a second"}, {1, "1 second"},         {59, "59 seconds"},
                 {60, "About a minute"},    {119, "About a minute"}, {120, "2 minutes"},
                 {3600, "About an hour"},   {5400, "2 hours"},       {172799, "2 days"},
                 {172800, "2 days"},        {1209600, "2 weeks"},    {5184000, "2 months"},
                 {63072000, "2 years"}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = human_duration(cases[i].seconds);
        cr_expect_str_eq(text, cases[i].text, "%d: %s", (int)cases[i].seconds, text);
    }
}

Test(human, texts_are_cut_and_quoted)
{
    g_autofree char *cut = human_ellipsis("/bin/sh -c 'echo started'", 20);
    g_autofree char *whole = human_ellipsis("short", 20);
    g_autofree char *quoted = human_quote("a \"b\"\n\\");
    g_autofree char *id = human_short_id("sha256:be395fb30a0620f5");

    cr_expect_str_eq(cut, "/bin/sh -c 'echo st…");
    cr_expect_str_eq(whole, "short");
    cr_expect_str_eq(quoted, "\"a \\\"b\\\"\\n\\\\\"");
    cr_expect_str_eq(id, "be395fb30a06");
}

Test(reference, names_are_filled_in_and_made_familiar_again)
{
    static const struct {
        const char *text;
        const char *whole;
        const char *familiar;
    } cases[] = {
        {"alpine", "docker.io/library/alpine", "alpine"},
        {"alpine:3", "docker.io/library/alpine:3", "alpine:3"},
        {"team/app", "docker.io/team/app", "team/app"},
        {"index.docker.io/library/a", "docker.io/library/a", "a"},
        {"ghcr.io/o/app:1", "ghcr.io/o/app:1", "ghcr.io/o/app:1"},
        {"localhost/app", "localhost/app", "localhost/app"},
        {"localhost:5000/a/b:x", "localhost:5000/a/b:x", "localhost:5000/a/b:x"},
        {"a@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "docker.io/library/"
         "a@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "a@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        AUTO(image_reference) reference = image_reference_parse(cases[i].text, NULL);
        cr_assert_not_null(reference, "%s", cases[i].text);
        g_autofree char *whole = image_reference_text(reference);
        g_autofree char *familiar = image_reference_familiar_text(reference);
        cr_expect_str_eq(whole, cases[i].whole, "%s", whole);
        cr_expect_str_eq(familiar, cases[i].familiar, "%s", familiar);
    }
}

Test(reference, what_is_no_name_is_refused_in_the_library_s_words)
{
    static const struct {
        const char *text;
        const char *error;
    } cases[] = {
        {"", "invalid reference format"},
        {":x", "invalid reference format"},
        {"a b", "invalid reference format"},
        {"a:", "invalid reference format"},
        {"127.0.0.1:5000/T/none:1",
         "invalid reference format: repository name (T/none) must be lowercase"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "invalid repository name "
         "(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa), cannot specify "
         "64-byte hexadecimal strings"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        AUTO(image_reference) reference = image_reference_parse(cases[i].text, &error);
        cr_assert_null(reference, "%s", cases[i].text);
        cr_expect_str_eq(error->message, cases[i].error, "%s", error->message);
    }
}

Test(table, columns_are_as_wide_as_their_widest_cell_and_the_last_is_free)
{
    g_autofree char *text = table_layout("NAME\tSIZE\tX\nalpine\t1MB\tlong text\n", 10, 3);

    cr_assert_str_eq(text, "NAME      SIZE      X\nalpine    1MB       long text\n");
}

Test(table, a_line_without_a_column_ends_it)
{
    g_autofree char *text = table_layout("a\tb\nheading\nlonger cell\tc\n", 0, 1);

    cr_assert_str_eq(text, "a b\nheading\nlonger cell c\n");
}

Test(table, characters_count_and_not_bytes)
{
    g_autofree char *text = table_layout("ä…\tx\nabc\ty\n", 0, 1);

    cr_assert_str_eq(text, "ä…  x\nabc y\n");
}
