/* A workflow's run: GitHub's server decides, the runner executes, each leg on its own machine. */
#include "harness/run_private.h"

#include "actions/actions.h"
#include "harness/folders.h"
#include "harness/interruption.h"
#include "harness/lacking_image.h"
#include "harness/leg_machine.h"
#include "harness/made_up.h"
#include "harness/progress_meter.h"
#include "harness/public_world.h"
#include "process/sandbox.h"
#include "runner/action.h"
#include "runner/server.h"
#include "workflow/literal.h"

#include <string.h>
#include <unistd.h>

struct workflow_run {
    struct run *run;
    const struct pipeline *pipeline;
    char *directory;
    int lock_fd;                         /* of the directory */
    GPtrArray *machines;                 /* struct leg_machine */
    struct interruptions *interruptions; /* while the server runs it */
    char *complaint;                     /* why scripts cannot run as they must, or NULL */
    struct far_end *far_end;
    json_t *made_up; /* secrets by name, those of computed names too */
};

static char *token_of(const struct workflow_run *workflow, const char *leg_id)
{
    const char *token = pipeline_secret(workflow->pipeline, "GITHUB_TOKEN");
    return g_strdup_printf("%s-%s", token != NULL ? token : "ghs", leg_id);
}

static struct leg_machine *find_leg_machine(const struct workflow_run *workflow, const char *leg_id)
{
    for (guint i = 0; i < workflow->machines->len; i++) {
        struct leg_machine *machine = g_ptr_array_index(workflow->machines, i);
        if (strcmp(machine->plan.id, leg_id) == 0)
            return machine;
    }
    return NULL;
}

/* "call/build_x" is a leg of what the job "call" calls; with a matrix "call_1/build". */
static const struct call *call_of_leg(const struct call *root, const char *leg_id)
{
    g_auto(GStrv) parts = g_strsplit(leg_id, "/", -1);
    const struct call *call = root;
    for (gsize i = 0; parts[i + 1] != NULL; i++) {
        const struct call *next = NULL;
        for (guint k = 0; k < call->calls->len; k++) {
            const struct call *each = g_ptr_array_index(call->calls, k);
            bool is_longer = next == NULL || strlen(each->job->id) > strlen(next->job->id);
            if (is_longer && g_str_has_prefix(parts[i], each->job->id))
                next = each;
        }
        if (next == NULL)
            return call;
        call = next;
    }
    return call;
}

/* GitHub's job_workflow_ref: the file that holds the job, with the ref it is taken from; g_free. */
static char *job_workflow_ref(const struct workflow_run *workflow, const struct call *call)
{
    const json_t *github = workflow->pipeline->event->github;
    const char *own = json_get_string(github, "workflow_ref", "");
    if (call->caller == NULL || call->path == NULL)
        return g_strdup(own);
    g_autofree char *file = g_path_get_basename(call->path);
    g_auto(GStrv) origin = g_strsplit(call->origin != NULL ? call->origin : "", "@", 2);
    bool is_others = call->origin != NULL && origin[1] != NULL;
    return g_strdup_printf("%s/.github/workflows/%s@%s",
                           is_others ? origin[0] : json_get_string(github, "repository", ""), file,
                           is_others ? origin[1] : json_get_string(github, "ref", ""));
}

/* No setting of a repository grants id-token: a `permissions` must name it. */
static bool states_permissions(const struct call *call, const struct job *job)
{
    return job->permissions != NULL || call->workflow->permissions != NULL || call->has_limit;
}

static void admit_token(struct workflow_run *workflow, const char *token, const struct call *call,
                        const struct job *job)
{
    const struct event *event = workflow->pipeline->event;
    const struct job_token known = {
        .text = token,
        .may_write_packages = permissions_allow(call, job, event, "packages", "write"),
        .may_attest = permissions_allow(call, job, event, "attestations", "write"),
        .may_write_records = permissions_allow(call, job, event, "artifact-metadata", "write"),
    };
    public_world_admit_token(workflow->run->stage, &known);
}

static const struct runner_machine *find_machine(void *self, const char *leg_id,
                                                 const struct job *job, const json_t *runs_on,
                                                 GError **error)
{
    struct workflow_run *workflow = self;
    const struct call *call = call_of_leg(call_tree_root(workflow->pipeline->calls), leg_id);
    const struct run_context *context = workflow->run->context;
    g_autofree char *token = token_of(workflow, leg_id);
    bool has_identity =
        states_permissions(call, job) &&
        permissions_allow(call, job, workflow->pipeline->event, "id-token", "write");
    g_autofree char *workflow_ref = has_identity ? job_workflow_ref(workflow, call) : NULL;
    const struct leg_machine_options options = {
        .id = leg_id,
        .runs_on = runs_on,
        .directory = workflow->directory,
        .token = token,
        .may_push = permissions_allow(call, job, workflow->pipeline->event, "contents", "write"),
        .workflow_ref = workflow_ref,
        .far_end = workflow->far_end,
        .checkouts = workflow->run->context->checkouts,
        .shared_directory = workflow->run->context->shared_directory,
        .sandbox_layers = context->sandbox_layers,
        .why_unprotected = context->is_unsafe ? NULL : context->why_unprotected,
    };
    struct leg_machine *machine = leg_machine_new(workflow->run->stage, &options, error);
    if (machine == NULL)
        return NULL;
    g_ptr_array_add(workflow->machines, machine);
    if (machine->sandbox == NULL && workflow->complaint == NULL)
        workflow->complaint = g_strdup(machine->why_no_sandbox);
    admit_token(workflow, token, call, job);
    return &machine->runner;
}

static struct assumption *assumption_of(const struct leg_result *result,
                                        const struct assumed_use *use)
{
    struct assumption *assumption = g_new0(struct assumption, 1);
    assumption->what = g_strdup_printf("command %s", use->line);
    assumption->step = use->step;
    assumption->touches_images = use->touches_images;
    assumption->leaves_gap = use->leaves_gap;
    if (use->step < result->steps->len)
        assumption->position =
            ((const struct step_result *)g_ptr_array_index(result->steps, use->step))->position;
    return assumption;
}

/* Commands that nothing models join what the runner itself has assumed. */
static void add_assumed_commands(const struct workflow_run *workflow, struct server_leg *leg)
{
    const struct leg_machine *machine = find_leg_machine(workflow, leg->id);
    const GPtrArray *uses = machine != NULL ? command_set_assumed(machine->commands) : NULL;
    for (guint i = 0; uses != NULL && i < uses->len; i++)
        g_ptr_array_add(leg->result->assumptions,
                        assumption_of(leg->result, g_ptr_array_index(uses, i)));
}

/* A red leg that asked for an image of the owner's that nothing here has made. */
static void add_lacking_image(const struct workflow_run *workflow, struct server_leg *leg)
{
    const struct leg_machine *machine = find_leg_machine(workflow, leg->id);
    struct leg_result *result = leg->result;
    guint step;
    if (machine == NULL || !leg_result_broken_step(result, &step))
        return;
    g_autofree char *name =
        lacking_image_find(workflow->run->stage, machine->machine->dockerd, result->log->str);
    if (name == NULL)
        return;
    struct assumption *assumption = g_new0(struct assumption, 1);
    assumption->what = g_strdup_printf("no image %s, which nothing here makes", name);
    assumption->step = step;
    assumption->position = ((const struct step_result *)result->steps->pdata[step])->position;
    assumption->leaves_gap = true;
    g_ptr_array_add(result->assumptions, assumption);
}

/* The registry knows whose push it refused. */
static void find_refusal(const struct workflow_run *workflow, const struct server_leg *leg)
{
    const struct leg_machine *machine = find_leg_machine(workflow, leg->id);
    const struct registry *registry = stage_registry(workflow->run->stage, "ghcr.io");
    const char *package = machine != NULL ? registry_refused_push(registry, machine->token) : NULL;
    const struct call *root = call_tree_root(workflow->pipeline->calls);
    const struct call *call = call_of_leg(root, leg->id);
    struct token_refusal *refusal = NULL;
    if (package != NULL)
        refusal = token_refusal_new(workflow->pipeline, call, leg->job, package);
    else if (machine != NULL && machine->was_refused)
        refusal = token_refusal_of_git(workflow->pipeline, call, leg->job);
    if (refusal != NULL)
        g_hash_table_insert(workflow->run->outcome->refusals, g_strdup(leg->id), refusal);
}

static void leg_is_over(void *self, const char *leg_id)
{
    struct workflow_run *workflow = self;
    struct leg_machine *machine = find_leg_machine(workflow, leg_id);
    progress_meter_note_leg(workflow->run->context->progress);
    const char *complaint =
        machine != NULL && machine->sandbox != NULL ? sandbox_complaint(machine->sandbox) : NULL;
    if (complaint != NULL && workflow->complaint == NULL)
        workflow->complaint = g_strdup_printf("leg %s: %s", leg_id, complaint);
    if (machine != NULL)
        leg_machine_clear_home(machine);
}

static void begun(void *self, struct server *server)
{
    struct workflow_run *workflow = self;
    const struct interruptions_options options = {.stage = workflow->run->stage, .server = server};
    workflow->interruptions = interruptions_new(&options);
}

static void ask_weather(const struct workflow_run *workflow, const struct point_event *event,
                        struct fetch_attempt *attempt)
{
    struct point_effect effect = world_consult(workflow->run->stage->world, event);
    attempt->error = effect.is_failure ? effect.message : NULL;
    attempt->is_silent = effect.is_hang;
}

static void action_download(void *self, const char *machine, const char *uses,
                            struct fetch_attempt *attempt)
{
    const struct point_event event = {
        .point = POINT_ACTION_DOWNLOAD, .machine = machine, .subject = uses};
    ask_weather(self, &event, attempt);
}

static void git_fetch(void *self, const char *machine, const char *url,
                      struct fetch_attempt *attempt)
{
    g_autofree char *what = g_strconcat("fetch ", url, NULL);
    const struct point_event event = {.point = POINT_GIT, .machine = machine, .subject = what};
    ask_weather(self, &event, attempt);
}

static void step_begins(void *self, const char *machine, const char *id, const char *title)
{
    const struct workflow_run *workflow = self;
    interruptions_ask(workflow->interruptions, machine, id, title);
}

static char *find_action(void *self, const char *text)
{
    const struct workflow_run *workflow = self;
    AUTO(uses) uses = uses_of_step(text);
    if (uses == NULL)
        return NULL;
    AUTO(destination) destination = repository_map_find(workflow->pipeline->map, uses, NULL);
    if (destination->kind != DESTINATION_FILE && destination->kind != DESTINATION_DOCKERFILE)
        return NULL;
    return g_path_get_dirname(destination->path);
}

static const struct workflow *workflow_called(const struct call *call, const char *text)
{
    for (guint i = 0; i < call->calls->len; i++) {
        const struct call *each = g_ptr_array_index(call->calls, i);
        g_autofree char *uses = literal_text(each->job->uses);
        const struct workflow *below = workflow_called(each, text);
        if (strcmp(uses, text) == 0)
            return each->workflow;
        if (below != NULL)
            return below;
    }
    return NULL;
}

static const struct workflow *find_workflow(void *self, const char *text)
{
    const struct workflow_run *workflow = self;
    return workflow_called(call_tree_root(workflow->pipeline->calls), text);
}

static char *make_secret(void *self, const char *name)
{
    struct workflow_run *workflow = self;
    g_autofree char *text = pipeline_make_secret(workflow->pipeline, name);
    if (text == NULL || json_object_get(workflow->made_up, name) != NULL)
        return g_steal_pointer(&text);
    if (!public_world_admit_secret(workflow->run->stage, text))
        return NULL;
    json_object_set_new(workflow->made_up, name, json_string(text));
    return g_steal_pointer(&text);
}

static char **made_up_in(void *self, const char *text)
{
    const struct workflow_run *workflow = self;
    g_autoptr(GStrvBuilder) found = g_strv_builder_new();
    const char *name;
    json_t *secret;
    json_object_foreach (workflow->made_up, name, secret)
        if (made_up_occurs(json_string_value(secret), text))
            g_strv_builder_add(found, name);
    return g_strv_builder_end(found);
}

void run_workflow_main(void *argument)
{
    struct run *run = argument;
    const struct pipeline *pipeline = run->workflow->pipeline;
    const struct server_options options = {
        .loop = run->stage->loop,
        .trace = run->trace,
        .workflow = pipeline->workflow,
        .only_job = pipeline->only_job,
        .concurrent_jobs = pipeline->concurrent_jobs,
        .date_s = run->outcome->plan->scenario->setting.date_s,
        .github = pipeline->event->github,
        .inputs = pipeline->event->inputs,
        .vars = pipeline->vars,
        .secrets = pipeline->secrets,
        .actions = actions_table,
        .assumed = pipeline->assume != NULL ? pipeline->assume->actions : NULL,
        .find_action = find_action,
        .find_workflow = find_workflow,
        .make_secret = make_secret,
        .made_up_in = made_up_in,
        .made_up_tag = pipeline->event->made_up_tag,
        .leg_machine = find_machine,
        .leg_over = leg_is_over,
        .begun = begun,
        .action_download = action_download,
        .git_fetch = git_fetch,
        .step_begins = step_begins,
        .self = run->workflow,
    };
    struct server_result *result = server_run(&options);
    g_clear_pointer(&run->workflow->interruptions, interruptions_free);
    for (guint i = 0; i < result->legs->len; i++) {
        add_assumed_commands(run->workflow, g_ptr_array_index(result->legs, i));
        add_lacking_image(run->workflow, g_ptr_array_index(result->legs, i));
        find_refusal(run->workflow, g_ptr_array_index(result->legs, i));
    }
    run->outcome->server = result;
    run->is_over = true;
}

static void machine_free(void *machine)
{
    leg_machine_free(machine);
}

bool run_workflow_begin(struct run *run, GError **error)
{
    int lock_fd = -1;
    sandbox_files_begin(run->context->sandbox_layers);
    char *directory = folder_make_root(&lock_fd, error);
    if (directory == NULL) {
        sandbox_files_end(run->context->sandbox_layers);
        return false;
    }
    run->workflow = g_new0(struct workflow_run, 1);
    run->workflow->lock_fd = lock_fd;
    run->workflow->run = run;
    run->workflow->pipeline = run->outcome->plan->scenario->pipeline;
    run->workflow->directory = directory;
    run->workflow->far_end =
        far_end_new(run->workflow->pipeline, run->context->checkouts, run->workflow->directory,
                    run->outcome->plan->scenario->setting.date_s);
    run->workflow->made_up = json_deep_copy(run->workflow->pipeline->made_up);
    run->workflow->machines = g_ptr_array_new_with_free_func(machine_free);
    return true;
}

/* What a script did beyond its means is its author's fault, a missing sandbox nobody's: either way
   the run proves nothing. */
void run_workflow_check(struct run *run)
{
    if (run->workflow != NULL && run->workflow->complaint != NULL)
        run_break(run->outcome, /* is_our_fault= */ false, run->workflow->complaint);
}

void run_workflow_end(struct run *run)
{
    if (run->workflow == NULL)
        return;
    interruptions_free(run->workflow->interruptions);
    g_ptr_array_unref(run->workflow->machines);
    far_end_free(run->workflow->far_end);
    folder_remove(run->workflow->directory);
    sandbox_files_end(run->context->sandbox_layers);
    close(run->workflow->lock_fd);
    g_free(run->workflow->directory);
    g_free(run->workflow->complaint);
    json_decref(run->workflow->made_up);
    g_clear_pointer(&run->workflow, g_free);
}
