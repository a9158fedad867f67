/* Turns an outcome into the values of expectation expressions. */
#include "harness/view.h"

#include "base/glob.h"
#include "harness/step_fact.h"
#include "harness/step_ids.h"

#include <string.h>

/* The steps of one leg, or of whichever leg has the one asked for. */
struct steps_of {
    const struct outcome *outcome;
    const GPtrArray *ids;           /* all that the policy can have */
    const struct leg_outcome *only; /* NULL: any */
};

struct view {
    const struct outcome *outcome;
    GPtrArray *step_ids;
    struct steps_of any_steps;
    GPtrArray *leg_steps; /* struct steps_of, by leg */
    struct dialect dialect;
    struct expr_scope scope;
    struct value names;
};

static const char *const view_names[] = {"diagnosis", "effects", "elapsed", "fate",
                                         "faults",    "legs",    "steps",   NULL};

static struct value texts_value(const GPtrArray *texts)
{
    struct value list = value_of_array();
    for (guint i = 0; texts != NULL && i < texts->len; i++)
        value_append(&list, value_of_string(g_ptr_array_index(texts, i)));
    return list;
}

/* ---- steps ---- */

/* fact NULL: the step did not run. */
static struct value step_value(const struct step_fact *fact)
{
    struct value map = value_of_map();
    bool is_there = fact != NULL;
    value_set(&map, "outcome", value_of_string(is_there ? fact->outcome : "absent"));
    value_set(&map, "conclusion", value_of_string(is_there ? fact->conclusion : "absent"));
    value_set(&map, "message",
              value_of_string(is_there && fact->message != NULL ? fact->message : ""));
    value_set(&map, "duration", value_of_duration(is_there ? fact->duration_us : 0));
    value_set(&map, "started", value_of_duration(is_there ? fact->started_us : 0));
    value_set(&map, "timed_out", value_of_boolean(is_there && fact->has_timed_out));
    value_set(&map, "cause",
              value_of_string(is_there ? failure_cause_text(fact->failure.cause) : "unknown"));
    value_set(&map, "rule", value_of_string(is_there ? fact->failure.rule : NULL));
    return map;
}

static bool steps_get(void *self, const char *name, struct value *out)
{
    const struct steps_of *steps = self;
    const struct outcome *outcome = steps->outcome;
    struct step_fact fact;
    bool is_there = false;
    if (!step_ids_have(steps->ids, name))
        return false;
    for (guint i = 0; i < outcome->legs->len && !is_there; i++) {
        const struct leg_outcome *leg = g_ptr_array_index(outcome->legs, i);
        if (steps->only == NULL || steps->only == leg)
            is_there = step_fact_find(leg, name, &fact);
    }
    *out = step_value(is_there ? &fact : NULL);
    return true;
}

static void steps_list(void *self, GPtrArray *names)
{
    const struct steps_of *steps = self;
    for (guint i = 0; i < steps->ids->len; i++)
        g_ptr_array_add(names, g_ptr_array_index(steps->ids, i));
}

static const struct object_type steps_type = {
    .kind_text = "'steps'", .get = steps_get, .list = steps_list};

/* ---- legs ---- */

static struct value diagnosis_value(const struct diagnosis *diagnosis)
{
    struct value map = value_of_map();
    bool is_there = diagnosis != NULL && diagnosis->step != NULL;
    value_set(&map, "cause",
              value_of_string(is_there ? failure_cause_text(diagnosis->cause) : "none"));
    value_set(&map, "rule", value_of_string(is_there ? diagnosis->rule : NULL));
    value_set(&map, "step", value_of_string(is_there ? diagnosis->step : NULL));
    value_set(&map, "evidence", value_of_string(is_there ? diagnosis->evidence : NULL));
    value_set(&map, "escalation", value_of_string(is_there ? diagnosis->escalation : NULL));
    return map;
}

static struct value leg_value(const struct leg_outcome *leg, struct steps_of *steps)
{
    const struct leg_report *report = leg->report;
    struct value map = value_of_map();
    value_set(&map, "outcome", value_of_string(leg_outcome_text(leg)));
    value_set(&map, "conclusion", value_of_string(leg_outcome_conclusion(leg)));
    value_set(&map, "fate", value_of_string(fate_text(leg->fate)));
    value_set(&map, "tier", value_of_string(report != NULL ? report->builder_tier : NULL));
    value_set(&map, "elapsed", value_of_duration(leg_outcome_duration_us(leg)));
    value_set(&map, "assumed", value_of_integer(leg_outcome_assumed_count(leg)));
    value_set(&map, "reason", value_of_string(leg->server != NULL ? leg->server->reason : NULL));
    value_set(&map, "remedy", value_of_string(leg->refusal != NULL ? leg->refusal->remedy : NULL));
    value_set(&map, "queued", value_of_duration(leg->server != NULL ? leg->server->queued_us : 0));
    value_set(&map, "log", value_of_string(leg_outcome_log(leg)));
    value_set(&map, "steps", value_of_object(&steps_type, steps));
    value_set(&map, "diagnosis", diagnosis_value(report != NULL ? &report->diagnosis : NULL));
    value_set(&map, "containers", texts_value(leg->containers));
    value_set(&map, "images", texts_value(leg->images));
    value_set(&map, "disk_free", value_of_size(leg->disk_free_bytes));
    value_set(&map, "bundle",
              value_of_size(report != NULL && report->bundle != NULL
                                ? (int64_t)g_bytes_get_size(report->bundle)
                                : 0));
    return map;
}

static bool legs_get(void *self, const char *name, struct value *out)
{
    const struct view *view = self;
    for (guint i = 0; i < view->leg_steps->len; i++) {
        struct steps_of *steps = g_ptr_array_index(view->leg_steps, i);
        if (strcmp(steps->only->id, name) != 0)
            continue;
        *out = leg_value(steps->only, steps);
        return true;
    }
    return false;
}

static void legs_list(void *self, GPtrArray *names)
{
    const struct view *view = self;
    for (guint i = 0; i < view->outcome->legs->len; i++)
        g_ptr_array_add(names,
                        ((struct leg_outcome *)g_ptr_array_index(view->outcome->legs, i))->id);
}

static const struct object_type legs_type = {
    .kind_text = "'legs'", .get = legs_get, .list = legs_list};

/* ---- effects ---- */

static struct value attached_value(const GPtrArray *attachments)
{
    struct value list = value_of_array();
    for (guint i = 0; attachments != NULL && i < attachments->len; i++) {
        const struct attachment *each = g_ptr_array_index(attachments, i);
        value_append(&list, value_of_string(each->what));
    }
    return list;
}

static struct value effect_value(const struct effect *effect)
{
    struct value map = value_of_map();
    value_set(&map, "exists", value_of_boolean(effect->after != NULL));
    value_set(&map, "platforms", texts_value(effect->after));
    value_set(&map, "before", texts_value(effect->before));
    value_set(&map, "promised", texts_value(effect->promised));
    value_set(&map, "digest", value_of_string(effect->digest));
    value_set(&map, "complete", value_of_boolean(effect->is_complete));
    value_set(&map, "fresh", value_of_boolean(effect->is_from_this_run));
    value_set(&map, "fate", value_of_string(fate_text(effect->fate)));
    value_set(&map, "side_image", value_of_string(effect->side_image));
    value_set(&map, "side_platforms", texts_value(effect->side));
    value_set(&map, "files", texts_value(effect->files));
    value_set(&map, "attached", attached_value(effect->attached));
    return map;
}

static bool effects_image(void *context, const struct value *arguments, gsize count,
                          struct value *out, GError **error)
{
    const struct view *view = context;
    (void)count;
    if (arguments[0].kind != VALUE_STRING) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "an image is named by a string");
        return false;
    }
    const struct effect *effect = outcome_effect(view->outcome, arguments[0].string);
    if (effect == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "nobody promises or pushes an image '%s'", arguments[0].string);
        return false;
    }
    *out = effect_value(effect);
    return true;
}

static const struct expr_function effects_methods[] = {
    {"image", 1, 1, "what is in the registry under a reference", effects_image}, {0}};

static bool effects_get(void *self, const char *name, struct value *out)
{
    (void)self, (void)name, (void)out;
    return false;
}

static void effects_list(void *self, GPtrArray *names)
{
    (void)self, (void)names;
}

static const struct object_type effects_type = {
    .kind_text = "'effects'", .get = effects_get, .list = effects_list, .methods = effects_methods};

/* ---- faults ---- */

static bool faults_get(void *self, const char *name, struct value *out)
{
    const struct view *view = self;
    for (guint i = 0; i < view->outcome->faults->len; i++) {
        const struct fault_outcome *fault = g_ptr_array_index(view->outcome->faults, i);
        if (strcmp(fault->id, name) != 0)
            continue;
        *out = value_of_map();
        value_set(out, "fired", value_of_integer(fault->fired_count));
        return true;
    }
    return false;
}

static void faults_list(void *self, GPtrArray *names)
{
    const struct view *view = self;
    for (guint i = 0; i < view->outcome->faults->len; i++)
        g_ptr_array_add(names,
                        ((struct fault_outcome *)g_ptr_array_index(view->outcome->faults, i))->id);
}

static const struct object_type faults_type = {
    .kind_text = "'faults'", .get = faults_get, .list = faults_list};

/* ---- requests ---- */

struct request_count {
    int64_t count;
    int64_t first_us;
    int64_t last_us;
};

static void count_request(struct request_count *requests, const char *pattern, const char *line,
                          gsize length)
{
    static const char marker[] = "\"event\":\"exchange\""; /* spares parsing all the other lines */
    if (g_strstr_len(line, (gssize)length, marker) == NULL)
        return;
    g_autoptr(json_t) event = json_parse_bytes(line, length, NULL);
    if (event == NULL || strcmp(json_get_string(event, "event", ""), "exchange") != 0)
        return;
    g_autofree char *text =
        g_strdup_printf("%s %s%s", json_get_string(event, "method", ""),
                        json_get_string(event, "site", ""), json_get_string(event, "target", ""));
    if (!glob_match(pattern, text))
        return;
    int64_t started_us = json_get_integer(event, "started_us", 0);
    if (requests->count == 0 || started_us < requests->first_us)
        requests->first_us = started_us;
    requests->last_us = MAX(requests->last_us, started_us);
    requests->count++;
}

static struct request_count count_requests(const struct outcome *outcome, const char *pattern)
{
    struct request_count requests = {0};
    gsize length = 0;
    const char *line = g_bytes_get_data(outcome->trace, &length);
    const char *end = line + length;
    while (line < end) {
        const char *line_end = memchr(line, '\n', (gsize)(end - line));
        if (line_end == NULL)
            line_end = end;
        count_request(&requests, pattern, line, (gsize)(line_end - line));
        line = line_end + 1;
    }
    return requests;
}

static bool call_requests(void *context, const struct value *arguments, gsize count,
                          struct value *out, GError **error)
{
    const struct view *view = context;
    (void)count;
    if (arguments[0].kind != VALUE_STRING || strchr(arguments[0].string, ' ') == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "requests are matched by 'METHOD SITE/PATH', such as 'GET ghcr.io/v2/*'");
        return false;
    }
    struct request_count requests = count_requests(view->outcome, arguments[0].string);
    *out = value_of_map();
    value_set(out, "count", value_of_integer(requests.count));
    value_set(out, "first", value_of_duration(requests.first_us));
    value_set(out, "last", value_of_duration(requests.last_us));
    return true;
}

static const struct expr_function view_functions[] = {
    {"requests", 1, 1, "requests of the trace that match 'METHOD SITE/PATH'", call_requests}, {0}};

/* ---- the whole ---- */

static void add_leg_steps(struct view *view)
{
    view->leg_steps = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < view->outcome->legs->len; i++) {
        struct steps_of *steps = g_new0(struct steps_of, 1);
        *steps = (struct steps_of){view->outcome, view->step_ids,
                                   g_ptr_array_index(view->outcome->legs, i)};
        g_ptr_array_add(view->leg_steps, steps);
    }
}

struct dialect view_dialect_of_names(void)
{
    struct dialect dialect = dialect_strict;
    dialect.names = view_names;
    dialect.more_functions = view_functions;
    return dialect;
}

struct view *view_new(const struct outcome *outcome)
{
    struct view *view = g_new0(struct view, 1);
    view->outcome = outcome;
    view->step_ids = step_fact_ids(outcome->plan->scenario);
    view->any_steps = (struct steps_of){.outcome = outcome, .ids = view->step_ids};
    add_leg_steps(view);
    view->dialect = view_dialect_of_names();
    view->names = value_of_map();
    value_set(&view->names, "fate", value_of_string(fate_text(outcome->fate)));
    value_set(&view->names, "elapsed", value_of_duration(outcome->duration_us));
    value_set(&view->names, "steps", value_of_object(&steps_type, &view->any_steps));
    value_set(&view->names, "legs", value_of_object(&legs_type, view));
    value_set(&view->names, "effects", value_of_object(&effects_type, view));
    value_set(&view->names, "faults", value_of_object(&faults_type, view));
    value_set(&view->names, "diagnosis", diagnosis_value(outcome_diagnosis(outcome)));
    view->scope = (struct expr_scope){.names = &view->names, .context = view};
    return view;
}

void view_free(struct view *view)
{
    if (view == NULL)
        return;
    value_clear(&view->names);
    g_ptr_array_unref(view->leg_steps);
    g_ptr_array_unref(view->step_ids);
    g_free(view);
}

const struct dialect *view_dialect(const struct view *view)
{
    return &view->dialect;
}

const struct expr_scope *view_scope(const struct view *view)
{
    return &view->scope;
}
