/* Timers: their order is (time, order of arming), whatever was armed, moved and cancelled. */
#include "base/rng.h"
#include "base/units.h"
#include "loop/loop.h"

#include <criterion/criterion.h>

struct alarm {
    struct timer timer;
    struct bench *bench;
    int64_t expected_at_us; /* -1: cancelled */
    uint64_t expected_sequence;
};

struct bench {
    struct loop *loop;
    GArray *fired; /* struct alarm * */
    guint expected_count;
    bool is_over;
};

static void on_alarm(void *argument)
{
    struct alarm *alarm = argument;
    struct bench *bench = alarm->bench;

    cr_assert_eq(loop_now_us(bench->loop), alarm->expected_at_us);
    cr_assert_not(timer_is_armed(&alarm->timer));
    g_array_append_val(bench->fired, alarm);
    bench->is_over = bench->fired->len == bench->expected_count;
}

static void arm(struct alarm *alarm, int64_t delay_us, uint64_t *sequence)
{
    timer_arm(alarm->bench->loop, &alarm->timer, delay_us);
    alarm->expected_at_us = loop_now_us(alarm->bench->loop) + MAX(delay_us, 0);
    alarm->expected_sequence = ++*sequence;
}

static void expect_order(const struct bench *bench)
{
    for (guint i = 1; i < bench->fired->len; i++) {
        const struct alarm *before = g_array_index(bench->fired, struct alarm *, i - 1);
        const struct alarm *after = g_array_index(bench->fired, struct alarm *, i);
        cr_assert_leq(before->expected_at_us, after->expected_at_us);
        if (before->expected_at_us == after->expected_at_us)
            cr_assert_lt(before->expected_sequence, after->expected_sequence);
    }
}

/* One random history of arming, moving and cancelling; few distinct times, so that ties are many.
 */
static void try_history(uint64_t seed)
{
    enum {
        ALARM_COUNT = 60,
        CHANGE_COUNT = 300,
    };
    struct rng rng = rng_stream(seed, "timers", NULL);
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    struct bench bench = {.loop = loop, .fired = g_array_new(FALSE, FALSE, sizeof(struct alarm *))};
    struct alarm alarms[ALARM_COUNT];
    uint64_t sequence = 0;

    for (int i = 0; i < ALARM_COUNT; i++) {
        alarms[i] = (struct alarm){.bench = &bench, .expected_at_us = -1};
        timer_init(&alarms[i].timer, on_alarm, &alarms[i]);
    }
    for (int i = 0; i < CHANGE_COUNT; i++) {
        struct alarm *alarm = &alarms[rng_below(&rng, ALARM_COUNT)];
        if (rng_below(&rng, 3) == 0) {
            timer_cancel(loop, &alarm->timer);
            alarm->expected_at_us = -1;
        } else {
            arm(alarm, (int64_t)rng_below(&rng, 12) - 1, &sequence);
        }
    }
    for (int i = 0; i < ALARM_COUNT; i++) {
        cr_assert_eq(timer_is_armed(&alarms[i].timer), alarms[i].expected_at_us >= 0);
        bench.expected_count += alarms[i].expected_at_us >= 0;
    }

    cr_assert(loop_run(loop, &bench.is_over, NULL));

    cr_assert_eq(bench.fired->len, bench.expected_count);
    expect_order(&bench);
    g_array_unref(bench.fired);
}

Test(timer, random_histories_fire_in_order_of_time_and_arming)
{
    for (uint64_t seed = 0; seed < 200; seed++)
        try_history(seed);
}

static void on_again(void *argument)
{
    struct alarm *alarm = argument;
    struct bench *bench = alarm->bench;

    g_array_append_val(bench->fired, alarm);
    if (bench->fired->len < bench->expected_count)
        timer_arm(bench->loop, &alarm->timer, SECOND_US);
    else
        bench->is_over = true;
}

Test(timer, may_arm_itself_again_while_it_fires)
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    struct bench bench = {.loop = loop,
                          .fired = g_array_new(FALSE, FALSE, sizeof(struct alarm *)),
                          .expected_count = 5};
    struct alarm alarm = {.bench = &bench};
    timer_init(&alarm.timer, on_again, &alarm);
    timer_arm(loop, &alarm.timer, SECOND_US);

    cr_assert(loop_run(loop, &bench.is_over, NULL));

    cr_assert_eq(loop_now_us(loop), 5 * SECOND_US);
    g_array_unref(bench.fired);
}

static void on_never(void *argument)
{
    (void)argument;
    cr_assert_fail("a timer fired that had to wait");
}

Test(timer, armed_with_no_delay_fires_later_not_inside_the_call)
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    struct timer timer;
    timer_init(&timer, on_never, NULL);

    timer_arm(loop, &timer, 0);
    timer_arm(loop, &timer, -SECOND_US);

    cr_assert(timer_is_armed(&timer));
    timer_cancel(loop, &timer);
    timer_cancel(loop, &timer);
    cr_assert_not(timer_is_armed(&timer));
}

static void set_flag(void *argument)
{
    *(bool *)argument = true;
}

Test(timer, a_delay_beyond_all_time_does_not_overflow)
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    struct timer near, far;
    bool is_over = false;
    timer_init(&near, set_flag, &is_over);
    timer_init(&far, on_never, NULL);
    timer_arm(loop, &near, SECOND_US);
    timer_arm(loop, &far, INT64_MAX);
    cr_assert(loop_run(loop, &is_over, NULL));

    timer_arm(loop, &far, INT64_MAX);

    cr_assert_eq(far.at_us, INT64_MAX);
    timer_cancel(loop, &far);
}
