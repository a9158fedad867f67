/* What steps can make grow, at its ceilings of base/limits.h. */
#include "base/limits.h"
#include "bench.h"

#include <criterion/criterion.h>
#include <string.h>

enum {
    KIB = 1024
};

static bool has_error(const struct leg_result *result, const char *text)
{
    for (guint i = 0; i < result->annotations->len; i++) {
        const struct annotation *annotation = result->annotations->pdata[i];
        if (annotation->level == ANNOTATION_ERROR && strstr(annotation->message, text) != NULL)
            return true;
    }
    return false;
}

Test(ceilings, a_summary_of_1_mib_is_taken_and_more_is_refused)
{
    AUTO(bench)
    bench = bench_new_steps("      - run: fill 1 1023 s $GITHUB_STEP_SUMMARY\n"
                            "      - run: fill 1 1024 s $GITHUB_STEP_SUMMARY\n");

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_expect_eq(result->result, RESULT_SUCCESS);
    cr_expect(has_error(result, "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a "
                                "size of 1024k, got 1024k."));
    cr_expect_gt(strlen(result->summary), (gsize)1000 * KIB);
    cr_expect_leq(strlen(result->summary), (gsize)RUNNER_SUMMARY_BYTES_MAX);
}

Test(ceilings, outputs_of_a_step_end_at_1_mib)
{
    AUTO(bench) bench = bench_new_steps("      - run: fill 17 63 o $GITHUB_OUTPUT\n");

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_expect_eq(result->result, RESULT_FAILURE);
    cr_expect(has_error(result, "RUNNER_OUTPUTS_BYTES_MAX"));
    const struct step_result *step = result->steps->pdata[1];
    cr_expect_eq(json_object_size(step->outputs), 16);
}

Test(ceilings, outputs_of_a_job_end_at_1_mib)
{
    AUTO(bench)
    bench = bench_new_text("job.yaml", "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n"
                                       "    outputs:\n      a: ${{ steps.x.outputs.o0 }}\n"
                                       "      b: ${{ steps.y.outputs.o0 }}\n"
                                       "    steps:\n"
                                       "      - {id: x, run: fill 1 600 o $GITHUB_OUTPUT}\n"
                                       "      - {id: y, run: fill 1 600 o $GITHUB_OUTPUT}\n");

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_expect_eq(result->result, RESULT_FAILURE);
    cr_expect(has_error(result, "RUNNER_OUTPUTS_BYTES_MAX"));
    cr_expect_eq(json_object_size(result->outputs), 1);
}

Test(ceilings, the_environment_ends_at_1_mib)
{
    AUTO(bench)
    bench = bench_new_steps("      - run: fill 10 63 A $GITHUB_ENV\n"
                            "      - run: fill 10 63 B $GITHUB_ENV\n");

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_expect_eq(result->result, RESULT_FAILURE);
    cr_expect(has_error(result, "RUNNER_ENVIRONMENT_BYTES_MAX"));
}

Test(ceilings, a_file_command_ends_at_4_mib)
{
    AUTO(bench) bench = bench_new_steps("      - run: fill 5 1024 o $GITHUB_OUTPUT\n");

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_expect_eq(result->result, RESULT_FAILURE);
    cr_expect(has_error(result, "RUNNER_FILE_BYTES_MAX"));
}

Test(ceilings, the_log_ends_at_16_mib)
{
    AUTO(bench) bench = bench_new_steps("      - run: fill 300 60 line\n");

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_expect_eq(result->result, RESULT_SUCCESS);
    cr_expect_lt(result->log->len, (gsize)RUNNER_LOG_BYTES_MAX);
    cr_expect_gt(result->log->len, (gsize)RUNNER_LOG_BYTES_MAX - 64 * KIB);
}

Test(ceilings, a_line_is_cut_at_64_kib)
{
    AUTO(bench) bench = bench_new_steps("      - run: fill 1 70 line\n");

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    const char *last = strstr(result->log->str, "line0=");
    cr_assert_not_null(last);
    cr_expect_eq(strcspn(last, "\n"), (gsize)RUNNER_LINE_BYTES_MAX);
}

Test(ceilings, a_message_is_cut_at_4096_bytes_and_a_leg_keeps_1000_annotations)
{
    g_autofree char *filler = g_strnfill(5000, 'x');
    GString *steps = g_string_new(NULL);
    for (int i = 0; i < 102; i++) {
        g_string_append(steps, "      - run: |\n");
        for (int j = 0; j < 10; j++)
            g_string_append_printf(steps, "          echo ::notice::%s\n", i == 0 ? filler : "x");
    }
    AUTO(bench) bench = bench_new_steps(steps->str);
    g_string_free(steps, TRUE);

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    const struct annotation *first = result->annotations->pdata[0];
    cr_expect_eq(strlen(first->message), (gsize)RUNNER_ANNOTATION_BYTES_MAX);
    cr_expect_eq(result->annotations->len, (guint)RUNNER_LEG_ANNOTATIONS_MAX);
}

/* One runs, the ceiling waits, and one more is too many. */
Test(ceilings, a_concurrency_group_lets_100_wait)
{
    g_autoptr(GString) text =
        g_string_new("on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    concurrency: {group: "
                     "g, queue: max}\n"
                     "    steps: [{run: sleep 1}]\n    strategy:\n      matrix:\n        n: [");
    for (int i = 0; i < CONCURRENCY_PENDING_MAX + 2; i++)
        g_string_append_printf(text, "%s%d", i > 0 ? ", " : "", i);
    g_string_append(text, "]\n");
    AUTO(bench) bench = bench_new_text("queue.yaml", text->str);

    AUTO(server_result) result = bench_run_server(bench);

    const struct server_leg *last = result->legs->pdata[CONCURRENCY_PENDING_MAX + 1];
    const struct server_leg *before = result->legs->pdata[CONCURRENCY_PENDING_MAX];
    cr_expect_eq(before->result->result, RESULT_SUCCESS);
    cr_expect_eq(last->result->result, RESULT_CANCELLED);
    cr_expect(strstr(last->reason, "CONCURRENCY_PENDING_MAX") != NULL);
}
