/* What a job's contexts hold before any step, and what steps add to them (actions-semantics.md 1.1,
   1.2, 4). */
#include "runner/leg.h"
#include "workflow/literal.h"
#include "workflow/repository.h"

#include <string.h>

struct value folded_value(const json_t *json)
{
    struct value value = {0};
    const char *name;
    json_t *member;
    gsize index;
    switch (json != NULL ? json_typeof(json) : JSON_NULL) {
    case JSON_OBJECT:
        value = value_of_folded_map();
        json_object_foreach ((json_t *)(uintptr_t)json, name, member)
            value_set(&value, name, folded_value(member));
        break;
    case JSON_ARRAY:
        value = value_of_array();
        json_array_foreach (json, index, member)
            value_append(&value, folded_value(member));
        break;
    case JSON_STRING:
        return value_of_string(json_string_value(json));
    case JSON_INTEGER:
        return value_of_integer(json_integer_value(json));
    case JSON_REAL:
        return value_of_number(json_real_value(json));
    case JSON_TRUE:
    case JSON_FALSE:
        return value_of_boolean(json_is_true(json));
    case JSON_NULL:
        break;
    }
    return value;
}

static void set_text(struct value *map, const char *name, const char *text)
{
    if (text != NULL)
        value_set(map, name, value_of_string(text));
}

static struct value map_of(const json_t *json)
{
    return json_is_object(json) ? folded_value(json) : value_of_folded_map();
}

/* A caller hands on the token of the run, in whatever name: each job gets its own for it. */
static void add_member(struct leg_run *leg, const char *name, const char *text, const char *token)
{
    const char *of_run = json_get_string(leg->options.secrets, "GITHUB_TOKEN", NULL);
    masks_add(leg->masks, text);
    if (g_strcmp0(text, of_run) == 0)
        value_set(&leg->secrets.members, name, value_of_string(token));
}

/* Every job has a token: its machine's, else one that a scenario gives, else one of chance. */
static void make_secrets(struct leg_run *leg)
{
    enum {
        TOKEN_DIGITS = 36
    };
    const char *name;
    json_t *member;
    const char *given = leg->options.machine->token != NULL
                            ? leg->options.machine->token
                            : json_get_string(leg->options.secrets, "GITHUB_TOKEN", NULL);
    g_autofree char *digits = leg_random_hex(leg, TOKEN_DIGITS);
    g_autofree char *token = given != NULL ? g_strdup(given) : g_strconcat("ghs_", digits, NULL);
    secrets_init(&leg->secrets, leg->options.secrets, leg->options.make_secret, leg->options.self);
    leg->secrets.masks = leg->masks;
    value_set(&leg->secrets.members, "GITHUB_TOKEN", value_of_string(token));
    value_set(&leg->github, "token", value_of_string(token));
    masks_add(leg->masks, token);
    json_object_foreach ((json_t *)(uintptr_t)leg->options.secrets, name, member)
        if (json_is_string(member))
            add_member(leg, name, json_string_value(member), token);
}

void leg_make_contexts(struct leg_run *leg)
{
    leg->github = map_of(leg->options.github);
    leg->vars = unknown_vars_value(leg->options.vars, &leg->unknown);
    leg->needs = unknown_rows_value(leg->options.needs, "needs", &leg->unknown);
    leg->matrix = folded_value(leg->options.leg != NULL ? leg->options.leg->values : NULL);
    leg->scope->inputs = json_incref((json_t *)(uintptr_t)leg->options.inputs);
    leg->scope->unknown = json_incref((json_t *)(uintptr_t)leg->options.unknown_inputs);
    set_text(&leg->github, "job", leg->options.job->id);
    set_text(&leg->github, "workspace", leg->workspace);
    g_autofree char *event = g_strconcat(leg->temp, "/_github_workflow/event.json", NULL);
    set_text(&leg->github, "event_path", event);
    make_secrets(leg);
    leg->strategy = map_of(leg->options.strategy);
}

void leg_free_contexts(struct leg_run *leg)
{
    value_clear(&leg->github);
    value_clear(&leg->vars);
    value_clear(&leg->needs);
    unknown_log_clear(&leg->unknown);
    value_clear(&leg->matrix);
    secrets_clear(&leg->secrets);
    value_clear(&leg->strategy);
}

const char *leg_status(const struct leg_run *leg)
{
    if (leg->has_cancelled)
        return "cancelled";
    return leg->has_failed ? "failure" : "success";
}

struct scope *scope_new(void)
{
    struct scope *scope = g_new0(struct scope, 1);
    scope->steps = json_object();
    scope->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return scope;
}

void scope_free(struct scope *scope)
{
    if (scope == NULL)
        return;
    json_decref(scope->steps);
    json_decref(scope->inputs);
    json_decref(scope->unknown);
    g_hash_table_unref(scope->names);
    g_free(scope);
}

/* Only steps with an id of their own are seen, and results only once they have ended. */
void scope_record(struct scope *scope, const struct step_result *step, bool has_ended)
{
    if (step->id == NULL || step->phase != PHASE_MAIN)
        return;
    json_t *row = json_object_get(scope->steps, step->id);
    if (row == NULL) {
        row = json_object();
        json_object_set_new(scope->steps, step->id, row);
    }
    json_object_set(row, "outputs", step->outputs);
    if (step->unknown != NULL)
        json_object_set(row, unknown_key, step->unknown);
    if (!has_ended)
        return;
    json_object_set_new(row, "outcome", json_string(result_text(step->outcome)));
    json_object_set_new(row, "conclusion", json_string(result_text(step->conclusion)));
}

/* "__run", "__actions_checkout", "__self" for actions of the repository. */
static char *base_name(const struct step *step)
{
    g_autofree char *uses = step->uses != NULL ? literal_text(step->uses) : g_strdup("run");
    if (step->kind != STEP_USES)
        return g_strdup("__run");
    if (g_str_has_prefix(uses, "./") || g_str_has_prefix(uses, ".\\"))
        return g_strdup("__self");
    if (uses_is_of_own_commit(uses))
        return g_strdup("__selfRepository");
    char *at = strchr(uses, '@');
    if (at != NULL)
        *at = '\0';
    const char *start = g_str_has_prefix(uses, "docker://") ? uses + strlen("docker://") : uses;
    char *name = g_strconcat("__", start, NULL);
    for (char *each = name + 2; *each != '\0'; each++)
        if (!g_ascii_isalnum(*each) && *each != '-')
            *each = '_';
    return name;
}

char *scope_make_name(struct scope *scope, const struct step *step)
{
    g_autofree char *base = step->id != NULL ? g_strdup(step->id) : base_name(step);
    gsize count = GPOINTER_TO_SIZE(g_hash_table_lookup(scope->names, base)) + 1;
    g_hash_table_insert(scope->names, g_strdup(base), GSIZE_TO_POINTER(count));
    return count == 1 ? g_steal_pointer(&base)
                      : g_strdup_printf("%s_%" G_GSIZE_FORMAT, base, count);
}
