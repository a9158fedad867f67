/* Legs that wait for one of GitHub's runners: an account has so many at once, of macOS fewer; the
   leg that was created first is the next (docs: Actions limits, job concurrency limits for
   GitHub-hosted runners). A leg that waits has no machine, and its clock does not run. Somebody's
   own runners, and larger ones, are counted elsewhere. */
#include "runner/server_private.h"
#include "workflow/runs_on.h"

/* Free, Pro and Team have as many of macOS; only Enterprise has more. */
enum {
    ENTERPRISE_JOBS = 500,
    ENTERPRISE_MACOS_JOBS = 50,
    MACOS_JOBS = 5,
};

void runner_queue_init(struct runner_queue *queue, unsigned concurrent_jobs)
{
    unsigned jobs = concurrent_jobs > 0 ? concurrent_jobs : CONCURRENT_JOBS_STANDARD;
    unsigned macos_jobs = jobs >= ENTERPRISE_JOBS ? ENTERPRISE_MACOS_JOBS : MACOS_JOBS;
    *queue = (struct runner_queue){.free_count = jobs, .macos_free_count = MIN(jobs, macos_jobs)};
    g_queue_init(&queue->waiting);
}

static const struct server_options *options_of(const struct server_run *run)
{
    return run->task->flow->server->options;
}

static struct runner_queue *queue_of(const struct server_run *run)
{
    return &run->task->flow->server->runners;
}

/* The day on which the leg comes: it decides which labels are GitHub's; g_free. */
static char *day_of(const struct server_run *run)
{
    const struct server_options *options = options_of(run);
    const int64_t second_us = INT64_C(1000) * 1000;
    g_autoptr(GDateTime) date =
        g_date_time_new_from_unix_utc(options->date_s + loop_now_us(options->loop) / second_us);
    return g_date_time_format(date, "%Y-%m-%d");
}

/* What no runner takes waits elsewhere, for ever. */
static enum runner_demand demand_of(const struct server_run *run, const json_t *runs_on)
{
    struct runner runner;
    g_autofree char *day = day_of(run);
    enum runner_demand demand = RUNNER_OF_ITS_OWN;
    if (runner_choose(runs_on, day, &runner, NULL) && runner.image != NULL)
        demand = runner.os == RUNNER_MACOS ? RUNNER_HOSTED_MACOS : RUNNER_HOSTED;
    runner_clear(&runner);
    return demand;
}

static bool has_room(const struct runner_queue *queue, const struct server_run *run)
{
    return queue->free_count > 0 &&
           (run->demand != RUNNER_HOSTED_MACOS || queue->macos_free_count > 0);
}

static void take(struct runner_queue *queue, struct server_run *run)
{
    queue->free_count--;
    if (run->demand == RUNNER_HOSTED_MACOS)
        queue->macos_free_count--;
    run->has_runner = true;
}

static bool wait_in_line(struct runner_queue *queue, struct server_run *run)
{
    struct loop *loop = options_of(run)->loop;
    int64_t since_us = loop_now_us(loop);
    bool is_fine = true;
    trace_note(options_of(run)->trace, "job-leg-queued", "leg", run->row->id, NULL);
    g_queue_push_tail(&queue->waiting, run);
    run->waiter = fiber_current(loop);
    while (is_fine && !run->has_runner && !run->is_cancelled)
        is_fine = fiber_park(loop, "one of GitHub's runners", NULL);
    run->waiter = NULL;
    g_queue_remove(&queue->waiting, run);
    run->row->queued_us = loop_now_us(loop) - since_us;
    return is_fine && !run->is_cancelled;
}

bool runner_queue_enter(struct server_run *run, const json_t *runs_on)
{
    struct runner_queue *queue = queue_of(run);
    run->demand = demand_of(run, runs_on);
    if (run->demand == RUNNER_OF_ITS_OWN)
        return true;
    if (!has_room(queue, run))
        return wait_in_line(queue, run);
    take(queue, run);
    return true;
}

/* The oldest first; one of macOS may have to let those behind it pass. */
static void hand_over(struct runner_queue *queue)
{
    for (GList *each = queue->waiting.head, *next; each != NULL; each = next) {
        struct server_run *run = each->data;
        next = each->next;
        if (run->is_cancelled || !has_room(queue, run))
            continue;
        take(queue, run);
        g_queue_delete_link(&queue->waiting, each);
        fiber_wake(run->waiter);
    }
}

void runner_queue_leave(struct server_run *run)
{
    struct runner_queue *queue = queue_of(run);
    if (!run->has_runner)
        return;
    run->has_runner = false;
    queue->free_count++;
    if (run->demand == RUNNER_HOSTED_MACOS)
        queue->macos_free_count++;
    hand_over(queue);
}

void runner_queue_wake(const struct server_run *run)
{
    if (run->waiter != NULL)
        fiber_wake(run->waiter);
}
