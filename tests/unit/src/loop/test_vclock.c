/* The clock interposer: the whole process sees a bound loop's time. */
#include "loop/vclock.h"

#include "base/units.h"

#include <criterion/criterion.h>
#include <sys/time.h>
#include <time.h>

static void set_flag(void *argument)
{
    *(bool *)argument = true;
}

static void pass(struct loop *loop, int64_t delay_us)
{
    struct timer timer;
    bool is_over = false;
    timer_init(&timer, set_flag, &is_over);
    timer_arm(loop, &timer, delay_us);
    cr_assert(loop_run(loop, &is_over, NULL));
}

Test(vclock, calls_made_inside_shared_libraries_arrive)
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    vclock_bind(loop, VCLOCK_EPOCH_S);

    bool arrives = vclock_selftest();

    vclock_bind(NULL, 0);
    cr_assert(arrives);
}

Test(vclock, every_clock_moves_with_the_loop_and_only_with_it)
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    struct timespec before, still, after;
    struct timeval day;
    vclock_bind(loop, VCLOCK_EPOCH_S);

    clock_gettime(CLOCK_MONOTONIC, &before);
    clock_gettime(CLOCK_MONOTONIC, &still);
    pass(loop, 90 * SECOND_US + 1500);
    clock_gettime(CLOCK_MONOTONIC, &after);
    gettimeofday(&day, NULL);
    time_t seconds = time(NULL);

    vclock_bind(NULL, 0);
    cr_expect_eq(still.tv_sec, before.tv_sec);
    cr_expect_eq(still.tv_nsec, before.tv_nsec);
    cr_expect_eq(after.tv_sec - before.tv_sec, 90);
    cr_expect_eq(after.tv_nsec - before.tv_nsec, 1500000);
    cr_expect_eq(day.tv_sec, VCLOCK_EPOCH_S + 90);
    cr_expect_eq(day.tv_usec, 1500);
    cr_expect_eq(seconds, VCLOCK_EPOCH_S + 90);
}

Test(vclock, the_epoch_is_a_monday_morning)
{
    time_t epoch = VCLOCK_EPOCH_S;
    struct tm parts;
    char text[64];

    cr_assert_not_null(gmtime_r(&epoch, &parts));
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %u", &parts);

    cr_assert_str_eq(text, "2026-01-05 09:00:00 1");
}

Test(vclock, processor_time_stays_real)
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    struct timespec used;
    vclock_bind(loop, VCLOCK_EPOCH_S);
    uint64_t before = vclock_call_count();

    int status = clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);

    uint64_t after = vclock_call_count();
    vclock_bind(NULL, 0);
    cr_assert_eq(status, 0);
    cr_assert_eq(after, before);
    cr_assert_lt(used.tv_sec, 1000);
}

Test(vclock, a_real_loop_is_never_bound)
{
    AUTO(loop) loop = loop_new(CLOCK_REAL, 1);
    struct timespec now;
    vclock_bind(loop, VCLOCK_EPOCH_S);
    uint64_t before = vclock_call_count();

    clock_gettime(CLOCK_MONOTONIC, &now);

    cr_assert_eq(vclock_call_count(), before);
}

Test(vclock, monotonic_time_does_not_run_backwards_when_a_loop_is_bound)
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    struct timespec real, virtual_now;

    clock_gettime(CLOCK_MONOTONIC, &real);
    vclock_bind(loop, VCLOCK_EPOCH_S);
    clock_gettime(CLOCK_MONOTONIC, &virtual_now);
    vclock_bind(NULL, 0);

    cr_assert_gt(virtual_now.tv_sec, real.tv_sec);
}
