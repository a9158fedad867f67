/*
 * One epoll loop and its clock. Everything of a run happens in one thread on one loop.
 *
 * When time moves (measured; see NOTES.md beside this file): a step runs, in this order, one ready
 * fiber, or one source of work that has no descriptor, or what epoll reports ready at once; only
 * when all of these are empty does a virtual clock jump to the next timer and run exactly one.
 * Timers of one instant run in the order in which they were armed. Nothing ready and no timer is a
 * deadlock; very many steps without time moving is a livelock; both end the run with an error,
 * never a hang.
 *
 * A real clock waits in epoll_wait instead of jumping; a scaled one does too and counts `speed`
 * microseconds for each real one.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct loop;

enum clock_mode {
    CLOCK_REAL,
    CLOCK_SCALED,
    CLOCK_VIRTUAL,
};

#define LOOP_ERROR (loop_error_quark())
GQuark loop_error_quark(void);

enum loop_error {
    LOOP_ERROR_DEADLOCK,   /* nothing ready, no timer, and the run is not over */
    LOOP_ERROR_LIVELOCK,   /* LOOP_STEPS_AT_ONE_TIME_MAX steps at one instant */
    LOOP_ERROR_TIME_CAP,   /* the clock passed VIRTUAL_TIME_US_MAX or the run's own cap */
    LOOP_ERROR_INTERRUPTED /* loop_interrupt() was called */
};

/* speed counts only for CLOCK_SCALED. Ends the program when epoll cannot be had. */
struct loop *loop_new(enum clock_mode mode, unsigned speed);
/* Cancels the fibers that are left, runs them to their end and frees. NULL is fine. */
void loop_free(struct loop *loop);
CLEANUP(loop, loop_free)

enum clock_mode loop_clock_mode(const struct loop *loop);
/* Microseconds since the loop began; the same value all through one step on a virtual clock. */
int64_t loop_now_us(const struct loop *loop);
/* The same for trace_new(). */
int64_t loop_now_of(const void *loop);
/* Fails the run with LOOP_ERROR_TIME_CAP when the clock would pass cap_us; VIRTUAL_TIME_US_MAX at
   first, and at most on a virtual clock. */
void loop_set_time_cap(struct loop *loop, int64_t cap_us);
/* Makes loop_run() return soon; may be called from a signal handler. */
void loop_interrupt(struct loop *loop);

/* Runs steps until *is_over is true. */
bool loop_run(struct loop *loop, const bool *is_over, GError **error) MUST_USE;
/* The same for cleaning up: neither an interrupt nor the time cap, which may be why it is time to
   clean up, ends it. */
bool loop_finish(struct loop *loop, const bool *is_over, GError **error) MUST_USE;
/* Cancels the fibers that are left and runs them to their end, while what they use is still there;
   those spawned from now on are cancelled at birth. loop_free() does it too. */
void loop_end_fibers(struct loop *loop);
/* How many steps were taken; how many virtual jumps. For tests and the bench. */
uint64_t loop_step_count(const struct loop *loop);

/* Timers: embedded in the object that waits, never allocated by the loop. */
struct timer {
    int64_t at_us;
    uint64_t sequence;
    gsize heap_slot; /* 1 + index in the heap; 0: not armed */
    void (*fire)(void *argument);
    void *argument;
};

void timer_init(struct timer *timer, void (*fire)(void *argument), void *argument);
/* Fires after delay_us, at once if it is zero or less, but never inside this call. Armed again, an
   armed timer moves. */
void timer_arm(struct loop *loop, struct timer *timer, int64_t delay_us);
void timer_cancel(struct loop *loop, struct timer *timer);
bool timer_is_armed(const struct timer *timer);

/* Descriptors: epoll events (EPOLLIN, EPOLLOUT, EPOLLRDHUP), level-triggered. events 0 removes. */
typedef void watch_fn(void *argument, uint32_t events);
void loop_watch(struct loop *loop, int fd, uint32_t events, watch_fn *ready, void *argument);
/* The same as events 0 without a system call, for a descriptor that is closed or watched again
   next; an event that comes all the same removes it. */
void loop_unwatch_lazily(struct loop *loop, int fd);
/* Nobody watches fd, and it is being closed: the kernel forgets it by itself. Only saves a call. */
void loop_note_closed(struct loop *loop, int fd);

/*
 * Work without a descriptor. run() returns whether it did anything; it is asked in every step
 * before epoll. Embedded in its owner like a timer.
 *
 * The other two are for work that epoll cannot see, as of child processes; either may be NULL. They
 * are asked on a virtual clock, when nothing else is ready and time would move. hold() answers for
 * how many real microseconds the loop waits for descriptors before it asks again, or 0: time may
 * move. Such waits are no steps towards a livelock: whoever holds the clock has a cap of its own.
 * When nobody holds it and a further look at the descriptors finds nothing, settle() does what was
 * left for the end of the instant and returns whether it did anything.
 */
struct loop_source {
    bool (*run)(void *argument);
    void *argument;
    int64_t (*hold)(void *argument);
    bool (*settle)(void *argument);
};
void loop_add_source(struct loop *loop, struct loop_source *source);
void loop_remove_source(struct loop *loop, struct loop_source *source);
/* The first source with this run(), or NULL: how parts that share one per loop find it. */
struct loop_source *loop_find_source(const struct loop *loop, bool (*run)(void *argument));
/* Real time, whatever the clock says: for caps on what computes outside the loop, never for what a
   run does. */
int64_t loop_real_time_us(void);
