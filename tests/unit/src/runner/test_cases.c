/*
 * Legs of workflow files: tests/cases/runner/NAME.yaml and what comes of its first job in
 * NAME.expected, steps, annotations and log (actions-semantics.md 1, 4, 5).
 */
#include "bench.h"

#include <criterion/criterion.h>

static char *answer_of(const char *path)
{
    AUTO(bench) bench = bench_new(path);
    AUTO(leg_result) result = bench_run_leg(bench, NULL);
    return bench_leg_text(result);
}

Test(runner_cases, end_as_on_github)
{
    int count = bench_check_cases("tests/cases/runner", answer_of);

    cr_assert_geq(count, 100);
}
