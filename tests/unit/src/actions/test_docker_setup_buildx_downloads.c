/* docker/setup-buildx-action: the buildx that it downloads and the BuildKit that it pulls. */
#include "actions/actions.h"

#include "fake_services.h"

#include <criterion/criterion.h>
#include <string.h>

Test(docker_setup_buildx_downloads, of_late_2026_pulls_buildkit_first)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v4");
    fake_builder_to_come(run);
    fake_date(run, "2026-11-01T00:00:00Z");

    fake_main(run);

    fake_expect_part(fake_commands(run), "docker pull moby/buildkit:buildx-stable-1\n");
}

Test(docker_setup_buildx_downloads, of_late_2026_fails_with_the_pull)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v4.4.1");
    fake_builder_to_come(run);
    fake_fails(run, "docker pull*", 1, "Error response from daemon: denied\n");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Error response from daemon: denied");
    cr_expect_null(strstr(fake_commands(run), "buildx create"));
}

/* Versions before 4.4 leave the pull to the boot; since 4.4.1 there is none where the endpoint is
   one's own. */
Test(docker_setup_buildx_downloads, pulls_as_its_version_does)
{
    static const struct {
        const char *ref, *endpoint;
        bool pulls;
    } cases[] = {
        {"v4.3.0", "", false},    {"v4.4.0", "", true},     {"v4.4.0", "ctx", true},
        {"v4.4.1", "ctx", false}, {"v4.5.0", "ctx", false},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_docker_setup_buildx, cases[i].ref);
        fake_builder_to_come(run);
        fake_date(run, "2026-11-01T00:00:00Z");
        fake_input(run, "endpoint", cases[i].endpoint);

        fake_main(run);

        cr_expect_null(fake_failure(run));
        fake_expect_part(fake_commands(run), "docker buildx create ");
        cr_expect_eq(strstr(fake_commands(run), "docker pull") != NULL, cases[i].pulls, "%s %s",
                     cases[i].ref, cases[i].endpoint);
    }
}

#define RELEASE_LINE "GET https://release-assets.githubusercontent.com/*"

Test(docker_setup_buildx_downloads, assumes_a_version_that_it_would_download)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_input(run, "version", "v0.20.0");
    fake_reply(run, RELEASE_LINE, 200, "program");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_requests(run), "GET https://release-assets.githubusercontent.com/docker/"
                                         "buildx/v0.20.0/buildx-v0.20.0.linux-amd64 \n");
    fake_expect_text(fake_assumed(run), "buildx v0.20.0 of docker/setup-buildx-action\n");
}

Test(docker_setup_buildx_downloads, assumes_the_latest_buildx_without_a_request)
{
    FAKE_RUN(run, &action_docker_setup_buildx, "v3");
    fake_builder_to_come(run);
    fake_input(run, "version", "latest");

    fake_main(run);

    cr_expect_str_eq(fake_requests(run), "");
    fake_expect_text(fake_assumed(run), "buildx latest of docker/setup-buildx-action\n");
}

/* actions/toolkit, packages/tool-cache/src/retry-helper.ts */
Test(docker_setup_buildx_downloads, tries_the_download_of_a_release_three_times)
{
    static const struct {
        unsigned status;
        const char *body, *failure;
        int waits;
    } cases[] = {
        {504, "", "Unexpected HTTP response: 504", 2},
        {429, "", "Unexpected HTTP response: 429", 2},
        {0, "read ECONNRESET", "read ECONNRESET", 2},
        {404, "", "Unexpected HTTP response: 404", 0},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_docker_setup_buildx, "v3");
        fake_builder_to_come(run);
        fake_input(run, "version", "v0.20.0");
        fake_reply(run, RELEASE_LINE, cases[i].status, cases[i].body);

        fake_main(run);

        int waits = 0;
        for (const char *at = fake_log(run); (at = strstr(at, "Waiting ")) != NULL; at++)
            waits++;
        cr_expect_str_eq(fake_failure(run), cases[i].failure);
        cr_expect_eq(waits, cases[i].waits, "%u: %d", cases[i].status, waits);
    }
}
