/* Inputs of a workflow that is run by itself and that others call: defaults with expressions, which
   GitHub evaluates against github, inputs and vars (actions-semantics.md 4). */
#include "expr/value.h"
#include "workflow/context_value.h"
#include "workflow/event.h"
#include "workflow/input.h"
#include "workflow/literal.h"
#include "workflow/resolve.h"

#include <string.h>

/* Such a default stands in the inputs as it is written. */
static bool is_unresolved(const struct event *event, const struct input *input)
{
    const char *now = json_string_value(json_object_get(event->inputs, input->name));
    if (now == NULL || input->initial == NULL || !literal_has_expression(now))
        return false;
    g_autofree char *written = literal_text(input->initial);
    return strcmp(now, written) == 0;
}

static json_t *resolve(const struct event *event, const struct input *input, const json_t *vars,
                       GError **error)
{
    VALUE(scope);
    scope = value_of_folded_map();
    value_set(&scope, "github", context_value(event->github));
    value_set(&scope, "inputs", context_value(event->inputs));
    value_set(&scope, "vars", context_value(vars));
    g_autoptr(json_t) value = resolve_node(input->initial, &scope, error);
    json_t *converted = value != NULL ? input_convert(input, value) : NULL;
    if (value != NULL && converted == NULL) {
        g_autofree char *text =
            json_is_string(value) ? g_strdup(json_string_value(value)) : json_text(value);
        node_error(error, input->initial, "Unexpected value '%s'", text);
    }
    return converted;
}

bool event_resolve_defaults(struct event *event, const struct workflow *workflow,
                            const json_t *vars, GPtrArray *errors)
{
    guint errors_before = errors->len;
    if (strcmp(event->name, "workflow_dispatch") == 0)
        return true; /* its defaults are taken as they are */
    g_autoptr(GPtrArray) inputs = inputs_of(workflow->on, "workflow_call");
    for (guint i = 0; i < inputs->len; i++) {
        const struct input *input = inputs->pdata[i];
        GError *error = NULL;
        if (!is_unresolved(event, input))
            continue;
        json_t *value = resolve(event, input, vars, &error);
        if (value != NULL)
            json_object_set_new(event->inputs, input->name, value);
        else
            g_ptr_array_add(errors, error);
    }
    return errors->len == errors_before;
}
