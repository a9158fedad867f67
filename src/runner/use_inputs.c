/* Inputs of an action, given and standard, and the header that shows them
   (actions-semantics.md 1.8, 5.2; the runner's ActionRunner.cs, Handler.cs). */
#include "runner/use.h"

#include "base/command.h"

#include <string.h>

static bool has_key(const json_t *object, const char *name)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)object, key, value)
        if (g_ascii_strcasecmp(key, name) == 0)
            return true;
    return false;
}

static bool add_native_defaults(const struct step_run *step, json_t *inputs, GError **error)
{
    const struct action_input *input = step->use->action->inputs;
    for (; input != NULL && input->name != NULL; input++) {
        g_autofree char *text = NULL;
        if (has_key(inputs, input->name))
            continue;
        if (!step_evaluate_raw(step, input->standard, &text, error))
            return false;
        json_object_set_new(inputs, input->name, json_text_or_null(text));
    }
    return true;
}

static bool add_manifest_defaults(const struct step_run *step, json_t *inputs, GError **error)
{
    const GArray *values = step->use->manifest->inputs;
    for (guint i = 0; i < values->len; i++) {
        const struct manifest_value *value = &g_array_index(values, struct manifest_value, i);
        g_autofree char *text = g_strdup("");
        if (has_key(inputs, value->name))
            continue;
        if (value->node != NULL) {
            g_clear_pointer(&text, g_free);
            if (!step_evaluate_text(step, value->node, &text, error))
                return false;
        }
        json_object_set_new(inputs, value->name, json_text_or_null(text));
    }
    return true;
}

static void add_known_names(const struct use *use, GPtrArray *names)
{
    const struct action_input *input = use->action != NULL ? use->action->inputs : NULL;
    for (; input != NULL && input->name != NULL; input++)
        g_ptr_array_add(names, (gpointer)(uintptr_t)input->name);
    for (guint i = 0; use->manifest != NULL && i < use->manifest->inputs->len; i++) {
        const struct manifest_value *value =
            &g_array_index(use->manifest->inputs, struct manifest_value, i);
        g_ptr_array_add(names, (gpointer)(uintptr_t)value->name);
    }
}

static bool is_among(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (g_ascii_strcasecmp(names->pdata[i], name) == 0)
            return true;
    return false;
}

static char *quoted_list(GPtrArray *names)
{
    g_ptr_array_add(names, NULL);
    return g_strjoinv("', '", (char **)names->pdata);
}

/* A warning, not an error. */
static void check_names(struct step_run *step, const json_t *given)
{
    const struct use *use = step->use;
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    g_autoptr(GPtrArray) unexpected = g_ptr_array_new();
    const char *name;
    json_t *value;
    if (step->phase != PHASE_MAIN || (use->action == NULL && use->manifest == NULL) ||
        (use->action != NULL && use->action->inputs == NULL))
        return;
    if (use->kind == USE_CONTAINER) {
        g_ptr_array_add(known, (gpointer) "entryPoint");
        g_ptr_array_add(known, (gpointer) "args");
    }
    add_known_names(use, known);
    json_object_foreach ((json_t *)(uintptr_t)given, name, value)
        if (!is_among(known, name))
            g_ptr_array_add(unexpected, (gpointer)(uintptr_t)name);
    if (unexpected->len == 0)
        return;
    g_autofree char *wrong = quoted_list(unexpected);
    g_autofree char *valid = quoted_list(known);
    step_warning(step, "Unexpected input(s) '%s', valid inputs are ['%s']", wrong, valid);
}

/* They shape an image, but do not decide whether there is one, and where. */
static bool is_about_contents(const char *input)
{
    static const char *const names[] = {"annotations", "build-args", "cache-from", "cache-to",
                                        "labels",      "secrets",    NULL};
    g_autofree char *lower = g_ascii_strdown(input, -1);
    return g_strv_contains(names, lower);
}

/* An input that hides the unknown word has decided something by it: `enable=${{ github.ref_name ==
   env.LATEST }}`. Where it shows, it shows in what comes of it, too. */
static const char *hidden_word(const struct unknown_log *log, const char *text)
{
    return strstr(text, COMMAND_UNKNOWN_STEM) == NULL ? log->worded : NULL;
}

/* Outputs that nobody knows were read: which of them by an input that matters is looked for again;
   g_free, NULL: none. */
static char *find_decisive(const struct step_run *step, const char *first)
{
    const struct node *with = step->step->with;
    const struct unknown_log *log = &step->leg->unknown;
    if (with->kind != NODE_MAPPING)
        return g_strdup(first);
    for (gsize i = 0; i < node_length(with); i++) {
        const struct node_entry *entry = node_entry(with, i);
        g_autofree char *text = NULL;
        unknown_log_clear(&step->leg->unknown);
        if (is_about_contents(entry->key) || !step_evaluate_text(step, entry->value, &text, NULL))
            continue;
        const char *name = log->name != NULL ? log->name : hidden_word(log, text);
        if (name != NULL)
            return g_strdup(name);
    }
    return NULL;
}

static void assume_unknown(struct step_run *step)
{
    struct unknown_log *log = &step->leg->unknown;
    leg_assume_lacking(step->leg, step);
    g_autofree char *first = g_strdup(log->name);
    if (first == NULL && log->worded == NULL)
        return;
    g_autofree char *decisive = find_decisive(step, first);
    unknown_log_clear(log);
    log->name = g_strdup(decisive != NULL ? decisive : first);
    step->has_read_unknown = step->has_read_unknown || log->name != NULL;
    leg_assume_unknown(step->leg, step, decisive != NULL, /* with_doubts= */ false);
}

json_t *use_inputs(struct step_run *step, GError **error)
{
    g_autoptr(json_t) inputs = step_evaluate_map(step, step->step->with, error);
    if (inputs == NULL)
        return NULL;
    assume_unknown(step);
    check_names(step, inputs);
    if (step->use->action != NULL && !add_native_defaults(step, inputs, error))
        return NULL;
    if (step->use->manifest != NULL && !add_manifest_defaults(step, inputs, error))
        return NULL;
    return g_steal_pointer(&inputs);
}

void use_print_header(struct step_run *step, const json_t *inputs)
{
    const char *name;
    json_t *value;
    bool is_first = true;
    if (step->phase == PHASE_POST) {
        step_print(step, "Post job cleanup.");
        return;
    }
    step_print(step, "##[group]Run %s", step->use->text);
    json_object_foreach ((json_t *)(uintptr_t)inputs, name, value) {
        if (json_string_length(value) == 0)
            continue;
        if (is_first)
            step_print(step, "with:");
        step_print(step, "  %s: %s", name, json_string_value(value));
        is_first = false;
    }
    print_environment(step);
    step_print(step, "##[endgroup]");
}
