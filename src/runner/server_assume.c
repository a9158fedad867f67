/* Legs on runners that exist but that nothing here is like: their steps are taken to succeed. */
#include "runner/server_private.h"
#include "runner/touch.h"

static struct step_result *assumed_step(const struct step *step)
{
    struct step_result *result = g_new0(struct step_result, 1);
    result->id = g_strdup(step->id);
    result->title = step_title(step);
    result->phase = PHASE_MAIN;
    result->position = step->node->position;
    result->outputs = json_object();
    result->is_assumed = true;
    return result;
}

void server_run_assume(struct server_run *run, const char *why)
{
    const struct server_options *options = run->task->flow->server->options;
    const struct job *job = run->task->job;
    const GPtrArray *steps = job->steps;
    g_autofree char *count = g_strdup_printf("%u step%s", steps->len, steps->len == 1 ? "" : "s");
    struct assumption *assumption = g_new0(struct assumption, 1);

    run->row->result = leg_result_new();
    for (guint i = 0; i < steps->len; i++)
        g_ptr_array_add(run->row->result->steps, assumed_step(steps->pdata[i]));
    assumption->what = g_strdup_printf("%s: %s", count, why);
    assumption->position = job->position;
    assumption->touches_images = job_touches_images(job, options->find_action, options->self);
    g_ptr_array_add(run->row->result->assumptions, assumption);
    run->row->reason =
        g_strdup_printf("%s: its %s %s assumed", why, count, steps->len == 1 ? "is" : "are");
    trace_note(options->trace, "job-leg-assumed", "leg", run->row->id, "why", why, NULL);
}
