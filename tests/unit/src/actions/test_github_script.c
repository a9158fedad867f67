/* actions/github-script: the scripts that are understood, and that the others are assumed. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>

static void run_script(struct action_run *run, const char *script)
{
    fake_variable(run, "ACTIONS_RESULTS_URL", "https://results.example/");
    fake_input(run, "script", script);
    fake_main(run);
}

Test(github_script, exports_what_it_is_told_to)
{
    FAKE_RUN(run, &action_github_script, "v7");
    run_script(run,
               "// for buildx\n"
               "core.exportVariable('ACTIONS_RESULTS_URL', process.env.ACTIONS_RESULTS_URL);\n"
               "core.exportVariable(\n  \"URL\",\n  process.env['ACTIONS_RESULTS_URL'] ?? ''\n)\n"
               "core.exportVariable(`NONE`, process.env.NOT_THERE || '');\n"
               "core.exportVariable('ACTIONS_CACHE_SERVICE_V2', 'on');");

    fake_expect_text(fake_exported(run, "ACTIONS_RESULTS_URL"), "https://results.example/");
    fake_expect_text(fake_exported(run, "URL"), "https://results.example/");
    fake_expect_text(fake_exported(run, "NONE"), "");
    fake_expect_text(fake_exported(run, "ACTIONS_CACHE_SERVICE_V2"), "on");
    fake_expect_text(fake_assumed(run), "");
}

Test(github_script, does_nothing_of_a_script_that_it_does_not_understand)
{
    FAKE_RUN(run, &action_github_script, "v7");
    run_script(run, "core.exportVariable('URL', process.env.ACTIONS_RESULTS_URL);\n"
                    "if (context.eventName == 'push') core.setOutput('a', 'b')\n");

    cr_expect_null(fake_exported(run, "URL"));
    fake_expect_part(fake_assumed(run), "leaves out caches of type gha");
}

Test(github_script, tells_of_caches_only_where_it_may_open_them)
{
    FAKE_RUN(run, &action_github_script, "v7");
    run_script(run, "core.exportVariable('A', process.env.B + 'c')");

    fake_expect_text(fake_assumed(run), "its script\n");
}
