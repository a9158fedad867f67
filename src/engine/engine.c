/* The way of one leg through its phases, under the job clock. */
#include "engine/engine.h"

#include "base/units.h"
#include "engine/leg.h"

#include <string.h>

/* What a leg may take after its clock for clean-up and diagnostics. */
#define EPILOGUE_US (3 * MINUTE_US)

static void step_report_free(void *memory)
{
    struct step_report *step = memory;
    g_free(step->id);
    g_free(step->message);
    g_free(step);
}

static void service_report_free(void *memory)
{
    struct service_report *service = memory;
    g_free(service->id);
    g_free(service->image);
    g_free(service->pushed);
    g_free(service->digest);
    g_ptr_array_unref(service->platforms);
    g_ptr_array_unref(service->dropped);
    g_free(service);
}

static struct leg_report *leg_report_new(const char *leg)
{
    struct leg_report *report = g_new0(struct leg_report, 1);
    report->leg = g_strdup(leg);
    report->steps = g_ptr_array_new_with_free_func(step_report_free);
    report->services = g_ptr_array_new_with_free_func(service_report_free);
    return report;
}

void leg_report_free(struct leg_report *report)
{
    if (report == NULL)
        return;
    g_free(report->leg);
    g_ptr_array_unref(report->steps);
    g_ptr_array_unref(report->services);
    g_free(report->builder_tier);
    g_free(report->diagnosis.rule);
    g_free(report->diagnosis.step);
    g_free(report->diagnosis.evidence);
    g_free(report->diagnosis.escalation);
    g_clear_pointer(&report->bundle, g_bytes_unref);
    g_free(report);
}

const struct step_report *leg_report_step(const struct leg_report *report, const char *id)
{
    for (guint i = 0; i < report->steps->len; i++) {
        const struct step_report *step = g_ptr_array_index(report->steps, i);
        if (strcmp(step->id, id) == 0)
            return step;
    }
    return NULL;
}

/* A tier that failed is no failure of the leg once a later one stands. */
static void tolerate_tiers(struct leg *leg)
{
    for (guint i = 0; i < leg->report->steps->len; i++) {
        struct step_report *step = g_ptr_array_index(leg->report->steps, i);
        if (g_str_has_prefix(step->id, "builder-"))
            step->is_tolerated = true;
    }
}

static bool is_in_leg(const struct leg *leg, const struct policy_service *service)
{
    return leg->policy->job.is_serial || strcmp(service->id, leg->report->leg) == 0;
}

static guint count_services(const struct leg *leg)
{
    guint count = 0;
    for (guint i = 0; i < leg->policy->services->len; i++)
        count += is_in_leg(leg, g_ptr_array_index(leg->policy->services, i));
    return count;
}

/* Every service gets its try, whatever became of the others. */
static bool build_services(struct leg *leg)
{
    bool is_fine = true;

    for (guint i = 0; i < leg->policy->services->len; i++) {
        const struct policy_service *service = g_ptr_array_index(leg->policy->services, i);
        g_autoptr(GError) error = NULL;
        if (!is_in_leg(leg, service))
            continue;
        if (leg->builder == NULL && !phase_builder_again(leg, &error))
            return false;
        if (!phase_service(leg, service, &error)) {
            is_fine = false;
            leg_note(leg, "service is not delivered", service->id);
        }
        leg->services_left--;
    }
    return is_fine;
}

static bool run_phases(struct leg *leg)
{
    g_autoptr(GError) error = NULL;
    leg->services_left = count_services(leg);
    phase_disk(leg);
    phase_pre_pull(leg);
    if (!phase_builder(leg, &error)) {
        leg_note(leg, "no builder", error->message);
        return false;
    }
    tolerate_tiers(leg);
    return build_services(leg);
}

static bool connect_clients(struct leg *leg)
{
    const struct engine_options *options = leg->options;
    const struct policy *policy = leg->policy;
    g_autoptr(GError) error = NULL;
    g_autofree struct oci_credentials *credentials =
        g_new0(struct oci_credentials, policy->credentials->len + 1);

    for (guint i = 0; i < policy->credentials->len; i++) {
        const struct policy_credentials *each = g_ptr_array_index(policy->credentials, i);
        credentials[i] = (struct oci_credentials){each->registry, each->username, each->password};
    }
    leg->oci = oci_new(options->http, credentials, policy->credentials->len,
                       (const char *const *)policy->plain_http);
    if (policy->push)
        oci_ask_for_push(leg->oci);
    leg->docker = docker_new(options->http, options->endpoint, &error);
    if (leg->docker == NULL)
        leg_note(leg, "endpoint", error->message);
    return leg->docker != NULL;
}

/* What is left to do when the clock has stopped: nothing of it may hang. */
static void finish(struct leg *leg, bool is_fine, bool has_expired)
{
    struct leg_report *report = leg->report;
    DEADLINE(epilogue);

    deadline_begin_shielded(leg->loop, &epilogue, "epilogue", EPILOGUE_US);
    bool is_cancelled = has_expired || fiber_is_cancelled(fiber_current(leg->loop));
    report->outcome = is_fine ? STEP_SUCCESS : is_cancelled ? STEP_CANCELLED : STEP_FAILURE;
    diagnosis_make(report);
    if (!is_fine && leg->docker != NULL)
        report->bundle = bundle_make(leg);
    leg_release_builder(leg);
    deadline_end(&epilogue);
    trace_note(leg->options->trace, "leg", "leg", report->leg, "outcome",
               step_outcome_text(report->outcome), "cause",
               failure_cause_text(report->diagnosis.cause), NULL);
}

struct leg_report *engine_run_leg(const struct engine_options *options)
{
    struct loop *loop = http_loop(options->http);
    int64_t started_us = loop_now_us(loop);
    struct leg leg = {
        .options = options,
        .policy = options->policy,
        .loop = loop,
        .report = leg_report_new(options->leg),
        .deadline_us = started_us + options->policy->job.timeout_us,
    };
    bool is_fine = false;
    DEADLINE(job);

    deadline_begin(loop, &job, "job", options->policy->job.timeout_us);
    if (connect_clients(&leg))
        is_fine = run_phases(&leg);
    bool has_expired = job.has_expired;
    deadline_end(&job);
    finish(&leg, is_fine, has_expired);

    g_free(leg.last_message);
    g_free(leg.last_output);
    docker_engine_facts_clear(&leg.facts);
    docker_free(leg.docker);
    oci_free(leg.oci);
    leg.report->duration_us = loop_now_us(loop) - started_us;
    return leg.report;
}
