/* Fibers: the corners of waiting, and the property that runs repeat. */
#include "fiber_bench.h"

#include "base/units.h"

#include <criterion/criterion.h>

static void yield_twice(void *argument)
{
    struct fiber_bench *bench = argument;
    const char *name = fiber_name(fiber_current(bench->loop));
    for (int i = 0; i < 2; i++) {
        fiber_bench_note(bench, name);
        cr_assert(fiber_yield(bench->loop, NULL));
    }
}

static void take_turns(struct fiber_bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "a", yield_twice, bench);
    fiber_group_spawn(&group, "b", yield_twice, bench);
    fiber_group_spawn(&group, "c", yield_twice, bench);
    cr_assert(fiber_group_wait(&group, NULL));
}

Test(fiber_waits, yielding_fibers_take_turns_in_the_order_of_their_start)
{
    fiber_bench_expect(take_turns, "a@0 b@0 c@0 a@0 b@0 c@0 ");
}

static void wake_other_early(void *argument)
{
    struct fiber_bench *bench = argument;
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    fiber_wake(bench->other);
}

static void sleep_through_a_wake_up(struct fiber_bench *bench)
{
    bench->other = fiber_current(bench->loop);
    fiber_spawn(bench->loop, "waker", wake_other_early, bench);
    cr_assert(fiber_sleep(bench->loop, 5 * SECOND_US, NULL));
    fiber_bench_note(bench, "awake");
}

Test(fiber_waits, a_spurious_wake_up_does_not_end_a_sleep)
{
    fiber_bench_expect(sleep_through_a_wake_up, "awake@5 ");
}

static void wait_after_cancellation(void *argument)
{
    struct fiber_bench *bench = argument;
    for (int i = 0; i < 3; i++) {
        g_autoptr(GError) error = NULL;
        cr_assert_not(fiber_sleep(bench->loop, HOUR_US, &error));
        cr_assert(g_error_matches(error, FIBER_ERROR, FIBER_ERROR_CANCELLED));
        fiber_bench_note(bench, error->message);
    }
    cr_assert(fiber_is_cancelled(fiber_current(bench->loop)));
}

static void cancel_once(struct fiber_bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    struct fiber *worker = fiber_group_spawn(&group, "worker", wait_after_cancellation, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    fiber_cancel(worker);
    cr_assert(fiber_group_wait(&group, NULL));
}

Test(fiber_waits, once_cancelled_every_later_wait_fails_at_once)
{
    fiber_bench_expect(cancel_once,
                       "cancelled (worker)@1 cancelled (worker)@1 cancelled (worker)@1 ");
}

static void expire_outer_first(struct fiber_bench *bench)
{
    g_autoptr(GError) error = NULL;
    DEADLINE(outer);
    deadline_begin(bench->loop, &outer, "job", 5 * SECOND_US);
    DEADLINE(inner);
    deadline_begin(bench->loop, &inner, "step", 5 * SECOND_US);
    cr_assert_eq(deadline_remaining_us(bench->loop), 5 * SECOND_US);

    cr_assert_not(fiber_sleep(bench->loop, HOUR_US, &error));

    cr_assert(g_error_matches(error, FIBER_ERROR, FIBER_ERROR_TIMED_OUT));
    cr_assert(outer.has_expired && !inner.has_expired);
    cr_assert_eq(deadline_remaining_us(bench->loop), 0);
    fiber_bench_note(bench, error->message);
}

Test(fiber_waits, of_two_deadlines_at_one_instant_the_outer_counts)
{
    fiber_bench_expect(expire_outer_first, "job timed out after 5s@5 ");
}

static void go_on_after_a_scope(struct fiber_bench *bench)
{
    cr_assert_eq(deadline_remaining_us(bench->loop), INT64_MAX);
    {
        DEADLINE(limit);
        deadline_begin(bench->loop, &limit, "try", SECOND_US);
        cr_assert_not(fiber_sleep(bench->loop, HOUR_US, NULL));
    }
    cr_assert(fiber_sleep(bench->loop, HOUR_US, NULL));
    fiber_bench_note(bench, "slept");
}

Test(fiber_waits, a_deadline_ends_with_its_scope)
{
    fiber_bench_expect(go_on_after_a_scope, "slept@3601 ");
}

static void sleep_long(void *argument)
{
    struct fiber_bench *bench = argument;
    g_autoptr(GError) error = NULL;
    cr_assert_not(fiber_sleep(bench->loop, HOUR_US, &error));
    fiber_bench_note(bench, error->message);
}

/* The scope has ended long before, but the member keeps what it was born under. */
static void spawn_under_a_deadline(struct fiber_bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    {
        DEADLINE(limit);
        deadline_begin(bench->loop, &limit, "job", 7 * SECOND_US);
        fiber_group_spawn(&group, "member", sleep_long, bench);
    }
    cr_assert(fiber_group_wait(&group, NULL));
    fiber_bench_note(bench, "parent");
}

Test(fiber_waits, members_inherit_the_deadline_they_were_spawned_under)
{
    fiber_bench_expect(spawn_under_a_deadline, "job timed out after 7s@7 parent@7 ");
}

static void sleep_behind_a_shield(void *argument)
{
    struct fiber_bench *bench = argument;
    g_autoptr(GError) error = NULL;
    DEADLINE(shield);
    deadline_begin_shielded(bench->loop, &shield, "clean-up", 3 * SECOND_US);
    cr_assert_not(fiber_sleep(bench->loop, HOUR_US, &error));
    fiber_bench_note(bench, error->message);
}

static void cancel_behind_a_shield(struct fiber_bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "worker", sleep_behind_a_shield, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    fiber_group_cancel(&group);
    cr_assert(fiber_group_wait(&group, NULL));
}

Test(fiber_waits, a_shield_keeps_cancellation_away_but_has_a_limit_of_its_own)
{
    fiber_bench_expect(cancel_behind_a_shield, "clean-up timed out after 3s@3 ");
}

static void hold_a_slot(void *argument)
{
    struct fiber_bench *bench = argument;
    cr_assert(fiber_slots_take(bench->loop, &bench->slots, "slot", NULL));
    cr_assert(fiber_sleep(bench->loop, 10 * SECOND_US, NULL));
    fiber_slots_give(&bench->slots);
}

static void wait_for_a_slot(void *argument)
{
    struct fiber_bench *bench = argument;
    if (!fiber_slots_take(bench->loop, &bench->slots, "slot", NULL)) {
        fiber_bench_note(bench, "gave up");
        return;
    }
    fiber_bench_note(bench, "got it");
    fiber_slots_give(&bench->slots);
}

static void cancel_one_in_the_queue(struct fiber_bench *bench)
{
    bench->slots.free_count = 1;
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "holder", hold_a_slot, bench);
    struct fiber *first = fiber_group_spawn(&group, "first", wait_for_a_slot, bench);
    fiber_group_spawn(&group, "second", wait_for_a_slot, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    fiber_cancel(first);
    cr_assert(fiber_group_wait(&group, NULL));
    cr_assert_eq(bench->slots.free_count, 1);
}

Test(fiber_waits, a_cancelled_waiter_leaves_the_queue_and_takes_no_slot)
{
    fiber_bench_expect(cancel_one_in_the_queue, "gave up@1 got it@10 ");
}

static void cancel_when_the_slot_comes(void *argument)
{
    struct fiber_bench *bench = argument;
    cr_assert(fiber_sleep(bench->loop, 10 * SECOND_US, NULL));
    fiber_slots_give(&bench->slots);
    fiber_cancel(bench->other);
}

/* The slot is handed over and the waiter cancelled at one instant, before it runs. */
static void lose_the_race(struct fiber_bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    bench->other = fiber_group_spawn(&group, "waiter", wait_for_a_slot, bench);
    fiber_group_spawn(&group, "giver", cancel_when_the_slot_comes, bench);
    cr_assert(fiber_group_wait(&group, NULL));
    cr_assert_eq(bench->slots.free_count, 1);
}

Test(fiber_waits, a_slot_is_never_lost_to_a_waiter_cancelled_at_that_instant)
{
    g_autofree char *log = fiber_bench_run(lose_the_race, 0);
    cr_assert(g_str_has_suffix(log, "@10 "), "%s", log);
}

static void wait_in_the_queue(void *argument)
{
    struct fiber_bench *bench = argument;
    cr_assert(fiber_queue_wait(bench->loop, &bench->queue, "news", NULL));
    fiber_bench_note(bench, fiber_name(fiber_current(bench->loop)));
}

static void wake_one_then_all(struct fiber_bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_queue_wake_one(&bench->queue);
    fiber_group_spawn(&group, "a", wait_in_the_queue, bench);
    fiber_group_spawn(&group, "b", wait_in_the_queue, bench);
    fiber_group_spawn(&group, "c", wait_in_the_queue, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    fiber_queue_wake_one(&bench->queue);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    fiber_queue_wake_all(&bench->queue);
    cr_assert(fiber_group_wait(&group, NULL));
}

Test(fiber_waits, a_queue_wakes_in_the_order_of_waiting)
{
    fiber_bench_expect(wake_one_then_all, "a@1 b@2 c@2 ");
}

static void leave_one_behind(struct fiber_bench *bench)
{
    fiber_spawn(bench->loop, "orphan", sleep_long, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
}

Test(fiber_waits, freeing_the_loop_cancels_what_is_left_and_lets_it_end)
{
    fiber_bench_expect(leave_one_behind, "cancelled (orphan)@1 ");
}

static void restart_no_limit(struct fiber_bench *bench)
{
    DEADLINE(limit);
    deadline_begin(bench->loop, &limit, "no limit", INT64_MAX);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    deadline_restart(&limit);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    fiber_bench_note(bench, limit.has_expired ? "expired" : "went on");
}

Test(fiber_waits, a_limit_that_is_none_stays_none_when_it_restarts)
{
    fiber_bench_expect(restart_no_limit, "went on@2 ");
}

static void wait_without_limit(struct fiber_bench *bench)
{
    g_autoptr(GError) error = NULL;
    DEADLINE(limit);
    deadline_begin(bench->loop, &limit, "no limit", INT64_MAX);
    cr_assert_not(fiber_park(bench->loop, "nobody", &error));
    fiber_bench_note(bench, error->message);
}

Test(fiber_waits, a_limit_that_is_none_hides_no_deadlock)
{
    fiber_bench_expect(wait_without_limit,
                       "[deadlock: nothing is ready and no timer is set; waiting: main (nobody)]"
                       "cancelled (main)@0 ");
}

static void stroll(void *argument)
{
    struct fiber_bench *bench = argument;
    for (int i = 0; i < 20; i++) {
        int64_t pause_us = (int64_t)rng_below(&bench->rng, 4) * SECOND_US;
        cr_assert(fiber_slots_take(bench->loop, &bench->slots, "slot", NULL));
        cr_assert(fiber_sleep(bench->loop, pause_us, NULL));
        fiber_bench_note(bench, fiber_name(fiber_current(bench->loop)));
        fiber_slots_give(&bench->slots);
    }
}

static void stroll_together(struct fiber_bench *bench)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    FIBER_GROUP(group);
    bench->slots.free_count = 3;
    fiber_group_init(&group, bench->loop);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        fiber_group_spawn(&group, names[i], stroll, bench);
    cr_assert(fiber_group_wait(&group, NULL));
}

Test(fiber_waits, equal_seeds_give_equal_runs)
{
    g_autofree char *previous = NULL;
    for (uint64_t seed = 0; seed < 30; seed++) {
        g_autofree char *first = fiber_bench_run(stroll_together, seed);
        g_autofree char *second = fiber_bench_run(stroll_together, seed);
        cr_assert_str_eq(first, second);
        cr_assert_str_neq(first, previous != NULL ? previous : "");
        g_free(previous);
        previous = g_strdup(first);
    }
}
