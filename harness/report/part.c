/* Common parts of reports as JSON. */
#include "harness/report/part.h"

json_t *part_texts(const GPtrArray *texts)
{
    if (texts == NULL)
        return json_null();
    json_t *list = json_array();
    for (guint i = 0; i < texts->len; i++)
        json_array_append_new(list, json_text_or_null(g_ptr_array_index(texts, i)));
    return list;
}

json_t *part_diagnosis(const struct diagnosis *diagnosis)
{
    if (diagnosis->step == NULL)
        return json_null();
    json_t *json = json_pack("{s:s, s:s?, s:s}", "cause", failure_cause_text(diagnosis->cause),
                             "rule", diagnosis->rule, "step", diagnosis->step);
    json_object_set_new(json, "evidence", json_text_or_null(diagnosis->evidence));
    json_object_set_new(json, "escalation", json_text_or_null(diagnosis->escalation));
    return json;
}
