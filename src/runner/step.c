/* One step, in the runner's order: environment, cancellation, condition, time-out, work, result,
   continue-on-error (actions-semantics.md 1.1 to 1.3; the runner's StepsRunner.cs). */
#include "runner/leg.h"
#include "workflow/literal.h"

#include <math.h>
#include <string.h>

struct step_run *step_new(struct leg_run *leg, struct step_run *outer, struct scope *scope,
                          const struct step *file_step, enum step_phase phase)
{
    struct step_run *step = g_new0(struct step_run, 1);
    step->leg = leg;
    step->outer = outer;
    step->scope = scope;
    step->step = file_step;
    step->phase = phase;
    step->result = g_new0(struct step_result, 1);
    step->result->phase = phase;
    step->result->outputs = json_object();
    if (file_step != NULL) {
        step->result->id = g_strdup(file_step->id);
        step->result->position = file_step->node->position;
    }
    return step;
}

/* The result stays with whoever lists it. */
void step_free(struct step_run *step)
{
    if (step == NULL)
        return;
    timer_cancel(step->leg->loop, &step->token.timer);
    if (!step->is_listed)
        step_result_free(step->result);
    use_unref(step->use);
    g_free(step->action_name);
    json_decref(step->environment);
    g_free(step->stop_token);
    g_free(step->files_id);
    g_free(step->missing_module);
    for (gsize i = 0; i < G_N_ELEMENTS(step->lines); i++)
        if (step->lines[i].text != NULL)
            g_string_free(step->lines[i].text, TRUE);
    g_free(step);
}

bool step_is_interrupted(const struct step_run *step)
{
    for (; step != NULL; step = step->outer)
        if (step->token.has_timed_out || step->token.is_cancelled || step->leg->is_abandoned)
            return true;
    return false;
}

/* The innermost step is the one that can be interrupted. */
static void interrupt(struct leg_run *leg)
{
    struct step_run *current = leg->current;
    if (current != NULL && current->stop_work != NULL && step_is_interrupted(current))
        current->stop_work(current->work_context);
    if (leg->fiber != NULL)
        fiber_wake(leg->fiber);
}

static void on_time_out(void *argument)
{
    struct step_run *step = argument;
    step->token.has_timed_out = true;
    interrupt(step->leg);
}

/* A step whose condition still holds with job.status cancelled runs on undisturbed; on a shutdown
   nothing is asked (actions-semantics.md 1.5, 1.7). */
void steps_on_cancel(struct leg_run *leg)
{
    for (struct step_run *step = leg->current; step != NULL; step = step->outer) {
        bool goes_on = false;
        enum result status = step->scope->status;
        step->scope->status = RESULT_CANCELLED; /* of a composite action, for this question */
        if (leg->is_shut_down || !step_evaluate_condition(step, &goes_on, NULL) || !goes_on)
            step->token.is_cancelled = true;
        step->scope->status = status;
    }
    interrupt(leg);
}

/* ---- title ---- */

static char *text_or_raw(const struct step_run *step, const struct node *node)
{
    char *text = NULL;
    return step_evaluate_text(step, node, &text, NULL) ? text : literal_text(node);
}

static char *title_of(const struct step_run *step)
{
    const struct step *file = step->step;
    g_autofree char *name = file->name != NULL ? text_or_raw(step, file->name) : NULL;
    if (name != NULL && name[0] != '\0')
        return g_steal_pointer(&name);
    if (file->kind == STEP_USES && g_str_has_prefix(file->uses->text, "docker://"))
        return g_strconcat("Run ", file->uses->text + strlen("docker://"), NULL);
    if (file->kind != STEP_RUN)
        return step_title(file);
    g_autofree char *run = text_or_raw(step, file->run);
    const char *start = run + strspn(run, " \t\r\n");
    return g_strdup_printf("Run %.*s", (int)strcspn(start, "\r\n"), start);
}

void step_title_set(struct step_run *step)
{
    static const char *const prefixes[] = {[PHASE_SETUP] = "",
                                           [PHASE_PRE] = "Pre ",
                                           [PHASE_MAIN] = "",
                                           [PHASE_POST] = "",
                                           [PHASE_COMPLETE] = ""};
    if (step->step == NULL || step->phase == PHASE_POST)
        return;
    g_autofree char *title = title_of(step);
    g_free(step->result->title);
    g_autofree char *full = g_strconcat(prefixes[step->phase], title, NULL);
    step->result->title = masks_apply(step->leg->masks, full);
}

/* ---- before the work ---- */

static bool make_environment(struct step_run *step, GError **error)
{
    json_t *outside = step->outer != NULL ? step->outer->environment : step->leg->environment;
    step->environment = json_copy(outside);
    if (step->step == NULL || step->step->env == NULL)
        return true;
    g_autoptr(json_t) own = step_evaluate_map(step, step->step->env, error);
    if (own == NULL)
        return false;
    step->has_read_unknown = step->leg->unknown.name != NULL;
    leg_assume_unknown(step->leg, step, /* may_touch= */ true, /* with_doubts= */ false);
    json_object_update(step->environment, own);
    return true;
}

void step_fail(struct step_run *step, const GError *error)
{
    step_error(step, "%s", error->message);
    step->outcome = RESULT_FAILURE;
}

/* Minutes, or 0 for none. A text instead of a number is told and ends in no time-out at all. */
static int minutes_of(struct step_run *step)
{
    g_autoptr(GError) error = NULL;
    VALUE(value);
    const struct node *node = step->step != NULL ? step->step->timeout_minutes : NULL;
    if (node == NULL || node->kind == NODE_NULL)
        return 0;
    bool is_fine = step_evaluate(step, node, &value, &error);
    if (is_fine && value.kind == VALUE_NUMBER && fabs(value.number) < INT32_MAX)
        return (int)value.number; /* truncated: 0.5 is none */
    if (is_fine)
        evaluate_unexpected(node, &value, &error);
    step_error(step, "An error occurred when attempting to determine the step timeout.");
    step_error(step, "%s", error->message);
    return 0;
}

static int start_clock(struct step_run *step)
{
    const int64_t minute_us = INT64_C(60) * 1000 * 1000;
    int minutes = minutes_of(step);
    timer_init(&step->token.timer, on_time_out, step);
    if (minutes > 0)
        timer_arm(step->leg->loop, &step->token.timer, minutes * minute_us);
    return minutes;
}

/* ---- after the work ---- */

static void classify_interruption(struct step_run *step, int minutes)
{
    if (step->leg->is_cancelled || step->leg->is_abandoned) {
        if (!step->leg->is_lost) /* which has nobody left to say so */
            step_error(step, "The operation was canceled.");
        step->outcome = RESULT_CANCELLED;
        return;
    }
    if (step->outer != NULL)
        step_error(step, "The action has timed out.");
    else
        step_error(step, "The action '%s' has timed out after %d minutes.", step->result->title,
                   minutes);
    step->outcome = RESULT_FAILURE;
}

static void classify(struct step_run *step, int minutes)
{
    if (step_is_interrupted(step) && !step->is_settled)
        classify_interruption(step, minutes);
    step->result->has_timed_out = step->outcome == RESULT_FAILURE && step->token.has_timed_out;
    for (struct step_run *outer = step->outer; outer != NULL; outer = outer->outer)
        step->result->has_timed_out =
            step->result->has_timed_out ||
            (step->outcome == RESULT_FAILURE && outer->token.has_timed_out);
    if (step->has_complained && step->outcome == RESULT_SUCCESS)
        step->outcome = RESULT_FAILURE;
}

/* Looked at only after a failure, and only a true boolean counts (actions-semantics.md 1.2). */
static bool may_continue(struct step_run *step)
{
    g_autoptr(GError) error = NULL;
    VALUE(value);
    const struct node *node = step->step != NULL ? step->step->continue_on_error : NULL;
    if (node == NULL || node->kind == NODE_NULL || step->outcome != RESULT_FAILURE ||
        step->is_final)
        return false;
    bool is_fine = step_evaluate(step, node, &value, &error);
    if (is_fine && value.kind == VALUE_BOOLEAN)
        return value.boolean;
    if (is_fine)
        evaluate_unexpected(node, &value, &error);
    step_error(step, "The step failed and an error occurred when attempting to determine whether "
                     "to continue on error.");
    step_error(step, "%s", error->message);
    return false;
}

/* ---- all of it ---- */

static void fail_at_once(struct step_run *step, const GError *error)
{
    step_fail(step, error);
    step->is_final = true;
}

/* Nothing runs beside the other steps here: a failure comes where the step begins, not where it is
   waited for, so that a red leg is no proof. */
static void tell_background(const struct step_run *step)
{
    const struct node *node = step->step != NULL ? step->step->background : NULL;
    if (node != NULL && node->kind == NODE_BOOLEAN && node->boolean)
        leg_assume_gap(step->leg, step, /* touches_images= */ false,
                       "background step %s runs in its place", step->result->title);
}

static void tell_begin(const struct step_run *step)
{
    const struct leg_options *options = &step->leg->options;
    if (options->step_begins != NULL)
        options->step_begins(options->self, step->leg->machine->name, step->result->id,
                             step->result->title);
}

static void work(struct step_run *step)
{
    tell_background(step);
    tell_begin(step);
    int minutes = start_clock(step);
    step->work(step);
    timer_cancel(step->leg->loop, &step->token.timer);
    classify(step, minutes);
}

/* An `env` that cannot be evaluated ends a step of the job at once. One of a composite action has
   failed, but goes on to its condition and its work (CompositeActionHandler.cs). */
static bool prepare(struct step_run *step)
{
    g_autoptr(GError) error = NULL;
    bool is_fine = make_environment(step, &error);
    step_title_set(step);
    unknown_log_clear(&step->leg->unknown); /* a title decides nothing */
    if (!is_fine && step->outer == NULL)
        fail_at_once(step, error);
    else if (!is_fine)
        step_fail(step, error);
    return is_fine || step->outer != NULL;
}

/* What is left out by an output that nobody knows might have run. */
static bool look_at_condition(struct step_run *step, bool *is_wanted)
{
    g_autoptr(GError) error = NULL;
    bool is_fine = step_evaluate_condition(step, is_wanted, &error);
    if (is_fine && *is_wanted) /* what runs all the same misses nothing */
        g_clear_pointer(&step->leg->unknown.lacking, g_ptr_array_unref);
    leg_assume_unknown(step->leg, step, /* may_touch= */ !*is_wanted,
                       /* with_doubts= */ !*is_wanted);
    if (is_fine)
        return true;
    fail_at_once(step, error);
    step->is_last = step->outer != NULL;
    return false;
}

static void decide(struct step_run *step)
{
    bool is_wanted = false;
    bool is_asked = !step->leg->is_shut_down || step->is_closing;
    if (!prepare(step) || (is_asked && !look_at_condition(step, &is_wanted)))
        return;
    if (is_wanted)
        work(step);
    else
        step->outcome = RESULT_SKIPPED;
}

static void trace_step(const struct step_run *step, bool has_ended)
{
    struct trace *trace = step->leg->options.trace;
    const struct step_result *result = step->result;
    trace_begin(trace, has_ended ? "job-step-end" : "job-step-begin");
    trace_string(trace, "leg", step->leg->options.name);
    trace_string(trace, "id", result->id);
    if (has_ended) {
        trace_string(trace, "title", result->title);
        trace_string(trace, "outcome", result_text(result->outcome));
        trace_string(trace, "conclusion", result_text(result->conclusion));
        trace_boolean(trace, "timed_out", result->has_timed_out);
    }
    trace_end(trace);
}

/* What a composite action says in the end is what its last step said that broke it; a failure that
   may be is not the action's. */
static void tell_outer(const struct step_run *step)
{
    struct step_result *outer = step->outer->result;
    const struct step_result *result = step->result;
    if (result->message == NULL || result->conclusion == RESULT_SUCCESS)
        return;
    g_free(outer->message);
    outer->message = g_strdup(result->message);
}

static void end(struct step_run *step)
{
    struct step_result *result = step->result;
    result->outcome = step->outcome;
    result->conclusion = may_continue(step) ? RESULT_SUCCESS : step->outcome;
    result->duration_us = loop_now_us(step->leg->loop) - result->started_us;
    scope_record(step->scope, result, /* has_ended= */ true);
    trace_step(step, /* has_ended= */ true);
    if (step->outer != NULL)
        tell_outer(step);
    else if (result->conclusion == RESULT_FAILURE)
        step->leg->has_failed = true;
}

/* github.action; inside a composite action with the name of the step outside before it. */
static char *action_name_of(const struct step_run *step)
{
    g_autofree char *name = scope_make_name(step->scope, step->step);
    return step->outer != NULL ? g_strconcat(step->outer->action_name, "_", name, NULL)
                               : g_steal_pointer(&name);
}

guint leg_step_index(const struct leg_run *leg)
{
    return leg->result->steps->len > 0 ? leg->result->steps->len - 1 : 0;
}

static void tell_host(const struct leg_run *leg)
{
    const struct command_host *host = leg->machine->host;
    if (host != NULL && host->begin_step != NULL)
        host->begin_step(host->self, leg_step_index(leg));
}

void step_perform(struct step_run *step, GPtrArray *results)
{
    struct leg_run *leg = step->leg;
    struct step_run *outside = leg->current;
    g_ptr_array_add(results, step->result);
    step->is_listed = true;
    step->is_echoing = leg->options.is_debug;
    step->result->started_us = loop_now_us(leg->loop);
    step->log_start_bytes = leg->result->log->len;
    if (step->step != NULL && step->action_name == NULL)
        step->action_name = action_name_of(step);
    leg->current = step;
    if (step->outer == NULL)
        tell_host(leg);
    trace_step(step, /* has_ended= */ false);
    decide(step);
    end(step);
    leg->current = outside;
}
