/*
 * Rehearses random bad days and holds every outcome against what must be true of all of them:
 *
 *     property_days [COUNT [FIRST [random|lying]]]
 *
 * - nothing breaks by our own fault: no deadlock, no livelock, no crash
 * - a leg ends within its job clock and its epilogue
 * - two runs of one plan give one trace (of random days)
 * - a green leg is not hollow, and not shrunk without the policy's leave
 * - what a leg says it delivered is in the registry, for the platforms it says
 *
 * The day at work is kept as property_days.last.yaml, each counter-example as counter-NUMBER.yaml.
 */
#include "random_day.h"

#include "base/units.h"
#include "harness/run.h"
#include "loop/vclock.h"
#include "mocks/registry/registry.h"

#include <stdio.h>
#include <string.h>

#define LAST_FILE     "property_days.last.yaml"
#define EPILOGUE_US   (5 * MINUTE_US)
#define COUNT_DEFAULT 200

static char *find_lie(const struct leg_outcome *leg, const struct outcome *outcome)
{
    for (guint i = 0; leg->report != NULL && i < leg->report->services->len; i++) {
        const struct service_report *service = g_ptr_array_index(leg->report->services, i);
        const struct effect *effect = outcome_effect(outcome, service->image);
        if (!service->is_delivered || service->pushed == NULL || service->is_side_tag)
            continue;
        if (effect->after == NULL || !effect->is_from_this_run || !effect->is_complete)
            return g_strdup_printf("%s says it delivered %s, which is not there", leg->id,
                                   service->image);
        if (effect->after->len < service->platforms->len)
            return g_strdup_printf("%s says %u platforms of %s, there are %u", leg->id,
                                   service->platforms->len, service->image, effect->after->len);
    }
    return NULL;
}

static char *find_fault_of_leg(const struct leg_outcome *leg, const struct outcome *outcome)
{
    const struct policy *policy = outcome->plan->scenario->policy;
    if (leg->fate == FATE_HOLLOW || leg->fate == FATE_UNKNOWN)
        return g_strdup_printf("leg %s is %s", leg->id, fate_text(leg->fate));
    if (leg->fate == FATE_SHRUNK && !policy->allow_shrink)
        return g_strdup_printf("leg %s shrank a tag without leave", leg->id);
    if (leg->report == NULL)
        return g_strdup_printf("leg %s has no report", leg->id);
    if (leg->report->duration_us > policy->job.timeout_us + EPILOGUE_US) {
        g_autofree char *duration = duration_text(leg->report->duration_us);
        return g_strdup_printf("leg %s took %s", leg->id, duration);
    }
    if (leg->report->outcome != STEP_SUCCESS && leg->report->diagnosis.step == NULL)
        return g_strdup_printf("leg %s is red without a diagnosis", leg->id);
    return find_lie(leg, outcome);
}

/* What is wrong with the outcome, or NULL; g_free. */
static char *find_fault(const struct outcome *outcome)
{
    if (outcome->broken != NULL)
        return g_strdup_printf("broken: %s", outcome->broken);
    for (guint i = 0; i < outcome->legs->len; i++) {
        char *fault = find_fault_of_leg(g_ptr_array_index(outcome->legs, i), outcome);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

/* Whether a second run gives the same trace. */
static bool is_repeatable(const struct outcome *outcome, const struct run_context *context)
{
    AUTO(outcome) again = run_plan(outcome->plan, context);
    return strcmp(outcome->trace_digest, again->trace_digest) == 0;
}

static char *rehearse(const struct run_context *context, bool is_run_twice, unsigned *fate_counts)
{
    g_autoptr(GError) error = NULL;
    AUTO(scenario) scenario = scenario_load(LAST_FILE, &error);
    if (scenario == NULL)
        return g_strdup_printf("does not load: %s", error->message);
    AUTO(plan) plan = plan_new(scenario, NULL);
    AUTO(outcome) outcome = run_plan(plan, context);
    char *fault = find_fault(outcome);
    if (fault == NULL && is_run_twice && !is_repeatable(outcome, context))
        fault = g_strdup("two runs gave two traces");
    fate_counts[outcome->fate]++;
    return fault;
}

/* The seed's set-up before and after, and the one-service policy most often: it is the quickest. */
static char *policy_of(guint64 number)
{
    static const char *const names[] = {"three-tier", "before", "one", "one", "one", "one"};
    const char *folder = g_getenv("SEATRIAL_SOURCE_DIR");
    g_autofree char *base = g_canonicalize_filename(folder != NULL ? folder : ".", NULL);
    return g_strdup_printf("%s/scenarios/policies/%s.yaml", base,
                           names[number % G_N_ELEMENTS(names)]);
}

typedef char *day_fn(uint64_t number, const char *policy);

static bool try_day(const struct run_context *context, day_fn *make_day, guint64 number,
                    unsigned *fate_counts)
{
    g_autofree char *policy = policy_of(make_day == random_day ? number : 2);
    g_autofree char *text = make_day(number, policy);
    if (!g_file_set_contents(LAST_FILE, text, -1, NULL))
        return false;
    g_autofree char *fault = rehearse(context, make_day == random_day, fate_counts);
    if (fault == NULL)
        return true;
    g_autofree char *name = g_strdup_printf("counter-%" G_GUINT64_FORMAT ".yaml", number);
    printf("day %" G_GUINT64_FORMAT ": %s (%s)\n", number, fault, name);
    fflush(stdout);
    if (!g_file_set_contents(name, text, -1, NULL))
        printf("%s cannot be written\n", name);
    return false;
}

int main(int argc, char **argv)
{
    guint64 count = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : COUNT_DEFAULT;
    guint64 first = argc > 2 ? g_ascii_strtoull(argv[2], NULL, 10) : 1;
    day_fn *make_day = argc > 3 && strcmp(argv[3], "lying") == 0 ? lying_day : random_day;
    unsigned fate_counts[FATE_UNKNOWN + 1] = {0};
    AUTO(image_cache) images = image_cache_new();
    const struct run_context context = {.bind_clock = vclock_bind, .images = images};
    guint64 failures = 0;

    if (random_day_missing_kind() != NULL) {
        printf("random_day.c knows no parameters of %s\n", random_day_missing_kind());
        return 1;
    }
    for (guint64 number = first; number < first + count; number++)
        failures += !try_day(&context, make_day, number, fate_counts);
    for (gsize i = 0; i < G_N_ELEMENTS(fate_counts); i++)
        printf("%s %u%s", fate_names[i], fate_counts[i], fate_names[i + 1] != NULL ? ", " : "\n");
    printf("%" G_GUINT64_FORMAT " days, %" G_GUINT64_FORMAT " counter-examples\n", count, failures);
    if (failures == 0)
        remove(LAST_FILE);
    return failures > 0;
}
