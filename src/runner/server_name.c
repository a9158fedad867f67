/* What legs are called: by GitHub, and here. */
#include "runner/server_private.h"
#include "workflow/identifier.h"
#include "workflow/literal.h"

#include <string.h>

char *server_leg_name(const struct task *task, const struct leg *leg)
{
    const struct node *node = task->job->name;
    g_autofree char *raw = node != NULL ? literal_text(node) : g_strdup("");
    VALUE(value);
    if (literal_has_expression(raw) && task_evaluate(task, leg, node, &value, NULL)) {
        g_autofree char *text = github_value_string(&value);
        return g_strconcat(task->flow->name_prefix, text[0] != '\0' ? text : task->job->id, NULL);
    }
    g_autofree char *name = leg != NULL      ? job_leg_name(task->job, leg)
                            : raw[0] != '\0' ? g_strdup(raw)
                                             : g_strdup(task->job->id);
    return g_strconcat(task->flow->name_prefix, name, NULL);
}

/* Of another job of the workflow, whose legs or who itself may be called the same. */
static bool is_ambiguous(const struct task *task, const char *id)
{
    const GPtrArray *tasks = task->flow->tasks;
    for (guint i = 0; i < tasks->len; i++) {
        const struct job *other = ((const struct task *)tasks->pdata[i])->job;
        gsize length = strlen(other->id);
        if (other == task->job || g_ascii_strncasecmp(other->id, id, length) != 0)
            continue;
        bool has_longer_name = length > strlen(task->job->id);
        if (id[length] == '\0' ||
            (id[length] == '_' && has_longer_name && other->strategy.node != NULL))
            return true;
    }
    return false;
}

char *server_leg_id(const struct task *task, const struct leg *leg)
{
    const char *prefix = task->flow->id_prefix;
    if (leg == NULL || leg->whole_id[0] == '\0')
        return g_strconcat(prefix, task->job->id, NULL);
    g_autofree char *id =
        g_strconcat(task->job->id, leg->whole_id[0] != '_' ? "_" : "", leg->whole_id, NULL);
    if (!is_ambiguous(task, id))
        return g_strconcat(prefix, id, NULL);
    g_autofree char *pair = g_strconcat(task->job->id, "\n", leg->whole_id, NULL);
    g_autofree char *mark = identifier_hash(pair);
    return g_strconcat(prefix, id, "-", mark, NULL);
}
