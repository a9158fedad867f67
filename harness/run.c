/* Runs a plan: builds its stage, lets its pipeline run in it, reads what came of it. */
#include "harness/run_private.h"

#include "base/digest.h"
#include "base/limits.h"
#include "base/units.h"
#include "harness/effects.h"
#include "harness/folders.h"
#include "harness/promise_book.h"
#include "process/sandbox.h"
#include "runner/checkout_store.h"
#include "runner/working_copy.h"

#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* After the last leg's clock: what its epilogue and the daemons may still take. */
#define AFTER_US (30 * MINUTE_US)
/* A workflow has no clock of its own but its jobs', of at most six hours each by default,
 * thirty-five days in all. */
#define WORKFLOW_TIME_US (7 * 24 * HOUR_US)

void run_break(struct outcome *outcome, bool is_our_fault, const char *why)
{
    if (outcome->broken != NULL)
        return;
    outcome->broken = g_strdup(why);
    outcome->is_our_fault = is_our_fault;
}

/* The trace and the world count exchanges each on their own; they must agree. */
static void check_exchanges(struct outcome *outcome, const struct trace *trace)
{
    gsize length = 0;
    const char *text = trace_text(trace, &length);
    static const char marker[] = "\"event\":\"exchange\"";
    uint64_t count = 0;
    for (const char *next = text; (next = strstr(next, marker)) != NULL; next += sizeof marker - 1)
        count++;
    if (count == outcome->exchange_count || length > TRACE_BYTES_MAX)
        return;
    g_autofree char *why = g_strdup_printf("the trace has %" G_GUINT64_FORMAT
                                           " exchanges, the world %" G_GUINT64_FORMAT,
                                           count, outcome->exchange_count);
    run_break(outcome, /* is_our_fault= */ true, why);
}

static void read_faults(struct outcome *outcome, struct faults *faults)
{
    for (gsize i = 0; i < faults_count(faults); i++) {
        struct fault_report report = faults_report(faults, i);
        struct fault_outcome *fault = g_new0(struct fault_outcome, 1);
        bool is_missed = report.fired_count == 0 && !report.is_optional;
        fault->id = g_strdup(report.id);
        fault->kind = g_strdup(report.kind);
        fault->fired_count = report.fired_count;
        fault->position = report.position;
        fault->nearest_miss = is_missed
                                  ? g_strdup(report.nearest_miss != NULL ? report.nearest_miss
                                                                         : "nothing came near it")
                                  : NULL;
        g_ptr_array_add(outcome->faults, fault);
        if (!is_missed)
            continue;
        g_autofree char *place = position_text(report.position);
        g_autofree char *why = g_strdup_printf("%s: fault '%s' never fired; %s", place, report.id,
                                               fault->nearest_miss);
        run_break(outcome, /* is_our_fault= */ false, why);
    }
}

/* First line: format and plan, so that the file alone can be replayed. */
static void take_trace(struct outcome *outcome, const struct trace *trace)
{
    g_autoptr(json_t) head = json_pack("{s:s}", "format", "seatrial.trace/1");
    json_object_set_new(head, "plan", plan_json(outcome->plan));
    g_autofree char *head_text = json_text(head);
    gsize length = 0;
    const char *events = trace_text(trace, &length);
    g_autoptr(GString) text = g_string_sized_new(length + strlen(head_text) + 2);

    g_string_append_printf(text, "%s\n", head_text);
    g_string_append_len(text, events, (gssize)length);
    outcome->trace_digest = digest_of(text->str, text->len);
    outcome->trace = g_string_free_to_bytes(g_steal_pointer(&text));
}

static int64_t time_cap_us(const struct scenario *scenario)
{
    return scenario->policy != NULL ? scenario->policy->job.timeout_us + AFTER_US
                                    : WORKFLOW_TIME_US;
}

static void read_effects(struct run *run)
{
    if (run->workflow == NULL)
        effects_finish(run->outcome, run->stage);
    else
        effects_of_workflow(run->outcome, run->stage, run->promises);
}

/* Level-triggered, and it stays readable: once is enough. */
static void on_stop(void *argument, uint32_t events)
{
    const struct run *run = argument;
    (void)events;
    loop_watch(run->stage->loop, run->context->stop_fd, 0, NULL, NULL);
    loop_interrupt(run->stage->loop);
}

static void perform(struct run *run, struct loop *loop)
{
    struct outcome *outcome = run->outcome;
    g_autoptr(GError) error = NULL;

    if (run->workflow == NULL)
        effects_begin(outcome, run->stage);
    fiber_spawn(loop, "run", run->workflow == NULL ? run_policy_main : run_workflow_main, run);
    loop_set_time_cap(loop, time_cap_us(outcome->plan->scenario));
    if (run->context->stop_fd > 0)
        loop_watch(loop, run->context->stop_fd, EPOLLIN, on_stop, run);
    if (!loop_run(loop, &run->is_over, &error)) {
        run_break(outcome, /* is_our_fault= */ true, error->message);
        loop_end_fibers(loop); /* while there is a world around them */
    }
    outcome->duration_us = loop_now_us(loop);
    if (stage_misfit(run->stage) != NULL)
        run_break(outcome, /* is_our_fault= */ false, stage_misfit(run->stage));
    run_workflow_check(run);
    if (outcome->broken == NULL)
        read_effects(run);
    if (!run->is_clear)
        read_faults(outcome, run->stage->faults);
}

static void add_legs(struct outcome *outcome)
{
    for (guint i = 0; i < outcome->plan->legs->len; i++) {
        const struct plan_leg *leg = g_ptr_array_index(outcome->plan->legs, i);
        struct leg_outcome *leg_outcome = g_new0(struct leg_outcome, 1);
        leg_outcome->id = g_strdup(leg->id);
        g_ptr_array_add(outcome->legs, leg_outcome);
    }
}

/* Builds the stage, and what a workflow needs beside it. */
static bool set_up(struct run *run, struct loop *loop, GError **error)
{
    run->stage =
        stage_new(run->outcome->plan, loop, run->trace, run->context->images, run->is_clear, error);
    if (run->stage == NULL)
        return false;
    return run->outcome->plan->scenario->pipeline == NULL || run_workflow_begin(run, error);
}

static void take_down(struct run *run)
{
    run_workflow_end(run);
    if (run->stage != NULL) {
        world_end_exchanges(run->stage->world);
        run->outcome->exchange_count = world_exchange_count(run->stage->world);
        check_exchanges(run->outcome, run->trace);
    }
    take_trace(run->outcome, run->trace);
    stage_free(run->stage);
}

static void execute(struct run *run)
{
    const struct run_context *context = run->context;
    struct loop *loop = loop_new(CLOCK_VIRTUAL, 1);
    AUTO(trace) trace = trace_new(loop_now_of, loop);
    g_autoptr(GError) error = NULL;

    if (context->bind_clock != NULL)
        context->bind_clock(loop, run->outcome->plan->scenario->setting.date_s);
    run->trace = trace;
    if (set_up(run, loop, &error))
        perform(run, loop);
    else
        run_break(run->outcome, /* is_our_fault= */ true, error->message);
    take_down(run);
    loop_free(loop);
    if (context->bind_clock != NULL)
        context->bind_clock(NULL, 0);
}

static void open_shared(struct run_context *context)
{
    sandbox_files_begin(context->sandbox_layers);
    context->shared_directory = folder_make_root(&context->shared_lock_fd, NULL);
    sandbox_files_end(context->sandbox_layers);
    if (context->shared_directory != NULL)
        context->checkouts = checkout_store_new(context->shared_directory);
}

static void close_shared(struct run_context *context)
{
    if (context->checkouts == NULL)
        return;
    g_clear_pointer(&context->checkouts, checkout_store_free);
    folder_remove(context->shared_directory);
    close(context->shared_lock_fd);
    g_clear_pointer(&context->shared_directory, g_free);
}

void run_context_prepare(struct run_context *context)
{
    g_autofree char *missing = NULL;
    working_copy_prepare();
    context->is_prepared = true;
    context->sandbox_layers = sandbox_probe(&missing);
    open_shared(context);
    if (sandbox_layers_suffice(context->sandbox_layers))
        return;
    context->why_unprotected =
        g_strdup_printf("scripts of a workflow are not run without protection, and %s; "
                        "%s--unsafe-scripts runs them all the same",
                        missing != NULL ? missing : "there is none",
                        sandbox_root_is_the_trouble(context->sandbox_layers)
                            ? "who is not root is protected without; "
                            : "");
}

void run_context_clear(struct run_context *context)
{
    g_clear_pointer(&context->why_unprotected, g_free);
    close_shared(context);
    if (context->is_prepared)
        working_copy_release();
}

struct outcome *run_workflow_plan(const struct plan *plan, const struct run_context *context,
                                  const struct promises *promises)
{
    struct run run = {
        .context = context,
        .outcome = outcome_new(plan),
        .promises = promises,
        .is_clear = promises == NULL,
    };
    execute(&run);
    return run.outcome;
}

static struct outcome *run_policy_plan(const struct plan *plan, const struct run_context *context)
{
    struct run run = {.context = context, .outcome = outcome_new(plan)};
    add_legs(run.outcome);
    execute(&run);
    return run.outcome;
}

/* In the book already, or found out by a run in clear weather; NULL when that run is all there is
   to say of the plan, and in *outcome. */
static const struct promises *find_out_promises(const struct plan *plan,
                                                const struct run_context *context,
                                                struct outcome **outcome)
{
    const struct promises *known = promise_book_find(context->book, plan);
    if (known != NULL)
        return known;
    struct outcome *clear = run_workflow_plan(plan, context, NULL);
    if (clear->broken != NULL) {
        *outcome = clear;
        return NULL;
    }
    known = promise_book_add(context->book, plan, promises_of(clear));
    outcome_free(clear);
    return known;
}

struct outcome *run_plan(const struct plan *plan, const struct run_context *context)
{
    struct outcome *clear = NULL;
    const struct promises *promises = context->promises;

    if (plan->scenario->policy != NULL)
        return run_policy_plan(plan, context);
    if (fault_rules_count(plan->scenario->faults) == 0 && promises == NULL)
        return run_workflow_plan(plan, context, NULL);
    if (promises == NULL)
        promises = find_out_promises(plan, context, &clear);
    return clear != NULL ? clear : run_workflow_plan(plan, context, promises);
}
