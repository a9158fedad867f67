/* crazy-max/ghaction-github-runtime. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>

Test(github_runtime, exports_what_there_is_and_prints_no_token)
{
    FAKE_RUN(run, &action_github_runtime, "v3");
    fake_variable(run, "ACTIONS_RESULTS_URL", "https://results.example/");
    fake_variable(run, "ACTIONS_RUNTIME_TOKEN", "secret");

    fake_main(run);

    fake_expect_text(fake_exported(run, "ACTIONS_RESULTS_URL"), "https://results.example/");
    fake_expect_text(fake_exported(run, "ACTIONS_RUNTIME_TOKEN"), "secret");
    cr_expect_null(fake_exported(run, "ACTIONS_CACHE_URL"));
    fake_expect_part(fake_log(run), "ACTIONS_RUNTIME_TOKEN=***\n");
    fake_expect_text(fake_masked(run), "secret\n");
}
