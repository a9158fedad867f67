/* The legs of a job: the matrix, max-parallel, fail-fast, the job's clock (actions-semantics.md
   1.5, 1.6, 2.1). */
#include "runner/server_private.h"

#include <string.h>

enum {
    /* Whatever timeout-minutes says (failures.md M3; docs: Actions limits). */
    MINUTES_MAX_HOSTED = 360,
    MINUTES_MAX_SELF_HOSTED = 5 * 24 * 60,
    MINUTES_PER_HOUR = 60,
    SLOTS_NO_LIMIT = 100000,
};
static const int64_t minute_us = INT64_C(60) * 1000 * 1000;
/* What passes between the end of a job's time and the request that reaches the runner (1.4). */
static const int64_t clock_lag_us = INT64_C(15) * 1000 * 1000;

static const struct server_options *options_of(const struct task *task)
{
    return task->flow->server->options;
}

void server_run_free(void *argument)
{
    struct server_run *run = argument;
    struct server_leg *row = run->row;
    if (row != NULL) {
        g_free(row->id);
        g_free(row->name);
        g_free(row->reason);
        leg_result_free(row->result);
        g_free(row);
    }
    flow_free(run->called);
    g_free(run->own.name);
    g_free(run->below.name);
    g_free(run->cancel_text);
    g_free(run);
}

struct server_run *task_add_run(struct task *task, const struct leg *leg)
{
    struct server_run *run = g_new0(struct server_run, 1);
    run->task = task;
    run->leg = leg;
    run->row = g_new0(struct server_leg, 1);
    run->row->id = server_leg_id(task, leg);
    run->row->name = server_leg_name(task, leg);
    run->row->job = task->job;
    run->row->workflow = task->flow->workflow;
    run->row->touches_images = task_touches_images(task);
    run->row->caller = task->flow->caller != NULL ? task->flow->caller->row : NULL;
    g_ptr_array_add(task->runs, run);
    return run;
}

/* ---- what does not run ---- */

static void settle(struct server_run *run, enum result result, const char *reason)
{
    run->row->result = leg_result_new();
    run->row->result->result = run->row->result->conclusion = result;
    run->row->reason = g_strdup(reason);
    run->is_over = true;
    if (run->cancel_text != NULL)
        leg_result_annotate(run->row->result, run->cancel_text);
    trace_note(options_of(run->task)->trace, "job-leg-settled", "leg", run->row->id, "result",
               result_text(result), "why", reason, NULL);
}

void task_settle(struct task *task, enum result result, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *reason = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    settle(task_add_run(task, NULL), result, reason);
    task->result = result;
}

/* Its error may come of what earlier legs have put out: it is known to be after them. */
static void refuse_now(const struct server_run *run)
{
    run->row->result->started_us = loop_now_us(options_of(run->task)->loop);
}

void task_refuse(struct task *task, GError *error)
{
    task_settle(task, RESULT_FAILURE, "%s", error->message);
    const struct server_run *run = g_ptr_array_index(task->runs, task->runs->len - 1);
    refuse_now(run);
    server_run_doubt(run);
    g_ptr_array_add(task->flow->server->result->errors, error);
}

/* ---- cancellation ---- */

void server_run_cancel(struct server_run *run, const char *text)
{
    if (run->is_over || run->is_cancelled)
        return;
    run->is_cancelled = true;
    run->cancel_text = g_strdup(text);
    if (run->run != NULL)
        leg_run_cancel(run->run, text);
    if (run->called != NULL)
        flow_cancel(run->called, text);
    concurrency_wake(run);
    runner_queue_wake(run);
}

/* All other legs of the matrix, running or not. */
static void fail_fast(struct task *task, const struct server_run *failed)
{
    g_autofree char *text =
        g_strdup_printf("The job was canceled because \"%s\" failed.", failed->leg->id);
    for (guint i = 0; i < task->runs->len; i++)
        if (task->runs->pdata[i] != failed)
            server_run_cancel(task->runs->pdata[i], text);
}

/* A Go duration: 1m0s, 45m0s, 6h0m0s. */
static char *duration_text(int64_t minutes)
{
    return minutes < MINUTES_PER_HOUR
               ? g_strdup_printf("%" G_GINT64_FORMAT "m0s", minutes)
               : g_strdup_printf("%" G_GINT64_FORMAT "h%" G_GINT64_FORMAT "m0s",
                                 minutes / MINUTES_PER_HOUR, minutes % MINUTES_PER_HOUR);
}

static void on_clock(void *argument)
{
    struct server_run *run = argument;
    if (run->is_cancelled)
        return;
    g_autofree char *duration = duration_text(run->limit_minutes);
    g_autofree char *text =
        g_strdup_printf("The job has exceeded the maximum execution time of %s", duration);
    run->row->reason = g_strdup(text);
    server_run_cancel(run, text);
}

/* ---- one leg ---- */

static void limit_to_machine(struct server_run *run, const struct runner_machine *machine)
{
    run->limit_minutes = MIN(run->limit_minutes, machine->is_self_hosted ? MINUTES_MAX_SELF_HOSTED
                                                                         : MINUTES_MAX_HOSTED);
}

static void perform(struct server_run *run, const struct runner_machine *machine)
{
    limit_to_machine(run, machine);
    const struct task *task = run->task;
    const struct server_options *options = options_of(task);
    g_autoptr(json_t) strategy = task_strategy(task, run->leg);
    const struct leg_options leg_options = {
        .loop = options->loop,
        .trace = options->trace,
        .workflow = task->flow->workflow,
        .job = task->job,
        .leg = run->leg,
        .strategy = strategy,
        .cancel_minutes = run->cancel_minutes,
        .name = run->row->name,
        .machine = machine,
        .github = options->github,
        .inputs = task->flow->inputs,
        .unknown_inputs = task->flow->unknown_inputs,
        .needs = task->needs,
        .vars = options->vars,
        .secrets = task->flow->secrets,
        .actions = options->actions,
        .assumed = options->assumed,
        .find_action = options->find_action,
        .action_download = options->action_download,
        .git_fetch = options->git_fetch,
        .step_begins = options->step_begins,
        .make_secret = task->flow->has_all_secrets ? options->make_secret : NULL,
        .made_up_in = options->made_up_in,
        .made_up_tag = options->made_up_tag,
        .self = options->self,
        .is_debug = options->is_debug,
    };
    run->run = leg_run_new(&leg_options);
    timer_init(&run->clock, on_clock, run);
    timer_arm(options->loop, &run->clock, run->limit_minutes * minute_us + clock_lag_us);
    run->row->result = leg_run_perform(run->run);
    timer_cancel(options->loop, &run->clock);
    g_clear_pointer(&run->run, leg_run_free);
    if (run->row->result->reason != NULL) {
        g_free(run->row->reason);
        run->row->reason = g_strdup(run->row->result->reason);
    } else if (run->is_cancelled && run->row->reason == NULL)
        run->row->reason = g_strdup(run->cancel_text);
}

/* No machine takes it: on GitHub it waits until somebody gives up. */
static void wait_for_ever(struct server_run *run, const GError *error)
{
    g_autofree char *reason =
        g_strdup_printf("no runner takes it, so that it waits for ever: %s", error->message);
    settle(run, RESULT_CANCELLED, reason);
}

static void refuse(struct server_run *run, GError *error)
{
    settle(run, RESULT_FAILURE, error->message);
    refuse_now(run);
    server_run_doubt(run);
    g_ptr_array_add(run->task->flow->server->result->errors, error);
}

/* doubt: what nobody knows of the labels, or NULL. */
static void use_machine(struct server_run *run, const json_t *runs_on, const char *doubt)
{
    const struct server_options *options = options_of(run->task);
    g_autoptr(GError) error = NULL;
    const struct runner_machine *machine =
        options->leg_machine(options->self, run->row->id, run->task->job, runs_on, &error);
    if (machine == NULL &&
        (doubt != NULL || g_error_matches(error, BASE_ERROR, BASE_ERROR_UNMODELLED))) {
        server_run_assume(run, doubt != NULL ? doubt : error->message);
        return;
    }
    if (machine == NULL) {
        wait_for_ever(run, error);
        return;
    }
    perform(run, machine);
    options->leg_over(options->self, run->row->id);
}

static void settle_cancelled(struct server_run *run)
{
    settle(run, RESULT_CANCELLED, run->is_cancelled ? run->cancel_text : "the rehearsal ended");
}

static void run_on_machine(struct server_run *run)
{
    struct unknown_log *log = &run->task->flow->server->unknown;
    g_autoptr(GError) wrong = NULL;
    unknown_log_clear(log);
    g_autoptr(json_t) runs_on =
        task_evaluate_json(run->task, run->leg, "runs-on", run->task->job->runs_on, &wrong);
    g_autofree char *doubt = unknown_log_tell(log, "runs-on");
    if (runs_on == NULL || !server_run_check_labels(run, runs_on, doubt, &wrong) ||
        !server_run_read_limits(run, &wrong))
        refuse(run, g_steal_pointer(&wrong));
    else if (!runner_queue_enter(run, runs_on))
        settle_cancelled(run);
    else
        use_machine(run, runs_on, doubt);
    runner_queue_leave(run);
}

/* continue-on-error of the job: dependants see success, the check stays red (2.2). */
static void conclude(struct server_run *run)
{
    struct task *task = run->task;
    struct leg_result *result = run->row->result;
    if (result->result == RESULT_FAILURE && run->may_fail)
        result->conclusion = RESULT_SUCCESS;
    json_object_update(task->outputs, result->outputs); /* the last one that ended wins */
    if (result->unknown != NULL && task->unknown == NULL)
        task->unknown = json_object();
    json_object_update(task->unknown, result->unknown);
    run->is_over = true;
    if (result->conclusion == RESULT_FAILURE && task->is_failing_fast && task->runs->len > 1)
        fail_fast(task, run);
}

/* It has its slot; what its group says comes next. */
static void run_in_turn(struct server_run *run)
{
    GError *error = NULL;
    unknown_log_clear(&run->task->flow->server->unknown);
    bool has_turn = server_leg_check_name(run, &error) && concurrency_enter(run, &error);
    if (error != NULL)
        refuse(run, error);
    else if (!has_turn || run->is_cancelled)
        settle_cancelled(run);
    else if (run->task->job->uses != NULL)
        server_run_call(run);
    else
        run_on_machine(run);
    concurrency_leave(run);
}

static void run_leg(void *argument)
{
    struct server_run *run = argument;
    struct task *task = run->task;
    bool has_slot = fiber_slots_take(options_of(task)->loop, &task->slots, "max-parallel", NULL);
    if (!has_slot || run->is_cancelled)
        settle_cancelled(run);
    else
        run_in_turn(run);
    conclude(run);
    if (has_slot)
        fiber_slots_give(&task->slots);
}

/* ---- all legs ---- */

/* Failure counts most, then cancellation (2.1). */
static enum result merged(const struct task *task)
{
    enum result result = RESULT_SUCCESS;
    bool has_run = false;
    for (guint i = 0; i < task->runs->len; i++) {
        const struct server_run *run = task->runs->pdata[i];
        enum result each = run->row->result->conclusion;
        has_run = has_run || each != RESULT_SKIPPED;
        if (each == RESULT_FAILURE)
            return RESULT_FAILURE;
        if (each == RESULT_CANCELLED)
            result = RESULT_CANCELLED;
    }
    return has_run ? result : RESULT_SKIPPED;
}

void task_run_legs(struct task *task)
{
    g_autoptr(GError) error = NULL;
    const GPtrArray *legs = task_read_strategy(task, &error);
    FIBER_GROUP(group);
    fiber_group_init(&group, options_of(task)->loop);
    if (legs == NULL) {
        task_refuse(task, g_steal_pointer(&error));
        return;
    }
    task->slots.free_count = task->max_parallel > 0 ? task->max_parallel : SLOTS_NO_LIMIT;
    for (guint i = 0; i < legs->len; i++)
        task_add_run(task, legs->pdata[i]);
    for (guint i = 0; i < task->runs->len; i++)
        fiber_group_spawn(&group, "leg", run_leg, task->runs->pdata[i]);
    if (!fiber_group_wait(&group, NULL))
        fiber_group_finish(&group);
    task->result = merged(task);
}
