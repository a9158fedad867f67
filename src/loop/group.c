/* Fibers in company: groups that end together, queues and slots to wait in. */
#include "loop/fiber_private.h"

void fiber_group_init(struct fiber_group *group, struct loop *loop)
{
    *group = (struct fiber_group){.loop = loop, .members = g_ptr_array_new()};
}

struct fiber *fiber_group_spawn(struct fiber_group *group, const char *name,
                                void (*run)(void *argument), void *argument)
{
    struct fiber *parent = group->loop->fibers.current;
    struct fiber *fiber = fiber_spawn(group->loop, name, run, argument);
    const struct deadline *first = parent != NULL ? deadline_first(parent) : NULL;

    fiber->group = group;
    g_ptr_array_add(group->members, fiber);
    if (first != NULL) {
        fiber->inherited = *first;
        fiber->inherited.outer = NULL;
        fiber->inherited.is_shield = false;
        fiber->deadlines = &fiber->inherited;
    }
    return fiber;
}

void fiber_group_forget(struct fiber_group *group, struct fiber *fiber)
{
    g_ptr_array_remove(group->members, fiber);
    if (group->members->len == 0 && group->waiter != NULL)
        fiber_wake(group->waiter);
}

bool fiber_group_wait(struct fiber_group *group, GError **error)
{
    bool is_fine = true;
    group->waiter = group->loop->fibers.current;
    while (is_fine && group->members->len > 0)
        is_fine = fiber_park(group->loop, "members of a group", error);
    group->waiter = NULL;
    return is_fine;
}

void fiber_group_cancel(struct fiber_group *group)
{
    for (guint i = 0; i < group->members->len; i++)
        fiber_cancel(g_ptr_array_index(group->members, i));
}

void fiber_group_finish(struct fiber_group *group)
{
    if (group->members == NULL)
        return;
    fiber_group_cancel(group);
    if (group->members->len > 0) {
        DEADLINE(shield);
        deadline_begin_shielded(group->loop, &shield, "the end of a group", INT64_MAX);
        if (!fiber_group_wait(group, NULL))
            g_assert_not_reached();
    }
    g_clear_pointer(&group->members, g_ptr_array_unref);
}

bool fiber_queue_wait(struct loop *loop, struct fiber_queue *queue, const char *what,
                      GError **error)
{
    struct fiber *fiber = loop->fibers.current;
    g_queue_push_tail(&queue->waiters, fiber);
    bool is_fine = fiber_park(loop, what, error);
    g_queue_remove(&queue->waiters, fiber); /* still there unless it was woken from the queue */
    return is_fine;
}

void fiber_queue_wake_one(struct fiber_queue *queue)
{
    struct fiber *first = g_queue_pop_head(&queue->waiters);
    if (first != NULL)
        fiber_wake(first);
}

void fiber_queue_wake_all(struct fiber_queue *queue)
{
    while (!g_queue_is_empty(&queue->waiters))
        fiber_queue_wake_one(queue);
}

/* A slot given back goes to the first in the queue directly, or another fiber could take it before
   the woken one runs. */
bool fiber_slots_take(struct loop *loop, struct fiber_slots *slots, const char *what,
                      GError **error)
{
    if (slots->free_count > 0) {
        slots->free_count--;
        return true;
    }
    struct fiber *fiber = loop->fibers.current;
    g_queue_push_tail(&slots->queue.waiters, fiber);
    for (;;) {
        bool is_fine = fiber_park(loop, what, error);
        bool has_slot = !g_queue_remove(&slots->queue.waiters, fiber);
        if (has_slot && is_fine)
            return true;
        if (!is_fine) {
            if (has_slot)
                fiber_slots_give(slots);
            return false;
        }
        g_queue_push_head(&slots->queue.waiters, fiber); /* a spurious wake-up keeps its place */
    }
}

void fiber_slots_give(struct fiber_slots *slots)
{
    if (g_queue_is_empty(&slots->queue.waiters))
        slots->free_count++;
    else
        fiber_queue_wake_one(&slots->queue);
}
