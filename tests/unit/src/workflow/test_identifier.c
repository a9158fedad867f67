/* Ids of jobs, steps and legs. */
#include "base/limits.h"
#include "workflow/identifier.h"

#include <criterion/criterion.h>

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
