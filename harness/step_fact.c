/* Reads the steps of both kinds of pipelines. */
#include "harness/step_fact.h"

#include "harness/step_ids.h"

#include <string.h>

static struct step_fact of_policy(const struct step_report *step)
{
    return (struct step_fact){
        .id = step->id,
        .title = step->id,
        .outcome = step_outcome_text(step->outcome),
        .conclusion = step_outcome_text(
            step->is_tolerated && step->outcome == STEP_FAILURE ? STEP_SUCCESS : step->outcome),
        .message = step->message,
        .has_timed_out = step->has_timed_out,
        .started_us = step->started_us,
        .duration_us = step->duration_us,
        .failure = step->failure,
    };
}

/* What a step says last is what the tables of failures know. */
static struct failure failure_of(const struct step_result *step)
{
    return step->message != NULL ? failure_classify(NULL, step->message) : (struct failure){0};
}

static struct step_fact of_workflow(const struct step_result *step)
{
    return (struct step_fact){
        .id = step->id,
        .title = step->title,
        .outcome = result_text(step->outcome),
        .conclusion = result_text(step->conclusion),
        .message = step->message,
        .has_timed_out = step->has_timed_out,
        .is_assumed = step->is_assumed,
        .started_us = step->started_us,
        .duration_us = step->duration_us,
        .failure = failure_of(step),
        .position = step->position,
    };
}

GArray *step_facts_of(const struct leg_outcome *leg)
{
    GArray *facts = g_array_new(FALSE, FALSE, sizeof(struct step_fact));
    const GPtrArray *steps = leg->report != NULL   ? leg->report->steps
                             : leg->server != NULL ? leg->server->result->steps
                                                   : NULL;
    for (guint i = 0; steps != NULL && i < steps->len; i++) {
        struct step_fact fact = leg->report != NULL ? of_policy(g_ptr_array_index(steps, i))
                                                    : of_workflow(g_ptr_array_index(steps, i));
        g_array_append_val(facts, fact);
    }
    return facts;
}

bool step_fact_find(const struct leg_outcome *leg, const char *id, struct step_fact *fact)
{
    g_autoptr(GArray) facts = step_facts_of(leg);
    for (guint i = 0; i < facts->len; i++) {
        *fact = g_array_index(facts, struct step_fact, i);
        if (g_strcmp0(fact->id, id) == 0)
            return true;
    }
    return false;
}

bool step_fact_first_broken(const struct leg_outcome *leg, struct step_fact *fact)
{
    g_autoptr(GArray) facts = step_facts_of(leg);
    for (guint i = 0; i < facts->len; i++) {
        *fact = g_array_index(facts, struct step_fact, i);
        if (strcmp(fact->outcome, "failure") == 0 || strcmp(fact->outcome, "cancelled") == 0)
            return true;
    }
    return false;
}

static void add_ids_of_steps(GPtrArray *ids, const GPtrArray *steps)
{
    for (guint i = 0; i < steps->len; i++) {
        const struct step *step = g_ptr_array_index(steps, i);
        if (step->id != NULL && !step_ids_have(ids, step->id))
            g_ptr_array_add(ids, g_strdup(step->id));
    }
}

static void add_ids_of_call(GPtrArray *ids, const struct call *call)
{
    for (guint i = 0; call->workflow != NULL && i < call->workflow->jobs->len; i++)
        add_ids_of_steps(ids,
                         ((const struct job *)g_ptr_array_index(call->workflow->jobs, i))->steps);
    for (guint i = 0; i < call->calls->len; i++)
        add_ids_of_call(ids, g_ptr_array_index(call->calls, i));
}

GPtrArray *step_fact_ids(const struct scenario *scenario)
{
    if (scenario->policy != NULL)
        return step_ids_of(scenario->policy);
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
    add_ids_of_call(ids, call_tree_root(scenario->pipeline->calls));
    return ids;
}
