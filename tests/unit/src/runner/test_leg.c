/* A leg as a whole: it repeats, it is traced, it can be cancelled at odd moments. */
#include "bench.h"

#include <criterion/criterion.h>
#include <string.h>

static const char steps[] = "      - {id: x, run: sleep 5}\n"
                            "      - {uses: test/docker@v1, with: {run: docker push image:1}}\n"
                            "      - {run: exit 1}\n";

Test(leg, runs_the_same_twice)
{
    AUTO(bench) first = bench_new_steps(steps);
    AUTO(bench) second = bench_new_steps(steps);

    AUTO(leg_result) one = bench_run_leg(first, NULL);
    AUTO(leg_result) two = bench_run_leg(second, NULL);

    g_autofree char *one_digest = trace_digest(first->trace);
    g_autofree char *two_digest = trace_digest(second->trace);
    cr_expect_str_eq(one->log->str, two->log->str);
    cr_expect_str_eq(one_digest, two_digest);
}

Test(leg, is_traced_step_by_step)
{
    AUTO(bench) bench = bench_new_steps(steps);

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    gsize length = 0;
    const char *text = trace_text(bench->trace, &length);
    cr_expect_not_null(result);
    cr_expect_not_null(strstr(text, "\"event\":\"job-leg-begin\",\"leg\":\"a\""));
    cr_expect_not_null(strstr(text, "\"t_us\":5000000,\"event\":\"job-step-end\",\"leg\":\"a\","
                                    "\"id\":\"x\",\"title\":\"Run sleep 5\","
                                    "\"outcome\":\"success\""));
    cr_expect_not_null(
        strstr(text, "\"event\":\"job-leg-end\",\"leg\":\"a\",\"result\":\"failure\""));
}

Test(leg, finds_a_step_by_its_id)
{
    AUTO(bench) bench = bench_new_steps(steps);

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_assert_not_null(leg_result_step(result, "X"));
    cr_expect_eq(leg_result_step(result, "x")->duration_us, 5000000);
    cr_expect_null(leg_result_step(result, "y"));
}

Test(leg, is_broken_by_the_first_step_that_may_not_fail_and_knows_the_steps_of_what_it_assumes)
{
    guint broken = 0;
    AUTO(bench)
    bench = bench_new_steps("      - {run: exit 1, continue-on-error: true}\n"
                            "      - {uses: acme/before@v1}\n"
                            "      - {run: exit 1}\n"
                            "      - {uses: acme/after@v1, if: always()}\n");

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_assert(leg_result_broken_step(result, &broken));
    cr_expect_eq(((struct step_result *)result->steps->pdata[broken])->position.line, 8);
    cr_assert_eq(result->assumptions->len, 2);
    cr_expect_lt(((struct assumption *)result->assumptions->pdata[0])->step, broken);
    cr_expect_gt(((struct assumption *)result->assumptions->pdata[1])->step, broken);
}

Test(leg, that_ends_well_is_broken_by_none)
{
    guint broken = 0;
    AUTO(bench) bench = bench_new_steps("      - {run: exit 1, continue-on-error: true}\n");

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    const struct step_result *step = result->steps->pdata[1];
    cr_assert_eq(step->outcome, RESULT_FAILURE);
    cr_expect_eq(step->conclusion, RESULT_SUCCESS);
    cr_expect_not(leg_result_broken_step(result, &broken));
}

Test(leg, that_is_cancelled_at_once_runs_its_always_steps)
{
    AUTO(bench)
    bench = bench_new_steps("      - run: sleep 5\n"
                            "      - {if: always(), run: echo always}\n");
    bench->cancel_us = 0;
    bench->cancel_text = "The operation was canceled.";

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_expect_eq(result->result, RESULT_CANCELLED);
    const struct step_result *last = result->steps->pdata[2];
    cr_expect_eq(last->outcome, RESULT_SUCCESS);
}

Test(leg, that_is_cancelled_after_its_end_stays_as_it_was)
{
    AUTO(bench) bench = bench_new_steps("      - run: 'true'\n");
    bench->cancel_us = 1000000;
    bench->cancel_text = "The operation was canceled.";

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_expect_eq(result->result, RESULT_SUCCESS);
    cr_expect_eq(result->annotations->len, 0);
}

Test(leg, finds_the_files_of_a_mapped_action_where_the_runner_puts_them)
{
    AUTO(bench) bench = bench_new_steps("      - uses: mapped/scripted@v1\n");
    g_autofree char *file =
        g_build_filename(bench->directory, "work/_actions/mapped/scripted/v1/run.sh", NULL);

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_expect_eq(result->result, RESULT_SUCCESS);
    cr_expect(g_file_test(file, G_FILE_TEST_IS_REGULAR));
}

Test(leg, a_composite_action_says_what_broke_it_and_not_what_may_fail)
{
    AUTO(bench)
    bench = bench_new_steps("      - {id: fine, uses: mapped/swallow@v1}\n"
                            "      - {id: broken, uses: mapped/swallow@v1, with: {code: 3}}\n");

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    const struct step_result *fine = leg_result_step(result, "fine");
    const struct step_result *broken = leg_result_step(result, "broken");
    const struct step_result *inner = fine->steps->pdata[0];
    cr_expect_eq(fine->outcome, RESULT_SUCCESS);
    cr_expect_null(fine->message);
    cr_expect_str_eq(inner->message, "Process completed with exit code 1.");
    cr_expect_eq(broken->outcome, RESULT_FAILURE);
    cr_expect_str_eq(broken->message, "Process completed with exit code 3.");
}

Test(leg, notices_where_git_finds_that_the_event_s_commit_has_another_hash)
{
    AUTO(bench)
    bench = bench_new_steps(
        "      - run: |\n          echo bad object ${{ github.sha }}\n"
        "          echo bad object ${{ github.sha }}\n"
        "      - {run: echo bad object 1234567890123456789012345678901234567890}\n");

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_assert_eq(result->assumptions->len, 1, "%u", result->assumptions->len);
    cr_expect(((struct assumption *)result->assumptions->pdata[0])->leaves_gap);
}
