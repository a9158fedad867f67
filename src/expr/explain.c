/* Why a condition came out as it did. */
#include "expr/expr_private.h"

#include <string.h>

struct explanation {
    struct evaluation evaluation;
    GString *text;
};

static void explain(struct explanation *explanation, const struct expr_node *node);

static bool value_of(struct explanation *explanation, const struct expr_node *node,
                     struct value *value)
{
    return evaluate_node(&explanation->evaluation, node, value, NULL);
}

/* "steps.x.outcome is 'success'", once. */
static void add_value(struct explanation *explanation, const struct expr_node *node)
{
    const char *text = explanation->evaluation.expr->text + node->start;
    VALUE(value);

    if (node->kind == EXPR_LITERAL && node != explanation->evaluation.expr->root)
        return;
    g_autofree char *shown =
        value_of(explanation, node, &value) ? value_text(&value) : g_strdup("not to be evaluated");
    g_autofree char *line =
        g_strdup_printf("%.*s is %s", (int)(node->end - node->start), text, shown);
    if (strstr(explanation->text->str, line) != NULL)
        return;
    if (explanation->text->len > 0)
        g_string_append(explanation->text, "; ");
    g_string_append(explanation->text, line);
}

static bool is_true(struct explanation *explanation, const struct expr_node *node)
{
    VALUE(value);
    bool truth = false;
    return value_of(explanation, node, &value) &&
           explanation->evaluation.expr->dialect->is_true(&value, &truth, NULL) && truth;
}

/* One false operand decides an &&, one true an ||; otherwise all of them together. */
static void explain_chain(struct explanation *explanation, const struct expr_node *node)
{
    bool deciding_truth = node->kind == EXPR_OR;
    for (guint i = 0; i < node->children->len; i++) {
        const struct expr_node *operand = g_ptr_array_index(node->children, i);
        if (is_true(explanation, operand) == deciding_truth) {
            explain(explanation, operand);
            return;
        }
    }
    for (guint i = 0; i < node->children->len; i++)
        explain(explanation, g_ptr_array_index(node->children, i));
}

static void explain(struct explanation *explanation, const struct expr_node *node)
{
    switch (node->kind) {
    case EXPR_AND:
    case EXPR_OR:
        explain_chain(explanation, node);
        return;
    case EXPR_NOT:
        explain(explanation, g_ptr_array_index(node->children, 0));
        return;
    case EXPR_CALL:
        add_value(explanation, node);
        __attribute__((fallthrough));
    case EXPR_COMPARE:
        for (guint i = 0; i < node->children->len; i++)
            add_value(explanation, g_ptr_array_index(node->children, i));
        return;
    case EXPR_LITERAL:
    case EXPR_NAME:
    case EXPR_MEMBER:
    case EXPR_METHOD:
    case EXPR_ARRAY:
    case EXPR_WILDCARD:
        add_value(explanation, node);
        return;
    }
}

char *expr_explain(const struct expr *expr, const struct expr_scope *scope)
{
    struct explanation explanation = {
        .evaluation = {.expr = expr, .scope = scope},
        .text = g_string_new(NULL),
    };
    explain(&explanation, expr->root);
    return g_string_free(explanation.text, FALSE);
}
