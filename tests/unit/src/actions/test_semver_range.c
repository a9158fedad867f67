/* Ranges of versions, as node-semver reads them. */
#include "actions/go_releases.h"

#include <criterion/criterion.h>

Test(semver_range, holds_what_node_semver_says)
{
    static const struct {
        const char *range, *version;
        bool holds;
    } cases[] = {
        {"1.22", "1.22.5", true},
        {"1.22", "1.23.0", false},
        {"^1.2.3", "1.9.0", true},
        {"^1.2.3", "2.0.0", false},
        {"^0.2.3", "0.2.9", true},
        {"^0.2.3", "0.3.0", false},
        {"~1.2.3", "1.2.9", true},
        {"~1.2.3", "1.3.0", false},
        {"~1", "1.9.0", true},
        {">1.2", "1.2.9", false},
        {">1.2", "1.3.0", true},
        {"<=1.2", "1.2.9", true},
        {"<1.2", "1.1.9", true},
        {">= 1.2 < 1.4", "1.3.0", true},
        {"1.2 - 1.4", "1.4.9", true},
        {"1.2 - 1.4.1", "1.4.2", false},
        {"1.2 || 3.x", "3.1.4", true},
        {"*", "9.9.9", true},
        {"", "9.9.9", true},
        {"=1.2.3", "1.2.3", true},
        {"1.2.3", "1.2.3-rc.1", false},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        SEMVER_RANGE(range);
        SEMVER(version);
        cr_assert(semver_range_parse(cases[i].range, &range), "%s", cases[i].range);
        cr_assert(semver_parse(cases[i].version, &version));
        cr_expect_eq(semver_range_has(&range, &version), cases[i].holds, "%s in %s",
                     cases[i].version, cases[i].range);
    }
    SEMVER_RANGE(none);
    cr_expect_not(semver_range_parse("latest", &none));
    cr_expect_not(semver_range_parse("1.2.3.4", &none));
}
