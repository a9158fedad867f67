/* A leg from its first to its last step: the queue, the post stack, cancellation from outside
   (actions-semantics.md 1.1, 1.5; the runner's JobRunner.cs and StepsRunner.cs). */
#include "runner/leg.h"
#include "runner/use.h"
#include "workflow/literal.h"

#include <glib/gstdio.h>
#include <string.h>

static const int64_t second_us = INT64_C(1000) * 1000;

/* The listener kills the worker 15 s before the time for a cancellation is over. */
static int64_t abandon_us(const struct leg_run *leg)
{
    enum {
        MINUTES_STANDARD = 5,
        SECONDS_PER_MINUTE = 60,
        SECONDS_BEFORE = 15
    };
    int64_t minutes = leg->options.cancel_minutes;
    if (minutes <= 0)
        minutes = MINUTES_STANDARD;
    return (minutes * SECONDS_PER_MINUTE - SECONDS_BEFORE) * second_us;
}

/* The server's words (actions-semantics.md 1.9; failures.md M6). */
#define CAUSES                                                                                     \
    "Anything in your workflow that terminates the runner process, starves it for CPU/Memory, or " \
    "blocks its network access can cause this error."
#define LOST_HOSTED "The hosted runner lost communication with the server. " CAUSES
#define LOST_SELF_HOSTED                                                                           \
    "The self-hosted runner lost communication with the server. Verify the machine is running "    \
    "and has a healthy network connection. " CAUSES

static void on_abandon(void *argument)
{
    struct leg_run *leg = argument;
    leg->is_abandoned = true;
    if (leg->current != NULL && leg->current->stop_work != NULL)
        leg->current->stop_work(leg->current->work_context);
    if (leg->fiber != NULL)
        fiber_wake(leg->fiber);
}

/* /home/runner/work/<repo>/<repo> and its neighbours. */
static void choose_paths(struct leg_run *leg)
{
    const char *full = json_get_string(leg->options.github, "repository", "owner/repository");
    const char *slash = strrchr(full, '/');
    const char *repository = slash != NULL ? slash + 1 : full;
    const char *home = leg->machine->home != NULL ? leg->machine->home : "/home/runner";
    leg->runner_workspace = g_strdup_printf("%s/work/%s", home, repository);
    leg->workspace = g_strdup_printf("%s/%s", leg->runner_workspace, repository);
    leg->temp = g_strdup_printf("%s/work/_temp", home);
    leg->tool_cache = NULL;
    for (const char *const *pair = leg->machine->environment; pair != NULL && *pair != NULL; pair++)
        if (g_str_has_prefix(*pair, "RUNNER_TOOL_CACHE=")) {
            g_free(leg->tool_cache);
            leg->tool_cache = g_strdup(*pair + strlen("RUNNER_TOOL_CACHE="));
        }
    if (leg->tool_cache == NULL)
        leg->tool_cache = g_strdup("/opt/hostedtoolcache");
}

static struct runner_shell shell_of(const struct runner_machine *machine)
{
    if (machine->shell != NULL)
        return *machine->shell;
    return machine->sandbox != NULL ? shell_of_sandbox(machine->sandbox) : (struct runner_shell){0};
}

struct leg_run *leg_run_new(const struct leg_options *options)
{
    struct leg_run *leg = g_new0(struct leg_run, 1);
    leg->options = *options;
    leg->machine = options->machine;
    leg->loop = options->loop;
    leg->result = leg_result_new();
    leg->dialect = allowed_dialect_new(0);
    leg->masks = masks_new();
    leg->scope = scope_new();
    leg->environment = json_object();
    leg->images = json_object();
    leg->fetched_actions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    leg->summary = g_string_new(NULL);
    leg->path = g_ptr_array_new_with_free_func(g_free);
    leg->queue = g_ptr_array_new_with_free_func((GDestroyNotify)step_free);
    leg->posts = g_ptr_array_new_with_free_func((GDestroyNotify)step_free);
    leg->leftovers = g_ptr_array_new();
    timer_init(&leg->abandon_timer, on_abandon, leg);
    return leg;
}

void leg_run_free(struct leg_run *leg)
{
    if (leg == NULL)
        return;
    g_assert(leg->leftovers->len == 0);
    timer_cancel(leg->loop, &leg->abandon_timer);
    g_ptr_array_unref(leg->queue);
    g_ptr_array_unref(leg->posts);
    if (leg->containers != NULL)
        g_array_unref(leg->containers);
    g_ptr_array_unref(leg->leftovers);
    g_ptr_array_unref(leg->path);
    g_string_free(leg->summary, TRUE);
    json_decref(leg->environment);
    json_decref(leg->unknown_environment);
    json_decref(leg->services);
    json_decref(leg->job_container);
    json_decref(leg->images);
    g_hash_table_unref(leg->fetched_actions);
    leg_free_contexts(leg);
    scope_free(leg->scope);
    masks_free(leg->masks);
    allowed_dialect_free(leg->dialect);
    leg_result_free(leg->result);
    g_free(leg->workspace);
    g_free(leg->runner_workspace);
    g_free(leg->temp);
    g_free(leg->tool_cache);
    g_free(leg->tracking);
    g_free(leg->default_shell);
    g_free(leg->default_directory);
    g_free(leg->network);
    g_free(leg);
}

/* ---- what runs ---- */

static struct step_run *queue_own(struct leg_run *leg, const char *title, enum step_phase phase,
                                  const char *condition, step_work_fn *work)
{
    struct step_run *step = step_new(leg, NULL, leg->scope, NULL, phase);
    step->result->title = g_strdup(title);
    step->condition = condition;
    step->work = work;
    g_ptr_array_add(leg->queue, step);
    return step;
}

/* Main steps, each action of the table with a `pre` before all of them. */
static void queue_steps(struct leg_run *leg)
{
    const GPtrArray *steps = leg->options.job->steps;
    guint first = leg->queue->len;
    for (guint i = 0; i < steps->len; i++) {
        const struct step *file = steps->pdata[i];
        struct step_run *step = step_new(leg, NULL, leg->scope, file, PHASE_MAIN);
        use_resolve(step);
        step->action_name = scope_make_name(leg->scope, file);
        g_ptr_array_add(leg->queue, step);
        if (file->kind != STEP_USES || use_is_local(file))
            continue;
        step->use = use_new(leg, file, NULL);
        if (step->use == NULL || step->use->action == NULL || step->use->action->pre == NULL)
            continue;
        struct step_run *pre = step_new(leg, NULL, leg->scope, file, PHASE_PRE);
        pre->use = use_ref(step->use);
        pre->condition = "always()";
        pre->work = native_work;
        pre->action_name = g_strdup(step->action_name);
        g_ptr_array_insert(leg->queue, (int)first++, pre);
    }
}

static bool has_services(const struct leg_run *leg)
{
    const struct node *services = leg->options.job->services;
    return services != NULL && services->kind != NODE_NULL;
}

/* Each image once; actions of the workspace are built when they run. */
static void queue_preparations(struct leg_run *leg)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < leg->options.job->steps->len; i++) {
        const struct step *file = leg->options.job->steps->pdata[i];
        struct use *use =
            file->kind == STEP_USES && !use_is_local(file) ? use_new(leg, file, NULL) : NULL;
        if (use == NULL || use->kind != USE_CONTAINER) {
            use_unref(use);
            continue;
        }
        g_autofree char *image = use_image(leg, use);
        g_autofree char *title = image != NULL ? g_strconcat("Pull ", image, NULL)
                                               : g_strconcat("Build ", use->text, NULL);
        if (g_hash_table_add(seen, g_strdup(title)))
            queue_own(leg, title, PHASE_SETUP, "success()", use_prepare_image)->use = use;
        else
            use_unref(use);
    }
}

static void queue_all(struct leg_run *leg)
{
    queue_preparations(leg);
    if (has_services(leg) || job_container_is_wanted(leg))
        queue_own(leg, "Initialize containers", PHASE_SETUP, "success()", job_start_services);
    queue_steps(leg);
}

/* A job that is cancelled between two steps: this takes back a failure (1.1, step 3). */
static void run_one(struct leg_run *leg, struct step_run *step)
{
    if (leg->is_cancelled && !leg->is_shut_down)
        leg->has_cancelled = true;
    step_perform(step, leg->result->steps);
}

static void run_queue(struct leg_run *leg)
{
    for (guint i = 0; i < leg->queue->len && !leg->is_abandoned; i++)
        run_one(leg, leg->queue->pdata[i]);
    /* Post steps come to the stack only while main steps run. */
    for (guint i = 0; i < leg->posts->len && !leg->is_abandoned; i++)
        run_one(leg, leg->posts->pdata[i]);
}

static void run_own(struct leg_run *leg, const char *title, enum step_phase phase,
                    step_work_fn *work)
{
    AUTO(step_run) step = step_new(leg, NULL, leg->scope, NULL, phase);
    step->result->title = g_strdup(title);
    step->condition = "always()";
    step->work = work;
    step->is_closing = phase == PHASE_COMPLETE;
    step_perform(step, leg->result->steps);
    leg_assume_lacking(leg, step);
}

/* ---- from begin to end ---- */

static void make_folders(const struct leg_run *leg)
{
    g_autofree char *event_folder = g_strconcat(leg->temp, "/_github_workflow", NULL);
    const char *const folders[] = {leg->workspace, leg->temp, event_folder};
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *here = leg_host_path(leg, folders[i]);
        if (here != NULL)
            g_mkdir_with_parents(here, 0755);
    }
    g_autofree char *here = leg_host_path(leg, event_folder);
    if (here == NULL)
        return;
    g_autofree char *path = g_build_filename(here, "event.json", NULL);
    const json_t *event = json_object_get(leg->options.github, "event");
    g_autofree char *text = event != NULL ? json_pretty_text(event) : g_strdup("{}\n");
    (void)g_file_set_contents(path, text, -1, NULL);
}

static void begin(struct leg_run *leg)
{
    leg->has_begun = true;
    leg->fiber = fiber_current(leg->loop);
    leg->result->started_us = loop_now_us(leg->loop);
    leg->rng = rng_stream(leg->machine->seed, "runner", leg->machine->name);
    leg->shell = shell_of(leg->machine);
    choose_paths(leg);
    g_autofree char *id = leg_uuid(leg);
    leg->tracking = g_strconcat("github_", id, NULL);
    leg_make_contexts(leg);
    make_folders(leg);
    trace_note(leg->options.trace, "job-leg-begin", "leg", leg->options.name, "machine",
               leg->machine->name, NULL);
}

static enum result result_of(const struct leg_run *leg)
{
    if ((leg->is_abandoned && !leg->is_lost) || leg->has_cancelled)
        return RESULT_CANCELLED;
    return leg->has_failed ? RESULT_FAILURE : RESULT_SUCCESS;
}

static struct leg_result *end(struct leg_run *leg)
{
    struct leg_result *result = g_steal_pointer(&leg->result);
    leg->has_ended = true;
    timer_cancel(leg->loop, &leg->abandon_timer);
    commands_drop(leg);
    leg->fiber = NULL;
    result->result = result_of(leg);
    result->conclusion = result->result;
    result->duration_us = loop_now_us(leg->loop) - result->started_us;
    g_free(result->summary);
    result->summary = masks_apply(leg->masks, leg->summary->str);
    trace_note(leg->options.trace, "job-leg-end", "leg", leg->options.name, "result",
               result_text(result->result), NULL);
    return result;
}

/* The worker is killed: the log of the step that ran is lost (1.5). */
static void lose_log(struct leg_run *leg, const struct step_run *last)
{
    if (last != NULL)
        g_string_truncate(leg->result->log, MIN(leg->result->log->len, last->log_start_bytes));
}

static const struct step_run *last_begun(const struct leg_run *leg)
{
    const struct step_run *last = NULL;
    for (guint i = 0; i < leg->queue->len; i++)
        if (((const struct step_run *)leg->queue->pdata[i])->is_listed)
            last = leg->queue->pdata[i];
    for (guint i = 0; i < leg->posts->len; i++)
        if (((const struct step_run *)leg->posts->pdata[i])->is_listed)
            last = leg->posts->pdata[i];
    return last;
}

static void lose_runner(struct leg_run *leg, const char *annotation)
{
    leg_annotate(leg, ANNOTATION_ERROR, annotation);
    g_free(leg->result->reason);
    leg->result->reason = g_strdup(annotation);
}

/* What still runs on the machine goes with it. */
static void wait_until_noticed(struct leg_run *leg)
{
    commands_drop(leg);
    if (leg->shell.type != NULL)
        (void)leg->shell.type->kill_leftovers(leg->shell.self, NULL);
    if (!fiber_sleep(leg->loop, MAX(0, leg->noticed_us - loop_now_us(leg->loop)), NULL))
        return; /* the rehearsal ends first */
    lose_runner(leg, leg->machine->is_self_hosted ? LOST_SELF_HOSTED : LOST_HOSTED);
}

static bool is_set_up(const struct leg_run *leg)
{
    const struct step_result *set_up = leg->result->steps->pdata[0];
    return set_up->conclusion == RESULT_SUCCESS;
}

struct leg_result *leg_run_perform(struct leg_run *leg)
{
    g_assert(!leg->has_begun);
    if (leg->is_cancelled) { /* before a machine took it */
        leg->has_cancelled = true;
        leg->has_begun = true;
        return end(leg);
    }
    begin(leg);
    run_own(leg, "Set up job", PHASE_SETUP, job_set_up);
    queue_all(leg);
    bool is_ready = !leg->has_failed && is_set_up(leg);
    if (is_ready) /* else the job ends before any step, its last one too (1.9; JobRunner.cs) */
        run_queue(leg);
    if (leg->is_abandoned)
        lose_log(leg, last_begun(leg));
    if (leg->is_lost)
        wait_until_noticed(leg);
    else if (is_ready && !leg->is_abandoned)
        run_own(leg, "Complete job", PHASE_COMPLETE, job_complete);
    return end(leg);
}

/* ---- from outside ---- */

void leg_run_cancel(struct leg_run *leg, const char *annotation)
{
    if (leg->has_ended || leg->is_cancelled || leg->is_lost)
        return;
    leg->is_cancelled = true;
    leg_annotate(leg, ANNOTATION_ERROR, annotation);
    trace_note(leg->options.trace, "job-leg-cancel", "leg", leg->options.name, "why", annotation,
               NULL);
    if (!leg->has_begun)
        return;
    timer_arm(leg->loop, &leg->abandon_timer, abandon_us(leg));
    if (leg->current == NULL)
        return; /* the next step sees it */
    leg->has_cancelled = true;
    steps_on_cancel(leg);
}

void leg_run_shut_down(struct leg_run *leg)
{
    if (leg->has_ended || leg->is_shut_down || leg->is_lost)
        return;
    leg->is_shut_down = true;
    leg->is_cancelled = true;
    leg->has_failed = true;
    lose_runner(leg, "The runner has received a shutdown signal. This can happen when the runner "
                     "service is stopped, or a manually started runner is canceled.");
    trace_note(leg->options.trace, "job-leg-shutdown", "leg", leg->options.name, NULL);
    if (leg->current != NULL)
        steps_on_cancel(leg);
}

void leg_run_lose(struct leg_run *leg, int64_t noticed_us)
{
    if (leg->has_ended || leg->is_lost)
        return;
    leg->is_lost = true;
    leg->has_failed = true;
    leg->noticed_us = loop_now_us(leg->loop) + noticed_us;
    trace_note(leg->options.trace, "job-leg-lost", "leg", leg->options.name, NULL);
    on_abandon(leg);
}
