/* Fibers: waiting, deadlines, cancellation, groups and slots, on a virtual clock. */
#include "fiber_bench.h"

#include "base/units.h"

#include <criterion/criterion.h>

static void sleep_past_a_deadline(struct fiber_bench *bench)
{
    DEADLINE(outer);
    deadline_begin(bench->loop, &outer, "job", 60 * SECOND_US);
    DEADLINE(inner);
    deadline_begin(bench->loop, &inner, "tier", 5 * SECOND_US);
    g_autoptr(GError) error = NULL;

    cr_assert(!fiber_sleep(bench->loop, 10 * SECOND_US, &error));

    cr_assert(inner.has_expired && !outer.has_expired);
    fiber_bench_note(bench, error->message);
}

Test(fiber, a_sleep_ends_at_the_earliest_deadline_in_force)
{
    fiber_bench_expect(sleep_past_a_deadline, "tier timed out after 5s@5 ");
}

static void take_a_slot(void *argument)
{
    struct fiber_bench *bench = argument;
    g_autoptr(GError) error = NULL;
    cr_assert(fiber_slots_take(bench->loop, &bench->slots, "slot", &error));
    fiber_bench_note(bench, "in");
    cr_assert(fiber_sleep(bench->loop, 10 * SECOND_US, &error));
    fiber_slots_give(&bench->slots);
}

static void five_share_two_slots(struct fiber_bench *bench)
{
    bench->slots.free_count = 2;
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    for (int i = 0; i < 5; i++)
        fiber_group_spawn(&group, "worker", take_a_slot, bench);
    cr_assert(fiber_group_wait(&group, NULL));
    fiber_bench_note(bench, "all");
}

Test(fiber, slots_are_given_in_the_order_of_asking)
{
    fiber_bench_expect(five_share_two_slots, "in@0 in@0 in@10 in@10 in@20 all@30 ");
}

static void clean_up_after_cancellation(void *argument)
{
    struct fiber_bench *bench = argument;
    g_autoptr(GError) error = NULL;
    cr_assert(!fiber_sleep(bench->loop, HOUR_US, &error));
    DEADLINE(shield);
    deadline_begin_shielded(bench->loop, &shield, "clean-up", 30 * SECOND_US);
    cr_assert(fiber_sleep(bench->loop, 20 * SECOND_US, NULL));
    fiber_bench_note(bench, "cleaned");
}

static void cancel_a_group(struct fiber_bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "worker", clean_up_after_cancellation, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    fiber_group_finish(&group);
    fiber_bench_note(bench, "finished");
}

Test(fiber, a_cancelled_fiber_may_clean_up_behind_a_shield)
{
    fiber_bench_expect(cancel_a_group, "cleaned@21 finished@21 ");
}

static void wait_for_nothing(struct fiber_bench *bench)
{
    g_autoptr(GError) error = NULL;
    cr_assert(!fiber_park(bench->loop, "Godot", &error));
}

Test(fiber, waiting_for_what_never_comes_is_a_deadlock_not_a_hang)
{
    fiber_bench_expect(wait_for_nothing,
                       "[deadlock: nothing is ready and no timer is set; waiting: main (Godot)]");
}
