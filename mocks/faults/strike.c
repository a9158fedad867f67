/* Whether a rule strikes an event: scope, fit, window, counts, chance and budget, in this order. */
#include "base/units.h"
#include "mocks/faults/faults_private.h"

static int64_t faults_now_us(const struct faults *faults)
{
    return loop_now_us(world_loop(faults->world));
}

static bool rule_is_about(struct rule_state *state, struct fault_event *event)
{
    const struct fault_rule *rule = state->rule;
    if (rule->stage != event->stage || state->is_asleep)
        return false;
    if (event->stage == FAULT_AT_POINT && rule->kind->point != event->point)
        return false;
    if (fault_scope_matches(&rule->scope, event))
        return true;
    rule_note_miss(state, event);
    return false;
}

static bool rule_fits(struct rule_state *state, const struct fault_event *event)
{
    const struct fault_kind *kind = state->rule->kind;
    if (kind->misfit == NULL)
        return true;
    const char *misfit = kind->misfit(state->rule, event->exchange);
    if (misfit == NULL)
        return true;
    rule_note_near_miss(state, event, MISS_FIT, g_strdup(misfit));
    return false;
}

static bool window_is_open(struct rule_state *state, const struct fault_event *event,
                           int64_t now_us)
{
    if (fault_when_is_open(&state->rule->when, now_us))
        return true;
    g_autofree char *now = duration_text(now_us);
    rule_note_near_miss(state, event, MISS_WINDOW,
                        g_strdup_printf("it came at %s, outside from and until", now));
    return false;
}

static void move_burst(struct rule_state *state)
{
    const struct fault_burst *burst = &state->rule->when.burst;
    double turn = state->is_in_burst ? burst->leave : burst->enter;
    if (rng_unit(&state->bursts) < turn)
        state->is_in_burst = !state->is_in_burst;
}

/* Every event that counts takes its draws, whatever the other clauses say. */
static bool clauses_hold(struct rule_state *state, const struct fault_event *event, int64_t now_us)
{
    const struct fault_when *when = &state->rule->when;
    state->matched_count++;
    state->bytes += event->amount_bytes;
    move_burst(state);
    struct fault_count count = {.event_count = state->matched_count,
                                .bytes = state->bytes,
                                .draw = rng_unit(&state->chance),
                                .now_us = now_us,
                                .is_calm = !state->is_in_burst};
    if (fault_when_holds(when, &count))
        return true;
    if (state->fired_count == 0)
        rule_note_near_miss(state, event, MISS_WHEN, fault_when_refusal(when, &count));
    return false;
}

static bool place_is_free(struct rule_state *state, const struct fault_event *event, bool is_taken)
{
    if (is_taken)
        rule_note_near_miss(state, event, MISS_BUDGET, g_strdup("an earlier rule was faster"));
    return !is_taken;
}

static void drop_ended(GArray *active, int64_t now_us)
{
    for (guint i = active->len; i > 0; i--) {
        const struct active_fault *fault = &g_array_index(active, struct active_fault, i - 1);
        if (fault->exchange_number == 0 && fault->until_us <= now_us)
            g_array_remove_index(active, i - 1);
    }
}

static bool budget_allows(struct rule_state *state, int64_t now_us)
{
    const struct fault_rule *rule = state->rule;
    if (rule->times > 0 && state->fired_count >= rule->times)
        return false;
    if (rule->max_active == 0)
        return true;
    drop_ended(state->active, now_us);
    return state->active->len < rule->max_active;
}

static bool kind_wants(struct faults *faults, struct rule_state *state,
                       const struct fault_event *event)
{
    const struct fault_kind *kind = state->rule->kind;
    if (kind->wants == NULL)
        return true;
    struct fault_strike strike = rule_strike(faults, state, event);
    if (kind->wants(&strike, event->exchange))
        return true;
    rule_note_near_miss(state, event, MISS_WANTS, g_strdup("the kind itself let it pass"));
    return false;
}

static void trace_firing(const struct faults *faults, const struct rule_state *state,
                         const struct fault_event *event)
{
    struct trace *trace = world_trace(faults->world);
    bool is_point = event->stage == FAULT_AT_POINT;
    trace_begin(trace, "fault");
    trace_string(trace, "rule", state->rule->id);
    trace_string(trace, "kind", state->rule->kind->record.name);
    trace_string(trace, is_point ? "machine" : "site", event->place);
    if (event->number != 0)
        trace_integer(trace, "exchange", (int64_t)event->number);
    if (is_point && event->subject != NULL)
        trace_string(trace, "subject", event->subject);
    trace_end(trace);
}

static void rule_fire(struct faults *faults, struct rule_state *state,
                      const struct fault_event *event, int64_t now_us)
{
    const struct fault_kind *kind = state->rule->kind;
    state->fired_count++;
    trace_firing(faults, state, event);
    if (kind->lasts_us == NULL)
        return;
    int64_t lasts_us = kind->lasts_us(state->rule->parameters);
    state->lasts_until_us = lasts_us == NEVER ? NEVER : now_us + lasts_us;
}

bool rule_strikes(struct faults *faults, struct rule_state *state, struct fault_event *event,
                  bool is_taken)
{
    if (!rule_is_about(state, event) || !rule_fits(state, event))
        return false;
    int64_t now_us = faults_now_us(faults);
    if (now_us < state->lasts_until_us && fault_when_is_open(&state->rule->when, now_us)) {
        state->matched_count++;
        return !is_taken;
    }
    if (!window_is_open(state, event, now_us) || !clauses_hold(state, event, now_us) ||
        !place_is_free(state, event, is_taken) || !budget_allows(state, now_us) ||
        !kind_wants(faults, state, event))
        return false;
    rule_fire(faults, state, event, now_us);
    return true;
}

struct fault_strike rule_strike(struct faults *faults, struct rule_state *state,
                                const struct fault_event *event)
{
    return (struct fault_strike){
        .rule = state->rule,
        .parameters = state->rule->parameters,
        .rng = &state->rng,
        .memory = state->memory,
        .faults = faults,
        .place = event->place,
        .now_us = faults_now_us(faults),
    };
}

void rule_keep_active(struct rule_state *state, uint64_t exchange_number, int64_t until_us)
{
    if (state->active == NULL)
        return;
    struct active_fault fault = {.exchange_number = exchange_number, .until_us = until_us};
    g_array_append_val(state->active, fault);
}

void rule_end_exchange(struct rule_state *state, uint64_t exchange_number)
{
    for (guint i = state->active == NULL ? 0 : state->active->len; i > 0; i--) {
        if (g_array_index(state->active, struct active_fault, i - 1).exchange_number ==
            exchange_number)
            g_array_remove_index(state->active, i - 1);
    }
}
