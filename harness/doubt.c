/* Why a leg's red says nothing, and which image nobody can name. */
#include "harness/doubt.h"

#include "base/command.h"

#include <string.h>

struct survey {
    const struct outcome *outcome;
    const struct promises *promises;
};

static bool has_gap(const struct leg_result *result, guint last_step)
{
    for (guint i = 0; i < result->assumptions->len; i++) {
        const struct assumption *each = g_ptr_array_index(result->assumptions, i);
        if (each->leaves_gap && each->step <= last_step)
            return true;
    }
    return false;
}

/* Whether what it lacks may have told in the step that broke it. */
static bool has_gap_before_break(const struct leg_result *result)
{
    guint step = 0;
    return has_gap(result, leg_result_broken_step(result, &step) ? step : G_MAXUINT);
}

/* A leg that did not run is red by those of which it was skipped, not by what others lacked; one
   that was cancelled, by the first of its matrix to fail. */
static bool may_tell_in(const struct leg_outcome *earlier, const struct leg_outcome *leg)
{
    const struct leg_result *result = earlier->server->result;
    if (earlier->server->job == leg->server->job)
        return leg->server->result->result == RESULT_CANCELLED &&
               result->result == RESULT_FAILURE && has_gap_before_break(result);
    if (!server_leg_needs(leg->server, earlier->server))
        return false;
    return leg_outcome_has_run(leg)
               ? has_gap(result, G_MAXUINT)
               : result->conclusion != RESULT_SUCCESS && has_gap_before_break(result);
}

/* Of one job alone, what those that it needs leave behind is not there. */
static bool lacks_needed_jobs(const struct pipeline *pipeline, const struct leg_outcome *leg)
{
    const struct server_leg *outermost = leg->server;
    while (outermost->caller != NULL)
        outermost = outermost->caller;
    return pipeline->only_job != NULL && outermost->job->needs->len > 0;
}

/* A leg goes red by a mistake of its author, by the weather, or because something it stands on was
   assumed, in it before it broke or in a leg that it needs: then its red says nothing. */
static const char *doubt_of_red(const struct survey *survey, const struct leg_outcome *leg)
{
    const struct pipeline *pipeline = survey->outcome->plan->scenario->pipeline;
    char *const *missing = pipeline->event->missing_inputs;
    const GPtrArray *legs = survey->outcome->legs;

    if (missing != NULL && *missing != NULL)
        return "it is red in clear weather, where inputs that it requires are missing";
    if (lacks_needed_jobs(pipeline, leg))
        return "it is red in clear weather, without the jobs that it needs";
    for (guint i = 0; i < legs->len; i++) {
        const struct leg_outcome *each = g_ptr_array_index(legs, i);
        if (each == leg && has_gap_before_break(each->server->result))
            return "it is red in clear weather, where it assumes things";
        if (may_tell_in(each, leg))
            return "it is red in clear weather, after a leg that assumes things";
    }
    return NULL;
}

static const struct doubtful_leg *find_in_clear_weather(const struct survey *survey,
                                                        const struct leg_outcome *leg)
{
    const GPtrArray *legs = survey->promises->doubtful_legs;
    for (guint i = 0; i < legs->len; i++) {
        const struct doubtful_leg *each = g_ptr_array_index(legs, i);
        if (strcmp(each->id, leg->id) == 0)
            return each;
    }
    return NULL;
}

/* At a step that succeeds in clear weather. */
static bool breaks_earlier(const struct leg_outcome *leg, const struct doubtful_leg *clear)
{
    const struct leg_result *result = leg->server->result;
    guint step = 0;
    return result->result == RESULT_FAILURE && leg_result_broken_step(result, &step) &&
           step < clear->broken_step;
}

/* Under a fault, what was green before is red by the fault; what was red in doubt may by the fault
   be so before anything assumed can tell. */
static const char *doubt(const struct survey *survey, const struct leg_outcome *leg)
{
    if (survey->promises == NULL)
        return doubt_of_red(survey, leg);
    const struct doubtful_leg *clear = find_in_clear_weather(survey, leg);
    return clear != NULL && !breaks_earlier(leg, clear) && doubt_of_red(survey, leg) != NULL
               ? "even clear weather does not tell"
               : NULL;
}

/* An image under a name that a command which nothing models would have said. */
static bool has_unknown_name(const struct survey *survey, const struct leg_outcome *leg)
{
    const GPtrArray *effects = survey->outcome->effects;
    for (guint i = 0; i < effects->len; i++) {
        const struct effect *effect = g_ptr_array_index(effects, i);
        if (strcmp(effect->service, leg->id) == 0 &&
            strstr(effect->image, COMMAND_UNKNOWN_STEM) != NULL)
            return true;
    }
    return false;
}

static bool is_red(enum fate fate)
{
    return fate == FATE_FAILED || fate == FATE_CANCELLED;
}

/* Left out for what it needs, with the images that it may have made: as red as what it needs. */
static bool is_left_out(const struct leg_outcome *leg)
{
    return leg->fate == FATE_SKIPPED && leg->server->is_left_out && leg->server->touches_images;
}

/* A red that continue-on-error of the job forgives, where images may have been made. */
static bool is_forgiven(const struct leg_outcome *leg)
{
    const struct leg_result *result = leg->server->result;
    return leg->fate == FATE_DELIVERED && leg->server->touches_images &&
           result->result == RESULT_FAILURE && result->conclusion == RESULT_SUCCESS;
}

const char *leg_doubt(const struct outcome *outcome, const struct promises *promises,
                      const struct leg_outcome *leg)
{
    const struct survey survey = {outcome, promises};
    bool is_clear = promises == NULL;
    if (has_unknown_name(&survey, leg) && (is_clear || !is_red(leg->fate)))
        return "an image of it has a name that nobody knows";
    if (is_red(leg->fate) || is_forgiven(leg))
        return doubt(&survey, leg);
    return is_left_out(leg) && doubt(&survey, leg) != NULL
               ? "it is left out in clear weather, for a leg whose red says nothing"
               : NULL;
}
