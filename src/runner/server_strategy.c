/* What a job's strategy comes to before its legs begin, and the context that tells them of it
   (actions-semantics.md 2.1; WorkflowTemplateEvaluator.EvaluateStrategy). */
#include "runner/server_private.h"

static const char strategy_key[] = "strategy";

/* Where the value of a key is that the strategy holds, literally or as an expression. */
static const struct node *place_of(const struct node *node, const char *key)
{
    const struct node *member =
        node != NULL && node->kind == NODE_MAPPING && key != NULL ? node_get(node, key) : NULL;
    return member != NULL ? member : node;
}

/* What the strategy says of this, literally or as an expression; NULL: nothing, or an error. */
static json_t *member_of(const struct task *task, const char *key, GError **error)
{
    const struct node *node = task->job->strategy.node;
    if (node == NULL)
        return NULL;
    if (node->kind != NODE_MAPPING) {
        g_autoptr(json_t) whole = task_evaluate_json(task, NULL, strategy_key, node, error);
        return json_incref(json_object_get(whole, key));
    }
    const struct node *member = node_get(node, key);
    return member != NULL && member->kind != NODE_NULL
               ? task_evaluate_json(task, NULL, strategy_key, member, error)
               : NULL;
}

static bool refuse(const struct task *task, const char *key, const json_t *value, GError **error)
{
    g_autofree char *text = server_value_text(value);
    g_autofree char *message = g_strdup_printf("Unexpected value '%s'", text);
    task_blame(task, strategy_key, place_of(task->job->strategy.node, key), message, error);
    return false;
}

static bool read_fail_fast(struct task *task, GError **error)
{
    static const char key[] = "fail-fast";
    g_autoptr(GError) wrong = NULL;
    g_autoptr(json_t) value = member_of(task, key, &wrong);
    task->is_failing_fast = !json_is_false(value);
    if (wrong != NULL)
        g_propagate_error(error, g_steal_pointer(&wrong));
    else if (value != NULL && !json_is_boolean(value))
        return refuse(task, key, value, error);
    return wrong == NULL;
}

static bool read_max_parallel(struct task *task, GError **error)
{
    static const char key[] = "max-parallel";
    g_autoptr(GError) wrong = NULL;
    g_autoptr(json_t) value = member_of(task, key, &wrong);
    double number = json_is_number(value) ? json_number_value(value) : 0;
    task->max_parallel = number >= 1 ? (unsigned)MIN(number, INT32_MAX) : 0;
    if (wrong != NULL)
        g_propagate_error(error, g_steal_pointer(&wrong));
    else if (value != NULL && !json_is_number(value))
        return refuse(task, key, value, error);
    return wrong == NULL;
}

static const GPtrArray *make_legs(struct task *task, GError **error)
{
    static const char key[] = "matrix";
    const char *wrong_key = NULL;
    g_autoptr(GError) wrong = NULL;
    g_autoptr(json_t) matrix = member_of(task, key, &wrong);
    if (wrong != NULL) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return NULL;
    }
    task->legs = matrix_expand(matrix, &wrong_key, &wrong);
    if (wrong != NULL)
        task_blame(task, strategy_key, place_of(place_of(task->job->strategy.node, key), wrong_key),
                   wrong->message, error);
    return task->legs;
}

const GPtrArray *task_read_strategy(struct task *task, GError **error)
{
    if (!read_fail_fast(task, error) || !read_max_parallel(task, error))
        return NULL;
    task->all_legs =
        task->job->strategy.legs != NULL ? task->job->strategy.legs : make_legs(task, error);
    return task->all_legs;
}

json_t *task_strategy(const struct task *task, const struct leg *leg)
{
    guint index = 0;
    GPtrArray *legs = (GPtrArray *)(uintptr_t)task->all_legs;
    if (legs == NULL || !g_ptr_array_find(legs, leg, &index))
        return json_object();
    bool is_limited = task->max_parallel > 0 && leg->values != NULL;
    json_t *strategy = json_object();
    json_object_set_new(strategy, "fail-fast", json_boolean(task->is_failing_fast));
    json_object_set_new(strategy, "job-index", json_integer(index));
    json_object_set_new(strategy, "job-total", json_integer(legs->len));
    json_object_set_new(strategy, "max-parallel",
                        json_integer(is_limited ? task->max_parallel : legs->len));
    return strategy;
}
