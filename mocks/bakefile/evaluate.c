/* Terms to values: what HCL's expressions mean (hclsyntax/expression.go). */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

bool bake_step(struct bake *bake)
{
    if (bake->error != NULL)
        return false;
    if (++bake->steps > BAKE_STEPS_MAX) {
        bake_fail(bake, BAKEFILE_ERROR_LIMIT, "more than %d steps of evaluation", BAKE_STEPS_MAX);
        return false;
    }
    if (bake->arena->bytes > BAKE_MEMORY_BYTES_MAX) {
        bake_fail(bake, BAKEFILE_ERROR_LIMIT, "values of more than %d bytes",
                  BAKE_MEMORY_BYTES_MAX);
        return false;
    }
    return true;
}

bool bake_text_append(struct bake *bake, GString *text, const char *piece)
{
    gsize length = strlen(piece);
    if (text->len <= BAKE_TEXT_BYTES_MAX && length <= BAKE_TEXT_BYTES_MAX - text->len) {
        g_string_append_len(text, piece, (gssize)length);
        return true;
    }
    bake_fail(bake, BAKEFILE_ERROR_LIMIT, "a text of more than %d bytes", BAKE_TEXT_BYTES_MAX);
    return false;
}

static const struct value *evaluate_items(struct bake *bake, const struct term *term,
                                          const struct scope *scope)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (gsize i = 0; i < term->count; i++) {
        const struct value *item = bake_evaluate(bake, term->items[i], scope);
        if (item == NULL)
            return NULL;
        g_ptr_array_add(items, (struct value *)item);
    }
    return value_sequence(bake, VALUE_TUPLE, (const struct value *const *)items->pdata, items->len);
}

static const char *evaluate_key(struct bake *bake, const struct term *term,
                                const struct scope *scope)
{
    if (term->kind == TERM_KEY)
        return term->name;
    const struct value *value = bake_evaluate(bake, term, scope);
    if (value == NULL)
        return NULL;
    if (value->kind == VALUE_NULL)
        return bake_fail_term(bake, term, "Null value as key", "Can't use a null value as a key.");
    const char *text = value_as_text(bake, value);
    if (text == NULL)
        return bake_fail_term(bake, term, "Incorrect key type",
                              "Can't use this value as a key: string required.");
    return text;
}

static const struct value *evaluate_object(struct bake *bake, const struct term *term,
                                           const struct scope *scope)
{
    struct pairs pairs;
    pairs_init(&pairs);
    for (gsize i = 0; i < term->count && bake->error == NULL; i += 2) {
        if (term->items[i]->value_name != NULL && strcmp(term->items[i]->value_name, "//") == 0)
            continue;
        const char *key = evaluate_key(bake, term->items[i], scope);
        const struct value *value =
            key == NULL ? NULL : bake_evaluate(bake, term->items[i + 1], scope);
        if (value != NULL)
            pairs_add(&pairs, key, value);
    }
    const struct value *object = pairs_end(bake, &pairs, VALUE_OBJECT);
    return bake->error == NULL ? object : NULL;
}

static const struct value *evaluate_conditional(struct bake *bake, const struct term *term,
                                                const struct scope *scope)
{
    const struct value *branches[2] = {NULL, NULL};
    const struct value *condition = bake_evaluate(bake, term->left, scope);
    if (condition == NULL)
        return NULL;
    bool is_true = false;
    if (condition->kind == VALUE_NULL)
        return bake_fail_term(bake, term->left, "Null condition",
                              "The condition value is null. Conditions must either be true or "
                              "false.");
    if (!value_as_boolean(condition, &is_true))
        return bake_fail_term(bake, term->left, "Incorrect condition type",
                              "The condition expression must be of type bool.");
    /* Both are evaluated for their types; only that of the wanted one may fail. */
    branches[0] = bake_evaluate(bake, is_true ? term->right : term->third, scope);
    if (branches[0] == NULL)
        return NULL;
    branches[1] = bake_evaluate(bake, is_true ? term->third : term->right, scope);
    if (branches[1] == NULL) {
        if (bake->error->code == BAKEFILE_ERROR_INVALID)
            g_clear_error(&bake->error);
        return bake->error == NULL ? branches[0] : NULL;
    }
    const struct value **unified = values_unify(bake, branches, 2);
    if (unified == NULL)
        return bake_fail_range(bake, term->source, term->right->start, term->third->end,
                               "Inconsistent conditional result types",
                               "The true and false result expressions must have consistent types. "
                               "The 'true' value is %s, but the 'false' value is %s.",
                               value_type_text(branches[is_true ? 0 : 1]),
                               value_type_text(branches[is_true ? 1 : 0]));
    return unified[0];
}

const struct value *bake_index(struct bake *bake, const struct value *value,
                               const struct value *key, const char **problem)
{
    (void)bake;
    long double number = 0;
    *problem = NULL;
    if (value->kind == VALUE_NULL)
        *problem = "This value is null, so it does not have any indices.";
    else if (key->kind == VALUE_NULL)
        *problem = "Can't use a null value as an indexing key.";
    else if (value->kind == VALUE_TUPLE || value->kind == VALUE_LIST) {
        if (!value_as_number(key, &number))
            *problem = "The given key does not identify an element in this collection value: a "
                       "number is required.";
        else if (number < 0 || number >= (long double)value->count ||
                 number > (long double)(gsize)number || number < (long double)(gsize)number)
            *problem = value->count == 0
                           ? "The given key does not identify an element in this collection value: "
                             "the collection has no elements."
                           : "The given key does not identify an element in this collection value.";
        else
            return value->items[(gsize)number];
    } else if (value_is_mapping(value)) {
        const char *text = value_as_text(bake, key);
        const struct value *item = text == NULL ? NULL : value_get(value, text);
        if (item != NULL)
            return item;
        *problem = "The given key does not identify an element in this collection value.";
    } else {
        *problem = "This value does not have any indices.";
    }
    return NULL;
}

static const struct value *attribute_of(struct bake *bake, const struct term *term,
                                        const struct value *left)
{
    const struct value *value = value_is_mapping(left) ? value_get(left, term->name) : NULL;
    if (value != NULL)
        return value;
    struct term step = *term;
    step.start = term->left->end;
    term = &step;
    if (left->kind == VALUE_NULL)
        return bake_fail_term(bake, term, "Attempt to get attribute from null value",
                              "This value is null, so it does not have any attributes.");
    if (left->kind == VALUE_MAP)
        return bake_fail_term(bake, term, "Missing map element",
                              "This map does not have an element with the key \"%s\".", term->name);
    return bake_fail_term(bake, term, "Unsupported attribute",
                          value_is_mapping(left)
                              ? "This object does not have an attribute named \"%s\"."
                              : "Can't access attributes on a primitive-typed value (\"%s\").",
                          term->name);
}

static const struct value *evaluate_index(struct bake *bake, const struct term *term,
                                          const struct scope *scope)
{
    const struct value *left = bake_evaluate(bake, term->left, scope);
    const struct value *key = left == NULL ? NULL : bake_evaluate(bake, term->right, scope);
    if (key == NULL)
        return NULL;
    const char *problem = NULL;
    const struct value *item = bake_index(bake, left, key, &problem);
    return item != NULL ? item
                        : bake_fail_range(bake, term->source, term->left->end, term->end,
                                          "Invalid index", "%s", problem);
}

static const struct value *evaluate_splat(struct bake *bake, const struct term *term,
                                          const struct scope *scope)
{
    const struct value *left = bake_evaluate(bake, term->left, scope);
    if (left == NULL)
        return NULL;
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    const struct value *outer = bake->item;
    bool is_one = !value_is_sequence(left);
    gsize count = is_one ? (left->kind != VALUE_NULL) : left->count;
    for (gsize i = 0; i < count; i++) {
        bake->item = is_one ? left : left->items[i];
        const struct value *each = bake_evaluate(bake, term->right, scope);
        if (each == NULL)
            break;
        g_ptr_array_add(items, (struct value *)each);
    }
    bake->item = outer;
    if (bake->error != NULL)
        return NULL;
    return value_sequence(bake, left->kind == VALUE_LIST ? VALUE_LIST : VALUE_TUPLE,
                          (const struct value *const *)items->pdata, items->len);
}

static const struct value *evaluate_attribute(struct bake *bake, const struct term *term,
                                              const struct scope *scope)
{
    if (term->left->kind == TERM_VARIABLE && bake_is_block_type(term->left->name)) {
        const struct value *block = bake_block_value(bake, term->left->name, term->name);
        if (block != NULL)
            return block;
        const char *summary =
            bake->blocks_are_named ? "Unsupported attribute" : "Missing map element";
        return bake_fail_range(bake, term->source, term->left->end, term->end, summary,
                               bake->blocks_are_named
                                   ? "This object does not have an attribute named \"%s\"."
                                   : "This map does not have an element with the key \"%s\".",
                               term->name);
    }
    const struct value *left = bake_evaluate(bake, term->left, scope);
    return left == NULL ? NULL : attribute_of(bake, term, left);
}

static const struct value *evaluate(struct bake *bake, const struct term *term,
                                    const struct scope *scope)
{
    switch (term->kind) {
    case TERM_LITERAL:
        return term->literal;
    case TERM_TEMPLATE:
    case TERM_IF:
    case TERM_EACH:
        return bake_evaluate_template(bake, term, scope);
    case TERM_WRAPPED:
    case TERM_PARENTHESES:
    case TERM_KEY:
        return bake_evaluate(bake, term->left, scope);
    case TERM_TUPLE:
        return evaluate_items(bake, term, scope);
    case TERM_OBJECT:
        return evaluate_object(bake, term, scope);
    case TERM_CALL:
        return bake_call(bake, term, scope);
    case TERM_UNARY:
    case TERM_BINARY:
        return bake_binary(bake, term, scope);
    case TERM_CONDITIONAL:
        return evaluate_conditional(bake, term, scope);
    case TERM_VARIABLE:
        return bake_variable(bake, term, scope);
    case TERM_ATTRIBUTE:
        return evaluate_attribute(bake, term, scope);
    case TERM_INDEX:
        return evaluate_index(bake, term, scope);
    case TERM_SPLAT:
        return evaluate_splat(bake, term, scope);
    case TERM_ITEM:
        return bake->item;
    case TERM_FOR:
        return bake_for(bake, term, scope);
    }
    return NULL;
}

const struct value *bake_evaluate(struct bake *bake, const struct term *term,
                                  const struct scope *scope)
{
    if (!bake_step(bake))
        return NULL;
    if (++bake->depth > BAKE_EVALUATION_DEPTH_MAX) {
        bake->depth--;
        return bake_fail(bake, BAKEFILE_ERROR_LIMIT, "evaluation nests deeper than %d",
                         BAKE_EVALUATION_DEPTH_MAX);
    }
    const struct value *value = evaluate(bake, term, scope);
    bake->depth--;
    if (value == NULL)
        return bake_wrap(bake, term->source, term->start, term->end, "Invalid expression");
    return bake->error == NULL ? value : NULL;
}
