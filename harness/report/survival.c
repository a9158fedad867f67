/* From entries to the survival table. */
#include "harness/report/survival.h"

#include "harness/fate.h"

#include <string.h>

/* ---- one row ---- */

static bool is_of_leg(const json_t *member, const char *key, const char *leg)
{
    return strcmp(json_get_string(member, key, ""), leg) == 0;
}

/* The first step of the leg whose "outcome" or "conclusion" is bad, or NULL. */
static const json_t *first_bad(const json_t *entry, const char *leg, const char *key)
{
    gsize index;
    json_t *step;
    json_array_foreach (json_get_array(entry, "steps"), index, step) {
        const char *result = json_get_string(step, key, "");
        bool is_red = strcmp(result, "failure") == 0 || strcmp(result, "cancelled") == 0;
        if (is_red && is_of_leg(step, "leg", leg))
            return step;
    }
    return NULL;
}

/* Where the leg broke; failing that, the first step whose failure did not count. */
static json_t *first_broken(const json_t *entry, const char *leg)
{
    const json_t *step = first_bad(entry, leg, "conclusion");
    if (step == NULL)
        step = first_bad(entry, leg, "outcome");
    if (step == NULL)
        return json_null();
    json_t *place = json_object();
    json_object_set_new(place, "step", json_text_or_null(json_get_string(step, "title", "")));
    json_object_set_new(place, "line", json_integer(json_get_integer(step, "line", 0)));
    json_object_set_new(place, "message",
                        json_text_or_null(json_get_string(step, "message", NULL)));
    return place;
}

static gsize count_modelled(const json_t *entry, const char *leg)
{
    gsize index;
    gsize count = 0;
    json_t *step;
    json_array_foreach (json_get_array(entry, "steps"), index, step)
        count += is_of_leg(step, "leg", leg) && !json_get_boolean(step, "is_assumed", false);
    return count;
}

static json_t *images_of(const json_t *entry, const char *leg)
{
    static const char *const keys[] = {"image", "platforms", "promised", "before", "fate"};
    json_t *images = json_array();
    gsize index;
    json_t *effect;
    json_array_foreach (json_get_array(entry, "effects"), index, effect) {
        if (!is_of_leg(effect, "service", leg))
            continue;
        json_t *image = json_object();
        for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
            json_object_set(image, keys[i], json_object_get(effect, keys[i]));
        json_array_append_new(images, image);
    }
    return images;
}

/* What the leg attaches to images, its own or another leg's. */
static json_t *attachments_of(const json_t *entry, const char *leg)
{
    json_t *list = json_array();
    gsize index;
    json_t *effect;
    json_array_foreach (json_get_array(entry, "effects"), index, effect) {
        gsize each;
        json_t *attachment;
        json_array_foreach (json_get_array(effect, "attachments"), each, attachment) {
            if (!is_of_leg(attachment, "leg", leg))
                continue;
            json_t *own = json_pack("{s:O, s:O, s:O}", "image", json_object_get(effect, "image"),
                                    "what", json_object_get(attachment, "what"), "is_there",
                                    json_object_get(attachment, "is_there"));
            json_array_append_new(list, own);
        }
    }
    return list;
}

static json_t *row_of(const json_t *entry, const json_t *leg)
{
    const char *id = json_get_string(leg, "id", "");
    json_t *assumptions = json_object_get(leg, "assumptions");
    gsize assumed = json_array_size(assumptions);
    json_t *row = json_object();

    json_object_set(row, "fault", json_object_get(entry, "name"));
    json_object_set_new(row, "leg", json_text_or_null(id));
    json_object_set(row, "job_name", json_object_get(leg, "name"));
    json_object_set(row, "fate", json_object_get(leg, "fate"));
    json_object_set(row, "outcome", json_object_get(leg, "outcome"));
    json_object_set(row, "duration_us", json_object_get(leg, "duration_us"));
    json_object_set_new(row, "broke_at", first_broken(entry, id));
    json_object_set(row, "reason", json_object_get(leg, "reason"));
    json_object_set(row, "lack", json_object_get(leg, "lack"));
    json_object_set_new(row, "modelled", json_integer((json_int_t)count_modelled(entry, id)));
    json_object_set_new(row, "assumed", json_integer((json_int_t)assumed));
    json_object_set(row, "assumptions", assumptions);
    if (json_object_get(leg, "remedy") != NULL) {
        json_object_set(row, "cause", json_object_get(leg, "cause"));
        json_object_set(row, "remedy", json_object_get(leg, "remedy"));
    }
    json_object_set_new(row, "images", images_of(entry, id));
    json_object_set_new(row, "attachments", attachments_of(entry, id));
    json_object_set(row, "trace_digest", json_object_get(entry, "trace_digest"));
    if (json_object_get(leg, "queued_us") != NULL)
        json_object_set(row, "queued_us", json_object_get(leg, "queued_us"));
    return row;
}

json_t *survival_json(const char *workflow, const char *event, const GPtrArray *entries)
{
    json_t *rows = json_array();
    json_t *broken = json_array();
    json_t *document = json_pack("{s:s, s:s?, s:s?}", "format", "seatrial.rehearse/1", "workflow",
                                 workflow, "event", event);
    for (guint i = 0; i < entries->len; i++) {
        const json_t *entry = g_ptr_array_index(entries, i);
        gsize index;
        json_t *leg;
        if (strcmp(json_get_string(entry, "verdict", ""), "broken") == 0) {
            json_t *row = json_object();
            json_object_set(row, "fault", json_object_get(entry, "name"));
            json_object_set(row, "reason", json_object_get(entry, "reason"));
            json_object_set(row, "is_our_fault", json_object_get(entry, "is_our_fault"));
            json_array_append_new(broken, row);
            continue;
        }
        json_array_foreach (json_get_array(entry, "legs"), index, leg)
            json_array_append_new(rows, row_of(entry, leg));
    }
    json_object_set_new(document, "rehearsals", rows);
    json_object_set_new(document, "broken", broken);
    return document;
}

/* ---- judging ---- */

static bool is_bad(const json_t *row)
{
    static const char *const always[] = {"shrunk", "hollow", NULL};
    static const char *const in_clear_weather[] = {"cancelled", "failed", NULL};
    const char *fate = json_get_string(row, "fate", "");
    bool is_clear = strcmp(json_get_string(row, "fault", ""), "none") == 0;
    return g_strv_contains(always, fate) || (is_clear && g_strv_contains(in_clear_weather, fate));
}

static bool is_unknown(const json_t *row)
{
    return strcmp(json_get_string(row, "fate", ""), "unknown") == 0;
}

static bool has_row(const json_t *document, bool (*is_such)(const json_t *row))
{
    gsize index;
    json_t *row;
    json_array_foreach (json_get_array(document, "rehearsals"), index, row)
        if (is_such(row))
            return true;
    return false;
}

bool survival_is_bad(const json_t *document)
{
    return has_row(document, is_bad);
}

bool survival_is_inconclusive(const json_t *document)
{
    return has_row(document, is_unknown);
}
