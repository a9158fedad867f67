/* What became of the rules: counts, and for those that never fired the event that came nearest. */
#include "mocks/faults/faults_private.h"

/* Text is made only for an event that came nearer than all before it. */
static void set_miss(struct rule_state *state, const struct fault_event *event, int score,
                     const char *held, const char *failed)
{
    g_autofree char *what = fault_event_text(event);
    g_free(state->miss);
    state->miss_score = score;
    if (held != NULL)
        state->miss = g_strdup_printf("nearest miss: %s (%s matched, %s)", what, held, failed);
    else
        state->miss = g_strdup_printf("nearest miss: %s (%s)", what, failed);
}

bool rule_wants_misses(const struct rule_state *state)
{
    return state->fired_count == 0 && !state->rule->is_optional && state->miss_score < MISS_FIT;
}

void rule_note_miss(struct rule_state *state, struct fault_event *event)
{
    if (!rule_wants_misses(state))
        return;
    int score = 1 + (int)fault_scope_held_count(&state->rule->scope, event);
    if (score <= state->miss_score)
        return;
    struct fault_nearness nearness;
    fault_scope_examine(&state->rule->scope, event, &nearness);
    set_miss(state, event, score, nearness.held, nearness.failed);
    fault_nearness_clear(&nearness);
}

void rule_note_near_miss(struct rule_state *state, const struct fault_event *event, int step,
                         char *failed)
{
    g_autofree char *reason = failed;
    if (state->fired_count == 0 && step >= state->miss_score)
        set_miss(state, event, step, "the scope", reason);
}

static char *silence_text(const struct rule_state *state)
{
    const struct fault_rule *rule = state->rule;
    static const char *const what[FAULT_STAGE_COUNT] = {
        [FAULT_AT_CONNECT] = "no connection was made",
        [FAULT_AT_REQUEST] = "no request was made",
        [FAULT_AT_REPLY] = "no reply was made",
    };
    if (state->is_asleep)
        return g_strdup("asleep in this rehearsal, by run_probability");
    if (rule->stage == FAULT_AT_POINT)
        return g_strdup_printf("nearest miss: none, there was no %s",
                               fault_point_name(rule->kind->point));
    return g_strdup_printf("nearest miss: none, %s", what[rule->stage]);
}

gsize faults_count(const struct faults *faults)
{
    return faults->count;
}

struct fault_report faults_report(struct faults *faults, gsize index)
{
    g_assert(index < faults->count);
    struct rule_state *state = &faults->states[index];
    const struct fault_rule *rule = state->rule;
    if (state->fired_count == 0 && state->miss == NULL)
        state->miss = silence_text(state);
    return (struct fault_report){
        .id = rule->id,
        .kind = rule->kind->record.name,
        .position = rule->position,
        .matched_count = state->matched_count,
        .fired_count = state->fired_count,
        .is_optional = rule->is_optional || state->is_asleep,
        .nearest_miss = state->fired_count == 0 ? state->miss : NULL,
    };
}
