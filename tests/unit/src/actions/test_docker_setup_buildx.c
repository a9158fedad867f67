/* docker/setup-buildx-action: the builder that it makes, boots, tells of and removes. */
#include "actions/actions.h"

#include "fake_services.h"

#include <criterion/criterion.h>
#include <string.h>

#define FLAGS                                                                                      \
    "--buildkitd-flags --allow-insecure-entitlement security.insecure "                            \
    "--allow-insecure-entitlement network.host"

Test(docker_setup_buildx, creates_boots_and_inspects_a_builder)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_input(run, "driver-opts", "network=host\nimage=moby/buildkit:master");
    fake_input(run, "platforms", "linux/amd64,linux/arm64");
    fake_input(run, "endpoint", "ctx");

    fake_main(run);

    fake_expect_text(fake_commands(run),
                     "docker version\ndocker info\ndocker buildx\ndocker buildx version\n"
                     "docker context inspect --format {{.Name}}\n"
                     "docker buildx inspect b\ndocker buildx version\n"
                     "docker buildx create --name b --driver docker-container --driver-opt "
                     "network=host --driver-opt image=moby/buildkit:master " FLAGS
                     " --platform linux/amd64,linux/arm64 --use ctx\n"
                     "docker buildx inspect --bootstrap --builder b\ndocker buildx inspect b\n");
    fake_expect_text(fake_output(run, "name"), "b");
    fake_expect_text(fake_output(run, "driver"), "docker-container");
    fake_expect_text(fake_output(run, "platforms"), "linux/amd64,linux/386");
    fake_expect_text(fake_output(run, "status"), "running");
    fake_expect_part(fake_log(run), "::group::BuildKit version\nb0: v0.23.2\n::endgroup::\n");
    cr_expect_null(fake_failure(run));
}

Test(docker_setup_buildx, removes_the_builder_at_the_end)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);

    fake_main(run);
    fake_post(run);

    fake_expect_text(fake_commands(run), "docker buildx inspect b\ndocker buildx rm b\n");
    fake_expect_text(fake_log(run),
                     "::group::Removing builder\n[command]/usr/bin/docker buildx rm b\n"
                     "::endgroup::\n::group::Cleaning up certificates\n::endgroup::\n"
                     "::group::Post cache\nState not set\n::endgroup::\n");
}

Test(docker_setup_buildx, takes_its_alias_back_last)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_input(run, "install", "true");

    fake_main(run);
    fake_post(run);

    fake_expect_text(fake_commands(run),
                     "docker buildx inspect b\ndocker buildx rm b\ndocker buildx uninstall\n");
}

Test(docker_setup_buildx, with_the_docker_driver_makes_and_removes_nothing)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_input(run, "driver", "docker");
    fake_prints(run, "docker buildx inspect default",
                "Name: default\nDriver: docker\n\nNodes:\n"
                "Name: default\nEndpoint: default\n");

    fake_main(run);

    fake_expect_text(fake_commands(run),
                     "docker context inspect --format {{.Name}}\ndocker version\ndocker info\n"
                     "docker buildx\ndocker buildx version\ndocker buildx version\n"
                     "docker buildx inspect --bootstrap --builder default\n"
                     "docker buildx inspect default\n");
    fake_expect_text(fake_output(run, "name"), "default");
    fake_post(run);
    fake_expect_text(fake_commands(run), "");
}

Test(docker_setup_buildx, fails_with_the_last_line_of_a_failing_boot)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_fails(run, "docker buildx inspect --bootstrap*", 1,
               "#1 [internal] booting buildkit\n------\nERROR: Error response "
               "from daemon: Get \"https://registry-1.docker.io/v2/\": EOF\n");

    fake_main(run);

    fake_expect_text(fake_failure(run), "ERROR: Error response from daemon: Get "
                                        "\"https://registry-1.docker.io/v2/\": EOF");
    fake_post(run);
    fake_expect_part(fake_commands(run), "docker buildx rm b\n");
}

Test(docker_setup_buildx, of_version_2_tells_an_exit_code_only)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v2");
    fake_builder_to_come(run);
    fake_fails(run, "docker buildx create*", 1, "ERROR: existing instance for \"b\"\n");

    fake_main(run);

    fake_expect_text(fake_failure(run), "The process '/usr/bin/docker' failed with exit code 1");
}

Test(docker_setup_buildx, takes_a_builder_that_is_there)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_prints(run, "docker buildx inspect b",
                "Name: b\nDriver: docker-container\nNodes:\nName: b0\n");

    fake_main(run);

    fake_expect_part(fake_log(run), "Builder b already exists, skipping creation\n");
    cr_expect_null(strstr(fake_commands(run), "buildx create"));
}

Test(docker_setup_buildx, asks_the_image_for_a_version_that_inspect_does_not_say)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_prints(run, "docker buildx inspect b",
                "Name: b\nDriver: docker-container\nNodes:\nName: b0\n");
    fake_prints(run, "docker inspect --format *b0", "moby/buildkit:buildx-stable-1\n");
    fake_prints(run, "docker run --rm moby*--version", "buildkitd v0.23\n");

    fake_main(run);

    fake_expect_part(fake_log(run), "b0: moby/buildkit:buildx-stable-1 => buildkitd v0.23\n");
}

Test(docker_setup_buildx, warns_when_no_version_can_be_had)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_prints(run, "docker buildx inspect b",
                "Name: b\nDriver: docker-container\nNodes:\nName: b0\n");
    fake_fails(run, "docker inspect --format *", 1, "Error: No such object\n");

    fake_main(run);

    fake_expect_text(fake_warnings(run), "Error: Error: No such object\n");
    cr_expect_null(fake_failure(run));
}

Test(docker_setup_buildx, writes_the_configuration_of_buildkit_to_a_file)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_input(run, "config-inline", "debug = true");

    fake_main(run);

    const char *option = strstr(fake_commands(run), "--config ");
    cr_assert_not_null(option);
    const char *path = option + strlen("--config ");
    g_autofree char *file = g_strndup(path, strcspn(path, " \n"));
    g_autofree char *text = fake_file_text(run, file);
    fake_expect_text(text, "debug = true");
}

Test(docker_setup_buildx, of_version_4_has_no_old_inputs)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v4.3.0");
    fake_builder_to_come(run);
    fake_input(run, "config-inline", "debug = true");
    fake_input(run, "install", "true");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_commands(run), "docker buildx create ");
    cr_expect_null(strstr(fake_commands(run), "--config"));
    cr_expect_null(strstr(fake_commands(run), "buildx install"));
    cr_expect_null(fake_output(run, "endpoint"));
}

Test(docker_setup_buildx, throws_for_a_configuration_that_is_not_there)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_input(run, "buildkitd-config", "missing.toml");

    fake_main(run);

    fake_expect_text(fake_failure(run), "config file missing.toml not found");
}

Test(docker_setup_buildx, keeps_state_of_containers_only)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_input(run, "keep-state", "true");
    fake_input(run, "driver", "remote");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Cannot use keep-state with remote driver");
}

Test(docker_setup_buildx, appends_nodes)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_input(run, "append",
               "- name: arm\n  endpoint: ssh://arm\n  platforms: linux/arm64\n"
               "  driver-opts:\n    - network=host\n");

    fake_main(run);

    fake_expect_part(fake_commands(run),
                     "docker buildx create --name b --append --node arm --driver-opt "
                     "network=host " FLAGS " --platform linux/arm64 ssh://arm\n");
}

Test(docker_setup_buildx, names_the_node_that_cannot_be_appended)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_input(run, "append", "- name: arm\n  endpoint: ssh://arm\n");
    fake_fails(run, "*--append*", 1, "x\nERROR: no\n");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Failed to append node arm: ERROR: no");
}

Test(docker_setup_buildx, makes_a_context_when_the_default_one_has_tls_data)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_prints(run, "docker context inspect --format=json default",
                "[{\"TLSMaterial\": {\"docker\": [\"ca.pem\"]},"
                " \"Endpoints\": {\"docker\": {}}}]\n");

    fake_main(run);

    fake_expect_part(fake_commands(run), "docker context create buildx-");
    fake_post(run);
    fake_expect_part(fake_commands(run), "docker context rm -f buildx-");
}

Test(docker_setup_buildx, catches_a_failing_docker_info)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_fails(run, "docker version", 1, "");

    fake_main(run);

    fake_expect_part(fake_log(run), "The process '/usr/bin/docker' failed with exit code 1\n");
    cr_expect_null(fake_failure(run));
}

Test(docker_setup_buildx, ends_at_once_without_docker)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_answer(run,
                (struct fake_answer){.pattern = "docker*", .exit_code = 127, .is_missing = true});

    fake_main(run);

    fake_expect_text(fake_commands(run), "docker version\n");
    fake_expect_part(fake_failure(run), "Unable to locate executable file: docker.");
}
