/* What came of a leg: making and freeing. */
#include "runner/result.h"

#include <string.h>

const char *result_text(enum result result)
{
    static const char *const texts[] = {
        [RESULT_SUCCESS] = "success",
        [RESULT_FAILURE] = "failure",
        [RESULT_CANCELLED] = "cancelled",
        [RESULT_SKIPPED] = "skipped",
    };
    return texts[result];
}

void step_result_free(struct step_result *step)
{
    if (step == NULL)
        return;
    g_free(step->id);
    g_free(step->title);
    g_free(step->message);
    json_decref(step->outputs);
    json_decref(step->unknown);
    if (step->steps != NULL)
        g_ptr_array_unref(step->steps);
    g_free(step);
}

static void annotation_free(void *argument)
{
    struct annotation *annotation = argument;
    g_free(annotation->title);
    g_free(annotation->message);
    g_free(annotation->step);
    g_free(annotation);
}

static void assumption_free(void *argument)
{
    struct assumption *assumption = argument;
    g_free(assumption->what);
    g_free(assumption->secret);
    g_free(assumption->variable);
    g_free(assumption);
}

struct leg_result *leg_result_new(void)
{
    struct leg_result *result = g_new0(struct leg_result, 1);
    result->outputs = json_object();
    result->steps = g_ptr_array_new_with_free_func((GDestroyNotify)step_result_free);
    result->annotations = g_ptr_array_new_with_free_func(annotation_free);
    result->assumptions = g_ptr_array_new_with_free_func(assumption_free);
    result->log = g_string_new(NULL);
    result->summary = g_strdup("");
    return result;
}

void leg_result_free(struct leg_result *result)
{
    if (result == NULL)
        return;
    json_decref(result->outputs);
    json_decref(result->unknown);
    g_ptr_array_unref(result->steps);
    g_ptr_array_unref(result->annotations);
    g_ptr_array_unref(result->assumptions);
    g_string_free(result->log, TRUE);
    g_free(result->summary);
    g_free(result->reason);
    g_free(result);
}

void leg_result_annotate(struct leg_result *result, const char *message)
{
    struct annotation *annotation = g_new0(struct annotation, 1);
    annotation->level = ANNOTATION_ERROR;
    annotation->message = g_strdup(message);
    g_ptr_array_add(result->annotations, annotation);
}

bool leg_result_broken_step(const struct leg_result *result, guint *step)
{
    for (*step = 0; *step < result->steps->len; ++*step) {
        enum result conclusion =
            ((const struct step_result *)result->steps->pdata[*step])->conclusion;
        if (conclusion == RESULT_FAILURE || conclusion == RESULT_CANCELLED)
            return true;
    }
    return false;
}

const struct step_result *leg_result_step(const struct leg_result *result, const char *id)
{
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = result->steps->pdata[i];
        if (step->phase == PHASE_MAIN && step->id != NULL && g_ascii_strcasecmp(step->id, id) == 0)
            return step;
    }
    return NULL;
}
