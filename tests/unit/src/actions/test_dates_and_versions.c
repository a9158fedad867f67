/* Dates as moment.js prints them, and versions of Python. */
#include "actions/moment.h"
#include "actions/pep440.h"

#include "fake_run.h"

#include <criterion/criterion.h>

Test(moment, formats_what_its_tokens_say)
{
    static const struct {
        const char *format, *text;
    } cases[] = {
        {"dddd, MMMM Do YYYY, h:mm:ss a", "Friday, January 10th 2020, 3:25:50 pm"},
        {"YYYY-MM-DD[T]HH:mm:ss.SSSZ", "2020-01-10T15:25:50.123+00:00"},
        {"YY M D H", "20 1 10 15"},
        {"DDDD DDD Q W E d", "010 10 1 2 5 5"},
        {"hh A", "03 PM"},
        {"[day] X", "day 1578669950"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = moment_format(INT64_C(1578669950123), "UTC", cases[i].format);
        fake_expect_text(text, cases[i].text);
    }
}

Test(pep440, normalises_versions)
{
    static const struct {
        const char *text, *clean;
    } cases[] = {
        {"v1.2.3", "1.2.3"},    {"1.0-alpha1", "1.0a1"}, {"1.0.preview_2", "1.0rc2"},
        {"1!01.2", "1!1.2"},    {"1.0-1", "1.0.post1"},  {"1.0.rev3", "1.0.post3"},
        {"1.0dev", "1.0.dev0"}, {"1.0+a-b", "1.0+a.b"},  {"1.0", "1.0"},
        {"1.0rc", "1.0rc0"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        PEP440(version);
        cr_assert(pep440_parse(cases[i].text, &version), "%s", cases[i].text);
        fake_expect_text(version.clean, cases[i].clean);
    }
    PEP440(none);
    cr_expect_not(pep440_parse("master", &none));
    cr_expect_not(pep440_parse("1.0-x", &none));
}
