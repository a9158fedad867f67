/* actions/checkout. */
#include "actions/actions.h"

#include "fake_run.h"

#include "base/units.h"

#include <criterion/criterion.h>
#include <string.h>

Test(checkout, puts_the_work_tree_into_the_workspace)
{
    FAKE_RUN(run, &action_checkout_repository, "v4");

    fake_main(run);

    fake_expect_text(fake_commands(run), "(checkout to " FAKE_WORKSPACE ")\n");
    fake_expect_text(fake_output(run, "ref"), "refs/heads/main");
    fake_expect_text(fake_output(run, "commit"), FAKE_COMMIT);
    fake_expect_part(fake_log(run), "Syncing repository: acme/app\n::group::Getting Git version "
                                    "info\nWorking directory is '" FAKE_WORKSPACE "'\n");
    fake_expect_part(fake_log(run), "--depth=1 origin +" FAKE_COMMIT ":refs/remotes/origin/main\n");
}

Test(checkout, puts_it_into_a_folder_of_the_workspace)
{
    FAKE_RUN(run, &action_checkout_repository, "v4");
    fake_input(run, "path", "src/../app");
    fake_input(run, "fetch-depth", "0");
    fake_input(run, "ref", FAKE_COMMIT);

    fake_main(run);

    fake_expect_text(fake_commands(run), "(checkout to " FAKE_WORKSPACE "/app)\n");
    fake_expect_text(fake_output(run, "ref"), "");
    fake_expect_part(fake_log(run), "+refs/heads/*:refs/remotes/origin/*");
}

Test(checkout, stays_inside_of_the_workspace)
{
    FAKE_RUN(run, &action_checkout_repository, "v4");
    fake_input(run, "path", "../other");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Repository path '/home/runner/work/app/other' is not "
                                        "under '" FAKE_WORKSPACE "'");
}

/* As in a log of May 2021 (P3TERX/Actions-OpenWrt issue 313). */
Test(checkout, fetches_again_after_ten_to_twenty_seconds)
{
    FAKE_RUN(run, &action_checkout_repository, "v4");
    fake_git_failures(run, 2);

    fake_main(run);

    cr_assert_null(fake_failure(run));
    fake_expect_text(fake_commands(run), "(checkout to " FAKE_WORKSPACE ")\n");
    fake_expect_part(fake_log(run), "fatal: unable to access 'https://github.com/acme/app/': The "
                                    "requested URL returned error: 500");
    fake_expect_part(fake_log(run), "The process '/usr/bin/git' failed with exit code 128\n"
                                    "Waiting 1");
    cr_assert(fake_slept_us(run) >= 20 * SECOND_US && fake_slept_us(run) <= 40 * SECOND_US);
}

Test(checkout, gives_up_after_three_attempts)
{
    FAKE_RUN(run, &action_checkout_repository, "v4");
    fake_git_failures(run, 3);

    fake_main(run);

    fake_expect_text(fake_failure(run), "The process '/usr/bin/git' failed with exit code 128");
    fake_expect_text(fake_commands(run), "");
}

Test(checkout, refuses_a_repository_without_owner)
{
    FAKE_RUN(run, &action_checkout_repository, "v4");
    fake_input(run, "repository", "app");

    fake_main(run);

    fake_expect_text(fake_failure(run),
                     "Invalid repository 'app'. Expected format {owner}/{repo}.");
}

Test(checkout, assumes_other_repositories)
{
    FAKE_RUN(run, &action_checkout_repository, "v4");
    fake_input(run, "repository", "acme/charts");
    fake_input(run, "path", "charts");

    fake_main(run);

    fake_expect_text(fake_commands(run), "");
    fake_expect_text(fake_assumed(run), "the repository acme/charts\n");
}

Test(checkout, qualifies_a_bare_reference_of_the_event)
{
    FAKE_RUN(run, &action_checkout_repository, "v4");
    fake_contexts(run, "{\"github\": {\"ref\": \"main\"}}");

    fake_main(run);

    fake_expect_text(fake_output(run, "ref"), "refs/heads/main");
}
