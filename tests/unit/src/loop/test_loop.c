/* The loop: what runs first, when time moves, how a run ends. */
#include "bench.h"

#include "base/limits.h"
#include "base/units.h"
#include "loop/fiber.h"

#include <criterion/criterion.h>

static void on_timer(void *argument)
{
    bench_note(argument, "timer");
}

static bool run_source(void *argument)
{
    struct bench *bench = argument;
    if (bench->source_work_count == 0)
        return false;
    bench->source_work_count--;
    bench_note(bench, "source");
    return true;
}

static void run_fiber(void *argument)
{
    bench_note(argument, "fiber");
}

Test(loop, fibers_come_first_then_sources_then_descriptors_then_time)
{
    BENCH(bench);
    struct timer end;
    timer_init(&bench.timer, on_timer, &bench);
    timer_arm(bench.loop, &bench.timer, 0);
    timer_init(&end, bench_on_end, &bench);
    timer_arm(bench.loop, &end, 5 * SECOND_US);
    bench_watch(&bench);
    bench_write(&bench, "ab");
    bench.source = (struct loop_source){.run = run_source, .argument = &bench};
    bench.source_work_count = 2;
    loop_add_source(bench.loop, &bench.source);
    fiber_spawn(bench.loop, "fiber", run_fiber, &bench);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_str_eq(bench.log->str,
                     "fiber@0 source@0 source@0 readable@0 readable@0 timer@0 end@5 ");
    loop_remove_source(bench.loop, &bench.source);
}

static void on_write_back(void *argument)
{
    bench_note(argument, "timer");
    bench_write(argument, "a");
}

Test(loop, what_one_timer_causes_plays_out_before_the_next_of_the_same_instant)
{
    BENCH(bench);
    struct timer second;
    bench_watch(&bench);
    timer_init(&bench.timer, on_write_back, &bench);
    timer_arm(bench.loop, &bench.timer, SECOND_US);
    timer_init(&second, bench_on_end, &bench);
    timer_arm(bench.loop, &second, SECOND_US);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_str_eq(bench.log->str, "timer@1 readable@1 end@1 ");
}

Test(loop, nothing_ready_and_no_timer_is_a_deadlock)
{
    BENCH(bench);
    bench_watch(&bench);

    g_autofree char *error = bench_run_error(&bench);

    cr_assert_str_eq(error, "0 deadlock: nothing is ready and no timer is set; waiting: nobody");
}

static bool never_tires(void *argument)
{
    (void)argument;
    return true;
}

Test(loop, endless_work_at_one_instant_is_a_livelock)
{
    BENCH(bench);
    bench.source = (struct loop_source){.run = never_tires};
    loop_add_source(bench.loop, &bench.source);

    g_autofree char *error = bench_run_error(&bench);

    cr_assert_str_eq(error, "1 livelock: 1000000 steps without time moving");
    cr_assert_eq(loop_step_count(bench.loop), LOOP_STEPS_AT_ONE_TIME_MAX + 1);
    loop_remove_source(bench.loop, &bench.source);
}

static void on_tick(void *argument)
{
    struct bench *bench = argument;
    timer_arm(bench->loop, &bench->timer, HOUR_US);
}

Test(loop, a_clock_that_runs_away_hits_its_cap)
{
    BENCH(bench);
    timer_init(&bench.timer, on_tick, &bench);
    timer_arm(bench.loop, &bench.timer, HOUR_US);

    loop_set_time_cap(bench.loop, 90 * MINUTE_US);
    g_autofree char *own = bench_run_error(&bench);
    loop_set_time_cap(bench.loop, INT64_MAX);
    g_autofree char *largest = bench_run_error(&bench);

    cr_assert_str_eq(own, "2 the run's clock passed its cap of 1h30min");
    cr_assert_str_eq(largest, "2 the run's clock passed its cap of 720h");
    timer_cancel(bench.loop, &bench.timer);
}

Test(loop, an_interrupt_ends_the_run)
{
    BENCH(bench);
    loop_interrupt(bench.loop);

    g_autofree char *error = bench_run_error(&bench);

    cr_assert_str_eq(error, "3 interrupted");
}

Test(loop, a_run_that_is_over_takes_no_step)
{
    BENCH(bench);
    bench.is_over = true;

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_eq(loop_step_count(bench.loop), 0);
}

/* A million virtual microseconds pass in one real one. */
Test(loop, a_scaled_clock_waits_in_real_time_divided_by_its_speed)
{
    __attribute__((cleanup(bench_clear))) struct bench bench = bench_new(CLOCK_SCALED, 1000000);

    bench_run_a_second(&bench);

    cr_assert_geq(loop_now_us(bench.loop), SECOND_US);
    cr_assert_eq(loop_clock_mode(bench.loop), CLOCK_SCALED);
}

/* A source that holds the clock for some rounds, then has something to do once. */
struct holder {
    struct bench *bench;
    int hold_count;
    int settle_count;
};

static bool run_nothing(void *argument)
{
    (void)argument;
    return false;
}

static int64_t hold(void *argument)
{
    struct holder *holder = argument;
    if (holder->hold_count == 0)
        return 0;
    holder->hold_count--;
    return 1;
}

static bool settle(void *argument)
{
    struct holder *holder = argument;
    if (holder->settle_count == 0)
        return false;
    holder->settle_count--;
    bench_note(holder->bench, "settle");
    return true;
}

Test(loop, time_stands_still_while_a_source_holds_it_and_then_what_was_kept_is_settled)
{
    BENCH(bench);
    struct holder holder = {&bench, .hold_count = 5, .settle_count = 2};
    struct loop_source source = {run_nothing, &holder, hold, settle};
    loop_add_source(bench.loop, &source);

    bench_run_a_second(&bench);

    cr_assert_eq(holder.hold_count, 0);
    cr_assert_str_eq(bench.log->str, "settle@0 settle@0 end@1 ");
    loop_remove_source(bench.loop, &source);
}

Test(loop, a_source_is_found_by_its_function_while_it_is_there)
{
    BENCH(bench);
    struct loop_source source = {.run = run_nothing};

    loop_add_source(bench.loop, &source);
    struct loop_source *found = loop_find_source(bench.loop, run_nothing);
    loop_remove_source(bench.loop, &source);

    cr_assert_eq(found, &source);
    cr_assert_null(loop_find_source(bench.loop, run_nothing));
}

/* Writes while it is asked: the byte must be seen before time moves. */
static int64_t write_and_let_go(void *argument)
{
    struct holder *holder = argument;
    if (holder->hold_count-- > 0)
        bench_write(holder->bench, "a");
    return 0;
}

Test(loop, what_is_sent_while_sources_are_asked_comes_before_the_jump)
{
    BENCH(bench);
    struct holder holder = {&bench, .hold_count = 1, .settle_count = 1};
    struct loop_source source = {run_nothing, &holder, write_and_let_go, settle};
    loop_add_source(bench.loop, &source);
    bench_watch(&bench);

    bench_run_a_second(&bench);

    cr_assert_str_eq(bench.log->str, "readable@0 settle@0 end@1 ");
    loop_remove_source(bench.loop, &source);
}

Test(loop, every_wait_of_a_held_clock_is_one_step)
{
    BENCH(bench);
    struct holder holder = {&bench, .hold_count = 3};
    struct loop_source source = {run_nothing, &holder, hold, NULL};
    loop_add_source(bench.loop, &source);

    bench_run_a_second(&bench);

    cr_assert_eq(loop_step_count(bench.loop), 3 + 1);
    loop_remove_source(bench.loop, &source);
}
