/* Secrets in the log. */
#include "base/limits.h"
#include "runner/mask.h"

#include <criterion/criterion.h>

static void expect(const struct masks *masks, const char *text, const char *shown)
{
    g_autofree char *got = masks_apply(masks, text);
    cr_expect_str_eq(got, shown, "%s gives %s", text, got);
}

Test(masks, hide_every_place_of_a_secret)
{
    AUTO(masks) masks = masks_new();

    masks_add(masks, "abc");

    expect(masks, "abc", "***");
    expect(masks, "x abc y abc", "x *** y ***");
    expect(masks, "ABC ab c", "ABC ab c");
    expect(masks, "", "");
}

Test(masks, join_places_that_overlap_or_touch)
{
    AUTO(masks) masks = masks_new();

    masks_add(masks, "abab");
    masks_add(masks, "bc");

    expect(masks, "ababab.", "***.");
    expect(masks, "abababcbc.", "***.");
}

Test(masks, hide_each_line_of_a_secret_but_no_empty_one)
{
    AUTO(masks) masks = masks_new();

    masks_add(masks, "one\r\n\ntwo");
    masks_add(masks, "");

    expect(masks, "one\ntwo three", "***\n*** three");
}

Test(masks, have_a_ceiling)
{
    AUTO(masks) masks = masks_new();
    bool is_fine = true;

    for (int i = 0; i < RUNNER_MASKS_MAX; i++) {
        g_autofree char *secret = g_strdup_printf("secret-%d.", i);
        is_fine = masks_add(masks, secret) && is_fine;
    }

    cr_expect(is_fine);
    cr_expect(masks_add(masks, "secret-0."));
    cr_expect_not(masks_add(masks, "one more"));
}

Test(masks, hide_what_base64_makes_of_a_secret_wherever_it_begins)
{
    AUTO(masks) masks = masks_new();

    masks_add(masks, "hush-hush");

    expect(masks, "aHVzaC1odXNo", "***");                 /* hush-hush */
    expect(masks, "YWNtZTpodXNoLWh1c2g=", "YWNtZTpo***"); /* acme:hush-hush */
    expect(masks, "eDpodXNoLWh1c2g=", "eDpo***");         /* x:hush-hush */
    expect(masks, "aHVzaA==", "aHVzaA==");                /* hush */
}

Test(masks, hide_what_escapes_make_of_a_secret)
{
    AUTO(masks) masks = masks_new();

    masks_add(masks, "a\"b'c&d<e f");

    expect(masks, "a\\\"b'c&d<e f", "***");
    expect(masks, "a\"b''c&d<e f", "***");
    expect(masks, "a%22b%27c%26d%3Ce%20f", "***");
    expect(masks, "a&quot;b&apos;c&amp;d&lt;e f", "***");
}

Test(masks, hide_parts_of_a_secret_with_quotes_or_ampersands)
{
    AUTO(masks) masks = masks_new();

    masks_add(masks, "\"in quotes\"");
    masks_add(masks, "first&second&third-1");
    masks_add(masks, "left-1&+right-1");
    masks_add(masks, "a&b");

    expect(masks, "in quotes", "***");
    expect(masks, "first&second& third-1", "*** ***");
    expect(masks, "left-1&+ ight-1 right-", "*** *** right-");
    expect(masks, "a& b", "a& b");
}
