/* Fibers: waiting, deadlines, cancellation, groups and slots, on a virtual clock. */
#include "loop/fiber.h"

#include "base/units.h"

#include <criterion/criterion.h>

struct bench {
    struct loop *loop;
    struct fiber_slots slots;
    GString *log;
    bool is_over;
    void (*body)(struct bench *bench);
};

static void bench_main(void *argument)
{
    struct bench *bench = argument;
    bench->body(bench);
    bench->is_over = true;
}

static char *run_body(void (*body)(struct bench *bench))
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    struct bench bench = {.loop = loop, .log = g_string_new(NULL), .body = body};
    g_autoptr(GError) error = NULL;

    fiber_spawn(loop, "main", bench_main, &bench);
    if (!loop_run(loop, &bench.is_over, &error))
        g_string_append_printf(bench.log, "[%s]", error->message);
    loop_free(g_steal_pointer(&loop));
    return g_string_free(bench.log, FALSE);
}

static void note(struct bench *bench, const char *what)
{
    g_string_append_printf(bench->log, "%s@%d ", what, (int)(loop_now_us(bench->loop) / SECOND_US));
}

static void sleep_past_a_deadline(struct bench *bench)
{
    DEADLINE(outer);
    deadline_begin(bench->loop, &outer, "job", 60 * SECOND_US);
    DEADLINE(inner);
    deadline_begin(bench->loop, &inner, "tier", 5 * SECOND_US);
    g_autoptr(GError) error = NULL;

    cr_assert(!fiber_sleep(bench->loop, 10 * SECOND_US, &error));

    cr_assert(inner.has_expired && !outer.has_expired);
    note(bench, error->message);
}

Test(fiber, a_sleep_ends_at_the_earliest_deadline_in_force)
{
    g_autofree char *log = run_body(sleep_past_a_deadline);
    cr_assert_str_eq(log, "tier timed out after 5s@5 ");
}

static void take_a_slot(void *argument)
{
    struct bench *bench = argument;
    g_autoptr(GError) error = NULL;
    cr_assert(fiber_slots_take(bench->loop, &bench->slots, "slot", &error));
    note(bench, "in");
    cr_assert(fiber_sleep(bench->loop, 10 * SECOND_US, &error));
    fiber_slots_give(&bench->slots);
}

static void five_share_two_slots(struct bench *bench)
{
    bench->slots.free_count = 2;
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    for (int i = 0; i < 5; i++)
        fiber_group_spawn(&group, "worker", take_a_slot, bench);
    cr_assert(fiber_group_wait(&group, NULL));
    note(bench, "all");
}

Test(fiber, slots_are_given_in_the_order_of_asking)
{
    g_autofree char *log = run_body(five_share_two_slots);
    cr_assert_str_eq(log, "in@0 in@0 in@10 in@10 in@20 all@30 ");
}

static void clean_up_after_cancellation(void *argument)
{
    struct bench *bench = argument;
    g_autoptr(GError) error = NULL;
    cr_assert(!fiber_sleep(bench->loop, HOUR_US, &error));
    DEADLINE(shield);
    deadline_begin_shielded(bench->loop, &shield, "clean-up", 30 * SECOND_US);
    cr_assert(fiber_sleep(bench->loop, 20 * SECOND_US, NULL));
    note(bench, "cleaned");
}

static void cancel_a_group(struct bench *bench)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, bench->loop);
    fiber_group_spawn(&group, "worker", clean_up_after_cancellation, bench);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    fiber_group_finish(&group);
    note(bench, "finished");
}

Test(fiber, a_cancelled_fiber_may_clean_up_behind_a_shield)
{
    g_autofree char *log = run_body(cancel_a_group);
    cr_assert_str_eq(log, "cleaned@21 finished@21 ");
}

static void wait_for_nothing(struct bench *bench)
{
    g_autoptr(GError) error = NULL;
    cr_assert(!fiber_park(bench->loop, "Godot", &error));
}

Test(fiber, waiting_for_what_never_comes_is_a_deadlock_not_a_hang)
{
    g_autofree char *log = run_body(wait_for_nothing);
    cr_assert_str_eq(log,
                     "[deadlock: nothing is ready and no timer is set; waiting: main (Godot)]");
}
