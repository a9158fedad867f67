/* `concurrency` of the jobs of one run: a group has one leg that runs and one that waits, unless
   its queue is longer; a newer one takes the place of the older one that waits, and with
   cancel-in-progress of the one that runs (actions-semantics.md 2.3; docs: control workflow
   concurrency). Other runs of the repository are not rehearsed. */
#include "base/limits.h"
#include "runner/server_private.h"

#include <string.h>

struct concurrency_group {
    struct ticket *holder; /* or NULL */
    GQueue waiting;        /* struct ticket, the oldest first */
    struct fiber_queue changed;
};

/* What `concurrency` of a job or a called workflow came to. */
struct demand {
    char *name; /* as written; NULL: it cannot be told */
    bool cancels;
    bool queues_all; /* queue: max */
};

static void group_free(void *argument)
{
    struct concurrency_group *group = argument;
    g_queue_clear(&group->waiting);
    g_free(group);
}

GHashTable *concurrency_groups_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, group_free);
}

static char *fold(const char *name)
{
    return g_utf8_casefold(name, -1);
}

static struct concurrency_group *group_of(const struct server_run *run, const char *name)
{
    GHashTable *groups = run->task->flow->server->groups;
    g_autofree char *key = fold(name);
    struct concurrency_group *group = g_hash_table_lookup(groups, key);
    if (group == NULL) {
        group = g_new0(struct concurrency_group, 1);
        g_queue_init(&group->waiting);
        g_queue_init(&group->changed.waiters);
        g_hash_table_insert(groups, g_steal_pointer(&key), group);
    }
    return group;
}

/* What is wrong, and where. */
struct complaint {
    char *text; /* NULL: nothing */
    const struct node *node;
};

/* The value of a key, or the whole where an expression stands for all. */
static const struct node *place_of(const struct node *node, const char *key)
{
    const struct node *member = node->kind == NODE_MAPPING ? node_get(node, key) : NULL;
    return member != NULL ? member : node;
}

static void check_cancels(const json_t *value, const struct node *node, struct complaint *complaint)
{
    static const char key[] = "cancel-in-progress";
    const json_t *cancels = json_object_get(value, key);
    if (cancels == NULL || json_is_boolean(cancels))
        return;
    g_autofree char *text = server_value_text(cancels);
    complaint->text = g_strdup_printf("Unexpected value '%s'", text);
    complaint->node = place_of(node, key);
}

/* The checks of WorkflowTemplateConverter.ConvertToConcurrency, and of the schema before it: only
   a workflow may say an empty text, and is told so in other words. */
static void check_name(const char *name, bool is_of_workflow, const struct node *node,
                       struct complaint *complaint)
{
    bool is_whole = node->kind != NODE_MAPPING;
    complaint->node = node;
    if (g_utf8_strlen(name, -1) > CONCURRENCY_GROUP_BYTES_MAX) {
        complaint->text = g_strdup_printf("Concurrency group name must be less than %d characters",
                                          CONCURRENCY_GROUP_BYTES_MAX);
    } else if (name[0] == '\0' && is_of_workflow && is_whole) {
        complaint->text = g_strdup("Concurrency group name cannot be empty");
    } else if (name[0] == '\0') {
        complaint->text = g_strdup("Unexpected value ''");
        complaint->node = place_of(node, "group");
    }
}

/* value: what `concurrency` came to. */
static struct demand demand_of(const json_t *value, bool is_of_workflow, const struct node *node,
                               struct complaint *complaint)
{
    const json_t *name = json_is_object(value) ? json_object_get(value, "group") : value;
    const char *queue = json_is_object(value) ? json_get_string(value, "queue", "") : "";
    struct demand demand = {
        .name = server_value_text(name),
        .cancels = json_is_object(value) && json_get_boolean(value, "cancel-in-progress", false),
        .queues_all = strcmp(queue, "max") == 0,
    };
    check_name(demand.name, is_of_workflow, node, complaint);
    if (complaint->text == NULL)
        check_cancels(value, node, complaint);
    if (complaint->text != NULL)
        g_clear_pointer(&demand.name, g_free);
    return demand;
}

/* ---- deadlocks ---- */

static bool is_same(const char *left, const char *right)
{
    if (left == NULL || right == NULL)
        return false;
    g_autofree char *folded_left = fold(left);
    g_autofree char *folded_right = fold(right);
    return strcmp(folded_left, folded_right) == 0;
}

/* Who, above the leg, holds the group until the leg is over; NULL: nobody. */
static const char *holder_above(const struct server_run *run, const char *name)
{
    for (const struct flow *flow = run->task->flow; flow != NULL;
         flow = flow->caller != NULL ? flow->caller->task->flow : NULL) {
        const char *caller =
            flow->caller != NULL ? flow->caller->task->job->id : "top level workflow";
        if (is_same(flow->group, name))
            return caller;
        if (flow->caller != NULL && is_same(flow->caller->own.name, name))
            return caller;
    }
    return NULL;
}

/* ---- waiting ---- */

static void cancel_for_newer(struct ticket *ticket, const char *name)
{
    g_autofree char *text =
        g_strdup_printf("Canceling since a higher priority waiting request for %s exists", name);
    server_run_cancel(ticket->run, text);
}

/* The next one that nobody has cancelled. */
static void hand_over(struct concurrency_group *group)
{
    group->holder = NULL;
    while (group->holder == NULL && !g_queue_is_empty(&group->waiting)) {
        struct ticket *next = g_queue_pop_head(&group->waiting);
        if (!next->run->is_cancelled)
            group->holder = next;
    }
    fiber_queue_wake_all(&group->changed);
}

static void displace(struct concurrency_group *group, const struct demand *demand)
{
    for (GList *each = group->waiting.head; each != NULL && !demand->queues_all; each = each->next)
        cancel_for_newer(each->data, demand->name);
    if (demand->cancels)
        cancel_for_newer(group->holder, demand->name);
}

static bool wait_for_turn(struct ticket *ticket)
{
    struct concurrency_group *group = ticket->group;
    struct server_run *run = ticket->run;
    bool is_fine = true;
    trace_note(run->task->flow->server->options->trace, "concurrency-pending", "leg", run->row->id,
               "group", ticket->name, NULL);
    g_queue_push_tail(&group->waiting, ticket);
    while (is_fine && group->holder != ticket && !run->is_cancelled)
        is_fine = fiber_queue_wait(run->task->flow->server->options->loop, &group->changed,
                                   "its concurrency group", NULL);
    g_queue_remove(&group->waiting, ticket);
    return is_fine && group->holder == ticket;
}

static bool enter(struct ticket *ticket, struct server_run *run, const struct demand *demand)
{
    ticket->run = run;
    ticket->name = g_strdup(demand->name);
    ticket->group = group_of(run, ticket->name);
    if (ticket->group->holder == NULL) {
        ticket->group->holder = ticket;
        return true;
    }
    displace(ticket->group, demand);
    if (ticket->group->waiting.length < CONCURRENCY_PENDING_MAX)
        return wait_for_turn(ticket);
    g_autofree char *text =
        g_strdup_printf("Canceling since more than %d wait for %s (CONCURRENCY_PENDING_MAX)",
                        CONCURRENCY_PENDING_MAX, ticket->name);
    server_run_cancel(run, text);
    return false;
}

static void cancel_deadlock(struct server_run *run, const char *name, const char *above,
                            const char *below)
{
    g_autofree char *text = g_strdup_printf("Canceling since a deadlock for concurrency group '%s' "
                                            "was detected between '%s' and '%s'",
                                            name, above, below);
    server_run_cancel(run, text);
}

static bool take(struct ticket *ticket, struct server_run *run, const struct demand *demand)
{
    const char *above = holder_above(run, demand->name);
    if (above != NULL)
        cancel_deadlock(run, demand->name, above, run->task->job->id);
    return above == NULL && enter(ticket, run, demand);
}

/* ---- of a leg, of a call ---- */

static const char concurrency_key[] = "concurrency";

bool concurrency_enter(struct server_run *run, GError **error)
{
    const struct node *node = run->task->job->concurrency;
    struct complaint complaint = {0};
    if (node == NULL)
        return true;
    g_autoptr(json_t) value = task_evaluate_json(run->task, run->leg, concurrency_key, node, error);
    if (value == NULL)
        return false;
    const struct demand demand = demand_of(value, /* is_of_workflow= */ false, node, &complaint);
    g_autofree char *wrong = complaint.text;
    if (wrong != NULL)
        task_blame(run->task, concurrency_key, complaint.node, wrong, error);
    bool is_entered = wrong == NULL && take(&run->own, run, &demand);
    g_free(demand.name);
    return is_entered;
}

/* What a workflow's own comes to; name NULL: an error. */
static struct demand demand_of_flow(const struct flow *flow, GError **error)
{
    const struct node *node = flow->workflow->concurrency;
    struct complaint complaint = {0};
    g_autoptr(json_t) value = flow_evaluate_json(flow, concurrency_key, node, error);
    if (value == NULL)
        return (struct demand){0};
    const struct demand demand = demand_of(value, /* is_of_workflow= */ true, node, &complaint);
    g_autofree char *wrong = complaint.text;
    if (wrong != NULL)
        flow_blame(flow, concurrency_key, complaint.node, wrong, error);
    return demand;
}

bool concurrency_enter_called(struct server_run *run, struct flow *called, GError **error)
{
    if (called->workflow->concurrency == NULL)
        return true;
    const struct demand demand = demand_of_flow(called, error);
    g_autofree char *name = demand.name;
    if (name == NULL)
        return false;
    if (is_same(run->own.name, name)) {
        cancel_deadlock(run, name, run->task->job->id, called->workflow->name);
        return false;
    }
    called->group = g_strdup(name);
    return take(&run->below, run, &demand);
}

bool concurrency_of_run(struct flow *flow, GError **error)
{
    if (flow->workflow->concurrency == NULL)
        return true;
    flow->group = demand_of_flow(flow, error).name;
    return flow->group != NULL;
}

void concurrency_wake(struct server_run *run)
{
    struct ticket *const tickets[] = {&run->own, &run->below};
    for (gsize i = 0; i < G_N_ELEMENTS(tickets); i++)
        if (tickets[i]->group != NULL)
            fiber_queue_wake_all(&tickets[i]->group->changed);
}

void concurrency_leave(struct server_run *run)
{
    struct ticket *const tickets[] = {&run->below, &run->own};
    for (gsize i = 0; i < G_N_ELEMENTS(tickets); i++)
        if (tickets[i]->group != NULL && tickets[i]->group->holder == tickets[i])
            hand_over(tickets[i]->group);
}
