/* Jobs and steps of the model. */
#include "workflow/model.h"
#include "workflow/literal.h"

#include <stddef.h>
#include <string.h>

/* A key of the file and the node of the struct that keeps its value. */
struct place {
    const char *key;
    gsize offset;
};

static const struct place step_places[] = {
    {"name", offsetof(struct step, name)},
    {"if", offsetof(struct step, condition)},
    {"run", offsetof(struct step, run)},
    {"uses", offsetof(struct step, uses)},
    {"with", offsetof(struct step, with)},
    {"env", offsetof(struct step, env)},
    {"shell", offsetof(struct step, shell)},
    {"working-directory", offsetof(struct step, working_directory)},
    {"timeout-minutes", offsetof(struct step, timeout_minutes)},
    {"continue-on-error", offsetof(struct step, continue_on_error)},
    {"background", offsetof(struct step, background)},
};

static const struct place job_places[] = {
    {"name", offsetof(struct job, name)},
    {"if", offsetof(struct job, condition)},
    {"runs-on", offsetof(struct job, runs_on)},
    {"timeout-minutes", offsetof(struct job, timeout_minutes)},
    {"cancel-timeout-minutes", offsetof(struct job, cancel_timeout_minutes)},
    {"continue-on-error", offsetof(struct job, continue_on_error)},
    {"container", offsetof(struct job, container)},
    {"services", offsetof(struct job, services)},
    {"env", offsetof(struct job, env)},
    {"environment", offsetof(struct job, environment)},
    {"permissions", offsetof(struct job, permissions)},
    {"concurrency", offsetof(struct job, concurrency)},
    {"outputs", offsetof(struct job, outputs)},
    {"snapshot", offsetof(struct job, snapshot)},
    {"uses", offsetof(struct job, uses)},
    {"with", offsetof(struct job, with)},
    {"secrets", offsetof(struct job, secrets)},
};

static const struct place strategy_places[] = {
    {"fail-fast", offsetof(struct strategy, fail_fast)},
    {"max-parallel", offsetof(struct strategy, max_parallel)},
    {"matrix", offsetof(struct strategy, matrix)},
};

static void fill(void *record, const struct place *places, gsize count, const struct node *node)
{
    for (gsize i = 0; i < count; i++) {
        const struct node **place = (const struct node **)((char *)record + places[i].offset);
        *place = node_get(node, places[i].key);
    }
}

static enum step_kind kind_of_step(const struct node *node)
{
    static const struct {
        const char *key;
        enum step_kind kind;
    } kinds[] = {{"run", STEP_RUN},           {"uses", STEP_USES},     {"wait", STEP_WAIT},
                 {"wait-all", STEP_WAIT_ALL}, {"cancel", STEP_CANCEL}, {"parallel", STEP_PARALLEL}};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (node_find(node, kinds[i].key) != NULL)
            return kinds[i].kind;
    g_assert_not_reached();
}

static void step_free(gpointer data)
{
    struct step *step = data;
    g_clear_pointer(&step->parallel, g_ptr_array_unref);
    g_free(step->id);
    g_free(step);
}

static struct step *step_new(const struct node *node)
{
    struct step *step = g_new0(struct step, 1);
    const struct node *id = node_get(node, "id");
    step->node = node;
    step->kind = kind_of_step(node);
    step->id = id != NULL ? literal_text(id) : NULL;
    fill(step, step_places, G_N_ELEMENTS(step_places), node);
    if (step->kind == STEP_PARALLEL)
        step->parallel = steps_of(node_get(node, "parallel"));
    return step;
}

GPtrArray *steps_of(const struct node *steps)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(step_free);
    for (gsize i = 0; steps != NULL && i < node_length(steps); i++)
        g_ptr_array_add(list, step_new(node_item(steps, i)));
    return list;
}

struct run_defaults run_defaults_of(const struct node *defaults)
{
    const struct node *run = node_get(defaults, "run");
    return (struct run_defaults){.is_given = run != NULL,
                                 .shell = node_get(run, "shell"),
                                 .working_directory = node_get(run, "working-directory")};
}

struct job *job_new(const struct node_entry *entry)
{
    struct job *job = g_new0(struct job, 1);
    const struct node *node = entry->value;
    job->node = node;
    job->position = entry->key_position;
    job->id = g_strdup(entry->key);
    job->needs = g_ptr_array_new();
    fill(job, job_places, G_N_ELEMENTS(job_places), node);
    job->strategy.node = node_get(node, "strategy");
    fill(&job->strategy, strategy_places, G_N_ELEMENTS(strategy_places), job->strategy.node);
    job->defaults = run_defaults_of(node_get(node, "defaults"));
    job->steps = steps_of(node_get(node, "steps"));
    job->inherits_secrets = job->secrets != NULL && job->secrets->kind == NODE_STRING;
    return job;
}

void job_free(struct job *job)
{
    if (job == NULL)
        return;
    if (job->strategy.legs != NULL)
        g_ptr_array_unref(job->strategy.legs);
    g_ptr_array_unref(job->needs);
    g_ptr_array_unref(job->steps);
    g_free(job->id);
    g_free(job);
}

static bool is_needed(const struct job *job, const char *id)
{
    const struct node *needs = node_get(job->node, "needs");
    if (needs == NULL)
        return false;
    if (needs->kind == NODE_STRING)
        return g_ascii_strcasecmp(needs->text, id) == 0;
    for (gsize i = 0; i < node_length(needs); i++)
        if (node_item(needs, i)->kind == NODE_STRING &&
            g_ascii_strcasecmp(node_item(needs, i)->text, id) == 0)
            return true;
    return false;
}

/* Depths settle in as many rounds as the graph is deep; it has no cycles. */
static bool settle_depths(const GPtrArray *jobs)
{
    bool has_changed = false;
    for (guint i = 0; i < jobs->len; i++) {
        struct job *job = jobs->pdata[i];
        for (guint j = 0; j < job->needs->len; j++) {
            const struct job *needed = job->needs->pdata[j];
            if (job->depth > needed->depth)
                continue;
            job->depth = needed->depth + 1;
            has_changed = true;
        }
    }
    return has_changed;
}

void jobs_link(GPtrArray *jobs)
{
    for (guint i = 0; i < jobs->len; i++) {
        struct job *job = jobs->pdata[i];
        for (guint j = 0; j < jobs->len; j++) {
            struct job *other = jobs->pdata[j];
            if (is_needed(job, other->id))
                g_ptr_array_add(job->needs, other);
        }
    }
    while (settle_depths(jobs))
        ;
}

char *job_leg_name(const struct job *job, const struct leg *leg)
{
    g_autofree char *name = job->name != NULL ? literal_text(job->name) : g_strdup("");
    if (literal_has_expression(name))
        return g_steal_pointer(&name);
    return leg_name(leg, name[0] != '\0' ? name : job->id);
}

static char *first_line(const char *text)
{
    text += strspn(text, " \t\r\n");
    return g_strchomp(g_strndup(text, strcspn(text, "\r\n")));
}

char *step_title(const struct step *step)
{
    static const char *const titles[] = {[STEP_WAIT] = "Wait",
                                         [STEP_WAIT_ALL] = "Wait for all",
                                         [STEP_CANCEL] = "Cancel",
                                         [STEP_PARALLEL] = "Parallel"};
    g_autofree char *name = step->name != NULL ? literal_text(step->name) : g_strdup("");
    if (name[0] != '\0')
        return g_steal_pointer(&name);
    const struct node *subject = step->kind == STEP_RUN ? step->run : step->uses;
    if (subject == NULL)
        return g_strdup(titles[step->kind]);
    g_autofree char *text = literal_text(subject);
    g_autofree char *line = first_line(text);
    return g_strconcat("Run ", line, NULL);
}
