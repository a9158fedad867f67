/* Turns an outcome and its verdict into the JSON that all reports are made from. */
#include "harness/report/entry.h"

#include "harness/report/part.h"
#include "harness/step_fact.h"

static json_t *step_json(const struct leg_outcome *leg, const struct step_fact *fact)
{
    json_t *entry =
        json_pack("{s:s, s:s, s:s, s:I, s:I}", "leg", leg->id, "id",
                  fact->id != NULL ? fact->id : "", "outcome", fact->outcome, "started_us",
                  (json_int_t)fact->started_us, "duration_us", (json_int_t)fact->duration_us);
    if (leg->server != NULL) {
        json_object_set_new(entry, "title", json_text_or_null(fact->title));
        json_object_set_new(entry, "conclusion", json_string(fact->conclusion));
        json_object_set_new(entry, "line", json_integer(fact->position.line));
    }
    if (fact->is_assumed)
        json_object_set_new(entry, "is_assumed", json_true());
    if (fact->message != NULL)
        json_object_set_new(entry, "message", json_text_or_null(fact->message));
    return entry;
}

static void add_steps(json_t *steps, const struct leg_outcome *leg)
{
    g_autoptr(GArray) facts = step_facts_of(leg);
    for (guint i = 0; i < facts->len; i++)
        json_array_append_new(steps, step_json(leg, &g_array_index(facts, struct step_fact, i)));
}

static json_t *assumptions_json(const GPtrArray *assumptions)
{
    json_t *list = json_array();
    for (guint i = 0; i < assumptions->len; i++) {
        const struct assumption *each = g_ptr_array_index(assumptions, i);
        json_t *entry = json_pack("{s:s, s:i, s:b}", "what", each->what, "line",
                                  each->position.line, "touches_images", (int)each->touches_images);
        if (each->secret != NULL)
            json_object_set_new(entry, "secret", json_string(each->secret));
        if (each->variable != NULL)
            json_object_set_new(entry, "variable", json_string(each->variable));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *workflow_leg_json(const struct leg_outcome *leg)
{
    const struct server_leg *server = leg->server;
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "id", leg->id, "name", server->name, "outcome",
                  leg_outcome_text(leg), "conclusion", leg_outcome_conclusion(leg), "fate",
                  fate_text(leg->fate), "duration_us", (json_int_t)leg_outcome_duration_us(leg));
    json_object_set_new(json, "reason",
                        json_text_or_null(server->reason != NULL ? server->reason : leg->doubt));
    json_object_set_new(json, "lack", json_text_or_null(leg->lack));
    json_object_set_new(json, "assumptions", assumptions_json(server->result->assumptions));
    if (leg->refusal != NULL) {
        json_object_set_new(json, "cause", json_text_or_null(leg->refusal->cause));
        json_object_set_new(json, "remedy", json_text_or_null(leg->refusal->remedy));
    }
    if (server->queued_us > 0)
        json_object_set_new(json, "queued_us", json_integer(server->queued_us));
    return json;
}

static json_t *leg_json(const struct leg_outcome *leg)
{
    const struct leg_report *report = leg->report;
    if (leg->server != NULL)
        return workflow_leg_json(leg);
    if (report == NULL)
        return json_pack("{s:s, s:s}", "id", leg->id, "outcome", "broken");
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s?, s:I}", "id", leg->id, "outcome",
                  step_outcome_text(report->outcome), "fate", fate_text(leg->fate), "tier",
                  report->builder_tier, "duration_us", (json_int_t)report->duration_us);
    json_object_set_new(json, "used_local_image", json_boolean(report->has_used_local_image));
    json_object_set_new(json, "retried", json_boolean(report->has_retried));
    json_object_set_new(json, "diagnosis", part_diagnosis(&report->diagnosis));
    return json;
}

static void add_attachment(json_t *list, const struct attachment *attachment, bool is_there)
{
    json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "leg", attachment->leg, "what",
                                          attachment->what, "is_there", (int)is_there));
}

/* What is owed, there or not, and then what else is there. */
static json_t *attachments_json(const struct effect *effect)
{
    json_t *list = json_array();
    for (guint i = 0; effect->owed != NULL && i < effect->owed->len; i++) {
        const struct attachment *owed = g_ptr_array_index(effect->owed, i);
        add_attachment(list, owed, attachments_have(effect->attached, owed->what));
    }
    for (guint i = 0; effect->attached != NULL && i < effect->attached->len; i++) {
        const struct attachment *attached = g_ptr_array_index(effect->attached, i);
        if (!attachments_have(effect->owed, attached->what))
            add_attachment(list, attached, true);
    }
    return list;
}

static json_t *effect_json(const struct effect *effect)
{
    json_t *json = json_pack("{s:s, s:s, s:s?, s:b, s:b, s:s, s:s?}", "service", effect->service,
                             "image", effect->image, "digest", effect->digest, "complete",
                             (int)effect->is_complete, "fresh", (int)effect->is_from_this_run,
                             "fate", fate_text(effect->fate), "side_image", effect->side_image);
    json_object_set_new(json, "platforms", part_texts(effect->after));
    json_object_set_new(json, "before", part_texts(effect->before));
    json_object_set_new(json, "promised", part_texts(effect->promised));
    json_object_set_new(json, "attachments", attachments_json(effect));
    return json;
}

static json_t *failing_json(const struct verdict *verdict)
{
    json_t *list = json_array();
    for (guint i = 0; i < verdict->failing->len; i++) {
        const struct failing_expectation *each = g_ptr_array_index(verdict->failing, i);
        json_t *entry = json_object();
        json_object_set_new(entry, "expression", json_text_or_null(each->expression));
        json_object_set_new(entry, "explanation", json_text_or_null(each->explanation));
        json_array_append_new(list, entry);
    }
    return list;
}

static void add_lists(json_t *entry, const struct outcome *outcome)
{
    json_t *steps = json_array();
    json_t *legs = json_array();
    json_t *effects = json_array();
    json_t *faults = json_array();
    for (guint i = 0; i < outcome->legs->len; i++) {
        add_steps(steps, g_ptr_array_index(outcome->legs, i));
        json_array_append_new(legs, leg_json(g_ptr_array_index(outcome->legs, i)));
    }
    for (guint i = 0; i < outcome->effects->len; i++)
        json_array_append_new(effects, effect_json(g_ptr_array_index(outcome->effects, i)));
    for (guint i = 0; i < outcome->faults->len; i++) {
        const struct fault_outcome *fault = g_ptr_array_index(outcome->faults, i);
        json_array_append_new(faults,
                              json_pack("{s:s, s:s, s:I}", "id", fault->id, "kind", fault->kind,
                                        "fired", (json_int_t)fault->fired_count));
    }
    json_object_set_new(entry, "steps", steps);
    json_object_set_new(entry, "legs", legs);
    json_object_set_new(entry, "effects", effects);
    json_object_set_new(entry, "faults", faults);
}

/* For judging diagnoses blindly: what the scenario knows, and what the engine found out. */
static void add_causes(json_t *entry, const struct outcome *outcome)
{
    const struct diagnosis *diagnosis = outcome_diagnosis(outcome);
    if (outcome->plan->scenario->cause == NULL)
        return;
    json_object_set_new(entry, "cause", json_string(outcome->plan->scenario->cause));
    json_object_set_new(
        entry, "diagnosed",
        json_string(diagnosis != NULL ? failure_cause_text(diagnosis->cause) : "unknown"));
}

json_t *entry_of(const struct outcome *outcome, const struct verdict *verdict)
{
    const struct scenario *scenario = outcome->plan->scenario;
    json_t *entry = json_object();
    json_object_set_new(entry, "name", json_text_or_null(scenario->name));
    json_object_set_new(entry, "file", json_text_or_null(scenario->path));
    json_object_set_new(entry, "purpose", json_text_or_null(scenario->purpose));
    json_object_set_new(entry, "seed", json_integer((json_int_t)outcome->plan->seed));
    json_object_set_new(entry, "verdict", json_string(verdict_names[verdict->kind]));
    json_object_set_new(entry, "fate", json_string(fate_text(outcome->fate)));
    json_object_set_new(entry, "reason", json_text_or_null(verdict->reason));
    json_object_set_new(entry, "duration_us", json_integer(outcome->duration_us));
    json_object_set_new(entry, "trace_digest", json_text_or_null(outcome->trace_digest));
    json_object_set_new(entry, "exchanges", json_integer((json_int_t)outcome->exchange_count));
    add_causes(entry, outcome);
    add_lists(entry, outcome);
    json_object_set_new(entry, "failing", failing_json(verdict));
    if (verdict->kind != VERDICT_PASS) {
        g_autofree char *deciding = verdict_deciding_trace(outcome);
        json_object_set_new(entry, "deciding_trace", json_text_or_null(deciding));
        json_object_set_new(entry, "is_our_fault", json_boolean(verdict->is_our_fault));
    }
    return entry;
}

json_t *entry_broken(const char *name, const char *path, const char *reason)
{
    json_t *entry = json_object();
    json_object_set_new(entry, "name", json_text_or_null(name));
    json_object_set_new(entry, "file", json_text_or_null(path));
    json_object_set_new(entry, "verdict", json_string(verdict_names[VERDICT_BROKEN]));
    json_object_set_new(entry, "fate", json_string(fate_text(FATE_UNKNOWN)));
    json_object_set_new(entry, "reason", json_text_or_null(reason));
    json_object_set_new(entry, "duration_us", json_integer(0));
    json_object_set_new(entry, "is_our_fault", json_true());
    return entry;
}
