/*
 * Fibers: code that waits, written from top to bottom. A fiber has a stack of its own and runs on
 * the loop's thread until it parks; there is no preemption, so plain data needs no locks. Fibers
 * become ready in a fixed order, which keeps runs repeatable.
 *
 * Every waiting call may fail with FIBER_ERROR_TIMED_OUT (a deadline in force has passed) or
 * FIBER_ERROR_CANCELLED; callers clean up and pass the error on, so a fiber always leaves through
 * its own returns and scope cleanup always runs. Once cancelled, every later wait fails at once.
 *
 * Only the loop switches to fibers. Callbacks (timers, watches, libcurl's, libmicrohttpd's) run
 * outside any fiber: they may wake, spawn and cancel, never wait.
 */
#pragma once

#include "loop/loop.h"

struct fiber;

#define FIBER_ERROR (fiber_error_quark())
GQuark fiber_error_quark(void);

enum fiber_error {
    FIBER_ERROR_TIMED_OUT,
    FIBER_ERROR_CANCELLED,
};

/* A fiber nobody waits for. name is kept by reference to a static or longer-lived text. */
struct fiber *fiber_spawn(struct loop *loop, const char *name, void (*run)(void *argument),
                          void *argument);
/* The fiber that runs now, or NULL outside any. */
struct fiber *fiber_current(const struct loop *loop);
const char *fiber_name(const struct fiber *fiber);

/* Waits until fiber_wake(); what names the thing waited for in deadlock reports. A wake-up that
   comes before the park is lost, and some are spurious: check the condition in a loop round this
   call. */
bool fiber_park(struct loop *loop, const char *what, GError **error) MUST_USE;
/* Makes a parked fiber ready; nothing happens if it is not parked. */
void fiber_wake(struct fiber *fiber);
/* From now on every wait of the fiber fails; a parked one becomes ready. */
void fiber_cancel(struct fiber *fiber);
bool fiber_is_cancelled(const struct fiber *fiber);

bool fiber_sleep(struct loop *loop, int64_t delay_us, GError **error) MUST_USE;
/* Lets every other ready fiber run once. */
bool fiber_yield(struct loop *loop, GError **error) MUST_USE;

/*
 * Deadlines nest like scopes; the earliest in force counts. Use
 *
 *     DEADLINE(limit);
 *     deadline_begin(loop, &limit, "tier container", 5 * MINUTE_US);
 *     if (!boot(..., error))
 *         return limit.has_expired ? ... : ...;
 *
 * and it ends with its scope. has_expired tells one's own deadline from an outer one.
 */
struct deadline {
    struct loop *loop;
    struct deadline *outer;
    const char *name; /* lent */
    int64_t after_us;
    int64_t at_us;
    bool has_expired;
    bool is_shield;
};
void deadline_begin(struct loop *loop, struct deadline *deadline, const char *name,
                    int64_t after_us);
/* A scope in which outer deadlines and cancellation do not count, with a limit of its own: for
   cleaning up after them. */
void deadline_begin_shielded(struct loop *loop, struct deadline *deadline, const char *name,
                             int64_t after_us);
/* Counts its time again from now: for limits on silence rather than on the whole. */
void deadline_restart(struct deadline *deadline);
void deadline_end(struct deadline *deadline);
/* Time left until the earliest deadline in force; INT64_MAX when there is none. */
int64_t deadline_remaining_us(struct loop *loop);
#define DEADLINE(variable) __attribute__((cleanup(deadline_end))) struct deadline variable = {0}

/* Several fibers that end together. Members inherit the deadlines of the fiber that spawns them. */
struct fiber_group {
    struct loop *loop;
    GPtrArray *members; /* running ones, in the order of their start */
    struct fiber *waiter;
};
void fiber_group_init(struct fiber_group *group, struct loop *loop);
struct fiber *fiber_group_spawn(struct fiber_group *group, const char *name,
                                void (*run)(void *argument), void *argument);
/* Waits for all members. On failure they go on running until fiber_group_finish(). */
bool fiber_group_wait(struct fiber_group *group, GError **error) MUST_USE;
void fiber_group_cancel(struct fiber_group *group);
/* Cancels what still runs and waits for it, deadlines or not; then frees. Only inside a fiber,
   unless the group is empty. */
void fiber_group_finish(struct fiber_group *group);
#define FIBER_GROUP(variable)                                                                      \
    __attribute__((cleanup(fiber_group_finish))) struct fiber_group variable = {0}

/* Fibers waiting for the same thing, first come first served. */
struct fiber_queue {
    GQueue waiters;
};
bool fiber_queue_wait(struct loop *loop, struct fiber_queue *queue, const char *what,
                      GError **error) MUST_USE;
void fiber_queue_wake_one(struct fiber_queue *queue);
void fiber_queue_wake_all(struct fiber_queue *queue);

/* A counting semaphore, fair: dockerd's three download slots, for one. */
struct fiber_slots {
    unsigned free_count;
    struct fiber_queue queue;
};
bool fiber_slots_take(struct loop *loop, struct fiber_slots *slots, const char *what,
                      GError **error) MUST_USE;
void fiber_slots_give(struct fiber_slots *slots);
