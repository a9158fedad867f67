/* imjasonh/setup-crane: what it downloads, prints and leaves, by its tags' action.yml. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>
#include <string.h>

#define STORAGE "https://release-assets.githubusercontent.com/google/go-containerregistry/"
#define LOGIN   "crane auth login ghcr.io --username dummy --password-stdin\n"

static void set_up(struct action_run *run)
{
    fake_contexts(run, "{\"runner\": {\"arch\": \"X64\"}, \"github\": {\"token\": \"ghs_x\"}}");
}

Test(setup_crane, installs_the_newest_and_logs_in_with_the_jobs_token)
{
    FAKE_RUN(run, &action_setup_crane, "v0.5");
    set_up(run);

    fake_main(run);

    fake_expect_text(fake_commands(run),
                     "curl -o /dev/null -fsSL --retry 5 --retry-delay 1 --retry-all-errors " STORAGE
                     "v0.21.6/go-containerregistry_Linux_x86_64.tar.gz\n" LOGIN);
    fake_expect_text(fake_stdin(run), "ghs_x");
    fake_expect_part(fake_path(run), "/tmp/tmp.");
    fake_expect_part(fake_log(run), "Installing crane for Linux on x86_64\n");
    cr_expect_null(fake_failure(run));
}

Test(setup_crane, gets_the_version_that_is_asked_for)
{
    FAKE_RUN(run, &action_setup_crane, "v0.4");
    set_up(run);
    fake_input(run, "version", "v0.19.0");

    fake_main(run);

    fake_expect_part(fake_commands(run),
                     "curl -fsL " STORAGE "v0.19.0/go-containerregistry_Linux_x86_64.tar.gz -o ");
    fake_expect_part(fake_log(run), "Installing crane @ v0.19.0 for Linux on x86_64\n");
}

/* In the pipe of old it is tar that fails last. */
Test(setup_crane, fails_as_its_script_does)
{
    static const struct {
        const char *ref, *failure;
    } cases[] = {
        {"31b88efe9de28ae0ffa220711af4b60be9435f6e", "Process completed with exit code 2."},
        {"v0.5", "Process completed with exit code 22."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_setup_crane, cases[i].ref);
        set_up(run);
        fake_fails(run, "curl *", 22, "");
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].failure);
        fake_expect_text(fake_path(run), "");
    }
}

Test(setup_crane, assumes_the_main_branch)
{
    FAKE_RUN(run, &action_setup_crane, "v0.5");
    set_up(run);
    fake_input(run, "version", "tip");

    fake_main(run);

    fake_expect_part(fake_assumed(run), "crane of its main branch");
    fake_expect_text(fake_commands(run), LOGIN);
}
