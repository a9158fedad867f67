/* Platforms: what is one, and what only looks like it. */
#include "base/platform.h"

#include <criterion/criterion.h>

Test(platform, is_two_or_three_parts_with_something_in_each)
{
    static const struct {
        const char *text;
        bool is_valid;
    } rows[] = {
        {"linux/amd64", true},
        {"linux/arm/v7", true},
        {"windows/amd64", true},
        {"linux", false},
        {"", false},
        {"linux/", false},
        {"/amd64", false},
        {"linux//v7", false},
        {"linux/arm/v7/x", false},
        {"linux/arm/", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(platform_is_valid(rows[i].text), rows[i].is_valid, "%s", rows[i].text);
}
