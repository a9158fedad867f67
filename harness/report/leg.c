/* Leg reports for people and for programs. */
#include "harness/report/leg.h"

#include "base/units.h"
#include "harness/report/part.h"

static json_t *step_json(const struct step_report *step)
{
    json_t *json = json_pack(
        "{s:s, s:s, s:I, s:I, s:b}", "id", step->id, "outcome", step_outcome_text(step->outcome),
        "started_us", (json_int_t)step->started_us, "duration_us", (json_int_t)step->duration_us,
        "is_tolerated", (int)step->is_tolerated);
    if (step->message != NULL)
        json_object_set_new(json, "message", json_text_or_null(step->message));
    return json;
}

static json_t *service_json(const struct service_report *service)
{
    json_t *json = json_pack("{s:s, s:s, s:s?, s:s?, s:b, s:b, s:b}", "id", service->id, "image",
                             service->image, "pushed", service->pushed, "digest", service->digest,
                             "is_delivered", (int)service->is_delivered, "is_rescue",
                             (int)service->is_rescue, "is_side_tag", (int)service->is_side_tag);
    json_object_set_new(json, "platforms", part_texts(service->platforms));
    json_object_set_new(json, "dropped", part_texts(service->dropped));
    return json;
}

static json_t *leg_json(const struct leg_report *leg)
{
    json_t *steps = json_array();
    json_t *services = json_array();
    json_t *json = json_pack("{s:s, s:s, s:s?, s:I}", "id", leg->leg, "outcome",
                             step_outcome_text(leg->outcome), "tier", leg->builder_tier,
                             "duration_us", (json_int_t)leg->duration_us);
    for (guint i = 0; i < leg->steps->len; i++)
        json_array_append_new(steps, step_json(g_ptr_array_index(leg->steps, i)));
    for (guint i = 0; i < leg->services->len; i++)
        json_array_append_new(services, service_json(g_ptr_array_index(leg->services, i)));
    json_object_set_new(json, "steps", steps);
    json_object_set_new(json, "services", services);
    json_object_set_new(json, "diagnosis", part_diagnosis(&leg->diagnosis));
    return json;
}

json_t *legs_json(const struct policy *policy, const char *endpoint, const GPtrArray *legs)
{
    json_t *list = json_array();
    json_t *json = json_pack("{s:s, s:s?, s:s}", "format", "seatrial.up/1", "policy", policy->name,
                             "endpoint", endpoint);
    for (guint i = 0; i < legs->len; i++)
        json_array_append_new(list, leg_json(g_ptr_array_index(legs, i)));
    json_object_set_new(json, "legs", list);
    return json;
}

/* To the tenth of a second: more is noise on a real clock. */
static char *rounded_duration(int64_t duration_us)
{
    const int64_t tenth_us = 100 * MILLISECOND_US;
    return duration_text((duration_us + tenth_us / 2) / tenth_us * tenth_us);
}

char *step_text(const struct step_report *step)
{
    g_autofree char *duration = rounded_duration(step->duration_us);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%-9s  %-24s  %8s", step_outcome_text(step->outcome), step->id,
                           step->outcome == STEP_SKIPPED ? "" : duration);
    if (step->message != NULL)
        g_string_append_printf(text, "  %s", step->message);
    return g_string_free(text, FALSE);
}

static void append_service(GString *text, const struct service_report *service)
{
    if (!service->is_delivered) {
        g_string_append_printf(text, "  %s: not delivered: %s\n", service->id, service->image);
        return;
    }
    g_string_append_printf(text, "  %s: %s", service->id,
                           service->pushed != NULL ? service->pushed : service->image);
    for (guint i = 0; i < service->platforms->len; i++)
        g_string_append_printf(text, "%s %s", i == 0 ? ":" : ",",
                               (const char *)g_ptr_array_index(service->platforms, i));
    if (service->is_rescue)
        g_string_append(text, " (rescued with fewer platforms)");
    if (service->is_side_tag)
        g_string_append(text, " (side tag)");
    for (guint i = 0; i < service->dropped->len; i++)
        g_string_append_printf(text, "%s %s", i == 0 ? "; given up:" : ",",
                               (const char *)g_ptr_array_index(service->dropped, i));
    g_string_append_c(text, '\n');
}

static void append_diagnosis(GString *text, const struct diagnosis *diagnosis)
{
    if (diagnosis->step == NULL)
        return;
    g_string_append_printf(text, "  diagnosis: %s, in step %s",
                           failure_cause_text(diagnosis->cause), diagnosis->step);
    if (diagnosis->rule != NULL)
        g_string_append_printf(text, " (%s)", diagnosis->rule);
    g_string_append_c(text, '\n');
    if (diagnosis->evidence != NULL)
        g_string_append_printf(text, "    evidence: %s\n", diagnosis->evidence);
    if (diagnosis->escalation != NULL)
        g_string_append_printf(text, "    next: %s\n", diagnosis->escalation);
}

char *legs_text(const GPtrArray *legs)
{
    GString *text = g_string_new(NULL);
    guint green_count = 0;
    for (guint i = 0; i < legs->len; i++) {
        const struct leg_report *leg = g_ptr_array_index(legs, i);
        g_autofree char *duration = rounded_duration(leg->duration_us);
        g_string_append_printf(text, "leg %s: %s in %s", leg->leg, step_outcome_text(leg->outcome),
                               duration);
        if (leg->builder_tier != NULL)
            g_string_append_printf(text, ", builder of tier %s", leg->builder_tier);
        g_string_append_c(text, '\n');
        for (guint j = 0; j < leg->services->len; j++)
            append_service(text, g_ptr_array_index(leg->services, j));
        append_diagnosis(text, &leg->diagnosis);
        green_count += leg->outcome == STEP_SUCCESS;
    }
    g_string_append_printf(text, "%u of %u legs succeeded\n", green_count, legs->len);
    return g_string_free(text, FALSE);
}
