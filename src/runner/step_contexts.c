/* The contexts of expressions as a step sees them (actions-semantics.md 1.1, 1.2, 4): each is made
   when an expression asks for it, for most ask for one. */
#include "expr/fold.h"
#include "runner/leg.h"

/* ---- github: the job's, and what is the step's own ---- */

enum {
    OWN_COUNT = 5
};

struct own_member {
    const char *name;
    const char *text; /* NULL: the step has none */
};

/* A script is no action, whatever it stands in: once its files are made, nothing is known of one
   (ActionRunner.cs; actions/runner#2473). */
static bool is_script(const struct step_run *step)
{
    return step->step != NULL && step->step->kind == STEP_RUN && step->files_id != NULL;
}

static void own_members(const struct step_run *step, struct own_member members[OWN_COUNT])
{
    const struct scope *scope = step->scope;
    bool has_no_action = is_script(step);
    members[0] = (struct own_member){"action", step->action_name};
    members[1] = (struct own_member){"action_path", scope->path};
    members[2] = (struct own_member){"action_repository", has_no_action ? "" : scope->name};
    members[3] = (struct own_member){"action_ref", has_no_action ? "" : scope->ref};
    members[4] = (struct own_member){"action_status",
                                     scope->is_composite ? result_text(scope->status) : NULL};
}

/* NULL: the step has none; g_free. */
static char *own_text(const struct step_run *step, const char *name)
{
    struct own_member members[OWN_COUNT];
    own_members(step, members);
    for (gsize i = 0; i < OWN_COUNT; i++)
        if (text_equal_folded(members[i].name, name))
            return g_strdup(members[i].text);
    for (const char *const *file = files_context_names; *file != NULL; file++)
        if (text_equal_folded(*file, name))
            return files_path(step, *file);
    return NULL;
}

static bool github_get(void *self, const char *name, struct value *out)
{
    const struct step_run *step = self;
    const struct value *of_job = &step->leg->github;
    g_autofree char *text = own_text(step, name);
    if (text == NULL)
        return of_job->kind == VALUE_OBJECT && of_job->type->get(of_job->self, name, out);
    *out = value_of_string(text);
    return true;
}

/* What the step adds to the job's members stands behind them. */
static void list_own(const struct step_run *step, const char *name, GPtrArray *names)
{
    const struct value *of_job = &step->leg->github;
    VALUE(member);
    g_autofree char *text = own_text(step, name);
    bool is_listed = of_job->kind == VALUE_OBJECT && of_job->type->get(of_job->self, name, &member);
    if (text != NULL && !is_listed)
        g_ptr_array_add(names, (char *)name);
}

static void github_list(void *self, GPtrArray *names)
{
    const struct step_run *step = self;
    const struct value *of_job = &step->leg->github;
    struct own_member members[OWN_COUNT];
    if (of_job->kind == VALUE_OBJECT)
        of_job->type->list(of_job->self, names);
    own_members(step, members);
    for (gsize i = 0; i < OWN_COUNT; i++)
        list_own(step, members[i].name, names);
    for (const char *const *file = files_context_names; *file != NULL; file++)
        list_own(step, *file, names);
}

static const struct object_type github_type = {
    .kind_text = "an object",
    .get = github_get,
    .list = github_list,
};

static struct value github_of(const struct step_run *step)
{
    return value_of_object(&github_type, (void *)(uintptr_t)step);
}

/* ---- the others ---- */

static struct value env_of(const struct step_run *step)
{
    struct leg_run *leg = step->leg;
    return unknown_environment_value(step->environment != NULL ? step->environment
                                                               : leg->environment,
                                     leg->unknown_environment, &leg->unknown);
}

static struct value vars_of(const struct step_run *step)
{
    return value_copy(&step->leg->vars);
}

static struct value inputs_of(const struct step_run *step)
{
    return unknown_inputs_value(step->scope->inputs, step->scope->unknown, &step->leg->unknown);
}

static struct value matrix_of(const struct step_run *step)
{
    return value_copy(&step->leg->matrix);
}

static struct value strategy_of(const struct step_run *step)
{
    return value_copy(&step->leg->strategy);
}

static struct value needs_of(const struct step_run *step)
{
    return value_copy(&step->leg->needs);
}

static struct value steps_of(const struct step_run *step)
{
    return unknown_rows_value(step->scope->steps, "steps", &step->leg->unknown);
}

static void set_text(struct value *map, const char *name, const char *text)
{
    if (text != NULL)
        value_set(map, name, value_of_string(text));
}

/* The network is there for services alone, too (ContainerOperationProvider.cs). */
static struct value container_of(const struct leg_run *leg)
{
    struct value container = value_of_folded_map();
    set_text(&container, "network", leg->network);
    set_text(&container, "id", json_get_string(leg->job_container, "id", NULL));
    return container;
}

/* A number of eleven digits on GitHub, another for each job. */
static int64_t check_run_id(const struct leg_run *leg)
{
    const int64_t first = INT64_C(50000000000);
    return first + g_str_hash(leg->options.name != NULL ? leg->options.name : "");
}

static struct value job_of(const struct step_run *step)
{
    const struct leg_run *leg = step->leg;
    struct value job = value_of_folded_map();
    value_set(&job, "check_run_id", value_of_integer(check_run_id(leg)));
    set_text(&job, "status", leg_status(leg));
    if (leg->network != NULL)
        value_set(&job, "container", container_of(leg));
    if (leg->services != NULL)
        value_set(&job, "services", folded_value(leg->services));
    return job;
}

static struct value runner_of(const struct step_run *step)
{
    const struct leg_run *leg = step->leg;
    const struct runner_machine *machine = leg->machine;
    struct value runner = value_of_folded_map();
    set_text(&runner, "os", machine->os);
    set_text(&runner, "arch", machine->arch);
    set_text(&runner, "name", machine->is_self_hosted ? machine->name : "GitHub Actions 1");
    set_text(&runner, "environment", machine->is_self_hosted ? "self-hosted" : "github-hosted");
    set_text(&runner, "tool_cache", leg->tool_cache);
    set_text(&runner, "temp", leg->temp);
    set_text(&runner, "workspace", leg->runner_workspace);
    if (leg->options.is_debug)
        set_text(&runner, "debug", "1");
    return runner;
}

static struct value secrets_of(const struct step_run *step)
{
    return secrets_value(&step->leg->secrets);
}

/* ---- all ---- */

static const struct context {
    const char *name;
    struct value (*of)(const struct step_run *step);
    bool is_of_workflow; /* actions do not have it (actions-semantics.md 2.5) */
} contexts[] = {
    {"github", github_of, false}, {"env", env_of, false},        {"vars", vars_of, false},
    {"inputs", inputs_of, false}, {"matrix", matrix_of, false},  {"strategy", strategy_of, false},
    {"needs", needs_of, false},   {"steps", steps_of, false},    {"job", job_of, false},
    {"runner", runner_of, false}, {"secrets", secrets_of, true},
};

static bool is_seen(const struct step_run *step, const struct context *context)
{
    return !context->is_of_workflow || !step->scope->is_composite;
}

static bool contexts_get(void *self, const char *name, struct value *out)
{
    const struct step_run *step = self;
    for (gsize i = 0; i < G_N_ELEMENTS(contexts); i++)
        if (is_seen(step, &contexts[i]) && text_equal_folded(contexts[i].name, name)) {
            *out = contexts[i].of(step);
            return true;
        }
    return false;
}

static void contexts_list(void *self, GPtrArray *names)
{
    const struct step_run *step = self;
    for (gsize i = 0; i < G_N_ELEMENTS(contexts); i++)
        if (is_seen(step, &contexts[i]))
            g_ptr_array_add(names, (char *)contexts[i].name);
}

static const struct object_type contexts_type = {
    .kind_text = "an object",
    .get = contexts_get,
    .list = contexts_list,
};

struct value step_contexts(const struct step_run *step)
{
    return value_of_object(&contexts_type, (void *)(uintptr_t)step);
}
