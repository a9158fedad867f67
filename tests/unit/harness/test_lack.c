/* What a green leg lacks, in words. */
#include "hand_made.h"

#include "harness/lack.h"

#include <criterion/criterion.h>

static void check(const struct effect *effect, const char *expected)
{
    g_autofree char *text = lack_of_image(effect);
    cr_expect_str_eq(text != NULL ? text : "(nothing)", expected);
}

Test(lack, of_an_image_is_told_by_its_fate)
{
    AUTO(hand_made) made = hand_made_new();
    struct effect *web = hand_made_effect(made, 1); /* linux/amd64 of two that are promised */

    web->fate = FATE_DELIVERED;
    check(web, "(nothing)");
    web->fate = FATE_DEGRADED;
    check(web, "ghcr.io/acme/web:main lacks linux/arm64");
    web->side_image = g_strdup("ghcr.io/acme/web:main-amd64");
    check(web, "ghcr.io/acme/web:main-amd64 instead of ghcr.io/acme/web:main");
    web->fate = FATE_SHRUNK;
    web->before = texts_of("linux/amd64,linux/arm64,linux/s390x");
    check(web, "ghcr.io/acme/web:main has lost linux/arm64, linux/s390x");
    web->fate = FATE_HOLLOW;
    check(web, "ghcr.io/acme/web:main lacks parts of itself");
    web->is_from_this_run = false;
    check(web, "ghcr.io/acme/web:main is still the image from before");
    check(hand_made_effect(made, 0), "(nothing)");
    hand_made_effect(made, 0)->fate = FATE_HOLLOW;
    check(hand_made_effect(made, 0), "ghcr.io/acme/api:main is not there");
}

Test(lack, of_an_attachment_is_told_to_the_leg_that_owes_it)
{
    AUTO(hand_made) made = hand_made_new();
    struct attachment signature = {(char *)"sign", (char *)"signature"};
    g_autoptr(GPtrArray) owed = g_ptr_array_new();
    struct effect *web = hand_made_effect(made, 1);
    g_ptr_array_add(owed, &signature);
    web->owed = attachments_copy(owed);

    g_autofree char *of_sign = lack_of_attachment(web, "sign");
    g_autofree char *of_web = lack_of_attachment(web, "web");
    web->attached = attachments_copy(owed);
    g_autofree char *of_nothing = lack_of_attachment(web, "sign");

    cr_expect_str_eq(of_sign, "ghcr.io/acme/web:main lacks its signature");
    cr_expect_null(of_web);
    cr_expect_null(of_nothing);
}
