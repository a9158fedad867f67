/* Fibers: their life, parking and waking. Deadlines, groups and queues are in files of their own.
 */
#include "loop/fiber_private.h"

#include "base/limits.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif

#ifdef HAS_ASAN
#include <sanitizer/common_interface_defs.h>
#define asan_start_switch  __sanitizer_start_switch_fiber
#define asan_finish_switch __sanitizer_finish_switch_fiber
#else
#define asan_start_switch(fake, bottom, size)  ((void)(fake), (void)(bottom), (void)(size))
#define asan_finish_switch(fake, bottom, size) ((void)(fake), (void)(bottom), (void)(size))
#endif

enum {
    STACKS_KEPT_MAX = 64
};

GQuark fiber_error_quark(void)
{
    return g_quark_from_static_string("seatrial-fiber-error");
}

void fibers_init(struct fibers *fibers)
{
    g_queue_init(&fibers->ready);
    fibers->all = g_ptr_array_new();
    fibers->retired = g_ptr_array_new();
    fibers->have_ended = true;
}

static void fiber_free(struct fiber *fiber)
{
    stack_unmap(&fiber->stack);
    g_free(fiber);
}

/* Every wait now fails, and fibers leave through their own returns; those that clean up behind a
   shield still get their time. */
void loop_end_fibers(struct loop *loop)
{
    struct fibers *fibers = &loop->fibers;
    g_autoptr(GError) error = NULL;

    fibers->is_closing = true;
    for (guint i = 0; i < fibers->all->len; i++)
        fiber_cancel(g_ptr_array_index(fibers->all, i));
    if (!loop_finish(loop, &fibers->have_ended, &error))
        g_error("fibers do not end: %s", error->message);
}

void fibers_finish(struct loop *loop)
{
    struct fibers *fibers = &loop->fibers;
    loop_end_fibers(loop);
    for (guint i = 0; i < fibers->retired->len; i++)
        fiber_free(g_ptr_array_index(fibers->retired, i));
    g_ptr_array_unref(fibers->retired);
    g_ptr_array_unref(fibers->all);
}

struct fiber *fiber_current(const struct loop *loop)
{
    return loop->fibers.current;
}

const char *fiber_name(const struct fiber *fiber)
{
    return fiber->name;
}

bool fiber_is_cancelled(const struct fiber *fiber)
{
    return fiber->is_cancelled;
}

static void switch_to_scheduler(struct fiber *fiber)
{
    struct fibers *fibers = &fiber->loop->fibers;
    void **fake_stack = fiber->state == FIBER_ENDED ? NULL : &fiber->fake_stack;
    asan_start_switch(fake_stack, fibers->scheduler_stack_bottom, fibers->scheduler_stack_bytes);
    context_switch(&fiber->context, &fibers->scheduler);
    asan_finish_switch(fiber->fake_stack, &fibers->scheduler_stack_bottom,
                       &fibers->scheduler_stack_bytes);
}

static void fiber_main(void *argument)
{
    struct fiber *fiber = argument;
    struct fibers *fibers = &fiber->loop->fibers;

    asan_finish_switch(NULL, &fibers->scheduler_stack_bottom, &fibers->scheduler_stack_bytes);
    fiber->run(fiber->argument);
    fiber->state = FIBER_ENDED;
    switch_to_scheduler(fiber);
}

static void on_deadline_timer(void *argument)
{
    struct fiber *fiber = argument;
    fiber->reason = WAKE_DEADLINE;
    fiber->state = FIBER_READY;
    g_queue_push_tail(&fiber->loop->fibers.ready, fiber);
}

static struct fiber *fiber_take_retired(struct fibers *fibers)
{
    if (fibers->retired->len == 0) {
        struct fiber *fiber = g_new0(struct fiber, 1);
        fiber->stack = stack_map();
        return fiber;
    }
    struct fiber *fiber = g_ptr_array_steal_index(fibers->retired, fibers->retired->len - 1);
    *fiber = (struct fiber){.stack = fiber->stack};
    return fiber;
}

struct fiber *fiber_spawn(struct loop *loop, const char *name, void (*run)(void *argument),
                          void *argument)
{
    struct fibers *fibers = &loop->fibers;
    g_assert(fibers->all->len < FIBERS_MAX);
    struct fiber *fiber = fiber_take_retired(fibers);

    fiber->loop = loop;
    fiber->name = name;
    fiber->run = run;
    fiber->argument = argument;
    fiber->state = FIBER_READY;
    fiber->is_cancelled = fibers->is_closing;
    timer_init(&fiber->deadline_timer, on_deadline_timer, fiber);
    context_prepare(&fiber->context, &fiber->stack, fiber_main, fiber);
    g_ptr_array_add(fibers->all, fiber);
    fibers->have_ended = false;
    g_queue_push_tail(&fibers->ready, fiber);
    return fiber;
}

static void fiber_retire(struct fiber *fiber)
{
    struct fibers *fibers = &fiber->loop->fibers;

    g_ptr_array_remove(fibers->all, fiber);
    fibers->have_ended = fibers->all->len == 0;
    if (fiber->group != NULL)
        fiber_group_forget(fiber->group, fiber);
    if (fibers->retired->len < STACKS_KEPT_MAX)
        g_ptr_array_add(fibers->retired, fiber);
    else
        fiber_free(fiber);
}

bool fibers_run_one(struct loop *loop)
{
    struct fibers *fibers = &loop->fibers;
    struct fiber *fiber = g_queue_pop_head(&fibers->ready);
    if (fiber == NULL)
        return false;

    fibers->current = fiber;
    fiber->state = FIBER_RUNNING;
    asan_start_switch(&fibers->scheduler_fake_stack, fiber->stack.base, fiber->stack.size_bytes);
    context_switch(&fibers->scheduler, &fiber->context);
    asan_finish_switch(fibers->scheduler_fake_stack, NULL, NULL);
    fibers->current = NULL;
    if (fiber->state == FIBER_ENDED)
        fiber_retire(fiber);
    return true;
}

static void make_ready(struct fiber *fiber, enum wake_reason reason)
{
    if (fiber->state != FIBER_PARKED)
        return;
    timer_cancel(fiber->loop, &fiber->deadline_timer);
    fiber->reason = reason;
    fiber->state = FIBER_READY;
    g_queue_push_tail(&fiber->loop->fibers.ready, fiber);
}

void fiber_wake(struct fiber *fiber)
{
    make_ready(fiber, WAKE_CALLED);
}

void fiber_cancel(struct fiber *fiber)
{
    fiber->is_cancelled = true;
    if (!deadline_is_shielded(fiber))
        make_ready(fiber, WAKE_CANCELLED);
}

static bool fail_cancelled(const struct fiber *fiber, GError **error)
{
    g_set_error(error, FIBER_ERROR, FIBER_ERROR_CANCELLED, "cancelled (%s)", fiber->name);
    return false;
}

bool fiber_park(struct loop *loop, const char *what, GError **error)
{
    struct fiber *fiber = loop->fibers.current;
    g_assert(fiber != NULL);
    if (fiber->is_cancelled && !deadline_is_shielded(fiber))
        return fail_cancelled(fiber, error);

    struct deadline *first = deadline_first(fiber);
    if (first != NULL && first->at_us <= loop_now_us(loop)) {
        deadline_expire(first, error);
        return false;
    }
    if (first != NULL && first->at_us < INT64_MAX) /* or a deadlock would end at the end of time */
        timer_arm(loop, &fiber->deadline_timer, first->at_us - loop_now_us(loop));
    fiber->waits_for = what;
    fiber->state = FIBER_PARKED;
    switch_to_scheduler(fiber);

    if (fiber->reason == WAKE_CANCELLED)
        return fail_cancelled(fiber, error);
    if (fiber->reason == WAKE_DEADLINE)
        deadline_expire(first, error);
    return fiber->reason == WAKE_CALLED;
}

static void on_sleep_over(void *argument)
{
    fiber_wake(argument);
}

bool fiber_sleep(struct loop *loop, int64_t delay_us, GError **error)
{
    struct timer timer;
    bool is_fine = true;

    timer_init(&timer, on_sleep_over, loop->fibers.current);
    timer_arm(loop, &timer, delay_us);
    while (is_fine && timer_is_armed(&timer))
        is_fine = fiber_park(loop, "sleep", error);
    timer_cancel(loop, &timer);
    return is_fine;
}

bool fiber_yield(struct loop *loop, GError **error)
{
    return fiber_sleep(loop, 0, error);
}

char *fibers_describe(const struct loop *loop)
{
    enum {
        NAMES_MAX = 12
    };
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < loop->fibers.all->len && i < NAMES_MAX; i++) {
        const struct fiber *fiber = g_ptr_array_index(loop->fibers.all, i);
        g_string_append_printf(text, "%s%s (%s)", i > 0 ? ", " : "", fiber->name,
                               fiber->waits_for != NULL ? fiber->waits_for : "not started");
    }
    if (loop->fibers.all->len == 0)
        g_string_append(text, "nobody");
    return g_string_free(text, FALSE);
}
