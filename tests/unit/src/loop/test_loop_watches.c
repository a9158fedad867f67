/* The loop's descriptors: watches that come, go, and find their number in other hands. */
#include "bench.h"

#include <criterion/criterion.h>
#include <sys/epoll.h>

static void unwatch(struct bench *bench)
{
    loop_watch(bench->loop, bench->ends[1], 0, NULL, NULL);
}

static void unwatch_twice(struct bench *bench)
{
    unwatch(bench);
    unwatch(bench);
}

static void unwatch_lazily(struct bench *bench)
{
    loop_unwatch_lazily(bench->loop, bench->ends[1]);
}

Test(loop_watches, one_that_is_gone_is_silent_and_may_come_back)
{
    void (*const ways[])(struct bench *) = {unwatch, unwatch_twice, unwatch_lazily};
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        BENCH(bench);
        bench_watch(&bench);
        bench_write(&bench, "a");
        ways[i](&bench);

        bench_run_a_second(&bench);

        cr_expect_str_eq(bench.log->str, "end@1 ", "%zu: %s", i, bench.log->str);
        bench.is_over = false;
        bench_watch(&bench);
        bench_run_a_second(&bench);
        cr_expect_str_eq(bench.log->str, "end@1 readable@1 end@2 ", "%zu: %s", i, bench.log->str);
    }
}

Test(loop_watches, one_left_behind_serves_its_next_owner_without_a_round_between)
{
    BENCH(bench);
    bench_watch(&bench);
    unwatch_lazily(&bench);
    bench_watch(&bench);
    bench_write(&bench, "a");

    bench_run_a_second(&bench);

    cr_assert_str_eq(bench.log->str, "readable@0 end@1 ");
}

static void leave_and_close(struct bench *bench)
{
    unwatch_lazily(bench);
    bench_close_ends(bench);
}

static void leave_and_close_with_a_note(struct bench *bench)
{
    unwatch_lazily(bench);
    loop_note_closed(bench->loop, bench->ends[1]);
    bench_close_ends(bench);
}

static void close_and_unwatch(struct bench *bench)
{
    bench_close_ends(bench);
    unwatch(bench);
}

Test(loop_watches, the_number_of_a_closed_descriptor_serves_the_next)
{
    void (*const ways[])(struct bench *) = {leave_and_close, leave_and_close_with_a_note,
                                            close_and_unwatch};
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        BENCH(bench);
        int number = bench.ends[1];
        bench_watch(&bench);
        ways[i](&bench);
        bench_open_ends(&bench);
        bench_watch(&bench);
        bench_write(&bench, "a");

        bench_run_a_second(&bench);

        cr_assert_eq(bench.ends[1], number);
        cr_expect_str_eq(bench.log->str, "readable@0 end@1 ", "%zu: %s", i, bench.log->str);
    }
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
    bench_note(rival->bench, "rival");
    loop_watch(rival->bench->loop, rival->other_fd, 0, NULL, NULL);
    loop_watch(rival->bench->loop, rival->own_fd, 0, NULL, NULL);
}

Test(loop_watches, an_event_of_one_removed_in_the_same_round_is_dropped)
{
    BENCH(bench);
    struct rival left = {&bench, bench.ends[0], bench.ends[1]};
    struct rival right = {&bench, bench.ends[1], bench.ends[0]};
    loop_watch(bench.loop, bench.ends[0], EPOLLOUT, on_rival_ready, &left);
    loop_watch(bench.loop, bench.ends[1], EPOLLOUT, on_rival_ready, &right);

    bench_run_a_second(&bench);

    cr_assert_str_eq(bench.log->str, "rival@0 end@1 ");
}
