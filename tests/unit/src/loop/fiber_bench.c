/* The common bench of the tests of fibers. */
#include "fiber_bench.h"

#include "base/units.h"

#include <criterion/criterion.h>

void fiber_bench_note(struct fiber_bench *bench, const char *what)
{
    g_string_append_printf(bench->log, "%s@%d ", what, (int)(loop_now_us(bench->loop) / SECOND_US));
}

static void bench_main(void *argument)
{
    struct fiber_bench *bench = argument;
    bench->body(bench);
    bench->is_over = true;
}

char *fiber_bench_run(void (*body)(struct fiber_bench *bench), uint64_t seed)
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    struct fiber_bench bench = {.loop = loop,
                                .log = g_string_new(NULL),
                                .body = body,
                                .rng = rng_stream(seed, "fibers", NULL)};
    g_autoptr(GError) error = NULL;

    fiber_spawn(loop, "main", bench_main, &bench);
    if (!loop_run(loop, &bench.is_over, &error))
        g_string_append_printf(bench.log, "[%s]", error->message);
    loop_free(g_steal_pointer(&loop));
    return g_string_free(bench.log, FALSE);
}

void fiber_bench_expect(void (*body)(struct fiber_bench *bench), const char *expected)
{
    g_autofree char *log = fiber_bench_run(body, 0);
    cr_assert_str_eq(log, expected);
}
