/* The budget rule, over the cases in which it decides. */
#include "base/units.h"
#include "engine/leg.h"

#include <criterion/criterion.h>

struct budget_case {
    const char *what;
    int remaining, wanted, reserve, least, granted; /* minutes */
};

static const struct budget_case cases[] = {
    {"plenty: what is wanted", 60, 25, 22, 2, 25},
    {"some: what the reserve leaves", 40, 25, 22, 2, 18},
    {"exactly the least", 24, 25, 22, 2, 2},
    {"under the least: not started", 23, 25, 22, 2, 0},
    {"nothing beyond the reserve", 22, 25, 22, 2, 0},
    {"less than the reserve", 5, 25, 22, 2, 0},
    {"a small wish is no longer than itself", 60, 1, 22, 2, 1},
    {"no reserve: up to the clock", 10, 25, 0, 2, 10},
};

Test(budget, grants_what_the_last_fallback_can_spare)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct budget_case *each = &cases[i];

        int64_t granted_us = budget_grant_us(each->remaining * MINUTE_US, each->wanted * MINUTE_US,
                                             each->reserve * MINUTE_US, each->least * MINUTE_US);

        cr_expect_eq(granted_us, each->granted * MINUTE_US, "%s: %d min", each->what,
                     (int)(granted_us / MINUTE_US));
    }
}
