/* The diagnostics bundle of a leg that is not green: one JSON document under a ceiling. */
#include "base/json.h"
#include "base/limits.h"
#include "base/units.h"
#include "engine/leg.h"

#include <string.h>

enum {
    TEXT_BYTES_MAX = 16 * 1024,
    LOG_BYTES_MAX = 64 * 1024,
    CONTAINERS_SHOWN_MAX = 8
};

/* The end of a log says most. */
static json_t *text_tail(const char *text, gsize bytes_max)
{
    gsize length = text != NULL ? strlen(text) : 0;
    const char *start = length > bytes_max ? text + (length - bytes_max) : text;
    g_autofree char *valid = g_utf8_make_valid(start != NULL ? start : "", -1);
    return json_string(valid);
}

static json_t *steps_json(const struct leg_report *report)
{
    enum {
        STEPS_MAX = 40
    };
    json_t *steps = json_array();
    for (guint i = 0; i < report->steps->len && i < STEPS_MAX; i++) {
        const struct step_report *step = g_ptr_array_index(report->steps, i);
        json_t *entry =
            json_pack("{s:s, s:s, s:I, s:I}", "id", step->id, "outcome",
                      step_outcome_text(step->outcome), "started_us", (json_int_t)step->started_us,
                      "duration_us", (json_int_t)step->duration_us);
        if (step->message != NULL)
            json_object_set_new(entry, "message", text_tail(step->message, TEXT_BYTES_MAX));
        json_array_append_new(steps, entry);
    }
    return steps;
}

static json_t *diagnosis_json(const struct diagnosis *diagnosis)
{
    return json_pack("{s:s, s:s?, s:s?, s:s?}", "cause", failure_cause_text(diagnosis->cause),
                     "rule", diagnosis->rule, "step", diagnosis->step, "escalation",
                     diagnosis->escalation);
}

static json_t *usage_json(struct leg *leg)
{
    struct docker_usage usage;
    if (!docker_usage(leg->docker, &usage, NULL))
        return json_null();
    return json_pack("{s:I, s:I, s:I, s:I}", "images_bytes", (json_int_t)usage.images_bytes,
                     "containers_bytes", (json_int_t)usage.containers_bytes, "volumes_bytes",
                     (json_int_t)usage.volumes_bytes, "build_cache_bytes",
                     (json_int_t)usage.build_cache_bytes);
}

static json_t *containers_json(struct leg *leg)
{
    json_t *list = json_array();
    g_autoptr(GPtrArray) containers = NULL;
    if (!docker_container_list(leg->docker, NULL, &containers, NULL))
        return list;
    for (guint i = 0; i < containers->len && i < CONTAINERS_SHOWN_MAX; i++) {
        const struct docker_container *each = g_ptr_array_index(containers, i);
        g_autofree char *logs = NULL;
        bool has_logs = docker_container_logs(leg->docker, each->id, &logs, NULL);
        json_t *entry = json_pack("{s:s?, s:s?, s:s?}", "name", each->name, "image", each->image,
                                  "state", each->state);
        json_object_set_new(entry, "logs", text_tail(has_logs ? logs : "", LOG_BYTES_MAX));
        json_array_append_new(list, entry);
    }
    return list;
}

/* Asking the Engine may hang when the Engine is what failed: a short limit of its own. */
static void add_engine(struct leg *leg, json_t *bundle)
{
    DEADLINE(limit);
    deadline_begin(leg->loop, &limit, "diagnostics", 10 * SECOND_US);
    json_object_set_new(bundle, "engine",
                        json_pack("{s:s?, s:s?}", "version", leg->facts.version, "storage_driver",
                                  leg->facts.storage_driver));
    json_object_set_new(bundle, "usage", usage_json(leg));
    json_object_set_new(bundle, "containers", containers_json(leg));
}

/* Escapes may swell a text sixfold: what is largest goes first until the rest fits. */
static GBytes *fitting_bytes(json_t *bundle)
{
    static const struct {
        const char *part;
        const char *left_out;
    } cuts[] = {
        {"containers", "container logs, for their size"},
        {"steps", "container logs and steps, for their size"},
    };
    GBytes *bytes = json_bytes(bundle);
    for (gsize i = 0; i < G_N_ELEMENTS(cuts) && g_bytes_get_size(bytes) > DIAGNOSTICS_BYTES_MAX;
         i++) {
        json_object_del(bundle, cuts[i].part);
        json_object_set_new(bundle, "left_out", json_string(cuts[i].left_out));
        g_bytes_unref(bytes);
        bytes = json_bytes(bundle);
    }
    return bytes;
}

GBytes *bundle_make(struct leg *leg)
{
    const struct leg_report *report = leg->report;
    g_autoptr(json_t) bundle =
        json_pack("{s:s, s:s, s:s}", "format", "seatrial.diagnostics/1", "leg", report->leg,
                  "outcome", step_outcome_text(report->outcome));
    json_object_set_new(bundle, "diagnosis", diagnosis_json(&report->diagnosis));
    json_object_set_new(bundle, "evidence", text_tail(report->diagnosis.evidence, TEXT_BYTES_MAX));
    json_object_set_new(bundle, "steps", steps_json(report));
    add_engine(leg, bundle);
    return fitting_bytes(bundle);
}
