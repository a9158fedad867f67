/* Diagnosis: which step decided, why, and where to turn next. It may say that it cannot tell. */
#include "engine/leg.h"

static const struct {
    enum failure_cause cause;
    const char *escalation; /* the seed's escalation path */
} escalations[] = {
    {CAUSE_UNKNOWN, "cannot tell from what was seen: read the evidence and the diagnostics bundle"},
    {CAUSE_NETWORK, "network: persistent connectivity problems to the registry; add a mirror, or "
                    "wait for the outage to end"},
    {CAUSE_REGISTRY,
     "registry: it answers wrongly or limits the rate; log in, use a mirror, see its "
     "status page"},
    {CAUSE_RESOURCE,
     "resource: the runner is too small or too slow; use larger runners or split the "
     "builds across jobs"},
    {CAUSE_CONFIGURATION, "configuration: the same in every try; correct the setting the evidence "
                          "names"},
    {CAUSE_TOOLCHAIN, "toolchain: the build itself fails; correct the Dockerfile or its versions"},
    {CAUSE_INFRASTRUCTURE,
     "infrastructure: the Engine or the runner is at fault; run the job again "
     "on another runner"},
};

static const char *escalation_of(enum failure_cause cause)
{
    for (gsize i = 0; i < G_N_ELEMENTS(escalations); i++)
        if (escalations[i].cause == cause)
            return escalations[i].escalation;
    g_assert_not_reached();
}

/* How much a step says about what went wrong: a failure of known cause most, then one that was
   overcome by trying again, then a failure that nobody can explain. */
static int weight_of(const struct step_report *step)
{
    bool has_failed = step->outcome == STEP_FAILURE || step->outcome == STEP_CANCELLED;
    if (step->failure.cause != CAUSE_UNKNOWN)
        return has_failed ? 3 : 2;
    return has_failed ? 1 : 0;
}

/* Of equal ones the first: what comes later mostly follows from it. */
static const struct step_report *deciding_step(const struct leg_report *report)
{
    const struct step_report *decider = NULL;
    for (guint i = 0; i < report->steps->len; i++) {
        const struct step_report *step = g_ptr_array_index(report->steps, i);
        if (weight_of(step) > (decider != NULL ? weight_of(decider) : 0))
            decider = step;
    }
    return decider;
}

void diagnosis_make(struct leg_report *report)
{
    struct diagnosis *diagnosis = &report->diagnosis;
    const struct step_report *step = deciding_step(report);
    if (step == NULL)
        return;
    diagnosis->cause = step->failure.cause;
    diagnosis->rule = g_strdup(step->failure.rule);
    diagnosis->step = g_strdup(step->id);
    diagnosis->evidence = g_strdup(step->message);
    diagnosis->escalation = g_strdup(escalation_of(step->failure.cause));
}
