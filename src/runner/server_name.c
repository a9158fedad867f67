/* What legs are called: by GitHub, and here. */
#include "runner/server_private.h"
#include "workflow/identifier.h"
#include "workflow/literal.h"

#include <string.h>

/* A name that is an expression stands for itself; where it comes to nothing, the job has none. */
static char *name_of(const struct task *task, const struct leg *leg, const char *raw)
{
    VALUE(value);
    if (!literal_has_expression(raw))
        return g_strdup(raw);
    return task_evaluate(task, leg, "name", task->job->name, &value, NULL)
               ? github_value_string(&value)
               : g_strdup(raw);
}

char *server_leg_name(const struct task *task, const struct leg *leg)
{
    const struct job *job = task->job;
    g_autofree char *raw = job->name != NULL ? literal_text(job->name) : g_strdup("");
    g_autofree char *name = name_of(task, leg, raw);
    const char *full = name[0] != '\0' ? name : job->id;
    bool stands_alone = leg == NULL || (name[0] != '\0' && literal_has_expression(raw));
    g_autofree char *of_leg = stands_alone ? g_strdup(full) : leg_name(leg, full);
    return g_strconcat(task->flow->name_prefix, of_leg, NULL);
}

bool server_leg_check_name(const struct server_run *run, GError **error)
{
    const struct node *node = run->task->job->name;
    VALUE(value);
    return node == NULL || task_evaluate(run->task, run->leg, "name", node, &value, error);
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
