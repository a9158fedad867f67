/* The life of an outcome and its look-ups. */
#include "harness/outcome.h"

#include <string.h>

static void effect_free(void *memory)
{
    struct effect *effect = memory;
    g_free(effect->service);
    g_free(effect->image);
    g_free(effect->digest);
    g_free(effect->side_image);
    g_clear_pointer(&effect->promised, g_ptr_array_unref);
    g_clear_pointer(&effect->before, g_ptr_array_unref);
    g_clear_pointer(&effect->after, g_ptr_array_unref);
    g_clear_pointer(&effect->side, g_ptr_array_unref);
    g_clear_pointer(&effect->files, g_ptr_array_unref);
    g_clear_pointer(&effect->attached, g_ptr_array_unref);
    g_clear_pointer(&effect->owed, g_ptr_array_unref);
    g_free(effect);
}

static void leg_outcome_free(void *memory)
{
    struct leg_outcome *leg = memory;
    g_free(leg->id);
    g_free(leg->lack);
    leg_report_free(leg->report);
    g_clear_pointer(&leg->images, g_ptr_array_unref);
    g_clear_pointer(&leg->containers, g_ptr_array_unref);
    g_free(leg);
}

static void fault_outcome_free(void *memory)
{
    struct fault_outcome *fault = memory;
    g_free(fault->id);
    g_free(fault->kind);
    g_free(fault->nearest_miss);
    g_free(fault);
}

static void refusal_free(void *memory)
{
    token_refusal_free(memory);
}

struct outcome *outcome_new(const struct plan *plan)
{
    struct outcome *outcome = g_new0(struct outcome, 1);
    outcome->plan = plan;
    outcome->legs = g_ptr_array_new_with_free_func(leg_outcome_free);
    outcome->effects = g_ptr_array_new_with_free_func(effect_free);
    outcome->faults = g_ptr_array_new_with_free_func(fault_outcome_free);
    outcome->refusals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, refusal_free);
    return outcome;
}

void outcome_free(struct outcome *outcome)
{
    if (outcome == NULL)
        return;
    g_ptr_array_unref(outcome->legs);
    g_ptr_array_unref(outcome->effects);
    g_ptr_array_unref(outcome->faults);
    server_result_free(outcome->server);
    g_hash_table_unref(outcome->refusals);
    g_clear_pointer(&outcome->trace, g_bytes_unref);
    g_free(outcome->trace_digest);
    g_free(outcome->broken);
    g_free(outcome);
}

const struct effect *outcome_effect(const struct outcome *outcome, const char *image)
{
    for (guint i = 0; i < outcome->effects->len; i++) {
        const struct effect *effect = g_ptr_array_index(outcome->effects, i);
        if (strcmp(effect->image, image) == 0)
            return effect;
    }
    return NULL;
}

const struct leg_outcome *outcome_leg(const struct outcome *outcome, const char *id)
{
    for (guint i = 0; i < outcome->legs->len; i++) {
        const struct leg_outcome *leg = g_ptr_array_index(outcome->legs, i);
        if (strcmp(leg->id, id) == 0)
            return leg;
    }
    return NULL;
}

bool leg_outcome_has_run(const struct leg_outcome *leg)
{
    return leg->server->result->result != RESULT_SKIPPED;
}

const char *leg_outcome_text(const struct leg_outcome *leg)
{
    if (leg->report != NULL)
        return step_outcome_text(leg->report->outcome);
    return leg->server != NULL ? result_text(leg->server->result->result) : "broken";
}

const char *leg_outcome_conclusion(const struct leg_outcome *leg)
{
    return leg->server != NULL ? result_text(leg->server->result->conclusion)
                               : leg_outcome_text(leg);
}

int64_t leg_outcome_assumed_count(const struct leg_outcome *leg)
{
    return leg->server != NULL ? (int64_t)leg->server->result->assumptions->len : 0;
}

const char *leg_outcome_log(const struct leg_outcome *leg)
{
    return leg->server != NULL ? leg->server->result->log->str : "";
}

int64_t leg_outcome_duration_us(const struct leg_outcome *leg)
{
    if (leg->report != NULL)
        return leg->report->duration_us;
    return leg->server != NULL ? leg->server->result->duration_us : 0;
}

const struct diagnosis *outcome_diagnosis(const struct outcome *outcome)
{
    const struct diagnosis *first = NULL;
    for (guint i = 0; i < outcome->legs->len; i++) {
        const struct leg_outcome *leg = g_ptr_array_index(outcome->legs, i);
        if (leg->report == NULL || leg->report->diagnosis.step == NULL)
            continue;
        if (leg->report->outcome != STEP_SUCCESS)
            return &leg->report->diagnosis;
        if (first == NULL)
            first = &leg->report->diagnosis;
    }
    return first;
}
