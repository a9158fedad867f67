/* Expressions of jobs, which the server evaluates (actions-semantics.md 1.7, 2.2, 4). */
#include "runner/leg.h"
#include "runner/server_private.h"
#include "workflow/literal.h"

#include <string.h>

#define NOT_VALID "The template is not valid."

static const struct position nowhere = {0};

static struct value contexts_of(const struct flow *flow)
{
    const struct server_options *options = flow->server->options;
    struct value all = value_of_folded_map();
    value_set(&all, "github", folded_value(options->github));
    value_set(&all, "inputs",
              unknown_inputs_value(flow->inputs, flow->unknown_inputs, &flow->server->unknown));
    value_set(&all, "vars", unknown_vars_value(options->vars, &flow->server->unknown));
    value_set(&all, "secrets", secrets_value(flow->known_secrets));
    return all;
}

static struct value contexts_for(const struct task *task, const struct leg *leg)
{
    struct value all = contexts_of(task->flow);
    value_set(&all, "needs",
              unknown_rows_value(task->needs, "needs", &task->flow->server->unknown));
    if (leg != NULL) {
        value_set(&all, "matrix", folded_value(leg->values));
        g_autoptr(json_t) strategy = task_strategy(task, leg);
        value_set(&all, "strategy", folded_value(strategy));
    }
    return all;
}

/* ---- what status functions see ---- */

/* The worst of all jobs before it: failed counts most, then anything that is no success
   (actions-semantics.md 2.2). */
static void look(const struct task *task, bool *has_failed, bool *has_missed)
{
    for (guint i = 0; i < task->job->needs->len; i++) {
        const struct job *needed = task->job->needs->pdata[i];
        for (guint j = 0; j < task->flow->tasks->len; j++) {
            const struct task *other = task->flow->tasks->pdata[j];
            if (other->job != needed)
                continue;
            *has_failed = *has_failed || other->result == RESULT_FAILURE;
            *has_missed = *has_missed || other->result != RESULT_SUCCESS;
            look(other, has_failed, has_missed);
        }
    }
}

static const char *status_of(const struct task *task)
{
    bool has_failed = false;
    bool has_missed = false;
    if (task->flow->is_cancelled)
        return "cancelled";
    look(task, &has_failed, &has_missed);
    if (has_failed)
        return "failure";
    return has_missed ? "skipped" : "success";
}

static const char *result_of(void *self, const char *id)
{
    const struct task *task = self;
    for (guint i = 0; i < task->flow->tasks->len; i++) {
        const struct task *other = task->flow->tasks->pdata[i];
        if (g_ascii_strcasecmp(other->job->id, id) == 0)
            return other->is_over ? result_text(other->result) : NULL;
    }
    return NULL;
}

/* ---- evaluation ---- */

/* Against what a value of the file is evaluated, and who asks. */
struct asking {
    const struct flow *flow;
    const struct value *contexts;
    const char *whose; /* "Error when evaluating 'runs-on' for job 'build'." */
};

static void blame(const struct asking *asking, const struct node *node, const char *message,
                  GError **error)
{
    g_autofree char *place = evaluate_place(node);
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s %s%s", asking->whose, place, message);
}

static bool evaluate(const struct asking *asking, const struct node *node, struct value *out,
                     GError **error)
{
    const struct flow *flow = asking->flow;
    struct github_functions_context functions = {0};
    const struct expr_scope scope = {.names = asking->contexts, .context = &functions};
    g_autoptr(GError) wrong = NULL;
    if (node->kind != NODE_STRING || !literal_has_expression(node->text)) {
        *out = value_from_node(node);
        return true;
    }
    struct unknown_log *log = &flow->server->unknown;
    guint mark = unknown_log_mark(log);
    bool is_fine = github_template_evaluate(allowed_dialect_of(flow->server->dialect), node->text,
                                            nowhere, &scope, out, &wrong);
    unknown_log_forgive(log, mark, node->text);
    if (is_fine)
        return true;
    blame(asking, node, wrong->message, error);
    return false;
}

/* Whose words: those of a key of the job, or of no key (WorkflowTemplateEvaluator.cs). */
static char *whose(const struct task *task, const char *key)
{
    return key != NULL
               ? g_strdup_printf("Error when evaluating '%s' for job '%s'.", key, task->job->id)
               : g_strdup(NOT_VALID);
}

bool task_evaluate(const struct task *task, const struct leg *leg, const char *key,
                   const struct node *node, struct value *out, GError **error)
{
    VALUE(contexts);
    g_autofree char *words = whose(task, key);
    contexts = contexts_for(task, leg);
    const struct asking asking = {task->flow, &contexts, words};
    return evaluate(&asking, node, out, error);
}

void task_blame(const struct task *task, const char *key, const struct node *node,
                const char *message, GError **error)
{
    g_autofree char *words = whose(task, key);
    const struct asking asking = {task->flow, NULL, words};
    blame(&asking, node, message, error);
}

char *server_value_text(const json_t *value)
{
    if (value == NULL || json_is_null(value))
        return g_strdup("");
    return json_is_string(value) ? g_strdup(json_string_value(value)) : json_text(value);
}

bool evaluate_may_lack(const struct node *node, const struct value *value)
{
    return value->kind == VALUE_NULL && node->kind == NODE_STRING &&
           strstr(node->text, "github.event.") != NULL;
}

bool task_expect(const struct task *task, const char *key, const struct node *node,
                 const struct value *value, enum value_kind kind, GError **error)
{
    if (value->kind == kind || evaluate_may_lack(node, value))
        return true;
    g_autofree char *text = github_value_string(value);
    g_autofree char *message = g_strdup_printf("Unexpected value '%s'", text);
    task_blame(task, key, node, message, error);
    return false;
}

static json_t *evaluate_json(const struct asking *asking, const struct node *node, GError **error);

/* What an expression among the items comes to as a sequence takes its place item by item. */
static json_t *evaluate_list(const struct asking *asking, const struct node *node, GError **error)
{
    g_autoptr(json_t) list = json_array();
    for (gsize i = 0; i < node_length(node); i++) {
        const struct node *item = node_item(node, i);
        g_autoptr(json_t) value = evaluate_json(asking, item, error);
        if (value == NULL)
            return NULL;
        if (item->kind == NODE_STRING && json_is_array(value))
            json_array_extend(list, value);
        else
            json_array_append(list, value);
    }
    return g_steal_pointer(&list);
}

static json_t *evaluate_mapping(const struct asking *asking, const struct node *node,
                                GError **error)
{
    g_autoptr(json_t) object = json_object();
    for (gsize i = 0; i < node_length(node); i++) {
        const struct node_entry *entry = node_entry(node, i);
        json_t *member = evaluate_json(asking, entry->value, error);
        if (member == NULL)
            return NULL;
        json_object_set_new(object, entry->key, member);
    }
    return g_steal_pointer(&object);
}

static json_t *evaluate_json(const struct asking *asking, const struct node *node, GError **error)
{
    if (node->kind == NODE_SEQUENCE)
        return evaluate_list(asking, node, error);
    if (node->kind == NODE_MAPPING)
        return evaluate_mapping(asking, node, error);
    VALUE(value);
    return evaluate(asking, node, &value, error) ? github_value_json(&value) : NULL;
}

json_t *task_evaluate_json(const struct task *task, const struct leg *leg, const char *key,
                           const struct node *node, GError **error)
{
    VALUE(contexts);
    g_autofree char *words = whose(task, key);
    contexts = contexts_for(task, leg);
    const struct asking asking = {task->flow, &contexts, words};
    return evaluate_json(&asking, node, error);
}

char *task_output(const struct task *task, const struct leg *leg, const json_t *steps,
                  const struct node *node, GError **error)
{
    VALUE(contexts);
    VALUE(value);
    contexts = contexts_for(task, leg);
    value_set(&contexts, "steps", unknown_rows_value(steps, "steps", &task->flow->server->unknown));
    const struct asking asking = {task->flow, &contexts, NOT_VALID};
    return evaluate(&asking, node, &value, error) ? github_value_string(&value) : NULL;
}

static char *whose_of_flow(const char *key)
{
    return key != NULL ? g_strdup_printf("Error when evaluating '%s'.", key) : g_strdup(NOT_VALID);
}

json_t *flow_evaluate_json(const struct flow *flow, const char *key, const struct node *node,
                           GError **error)
{
    VALUE(contexts);
    g_autofree char *words = whose_of_flow(key);
    contexts = contexts_of(flow);
    const struct asking asking = {flow, &contexts, words};
    return evaluate_json(&asking, node, error);
}

void flow_blame(const struct flow *flow, const char *key, const struct node *node,
                const char *message, GError **error)
{
    g_autofree char *words = whose_of_flow(key);
    const struct asking asking = {flow, NULL, words};
    blame(&asking, node, message, error);
}

/* The expression of the job's `if`, parsed; NULL: an error. */
static struct expr *parse_condition(const struct task *task, GError **error)
{
    const struct dialect *dialect = allowed_dialect_of(task->flow->server->conditions);
    const struct node *node = task->job->condition;
    g_autofree char *text = node != NULL ? literal_text(node) : NULL;
    g_autofree char *condition = github_condition(dialect, text, nowhere, error);
    return condition != NULL ? expr_parse(dialect, condition, nowhere, error) : NULL;
}

static char *explanation(const struct task *task, const struct expr *expr,
                         const struct expr_scope *scope)
{
    if (task->job->condition == NULL)
        return NULL;
    g_autofree char *values = expr_explain(expr, scope);
    g_autofree char *text = literal_text(task->job->condition);
    g_autofree char *plain = g_strconcat(text, " is false", NULL);
    return values != NULL && values[0] != '\0' && strcmp(values, plain) != 0
               ? g_strdup_printf("its condition %s is false: %s", text, values)
               : g_strdup_printf("its condition %s is false", text);
}

static bool condition(const struct task *task, const char *status, bool *is_true, char **why,
                      GError **error)
{
    VALUE(contexts);
    VALUE(value);
    g_autoptr(GError) wrong = NULL;
    struct github_functions_context functions = {.status = status,
                                                 .is_cancelled = task->flow->is_cancelled,
                                                 .result_of_job = result_of,
                                                 .self = (void *)(uintptr_t)task};
    contexts = contexts_for(task, NULL);
    const struct expr_scope scope = {.names = &contexts, .context = &functions};
    AUTO(expr) expr = parse_condition(task, &wrong);
    *why = NULL;
    if (expr == NULL || !expr_evaluate(expr, &scope, &value, &wrong)) {
        task_blame(task, "if", task->job->condition, wrong->message, error);
        return false;
    }
    *is_true = github_value_is_true(&value);
    if (!*is_true)
        *why = explanation(task, expr, &scope);
    return true;
}

bool task_condition(const struct task *task, bool *is_true, char **why, GError **error)
{
    return condition(task, status_of(task), is_true, why, error);
}

bool task_had_run(const struct task *task)
{
    const char *id;
    json_t *row;
    g_autofree char *why = NULL;
    bool is_true = false;
    g_autoptr(json_t) needs = json_deep_copy(task->needs);
    json_object_foreach (needs, id, row)
        json_object_set_new(row, "result", json_string(result_text(RESULT_SUCCESS)));
    struct task imagined = *task;
    imagined.needs = needs;
    bool is_fine = condition(&imagined, "success", &is_true, &why, NULL);
    g_free(unknown_log_take(&task->flow->server->unknown, /* with_doubts= */ true));
    return is_fine && is_true;
}

char *flow_output(const struct flow *flow, const struct node *node, GError **error)
{
    VALUE(contexts);
    VALUE(value);
    g_autoptr(json_t) jobs = json_object();
    for (guint i = 0; i < flow->tasks->len; i++) {
        const struct task *task = flow->tasks->pdata[i];
        json_t *row = json_object();
        json_object_set_new(row, "result", json_string(result_text(task->result)));
        json_object_set(row, "outputs", task->outputs);
        if (task->unknown != NULL)
            json_object_set(row, unknown_key, task->unknown);
        json_object_set_new(jobs, task->job->id, row);
    }
    contexts = contexts_of(flow);
    value_set(&contexts, "jobs", unknown_rows_value(jobs, "jobs", &flow->server->unknown));
    const struct asking asking = {flow, &contexts, NOT_VALID};
    return evaluate(&asking, node, &value, error) ? github_value_string(&value) : NULL;
}
