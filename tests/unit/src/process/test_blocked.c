/* What /proc/PID/syscall says, and what a stub may claim. */
#include "process/blocked.h"
#include "process/sandbox_private.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/syscall.h>

Test(blocked, sleepers_are_told_from_those_who_wait_for_others)
{
    const struct {
        long number;
        const char *arguments;
        enum blocked expected;
    } cases[] = {
        {SYS_read, "0x3 0x7f53dc281000 0x20000 0x0 0x0 0x0", BLOCKED_FOR_EVER},
        {SYS_wait4, "0xffffffffffffffff 0x7ffd 0x0 0x0 0x0 0x0", BLOCKED_FOR_EVER},
        {SYS_nanosleep, "0x7ffd 0x0 0x0 0x0 0x0 0x0", BLOCKED_FOR_TIME},
        {SYS_ppoll, "0x7ffd 0x1 0x0 0x0 0x8 0x0", BLOCKED_FOR_EVER},
        {SYS_ppoll, "0x7ffd 0x1 0x7ffe 0x0 0x8 0x0", BLOCKED_WATCHING},
        {SYS_ppoll, "0x0 0x0 0x7ffe 0x0 0x8 0x0", BLOCKED_FOR_TIME},
        {SYS_pselect6, "0x4 0x7ffd 0x0 0x0 0x7ffe 0x0", BLOCKED_WATCHING},
        {SYS_pselect6, "0x0 0x0 0x0 0x0 0x7ffe 0x0", BLOCKED_FOR_TIME},
        {SYS_epoll_pwait, "0x4 0x7ffd 0x40 0xffffffff 0x0 0x8", BLOCKED_FOR_EVER},
        {SYS_epoll_pwait, "0x4 0x7ffd 0x40 0x3e8 0x0 0x8", BLOCKED_WATCHING},
        {SYS_futex, "0x7ffd 0x189 0x0 0x0 0x0 0xffffffff", BLOCKED_FOR_EVER},
        {SYS_futex, "0x7ffd 0x189 0x0 0x7ffe 0x0 0xffffffff", BLOCKED_FOR_TIME},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line =
            g_strdup_printf("%ld %s 0x7ffd 0x7f53\n", cases[i].number, cases[i].arguments);
        cr_assert_eq(blocked_parse(line), cases[i].expected, "%s", line);
    }
    cr_assert_eq(blocked_parse("running\n"), BLOCKED_RUNNING);
    cr_assert_eq(blocked_parse("-1 0x7ffd 0x7f53\n"), BLOCKED_UNKNOWN);
}

static bool is_description(const char *bytes, guint length)
{
    struct description description;
    g_autoptr(GByteArray) array = g_byte_array_new();
    g_byte_array_append(array, (const guint8 *)bytes, length);
    bool is_parsed = description_parse(array, &description);
    description_finish(&description);
    return is_parsed;
}

Test(blocked, a_description_that_lies_about_itself_is_refused)
{
    const char good[] = "\1\0\0\0\1\0\0\0/tmp\0docker\0A=b";
    const char endless[] = "\377\377\377\377\1\0\0\0/tmp\0docker\0A=b";
    const char relative[] = "\1\0\0\0\1\0\0\0tmp\0docker\0A=b";

    cr_assert(is_description(good, sizeof(good)));
    cr_assert_not(is_description(good, sizeof(good) - 1));
    cr_assert_not(is_description(good, 4));
    cr_assert_not(is_description(endless, sizeof(endless)));
    cr_assert_not(is_description(relative, sizeof(relative)));
}
