/* Actions of the table: choosing the row, running a phase in a fiber that an interruption cancels
   (actions-semantics.md 1.4: node dies of SIGINT at once). */
#include "runner/native.h"

#include <stdlib.h>
#include <string.h>

/* The number of "v6", "6.1.0", or 0 when the ref is a branch or a commit. */
static unsigned major_of(const char *ref)
{
    const char *digits = ref != NULL && (ref[0] == 'v' || ref[0] == 'V') ? ref + 1 : ref;
    if (digits == NULL || !g_ascii_isdigit(digits[0]))
        return 0;
    char *end = NULL;
    unsigned long number = strtoul(digits, &end, 10);
    return (*end == '\0' || *end == '.' || *end == '-') && number < 10000 ? (unsigned)number : 0;
}

static bool is_for(const struct action *action, unsigned major)
{
    return action->last_major == 0 || (major >= action->first_major && major <= action->last_major);
}

/* Repositories that were renamed or handed over: GitHub leads old names to the new ones. Before the
   first version the inputs were others. */
static const char *name_today(const char *name, unsigned major)
{
    static const struct {
        const char *before;
        const char *today;
        unsigned first_major;
    } moved[] = {
        {"crazy-max/ghaction-docker-meta", "docker/metadata-action", 2},
        {"crazy-max/ghaction-setup-docker", "docker/setup-docker-action", 3},
        {"nick-invision/retry", "nick-fields/retry", 1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(moved); i++)
        if (g_ascii_strcasecmp(moved[i].before, name) == 0 &&
            (major == 0 || major >= moved[i].first_major))
            return moved[i].today;
    return name;
}

const struct action *action_find(const struct action *const *table, const char *name,
                                 const char *ref)
{
    const struct action *found = NULL;
    unsigned major = major_of(ref);
    name = name_today(name, major);
    for (; table != NULL && *table != NULL; table++) {
        if (g_ascii_strcasecmp((*table)->name, name) != 0)
            continue;
        if (is_for(*table, major))
            return *table;
        if (found == NULL || (*table)->last_major > found->last_major)
            found = *table;
    }
    return found;
}

unsigned action_major(const struct action_run *run)
{
    unsigned major = major_of(run->version);
    bool is_known = major > 0 && is_for(run->action, major);
    return is_known ? major : run->action->last_major;
}

const char *action_ref(const struct action_run *run)
{
    return run->ref != NULL ? run->ref : "";
}

/* ---- a fiber for the work ---- */

static void cancel_fiber(void *fiber)
{
    fiber_cancel(fiber);
}

void step_run_in_fiber(struct step_run *step, void (*work)(void *argument), void *argument)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, step->leg->loop);
    step->work_context = fiber_group_spawn(&group, "action", work, argument);
    step->stop_work = cancel_fiber;
    if (step_is_interrupted(step))
        fiber_cancel(step->work_context);
    if (!fiber_group_wait(&group, NULL))
        step->leg->is_abandoned = true;
    step->stop_work = NULL;
}

/* ---- phases ---- */

const char *action_keep(const struct action_run *run, char *text)
{
    g_ptr_array_add(run->texts, text);
    return text;
}

void action_set_variable(struct action_run *run, const char *name, const char *value)
{
    g_ptr_array_insert(run->environment, (int)run->environment->len - 1,
                       g_strconcat(name, "=", value, NULL));
}

static action_fn *phase_of(const struct step_run *step)
{
    const struct action *action = step->use->action;
    if (step->phase == PHASE_PRE)
        return action->pre;
    return step->phase == PHASE_POST ? action->post : action->main;
}

static void run_phase(void *argument)
{
    struct action_run *run = argument;
    g_autoptr(GError) error = NULL;
    run->is_interrupted = !phase_of(run->step)(run, &error);
    if (run->is_interrupted && !step_is_interrupted(run->step))
        action_fail(run, "%s", error != NULL ? error->message : "interrupted");
}

static void init(struct action_run *run, struct step_run *step, json_t *inputs)
{
    g_auto(GStrv) pairs = step_environment(step, inputs, step->use->state);
    *run = (struct action_run){.step = step,
                               .action = step->use->action,
                               .inputs = inputs,
                               .ref = step->use->ref,
                               .version = step->use->version};
    run->texts = g_ptr_array_new_with_free_func(g_free);
    run->environment = g_ptr_array_new_with_free_func(g_free);
    for (char **pair = pairs; *pair != NULL; pair++)
        g_ptr_array_add(run->environment, g_strdup(*pair));
    g_ptr_array_add(run->environment, NULL);
    run->rng = rng_stream(step->leg->machine->seed, step->leg->machine->name, step->result->title);
}

static void finish(struct action_run *run)
{
    step_output_end(run->step);
    json_decref(run->inputs);
    g_ptr_array_unref(run->texts);
    g_ptr_array_unref(run->environment);
}

/* A ref that names no version of the row is taken as its last, and that is said. */
static void tell_version(const struct step_run *step)
{
    const struct use *use = step->use;
    unsigned major = major_of(use->version);
    if (step->phase == PHASE_MAIN && use->action->last_major > 0 &&
        (major == 0 || !is_for(use->action, major)))
        leg_assume(step->leg, step, /* touches_images= */ false, "action %s taken as v%u",
                   use->text, use->action->last_major);
}

static guint64 failure_count(const struct step_run *step)
{
    const struct command_host *host = step->leg->machine->host;
    return host != NULL && host->failure_count != NULL ? host->failure_count(host->self) : 0;
}

void native_work(struct step_run *step)
{
    g_autoptr(GError) error = NULL;
    struct action_run run;
    const struct action *action = step->use->action;
    json_t *inputs = use_inputs(step, &error);
    if (inputs == NULL) {
        step_fail(step, error);
        return;
    }
    if (step->phase != PHASE_POST && action->post != NULL && !step->use->has_post) {
        step->use->has_post = true; /* once, by pre or by main */
        use_add_post(step, action->post_condition != NULL ? action->post_condition : "always()",
                     native_work);
    }
    tell_version(step);
    use_print_header(step, inputs);
    init(&run, step, inputs);
    const guint64 failures_before = failure_count(step);
    step_run_in_fiber(step, run_phase, &run);
    if (run.has_failed)
        step->outcome = RESULT_FAILURE;
    if (run.has_failed && failure_count(step) == failures_before)
        action_blame_secrets(step, inputs);
    finish(&run);
}
