/* Evaluating what is known before a run. */
#include "workflow/resolve.h"

#include "expr/github.h"
#include "workflow/context_value.h"
#include "workflow/folded.h"
#include "workflow/literal.h"

static json_t *resolve_text(const struct node *node, const struct value *scope, GError **error)
{
    VALUE(value);
    g_autofree const char **names = github_context_names(scope);
    const struct expr_scope expr_scope = {.names = scope};
    struct dialect dialect = dialect_github;
    dialect.names = names;
    if (!literal_has_expression(node->text))
        return json_string(node->text);
    if (!github_template_evaluate(&dialect, node->text, node->position, &expr_scope, &value, error))
        return NULL;
    return github_value_json(&value);
}

static json_t *resolve_items(const struct node *node, const struct value *scope, GError **error)
{
    g_autoptr(json_t) list = json_array();
    for (gsize i = 0; i < node_length(node); i++) {
        json_t *item = resolve_node(node_item(node, i), scope, error);
        if (item == NULL)
            return NULL;
        json_array_append_new(list, item);
    }
    return g_steal_pointer(&list);
}

static json_t *resolve_members(const struct node *node, const struct value *scope, GError **error)
{
    g_autoptr(json_t) object = json_object();
    for (gsize i = 0; i < node_length(node); i++) {
        const struct node_entry *entry = node_entry(node, i);
        json_t *value = resolve_node(entry->value, scope, error);
        if (value == NULL)
            return NULL;
        json_object_set_new(object, entry->key, value);
    }
    return g_steal_pointer(&object);
}

json_t *resolve_node(const struct node *node, const struct value *scope, GError **error)
{
    if (node->kind == NODE_STRING)
        return resolve_text(node, scope, error);
    if (node->kind == NODE_SEQUENCE)
        return resolve_items(node, scope, error);
    return node->kind == NODE_MAPPING ? resolve_members(node, scope, error) : node_json(node);
}

/* Where the leg stands among its own; without a matrix it is the only one. */
static json_t *strategy_json(const struct job *job, const struct leg *leg)
{
    const GPtrArray *legs = job->strategy.legs;
    json_int_t total = legs != NULL && legs->len > 0 ? legs->len : 1;
    guint index = 0;
    if (legs != NULL && leg != NULL && !g_ptr_array_find((GPtrArray *)legs, leg, &index))
        index = 0;
    const struct node *fail_fast = job->strategy.fail_fast;
    const struct node *parallel = job->strategy.max_parallel;
    bool is_fast = fail_fast == NULL || fail_fast->kind != NODE_BOOLEAN || fail_fast->boolean;
    bool is_told = parallel != NULL && parallel->kind == NODE_INTEGER;
    return json_pack("{s:b, s:I, s:I, s:I}", "fail-fast", (int)is_fast, "job-index",
                     (json_int_t)index, "job-total", total, "max-parallel",
                     is_told ? (json_int_t)parallel->integer : total);
}

static void set_context(struct value *scope, const char *name, const json_t *json)
{
    value_set(scope, name, context_value(json));
}

void resolve_scope(const struct event *event, const json_t *inputs, const struct job *job,
                   const struct leg *leg, struct value *out)
{
    g_autoptr(json_t) nothing = json_null();
    g_autoptr(json_t) strategy = strategy_json(job, leg);
    *out = value_of_folded_map();
    set_context(out, "github", event->github);
    set_context(out, "vars", event->vars);
    if (inputs != NULL)
        set_context(out, "inputs", inputs);
    set_context(out, "matrix", leg != NULL && leg->values != NULL ? leg->values : nothing);
    set_context(out, "strategy", strategy);
}

/* Neither a leg nor needs are known here: the use of either is an error. */
static json_t *resolve_given(const struct call *call, const json_t *inputs,
                             const struct event *event)
{
    VALUE(scope);
    g_autoptr(GError) error = NULL;
    if (call->job->with == NULL)
        return json_object();
    resolve_scope(event, inputs, call->job, NULL, &scope);
    if (call->job->strategy.node != NULL && literal_is_dynamic(call->job->with))
        return NULL;
    return resolve_node(call->job->with, &scope, &error);
}

static json_t *resolve_initial(const struct input *input, const struct call *call,
                               const struct event *event, const json_t *above, GError **error)
{
    VALUE(scope);
    if (input->initial == NULL)
        return input_empty(input->type);
    resolve_scope(event, above, call->job, NULL, &scope);
    return resolve_node(input->initial, &scope, error);
}

static json_t *resolve_input(const struct input *input, const struct call *call,
                             const struct event *event, const json_t *above, const json_t *given,
                             GError **error)
{
    g_autoptr(json_t) value = json_incref(folded_member(given, input->name));
    if (value == NULL)
        value = resolve_initial(input, call, event, above, error);
    if (value == NULL)
        return NULL;
    json_t *converted = input_convert(input, value);
    g_autofree char *text =
        json_is_string(value) ? g_strdup(json_string_value(value)) : json_text(value);
    if (converted == NULL)
        node_error(error, call->job->uses, "Unexpected value '%s'", text);
    return converted;
}

json_t *resolve_inputs(const struct call *call, const struct event *event, const json_t *above,
                       const json_t *given, GError **error)
{
    g_autoptr(json_t) filled = json_object();
    for (guint i = 0; i < call->inputs->len; i++) {
        const struct input *input = call->inputs->pdata[i];
        json_t *value = resolve_input(input, call, event, above, given, error);
        if (value == NULL)
            return NULL;
        json_object_set_new(filled, input->name, value);
    }
    return g_steal_pointer(&filled);
}

json_t *resolve_call_inputs(const struct call *call, const struct event *event)
{
    g_autoptr(GError) error = NULL;
    if (call->caller == NULL)
        return json_incref(event->inputs);
    g_autoptr(json_t) above = resolve_call_inputs(call->caller, event);
    g_autoptr(json_t) given = resolve_given(call, above, event);
    return given != NULL ? resolve_inputs(call, event, above, given, &error) : NULL;
}
