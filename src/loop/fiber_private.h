/* The inside of a fiber, for the files of this folder that make it wait. */
#pragma once

#include "loop/loop_private.h"

/* NEW -> READY -> RUNNING -> PARKED -> READY …; RUNNING -> ENDED. */
enum fiber_state {
    FIBER_READY,
    FIBER_RUNNING,
    FIBER_PARKED,
    FIBER_ENDED,
};

enum wake_reason {
    WAKE_CALLED,
    WAKE_DEADLINE,
    WAKE_CANCELLED,
};

struct fiber {
    struct loop *loop;
    const char *name;
    void (*run)(void *argument);
    void *argument;
    enum fiber_state state;
    enum wake_reason reason;
    const char *waits_for;
    struct timer deadline_timer;
    struct deadline *deadlines; /* innermost first */
    struct deadline inherited;  /* what was in force where a group spawned this fiber */
    struct fiber_group *group;
    bool is_cancelled;
    struct context context;
    struct stack stack;
    void *fake_stack; /* AddressSanitizer's */
};

/* The deadline in force that comes first, or NULL. */
struct deadline *deadline_first(const struct fiber *fiber);
/* Whether a shield keeps cancellation away just now. */
bool deadline_is_shielded(const struct fiber *fiber);
void deadline_expire(struct deadline *deadline, GError **error);
/* Called when a member of a group has ended. */
void fiber_group_forget(struct fiber_group *group, struct fiber *fiber);
