/* Resolving a scenario into a plan, and printing it. */
#include "harness/plan.h"

#include "base/units.h"
#include "harness/world_default.h"
#include "runner/server.h"

#include <string.h>

#define MACHINE_PREFIX "leg-"

void plan_leg_clear(struct plan_leg *leg)
{
    g_free(leg->id);
    g_free(leg->machine);
}

static void plan_leg_free(void *leg)
{
    plan_leg_clear(leg);
    g_free(leg);
}

struct plan_leg plan_leg_make(const struct setting *setting, const char *id,
                              const struct machine_profile *profile)
{
    const struct setting_machine *machine = &setting->machine;
    return (struct plan_leg){
        .id = g_strdup(id),
        .machine = g_strconcat(MACHINE_PREFIX, id, NULL),
        .profile = profile,
        .disk_bytes = machine->disk_bytes > 0 ? machine->disk_bytes : profile->disk_bytes,
        .disk_used_bytes =
            machine->disk_used_bytes > 0 ? machine->disk_used_bytes : profile->disk_used_bytes,
    };
}

const char *plan_leg_of_machine(const char *machine)
{
    return machine != NULL && g_str_has_prefix(machine, MACHINE_PREFIX)
               ? machine + strlen(MACHINE_PREFIX)
               : "";
}

static void add_leg(struct plan *plan, const char *id)
{
    const struct setting *setting = &plan->scenario->setting;
    const char *profile =
        setting->machine.profile != NULL ? setting->machine.profile : setting->profile;
    struct plan_leg *leg = g_new0(struct plan_leg, 1);

    *leg = plan_leg_make(setting, id, machine_profile_find(profile));
    g_ptr_array_add(plan->legs, leg);
}

static void add_policy_legs(struct plan *plan, const struct policy *policy)
{
    if (policy->job.is_serial) {
        add_leg(plan, "all");
        return;
    }
    for (guint i = 0; i < policy->services->len; i++) {
        const struct policy_service *service = g_ptr_array_index(policy->services, i);
        add_leg(plan, service->id);
    }
}

static struct network resolve_network(const struct setting_network *wanted)
{
    struct network network =
        named_network_find(wanted->name != NULL ? wanted->name : "clear")->network;
    if (wanted->round_trip_us > 0)
        network.round_trip_us = wanted->round_trip_us;
    if (wanted->bytes_per_second > 0)
        network.bytes_per_second = wanted->bytes_per_second;
    return network;
}

struct plan *plan_new(const struct scenario *scenario, const uint64_t *seed)
{
    struct plan *plan = g_new0(struct plan, 1);
    plan->scenario = scenario;
    plan->seed = seed != NULL ? *seed : (uint64_t)scenario->seed;
    plan->network = resolve_network(&scenario->setting.network);
    plan->legs = g_ptr_array_new_with_free_func(plan_leg_free);
    if (scenario->policy != NULL)
        add_policy_legs(plan, scenario->policy);
    return plan;
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    g_ptr_array_unref(plan->legs);
    g_free(plan);
}

static json_t *legs_json(const struct plan *plan)
{
    json_t *legs = json_array();
    for (guint i = 0; i < plan->legs->len; i++) {
        const struct plan_leg *leg = g_ptr_array_index(plan->legs, i);
        json_array_append_new(
            legs, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "id", leg->id, "machine",
                            leg->machine, "profile", leg->profile->name, "platform",
                            leg->profile->platform, "disk_bytes", (json_int_t)leg->disk_bytes,
                            "disk_used_bytes", (json_int_t)leg->disk_used_bytes));
    }
    return legs;
}

static json_t *tiers_json(const struct policy *policy)
{
    json_t *tiers = json_array();
    for (guint i = 0; i < policy->tiers->len; i++) {
        const struct policy_tier *tier = g_ptr_array_index(policy->tiers, i);
        json_array_append_new(tiers, json_pack("{s:s, s:I}", "id", tier->id, "timeout_us",
                                               (json_int_t)tier->timeout_us));
    }
    return tiers;
}

static void add_policy(json_t *json, const struct plan *plan)
{
    const struct policy *policy = plan->scenario->policy;
    json_object_set_new(json, "job_timeout_us", json_integer(policy->job.timeout_us));
    json_object_set_new(json, "tiers", tiers_json(policy));
    json_object_set_new(json, "multi_timeout_us", json_integer(policy->multi.timeout_us));
    json_object_set_new(json, "single_timeout_us", json_integer(policy->single.timeout_us));
    json_object_set_new(json, "legs", legs_json(plan));
}

static void add_pipeline(json_t *json, const struct pipeline *pipeline)
{
    json_object_set_new(json, "workflow", json_text_or_null(pipeline->path));
    json_object_set_new(json, "event", json_text_or_null(pipeline->event->name));
    json_object_set_new(json, "job", json_text_or_null(pipeline->only_job));
    if (pipeline->concurrent_jobs != CONCURRENT_JOBS_STANDARD)
        json_object_set_new(json, "concurrent_jobs", json_integer(pipeline->concurrent_jobs));
}

json_t *plan_json(const struct plan *plan)
{
    const struct scenario *scenario = plan->scenario;
    json_t *json = json_pack("{s:s, s:s, s:I}", "scenario", scenario->name, "file", scenario->path,
                             "seed", (json_int_t)plan->seed);
    if (scenario->policy != NULL)
        json_object_set_new(json, "policy", json_text_or_null(scenario->policy->name));
    json_object_set_new(json, "network",
                        json_pack("{s:I, s:I}", "round_trip_us",
                                  (json_int_t)plan->network.round_trip_us, "bytes_per_second",
                                  (json_int_t)plan->network.bytes_per_second));
    if (scenario->policy != NULL)
        add_policy(json, plan);
    else
        add_pipeline(json, scenario->pipeline);
    json_object_set_new(json, "fault_rules",
                        json_integer((json_int_t)fault_rules_count(scenario->faults)));
    return json;
}

static void append_policy(GString *text, const struct plan *plan)
{
    const struct policy *policy = plan->scenario->policy;
    g_autofree char *job = duration_text(policy->job.timeout_us);

    g_string_append_printf(text, "policy %s, job clock %s\n",
                           policy->name != NULL ? policy->name : "(inline)", job);
    for (guint i = 0; i < policy->tiers->len; i++) {
        const struct policy_tier *tier = g_ptr_array_index(policy->tiers, i);
        g_autofree char *limit = duration_text(tier->timeout_us);
        g_string_append_printf(text, "  tier %s, at most %s\n", tier->id, limit);
    }
    for (guint i = 0; i < plan->legs->len; i++) {
        const struct plan_leg *leg = g_ptr_array_index(plan->legs, i);
        g_autofree char *left = size_text(leg->disk_bytes - leg->disk_used_bytes);
        g_string_append_printf(text, "  leg %s on %s (%s), %s free\n", leg->id, leg->profile->name,
                               leg->profile->platform, left);
    }
}

char *plan_text(const struct plan *plan)
{
    const struct scenario *scenario = plan->scenario;
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%s: %s\n", scenario->name, scenario->purpose);
    g_string_append_printf(text, "  seed %" G_GUINT64_FORMAT ", ", plan->seed);
    if (scenario->policy != NULL)
        append_policy(text, plan);
    else
        g_string_append_printf(text, "workflow %s, event %s\n", scenario->pipeline->path,
                               scenario->pipeline->event->name);
    g_string_append_printf(text, "  fault rules: %" G_GSIZE_FORMAT ", expected fate %s\n",
                           fault_rules_count(scenario->faults), fate_text(scenario->fate));
    return g_string_free(text, FALSE);
}
