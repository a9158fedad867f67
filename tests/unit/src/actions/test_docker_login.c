/* docker/login-action. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>

static void give_credentials(struct action_run *run)
{
    fake_input(run, "username", "octocat");
    fake_input(run, "password", "hunter2");
}

Test(docker_login, passes_the_password_on_stdin_and_logs_out_at_the_end)
{
    FAKE_RUN(run, &action_docker_login, "v3");
    give_credentials(run);
    fake_input(run, "registry", "ghcr.io");

    fake_main(run);

    fake_expect_text(fake_commands(run),
                     "docker login --password-stdin --username octocat ghcr.io\n");
    fake_expect_text(fake_stdin(run), "hunter2");
    fake_expect_text(fake_log(run), "Logging into ghcr.io...\nLogin Succeeded!\n");
    fake_post(run);
    fake_expect_text(fake_commands(run), "docker logout ghcr.io\n");
    fake_expect_part(fake_log(run), "::group::Logout from ghcr.io\n");
}

Test(docker_login, without_a_registry_means_docker_hub)
{
    FAKE_RUN(run, &action_docker_login, "v3");
    give_credentials(run);

    fake_main(run);

    fake_expect_text(fake_commands(run),
                     "docker login --password-stdin --username octocat docker.io\n");
}

Test(docker_login, of_version_2_names_no_registry_for_docker_hub)
{
    FAKE_RUN(run, &action_docker_login, "v2");
    give_credentials(run);

    fake_main(run);

    fake_expect_text(fake_commands(run), "docker login --password-stdin --username octocat \n");
    fake_expect_part(fake_log(run), "Logging into Docker Hub...\n");
}

Test(docker_login, throws_the_whole_of_stderr)
{
    FAKE_RUN(run, &action_docker_login, "v3");
    give_credentials(run);
    fake_fails(run, "docker login*", 1,
               "Error response from daemon: Get \"https://x/v2/\": denied\n"
               "second line\n");

    fake_main(run);

    fake_expect_text(fake_failure(run),
                     "Error response from daemon: Get \"https://x/v2/\": denied\nsecond line");
}

Test(docker_login, needs_a_username_and_a_password)
{
    static const struct {
        const char *ref, *username, *password, *message;
    } cases[] = {
        {"v3", "", "", "Username and password required"},
        {"v3", "", "x", "Username required"},
        {"v3", "x", "", "Password required"},
        {"v2", "x", "", "Username and password required"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_docker_login, cases[i].ref);
        fake_input(run, "username", cases[i].username);
        fake_input(run, "password", cases[i].password);
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].message);
        fake_expect_text(fake_commands(run), "");
    }
}

Test(docker_login, logs_in_to_several_registries)
{
    FAKE_RUN(run, &action_docker_login, "v4");
    fake_input(run, "registry-auth",
               "- username: a\n  password: b\n"
               "- registry: ghcr.io\n  username: c\n  password: d\n");

    fake_main(run);

    fake_expect_text(fake_commands(run), "docker login --password-stdin --username a docker.io\n"
                                         "docker login --password-stdin --username c ghcr.io\n");
    fake_expect_text(fake_masked(run), "b\nd\n");
    fake_expect_part(fake_log(run), "::group::Login to ghcr.io\n");
    fake_post(run);
    fake_expect_text(fake_commands(run), "docker logout docker.io\ndocker logout ghcr.io\n");
}

Test(docker_login, refuses_a_list_beside_other_inputs)
{
    FAKE_RUN(run, &action_docker_login, "v4");
    give_credentials(run);
    fake_input(run, "registry-auth", "- username: a\n  password: b\n");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Cannot use registry-auth with other inputs");
}

Test(docker_login, asks_aws_for_the_password_of_its_registries)
{
    FAKE_RUN(run, &action_docker_login, "v3");
    fake_input(run, "registry", "123456789012.dkr.ecr.eu-west-1.amazonaws.com");

    fake_main(run);

    fake_expect_text(fake_commands(run), "docker login --password-stdin --username AWS "
                                         "123456789012.dkr.ecr.eu-west-1.amazonaws.com\n");
    fake_expect_text(fake_assumed(run), "an authorization token of Amazon ECR\n");
    fake_expect_part(fake_log(run), "AWS ECR detected with eu-west-1 region\n");
}

Test(docker_login, stays_logged_in_when_told_so)
{
    FAKE_RUN(run, &action_docker_login, "v3");
    give_credentials(run);
    fake_input(run, "logout", "false");

    fake_main(run);
    fake_expect_part(fake_commands(run), "docker login ");
    fake_post(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_commands(run), "");
}

Test(docker_login, warns_when_logging_out_fails)
{
    FAKE_RUN(run, &action_docker_login, "v3");
    give_credentials(run);
    fake_fails(run, "docker logout*", 1, "no\n");

    fake_main(run);
    fake_post(run);

    fake_expect_text(fake_warnings(run), "no\n");
    cr_expect_null(fake_failure(run));
}

Test(docker_login, refuses_what_is_no_boolean)
{
    FAKE_RUN(run, &action_docker_login, "v3");
    give_credentials(run);
    fake_input(run, "logout", "yes");

    fake_main(run);

    fake_expect_part(fake_failure(run), "Input does not meet YAML 1.2 \"Core Schema\"");
    fake_expect_text(fake_commands(run), "");
}

Test(docker_login, keeps_credentials_of_a_scope_apart)
{
    FAKE_RUN(run, &action_docker_login, "v4");
    give_credentials(run);
    fake_input(run, "scope", "@push");

    fake_main(run);
    fake_expect_part(fake_log(run), "Logging into docker.io (scope @push)...\n");
    fake_post(run);

    fake_expect_part(fake_log(run), "Alternative config dir: /home/runner/.docker/buildx/config/"
                                    "registry-1.docker.io@push\n");
}
