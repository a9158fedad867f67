/* Evaluation of a tree against a scope. */
#include "expr/expr_private.h"
#include "expr/fold.h"

#include <string.h>

enum {
    STEP_TEXT_BYTES = 256
};

static const struct dialect *dialect_of(const struct evaluation *evaluation)
{
    return evaluation->expr->dialect;
}

static bool fail_with(struct evaluation *evaluation, const struct expr_node *node, GError *reason,
                      GError **error)
{
    return expr_fail_with(evaluation->expr, node->start, reason, error);
}

/* Nodes and the items of lists cost a step each, texts one for so many bytes. */
static bool spend(struct evaluation *evaluation, const struct expr_node *node, gsize step_count,
                  GError **error)
{
    int steps_max = dialect_of(evaluation)->steps_max;
    if (step_count <= (gsize)(steps_max - evaluation->step_count)) {
        evaluation->step_count += (int)step_count;
        return true;
    }
    return expr_fail(evaluation->expr, BASE_ERROR_LIMIT, node->start, error,
                     "takes more than %d steps", steps_max);
}

static const struct expr_node *child_of(const struct expr_node *node, gsize index)
{
    return g_ptr_array_index(node->children, index);
}

static bool evaluate_name(struct evaluation *evaluation, const struct expr_node *node,
                          struct value *out, GError **error)
{
    const struct value *names = evaluation->scope->names;
    if (names->type->get(names->self, node->name, out) || dialect_of(evaluation)->is_missing_null)
        return true;
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    names->type->list(names->self, known);
    g_autofree char *hint = name_hint(node->name, known);
    evaluation->has_unknown_name = true;
    return expr_fail(evaluation->expr, BASE_ERROR_INVALID, node->start, error,
                     "unknown name '%s'%s", node->name, hint);
}

static bool evaluate_member(struct evaluation *evaluation, const struct expr_node *node,
                            struct value *out, GError **error)
{
    GError *reason = NULL;
    VALUE(value);
    VALUE(key);

    if (!evaluate_node(evaluation, child_of(node, 0), &value, error))
        return false;
    if (child_of(node, 1)->kind == EXPR_WILDCARD) {
        dialect_of(evaluation)->filter(&value, out);
        return true;
    }
    if (dialect_of(evaluation)->is_missing_null && value.kind != VALUE_OBJECT &&
        value.kind != VALUE_ARRAY)
        return true;
    if (!evaluate_node(evaluation, child_of(node, 1), &key, error))
        return false;
    bool is_unknown = false;
    if (dialect_of(evaluation)->member(&value, &key, out, &is_unknown, &reason))
        return true;
    evaluation->has_unknown_name |= is_unknown;
    return fail_with(evaluation, child_of(node, 1), reason, error);
}

/* The values of the children from the given one on. */
static bool evaluate_children(struct evaluation *evaluation, const struct expr_node *node,
                              gsize first, struct value *array, GError **error)
{
    *array = value_of_array();
    for (gsize i = first; i < node->children->len; i++) {
        struct value item = {0};
        if (!evaluate_node(evaluation, child_of(node, i), &item, error)) {
            value_clear(&item);
            return false;
        }
        value_append(array, item);
    }
    return true;
}

static bool call(struct evaluation *evaluation, const struct expr_node *node,
                 const struct expr_function *function, void *context, const struct value *arguments,
                 struct value *out, GError **error)
{
    GError *reason = NULL;
    if (function->call(context, (const struct value *)(void *)arguments->items->data,
                       value_length(arguments), out, &reason))
        return true;
    return fail_with(evaluation, node, reason, error);
}

static bool evaluate_call(struct evaluation *evaluation, const struct expr_node *node,
                          struct value *out, GError **error)
{
    VALUE(arguments);
    if (node->function->call == NULL)
        return dialect_of(evaluation)->call_lazily(evaluation, node, out, error);
    if (!evaluate_children(evaluation, node, 0, &arguments, error))
        return false;
    return call(evaluation, node, node->function, evaluation->scope->context, &arguments, out,
                error);
}

static bool fail_no_method(struct evaluation *evaluation, const struct expr_node *node,
                           const struct value *value, GError **error)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    const struct expr_function *table = value->kind == VALUE_OBJECT ? value->type->methods : NULL;
    for (; table != NULL && table->name != NULL; table++)
        g_ptr_array_add(known, (gpointer)table->name);
    g_autofree char *hint = name_hint(node->name, known);
    evaluation->has_unknown_name = true;
    return expr_fail(evaluation->expr, BASE_ERROR_INVALID, node->start, error,
                     "%s has no function '%s'%s", value_kind_text(value), node->name, hint);
}

static bool evaluate_method(struct evaluation *evaluation, const struct expr_node *node,
                            struct value *out, GError **error)
{
    GError *reason = NULL;
    VALUE(value);
    VALUE(arguments);

    if (!evaluate_node(evaluation, child_of(node, 0), &value, error))
        return false;
    const struct expr_function *method =
        value.kind == VALUE_OBJECT ? function_find(value.type->methods, node->name,
                                                   dialect_of(evaluation)->is_ignoring_case)
                                   : NULL;
    if (method == NULL)
        return fail_no_method(evaluation, node, &value, error);
    if (!function_check_count(method, node->children->len - 1, &reason))
        return fail_with(evaluation, node, reason, error);
    if (!evaluate_children(evaluation, node, 1, &arguments, error))
        return false;
    return call(evaluation, node, method, value.self, &arguments, out, error);
}

static bool truth_of(struct evaluation *evaluation, const struct expr_node *node,
                     const struct value *value, bool *truth, GError **error)
{
    GError *reason = NULL;
    if (dialect_of(evaluation)->is_true(value, truth, &reason))
        return true;
    return fail_with(evaluation, node, reason, error);
}

static bool evaluate_not(struct evaluation *evaluation, const struct expr_node *node,
                         struct value *out, GError **error)
{
    VALUE(value);
    bool truth = false;
    if (!evaluate_node(evaluation, child_of(node, 0), &value, error) ||
        !truth_of(evaluation, child_of(node, 0), &value, &truth, error))
        return false;
    *out = value_of_boolean(!truth);
    return true;
}

/* "elapsed is 12min" for a side that is not its own value. */
static void append_side(GString *text, const struct evaluation *evaluation,
                        const struct expr_node *node, const struct value *value)
{
    g_autofree char *shown = value_text(value);
    if (node->kind == EXPR_LITERAL)
        return;
    g_string_append_printf(text, "%s%.*s is %s", text->len > 0 ? ", " : "",
                           (int)(node->end - node->start), evaluation->expr->text + node->start,
                           shown);
}

static bool fail_comparison(struct evaluation *evaluation, const struct expr_node *node,
                            const struct value *left, const struct value *right, GError *reason,
                            GError **error)
{
    g_autoptr(GString) sides = g_string_new(NULL);
    append_side(sides, evaluation, child_of(node, 0), left);
    append_side(sides, evaluation, child_of(node, 1), right);
    expr_fail(evaluation->expr, BASE_ERROR_INVALID, node->start, error, "%s%s%s", reason->message,
              sides->len > 0 ? ": " : "", sides->str);
    g_error_free(reason);
    return false;
}

static bool evaluate_comparison(struct evaluation *evaluation, const struct expr_node *node,
                                struct value *out, GError **error)
{
    GError *reason = NULL;
    bool truth = false;
    VALUE(left);
    VALUE(right);

    if (!evaluate_node(evaluation, child_of(node, 0), &left, error) ||
        !evaluate_node(evaluation, child_of(node, 1), &right, error))
        return false;
    if (!dialect_of(evaluation)->compare(node->comparison, &left, &right, &truth, &reason))
        return fail_comparison(evaluation, node, &left, &right, reason, error);
    *out = value_of_boolean(truth);
    return true;
}

/* Operands that do not count any more are looked at for unknown names only. */
static bool check_skipped(struct evaluation *evaluation, const struct expr_node *node, gsize first,
                          GError **error)
{
    if (!dialect_of(evaluation)->is_checking_skipped)
        return true;
    for (gsize i = first; i < node->children->len; i++) {
        g_autoptr(GError) reason = NULL;
        VALUE(ignored);
        if (!evaluate_node(evaluation, child_of(node, i), &ignored, &reason) &&
            evaluation->has_unknown_name) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return false;
        }
    }
    return true;
}

/* The value is the last operand that was looked at, as in GitHub's expressions; where conditions
   must be booleans it is one. */
static bool evaluate_chain(struct evaluation *evaluation, const struct expr_node *node,
                           struct value *out, GError **error)
{
    for (gsize i = 0; i < node->children->len; i++) {
        const struct expr_node *operand = child_of(node, i);
        bool truth = false;
        value_clear(out);
        if (!evaluate_node(evaluation, operand, out, error) ||
            !truth_of(evaluation, operand, out, &truth, error))
            return false;
        if (truth == (node->kind == EXPR_OR))
            return check_skipped(evaluation, node, i + 1, error);
    }
    return true;
}

static bool evaluate_kind(struct evaluation *evaluation, const struct expr_node *node,
                          struct value *out, GError **error)
{
    switch (node->kind) {
    case EXPR_LITERAL:
        *out = value_copy(&node->literal);
        return true;
    case EXPR_NAME:
        return evaluate_name(evaluation, node, out, error);
    case EXPR_MEMBER:
        return evaluate_member(evaluation, node, out, error);
    case EXPR_CALL:
        return evaluate_call(evaluation, node, out, error);
    case EXPR_METHOD:
        return evaluate_method(evaluation, node, out, error);
    case EXPR_ARRAY:
        return evaluate_children(evaluation, node, 0, out, error);
    case EXPR_NOT:
        return evaluate_not(evaluation, node, out, error);
    case EXPR_COMPARE:
        return evaluate_comparison(evaluation, node, out, error);
    case EXPR_AND:
    case EXPR_OR:
        return evaluate_chain(evaluation, node, out, error);
    case EXPR_WILDCARD: /* anywhere but behind a dot it is the text (Wildcard.cs) */
        *out = value_of_string("*");
        return true;
    }
    g_assert_not_reached();
}

/* What .NET would need for the value, as the runner counts it (EvaluationMemory.cs). */
static gsize memory_of(const struct value *value)
{
    enum {
        STRING_BASE_BYTES = 26,
        STRING_UNIT_BYTES = 2,
        OBJECT_BYTES = 24,
        ITEM_BYTES = 8
    };
    if (value->kind == VALUE_STRING)
        return STRING_BASE_BYTES +
               STRING_UNIT_BYTES * text_utf16_length(value->string, strlen(value->string));
    return OBJECT_BYTES + (value->is_filtered ? ITEM_BYTES * value_length(value) : 0);
}

/* What a collection was made of stays counted with it; what led to a primitive value does not. */
static bool keep_memory(struct evaluation *evaluation, const struct value *value, GError **error)
{
    gsize level = evaluation->level, bytes = memory_of(value);
    if (value->kind != VALUE_ARRAY && value->kind != VALUE_OBJECT)
        for (gsize i = level + 1; i < G_N_ELEMENTS(evaluation->level_memory_bytes); i++) {
            evaluation->memory_bytes -= evaluation->level_memory_bytes[i];
            evaluation->level_memory_bytes[i] = 0;
        }
    evaluation->level_memory_bytes[level] += bytes;
    evaluation->memory_bytes += bytes;
    return evaluation->memory_bytes <= dialect_of(evaluation)->memory_bytes_max ||
           evaluate_fail_memory(evaluation, error);
}

bool evaluate_fail_memory(const struct evaluation *evaluation, GError **error)
{
    return expr_fail(evaluation->expr, BASE_ERROR_LIMIT, 0, error,
                     "The maximum allowed memory size was exceeded while evaluating the following "
                     "expression: %s",
                     evaluation->expr->text);
}

bool evaluate_node(struct evaluation *evaluation, const struct expr_node *node, struct value *out,
                   GError **error)
{
    evaluation->level++;
    bool is_fine =
        spend(evaluation, node, 1, error) && evaluate_kind(evaluation, node, out, error) &&
        (dialect_of(evaluation)->memory_bytes_max == 0 || keep_memory(evaluation, out, error));
    evaluation->level--;
    if (!is_fine)
        return false;
    if (out->kind == VALUE_STRING)
        return spend(evaluation, node, strlen(out->string) / STEP_TEXT_BYTES, error);
    return out->kind != VALUE_ARRAY || spend(evaluation, node, value_length(out), error);
}

bool expr_evaluate(const struct expr *expr, const struct expr_scope *scope, struct value *out,
                   GError **error)
{
    struct evaluation evaluation = {.expr = expr, .scope = scope};
    *out = (struct value){0};
    if (evaluate_node(&evaluation, expr->root, out, error))
        return true;
    value_clear(out);
    return false;
}

bool expr_test(const struct expr *expr, const struct expr_scope *scope, bool *truth, GError **error)
{
    struct evaluation evaluation = {.expr = expr, .scope = scope};
    VALUE(value);
    return evaluate_node(&evaluation, expr->root, &value, error) &&
           truth_of(&evaluation, expr->root, &value, truth, error);
}
