/*
 * Which rules must be shown an event: those whose `on` holds where it came from, and those that may
 * still learn their nearest miss from it. Both are known beforehand for most, so that sixty rules
 * about other places cost next to nothing.
 */
#include "mocks/faults/faults_private.h"

/* An event of another place is nothing to such a rule, and never will be again. */
static bool is_deaf(const struct rule_state *state)
{
    if (state->rule->kind->observe != NULL)
        return false;
    return state->is_asleep || !rule_wants_misses(state);
}

static bool *places_add(struct faults *faults, const char *place)
{
    bool *is_near = g_new(bool, faults->count);
    for (gsize i = 0; i < faults->count; i++)
        is_near[i] = fault_scope_is_at(&faults->states[i].rule->scope, place);
    g_hash_table_insert(faults->places, g_strdup(place), is_near);
    return is_near;
}

struct hearing hearing_begin(struct faults *faults, const struct fault_event *event)
{
    const char *place = event->place != NULL ? event->place : "";
    const bool *is_near = g_hash_table_lookup(faults->places, place);
    if (is_near == NULL)
        is_near = places_add(faults, place);
    return (struct hearing){.faults = faults, .is_near = is_near};
}

struct rule_state *hearing_next(struct hearing *hearing)
{
    struct faults *faults = hearing->faults;
    while (hearing->next < faults->count) {
        gsize i = hearing->next++;
        struct rule_state *state = &faults->states[i];
        if (!hearing->is_near[i] && !faults->is_deaf[i])
            faults->is_deaf[i] = is_deaf(state);
        if (hearing->is_near[i] || !faults->is_deaf[i])
            return state;
    }
    return NULL;
}
