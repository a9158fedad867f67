/* Resolving a scenario into a plan, and printing it. */
#include "harness/plan.h"

#include "base/units.h"
#include "harness/world_default.h"

static void plan_leg_free(void *memory)
{
    struct plan_leg *leg = memory;
    g_free(leg->id);
    g_free(leg->machine);
    g_free(leg);
}

static void add_leg(struct plan *plan, const char *id)
{
    const struct setting *setting = &plan->scenario->setting;
    const struct setting_machine *machine = &setting->machine;
    struct plan_leg *leg = g_new0(struct plan_leg, 1);

    leg->id = g_strdup(id);
    leg->machine = g_strconcat("leg-", id, NULL);
    leg->profile =
        machine_profile_find(machine->profile != NULL ? machine->profile : setting->profile);
    leg->disk_bytes = machine->disk_bytes > 0 ? machine->disk_bytes : leg->profile->disk_bytes;
    leg->disk_used_bytes =
        machine->disk_used_bytes > 0 ? machine->disk_used_bytes : leg->profile->disk_used_bytes;
    g_ptr_array_add(plan->legs, leg);
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
    if (scenario->policy->job.is_serial) {
        add_leg(plan, "all");
        return plan;
    }
    for (guint i = 0; i < scenario->policy->services->len; i++) {
        const struct policy_service *service = g_ptr_array_index(scenario->policy->services, i);
        add_leg(plan, service->id);
    }
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

json_t *plan_json(const struct plan *plan)
{
    const struct scenario *scenario = plan->scenario;
    const struct policy *policy = scenario->policy;
    json_t *json =
        json_pack("{s:s, s:s, s:I, s:s?}", "scenario", scenario->name, "file", scenario->path,
                  "seed", (json_int_t)plan->seed, "policy", policy->name);
    json_object_set_new(json, "network",
                        json_pack("{s:I, s:I}", "round_trip_us",
                                  (json_int_t)plan->network.round_trip_us, "bytes_per_second",
                                  (json_int_t)plan->network.bytes_per_second));
    json_object_set_new(json, "job_timeout_us", json_integer(policy->job.timeout_us));
    json_object_set_new(json, "tiers", tiers_json(policy));
    json_object_set_new(json, "multi_timeout_us", json_integer(policy->multi.timeout_us));
    json_object_set_new(json, "single_timeout_us", json_integer(policy->single.timeout_us));
    json_object_set_new(json, "legs", legs_json(plan));
    json_object_set_new(json, "fault_rules",
                        json_integer((json_int_t)fault_rules_count(scenario->faults)));
    return json;
}

char *plan_text(const struct plan *plan)
{
    const struct scenario *scenario = plan->scenario;
    const struct policy *policy = scenario->policy;
    GString *text = g_string_new(NULL);
    g_autofree char *job = duration_text(policy->job.timeout_us);

    g_string_append_printf(text, "%s: %s\n", scenario->name, scenario->purpose);
    g_string_append_printf(text, "  seed %" G_GUINT64_FORMAT ", policy %s, job clock %s\n",
                           plan->seed, policy->name != NULL ? policy->name : "(inline)", job);
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
    g_string_append_printf(text, "  fault rules: %" G_GSIZE_FORMAT ", expected fate %s\n",
                           fault_rules_count(scenario->faults), fate_text(scenario->fate));
    return g_string_free(text, FALSE);
}
