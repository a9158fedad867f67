/* Texts for secrets that nobody gave. */
#include "harness/made_up.h"

#include "base/glob.h"

#include <criterion/criterion.h>
#include <glib.h>

Test(made_up, names_of_users_may_be_part_of_an_images_name)
{
    static const struct {
        const char *name;
        const char *text;
    } cases[] = {
        {"DOCKERHUB_USERNAME", "secret-dockerhub-username"},
        {"ghcr_user", "secret-ghcr-user"},
        {"_USER", "secret-user"},
        {"HUB___USER_", "secret-hub-user"},
        {"REGISTRY_NAMESPACE", "secret-registry-namespace"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = made_up_secret(cases[i].name);
        g_autofree char *image = g_strconcat(text, "/app", NULL);

        cr_expect_str_eq(text, cases[i].text);
        cr_expect(glob_match(made_up_accounts, image), "%s", image);
    }
}

Test(made_up, other_secrets_keep_their_names_letter_by_letter)
{
    g_autofree char *token = made_up_secret("DOCKERHUB_TOKEN");
    g_autofree char *key = made_up_secret("deploy-key__");

    cr_expect_str_eq(token, "secret-dockerhub_token");
    cr_expect_str_eq(key, "secret-deploy-key__");
}

Test(made_up, a_repository_that_no_secret_is_in_is_below_no_made_up_account)
{
    cr_expect_not(glob_match(made_up_accounts, "acme/secret-app"));
    cr_expect_not(glob_match(made_up_accounts, "secretary/app"));
}

Test(made_up, a_secret_occurs_where_no_longer_one_does)
{
    cr_expect(made_up_occurs("secret-hub", "user:secret-hub"));
    cr_expect(made_up_occurs("secret-hub", "secret-hub_token secret-hub"));
    cr_expect_not(made_up_occurs("secret-hub", "secret-hub_token"));
    cr_expect_not(made_up_occurs("secret-hub", "my-secret-hub"));
    cr_expect_not(made_up_occurs("secret-hub", ""));
}
