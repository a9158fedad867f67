/* Timers: an intrusive binary heap ordered by (time, order of arming). */
#include "loop/loop_private.h"

void timer_init(struct timer *timer, void (*fire)(void *argument), void *argument)
{
    *timer = (struct timer){.fire = fire, .argument = argument};
}

bool timer_is_armed(const struct timer *timer)
{
    return timer->heap_slot != 0;
}

struct timer *timers_first(const struct loop *loop)
{
    return loop->timers->len > 0 ? g_ptr_array_index(loop->timers, 0) : NULL;
}

static struct timer *timer_at(const struct loop *loop, gsize index)
{
    return g_ptr_array_index(loop->timers, index);
}

static bool is_before(const struct timer *left, const struct timer *right)
{
    if (left->at_us != right->at_us)
        return left->at_us < right->at_us;
    return left->sequence < right->sequence;
}

static void place(struct loop *loop, struct timer *timer, gsize index)
{
    g_ptr_array_index(loop->timers, index) = timer;
    timer->heap_slot = index + 1;
}

static void sift_up(struct loop *loop, struct timer *timer, gsize index)
{
    while (index > 0) {
        gsize parent = (index - 1) / 2;
        if (!is_before(timer, timer_at(loop, parent)))
            break;
        place(loop, timer_at(loop, parent), index);
        index = parent;
    }
    place(loop, timer, index);
}

static void sift_down(struct loop *loop, struct timer *timer, gsize index)
{
    gsize count = loop->timers->len;
    for (;;) {
        gsize child = 2 * index + 1;
        if (child >= count)
            break;
        if (child + 1 < count && is_before(timer_at(loop, child + 1), timer_at(loop, child)))
            child++;
        if (!is_before(timer_at(loop, child), timer))
            break;
        place(loop, timer_at(loop, child), index);
        index = child;
    }
    place(loop, timer, index);
}

void timer_arm(struct loop *loop, struct timer *timer, int64_t delay_us)
{
    int64_t now_us = loop_now_us(loop);

    timer_cancel(loop, timer);
    delay_us = CLAMP(delay_us, 0, INT64_MAX - now_us);
    timer->at_us = now_us + delay_us;
    timer->sequence = ++loop->timer_sequence;
    g_ptr_array_add(loop->timers, timer);
    sift_up(loop, timer, loop->timers->len - 1);
}

void timer_cancel(struct loop *loop, struct timer *timer)
{
    if (timer->heap_slot == 0)
        return;
    gsize index = timer->heap_slot - 1;
    struct timer *last = timer_at(loop, loop->timers->len - 1);
    g_ptr_array_set_size(loop->timers, (gint)loop->timers->len - 1);
    timer->heap_slot = 0;
    if (last == timer)
        return;
    sift_down(loop, last, index);
    sift_up(loop, last, last->heap_slot - 1);
}
