/* A step's process: run to its end, or down the ladder of signals when the step is interrupted
   (actions-semantics.md 1.4; the runner's ProcessInvoker.cs). */
#include "runner/leg.h"

#include <signal.h>

enum {
    INTERRUPT_GRACE_US = 7500 * 1000,
    TERMINATE_GRACE_US = 2500 * 1000,
    PIPES_GRACE_US = 5000 * 1000,
};

/* A process is over when it is gone and both pipes are at their end, or 5 s after it is gone. */
struct watch {
    struct leg_run *leg;
    void *process;
    bool has_exited;
    bool is_over;
};

static void watch_process(void *argument)
{
    struct watch *watch = argument;
    const struct shell_type *type = watch->leg->shell.type;
    if (type->wait_exit(watch->process, NULL)) {
        DEADLINE(limit);
        deadline_begin(watch->leg->loop, &limit, "pipes of a process", PIPES_GRACE_US);
        watch->has_exited = true;
        if (!type->wait_output_end(watch->process, NULL))
            watch->is_over = true; /* a descendant holds them */
    }
    watch->is_over = true;
    fiber_wake(watch->leg->fiber);
}

static void on_limit(void *argument)
{
    fiber_wake(argument);
}

bool leg_wait(struct leg_run *leg, const bool *is_over, const struct step_run *step,
              int64_t limit_us, const char *what)
{
    struct timer timer;
    bool is_limited = limit_us < INT64_MAX;
    timer_init(&timer, on_limit, leg->fiber);
    if (is_limited)
        timer_arm(leg->loop, &timer, limit_us);
    while (!*is_over && !leg->is_abandoned && !(step != NULL && step_is_interrupted(step)) &&
           (!is_limited || timer_is_armed(&timer)))
        if (!fiber_park(leg->loop, what, NULL))
            leg->is_abandoned = true;
    timer_cancel(leg->loop, &timer);
    return !leg->is_abandoned;
}

/* To the direct child alone: its descendants hear nothing and live on. */
static void descend(struct watch *watch)
{
    static const struct {
        int signal_number;
        int64_t grace_us;
    } rungs[] = {
        {SIGINT, INTERRUPT_GRACE_US},
        {SIGTERM, TERMINATE_GRACE_US},
        {SIGKILL, INT64_MAX},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rungs) && !watch->is_over; i++) {
        if (!watch->has_exited)
            watch->leg->shell.type->signal(watch->process, rungs[i].signal_number);
        if (!leg_wait(watch->leg, &watch->is_over, NULL, rungs[i].grace_us, "a process to end"))
            return;
    }
}

static void follow(struct step_run *step, struct watch *watch)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, step->leg->loop);
    fiber_group_spawn(&group, "process", watch_process, watch);
    if (leg_wait(step->leg, &watch->is_over, step, INT64_MAX, "a process") && !watch->is_over)
        descend(watch);
}

bool process_run(struct step_run *step, const char *const *arguments, char **environment,
                 const char *directory, int *exit_code, GError **error)
{
    struct leg_run *leg = step->leg;
    const struct shell_start start = {
        .arguments = arguments,
        .environment = (const char *const *)environment,
        .directory = directory,
        .tracking = leg->tracking,
        .output = step_output,
        .output_context = step,
    };
    struct watch watch = {.leg = leg};
    watch.process = leg->shell.type->start(leg->shell.self, &start, error);
    if (watch.process == NULL)
        return false;
    follow(step, &watch);
    *exit_code = watch.has_exited ? leg->shell.type->exit_code(watch.process) : -1;
    leg->shell.type->free(watch.process);
    step_output_end(step);
    const char *complaint = leg->shell.type->complaint(leg->shell.self);
    if (complaint != NULL) {
        step_error(step, "%s", complaint);
        step->outcome = RESULT_FAILURE;
    }
    return true;
}
