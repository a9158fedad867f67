/* sigstore/cosign-installer: what it downloads, prints and leaves, by its tags' action.yml. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>
#include <string.h>

#define RELEASE_FILE "/home/runner/.cosign/.cosign-release"
#define STORAGE      "https://release-assets.githubusercontent.com/sigstore/cosign/"

static void set_up(struct action_run *run)
{
    fake_variable(run, "HOME", "/home/runner");
    fake_variable(run, "NO_COLOR", "1");
}

Test(cosign_installer, installs_the_release_of_its_version)
{
    static const struct {
        const char *ref, *version;
    } cases[] = {
        {"v3", "v2.5.2"},
        {"v3.5.0", "v2.2.4"},
        {"v3.10.1", "v2.6.1"},
        {"v3.99.0", "v2.6.1"},
        {"v4", "v3.0.6"},
        {"v4.0.0", "v3.0.2"},
        {"59acb6260d9c0ba8f4a2f9d9b48431a222b68e20", "v2.2.4"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_cosign_installer, cases[i].ref);
        set_up(run);
        fake_main(run);
        g_autofree char *version = fake_file_text(run, RELEASE_FILE);
        cr_expect_null(fake_failure(run));
        fake_expect_text(version, cases[i].version);
        fake_expect_text(fake_path(run), "/home/runner/.cosign");
        fake_expect_text(fake_assumed(run), "");
    }
}

Test(cosign_installer, says_what_it_downloads)
{
    FAKE_RUN(run, &action_cosign_installer, "v3.9.2");
    set_up(run);

    fake_main(run);

    fake_expect_text(fake_commands(run),
                     "curl -fsL " STORAGE "v2.5.3/cosign-linux-amd64 -o /dev/null\n");
    fake_expect_part(
        fake_log(run),
        "INFO: Downloading bootstrap version 'v2.5.3' of cosign to verify version to be "
        "installed...\n      https://github.com/sigstore/cosign/releases/download/"
        "v2.5.3/cosign-linux-amd64\n");
    fake_expect_part(fake_log(run), "INFO: bootstrap version successfully verified and matches "
                                    "requested version so nothing else to do\n");
}

Test(cosign_installer, gets_another_release_beside_its_own)
{
    FAKE_RUN(run, &action_cosign_installer, "v4.1.2");
    set_up(run);
    fake_input(run, "cosign-release", "v2.4.1");

    fake_main(run);

    g_autofree char *version = fake_file_text(run, RELEASE_FILE);
    fake_expect_text(version, "v2.4.1");
    fake_expect_part(fake_commands(run), "curl --retry 3 -fsSL " STORAGE "v3.0.6/");
    fake_expect_part(fake_commands(run), "curl --retry 3 -fsSL " STORAGE "v2.4.1/");
    fake_expect_part(fake_log(run), "INFO: Custom cosign version 'v2.4.1' requested\n");
}

Test(cosign_installer, refuses_what_is_no_version_or_too_old)
{
    static const struct {
        const char *ref, *release, *line;
    } cases[] = {
        {"v3.9.2", "latest", "ERROR: Unable to validate requested cosign version: 'latest'\n"},
        {"v4.1.2", "v1.13.1", "ERROR: cosign versions below v2.0.0 are no longer supported.\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_cosign_installer, cases[i].ref);
        set_up(run);
        fake_input(run, "cosign-release", cases[i].release);
        fake_main(run);
        fake_expect_text(fake_failure(run), "Process completed with exit code 1.");
        fake_expect_part(fake_log(run), cases[i].line);
        fake_expect_text(fake_path(run), "");
    }
}

/* Until 3.6 curl took an error page for the program, whose digest then was wrong. */
Test(cosign_installer, fails_as_its_curl_does)
{
    static const struct {
        const char *ref, *failure;
    } cases[] = {
        {"v3.5.0", "Process completed with exit code 1."},
        {"v3.9.2", "Process completed with exit code 22."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_cosign_installer, cases[i].ref);
        set_up(run);
        fake_fails(run, "curl *", 22, "");
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].failure);
        fake_expect_text(fake_path(run), "");
    }
}
