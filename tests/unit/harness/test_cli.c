/* What all commands share: seeds and exit codes. */
#include "harness/cli.h"

#include <criterion/criterion.h>
#include <string.h>

Test(cli, a_seed_is_any_unsigned_number_of_64_bits)
{
    uint64_t seed = 7;

    cr_assert(cli_parse_seed(NULL, &seed, NULL));
    cr_assert_eq(seed, 7);
    cr_assert(cli_parse_seed("18446744073709551615", &seed, NULL));
    cr_assert_eq(seed, UINT64_MAX);
}

Test(cli, what_is_no_seed_leaves_the_old_one)
{
    static const char *const texts[] = {"", "-1", "0x10", "1 ", "18446744073709551616"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        uint64_t seed = 7;
        g_autoptr(GError) error = NULL;

        cr_assert_not(cli_parse_seed(texts[i], &seed, &error), "%s", texts[i]);
        cr_assert_eq(seed, 7);
        cr_assert_not_null(strstr(error->message, "--seed wants an unsigned number of 64 bits"));
    }
}

Test(cli, of_two_exit_codes_the_graver_counts)
{
    static const int worst_first[] = {3, 4, 2, 1, 5, 0};

    for (gsize i = 0; i < G_N_ELEMENTS(worst_first); i++)
        for (gsize k = i; k < G_N_ELEMENTS(worst_first); k++) {
            cr_expect_eq(cli_worse(worst_first[i], worst_first[k]), worst_first[i]);
            cr_expect_eq(cli_worse(worst_first[k], worst_first[i]), worst_first[i]);
        }
}
