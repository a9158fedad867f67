/* Steps: the unit in which a leg reports what it did. */
#include "engine/leg.h"

#include "base/units.h"

const char *step_outcome_text(enum step_outcome outcome)
{
    switch (outcome) {
    case STEP_SUCCESS:
        return "success";
    case STEP_FAILURE:
        return "failure";
    case STEP_CANCELLED:
        return "cancelled";
    case STEP_SKIPPED:
        return "skipped";
    }
    g_assert_not_reached();
}

bool leg_is_over(const struct leg *leg)
{
    return loop_now_us(leg->loop) >= leg->deadline_us ||
           fiber_is_cancelled(fiber_current(leg->loop));
}

void leg_note(struct leg *leg, const char *what, const char *detail)
{
    trace_note(leg->options->trace, "note", "leg", leg->report->leg, "what", what, "detail", detail,
               NULL);
}

static struct step_report *step_add(struct leg *leg, const char *id)
{
    struct step_report *step = g_new0(struct step_report, 1);
    step->id = g_strdup(id);
    step->started_us = loop_now_us(leg->loop);
    g_ptr_array_add(leg->report->steps, step);
    return step;
}

static void tell_step(struct leg *leg, const struct step_report *step)
{
    struct trace *trace = leg->options->trace;
    trace_begin(trace, "step");
    trace_string(trace, "leg", leg->report->leg);
    trace_string(trace, "id", step->id);
    trace_string(trace, "outcome", step_outcome_text(step->outcome));
    trace_integer(trace, "started_us", step->started_us);
    trace_integer(trace, "duration_us", step->duration_us);
    if (step->message != NULL)
        trace_string(trace, "message", step->message);
    if (step->failure.rule != NULL)
        trace_string(trace, "rule", step->failure.rule);
    trace_end(trace);
    if (leg->options->on_step != NULL)
        leg->options->on_step(leg->options->on_step_context, leg->report->leg, step);
}

static void skip(struct leg *leg, const char *id, const char *why, struct failure failure)
{
    struct step_report *step = step_add(leg, id);
    step->outcome = STEP_SKIPPED;
    step->is_tolerated = true;
    step->message = g_strdup(why);
    step->failure = failure;
    tell_step(leg, step);
}

void step_skip(struct leg *leg, const char *id, const char *why)
{
    skip(leg, id, why, (struct failure){0});
}

/* What it mostly means when a kind of step runs out of time and nothing else was seen. */
static const struct {
    const char *prefix;
    enum failure_cause cause;
} timeout_causes[] = {
    {"engine", CAUSE_INFRASTRUCTURE}, {"disk-", CAUSE_INFRASTRUCTURE},
    {"pre-pull", CAUSE_NETWORK},      {"builder-", CAUSE_INFRASTRUCTURE},
    {"build-", CAUSE_RESOURCE},       {"publish-", CAUSE_REGISTRY},
};

struct failure leg_classify(const struct leg *leg, const GError *error)
{
    return failure_classify(error, leg->last_output);
}

/* A limit that ran out says little of the cause; what the last attempt met says more. The job clock
   says nothing of a step that had a limit of its own left, unless it was building. */
static struct failure explain_timeout(const struct leg *leg, const struct step_report *step)
{
    struct failure failure = leg->last_failure;
    if (!step->has_timed_out && !g_str_has_prefix(step->id, "build-"))
        return failure;
    for (gsize i = 0; failure.cause == CAUSE_UNKNOWN && i < G_N_ELEMENTS(timeout_causes); i++)
        if (g_str_has_prefix(step->id, timeout_causes[i].prefix))
            failure = (struct failure){timeout_causes[i].cause, RETRY_UNKNOWN, "failures.md M1"};
    return failure;
}

static void step_fail(struct leg *leg, struct step_report *step, const GError *error)
{
    step->outcome = leg_is_over(leg) ? STEP_CANCELLED : STEP_FAILURE;
    step->message = g_strdup(error->message);
    if (g_error_matches(error, FIBER_ERROR, FIBER_ERROR_TIMED_OUT))
        step->failure = explain_timeout(leg, step);
    else
        step->failure = leg_classify(leg, error);
}

/* Went well, but only after something had failed: worth telling. */
static void step_remember(struct leg *leg, struct step_report *step)
{
    if (leg->last_message == NULL)
        return;
    step->failure = leg->last_failure;
    step->message = g_strdup_printf("went well after: %s", leg->last_message);
}

static void forget(struct leg *leg)
{
    leg->last_failure = (struct failure){0};
    g_clear_pointer(&leg->last_message, g_free);
    g_clear_pointer(&leg->last_output, g_free);
}

static bool step_perform(struct leg *leg, const char *id, bool is_tolerated, int64_t limit_us,
                         step_fn *run, void *context, GError **error)
{
    g_autoptr(GError) step_error = NULL;
    struct step_report *step = step_add(leg, id);
    DEADLINE(limit);

    trace_note(leg->options->trace, "step-begin", "leg", leg->report->leg, "id", id, NULL);
    leg->last_failure = (struct failure){0};
    deadline_begin(leg->loop, &limit, id, limit_us);
    bool is_fine = run(leg, context, &step_error);
    step->has_timed_out = limit.has_expired;
    deadline_end(&limit);

    step->duration_us = loop_now_us(leg->loop) - step->started_us;
    step->is_tolerated = is_tolerated;
    if (is_fine)
        step_remember(leg, step);
    else
        step_fail(leg, step, step_error);
    forget(leg);
    tell_step(leg, step);
    if (!is_fine)
        g_propagate_error(error, g_steal_pointer(&step_error));
    return is_fine;
}

/* A step without a limit is recorded as skipped: the job clock is too short for it. */
static bool has_time(struct leg *leg, const char *id, int64_t limit_us, GError **error)
{
    if (limit_us > 0)
        return true;
    g_autofree char *left = duration_text(MAX(leg_remaining_us(leg), 0));
    g_autoptr(GError) no_time = g_error_new(
        FIBER_ERROR, FIBER_ERROR_TIMED_OUT,
        "%s was not started: %s of the job clock are left and the last fallback needs them", id,
        left);
    skip(leg, id, no_time->message,
         (struct failure){CAUSE_RESOURCE, RETRY_PERSISTENT, "failures.md M3"});
    g_propagate_error(error, g_steal_pointer(&no_time));
    return false;
}

bool step_run(struct leg *leg, const char *id, int64_t limit_us, step_fn *run, void *context,
              GError **error)
{
    return has_time(leg, id, limit_us, error) &&
           step_perform(leg, id, /* is_tolerated= */ false, limit_us, run, context, error);
}

bool step_try(struct leg *leg, const char *id, int64_t limit_us, step_fn *run, void *context)
{
    return has_time(leg, id, limit_us, NULL) &&
           step_perform(leg, id, /* is_tolerated= */ true, limit_us, run, context, NULL);
}
