/* GitHub's dialect: what is true, equal, less, and a member (actions-semantics.md 3.4, 3.5). */
#include "expr/fold.h"
#include "expr/github_private.h"

#include <math.h>
#include <string.h>

bool github_is_primitive(const struct value *value)
{
    return value->kind != VALUE_ARRAY && value->kind != VALUE_OBJECT;
}

const char *github_value_kind_text(const struct value *value)
{
    static const char *const texts[] = {
        [VALUE_NULL] = "Null",     [VALUE_BOOLEAN] = "Boolean", [VALUE_NUMBER] = "Number",
        [VALUE_STRING] = "String", [VALUE_DURATION] = "Number", [VALUE_SIZE] = "Number",
        [VALUE_ARRAY] = "Array",   [VALUE_OBJECT] = "Object",
    };
    return texts[value->kind];
}

char *github_value_string(const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL:
        return g_strdup("");
    case VALUE_BOOLEAN:
        return g_strdup(value->boolean ? "true" : "false");
    case VALUE_NUMBER:
    case VALUE_DURATION: /* the strict dialect's; never here */
    case VALUE_SIZE:
        return github_number_text(value->number);
    case VALUE_STRING:
        return g_strdup(value->string);
    case VALUE_ARRAY:
    case VALUE_OBJECT:
        return g_strdup(github_value_kind_text(value));
    }
    g_assert_not_reached();
}

double github_value_number(const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL:
        return 0;
    case VALUE_BOOLEAN:
        return value->boolean;
    case VALUE_NUMBER:
    case VALUE_DURATION:
    case VALUE_SIZE:
        return value->number;
    case VALUE_STRING:
        return github_number_parse(value->string);
    case VALUE_ARRAY:
    case VALUE_OBJECT:
        return NAN;
    }
    g_assert_not_reached();
}

bool github_value_is_true(const struct value *value)
{
    if (value->kind == VALUE_STRING)
        return value->string[0] != '\0';
    double number = github_is_primitive(value) ? github_value_number(value) : 1;
    return number != 0 && !isnan(number);
}

bool github_value_expect_string(const struct value *value, char **text, GError **error)
{
    if (!github_is_primitive(value)) {
        github_set_error(GITHUB_ERROR_EVALUATION, 1,
                         value->kind == VALUE_ARRAY ? "A sequence was not expected"
                                                    : "A mapping was not expected",
                         error);
        return false;
    }
    *text = github_value_string(value);
    return true;
}

json_t *github_value_json(const struct value *value)
{
    if (value->kind == VALUE_NUMBER && !isfinite(value->number)) {
        g_autofree char *text = github_number_text(value->number);
        return json_string(text);
    }
    if (github_is_primitive(value))
        return value_json(value);
    if (value->kind == VALUE_ARRAY) {
        json_t *array = json_array();
        for (gsize i = 0; i < value_length(value); i++)
            json_array_append_new(array, github_value_json(value_item(value, i)));
        return array;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    json_t *object = json_object();
    value->type->list(value->self, names);
    for (guint i = 0; i < names->len; i++) {
        VALUE(member);
        if (value->type->get(value->self, names->pdata[i], &member))
            json_object_set_new(object, names->pdata[i], github_value_json(&member));
    }
    return object;
}

static bool is_true(const struct value *value, bool *truth, GError **error)
{
    (void)error;
    *truth = github_value_is_true(value);
    return true;
}

static bool is_number_like(const struct value *value)
{
    return value->kind == VALUE_NULL || value->kind == VALUE_BOOLEAN || value->kind == VALUE_NUMBER;
}

/* -1, 0, 1; 2 when the sides have no order, NaN or of kinds that do not meet. */
enum {
    UNORDERED = 2
};

static int order_of_numbers(double left, double right)
{
    if (isnan(left) || isnan(right))
        return UNORDERED;
    return (left > right) - (left < right);
}

/* Kinds that differ meet as numbers when one of them is null, a boolean or a number. */
static int order(const struct value *left, const struct value *right)
{
    if (left->kind == right->kind && left->kind == VALUE_STRING)
        return text_compare_folded(left->string, right->string);
    if (github_is_primitive(left) && github_is_primitive(right) &&
        (is_number_like(left) || is_number_like(right)))
        return order_of_numbers(github_value_number(left), github_value_number(right));
    return UNORDERED;
}

bool github_are_equal(const struct value *left, const struct value *right)
{
    if (left->kind == VALUE_ARRAY && right->kind == VALUE_ARRAY)
        return left->items == right->items;
    if (left->kind == VALUE_OBJECT && right->kind == VALUE_OBJECT)
        return left->self == right->self;
    return order(left, right) == 0;
}

static bool compare(enum expr_comparison comparison, const struct value *left,
                    const struct value *right, bool *truth, GError **error)
{
    int sides = order(left, right);
    bool is_equal = github_are_equal(left, right);
    (void)error;
    switch (comparison) {
    case EXPR_EQUAL:
    case EXPR_UNEQUAL:
        *truth = is_equal == (comparison == EXPR_EQUAL);
        return true;
    case EXPR_LESS:
    case EXPR_LESS_OR_EQUAL:
        *truth = sides == -1 || (comparison == EXPR_LESS_OR_EQUAL && is_equal);
        return true;
    case EXPR_GREATER:
    case EXPR_GREATER_OR_EQUAL:
        *truth = sides == 1 || (comparison == EXPR_GREATER_OR_EQUAL && is_equal);
        return true;
    }
    g_assert_not_reached();
}

/* The item or member, if there is one. */
static bool find_member(const struct value *value, const struct value *key, struct value *out)
{
    if (value->kind == VALUE_OBJECT) {
        g_autofree char *name = github_is_primitive(key) ? github_value_string(key) : NULL;
        return name != NULL && value->type->get(value->self, name, out);
    }
    double index = floor(github_value_number(key));
    if (value->kind != VALUE_ARRAY || isnan(index) || index < 0 ||
        index >= (double)value_length(value))
        return false;
    *out = value_copy(value_item(value, (gsize)index));
    return true;
}

static bool member(const struct value *value, const struct value *key, struct value *out,
                   bool *is_unknown, GError **error)
{
    (void)is_unknown;
    (void)error;
    if (!value->is_filtered) {
        find_member(value, key, out);
        return true;
    }
    *out = value_of_array();
    out->is_filtered = true;
    for (gsize i = 0; i < value_length(value); i++) {
        struct value found = {0};
        if (find_member(value_item(value, i), key, &found))
            value_append(out, found);
    }
    return true;
}

static void append_content(struct value *array, const struct value *value)
{
    if (value->kind == VALUE_ARRAY)
        for (gsize i = 0; i < value_length(value); i++)
            value_append(array, value_copy(value_item(value, i)));
    if (value->kind != VALUE_OBJECT)
        return;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    value->type->list(value->self, names);
    for (guint i = 0; i < names->len; i++) {
        struct value found = {0};
        if (value->type->get(value->self, names->pdata[i], &found))
            value_append(array, found);
    }
}

static void filter(const struct value *value, struct value *out)
{
    *out = value_of_array();
    out->is_filtered = true;
    if (!value->is_filtered) {
        append_content(out, value);
        return;
    }
    for (gsize i = 0; i < value_length(value); i++)
        append_content(out, value_item(value, i));
}

static void fail(const struct expr *expr, gsize offset, const char *message, GError **error)
{
    github_fail(expr, GITHUB_ERROR_EVALUATION, offset, message, error);
}

const struct dialect dialect_github = {
    .name = "GitHub's",
    .is_ignoring_case = true,
    .is_missing_null = true,
    .steps_max = GITHUB_EXPR_STEPS_MAX,
    .memory_bytes_max = GITHUB_EXPR_MEMORY_MAX,
    .functions = github_functions,
    .is_true = is_true,
    .compare = compare,
    .member = member,
    .parse = github_parse,
    .call_lazily = github_call,
    .filter = filter,
    .fail = fail,
};
