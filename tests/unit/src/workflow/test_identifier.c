/* Ids of jobs, steps and legs. */
#include "base/limits.h"
#include "workflow/identifier.h"

#include <criterion/criterion.h>
#include <string.h>

static bool is_taken_in(const char *id)
{
    AUTO(identifiers) identifiers = identifiers_new();
    g_autofree char *problem = identifiers_add(identifiers, id);
    return problem == NULL;
}

Test(identifier, has_letters_digits_and_two_signs)
{
    cr_expect(is_taken_in("a"));
    cr_expect(is_taken_in("_a-1_B"));
    cr_expect_not(is_taken_in(""));
    cr_expect_not(is_taken_in("1a"));
    cr_expect_not(is_taken_in("-a"));
    cr_expect_not(is_taken_in("a.b"));
    cr_expect_not(is_taken_in("__a"));
}

Test(identifier, has_fewer_than_a_hundred_characters)
{
    g_autofree char *longest = g_strnfill(WORKFLOW_IDENTIFIER_BYTES_MAX, 'a');
    g_autofree char *longer = g_strnfill(WORKFLOW_IDENTIFIER_BYTES_MAX + 1, 'a');

    cr_expect(is_taken_in(longest));
    cr_expect_not(is_taken_in(longer));
}

static void expect_made(struct identifiers *identifiers, const char *first, const char *second,
                        const char *expected)
{
    const char *const segments[] = {first, second, NULL};
    g_autofree char *id = identifiers_make(identifiers, segments);
    cr_expect_str_eq(id, expected);
}

Test(identifier, of_a_leg_is_made_of_its_values)
{
    AUTO(identifiers) identifiers = identifiers_new();

    expect_made(identifiers, "3.8", "linux/amd64", "_3_8_linux_amd64");
    expect_made(identifiers, "3.8", "LINUX/amd64", "_3_8_LINUX_amd64_2");
    expect_made(identifiers, "", NULL, "job");
    expect_made(identifiers, "__a", NULL, "_a");
    expect_made(identifiers, "abcdefghijklmnopqrstuvwxyz", NULL, "abcdefghijklmnopqrstuvwxy");
    expect_made(identifiers, "abcdefghijklmnopqrstuvwxyz", NULL, "abcdefghijklmnopqrstuvw_2");
    expect_made(identifiers, "é", NULL, "_");
    expect_made(identifiers, "é", NULL, "_2");
}

static char *made_whole(struct identifiers *identifiers, const char *first, const char *second)
{
    const char *const segments[] = {first, second, NULL};
    return identifiers_make_whole(identifiers, segments);
}

Test(identifier, of_a_leg_is_whole_up_to_its_ceiling)
{
    AUTO(identifiers) identifiers = identifiers_new();
    g_autofree char *longest = g_strnfill(MATRIX_LEG_ID_BYTES_MAX, 'a');
    g_autofree char *longer = g_strnfill(MATRIX_LEG_ID_BYTES_MAX + 1, 'a');
    g_autofree char *other = g_strconcat(longest, "b", NULL);

    g_autofree char *whole = made_whole(identifiers, longest, NULL);
    g_autofree char *cut = made_whole(identifiers, longer, NULL);
    g_autofree char *other_cut = made_whole(identifiers, other, NULL);

    cr_expect_str_eq(whole, longest);
    cr_expect_eq(strlen(cut), MATRIX_LEG_ID_BYTES_MAX);
    cr_expect_eq(cut[MATRIX_LEG_ID_BYTES_MAX - 9], '-');
    cr_expect_str_neq(cut, other_cut);
}

Test(identifier, of_legs_that_differ_only_in_what_no_id_may_hold_get_numbers)
{
    AUTO(identifiers) identifiers = identifiers_new();
    g_autofree char *first = made_whole(identifiers, "linux/amd64", "ubuntu-24.04 with more words");
    g_autofree char *second =
        made_whole(identifiers, "linux amd64", "ubuntu-24.04/with/more/words");

    cr_expect_str_eq(first, "linux_amd64_ubuntu-24_04_with_more_words");
    cr_expect_str_eq(second, "linux_amd64_ubuntu-24_04_with_more_words_2");
}
