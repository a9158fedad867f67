/*
 * Whole runs: tests/cases/server/NAME.yaml and what comes of all its jobs in NAME.expected
 * (actions-semantics.md 1.5, 1.6, 2).
 */
#include "bench.h"

#include <criterion/criterion.h>

static char *answer_of(const char *path)
{
    AUTO(bench) bench = bench_new(path);
    AUTO(server_result) result = bench_run_server(bench);
    return bench_server_text(result);
}

Test(server_cases, end_as_on_github)
{
    int count = bench_check_cases("tests/cases/server", answer_of);

    cr_assert_geq(count, 25);
}
