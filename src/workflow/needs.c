/* The graph of needs, by names (actions-semantics.md 2.2). */
#include "base/limits.h"
#include "workflow/literal.h"
#include "workflow/rules.h"

#include <string.h>

/* A job with what it still waits for. */
struct waiting {
    const char *id;
    GPtrArray *needs; /* const struct node * */
};

static void waiting_free(gpointer data)
{
    struct waiting *waiting = data;
    g_ptr_array_unref(waiting->needs);
    g_free(waiting);
}

/* What is no name was refused by the schema. */
static void add_need(struct waiting *waiting, const struct node *need)
{
    if (need->kind == NODE_STRING && !literal_has_expression(need->text))
        g_ptr_array_add(waiting->needs, (gpointer)need);
}

static struct waiting *waiting_new(const struct node_entry *job)
{
    struct waiting *waiting = g_new0(struct waiting, 1);
    const struct node *needs = node_get(job->value, "needs");
    waiting->id = job->key;
    waiting->needs = g_ptr_array_new();
    if (needs == NULL)
        return waiting;
    add_need(waiting, needs);
    for (gsize i = 0; needs->kind == NODE_SEQUENCE && i < node_length(needs); i++)
        add_need(waiting, node_item(needs, i));
    return waiting;
}

static bool is_known(const struct node *jobs, const char *id)
{
    for (gsize i = 0; i < node_length(jobs); i++)
        if (g_ascii_strcasecmp(node_entry(jobs, i)->key, id) == 0)
            return true;
    return false;
}

/* Nobody waits for this job any longer. */
static void complete(GPtrArray *all, const char *id)
{
    for (guint i = 0; i < all->len; i++) {
        struct waiting *waiting = all->pdata[i];
        for (guint j = waiting->needs->len; j > 0; j--) {
            const struct node *need = waiting->needs->pdata[j - 1];
            if (g_ascii_strcasecmp(need->text, id) == 0)
                g_ptr_array_remove_index(waiting->needs, j - 1);
        }
    }
}

/* Takes out the first job that waits for nothing; false when there is none. */
static bool complete_one(GPtrArray *all)
{
    for (guint i = 0; i < all->len; i++) {
        const struct waiting *waiting = all->pdata[i];
        if (waiting->needs->len > 0)
            continue;
        const char *id = waiting->id;
        g_ptr_array_remove_index(all, i);
        complete(all, id);
        return true;
    }
    return false;
}

static void report(const struct waiting *waiting, const struct node *jobs,
                   struct fault_list *faults)
{
    for (guint i = 0; i < waiting->needs->len; i++) {
        const struct node *need = waiting->needs->pdata[i];
        if (is_known(jobs, need->text))
            fault_add_at(faults, need,
                         "Job '%s' depends on job '%s' which creates a cycle in the dependency "
                         "graph.",
                         waiting->id, need->text);
        else
            fault_add_at(faults, need, "Job '%s' depends on unknown job '%s'.", waiting->id,
                         need->text);
    }
}

void needs_check(const struct node *jobs, struct fault_list *faults)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(waiting_free);
    if (node_length(jobs) > WORKFLOW_JOBS_MAX)
        return;
    for (gsize i = 0; i < node_length(jobs); i++)
        g_ptr_array_add(all, waiting_new(node_entry(jobs, i)));
    if (!complete_one(all)) {
        fault_add_at(faults, jobs,
                     "The workflow must contain at least one job with no dependencies.");
        return;
    }
    while (complete_one(all))
        ;
    for (guint i = 0; i < all->len; i++)
        report(all->pdata[i], jobs, faults);
}
