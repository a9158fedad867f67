/* Holds an outcome against the expectations of its scenario. */
#include "harness/verdict.h"

#include "harness/view.h"

#include <string.h>

const char *const verdict_names[] = {"pass", "fail", "broken", NULL};

static void failing_free(void *memory)
{
    struct failing_expectation *failing = memory;
    g_free(failing->expression);
    g_free(failing->explanation);
    g_free(failing);
}

void verdict_free(struct verdict *verdict)
{
    if (verdict == NULL)
        return;
    g_free(verdict->reason);
    g_ptr_array_unref(verdict->failing);
    g_free(verdict);
}

static void verdict_break(struct verdict *verdict, bool is_our_fault, const char *reason)
{
    if (verdict->kind == VERDICT_BROKEN)
        return;
    verdict->kind = VERDICT_BROKEN;
    verdict->is_our_fault = is_our_fault;
    g_free(verdict->reason);
    verdict->reason = g_strdup(reason);
}

static void add_failing(struct verdict *verdict, const char *expression, char *explanation)
{
    struct failing_expectation *failing = g_new0(struct failing_expectation, 1);
    failing->expression = g_strdup(expression);
    failing->explanation = explanation;
    g_ptr_array_add(verdict->failing, failing);
    if (verdict->kind != VERDICT_PASS)
        return;
    verdict->kind = VERDICT_FAIL;
    verdict->reason = g_strdup_printf("%s: %s", expression, explanation);
}

static void check_expectation(struct verdict *verdict, const struct view *view,
                              const struct node *node)
{
    g_autoptr(GError) error = NULL;
    bool is_true = false;
    AUTO(expr) expr = expr_parse_node(view_dialect(view), node, &error);

    if (expr == NULL || !expr_test(expr, view_scope(view), &is_true, &error)) {
        verdict_break(verdict, /* is_our_fault= */ false, error->message);
        return;
    }
    if (!is_true)
        add_failing(verdict, expr_text(expr), expr_explain(expr, view_scope(view)));
}

static void check_fate(struct verdict *verdict, const struct outcome *outcome)
{
    enum fate expected = outcome->plan->scenario->fate;
    if (outcome->fate == expected)
        return;
    g_autofree char *expression = g_strdup_printf("fate == '%s'", fate_text(expected));
    add_failing(verdict, expression, g_strdup_printf("fate is '%s'", fate_text(outcome->fate)));
}

static bool says_because(const struct verdict *verdict, const char *because)
{
    for (guint i = 0; i < verdict->failing->len; i++) {
        const struct failing_expectation *each = g_ptr_array_index(verdict->failing, i);
        g_autofree char *text = g_strdup_printf("%s: %s", each->expression, each->explanation);
        if (strstr(text, because) != NULL)
            return true;
    }
    return false;
}

/* A canary turns the verdict round: failing is what it is for. */
static void turn_round(struct verdict *verdict, const struct scenario *scenario)
{
    char *reason = NULL;
    if (verdict->kind == VERDICT_PASS)
        reason = g_strdup("the canary passed: it was to fail");
    else if (!says_because(verdict, scenario->because))
        reason = g_strdup_printf("the canary failed, but not because \"%s\": %s", scenario->because,
                                 verdict->reason);
    g_free(verdict->reason);
    verdict->reason = reason;
    verdict->kind = reason == NULL ? VERDICT_PASS : VERDICT_FAIL;
}

struct verdict *verdict_of(const struct outcome *outcome)
{
    const struct scenario *scenario = outcome->plan->scenario;
    struct verdict *verdict = g_new0(struct verdict, 1);
    verdict->failing = g_ptr_array_new_with_free_func(failing_free);
    if (outcome->broken != NULL) {
        verdict_break(verdict, outcome->is_our_fault, outcome->broken);
        return verdict;
    }
    AUTO(view) view = view_new(outcome);
    check_fate(verdict, outcome);
    for (gsize i = 0; i < g_strv_length(scenario->expect); i++)
        check_expectation(verdict, view, node_item(scenario->expect_node, i));
    if (scenario->verdict == EXPECT_FAIL && verdict->kind != VERDICT_BROKEN)
        turn_round(verdict, scenario);
    return verdict;
}

/* ---- the deciding part of the trace ---- */

static bool is_step_line(const char *line)
{
    return strstr(line, "\"event\":\"step\"") != NULL ||
           strstr(line, "\"event\":\"fault\"") != NULL;
}

/* Line number of the end of the step that the diagnosis names, or of the last step. */
static gsize deciding_line(const struct outcome *outcome, char **lines)
{
    const struct diagnosis *diagnosis = outcome_diagnosis(outcome);
    g_autofree char *wanted =
        diagnosis != NULL ? g_strdup_printf("\"id\":\"%s\"", diagnosis->step) : g_strdup("");
    gsize last = 0;
    for (gsize i = 0; lines[i] != NULL; i++) {
        if (strstr(lines[i], "\"event\":\"step\"") == NULL)
            continue;
        last = i;
        if (diagnosis != NULL && strstr(lines[i], wanted) != NULL)
            return i;
    }
    return last;
}

char *verdict_deciding_trace(const struct outcome *outcome)
{
    enum {
        EVENTS_BEFORE = 15
    };
    gsize length = 0;
    const char *bytes = g_bytes_get_data(outcome->trace, &length);
    g_autofree char *text = g_strndup(bytes, length);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gsize decider = deciding_line(outcome, lines);
    GString *out = g_string_new(NULL);

    for (gsize i = 0; lines[i] != NULL; i++)
        if (is_step_line(lines[i]) || (i <= decider && i + EVENTS_BEFORE >= decider && i > 0))
            g_string_append_printf(out, "%s\n", lines[i]);
    return g_string_free(out, FALSE);
}
