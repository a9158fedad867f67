/* A run of a workflow: jobs in the order that their needs allow, what is skipped, what the whole
   comes to (actions-semantics.md 2.2). */
#include "runner/server_private.h"
#include "workflow/context.h"

#include <string.h>

static void server_leg_free(void *argument)
{
    struct server_leg *leg = argument;
    g_free(leg->id);
    g_free(leg->name);
    g_free(leg->reason);
    leg_result_free(leg->result);
    g_free(leg);
}

void server_result_free(struct server_result *result)
{
    if (result == NULL)
        return;
    g_ptr_array_unref(result->legs);
    g_ptr_array_unref(result->callers);
    g_ptr_array_unref(result->errors);
    g_free(result);
}

static void add_needs(GHashTable *jobs, const struct job *job)
{
    for (guint i = 0; i < job->needs->len; i++)
        if (g_hash_table_add(jobs, job->needs->pdata[i]))
            add_needs(jobs, job->needs->pdata[i]);
}

bool server_leg_needs(const struct server_leg *later, const struct server_leg *earlier)
{
    g_autoptr(GHashTable) needed = g_hash_table_new(NULL, NULL); /* never iterated */
    for (; later != NULL; later = later->caller) {
        g_hash_table_remove_all(needed);
        add_needs(needed, later->job);
        for (const struct server_leg *each = earlier; each != NULL; each = each->caller)
            if (each->caller == later->caller && g_hash_table_contains(needed, each->job))
                return true;
    }
    return false;
}

static void task_free(void *argument)
{
    struct task *task = argument;
    json_decref(task->outputs);
    json_decref(task->unknown);
    json_decref(task->needs);
    g_ptr_array_unref(task->runs);
    if (task->legs != NULL)
        g_ptr_array_unref(task->legs);
    g_free(task);
}

struct flow *flow_new(struct server *server, const struct workflow *workflow)
{
    struct flow *flow = g_new0(struct flow, 1);
    flow->server = server;
    flow->workflow = workflow;
    flow->id_prefix = g_strdup("");
    flow->name_prefix = g_strdup("");
    flow->tasks = g_ptr_array_new_with_free_func(task_free);
    g_queue_init(&flow->over.waiters);
    for (guint i = 0; i < workflow->jobs->len; i++) {
        struct task *task = g_new0(struct task, 1);
        task->flow = flow;
        task->job = workflow->jobs->pdata[i];
        task->outputs = json_object();
        task->runs = g_ptr_array_new_with_free_func(server_run_free);
        g_ptr_array_add(flow->tasks, task);
    }
    return flow;
}

void flow_take_secrets(struct flow *flow, json_t *secrets, bool has_all)
{
    const struct server_options *options = flow->server->options;
    flow->secrets = secrets;
    flow->has_all_secrets = has_all;
    flow->known_secrets = g_new0(struct secrets, 1);
    secrets_init(flow->known_secrets, secrets, has_all ? options->make_secret : NULL,
                 options->self);
}

void flow_free(struct flow *flow)
{
    if (flow == NULL)
        return;
    g_ptr_array_unref(flow->tasks);
    json_decref(flow->inputs);
    json_decref(flow->unknown_inputs);
    json_decref(flow->secrets);
    if (flow->known_secrets != NULL)
        secrets_clear(flow->known_secrets);
    g_free(flow->known_secrets);
    g_free(flow->id_prefix);
    g_free(flow->name_prefix);
    g_free(flow->cancel_text);
    g_free(flow->group);
    g_free(flow);
}

/* ---- one job ---- */

static const struct task *find_task(const struct flow *flow, const struct job *job)
{
    for (guint i = 0; i < flow->tasks->len; i++)
        if (((const struct task *)flow->tasks->pdata[i])->job == job)
            return flow->tasks->pdata[i];
    g_assert_not_reached();
}

static bool are_needs_over(const struct task *task)
{
    for (guint i = 0; i < task->job->needs->len; i++)
        if (!find_task(task->flow, task->job->needs->pdata[i])->is_over)
            return false;
    return true;
}

static void make_needs(struct task *task)
{
    task->needs = json_object();
    for (guint i = 0; i < task->job->needs->len; i++) {
        const struct task *needed = find_task(task->flow, task->job->needs->pdata[i]);
        json_t *row = json_object();
        json_object_set_new(row, "result", json_string(result_text(needed->result)));
        json_object_set(row, "outputs", needed->outputs);
        if (needed->unknown != NULL)
            json_object_set(row, unknown_key, needed->unknown);
        json_object_set_new(task->needs, needed->job->id, row);
    }
}

/* Without a condition: the need that stands in the way, however far up. */
static char *missing_need(const struct task *task)
{
    for (guint i = 0; i < task->job->needs->len; i++) {
        const struct task *needed = find_task(task->flow, task->job->needs->pdata[i]);
        if (needed->result != RESULT_SUCCESS)
            return g_strdup_printf("it needs '%s', which ended as %s", needed->job->id,
                                   result_text(needed->result));
        char *above = missing_need(needed);
        if (above != NULL)
            return above;
    }
    return NULL;
}

static void leave_out(struct task *task, const char *why)
{
    g_autofree char *need = why == NULL ? missing_need(task) : NULL;
    const char *reason = why != NULL    ? why
                         : need != NULL ? need
                                        : "the run was cancelled before it began";
    task_settle(task, task->flow->is_cancelled && why == NULL ? RESULT_CANCELLED : RESULT_SKIPPED,
                "%s", reason);
}

static void decide(struct task *task)
{
    struct unknown_log *unknown = &task->flow->server->unknown;
    g_autoptr(GError) error = NULL;
    g_autofree char *why = NULL;
    bool is_wanted = false;
    make_needs(task);
    unknown_log_clear(unknown);
    bool is_fine = task_condition(task, &is_wanted, &why, &error);
    g_autofree char *doubt = unknown_log_take(unknown, /* with_doubts= */ true);
    if (!is_fine)
        task_refuse(task, g_steal_pointer(&error));
    else if (is_wanted)
        task_run_legs(task);
    else
        leave_out(task, why);
    if (is_fine && !is_wanted) {
        task_note_left_out(task);
        task_question(task, doubt);
    }
}

static void run_task(void *argument)
{
    struct task *task = argument;
    struct loop *loop = task->flow->server->options->loop;
    bool is_fine = true;
    while (is_fine && !are_needs_over(task))
        is_fine = fiber_queue_wait(loop, &task->flow->over, "jobs it needs", NULL);
    if (is_fine)
        decide(task);
    else
        task_settle(task, RESULT_CANCELLED, "the rehearsal ended before it");
    task->is_over = true;
    fiber_queue_wake_all(&task->flow->over);
}

/* ---- the whole ---- */

/* Of one job alone: whatever else there is counts as done. */
static bool is_left_out(const struct flow *flow, const struct task *task)
{
    const char *only = flow->server->options->only_job;
    return flow->depth == 0 && only != NULL && g_ascii_strcasecmp(only, task->job->id) != 0;
}

/* Its result is success; what it would have put out nobody knows. */
static void leave_aside(struct task *task)
{
    task->is_over = true;
    unknown_add(&task->unknown, "*");
}

void flow_run(struct flow *flow)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, flow->server->options->loop);
    for (guint i = 0; i < flow->tasks->len; i++) {
        struct task *task = flow->tasks->pdata[i];
        if (is_left_out(flow, task))
            leave_aside(task);
        else
            fiber_group_spawn(&group, "job", run_task, task);
    }
    if (!fiber_group_wait(&group, NULL))
        fiber_group_cancel(&group);
}

/* None of its jobs begins. Takes the error over. */
static void flow_refuse(struct flow *flow, GError *error)
{
    for (guint i = 0; i < flow->tasks->len; i++)
        task_settle(flow->tasks->pdata[i], RESULT_FAILURE, "%s", error->message);
    flow_doubt(flow);
    g_ptr_array_add(flow->server->result->errors, error);
}

/* The condition of a job that runs is looked at once more: `if: always()` keeps it running (1.5).
 */
static bool is_spared(const struct task *task)
{
    g_autofree char *why = NULL;
    bool is_wanted = false;
    return task->needs != NULL && task_condition(task, &is_wanted, &why, NULL) && is_wanted;
}

void flow_cancel(struct flow *flow, const char *text)
{
    if (flow->is_cancelled)
        return;
    flow->is_cancelled = true;
    flow->cancel_text = g_strdup(text);
    for (guint i = 0; i < flow->tasks->len; i++) {
        const struct task *task = flow->tasks->pdata[i];
        bool goes_on = is_spared(task);
        for (guint j = 0; j < task->runs->len && !goes_on; j++)
            server_run_cancel(task->runs->pdata[j], text);
    }
}

enum result flow_result(const struct flow *flow)
{
    enum result result = RESULT_SUCCESS;
    bool has_run = false;
    for (guint i = 0; i < flow->tasks->len; i++) {
        const struct task *task = flow->tasks->pdata[i];
        has_run = has_run || task->result != RESULT_SKIPPED;
        if (task->result == RESULT_FAILURE)
            return RESULT_FAILURE;
        if (task->result == RESULT_CANCELLED)
            result = RESULT_CANCELLED;
    }
    return has_run ? result : RESULT_SKIPPED;
}

/* In the order of the file and the matrix, called workflows in their caller's place. */
static void collect(struct flow *flow, struct server_result *result)
{
    for (guint i = 0; i < flow->tasks->len; i++) {
        struct task *task = flow->tasks->pdata[i];
        for (guint j = 0; j < task->runs->len; j++) {
            struct server_run *run = task->runs->pdata[j];
            if (run->called != NULL)
                collect(run->called, result);
            g_ptr_array_add(run->called != NULL ? result->callers : result->legs,
                            g_steal_pointer(&run->row));
        }
    }
}

struct server_result *server_run(const struct server_options *options)
{
    struct server_result *result = g_new0(struct server_result, 1);
    struct server server = {.options = options, .result = result};
    result->legs = g_ptr_array_new_with_free_func(server_leg_free);
    result->callers = g_ptr_array_new_with_free_func(server_leg_free);
    result->errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    server.dialect = allowed_dialect_new(0);
    server.conditions = allowed_dialect_new(CONTEXTS_JOB_IF);
    server.groups = concurrency_groups_new();
    runner_queue_init(&server.runners, options->concurrent_jobs);
    struct flow *flow = flow_new(&server, options->workflow);
    flow->inputs = json_incref((json_t *)(uintptr_t)options->inputs);
    flow_take_secrets(flow, json_incref((json_t *)(uintptr_t)options->secrets),
                      /* has_all= */ true);
    server.flow = flow;
    if (options->begun != NULL)
        options->begun(options->self, &server);
    GError *error = NULL;
    if (concurrency_of_run(flow, &error))
        flow_run(flow);
    else
        flow_refuse(flow, error);
    collect(flow, result);
    result->conclusion = flow_result(flow);
    if (result->conclusion == RESULT_SKIPPED)
        result->conclusion = RESULT_SUCCESS; /* skipped jobs are fine (2.2) */
    flow_free(flow);
    allowed_dialect_free(server.dialect);
    allowed_dialect_free(server.conditions);
    g_hash_table_unref(server.groups);
    g_queue_clear(&server.runners.waiting);
    unknown_log_clear(&server.unknown);
    return result;
}

/* ---- from outside ---- */

void server_cancel(struct server *server, const char *annotation)
{
    flow_cancel(server->flow, annotation);
}

/* The leg while a machine runs it, or NULL. */
static struct leg_run *find_leg(const struct flow *flow, const char *id)
{
    for (guint i = 0; i < flow->tasks->len; i++) {
        const struct task *task = flow->tasks->pdata[i];
        for (guint j = 0; j < task->runs->len; j++) {
            const struct server_run *run = task->runs->pdata[j];
            struct leg_run *below = run->called != NULL ? find_leg(run->called, id) : NULL;
            if (below != NULL)
                return below;
            if (run->row != NULL && strcmp(run->row->id, id) == 0)
                return run->run;
        }
    }
    return NULL;
}

void server_shut_down_runner(struct server *server, const char *leg_id)
{
    struct leg_run *leg = find_leg(server->flow, leg_id);
    if (leg != NULL)
        leg_run_shut_down(leg);
}

void server_lose_runner(struct server *server, const char *leg_id, int64_t noticed_us)
{
    struct leg_run *leg = find_leg(server->flow, leg_id);
    if (leg != NULL)
        leg_run_lose(leg, noticed_us);
}
