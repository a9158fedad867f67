/* Makes outcomes by hand. */
#include "hand_made.h"

#include "base/digest.h"
#include "base/units.h"

#include <criterion/criterion.h>
#include <string.h>

char *source_path(const char *relative)
{
    const char *folder = g_getenv("SEATRIAL_SOURCE_DIR");
    return g_build_filename(folder != NULL ? folder : ".", relative, NULL);
}

GPtrArray *texts_of(const char *commas)
{
    if (commas == NULL)
        return NULL;
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit(commas, ",", -1);
    for (char **part = parts; *part != NULL; part++)
        g_ptr_array_add(texts, g_strdup(*part));
    return texts;
}

static void step_free(void *memory)
{
    struct step_report *step = memory;
    g_free(step->id);
    g_free(step->message);
    g_free(step);
}

struct step_report *hand_made_add_step(struct leg_outcome *leg, const char *id,
                                       enum step_outcome outcome, int64_t started_us,
                                       int64_t duration_us)
{
    struct step_report *step = g_new0(struct step_report, 1);
    step->id = g_strdup(id);
    step->outcome = outcome;
    step->started_us = started_us;
    step->duration_us = duration_us;
    g_ptr_array_add(leg->report->steps, step);
    return step;
}

static struct leg_outcome *add_leg(struct outcome *outcome, const char *id, enum fate fate,
                                   enum step_outcome leg_outcome)
{
    struct leg_outcome *leg = g_new0(struct leg_outcome, 1);
    leg->id = g_strdup(id);
    leg->fate = fate;
    leg->disk_free_bytes = 20 * GIB_BYTES;
    leg->images = texts_of("ghcr.io/acme/api:main");
    leg->containers = texts_of("buildx_r1 moby/buildkit running");
    leg->report = g_new0(struct leg_report, 1);
    leg->report->leg = g_strdup(id);
    leg->report->outcome = leg_outcome;
    leg->report->steps = g_ptr_array_new_with_free_func(step_free);
    leg->report->services = g_ptr_array_new();
    leg->report->duration_us = 12 * MINUTE_US;
    g_ptr_array_add(outcome->legs, leg);
    return leg;
}

static void add_red_leg(struct outcome *outcome)
{
    struct leg_outcome *leg = add_leg(outcome, "api", FATE_FAILED, STEP_FAILURE);
    struct step_report *step;
    hand_made_add_step(leg, "disk-prune", STEP_SUCCESS, 0, 2 * SECOND_US);
    step = hand_made_add_step(leg, "pre-pull", STEP_FAILURE, 2 * SECOND_US, 5 * MINUTE_US);
    step->message = g_strdup("Head \"https://registry-1.docker.io\": 503");
    step->has_timed_out = true;
    step->failure.cause = CAUSE_REGISTRY;
    step->failure.rule = "failures.md C4";
    leg->report->diagnosis.cause = CAUSE_REGISTRY;
    leg->report->diagnosis.rule = g_strdup("failures.md C4");
    leg->report->diagnosis.step = g_strdup("pre-pull");
    leg->report->diagnosis.evidence = g_strdup("503 from registry-1.docker.io");
    leg->report->diagnosis.escalation = g_strdup("look at status.docker.com");
    leg->report->bundle = g_bytes_new_static("0123456789", 10);
}

static void add_green_leg(struct outcome *outcome)
{
    struct leg_outcome *leg = add_leg(outcome, "web", FATE_DEGRADED, STEP_SUCCESS);
    hand_made_add_step(leg, "disk-prune", STEP_SUCCESS, 0, 3 * SECOND_US);
    hand_made_add_step(leg, "build-single-web", STEP_SUCCESS, 3 * SECOND_US, 4 * MINUTE_US);
    leg->report->builder_tier = g_strdup("docker");
}

static void add_effect(struct outcome *outcome, const char *service, const char *image,
                       const char *after, enum fate fate)
{
    struct effect *effect = g_new0(struct effect, 1);
    effect->service = g_strdup(service);
    effect->image = g_strdup(image);
    effect->digest = after != NULL ? g_strdup("sha256:00") : NULL;
    effect->promised = texts_of("linux/amd64,linux/arm64");
    effect->after = texts_of(after);
    effect->is_from_this_run = after != NULL;
    effect->is_complete = after != NULL;
    effect->fate = fate;
    g_ptr_array_add(outcome->effects, effect);
}

static void add_fault(struct outcome *outcome)
{
    struct fault_outcome *fault = g_new0(struct fault_outcome, 1);
    fault->id = g_strdup("hub-503");
    fault->kind = g_strdup("status");
    fault->fired_count = 2;
    g_ptr_array_add(outcome->faults, fault);
}

static const char trace[] =
    "{\"format\":\"seatrial.trace/1\",\"plan\":{}}\n"
    "{\"t_us\":1000,\"event\":\"exchange\",\"site\":\"registry-1.docker.io\",\"method\":\"HEAD\","
    "\"target\":\"/v2/moby/buildkit/manifests/x\",\"started_us\":1000}\n"
    "{\"t_us\":9000,\"event\":\"exchange\",\"site\":\"ghcr.io\",\"method\":\"GET\","
    "\"target\":\"/v2/acme/api/manifests/main?a=b\",\"started_us\":5000}\n"
    "{\"t_us\":9000,\"event\":\"fault\",\"rule\":\"hub-503\"}\n"
    "{\"t_us\":9500,\"event\":\"exchange\",\"site\":\"ghcr.io\",\"method\":\"GET\","
    "\"target\":\"/v2/acme/web/manifests/main\",\"started_us\":4000}\n"
    "{\"t_us\":302000000,\"event\":\"step\",\"leg\":\"api\",\"id\":\"pre-pull\","
    "\"outcome\":\"failure\"}\n"
    "{\"t_us\":400000000,\"event\":\"exchange\",\"site\":\"leg-api:/var/run/docker.sock\","
    "\"method\":\"POST\",\"target\":\"/v1.44/images/create\",\"started_us\":300000000}\n";

struct hand_made *hand_made_new(void)
{
    struct hand_made *hand_made = g_new0(struct hand_made, 1);
    g_autofree char *path = source_path("tests/cases/hand-made.yaml");
    g_autoptr(GError) error = NULL;

    hand_made->scenario = scenario_load(path, &error);
    cr_assert_not_null(hand_made->scenario, "%s", error != NULL ? error->message : "");
    hand_made->plan = plan_new(hand_made->scenario, NULL);
    hand_made->outcome = outcome_new(hand_made->plan);
    add_red_leg(hand_made->outcome);
    add_green_leg(hand_made->outcome);
    add_effect(hand_made->outcome, "api", "ghcr.io/acme/api:main", NULL, FATE_FAILED);
    add_effect(hand_made->outcome, "web", "ghcr.io/acme/web:main", "linux/amd64", FATE_DEGRADED);
    add_fault(hand_made->outcome);
    hand_made->outcome->fate = FATE_FAILED;
    hand_made->outcome->duration_us = 12 * MINUTE_US;
    hand_made->outcome->trace = g_bytes_new_static(trace, strlen(trace));
    hand_made->outcome->trace_digest = digest_of(trace, strlen(trace));
    hand_made->outcome->exchange_count = 4;
    return hand_made;
}

void hand_made_free(struct hand_made *hand_made)
{
    if (hand_made == NULL)
        return;
    outcome_free(hand_made->outcome);
    plan_free(hand_made->plan);
    scenario_free(hand_made->scenario);
    g_free(hand_made);
}

struct leg_outcome *hand_made_leg(struct hand_made *hand_made, guint index)
{
    return g_ptr_array_index(hand_made->outcome->legs, index);
}

struct effect *hand_made_effect(struct hand_made *hand_made, guint index)
{
    return g_ptr_array_index(hand_made->outcome->effects, index);
}
