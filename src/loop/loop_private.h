/* What loop.c, timer.c and fiber.c share. Nobody else includes this. */
#pragma once

#include "base/units.h"
#include "loop/context.h"
#include "loop/fiber.h"
#include "loop/loop.h"

#include <signal.h>

struct watch {
    watch_fn *ready;
    void *argument;
    uint32_t generation;
    bool is_left_behind; /* nobody's, but perhaps still known to epoll */
};

struct fibers {
    struct fiber *current;
    GQueue ready;       /* struct fiber, in the order in which they became ready */
    GPtrArray *all;     /* every fiber that has not ended, in the order of its start */
    GPtrArray *retired; /* ended ones, their stacks kept for the next */
    bool have_ended;    /* all is empty */
    bool is_closing;    /* a fiber spawned from now on is cancelled at birth */
    struct context scheduler;
    void *scheduler_fake_stack; /* the next three are AddressSanitizer's */
    const void *scheduler_stack_bottom;
    gsize scheduler_stack_bytes;
};

struct loop {
    enum clock_mode mode;
    int64_t speed;
    int64_t started_us;
    int64_t virtual_now_us;
    int64_t time_cap_us;
    uint64_t timer_sequence;
    uint64_t step_count;
    uint64_t steps_at_this_time;
    GPtrArray *timers; /* struct timer, a binary heap by (at_us, sequence) */
    GPtrArray *sources;
    GPtrArray *watches; /* struct watch by descriptor */
    struct fibers fibers;
    volatile sig_atomic_t is_interrupted;
    int epoll_fd;
};

struct timer *timers_first(const struct loop *loop);

void fibers_init(struct fibers *fibers);
void fibers_finish(struct loop *loop);
bool fibers_run_one(struct loop *loop);
/* "name (waits for what), …" for the report of a deadlock; g_free. */
char *fibers_describe(const struct loop *loop);
