/* An action inside of another: its own inputs and outputs, all else the step's. */
#include "runner/native.h"
#include "workflow/repository.h"

void action_nested_result_clear(struct action_nested_result *result)
{
    g_clear_pointer(&result->outputs, json_decref);
}

/* The use that stands for the inner action while it runs; the step's state stays in place. */
static bool use_inner(const struct step_run *step, const char *text, struct use *inner)
{
    AUTO(uses) uses = uses_of_step(text);
    *inner = *step->use;
    inner->text = g_strdup(text);
    inner->name = NULL;
    inner->ref = NULL;
    inner->action = NULL;
    if (uses == NULL || uses->kind != USES_REMOTE_ACTION)
        return false;
    inner->name = g_strdup_printf("%s/%s%s%s", uses->owner, uses->repository,
                                  uses->path[0] != '\0' ? "/" : "", uses->path);
    inner->ref = g_strdup(uses->ref);
    if (step->leg->options.actions != NULL)
        inner->action = action_find(step->leg->options.actions, inner->name, inner->ref);
    return inner->action != NULL;
}

static void inner_clear(struct use *inner)
{
    g_free(inner->text);
    g_free(inner->name);
    g_free(inner->ref);
}

static bool run_phase(struct step_run *step, const json_t *given, action_fn *phase,
                      struct action_nested_result *result, GError **error)
{
    struct action_run run;
    g_autoptr(json_t) inputs = json_deep_copy(given);
    if (phase == NULL || !result->has_succeeded)
        return true;
    if (!use_add_defaults(step, inputs, error))
        return false;
    action_run_init(&run, step, g_steal_pointer(&inputs));
    bool is_done = phase(&run, error);
    result->has_succeeded = !run.has_failed;
    action_run_finish(&run);
    return is_done;
}

static bool run_inner(struct step_run *step, const struct action_nested *nested,
                      struct action_nested_result *result, GError **error)
{
    const struct action *action = step->use->action;
    if (nested->is_post)
        return run_phase(step, nested->inputs, action->post, result, error);
    return run_phase(step, nested->inputs, action->pre, result, error) &&
           run_phase(step, nested->inputs, action->main, result, error);
}

static void assume(struct step_run *step, const char *text)
{
    leg_assume(step->leg, step, use_touches_images(text), "action %s", text);
}

bool action_nested(struct action_run *run, const struct action_nested *nested,
                   struct action_nested_result *result, GError **error)
{
    struct step_run *step = run->step;
    struct use *outer = step->use;
    json_t *outputs = step->result->outputs;
    struct use inner;
    bool is_done = true;

    result->has_succeeded = true;
    result->outputs = json_object();
    if (use_inner(step, nested->uses, &inner)) {
        step->use = &inner;
        step->result->outputs = result->outputs;
        is_done = run_inner(step, nested, result, error);
        step->use = outer;
        step->result->outputs = outputs;
    } else if (!nested->is_post) {
        assume(step, nested->uses);
    }
    inner_clear(&inner);
    return is_done;
}
