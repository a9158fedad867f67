/* docker/setup-qemu-action. */
#include "actions/actions.h"

#include "fake_services.h"

#include <criterion/criterion.h>

#define IMAGE "docker.io/tonistiigi/binfmt:latest"

static void answer_platforms(struct action_run *run)
{
    fake_prints(run, "docker run --rm --privileged *binfmt:latest",
                "{\"supported\": [\"linux/amd64\", \"linux/arm64\"],"
                " \"emulators\": [\"qemu-aarch64\"]}\n");
}

Test(docker_setup_qemu, pulls_installs_and_tells_the_platforms)
{
    FAKE_RUN(run, &action_docker_setup_qemu, "v3");
    fake_input(run, "cache-image", "false");
    fake_input(run, "platforms", "arm64,\nriscv64");
    answer_platforms(run);

    fake_main(run);

    fake_expect_text(fake_commands(run),
                     "docker version\ndocker info\ndocker pull " IMAGE "\n"
                     "docker image inspect " IMAGE "\n"
                     "docker run --rm --privileged " IMAGE " --version\n"
                     "docker run --rm --privileged " IMAGE " --install arm64,riscv64\n"
                     "docker run --rm --privileged " IMAGE "\n");
    fake_expect_text(fake_output(run, "platforms"), "linux/amd64,linux/arm64");
    cr_expect_null(fake_failure(run));
}

Test(docker_setup_qemu, saves_the_image_for_the_cache)
{
    FAKE_RUN(run, &action_docker_setup_qemu, "v3");
    answer_platforms(run);

    fake_main(run);

    fake_expect_part(fake_commands(run), "docker save -o " FAKE_TEMP "/");
}

/* Runs it with a cache service and a docker that writes archives. */
static void run_with_cache(struct action_run *run)
{
    answer_platforms(run);
    fake_empty_cache(run);
    fake_answer(run, (struct fake_answer){
                         .pattern = "docker save*", .file_after = "-o", .file_text = "tar"});
    fake_main(run);
}

Test(docker_setup_qemu, caches_the_image_at_the_end)
{
    FAKE_RUN(run, &action_docker_setup_qemu, "v3");

    run_with_cache(run);
    fake_post(run);

    fake_expect_text(fake_log(run),
                     "::group::Post cache\nCaching docker.io--tonistiigi--binfmt-latest-linux-x64 "
                     "to GitHub Actions cache\n::endgroup::\n");
}

Test(docker_setup_qemu, survives_a_failing_pull_with_a_cached_image)
{
    FAKE_RUN(run, &action_docker_setup_qemu, "v3");
    run_with_cache(run);
    fake_post(run);
    fake_reply_with_upload(run, "GET " FAKE_BLOB);
    fake_cache_entry(run, "docker.io--tonistiigi--binfmt-latest-linux-x64");
    fake_fails(run, "docker pull*", 1, "EOF\n");

    fake_main(run);

    cr_expect_null(fake_failure(run), "%s", fake_failure(run));
    fake_expect_text(fake_warnings(run), "Failed to pull image, using one from cache: EOF\n");
    fake_expect_part(fake_commands(run),
                     "docker load -i /home/runner/.docker/.cache/images/"
                     "docker.io--tonistiigi--binfmt/latest/linux-x64/image.tar\n");
}

Test(docker_setup_qemu, is_not_saved_by_a_failing_docker_info)
{
    FAKE_RUN(run, &action_docker_setup_qemu, "v3");
    fake_fails(run, "docker info", 1, "no daemon\n");

    fake_main(run);

    fake_expect_text(fake_failure(run), "The process '/usr/bin/docker' failed with exit code 1");
    fake_expect_text(fake_commands(run), "docker version\ndocker info\n");
}

#define PULL_ERROR                                                                                 \
    "Error response from daemon: Head "                                                            \
    "\"https://registry-1.docker.io/v2/tonistiigi/binfmt/manifests/latest\": EOF"

static void pull_failing(struct action_run *run, const char *errors, unsigned times)
{
    answer_platforms(run);
    fake_answer(run,
                (struct fake_answer){
                    .pattern = "docker pull*", .exit_code = 1, .errors = errors, .times = times});
    fake_main(run);
}

Test(docker_setup_qemu, fails_with_the_last_line_of_the_pull_at_the_first_try)
{
    FAKE_RUN(run, &action_docker_setup_qemu, "v3");

    pull_failing(run, "x\n" PULL_ERROR "\n", 1);

    fake_expect_text(fake_failure(run), PULL_ERROR);
}

Test(docker_setup_qemu, of_version_2_tells_an_exit_code_only)
{
    FAKE_RUN(run, &action_docker_setup_qemu, "v2");

    pull_failing(run, PULL_ERROR "\n", 1);

    fake_expect_text(fake_failure(run), "The process '/usr/bin/docker' failed with exit code 1");
    fake_expect_part(fake_commands(run), "docker pull tonistiigi/binfmt:latest\n");
}

Test(docker_setup_qemu, of_late_2026_pulls_again_after_a_passing_failure)
{
    FAKE_RUN(run, &action_docker_setup_qemu, "v4");
    fake_date(run, "2026-11-01T00:00:00Z");

    pull_failing(run, PULL_ERROR "\n", 2);

    cr_expect_null(fake_failure(run));
    cr_expect_gt(fake_slept_us(run), 0);
}

Test(docker_setup_qemu, never_pulls_again_after_a_rate_limit)
{
    FAKE_RUN(run, &action_docker_setup_qemu, "v4");
    fake_date(run, "2026-11-01T00:00:00Z");

    pull_failing(run, "Error response from daemon: toomanyrequests: EOF\n", 1);

    fake_expect_text(fake_failure(run), "Error response from daemon: toomanyrequests: EOF");
}

Test(docker_setup_qemu, of_an_exact_older_version_does_not_pull_again)
{
    FAKE_RUN(run, &action_docker_setup_qemu, "v4.2.0");
    fake_date(run, "2026-11-01T00:00:00Z");

    pull_failing(run, PULL_ERROR "\n", 1);

    fake_expect_text(fake_failure(run), PULL_ERROR);
}

Test(docker_setup_qemu, fails_when_the_emulators_cannot_be_installed)
{
    FAKE_RUN(run, &action_docker_setup_qemu, "v3");
    fake_fails(run, "*--install all", 125, "docker: operation not permitted\n");

    fake_main(run);

    fake_expect_text(fake_failure(run), "docker: operation not permitted");
}

Test(docker_setup_qemu, fails_when_the_answer_is_no_json)
{
    FAKE_RUN(run, &action_docker_setup_qemu, "v3");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Unexpected end of JSON input");
}
