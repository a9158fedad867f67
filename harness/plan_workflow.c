/* A workflow's plan for people: triggers, jobs in the order in which they may run, legs, steps. */
#include "harness/plan_workflow.h"

#include "actions/actions.h"
#include "workflow/action_file.h"
#include "workflow/literal.h"

#include <string.h>

static void add_line(GString *text, int depth, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void add_line(GString *text, int depth, const char *format, ...)
{
    va_list arguments;
    g_string_append_printf(text, "%*s", depth * 2, "");
    va_start(arguments, format);
    g_string_append_vprintf(text, format, arguments);
    va_end(arguments);
    g_string_append_c(text, '\n');
}

static void append_filter(GString *text, const char *name, char **words)
{
    if (words == NULL)
        return;
    g_autofree char *list = g_strjoinv(" ", words);
    g_string_append_printf(text, "; %s %s", name, list);
}

static void add_trigger(GString *text, int depth, const struct trigger *trigger)
{
    g_autoptr(GString) line = g_string_new(trigger->event);
    append_filter(line, "types", trigger->types);
    append_filter(line, "branches", trigger->branches);
    append_filter(line, "not branches", trigger->branches_ignore);
    append_filter(line, "tags", trigger->tags);
    append_filter(line, "not tags", trigger->tags_ignore);
    append_filter(line, "paths", trigger->paths);
    append_filter(line, "not paths", trigger->paths_ignore);
    add_line(text, depth, "on %s", line->str);
}

static void add_start(GString *text, const struct pipeline *plan)
{
    struct event_facts facts = event_facts_of(plan->event);
    bool is_started = triggers_find(plan->workflow->triggers, &facts) != NULL;
    add_line(text, 1, "%s of %s %s", plan->event->name,
             json_get_string(plan->event->github, "ref", ""),
             is_started ? "starts it" : "does not start it");
    if (plan->event->missing_inputs == NULL || plan->event->missing_inputs[0] == NULL)
        return;
    g_autofree char *missing = g_strjoinv(", ", plan->event->missing_inputs);
    add_line(text, 1, "inputs that GitHub would ask for, empty here: %s", missing);
}

/* "contents: read, packages: write"; g_free. */
static char *token_text(const struct permissions *permissions)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (gsize i = 0; i < PERMISSION_SCOPES; i++)
        if (permissions->levels[i] != PERMISSION_NONE)
            g_string_append_printf(text, "%s%s: %s", text->len > 0 ? ", " : "",
                                   permission_scopes[i],
                                   permission_level_text(permissions->levels[i]));
    return g_strdup(text->len > 0 ? text->str : "nothing");
}

static char *runner_name(const struct call *call, const struct job *job, const struct leg *leg,
                         const struct plan_sources *sources)
{
    struct runner runner;
    if (!plan_runner(call, job, leg, sources, &runner)) {
        g_autofree char *asked = job->runs_on != NULL ? literal_text(job->runs_on) : g_strdup("");
        return g_strdup_printf("not known before the run: %s", asked);
    }
    g_autofree char *name = runner_text(&runner);
    bool can_run = runner.os == RUNNER_LINUX || runner.is_retired;
    runner_clear(&runner);
    return g_strconcat(name, can_run ? "" : "; not modelled", NULL);
}

static void add_legs(GString *text, int depth, const struct call *call, const struct job *job,
                     const struct plan_sources *sources)
{
    const GPtrArray *legs = job->strategy.legs;
    if (legs == NULL)
        add_line(text, depth, "legs: not known before the run");
    for (guint i = 0; legs != NULL && i < legs->len; i++) {
        const struct leg *leg = legs->pdata[i];
        g_autofree char *name = plan_leg_name(call, job, leg, sources);
        g_autofree char *runner =
            job->runs_on != NULL ? runner_name(call, job, leg, sources) : NULL;
        if (runner != NULL)
            add_line(text, depth, "leg %s on %s", name, runner);
        else
            add_line(text, depth, "leg %s", name);
    }
}

/* "; not modelled", or where the step's action is; g_free. */
static char *step_note(const char *kind, const char *path)
{
    if (strcmp(kind, "not-mapped") == 0)
        return g_strdup("; not modelled");
    if (strcmp(kind, "missing") == 0)
        return g_strdup_printf("; not modelled, there is no action in %s", path);
    return path != NULL ? g_strdup_printf("; %s", path) : g_strdup("");
}

/* What is inside a composite action, or what is wrong with an action's file. */
static void add_action(GString *text, int depth, const char *path, const struct call *call,
                       const struct plan_sources *sources);

static void add_step(GString *text, int depth, guint number, const struct step *step,
                     const struct call *call, const struct plan_sources *sources, bool is_inside)
{
    g_autofree char *title = step_title(step);
    g_autofree char *place = position_text(step->node->position);
    g_autofree char *path = NULL;
    const char *kind = step->uses != NULL ? plan_leads_to(step, call, sources, &path) : "";
    g_autofree char *note = step_note(kind, path);
    add_line(text, depth, "%u. %s  (%s%s)", number, title, place, note);
    if (strcmp(kind, "file") == 0 && !is_inside)
        add_action(text, depth + 1, path, call, sources);
}

static void add_action(GString *text, int depth, const char *path, const struct call *call,
                       const struct plan_sources *sources)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    AUTO(action_file) file = action_file_load(path, errors);
    for (guint i = 0; i < errors->len; i++) {
        const char *message = ((const GError *)errors->pdata[i])->message;
        add_line(text, depth, "refused: %.*s", (int)strcspn(message, "\n"), message);
    }
    for (guint i = 0; file != NULL && i < file->steps->len; i++)
        add_step(text, depth, i + 1, file->steps->pdata[i], call, sources, /* is_inside= */ true);
}

static void add_steps(GString *text, int depth, const struct call *call, const struct job *job,
                      const struct plan_sources *sources)
{
    for (guint i = 0; i < job->steps->len; i++)
        add_step(text, depth, i + 1, job->steps->pdata[i], call, sources, /* is_inside= */ false);
}

/* "redis: redis:7", whatever form the container has. */
static void add_container(GString *text, int depth, const char *name, const struct node *container)
{
    const struct node *image =
        container->kind == NODE_MAPPING ? node_get(container, "image") : container;
    g_autofree char *shown = image != NULL ? literal_text(image) : g_strdup("");
    add_line(text, depth, "%s in %s", name, shown);
}

static void add_containers(GString *text, int depth, const struct job *job)
{
    const struct node *services = job->services;
    if (job->container != NULL)
        add_container(text, depth, "steps run", job->container);
    for (gsize i = 0;
         services != NULL && services->kind == NODE_MAPPING && i < node_length(services); i++) {
        g_autofree char *name = g_strconcat("service ", node_entry(services, i)->key, NULL);
        add_container(text, depth, name, node_entry(services, i)->value);
    }
}

static void add_facts(GString *text, int depth, const struct job *job)
{
    g_autofree char *condition = job->condition != NULL ? literal_text(job->condition) : NULL;
    g_autofree char *minutes =
        job->timeout_minutes != NULL ? literal_text(job->timeout_minutes) : NULL;
    if (condition != NULL)
        add_line(text, depth, "if %s", condition);
    if (minutes != NULL)
        add_line(text, depth, "at most %s minutes", minutes);
    add_containers(text, depth, job);
}

static char *needs_text(const struct job *job)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < job->needs->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : " after ",
                               ((const struct job *)job->needs->pdata[i])->id);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void add_jobs(GString *text, int depth, const struct call *call,
                     const struct plan_sources *sources, const char *only);

static void add_call(GString *text, int depth, const struct call *called,
                     const struct plan_sources *sources)
{
    g_autofree char *uses = literal_text(called->job->uses);
    if (called->state != CALL_LOADED) {
        add_line(text, depth, "calls %s; not modelled", uses);
        return;
    }
    bool is_named = strcmp(called->workflow->name, called->path) != 0;
    if (is_named)
        add_line(text, depth, "calls %s: %s  (%s)", uses, called->workflow->name, called->path);
    else
        add_line(text, depth, "calls %s  (%s)", uses, called->path);
    add_jobs(text, depth + 1, called, sources, NULL);
}

static void add_job(GString *text, int depth, const struct call *call, const struct job *job,
                    const struct plan_sources *sources)
{
    const struct call *called = call_find(call, job);
    g_autofree char *needs = needs_text(job);
    g_autofree char *place = position_text(job->position);
    add_line(text, depth, "job %s%s  (%s)", job->id, needs, place);
    add_facts(text, depth + 1, job);
    if (called == NULL) {
        struct permissions token = call_permissions(call, job, sources->event);
        g_autofree char *may = token_text(&token);
        add_line(text, depth + 1, "token may %s", may);
    }
    add_legs(text, depth + 1, call, job, sources);
    add_steps(text, depth + 1, call, job, sources);
    if (called != NULL)
        add_call(text, depth + 1, called, sources);
}

/* By depth, and at one depth in the order of the file. */
static void add_jobs(GString *text, int depth, const struct call *call,
                     const struct plan_sources *sources, const char *only)
{
    const GPtrArray *jobs = call->workflow->jobs;
    guint shown = 0;
    for (gsize level = 0; shown < jobs->len; level++)
        for (guint i = 0; i < jobs->len; i++) {
            const struct job *job = jobs->pdata[i];
            if (job->depth != level)
                continue;
            shown++;
            if (only == NULL || g_ascii_strcasecmp(job->id, only) == 0)
                add_job(text, depth, call, job, sources);
        }
}

static bool is_modelled(const struct uses *uses)
{
    if (uses->kind != USES_REMOTE_ACTION)
        return false;
    g_autofree char *name = g_strconcat(uses->owner, "/", uses->repository,
                                        *uses->path != '\0' ? "/" : "", uses->path, NULL);
    return action_find(actions_table, name, uses->ref) != NULL;
}

struct plan_sources plan_workflow_sources(const struct pipeline *pipeline, const char *date)
{
    return (struct plan_sources){
        .event = pipeline->event,
        .map = pipeline->map,
        .date = date,
        .is_modelled = is_modelled,
        .job = pipeline->only_job,
    };
}

char *plan_workflow_text(const struct pipeline *plan, const char *date)
{
    const struct plan_sources sources = plan_workflow_sources(plan, date);
    GString *text = g_string_new(NULL);
    const char *file = doc_source(plan->workflow->doc)->name;
    bool is_named = strcmp(plan->workflow->name, file) != 0;
    if (is_named)
        add_line(text, 0, "workflow %s  (%s)", plan->workflow->name, file);
    else
        add_line(text, 0, "workflow %s", file);
    for (guint i = 0; i < plan->workflow->triggers->len; i++)
        add_trigger(text, 1, plan->workflow->triggers->pdata[i]);
    add_start(text, plan);
    add_jobs(text, 1, call_tree_root(plan->calls), &sources, plan->only_job);
    return g_string_free(text, FALSE);
}
