/* Composite actions: their steps in a scope of their own, one deadline for all, their outputs,
   their post steps as one (actions-semantics.md 1.8, 2.5; the runner's CompositeActionHandler.cs).
 */
#include "base/limits.h"
#include "runner/use.h"

static int depth_of(const struct step_run *step)
{
    int depth = 0;
    for (; step != NULL; step = step->outer)
        depth++;
    return depth;
}

/* What a step that ended means for the action: failure stays, cancellation is worse. */
static void note(struct scope *scope, const struct step_result *result)
{
    if (result->conclusion == RESULT_CANCELLED ||
        (result->conclusion == RESULT_FAILURE && scope->status == RESULT_SUCCESS))
        scope->status = result->conclusion;
}

static void run_steps(struct step_run *step, struct scope *scope)
{
    const GPtrArray *steps = step->use->manifest->steps;
    for (guint i = 0; i < steps->len && !step->leg->is_abandoned; i++) {
        AUTO(step_run) inner = step_new(step->leg, step, scope, steps->pdata[i], PHASE_MAIN);
        use_resolve(inner);
        step_perform(inner, step->result->steps);
        note(scope, inner->result);
        if (inner->is_last)
            break;
    }
}

/* Evaluated in the action's own scope, even when it failed. */
static bool give_outputs(struct step_run *step, struct scope *scope, GError **error)
{
    const GArray *outputs = step->use->manifest->outputs;
    const struct step_run asking = {.leg = step->leg,
                                    .scope = scope,
                                    .phase = PHASE_MAIN,
                                    .environment = step->environment,
                                    .action_name = step->action_name};
    for (guint i = 0; i < outputs->len; i++) {
        const struct manifest_value *output = &g_array_index(outputs, struct manifest_value, i);
        g_autofree char *text = NULL;
        if (output->node == NULL)
            continue;
        if (!step_evaluate_text(&asking, output->node, &text, error))
            return false;
        unknown_pass_on(&step->leg->unknown, &step->result->unknown, output->name);
        step_set_output(step, output->name, text);
    }
    return true;
}

static struct scope *scope_of(struct use *use, json_t *inputs)
{
    struct scope *scope = scope_new();
    scope->is_composite = true;
    scope->status = RESULT_SUCCESS;
    scope->inputs = inputs;
    scope->path = use->path;
    scope->name = use->name;
    scope->ref = use->ref;
    return scope;
}

static bool run_main(struct step_run *step, GError **error)
{
    json_t *inputs = use_inputs(step, error);
    if (inputs == NULL)
        return false;
    use_print_header(step, inputs);
    scope_free(step->use->scope);
    step->use->scope = scope_of(step->use, inputs);
    step->is_settled = true;
    run_steps(step, step->use->scope);
    step->outcome = step->use->scope->status;
    return give_outputs(step, step->use->scope, error);
}

/* The post steps of its steps, the last one first. */
static void run_posts(struct step_run *step)
{
    GPtrArray *posts = step->use->posts;
    step_print(step, "Post job cleanup.");
    step->is_settled = true;
    for (guint i = 0; i < posts->len && !step->leg->is_abandoned; i++) {
        struct step_run *post = posts->pdata[i];
        post->outer = step;
        step_perform(post, step->result->steps);
        if (post->result->conclusion == RESULT_FAILURE)
            step->outcome = RESULT_FAILURE;
        post->outer = NULL;
    }
}

void composite_work(struct step_run *step)
{
    g_autoptr(GError) error = NULL;
    step->result->steps = g_ptr_array_new_with_free_func((GDestroyNotify)step_result_free);
    if (step->phase == PHASE_POST) {
        run_posts(step);
        return;
    }
    if (depth_of(step) > RUNNER_COMPOSITE_DEPTH_MAX) {
        step_error(step, "composite actions nest deeper than %d (RUNNER_COMPOSITE_DEPTH_MAX)",
                   RUNNER_COMPOSITE_DEPTH_MAX);
        step->outcome = RESULT_FAILURE;
        return;
    }
    if (use_is_local(step->step) && !composite_download_actions(step))
        return;
    if (!run_main(step, &error))
        step_fail(step, error);
}
