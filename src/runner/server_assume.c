/* Legs on runners that exist but that nothing here is like: their steps are taken to succeed,
   unless the scenario says of one what it comes to. */
#include "runner/server_private.h"
#include "runner/touch.h"
#include "runner/use.h"
#include "workflow/literal.h"

static const struct assumed_action *rule_of(const struct server_run *run, const struct step *step)
{
    g_autofree char *uses = step->uses != NULL ? literal_text(step->uses) : NULL;
    return assumed_action_find(run->task->flow->server->options->assumed, step, uses);
}

static bool may_fail(const struct step *step)
{
    const struct node *node = step->continue_on_error;
    return node != NULL && node->kind == NODE_BOOLEAN && node->boolean;
}

/* Nothing in it has run: what an expression would ask of it nobody knows. */
static struct step_result *assumed_step(const struct step *step, enum result outcome)
{
    struct step_result *result = g_new0(struct step_result, 1);
    result->id = g_strdup(step->id);
    result->title = step_title(step);
    result->phase = PHASE_MAIN;
    result->position = step->node->position;
    result->outputs = json_object();
    result->is_assumed = true;
    result->outcome = outcome;
    result->conclusion = outcome == RESULT_FAILURE && may_fail(step) ? RESULT_SUCCESS : outcome;
    return result;
}

/* The steps context, as job outputs see it. */
static json_t *steps_of(const struct leg_result *result)
{
    json_t *steps = json_object();
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = result->steps->pdata[i];
        if (step->id == NULL)
            continue;
        json_t *row =
            json_pack("{s:s, s:s, s:O}", "outcome", result_text(step->outcome), "conclusion",
                      result_text(step->conclusion), "outputs", step->outputs);
        if (step->unknown != NULL)
            json_object_set(row, unknown_key, step->unknown);
        json_object_set_new(steps, step->id, row);
    }
    return steps;
}

/* Jobs that need this one see what a scenario gave its steps. */
static void give_outputs(const struct server_run *run)
{
    const struct node *outputs = run->task->job->outputs;
    g_autoptr(json_t) steps = steps_of(run->row->result);
    for (gsize i = 0; outputs != NULL && outputs->kind == NODE_MAPPING && i < node_length(outputs);
         i++) {
        const struct node_entry *entry = node_entry(outputs, i);
        g_autoptr(GError) error = NULL;
        unknown_log_clear(&run->task->flow->server->unknown);
        g_autofree char *text = task_output(run->task, run->leg, steps, entry->value, &error);
        unknown_pass_on(&run->task->flow->server->unknown, &run->row->result->unknown, entry->key);
        if (text != NULL && text[0] != '\0')
            json_object_set_new(run->row->result->outputs, entry->key, json_text_or_null(text));
    }
}

/* What a scenario has to say of a step takes its time. */
static enum result assumed_outcome(const struct server_run *run, const struct step *step)
{
    const struct assumed_action *rule = rule_of(run, step);
    struct loop *loop = run->task->flow->server->options->loop;
    if (rule == NULL)
        return RESULT_SUCCESS;
    if (rule->duration_us > 0 && !fiber_sleep(loop, rule->duration_us, NULL))
        return RESULT_CANCELLED;
    return run->is_cancelled ? RESULT_CANCELLED : rule->outcome;
}

/* One step after another; after one that failed or was cancelled, none. */
static enum result assume_steps(const struct server_run *run)
{
    struct loop *loop = run->task->flow->server->options->loop;
    const GPtrArray *steps = run->task->job->steps;
    enum result result = RESULT_SUCCESS;
    for (guint i = 0; i < steps->len; i++) {
        int64_t started_us = loop_now_us(loop);
        enum result outcome =
            result == RESULT_SUCCESS ? assumed_outcome(run, steps->pdata[i]) : RESULT_SKIPPED;
        struct step_result *step = assumed_step(steps->pdata[i], outcome);
        const struct assumed_action *rule = rule_of(run, steps->pdata[i]);
        if (rule != NULL && rule->outputs != NULL && outcome != RESULT_SKIPPED)
            json_object_update(step->outputs, (json_t *)(uintptr_t)rule->outputs);
        if (rule == NULL)
            unknown_add(&step->unknown, "*");
        step->started_us = started_us;
        step->duration_us = loop_now_us(loop) - started_us;
        g_ptr_array_add(run->row->result->steps, step);
        if (step->conclusion == RESULT_FAILURE || step->conclusion == RESULT_CANCELLED)
            result = step->conclusion;
    }
    return result;
}

void server_run_assume(struct server_run *run, const char *why)
{
    const struct server_options *options = run->task->flow->server->options;
    const struct job *job = run->task->job;
    guint count = job->steps->len;
    g_autofree char *steps = g_strdup_printf("%u step%s", count, count == 1 ? "" : "s");
    struct assumption *assumption = g_new0(struct assumption, 1);
    struct leg_result *result = leg_result_new();

    run->row->result = result;
    run->row->reason =
        g_strdup_printf("%s: its %s %s assumed", why, steps, count == 1 ? "is" : "are");
    assumption->what = g_strdup_printf("%s: %s", steps, why);
    assumption->position = job->position;
    assumption->touches_images = job_touches_images(job, options->find_action, options->self);
    g_ptr_array_add(result->assumptions, assumption);
    trace_note(options->trace, "job-leg-assumed", "leg", run->row->id, "why", why, NULL);
    result->started_us = loop_now_us(options->loop);
    result->result = result->conclusion = assume_steps(run);
    give_outputs(run);
    assumption->leaves_gap = result->result == RESULT_SUCCESS; /* else a scenario said so */
    result->duration_us = loop_now_us(options->loop) - result->started_us;
    if (run->is_cancelled) {
        g_free(run->row->reason);
        run->row->reason = g_strdup(run->cancel_text);
        leg_result_annotate(result, run->cancel_text);
    }
}

/* NULL: the job has none yet. */
static struct server_run *first_run(const struct task *task)
{
    return task->runs->len > 0 ? g_ptr_array_index(task->runs, 0) : NULL;
}

/* doubt NULL: none. */
static void add_doubt(const struct server_run *run, const char *doubt)
{
    if (doubt == NULL)
        return;
    struct assumption *assumption = g_new0(struct assumption, 1);
    assumption->what = g_strdup(doubt);
    assumption->position = run->task->job->position;
    assumption->leaves_gap = true;
    g_ptr_array_add(run->row->result->assumptions, assumption);
}

void server_run_doubt(const struct server_run *run)
{
    struct unknown_log *log = &run->task->flow->server->unknown;
    g_autofree char *doubt = unknown_log_tell(log, "settings of the job");
    add_doubt(run, doubt);
}

void flow_doubt(const struct flow *flow)
{
    g_autofree char *doubt = unknown_log_tell(&flow->server->unknown, "settings of the workflow");
    for (guint i = 0; i < flow->tasks->len; i++)
        add_doubt(first_run(flow->tasks->pdata[i]), doubt);
}

/* ---- what may be left out wrongly ---- */

/* A job that this one needs, directly or through others, and that is in question; or NULL. */
static const struct task *needed_in_question(const struct task *task)
{
    for (guint i = 0; i < task->flow->tasks->len; i++) {
        const struct task *other = task->flow->tasks->pdata[i];
        if (other->is_in_question && g_ptr_array_find(task->job->needs, other->job, NULL))
            return other;
    }
    return NULL;
}

bool task_touches_images(const struct task *task)
{
    const struct server_options *options = task->flow->server->options;
    return task->job->uses != NULL ||
           job_touches_images(task->job, options->find_action, options->self);
}

void task_question(struct task *task, const char *unknown)
{
    const struct task *needed = unknown == NULL ? needed_in_question(task) : NULL;
    const struct server_run *run = first_run(task);
    if (run == NULL || (unknown == NULL && needed == NULL))
        return;
    struct assumption *assumption = g_new0(struct assumption, 1);
    assumption->what =
        unknown != NULL ? g_strdup_printf("%s, which nobody knows", unknown)
                        : g_strdup_printf("needs.%s.result, which nobody knows", needed->job->id);
    assumption->position = task->job->position;
    assumption->touches_images = task_touches_images(task);
    g_ptr_array_add(run->row->result->assumptions, assumption);
    task->is_in_question = true;
    unknown_add(&task->unknown, "*");
}

/* A job that failed could have ended well, and so could one that was left out for another. */
static bool could_succeed(const struct task *task)
{
    const struct server_run *run = first_run(task);
    return task->result == RESULT_SUCCESS || task->result == RESULT_FAILURE ||
           (run != NULL && run->row->is_left_out);
}

void task_note_left_out(struct task *task)
{
    struct server_run *run = first_run(task);
    bool has_missed = false;
    for (guint i = 0; i < task->flow->tasks->len; i++) {
        const struct task *other = task->flow->tasks->pdata[i];
        if (!g_ptr_array_find(task->job->needs, other->job, NULL))
            continue;
        if (!could_succeed(other))
            return;
        has_missed = has_missed || other->result != RESULT_SUCCESS;
    }
    if (run != NULL)
        run->row->is_left_out = has_missed && task_had_run(task);
}
