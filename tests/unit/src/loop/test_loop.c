/* The loop: what runs first, when time moves, how a run ends. */
#include "base/limits.h"
#include "base/units.h"
#include "loop/fiber.h"
#include "loop/loop.h"

#include <criterion/criterion.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct bench {
    struct loop *loop;
    GString *log;
    struct timer timer;
    struct loop_source source;
    int source_work_count;
    int ends[2];
    bool is_over;
};

static void bench_init(struct bench *bench, enum clock_mode mode, unsigned speed)
{
    *bench = (struct bench){.loop = loop_new(mode, speed), .log = g_string_new(NULL)};
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, bench->ends),
                 0);
}

static void bench_finish(struct bench *bench)
{
    loop_free(bench->loop);
    g_string_free(bench->log, TRUE);
    close(bench->ends[0]);
    close(bench->ends[1]);
}

static void note(struct bench *bench, const char *what)
{
    g_string_append_printf(bench->log, "%s@%" G_GINT64_FORMAT " ", what,
                           loop_now_us(bench->loop) / SECOND_US);
}

static void on_timer(void *argument)
{
    note(argument, "timer");
}

static void on_end(void *argument)
{
    struct bench *bench = argument;
    note(bench, "end");
    bench->is_over = true;
}

static void on_readable(void *argument, uint32_t events)
{
    struct bench *bench = argument;
    char byte;
    cr_assert(events & EPOLLIN);
    cr_assert_eq(read(bench->ends[1], &byte, 1), 1);
    note(bench, "readable");
}

static bool run_source(void *argument)
{
    struct bench *bench = argument;
    if (bench->source_work_count == 0)
        return false;
    bench->source_work_count--;
    note(bench, "source");
    return true;
}

static void run_fiber(void *argument)
{
    note(argument, "fiber");
}

static char *run_error(struct bench *bench)
{
    g_autoptr(GError) error = NULL;
    if (loop_run(bench->loop, &bench->is_over, &error))
        return g_strdup("none");
    cr_assert_eq(error->domain, LOOP_ERROR);
    return g_strdup_printf("%d %s", error->code, error->message);
}

Test(loop, fibers_come_first_then_sources_then_descriptors_then_time)
{
    struct bench bench;
    struct timer end;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    timer_init(&bench.timer, on_timer, &bench);
    timer_arm(bench.loop, &bench.timer, 0);
    timer_init(&end, on_end, &bench);
    timer_arm(bench.loop, &end, 5 * SECOND_US);
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    cr_assert_eq(write(bench.ends[0], "ab", 2), 2);
    bench.source = (struct loop_source){.run = run_source, .argument = &bench};
    bench.source_work_count = 2;
    loop_add_source(bench.loop, &bench.source);
    fiber_spawn(bench.loop, "fiber", run_fiber, &bench);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_str_eq(bench.log->str,
                     "fiber@0 source@0 source@0 readable@0 readable@0 timer@0 end@5 ");
    loop_remove_source(bench.loop, &bench.source);
    bench_finish(&bench);
}

static void on_write_back(void *argument)
{
    struct bench *bench = argument;
    note(bench, "timer");
    cr_assert_eq(write(bench->ends[0], "a", 1), 1);
}

Test(loop, what_one_timer_causes_plays_out_before_the_next_of_the_same_instant)
{
    struct bench bench;
    struct timer second;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    timer_init(&bench.timer, on_write_back, &bench);
    timer_arm(bench.loop, &bench.timer, SECOND_US);
    timer_init(&second, on_end, &bench);
    timer_arm(bench.loop, &second, SECOND_US);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_str_eq(bench.log->str, "timer@1 readable@1 end@1 ");
    bench_finish(&bench);
}

Test(loop, nothing_ready_and_no_timer_is_a_deadlock)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);

    g_autofree char *error = run_error(&bench);

    cr_assert_str_eq(error, "0 deadlock: nothing is ready and no timer is set; waiting: nobody");
    bench_finish(&bench);
}

static bool never_tires(void *argument)
{
    (void)argument;
    return true;
}

Test(loop, endless_work_at_one_instant_is_a_livelock)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    bench.source = (struct loop_source){.run = never_tires};
    loop_add_source(bench.loop, &bench.source);

    g_autofree char *error = run_error(&bench);

    cr_assert_str_eq(error, "1 livelock: 1000000 steps without time moving");
    cr_assert_eq(loop_step_count(bench.loop), LOOP_STEPS_AT_ONE_TIME_MAX + 1);
    loop_remove_source(bench.loop, &bench.source);
    bench_finish(&bench);
}

static void on_tick(void *argument)
{
    struct bench *bench = argument;
    timer_arm(bench->loop, &bench->timer, HOUR_US);
}

Test(loop, a_clock_that_runs_away_hits_its_cap)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    timer_init(&bench.timer, on_tick, &bench);
    timer_arm(bench.loop, &bench.timer, HOUR_US);

    loop_set_time_cap(bench.loop, 90 * MINUTE_US);
    g_autofree char *own = run_error(&bench);
    loop_set_time_cap(bench.loop, INT64_MAX);
    g_autofree char *largest = run_error(&bench);

    cr_assert_str_eq(own, "2 the run's clock passed its cap of 1h30min");
    cr_assert_str_eq(largest, "2 the run's clock passed its cap of 720h");
    timer_cancel(bench.loop, &bench.timer);
    bench_finish(&bench);
}

Test(loop, an_interrupt_ends_the_run)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    loop_interrupt(bench.loop);

    g_autofree char *error = run_error(&bench);

    cr_assert_str_eq(error, "3 interrupted");
    bench_finish(&bench);
}

Test(loop, a_run_that_is_over_takes_no_step)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    bench.is_over = true;

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_eq(loop_step_count(bench.loop), 0);
    bench_finish(&bench);
}

Test(loop, a_removed_watch_is_silent_and_may_come_back)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    cr_assert_eq(write(bench.ends[0], "a", 1), 1);
    loop_watch(bench.loop, bench.ends[1], 0, NULL, NULL);
    loop_watch(bench.loop, bench.ends[1], 0, NULL, NULL);
    timer_init(&bench.timer, on_end, &bench);
    timer_arm(bench.loop, &bench.timer, SECOND_US);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    g_autofree char *error = run_error(&bench);

    cr_assert_str_eq(bench.log->str, "end@1 ");
    cr_assert_str_eq(error, "none");
    bench_finish(&bench);
}

Test(loop, a_watch_left_behind_is_silent_and_may_come_back)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    cr_assert_eq(write(bench.ends[0], "a", 1), 1);
    loop_unwatch_lazily(bench.loop, bench.ends[1]);
    timer_init(&bench.timer, on_end, &bench);
    timer_arm(bench.loop, &bench.timer, SECOND_US);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    g_autofree char *error = run_error(&bench);

    cr_assert_str_eq(bench.log->str, "end@1 ");
    cr_assert_str_eq(error, "none");
    bench_finish(&bench);
}

Test(loop, a_watch_left_behind_serves_its_next_owner_without_a_round_between)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    loop_unwatch_lazily(bench.loop, bench.ends[1]);
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    cr_assert_eq(write(bench.ends[0], "a", 1), 1);
    timer_init(&bench.timer, on_end, &bench);
    timer_arm(bench.loop, &bench.timer, SECOND_US);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_str_eq(bench.log->str, "readable@0 end@1 ");
    bench_finish(&bench);
}

/* Whether its close was noted or not, the number serves the next descriptor. */
static void use_number_again(bool is_noted)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    loop_unwatch_lazily(bench.loop, bench.ends[1]);
    if (is_noted)
        loop_note_closed(bench.loop, bench.ends[1]);
    close(bench.ends[0]);
    close(bench.ends[1]);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, bench.ends), 0);
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    cr_assert_eq(write(bench.ends[0], "a", 1), 1);
    timer_init(&bench.timer, on_end, &bench);
    timer_arm(bench.loop, &bench.timer, SECOND_US);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_str_eq(bench.log->str, "readable@0 end@1 ");
    bench_finish(&bench);
}

Test(loop, the_number_of_a_closed_descriptor_left_behind_is_used_again)
{
    use_number_again(/* is_noted= */ true);
    use_number_again(/* is_noted= */ false);
}

/* Of two ready descriptors, whichever comes first takes the other away. */
struct rival {
    struct bench *bench;
    int own_fd;
    int other_fd;
};

static void on_rival_ready(void *argument, uint32_t events)
{
    struct rival *rival = argument;
    (void)events;
    note(rival->bench, "rival");
    loop_watch(rival->bench->loop, rival->other_fd, 0, NULL, NULL);
    loop_watch(rival->bench->loop, rival->own_fd, 0, NULL, NULL);
}

Test(loop, an_event_of_a_watch_removed_in_the_same_round_is_dropped)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    struct rival left = {&bench, bench.ends[0], bench.ends[1]};
    struct rival right = {&bench, bench.ends[1], bench.ends[0]};
    loop_watch(bench.loop, bench.ends[0], EPOLLOUT, on_rival_ready, &left);
    loop_watch(bench.loop, bench.ends[1], EPOLLOUT, on_rival_ready, &right);
    timer_init(&bench.timer, on_end, &bench);
    timer_arm(bench.loop, &bench.timer, SECOND_US);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_str_eq(bench.log->str, "rival@0 end@1 ");
    bench_finish(&bench);
}

Test(loop, a_closed_descriptor_may_be_unwatched_and_its_number_used_again)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    int number = bench.ends[1];
    close(bench.ends[0]);
    close(bench.ends[1]);
    loop_watch(bench.loop, number, 0, NULL, NULL);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, bench.ends), 0);
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    cr_assert_eq(write(bench.ends[0], "a", 1), 1);
    timer_init(&bench.timer, on_end, &bench);
    timer_arm(bench.loop, &bench.timer, SECOND_US);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_str_eq(bench.log->str, "readable@0 end@1 ");
    bench_finish(&bench);
}

/* A million virtual microseconds pass in one real one. */
Test(loop, a_scaled_clock_waits_in_real_time_divided_by_its_speed)
{
    struct bench bench;
    bench_init(&bench, CLOCK_SCALED, 1000000);
    timer_init(&bench.timer, on_end, &bench);
    timer_arm(bench.loop, &bench.timer, SECOND_US);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_geq(loop_now_us(bench.loop), SECOND_US);
    cr_assert_eq(loop_clock_mode(bench.loop), CLOCK_SCALED);
    bench_finish(&bench);
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
    note(holder->bench, "settle");
    return true;
}

Test(loop, time_stands_still_while_a_source_holds_it_and_then_what_was_kept_is_settled)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    struct holder holder = {&bench, .hold_count = 5, .settle_count = 2};
    struct loop_source source = {run_nothing, &holder, hold, settle};
    loop_add_source(bench.loop, &source);
    timer_init(&bench.timer, on_end, &bench);
    timer_arm(bench.loop, &bench.timer, SECOND_US);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_eq(holder.hold_count, 0);
    cr_assert_str_eq(bench.log->str, "settle@0 settle@0 end@1 ");
    cr_assert_eq(loop_find_source(bench.loop, run_nothing), &source);
    loop_remove_source(bench.loop, &source);
    cr_assert_null(loop_find_source(bench.loop, run_nothing));
    bench_finish(&bench);
}

/* Writes while it is asked: the byte must be seen before time moves. */
static int64_t write_and_let_go(void *argument)
{
    struct holder *holder = argument;
    if (holder->hold_count-- > 0)
        cr_assert_eq(write(holder->bench->ends[0], "a", 1), 1);
    return 0;
}

Test(loop, what_is_sent_while_sources_are_asked_comes_before_the_jump)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    struct holder holder = {&bench, .hold_count = 1, .settle_count = 1};
    struct loop_source source = {run_nothing, &holder, write_and_let_go, settle};
    loop_add_source(bench.loop, &source);
    loop_watch(bench.loop, bench.ends[1], EPOLLIN, on_readable, &bench);
    timer_init(&bench.timer, on_end, &bench);
    timer_arm(bench.loop, &bench.timer, SECOND_US);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_str_eq(bench.log->str, "readable@0 settle@0 end@1 ");
    bench_finish(&bench);
}

Test(loop, every_wait_of_a_held_clock_is_one_step)
{
    struct bench bench;
    bench_init(&bench, CLOCK_VIRTUAL, 1);
    struct holder holder = {&bench, .hold_count = 3};
    struct loop_source source = {run_nothing, &holder, hold, NULL};
    loop_add_source(bench.loop, &source);
    timer_init(&bench.timer, on_end, &bench);
    timer_arm(bench.loop, &bench.timer, SECOND_US);

    cr_assert(loop_run(bench.loop, &bench.is_over, NULL));

    cr_assert_eq(loop_step_count(bench.loop), 3 + 1);
    bench_finish(&bench);
}
