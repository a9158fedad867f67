/* The model as JSON. */
#include "workflow/workflow_json.h"

#include "expr/value.h"
#include "workflow/action_file.h"
#include "workflow/errors_json.h"
#include "workflow/literal.h"
#include "workflow/resolve.h"

#include <string.h>

bool plan_runner(const struct call *call, const struct job *job, const struct leg *leg,
                 const struct plan_sources *sources, struct runner *runner)
{
    VALUE(scope);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) runs_on = NULL;
    if (job->runs_on == NULL)
        return false;
    if (literal_is_dynamic(job->runs_on)) {
        g_autoptr(json_t) inputs = resolve_call_inputs(call, sources->event);
        resolve_scope(sources->event, inputs, job, leg, &scope);
        runs_on = resolve_node(job->runs_on, &scope, &error);
    } else {
        runs_on = node_json(job->runs_on);
    }
    return runs_on != NULL && runner_choose(runs_on, sources->date, runner, &error);
}

char *plan_leg_name(const struct call *call, const struct job *job, const struct leg *leg,
                    const struct plan_sources *sources)
{
    VALUE(scope);
    if (job->name == NULL || !literal_is_dynamic(job->name))
        return job_leg_name(job, leg);
    g_autoptr(json_t) inputs = resolve_call_inputs(call, sources->event);
    resolve_scope(sources->event, inputs, job, leg, &scope);
    g_autoptr(json_t) name = resolve_node(job->name, &scope, NULL);
    if (name == NULL)
        return job_leg_name(job, leg);
    g_autofree char *text =
        json_is_string(name) ? g_strdup(json_string_value(name)) : json_text(name);
    return text[0] != '\0' ? g_steal_pointer(&text) : g_strdup(job->id);
}

const char *plan_leads_to(const struct step *step, const struct call *call,
                          const struct plan_sources *sources, char **path)
{
    static const char *const texts[] = {[DESTINATION_FILE] = "file",
                                        [DESTINATION_DOCKERFILE] = "dockerfile",
                                        [DESTINATION_IMAGE] = "image",
                                        [DESTINATION_NOT_MAPPED] = "not-mapped",
                                        [DESTINATION_MISSING] = "missing"};
    g_autofree char *text = literal_text(step->uses);
    AUTO(uses) uses = uses_of_step(text);
    *path = NULL;
    if (uses == NULL)
        return "not-mapped";
    AUTO(destination) found = repository_map_find(sources->map, uses, call->origin);
    bool is_modelled = sources->is_modelled != NULL && sources->is_modelled(uses);
    if (found->kind == DESTINATION_NOT_MAPPED && is_modelled)
        return "modelled";
    *path = g_strdup(found->path);
    return texts[found->kind];
}

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static void set_node(json_t *object, const char *key, const struct node *node)
{
    if (node != NULL)
        set(object, key, node_json(node));
}

static json_t *json_or_null(const struct node *node)
{
    return node != NULL ? node_json(node) : json_null();
}

static void set_place(json_t *object, struct position position)
{
    set(object, "line", json_integer(position.line));
    set(object, "column", json_integer(position.column));
}

static void set_texts(json_t *object, const char *key, char *const *texts)
{
    if (texts == NULL)
        return;
    json_t *list = json_array();
    for (; *texts != NULL; texts++)
        json_array_append_new(list, json_string(*texts));
    set(object, key, list);
}

static json_t *trigger_json(const struct trigger *trigger)
{
    json_t *object = json_pack("{s:s}", "event", trigger->event);
    set_place(object, trigger->position);
    set_texts(object, "types", trigger->types);
    set_texts(object, "branches", trigger->branches);
    set_texts(object, "branches_ignore", trigger->branches_ignore);
    set_texts(object, "tags", trigger->tags);
    set_texts(object, "tags_ignore", trigger->tags_ignore);
    set_texts(object, "paths", trigger->paths);
    set_texts(object, "paths_ignore", trigger->paths_ignore);
    return object;
}

static json_t *head_json(const struct workflow *workflow)
{
    json_t *triggers = json_array();
    for (guint i = 0; i < workflow->triggers->len; i++)
        json_array_append_new(triggers, trigger_json(workflow->triggers->pdata[i]));
    json_t *object =
        json_pack("{s:o, s:o, s:o}", "name", json_text_or_null(workflow->name), "file",
                  json_text_or_null(doc_source(workflow->doc)->name), "triggers", triggers);
    set_node(object, "run_name", workflow->run_name);
    set_node(object, "env", workflow->env);
    set_node(object, "permissions", workflow->permissions);
    set_node(object, "concurrency", workflow->concurrency);
    return object;
}

static json_t *runner_json(const struct call *call, const struct job *job, const struct leg *leg,
                           const struct plan_sources *sources)
{
    struct runner runner;
    if (!plan_runner(call, job, leg, sources, &runner))
        return json_null();
    json_t *object = json_pack(
        "{s:o, s:s, s:s, s:b, s:b, s:s}", "image", json_text_or_null(runner.image), "os",
        runner_os_text(runner.os), "arch", runner_arch_text(runner.arch), "self_hosted",
        (int)runner.is_self_hosted, "retired", (int)runner.is_retired, "labels", runner.labels);
    set(object, "group", json_text_or_null(runner.group));
    runner_clear(&runner);
    return object;
}

static json_t *legs_json(const struct call *call, const struct job *job,
                         const struct plan_sources *sources)
{
    if (job->strategy.legs == NULL)
        return json_null();
    json_t *legs = json_array();
    for (guint i = 0; i < job->strategy.legs->len; i++) {
        const struct leg *leg = job->strategy.legs->pdata[i];
        g_autofree char *name = plan_leg_name(call, job, leg, sources);
        json_t *object = json_pack("{s:s, s:s}", "id", leg->id, "name", name);
        set(object, "matrix", leg->values != NULL ? json_incref(leg->values) : json_null());
        set(object, "runner", runner_json(call, job, leg, sources));
        json_array_append_new(legs, object);
    }
    return legs;
}

static json_t *step_json(const struct step *step, guint number, const struct call *call,
                         const struct plan_sources *sources, bool is_inside);

/* What the file of an action holds, and with a composite one its steps; or what is wrong. */
static void set_action(json_t *object, const char *path, const struct call *call,
                       const struct plan_sources *sources)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    AUTO(action_file) file = action_file_load(path, errors);
    if (file == NULL) {
        set(object, "errors", errors_json(errors));
        return;
    }
    json_t *steps = json_array();
    for (guint i = 0; i < file->steps->len; i++)
        json_array_append_new(
            steps, step_json(file->steps->pdata[i], i + 1, call, sources, /* is_inside= */ true));
    set(object, "runs", json_string(action_kind_text(file->kind)));
    set(object, "steps", steps);
}

static json_t *leads_to_json(const struct step *step, const struct call *call,
                             const struct plan_sources *sources, bool is_inside)
{
    g_autofree char *path = NULL;
    const char *kind = plan_leads_to(step, call, sources, &path);
    json_t *object = json_pack("{s:s, s:o}", "kind", kind, "path", json_text_or_null(path));
    if (strcmp(kind, "file") == 0 && !is_inside)
        set_action(object, path, call, sources);
    return object;
}

static json_t *step_json(const struct step *step, guint number, const struct call *call,
                         const struct plan_sources *sources, bool is_inside)
{
    g_autofree char *title = step_title(step);
    json_t *object = json_pack("{s:i, s:o, s:s}", "number", (int)number, "id",
                               json_text_or_null(step->id), "name", title);
    set_place(object, step->node->position);
    set_node(object, "run", step->run);
    set_node(object, "uses", step->uses);
    if (step->uses != NULL)
        set(object, "leads_to", leads_to_json(step, call, sources, is_inside));
    set_node(object, "with", step->with);
    set_node(object, "if", step->condition);
    set_node(object, "env", step->env);
    set_node(object, "shell", step->shell);
    set_node(object, "working_directory", step->working_directory);
    set_node(object, "timeout_minutes", step->timeout_minutes);
    set_node(object, "continue_on_error", step->continue_on_error);
    set_node(object, "background", step->background);
    return object;
}

static json_t *token_json(const struct permissions *permissions)
{
    json_t *object = json_object();
    for (gsize i = 0; i < PERMISSION_SCOPES; i++)
        if (permissions->levels[i] != PERMISSION_NONE)
            set(object, permission_scopes[i],
                json_string(permission_level_text(permissions->levels[i])));
    return object;
}

static json_t *jobs_json(const struct call *call, const struct plan_sources *sources,
                         const char *only);

static json_t *call_json(const struct call *called, const struct plan_sources *sources)
{
    json_t *object = json_pack(
        "{s:s, s:o, s:o}", "state", called->state == CALL_LOADED ? "loaded" : "not-mapped", "file",
        json_text_or_null(called->path), "origin", json_text_or_null(called->origin));
    if (called->state == CALL_LOADED) {
        set(object, "workflow", head_json(called->workflow));
        set(object, "jobs", jobs_json(called, sources, NULL));
    }
    return object;
}

static void set_work(json_t *object, const struct call *call, const struct job *job,
                     const struct plan_sources *sources)
{
    const struct call *called = call_find(call, job);
    json_t *steps = json_array();
    for (guint i = 0; i < job->steps->len; i++)
        json_array_append_new(
            steps, step_json(job->steps->pdata[i], i + 1, call, sources, /* is_inside= */ false));
    set(object, "steps", steps);
    set_node(object, "uses", job->uses);
    set_node(object, "with", job->with);
    if (called != NULL)
        set(object, "call", call_json(called, sources));
}

static void set_facts(json_t *object, const struct job *job)
{
    set_node(object, "continue_on_error", job->continue_on_error);
    set_node(object, "fail_fast", job->strategy.fail_fast);
    set_node(object, "max_parallel", job->strategy.max_parallel);
    set_node(object, "container", job->container);
    set_node(object, "services", job->services);
    set_node(object, "env", job->env);
    set_node(object, "environment", job->environment);
    set_node(object, "permissions", job->permissions);
    set_node(object, "concurrency", job->concurrency);
    set_node(object, "outputs", job->outputs);
}

static json_t *job_json(const struct call *call, const struct job *job,
                        const struct plan_sources *sources)
{
    g_autofree char *name = job->name != NULL ? literal_text(job->name) : g_strdup(job->id);
    struct permissions token = call_permissions(call, job, sources->event);
    json_t *needs = json_array();
    json_t *object = json_pack("{s:s, s:s}", "id", job->id, "name", name);
    for (guint i = 0; i < job->needs->len; i++)
        json_array_append_new(needs, json_string(((const struct job *)job->needs->pdata[i])->id));
    set_place(object, job->position);
    set(object, "needs", needs);
    set(object, "runs_on", json_or_null(job->runs_on));
    set(object, "if", json_or_null(job->condition));
    set(object, "timeout_minutes", json_or_null(job->timeout_minutes));
    set_facts(object, job);
    set(object, "token", token_json(&token));
    set(object, "legs", legs_json(call, job, sources));
    set_work(object, call, job, sources);
    return object;
}

static json_t *jobs_json(const struct call *call, const struct plan_sources *sources,
                         const char *only)
{
    json_t *jobs = json_array();
    for (guint i = 0; i < call->workflow->jobs->len; i++) {
        const struct job *job = call->workflow->jobs->pdata[i];
        if (only == NULL || g_ascii_strcasecmp(job->id, only) == 0)
            json_array_append_new(jobs, job_json(call, job, sources));
    }
    return jobs;
}

json_t *workflow_json(const struct call *root, const struct plan_sources *sources)
{
    struct event_facts facts = event_facts_of(sources->event);
    bool is_started = triggers_find(root->workflow->triggers, &facts) != NULL;
    const char *ref = json_get_string(sources->event->github, "ref", "");
    return json_pack("{s:s, s:o, s:{s:s, s:s, s:b}, s:o}", "format", "seatrial.plan/1", "workflow",
                     head_json(root->workflow), "event", "name", sources->event->name, "ref", ref,
                     "starts", (int)is_started, "jobs", jobs_json(root, sources, sources->job));
}
