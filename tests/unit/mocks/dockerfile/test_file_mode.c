/* What --chmod makes of a file's bits. */
#include "mocks/dockerfile/file_mode.h"

#include <criterion/criterion.h>

static const struct {
    const char *change;
    unsigned before, after;
} changes[] = {
    {"755", 0644, 0755},         {"0600", 0755, 0600},  {"+x", 0644, 0755},
    {"u=rwX,go=rX", 0600, 0644}, {"a+rX", 0700, 0755},  {"go=", 0644, 0600},
    {"a-w", 0644, 0444},         {"g=u", 0740, 0770},   {"ug+x,o-r", 0644, 0750},
    {"u+s,+t", 0755, 05755},     {"u-x+w", 0544, 0644}, {"=r", 0755, 0444},
};

Test(file_mode, is_changed_as_by_chmod)
{
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        unsigned after = file_mode_change(changes[i].change, changes[i].before);
        cr_expect_eq(after, changes[i].after, "%s of %o: %o", changes[i].change, changes[i].before,
                     after);
    }
}
