/* Actions by which clouds let a job in. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>
#include <string.h>

Test(azure_docker_login, writes_a_configuration_and_asks_nobody)
{
    FAKE_RUN(run, &action_azure_docker_login, "v2");
    fake_input(run, "username", "u");
    fake_input(run, "password", "p");
    fake_input(run, "login-server", "acme.azurecr.io");

    fake_main(run);

    fake_expect_text(fake_commands(run), "");
    const char *directory = fake_exported(run, "DOCKER_CONFIG");
    cr_assert_not_null(directory);
    g_autofree char *path = g_strconcat(directory, "/config.json", NULL);
    g_autofree char *text = fake_file_text(run, path);
    fake_expect_text(text, "{\"auths\":{\"acme.azurecr.io\":{\"auth\":\"dTpw\"}}}");
}

Test(azure_docker_login, keeps_what_the_configuration_holds)
{
    FAKE_RUN(run, &action_azure_docker_login, "v1");
    fake_variable(run, "DOCKER_CONFIG", "/home/runner/.docker");
    fake_file(run, "/home/runner/.docker/config.json", "{\"auths\":{\"x\":{\"auth\":\"y\"}}}");
    fake_input(run, "username", "u");
    fake_input(run, "password", "p");
    fake_input(run, "login-server", "a");

    fake_main(run);

    g_autofree char *text = fake_file_text(run, "/home/runner/.docker/config.json");
    fake_expect_text(text, "{\"auths\":{\"x\":{\"auth\":\"y\"},\"a\":{\"auth\":\"dTpw\"}}}");
}

Test(azure_docker_login, needs_a_password)
{
    FAKE_RUN(run, &action_azure_docker_login, "v2");
    fake_input(run, "username", "u");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Input required and not supplied: password");
}

Test(configure_aws_credentials, exports_what_a_role_grants)
{
    FAKE_RUN(run, &action_configure_aws_credentials, "v4");
    fake_input(run, "aws-region", "eu-west-1");
    fake_input(run, "role-to-assume", "arn:aws:iam::111122223333:role/ci");

    fake_main(run);

    fake_expect_text(fake_exported(run, "AWS_REGION"), "eu-west-1");
    cr_expect_not_null(fake_exported(run, "AWS_SESSION_TOKEN"));
    fake_expect_text(fake_output(run, "aws-account-id"), "111122223333");
    fake_expect_part(fake_assumed(run), "that AWS lets the role arn:aws:iam::111122223333:role/ci "
                                        "be assumed\n");
    fake_post(run);
    fake_expect_text(fake_exported(run, "AWS_SESSION_TOKEN"), "");
}

Test(configure_aws_credentials, refuses_what_cannot_be)
{
    static const struct {
        const char *region, *key, *message;
    } cases[] = {
        {"", "k", "Input required and not supplied: aws-region"},
        {"eu west", "k", "Region is not valid: eu west"},
        {"eu-west-1", "k",
         "'aws-secret-access-key' must be provided if 'aws-access-key-id' is "
         "provided"},
        {"eu-west-1", "",
         "Could not determine how to assume credentials. Please check your "
         "inputs and try again."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_configure_aws_credentials, "v4");
        fake_input(run, "aws-region", cases[i].region);
        fake_input(run, "aws-access-key-id", cases[i].key);
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].message);
    }
}

Test(amazon_ecr_login, logs_docker_in_and_out)
{
    FAKE_RUN(run, &action_amazon_ecr_login, "v2");
    fake_variable(run, "AWS_REGION", "eu-west-1");
    fake_input(run, "registries", "111122223333");

    fake_main(run);

#define ECR "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
    fake_expect_text(fake_output(run, "registry"), ECR);
    fake_expect_part(fake_commands(run), "docker login -u AWS -p ");
    fake_expect_part(fake_commands(run), " https://" ECR "\n");
    cr_expect_not_null(
        fake_output(run, "docker_password_111122223333_dkr_ecr_eu_west_1_amazonaws_com"));
    fake_post(run);
    fake_expect_text(fake_commands(run), "docker logout " ECR "\n");
}

Test(amazon_ecr_login, fails_when_docker_does)
{
    FAKE_RUN(run, &action_amazon_ecr_login, "v2");
    fake_input(run, "registry-type", "public");
    fake_fails(run, "docker login*", 1, "denied");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Could not login to registry public.ecr.aws: denied");
}

Test(google_auth, writes_credentials_and_names_the_project)
{
    FAKE_RUN(run, &action_google_auth, "v2");
    fake_input(run, "workload_identity_provider", "projects/1/x");
    fake_input(run, "service_account", "ci@acme-prod.iam.gserviceaccount.com");
    fake_input(run, "token_format", "access_token");

    fake_main(run);

    fake_expect_text(fake_output(run, "project_id"), "acme-prod");
    fake_expect_text(fake_exported(run, "GCLOUD_PROJECT"), "acme-prod");
    fake_expect_part(fake_output(run, "access_token"), "ya29.");
    const char *path = fake_exported(run, "GOOGLE_APPLICATION_CREDENTIALS");
    g_autofree char *before = fake_file_text(run, path);
    cr_expect_not_null(before);
    fake_post(run);
    g_autofree char *after = fake_file_text(run, path);
    cr_expect_null(after);
}

Test(google_auth, wants_exactly_one_way)
{
    FAKE_RUN(run, &action_google_auth, "v2");

    fake_main(run);

    fake_expect_part(fake_failure(run),
                     "google-github-actions/auth failed with: The GitHub Action workflow must "
                     "specify exactly one of ");
}
