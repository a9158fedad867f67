/* The epoll loop: ready work first, then descriptors, then time. */
#include "loop/loop.h"

#include "base/limits.h"
#include "loop/loop_private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    EVENTS_PER_WAIT = 64
};

GQuark loop_error_quark(void)
{
    return g_quark_from_static_string("seatrial-loop-error");
}

/* The kernel's own clock: the interposer answers from this loop and must not be asked by it. */
int64_t loop_real_time_us(void)
{
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

struct loop *loop_new(enum clock_mode mode, unsigned speed)
{
    struct loop *loop = g_new0(struct loop, 1);
    loop->mode = mode;
    loop->speed = mode == CLOCK_SCALED ? MAX(speed, 1) : 1;
    loop->started_us = loop_real_time_us();
    loop->time_cap_us = VIRTUAL_TIME_US_MAX;
    loop->timers = g_ptr_array_new();
    loop->sources = g_ptr_array_new();
    loop->watches = g_ptr_array_new_with_free_func(g_free);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0)
        g_error("epoll_create1: %s", g_strerror(errno));
    fibers_init(&loop->fibers);
    return loop;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    fibers_finish(loop);
    g_ptr_array_unref(loop->timers);
    g_ptr_array_unref(loop->sources);
    g_ptr_array_unref(loop->watches);
    close(loop->epoll_fd);
    g_free(loop);
}

enum clock_mode loop_clock_mode(const struct loop *loop)
{
    return loop->mode;
}

int64_t loop_now_us(const struct loop *loop)
{
    if (loop->mode == CLOCK_VIRTUAL)
        return loop->virtual_now_us;
    return (loop_real_time_us() - loop->started_us) * loop->speed;
}

int64_t loop_now_of(const void *loop)
{
    return loop_now_us(loop);
}

void loop_set_time_cap(struct loop *loop, int64_t cap_us)
{
    loop->time_cap_us = loop->mode == CLOCK_VIRTUAL ? MIN(cap_us, VIRTUAL_TIME_US_MAX) : cap_us;
}

void loop_interrupt(struct loop *loop)
{
    loop->is_interrupted = 1;
}

uint64_t loop_step_count(const struct loop *loop)
{
    return loop->step_count;
}

void loop_add_source(struct loop *loop, struct loop_source *source)
{
    g_ptr_array_add(loop->sources, source);
}

void loop_remove_source(struct loop *loop, struct loop_source *source)
{
    g_ptr_array_remove(loop->sources, source);
}

struct loop_source *loop_find_source(const struct loop *loop, bool (*run)(void *argument))
{
    for (guint i = 0; i < loop->sources->len; i++) {
        struct loop_source *source = g_ptr_array_index(loop->sources, i);
        if (source->run == run)
            return source;
    }
    return NULL;
}

static struct watch *watch_of(struct loop *loop, int fd)
{
    if ((guint)fd >= loop->watches->len)
        g_ptr_array_set_size(loop->watches, fd + 1);
    struct watch *watch = g_ptr_array_index(loop->watches, fd);
    if (watch == NULL) {
        watch = g_new0(struct watch, 1);
        g_ptr_array_index(loop->watches, fd) = watch;
    }
    return watch;
}

/* The likelier of the two calls first. The kernel may know otherwise: it forgets a descriptor that
   was closed while it was watched. */
static bool set_interest(struct loop *loop, int fd, bool is_new, struct epoll_event *event)
{
    int first = is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    int second = is_new ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(loop->epoll_fd, first, fd, event) == 0)
        return true;
    return errno == (is_new ? EEXIST : ENOENT) && epoll_ctl(loop->epoll_fd, second, fd, event) == 0;
}

/* A descriptor's number is used again after close(); the generation tells stale events apart. */
void loop_watch(struct loop *loop, int fd, uint32_t events, watch_fn *ready, void *argument)
{
    struct watch *watch = watch_of(loop, fd);
    struct epoll_event event = {.events = events};

    if (events == 0) {
        epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL); /* may be closed already */
        watch->ready = NULL;
        watch->is_left_behind = false;
        watch->generation++;
        return;
    }
    bool is_new = watch->ready == NULL && !watch->is_left_behind;
    if (watch->ready == NULL)
        watch->generation++;
    watch->ready = ready;
    watch->argument = argument;
    watch->is_left_behind = false;
    event.data.u64 = ((uint64_t)watch->generation << 32) | (uint32_t)fd;
    if (!set_interest(loop, fd, is_new, &event))
        g_error("epoll_ctl of descriptor %d: %s", fd, g_strerror(errno));
}

void loop_unwatch_lazily(struct loop *loop, int fd)
{
    struct watch *watch = watch_of(loop, fd);
    watch->ready = NULL;
    watch->is_left_behind = true;
    watch->generation++;
}

void loop_note_closed(struct loop *loop, int fd)
{
    watch_of(loop, fd)->is_left_behind = false;
}

static void dispatch(struct loop *loop, const struct epoll_event *event)
{
    int fd = (int)(event->data.u64 & UINT32_MAX);
    struct watch *watch = g_ptr_array_index(loop->watches, fd);
    if (watch->ready == NULL && watch->is_left_behind)
        loop_watch(loop, fd, 0, NULL, NULL);
    else if (watch->ready != NULL && watch->generation == (uint32_t)(event->data.u64 >> 32))
        watch->ready(watch->argument, event->events);
}

static bool dispatch_all(struct loop *loop, const struct epoll_event *events, int count)
{
    for (int i = 0; i < count; i++)
        dispatch(loop, &events[i]);
    return count > 0;
}

static bool poll_descriptors(struct loop *loop, int timeout_ms)
{
    struct epoll_event events[EVENTS_PER_WAIT];
    int count = epoll_wait(loop->epoll_fd, events, EVENTS_PER_WAIT, timeout_ms);
    return dispatch_all(loop, events, count);
}

/* Kernels before 5.11 know whole milliseconds only. */
static void poll_descriptors_briefly(struct loop *loop, int64_t wait_us)
{
    struct epoll_event events[EVENTS_PER_WAIT];
    struct timespec wait = {.tv_sec = wait_us / SECOND_US, .tv_nsec = wait_us % SECOND_US * 1000};
    int count = epoll_pwait2(loop->epoll_fd, events, EVENTS_PER_WAIT, &wait, NULL);
    if (count < 0 && errno == ENOSYS)
        count = epoll_wait(loop->epoll_fd, events, EVENTS_PER_WAIT,
                           (int)((wait_us + MILLISECOND_US - 1) / MILLISECOND_US));
    dispatch_all(loop, events, count);
}

static bool run_sources(struct loop *loop)
{
    bool has_run = false;
    for (guint i = 0; i < loop->sources->len; i++) {
        struct loop_source *source = g_ptr_array_index(loop->sources, i);
        has_run |= source->run(source->argument);
    }
    return has_run;
}

/* The shortest time for which any source wants the clock held; 0: none does. */
static int64_t ask_for_hold(struct loop *loop, bool *is_asked)
{
    int64_t hold_us = 0;
    for (guint i = 0; i < loop->sources->len; i++) {
        struct loop_source *source = g_ptr_array_index(loop->sources, i);
        if (source->hold == NULL)
            continue;
        *is_asked = true;
        int64_t asked_us = source->hold(source->argument);
        if (asked_us > 0)
            hold_us = hold_us == 0 ? asked_us : MIN(hold_us, asked_us);
    }
    return hold_us;
}

static bool settle_sources(struct loop *loop)
{
    bool has_settled = false;
    for (guint i = 0; i < loop->sources->len; i++) {
        struct loop_source *source = g_ptr_array_index(loop->sources, i);
        has_settled |= source->settle != NULL && source->settle(source->argument);
    }
    return has_settled;
}

/* What comes before time moves; false: it may. What was sent while a source looked whether all is
   quiet would be overtaken by the jump: hence the second look at the descriptors. */
static bool end_instant(struct loop *loop)
{
    bool is_asked = false;
    int64_t hold_us = ask_for_hold(loop, &is_asked);
    if (hold_us > 0) {
        loop->steps_at_this_time = 0;
        poll_descriptors_briefly(loop, hold_us);
        return true;
    }
    return is_asked && (poll_descriptors(loop, 0) || settle_sources(loop));
}

/* Real waits are short enough that an interrupt or a very late timer is noticed. */
static int real_wait_ms(const struct loop *loop)
{
    enum {
        WAIT_MS_MAX = 1000
    };
    const struct timer *first = timers_first(loop);
    if (first == NULL)
        return WAIT_MS_MAX;
    int64_t left_us = (first->at_us - loop_now_us(loop)) / loop->speed;
    return (int)CLAMP((left_us + MILLISECOND_US - 1) / MILLISECOND_US, 0, WAIT_MS_MAX);
}

static bool check_run(const struct loop *loop, GError **error)
{
    if (loop->is_interrupted) {
        g_set_error(error, LOOP_ERROR, LOOP_ERROR_INTERRUPTED, "interrupted");
        return false;
    }
    if (loop_now_us(loop) > loop->time_cap_us) {
        g_autofree char *cap = duration_text(loop->time_cap_us);
        g_set_error(error, LOOP_ERROR, LOOP_ERROR_TIME_CAP, "the run's clock passed its cap of %s",
                    cap);
        return false;
    }
    return true;
}

static bool check_livelock(const struct loop *loop, GError **error)
{
    if (loop->mode == CLOCK_VIRTUAL && loop->steps_at_this_time > LOOP_STEPS_AT_ONE_TIME_MAX) {
        g_set_error(error, LOOP_ERROR, LOOP_ERROR_LIVELOCK,
                    "livelock: %d steps without time moving", LOOP_STEPS_AT_ONE_TIME_MAX);
        return false;
    }
    return true;
}

/* Jumps to the first timer and runs it alone, so that its consequences play out before the next. */
static bool run_one_timer(struct loop *loop)
{
    struct timer *first = timers_first(loop);
    if (first == NULL)
        return false;
    if (loop->mode == CLOCK_VIRTUAL && first->at_us > loop->virtual_now_us) {
        loop->virtual_now_us = first->at_us;
        loop->steps_at_this_time = 0;
    }
    timer_cancel(loop, first);
    first->fire(first->argument);
    return true;
}

static bool wait_for_real_time(struct loop *loop)
{
    poll_descriptors(loop, real_wait_ms(loop));
    const struct timer *first = timers_first(loop);
    if (first != NULL && first->at_us <= loop_now_us(loop))
        run_one_timer(loop);
    return true;
}

static bool step(struct loop *loop)
{
    loop->step_count++;
    loop->steps_at_this_time++;
    if (fibers_run_one(loop) || run_sources(loop) || poll_descriptors(loop, 0))
        return true;
    if (loop->mode != CLOCK_VIRTUAL)
        return wait_for_real_time(loop);
    return end_instant(loop) || run_one_timer(loop);
}

static bool run_steps(struct loop *loop, const bool *is_over, bool is_finishing, GError **error)
{
    g_assert(loop->fibers.current == NULL);
    loop->steps_at_this_time = 0;
    while (!*is_over) {
        if (!is_finishing && !check_run(loop, error))
            return false;
        if (!check_livelock(loop, error))
            return false;
        if (!step(loop)) {
            g_autofree char *waiting = fibers_describe(loop);
            g_set_error(error, LOOP_ERROR, LOOP_ERROR_DEADLOCK,
                        "deadlock: nothing is ready and no timer is set; waiting: %s", waiting);
            return false;
        }
    }
    return true;
}

bool loop_run(struct loop *loop, const bool *is_over, GError **error)
{
    return run_steps(loop, is_over, /* is_finishing= */ false, error);
}

bool loop_finish(struct loop *loop, const bool *is_over, GError **error)
{
    return run_steps(loop, is_over, /* is_finishing= */ true, error);
}
