/* Texts as .NET compares them (actions-semantics.md 3.4). */
#include "expr/fold.h"

#include <criterion/criterion.h>
#include <string.h>

Test(fold, compares_and_measures_as_dotnet_does)
{
    static const char three[] = "a\xc3\xa9\xf0\x90\x90\x80";
    static const struct {
        const char *left, *right;
        int order;
    } rows[] = {
        {"", "", 0},
        {"Registry", "REGISTRY", 0},
        {"a", "b", -1},
        {"ab", "a", 1},
        {"\xc3\xa9", "\xc3\x89", 0},                 /* e with an acute accent */
        {"i", "\xc4\xb0", -1},                       /* dotted capital I */
        {"I", "\xc4\xb1", -1},                       /* dotless i */
        {"s", "\xc5\xbf", -1},                       /* long s */
        {"\xf0\x90\x90\xa8", "\xf0\x90\x90\x80", 1}, /* Deseret has case, beyond the basic plane */
        {"\xf0\x90\x90\x80", "\xef\xbf\xbd", -1},    /* surrogates stand before U+FFFD */
        {"a\xff", "A\xef\xbf\xbd", 0},               /* what is no UTF-8 */
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        int order = text_compare_folded(rows[i].left, rows[i].right);
        int turned = text_compare_folded(rows[i].right, rows[i].left);

        cr_expect_eq((order > 0) - (order < 0), rows[i].order, "%zu: %d", i, order);
        cr_expect_eq((turned > 0) - (turned < 0), -rows[i].order, "%zu: %d", i, turned);
        cr_expect_eq(text_equal_folded(rows[i].left, rows[i].right), rows[i].order == 0, "%zu", i);
        if (rows[i].order == 0)
            cr_expect_eq(text_hash_folded(rows[i].left), text_hash_folded(rows[i].right), "%zu", i);
    }
    cr_expect_eq(text_utf16_length(three, 0), 0);
    cr_expect_eq(text_utf16_length(three, strlen("a\xc3\xa9")), 2);
    cr_expect_eq(text_utf16_length(three, strlen(three)), 4, "two units beyond the basic plane");
}
