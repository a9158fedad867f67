/* Deadlines: scopes of a fiber that end its waits in time. */
#include "loop/fiber_private.h"

/* A limit of INT64_MAX is none; it must not come round to the past. */
static int64_t at_us_after(struct loop *loop, int64_t after_us)
{
    int64_t now_us = loop_now_us(loop);
    return after_us > INT64_MAX - now_us ? INT64_MAX : now_us + after_us;
}

static void deadline_push(struct loop *loop, struct deadline *deadline, const char *name,
                          int64_t after_us, bool is_shield)
{
    struct fiber *fiber = loop->fibers.current;
    g_assert(fiber != NULL && deadline->loop == NULL);
    *deadline = (struct deadline){
        .loop = loop,
        .outer = fiber->deadlines,
        .name = name,
        .after_us = after_us,
        .at_us = at_us_after(loop, after_us),
        .is_shield = is_shield,
    };
    fiber->deadlines = deadline;
}

void deadline_begin(struct loop *loop, struct deadline *deadline, const char *name,
                    int64_t after_us)
{
    deadline_push(loop, deadline, name, after_us, /* is_shield= */ false);
}

void deadline_begin_shielded(struct loop *loop, struct deadline *deadline, const char *name,
                             int64_t after_us)
{
    deadline_push(loop, deadline, name, after_us, /* is_shield= */ true);
}

void deadline_restart(struct deadline *deadline)
{
    deadline->at_us = at_us_after(deadline->loop, deadline->after_us);
}

void deadline_end(struct deadline *deadline)
{
    if (deadline->loop == NULL)
        return;
    struct fiber *fiber = deadline->loop->fibers.current;
    g_assert(fiber != NULL && fiber->deadlines == deadline);
    fiber->deadlines = deadline->outer;
    deadline->loop = NULL;
}

struct deadline *deadline_first(const struct fiber *fiber)
{
    struct deadline *first = NULL;
    for (struct deadline *each = fiber->deadlines; each != NULL; each = each->outer) {
        if (first == NULL || each->at_us <= first->at_us)
            first = each; /* of equal ones the outer: it ends more */
        if (each->is_shield)
            break;
    }
    return first;
}

bool deadline_is_shielded(const struct fiber *fiber)
{
    for (const struct deadline *each = fiber->deadlines; each != NULL; each = each->outer)
        if (each->is_shield)
            return true;
    return false;
}

void deadline_expire(struct deadline *deadline, GError **error)
{
    g_autofree char *after = duration_text(deadline->after_us);
    deadline->has_expired = true;
    g_set_error(error, FIBER_ERROR, FIBER_ERROR_TIMED_OUT, "%s timed out after %s", deadline->name,
                after);
}

int64_t deadline_remaining_us(struct loop *loop)
{
    const struct deadline *first = deadline_first(loop->fibers.current);
    return first == NULL ? INT64_MAX : first->at_us - loop_now_us(loop);
}
