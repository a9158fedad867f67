/* Operators, for expressions and templates: the parts of evaluation that are many cases. */
#include "mocks/bakefile/bakefile_private.h"

#include <math.h>
#include <string.h>

static const struct value *operand_fails(struct bake *bake, const struct term *term, bool is_left,
                                         const struct value *value, const char *type)
{
    const struct term *operand = is_left ? term->left : term->right;
    const char *side = term->right == NULL ? "unary" : is_left ? "left" : "right";
    if (value->kind == VALUE_NULL)
        return bake_fail_term(bake, operand, "Invalid operand",
                              "Unsuitable value for this operand: argument must not be null.");
    return bake_fail_term(bake, operand, "Invalid operand",
                          "Unsuitable value for %s operand: a %s is required.", side, type);
}

static const struct value *arithmetic(struct bake *bake, const struct term *term, long double a,
                                      long double b)
{
    switch ((enum operator_code)term->operator_code) {
    case OPERATOR_GREATER:
        return value_boolean(bake, a > b);
    case OPERATOR_GREATER_EQUAL:
        return value_boolean(bake, a >= b);
    case OPERATOR_LESS:
        return value_boolean(bake, a < b);
    case OPERATOR_LESS_EQUAL:
        return value_boolean(bake, a <= b);
    case OPERATOR_ADD:
        return value_number(bake, a + b);
    case OPERATOR_SUBTRACT:
        return value_number(bake, a - b);
    case OPERATOR_MULTIPLY:
        return value_number(bake, a * b);
    case OPERATOR_DIVIDE:
    case OPERATOR_MODULO:
        if (fpclassify(b) == FP_ZERO)
            return bake_fail_term(bake, term, "Division by zero", "Can't divide by zero.");
        return value_number(bake, term->operator_code == OPERATOR_DIVIDE ? a / b : fmodl(a, b));
    case OPERATOR_NEGATE:
        return value_number(bake, -a);
    case OPERATOR_OR:
    case OPERATOR_AND:
    case OPERATOR_EQUAL:
    case OPERATOR_NOT_EQUAL:
    case OPERATOR_NOT:
        break;
    }
    return NULL;
}

bool value_is_exact(long double number)
{
    long double scaled = ldexpl(number, 20);
    return fabsl(number) < 1e12L && floorl(scaled) >= scaled;
}

static bool is_arithmetic(const struct term *term)
{
    return term->operator_code >= OPERATOR_ADD && term->operator_code <= OPERATOR_MODULO;
}

static const struct value *numbers(struct bake *bake, const struct term *term,
                                   const struct value *left, const struct value *right)
{
    long double a = 0, b = 0;
    if (!value_as_number(left, &a))
        return operand_fails(bake, term, true, left, "number");
    if (right != NULL && !value_as_number(right, &b))
        return operand_fails(bake, term, false, right, "number");
    const struct value *answer = arithmetic(bake, term, a, b);
    if (answer != NULL && is_arithmetic(term) &&
        !(value_is_exact(a) && value_is_exact(b) && value_is_exact(answer->number)))
        return bake_unknown_term(bake, term, "arithmetic with such fractions or large numbers");
    if (answer != NULL && answer->kind == VALUE_NUMBER && !isfinite(answer->number))
        return bake_unknown_term(bake, term, "a number as large as this");
    return answer;
}

static const struct value *booleans(struct bake *bake, const struct term *term,
                                    const struct value *left, const struct value *right)
{
    bool a = false, b = false;
    if (!value_as_boolean(left, &a))
        return operand_fails(bake, term, true, left, "bool");
    if (right == NULL)
        return value_boolean(bake, !a);
    if (!value_as_boolean(right, &b))
        return operand_fails(bake, term, false, right, "bool");
    return value_boolean(bake, term->operator_code == OPERATOR_OR ? a || b : a && b);
}

const struct value *bake_binary(struct bake *bake, const struct term *term,
                                const struct scope *scope)
{
    const struct value *left = bake_evaluate(bake, term->left, scope), *right = NULL;
    if (left == NULL)
        return NULL;
    if (term->right != NULL && (right = bake_evaluate(bake, term->right, scope)) == NULL)
        return NULL;
    switch ((enum operator_code)term->operator_code) {
    case OPERATOR_EQUAL:
        return value_boolean(bake, value_equal(left, right));
    case OPERATOR_NOT_EQUAL:
        return value_boolean(bake, !value_equal(left, right));
    case OPERATOR_OR:
    case OPERATOR_AND:
    case OPERATOR_NOT:
        return booleans(bake, term, left, right);
    case OPERATOR_GREATER:
    case OPERATOR_GREATER_EQUAL:
    case OPERATOR_LESS:
    case OPERATOR_LESS_EQUAL:
    case OPERATOR_ADD:
    case OPERATOR_SUBTRACT:
    case OPERATOR_MULTIPLY:
    case OPERATOR_DIVIDE:
    case OPERATOR_MODULO:
    case OPERATOR_NEGATE:
        return numbers(bake, term, left, right);
    }
    return NULL;
}

/* The result of a for expression as it grows. */
struct growth {
    GPtrArray *items;
    struct pairs pairs;
};

static bool for_includes(struct bake *bake, const struct term *term, const struct scope *scope,
                         bool *includes)
{
    *includes = true;
    if (term->third == NULL)
        return true;
    const struct value *condition = bake_evaluate(bake, term->third, scope);
    if (condition == NULL)
        return false;
    if (!value_as_boolean(condition, includes))
        bake_fail_term(bake, term->third, "Invalid 'for' condition",
                       "The 'if' clause value is invalid: bool required.");
    return bake->error == NULL;
}

static bool for_adds(struct bake *bake, const struct term *term, const struct scope *scope,
                     struct growth *growth)
{
    bool includes = true;
    if (!for_includes(bake, term, scope, &includes))
        return false;
    if (!includes)
        return true;
    const struct value *key = NULL;
    if (term->count > 0 && (key = bake_evaluate(bake, term->items[0], scope)) == NULL)
        return false;
    const struct value *value = bake_evaluate(bake, term->right, scope);
    if (value == NULL)
        return false;
    g_ptr_array_add(growth->items, (struct value *)value);
    if (term->count == 0)
        return true;
    const char *text = value_as_text(bake, key);
    if (text == NULL)
        return bake_fail_term(bake, term->items[0], "Invalid object key",
                              "The key expression produced an invalid result: string required.") !=
               NULL;
    for (guint i = 0; !term->is_flagged && i < growth->pairs.keys->len; i++)
        if (strcmp(growth->pairs.keys->pdata[i], text) == 0)
            return bake_fail_term(bake, term->items[0], "Duplicate object key",
                                  "Two different items produced the key \"%s\" in this 'for' "
                                  "expression. If duplicates are expected, use the ellipsis (...) "
                                  "after the value expression to enable grouping by key.",
                                  text) != NULL;
    pairs_add(&growth->pairs, text, value);
    return true;
}

/* `…` after the value: all values of a key as a tuple. */
static const struct value *grouped(struct bake *bake, struct growth *growth)
{
    struct pairs groups;
    pairs_init(&groups);
    for (guint i = 0; i < growth->pairs.keys->len; i++) {
        const char *key = growth->pairs.keys->pdata[i];
        g_autoptr(GPtrArray) items = g_ptr_array_new();
        for (guint k = 0; k < growth->pairs.keys->len && bake_step(bake); k++)
            if (strcmp(growth->pairs.keys->pdata[k], key) == 0)
                g_ptr_array_add(items, growth->pairs.values->pdata[k]);
        pairs_add(&groups, key,
                  value_sequence(bake, VALUE_TUPLE, (const struct value *const *)items->pdata,
                                 items->len));
    }
    return pairs_end(bake, &groups, VALUE_OBJECT);
}

/* Both the expression and the template directive go through a collection. */
static bool each_item(struct bake *bake, const struct term *term, const struct scope *scope,
                      bool (*use)(struct bake *, const struct term *, const struct scope *,
                                  struct growth *),
                      struct growth *growth)
{
    const struct value *collection = bake_evaluate(bake, term->left, scope);
    if (collection == NULL)
        return false;
    if (collection->kind == VALUE_NULL)
        return bake_fail_term(bake, term->left, "Iteration over null value",
                              "A null value cannot be used as the collection in a 'for' "
                              "expression.") != NULL;
    if (!value_is_sequence(collection) && !value_is_mapping(collection))
        return bake_fail_term(bake, term->left, "Iteration over non-iterable value",
                              "A value of type %s cannot be used as the collection in a 'for' "
                              "expression.",
                              value_type_text(collection)) != NULL;
    for (gsize i = 0; i < collection->count; i++) {
        const struct value *key = collection->kind == VALUE_SET ? collection->items[i]
                                  : collection->keys != NULL
                                      ? value_string(bake, collection->keys[i])
                                      : value_number(bake, (long double)i);
        struct scope outer = {scope, term->name, key};
        struct scope inner = {term->name != NULL ? &outer : scope, term->value_name,
                              collection->items[i]};
        if (!use(bake, term, &inner, growth))
            return false;
    }
    return true;
}

const struct value *bake_for(struct bake *bake, const struct term *term, const struct scope *scope)
{
    struct growth growth = {.items = g_ptr_array_new()};
    pairs_init(&growth.pairs);
    const struct value *value = NULL;
    if (!each_item(bake, term, scope, for_adds, &growth))
        value = NULL;
    else if (term->count == 0)
        value = value_sequence(bake, VALUE_TUPLE, (const struct value *const *)growth.items->pdata,
                               growth.items->len);
    else if (term->is_flagged)
        value = grouped(bake, &growth);
    struct value *built = (struct value *)pairs_end(bake, &growth.pairs, VALUE_OBJECT);
    g_ptr_array_unref(growth.items);
    if (value == NULL && bake->error == NULL)
        value = built;
    return bake->error == NULL ? value : NULL;
}

static bool template_text(struct bake *bake, const struct term *term, const struct scope *scope,
                          GString *text);

static bool each_adds(struct bake *bake, const struct term *term, const struct scope *scope,
                      struct growth *growth)
{
    return template_text(bake, term->right, scope, growth->items->pdata[0]);
}

static bool each_text(struct bake *bake, const struct term *term, const struct scope *scope,
                      GString *text)
{
    struct growth growth = {.items = g_ptr_array_new()};
    g_ptr_array_add(growth.items, text);
    bool is_done = each_item(bake, term, scope, each_adds, &growth);
    g_ptr_array_unref(growth.items);
    return is_done;
}

static bool if_text(struct bake *bake, const struct term *term, const struct scope *scope,
                    GString *text)
{
    const struct value *condition = bake_evaluate(bake, term->left, scope);
    bool is_true = false;
    if (condition == NULL)
        return false;
    if (!value_as_boolean(condition, &is_true))
        return bake_fail_term(bake, term->left, "Incorrect condition type",
                              "The condition expression must be of type bool.") != NULL;
    const struct term *branch = is_true ? term->right : term->third;
    return branch == NULL || template_text(bake, branch, scope, text);
}

static bool value_text_append(struct bake *bake, const struct term *term, const struct scope *scope,
                              GString *text)
{
    const struct value *value = bake_evaluate(bake, term, scope);
    if (value == NULL)
        return false;
    if (value->kind == VALUE_NULL)
        return bake_fail_term(bake, term, "Invalid template interpolation value",
                              "The expression result is null. Cannot include a null value in a "
                              "string template.") != NULL;
    const char *piece = value_as_text(bake, value);
    if (piece == NULL)
        return bake_fail_term(bake, term, "Invalid template interpolation value",
                              "Cannot include the given value in a string template: string "
                              "required.") != NULL;
    return bake_text_append(bake, text, piece);
}

static bool template_text(struct bake *bake, const struct term *term, const struct scope *scope,
                          GString *text)
{
    if (!bake_step(bake))
        return false;
    if (term->kind == TERM_IF)
        return if_text(bake, term, scope, text);
    if (term->kind == TERM_EACH)
        return each_text(bake, term, scope, text);
    if (term->kind != TERM_TEMPLATE)
        return value_text_append(bake, term, scope, text);
    for (gsize i = 0; i < term->count; i++)
        if (!template_text(bake, term->items[i], scope, text))
            return false;
    return true;
}

const struct value *bake_evaluate_template(struct bake *bake, const struct term *term,
                                           const struct scope *scope)
{
    GString *text = g_string_new(NULL);
    const struct value *value =
        template_text(bake, term, scope, text) ? value_string(bake, text->str) : NULL;
    g_string_free(text, TRUE);
    return value;
}
