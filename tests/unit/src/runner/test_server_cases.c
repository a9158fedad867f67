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

Test(server_cases, a_leg_that_is_queued_has_no_machine)
{
    const char *source = g_getenv("SEATRIAL_SOURCE_DIR");
    g_autofree char *path =
        g_build_filename(source != NULL ? source : ".",
                         "tests/cases/server/queue-of-the-standard-account.yaml", NULL);
    AUTO(bench) bench = bench_new(path);

    AUTO(server_result) result = bench_run_server(bench);

    cr_assert_eq(result->legs->len, 22);
    cr_assert_eq(bench->machine_count_max, CONCURRENT_JOBS_STANDARD);
}
