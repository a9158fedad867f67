/* aquasecurity/trivy-action and aquasecurity/setup-trivy. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>

Test(setup_trivy, leaves_a_binary_of_the_version_on_the_path)
{
    FAKE_RUN(run, &action_setup_trivy, "v0.2.6");
    fake_input(run, "version", "0.56.1");

    fake_main(run);

    g_autofree char *text = fake_file_text(run, "/home/runner/.local/bin/trivy-bin/.trivy-release");
    fake_expect_text(text, "v0.56.1\n");
    fake_expect_part(fake_path(run), "/home/runner/.local/bin/trivy-bin");
    fake_expect_text(fake_assumed(run), "the download of trivy 0.56.1\n");
}

Test(trivy, installs_restores_its_database_and_scans)
{
    FAKE_RUN(run, &action_trivy, "0.28.0");
    fake_input(run, "image-ref", "ghcr.io/acme/app:1");

    fake_main(run);

    fake_expect_text(fake_commands(run),
                     "(uses actions/cache@v4)\ntrivy image ghcr.io/acme/app:1\n");
    fake_expect_text(fake_nested_inputs(run),
                     "{\"path\":\"/home/runner/work/app/app/.cache/trivy\","
                     "\"key\":\"cache-trivy-2026-01-01\",\"restore-keys\":\"cache-trivy-\"}");
    fake_expect_text(fake_assumed(run), "the download of trivy v0.56.1\n");
    cr_expect_null(fake_failure(run));
}

Test(trivy, scans_what_nobody_knows_under_a_word_that_says_so)
{
    FAKE_RUN(run, &action_trivy, "0.28.0");
    fake_reads_unknown(run);
    fake_input(run, "cache", "false");

    fake_main(run);

    fake_expect_text(fake_commands(run), "trivy image " COMMAND_UNKNOWN_WORD "\n");
}

Test(trivy, saves_its_database_afterwards)
{
    FAKE_RUN(run, &action_trivy, "master");

    fake_post(run);

    fake_expect_text(fake_commands(run), "(uses actions/cache@v4, post)\n");
}

Test(trivy, fails_with_the_exit_code_of_the_scan)
{
    FAKE_RUN(run, &action_trivy, "0.28.0");
    fake_input(run, "cache", "false");
    fake_fails(run, "trivy*", 1, "");

    fake_main(run);

    fake_expect_text(fake_commands(run), "trivy image .\n");
    fake_expect_text(fake_failure(run), "Process completed with exit code 1.");
}

Test(trivy, wants_its_ignore_files)
{
    FAKE_RUN(run, &action_trivy, "0.28.0");
    fake_input(run, "trivyignores", "a,b");
    fake_workspace_file(run, "a", "CVE-1\n");

    fake_main(run);

    fake_expect_part(fake_log(run), "ERROR: cannot find ignorefile 'b'.\n");
    fake_expect_text(fake_failure(run), "Process completed with exit code 1.");
}

Test(trivy, was_a_container_without_a_cache)
{
    FAKE_RUN(run, &action_trivy, "0.20.0");

    fake_main(run);

    fake_expect_text(fake_assumed(run), "the image of its container\n");
    fake_expect_text(fake_commands(run), "trivy image .\n");
}
