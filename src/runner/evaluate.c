/* Expressions of a step: against the contexts as they are now, with the runner's words for what is
   wrong (actions-semantics.md 1.2, 1.3, 3.7). */
#include "runner/use.h"
#include "workflow/fault.h"
#include "workflow/literal.h"

#include <string.h>

static bool hash_workspace(void *self, const char *const *patterns, bool is_following_links,
                           char **digest, GError **error)
{
    const struct leg_run *leg = self;
    g_autofree char *folder = leg_host_path(leg, leg->workspace);
    g_autoptr(GPtrArray) relative = g_ptr_array_new_with_free_func(g_free);
    (void)is_following_links;
    if (folder == NULL)
        return true;
    for (; *patterns != NULL; patterns++) {
        bool is_below = g_str_has_prefix(*patterns, leg->workspace);
        g_ptr_array_add(relative, g_strdup(*patterns + (is_below ? strlen(leg->workspace) : 0)));
    }
    g_ptr_array_add(relative, NULL);
    return hash_files(folder, (const char *const *)relative->pdata, digest, error);
}

/* What functions ask. In a composite action's main steps success() and failure() look at the
   action's own state (actions-semantics.md 1.7). */
static struct github_functions_context functions_of(const struct step_run *step)
{
    bool is_inner = step->scope->is_composite && step->phase == PHASE_MAIN;
    return (struct github_functions_context){
        .status = is_inner ? result_text(step->scope->status) : leg_status(step->leg),
        .is_cancelled = step->leg->has_cancelled,
        .hash_files = hash_workspace,
        .self = step->leg,
    };
}

static char *place_text(struct position place)
{
    if (place.source == NULL || place.line == 0)
        return g_strdup("");
    return g_strdup_printf("%s (Line: %d, Col: %d): ", place.source->name, place.line,
                           place.column);
}

char *evaluate_place(const struct node *node)
{
    return place_text(fault_place(node));
}

void evaluate_place_error_at(struct position place, const char *message, GError **error)
{
    g_autofree char *text = place_text(place);
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "The template is not valid. %s%s", text,
                message);
}

void evaluate_place_error(const struct node *node, const char *message, GError **error)
{
    evaluate_place_error_at(fault_place(node), message, error);
}

void evaluate_unexpected(const struct node *node, const struct value *value, GError **error)
{
    g_autofree char *text = github_value_string(value);
    g_autofree char *message = value->kind == VALUE_ARRAY ? g_strdup("A sequence was not expected")
                               : value->kind == VALUE_OBJECT
                                   ? g_strdup("A mapping was not expected")
                                   : g_strdup_printf("Unexpected value '%s'", text);
    evaluate_place_error(node, message, error);
}

static bool evaluate(const struct step_run *step, const char *text, struct value *out,
                     GError **error)
{
    static const struct position nowhere = {0};
    VALUE(contexts);
    struct github_functions_context functions = functions_of(step);
    struct unknown_log *log = &step->leg->unknown;
    contexts = step_contexts(step);
    const struct expr_scope scope = {.names = &contexts, .context = &functions};
    guint mark = unknown_log_mark(log);
    bool is_fine = github_template_evaluate(allowed_dialect_of(step->leg->dialect), text, nowhere,
                                            &scope, out, error);
    unknown_log_forgive(log, mark, text);
    return is_fine;
}

bool step_evaluate(const struct step_run *step, const struct node *node, struct value *out,
                   GError **error)
{
    g_autoptr(GError) wrong = NULL;
    if (node->kind != NODE_STRING || !literal_has_expression(node->text)) {
        *out = value_from_node(node);
        return true;
    }
    if (evaluate(step, node->text, out, &wrong))
        return true;
    evaluate_place_error(node, wrong->message, error);
    return false;
}

bool step_evaluate_text(const struct step_run *step, const struct node *node, char **text,
                        GError **error)
{
    VALUE(value);
    g_autoptr(GError) wrong = NULL;
    if (node->kind != NODE_STRING || !literal_has_expression(node->text)) {
        *text = literal_text(node);
        return true;
    }
    if (!step_evaluate(step, node, &value, error))
        return false;
    if (github_value_expect_string(&value, text, &wrong))
        return true;
    evaluate_place_error(node, wrong->message, error);
    return false;
}

bool step_evaluate_raw(const struct step_run *step, const char *text, char **out, GError **error)
{
    VALUE(value);
    if (!literal_has_expression(text)) {
        *out = g_strdup(text);
        return true;
    }
    return evaluate(step, text, &value, error) && github_value_expect_string(&value, out, error);
}

/* The expression the condition stands for. Those of the runner's own steps and of post steps are
   taken as they are, without success() put before them. */
static char *condition_of(const struct step_run *step, GError **error)
{
    static const struct position nowhere = {0};
    if (step->condition != NULL)
        return g_strdup(step->condition);
    g_autofree char *text =
        step->step->condition != NULL ? literal_text(step->step->condition) : NULL;
    return github_condition(allowed_dialect_of(step->leg->dialect), text, nowhere, error);
}

bool step_evaluate_condition(const struct step_run *step, bool *is_true, GError **error)
{
    VALUE(value);
    g_autoptr(GError) wrong = NULL;
    g_autofree char *condition = condition_of(step, &wrong);
    g_autofree char *template =
        condition != NULL ? g_strconcat("${{ ", condition, " }}", NULL) : NULL;
    if (template != NULL && evaluate(step, template, &value, &wrong)) {
        *is_true = github_value_is_true(&value);
        return true;
    }
    /* The server hands the condition over as bare text, so that the runner knows no place. */
    g_propagate_prefixed_error(error, g_steal_pointer(&wrong), "The template is not valid. ");
    return false;
}
