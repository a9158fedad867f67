/* What a job says of each of its legs: how long it may take, whether it may fail, on which runner
   (actions-semantics.md 1.6, 2.2; WorkflowTemplateConverter.cs). */
#include "runner/server_private.h"

enum {
    MINUTES_STANDARD = 360,
    CANCEL_MINUTES_STANDARD = 5,
};

static bool is_stated(const struct node *node)
{
    return node != NULL && node->kind != NODE_NULL;
}

/* A number of minutes, truncated; *minutes stays what it is where nothing is stated. */
static bool read_minutes(const struct server_run *run, const char *key, const struct node *node,
                         int64_t *minutes, GError **error)
{
    VALUE(value);
    if (!is_stated(node))
        return true;
    if (!task_evaluate(run->task, run->leg, key, node, &value, error) ||
        !task_expect(run->task, key, node, &value, VALUE_NUMBER, error))
        return false;
    if (value.number >= 1 && value.number < INT32_MAX)
        *minutes = (int64_t)value.number;
    return true;
}

static bool read_may_fail(struct server_run *run, GError **error)
{
    static const char key[] = "continue-on-error";
    const struct node *node = run->task->job->continue_on_error;
    VALUE(value);
    if (!is_stated(node))
        return true;
    if (!task_evaluate(run->task, run->leg, key, node, &value, error) ||
        !task_expect(run->task, key, node, &value, VALUE_BOOLEAN, error))
        return false;
    run->may_fail = value.boolean;
    return true;
}

bool server_run_read_limits(struct server_run *run, GError **error)
{
    const struct job *job = run->task->job;
    run->limit_minutes = MINUTES_STANDARD;
    run->cancel_minutes = CANCEL_MINUTES_STANDARD;
    return read_minutes(run, "timeout-minutes", job->timeout_minutes, &run->limit_minutes, error) &&
           read_minutes(run, "cancel-timeout-minutes", job->cancel_timeout_minutes,
                        &run->cancel_minutes, error) &&
           read_may_fail(run, error);
}

static bool has_empty_label(const json_t *runs_on)
{
    const json_t *item;
    gsize index;
    if (json_is_object(runs_on))
        return has_empty_label(json_object_get(runs_on, "labels"));
    json_array_foreach ((json_t *)(uintptr_t)runs_on, index, item)
        if (has_empty_label(item))
            return true;
    return json_is_null(runs_on) || (json_is_string(runs_on) && json_string_length(runs_on) == 0);
}

bool server_run_check_labels(const struct server_run *run, const json_t *runs_on, const char *doubt,
                             GError **error)
{
    if (doubt != NULL || !has_empty_label(runs_on))
        return true;
    task_blame(run->task, "runs-on", run->task->job->runs_on, "Unexpected value ''", error);
    return false;
}
