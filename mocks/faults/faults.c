/* The life of the rules at work: made for one rehearsal, attached to its world, freed before it. */
#include "mocks/faults/faults.h"

#include "mocks/faults/faults_private.h"

/* Failures of one cause come together (failures.md, correlation groups): one draw for the group. */
static bool draw_sleep(const struct fault_rule *rule, uint64_t seed)
{
    const struct fault_when *when = &rule->when;
    struct rng rng = when->group != NULL ? rng_stream(seed, "fault-group", when->group)
                                         : rng_stream(seed, "fault-run", rule->id);
    return rng_unit(&rng) >= when->run_probability;
}

static void state_init(struct rule_state *state, const struct fault_rule *rule, uint64_t seed)
{
    state->rule = rule;
    state->chance = rng_stream(seed, "fault", rule->id);
    state->bursts = rng_stream(seed, "fault-burst", rule->id);
    state->is_asleep = draw_sleep(rule, seed);
    state->rng = rng_stream(seed, "fault-kind", rule->id);
    if (rule->kind->memory_bytes > 0)
        state->memory = g_malloc0(rule->kind->memory_bytes);
    if (rule->max_active > 0)
        state->active = g_array_new(FALSE, FALSE, sizeof(struct active_fault));
}

static void state_clear(struct rule_state *state)
{
    if (state->memory != NULL && state->rule->kind->clear_memory != NULL)
        state->rule->kind->clear_memory(state->memory);
    g_free(state->memory);
    if (state->active != NULL)
        g_array_unref(state->active);
    g_free(state->miss);
}

struct faults *faults_new(const struct fault_rules *rules, uint64_t seed)
{
    struct faults *faults = g_new0(struct faults, 1);
    faults->rules = rules;
    faults->count = rules->rules->len;
    faults->states = g_new0(struct rule_state, faults->count);
    faults->is_deaf = g_new0(bool, faults->count);
    faults->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    faults->restarts = g_ptr_array_new_with_free_func((GDestroyNotify)restart_free);
    for (gsize i = 0; i < faults->count; i++) {
        state_init(&faults->states[i], rules->rules->pdata[i], seed);
        faults->counts_active |= faults->states[i].active != NULL;
    }
    return faults;
}

void faults_free(struct faults *faults)
{
    if (faults == NULL)
        return;
    if (faults->world != NULL)
        world_set_weather(faults->world, NULL);
    g_ptr_array_unref(faults->restarts);
    for (gsize i = 0; i < faults->count; i++)
        state_clear(&faults->states[i]);
    g_free(faults->states);
    g_free(faults->is_deaf);
    g_hash_table_unref(faults->places);
    g_free(faults);
}

void faults_attach(struct faults *faults, struct world *world)
{
    g_assert(faults->world == NULL);
    faults->world = world;
    faults->weather = faults_weather;
    faults->weather.context = faults;
    world_set_weather(world, &faults->weather);
}

void faults_set_actions(struct faults *faults, const struct faults_actions *actions)
{
    faults->actions = *actions;
}

unsigned fault_rule_status(const struct fault_rule *rule)
{
    return (unsigned)rule->scope.status;
}

const void *fault_rule_parameters(const struct fault_rule *rule)
{
    return rule->parameters;
}
