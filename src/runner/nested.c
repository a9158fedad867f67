/* An action inside another one: its own inputs and outputs, the step's log, environment and state.
 */
#include "runner/native.h"

#include <string.h>

void action_nested_result_clear(struct action_nested_result *result)
{
    json_decref(result->outputs);
    *result = (struct action_nested_result){0};
}

static bool add_defaults(const struct action_run *run, const struct action *action, json_t *inputs,
                         GError **error)
{
    const struct action_input *input = action->inputs;
    for (; input != NULL && input->name != NULL; input++) {
        g_autofree char *text = NULL;
        if (json_object_get(inputs, input->name) != NULL)
            continue;
        if (!step_evaluate_raw(run->step, input->standard, &text, error))
            return false;
        json_object_set_new(inputs, input->name, json_text_or_null(text));
    }
    return true;
}

/* "owner/repo@v1" as name and ref; the ref is NULL without one. */
static void split(char *uses, const char **ref)
{
    char *at = strchr(uses, '@');
    *ref = at != NULL ? at + 1 : NULL;
    if (at != NULL)
        *at = '\0';
}

static void init(struct action_run *inner, struct action_run *outer, const struct action *action,
                 const char *ref, json_t *inputs)
{
    const char *name;
    json_t *value;
    *inner = (struct action_run){.step = outer->step,
                                 .action = action,
                                 .inputs = inputs,
                                 .ref = ref,
                                 .version = ref,
                                 .texts = outer->texts,
                                 .outputs = json_object(),
                                 .rng = outer->rng};
    inner->environment = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i + 1 < outer->environment->len; i++)
        g_ptr_array_add(inner->environment, g_strdup(outer->environment->pdata[i]));
    g_ptr_array_add(inner->environment, NULL);
    json_object_foreach (inputs, name, value) {
        g_autofree char *upper = g_utf8_strup(name, -1);
        g_autofree char *full = g_strconcat("INPUT_", g_strdelimit(upper, " ", '_'), NULL);
        action_set_variable(inner, full, json_string_value(value));
    }
}

static bool run_phases(struct action_run *inner, bool is_post, GError **error)
{
    const struct action *action = inner->action;
    if (is_post)
        return action->post == NULL || action->post(inner, error);
    return (action->pre == NULL || action->pre(inner, error)) &&
           (inner->has_failed || action->main(inner, error));
}

static void assume(struct action_run *run, const struct action_nested *nested,
                   struct action_nested_result *result)
{
    leg_assume_gap(run->step->leg, run->step, use_touches_images(nested->uses), "action %s",
                   nested->uses);
    run->step->result->is_assumed = true;
    *result = (struct action_nested_result){.has_succeeded = true, .outputs = json_object()};
}

bool action_nested(struct action_run *run, const struct action_nested *nested,
                   struct action_nested_result *result, GError **error)
{
    const char *ref = NULL;
    g_autofree char *name = g_strdup(nested->uses);
    g_autoptr(json_t) inputs = json_deep_copy(nested->inputs);
    struct action_run inner;
    split(name, &ref);
    const struct action *action = action_find(run->step->leg->options.actions, name, ref);
    if (action == NULL) {
        assume(run, nested, result);
        return true;
    }
    if (inputs == NULL)
        inputs = json_object();
    if (!add_defaults(run, action, inputs, error))
        return false;
    init(&inner, run, action, ref, inputs);
    bool is_fine = run_phases(&inner, nested->is_post, error);
    run->rng = inner.rng;
    *result = (struct action_nested_result){.has_succeeded = is_fine && !inner.has_failed,
                                            .outputs = inner.outputs};
    g_ptr_array_unref(inner.environment);
    return is_fine;
}
