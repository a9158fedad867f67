/* The strict dialect: no coercion, nothing unknown passes. */
#include "expr/strict.h"
#include "base/limits.h"
#include "base/units.h"
#include "expr/expr_private.h"

#include <math.h>
#include <string.h>

static bool read_plain_number(const char *text, struct value *out)
{
    char *end = NULL;
    gint64 integer;
    const char *digits = text + (text[0] == '-');
    if (digits[strspn(digits, "0123456789.")] != '\0' || !g_ascii_isdigit(digits[0]) ||
        g_str_has_suffix(digits, "."))
        return false;
    if (g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &integer, NULL)) {
        *out = value_of_integer(integer);
        return true;
    }
    *out = value_of_number(g_ascii_strtod(text, &end));
    return *end == '\0' && isfinite(out->number);
}

static bool strict_read_number(const char *text, struct value *out)
{
    int64_t amount = 0;
    if (read_plain_number(text, out))
        return true;
    if (duration_parse(text, &amount, NULL))
        *out = value_of_duration(amount);
    else if (size_parse(text, &amount, NULL))
        *out = value_of_size(amount);
    else
        return false;
    return true;
}

static bool strict_is_true(const struct value *value, bool *truth, GError **error)
{
    if (value->kind != VALUE_BOOLEAN) {
        g_autofree char *text = value_text(value);
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "is %s, expected a condition: %s",
                    value_kind_text(value), text);
        return false;
    }
    *truth = value->boolean;
    return true;
}

static int order_of(double left, double right)
{
    return (left > right) - (left < right);
}

static int order_of_integers(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

static bool fail_incomparable(const struct value *left, const struct value *right, GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s cannot be compared with %s",
                value_kind_text(left), value_kind_text(right));
    return false;
}

static bool arrays_are_equal(const struct value *left, const struct value *right, bool *truth,
                             GError **error)
{
    *truth = value_length(left) == value_length(right);
    for (gsize i = 0; *truth && i < value_length(left); i++)
        if (!strict_are_equal(value_item(left, i), value_item(right, i), truth, error))
            return false;
    return true;
}

bool strict_are_equal(const struct value *left, const struct value *right, bool *truth,
                      GError **error)
{
    if (left->kind == VALUE_NULL || right->kind == VALUE_NULL) {
        *truth = left->kind == right->kind;
        return true;
    }
    if (left->kind != right->kind || left->kind == VALUE_OBJECT)
        return fail_incomparable(left, right, error);
    if (left->kind == VALUE_ARRAY)
        return arrays_are_equal(left, right, truth, error);
    if (left->kind == VALUE_BOOLEAN)
        *truth = left->boolean == right->boolean;
    else if (left->kind == VALUE_STRING)
        *truth = strcmp(left->string, right->string) == 0;
    else if (left->kind == VALUE_NUMBER && !(left->is_exact && right->is_exact))
        *truth = order_of(left->number, right->number) == 0;
    else
        *truth = left->integer == right->integer;
    return true;
}

/* Negative, zero or positive. */
static bool strict_order(const struct value *left, const struct value *right, int *order,
                         GError **error)
{
    if (left->kind != right->kind)
        return fail_incomparable(left, right, error);
    switch (left->kind) {
    case VALUE_NUMBER:
        *order = left->is_exact && right->is_exact
                     ? order_of_integers(left->integer, right->integer)
                     : order_of(left->number, right->number);
        return true;
    case VALUE_STRING:
        *order = strcmp(left->string, right->string);
        return true;
    case VALUE_DURATION:
    case VALUE_SIZE:
        *order = order_of_integers(left->integer, right->integer);
        return true;
    case VALUE_NULL:
    case VALUE_BOOLEAN:
    case VALUE_ARRAY:
    case VALUE_OBJECT:
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s has no order",
                    value_kind_text(left));
        return false;
    }
    g_assert_not_reached();
}

static bool strict_compare(enum expr_comparison comparison, const struct value *left,
                           const struct value *right, bool *truth, GError **error)
{
    int order = 0;
    if (comparison == EXPR_EQUAL || comparison == EXPR_UNEQUAL) {
        if (!strict_are_equal(left, right, truth, error))
            return false;
        *truth = *truth == (comparison == EXPR_EQUAL);
        return true;
    }
    if (!strict_order(left, right, &order, error))
        return false;
    *truth = (comparison == EXPR_LESS && order < 0) ||
             (comparison == EXPR_LESS_OR_EQUAL && order <= 0) ||
             (comparison == EXPR_GREATER && order > 0) ||
             (comparison == EXPR_GREATER_OR_EQUAL && order >= 0);
    return true;
}

static bool fail_unknown_member(const struct value *value, const char *name, GPtrArray *known,
                                GError **error)
{
    g_autofree char *hint = name_hint(name, known);
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s has no '%s'%s", value_kind_text(value),
                name, hint);
    return false;
}

static bool object_member(const struct value *value, const char *name, struct value *out,
                          GError **error)
{
    if (value->type->get(value->self, name, out))
        return true;
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    value->type->list(value->self, known);
    return fail_unknown_member(value, name, known, error);
}

/* What values that are no objects know of themselves. */
static bool builtin_member(const struct value *value, const char *name, struct value *out,
                           GError **error)
{
    bool is_length = strcmp(name, "length") == 0;
    if (value->kind == VALUE_ARRAY && (is_length || strcmp(name, "count") == 0)) {
        *out = value_of_integer((int64_t)value_length(value));
        return true;
    }
    if (value->kind == VALUE_STRING && is_length) {
        *out = value_of_integer(g_utf8_strlen(value->string, -1));
        return true;
    }
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    if (value->kind == VALUE_ARRAY)
        g_ptr_array_add(known, (gpointer) "count");
    if (value->kind == VALUE_ARRAY || value->kind == VALUE_STRING)
        g_ptr_array_add(known, (gpointer) "length");
    return fail_unknown_member(value, name, known, error);
}

static bool array_item(const struct value *value, const struct value *key, struct value *out,
                       GError **error)
{
    gsize length = value_length(value);
    if (!key->is_exact || key->integer < 0 || (guint64)key->integer >= length) {
        g_autofree char *text = value_text(key);
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "there is no item [%s] in a list of %" G_GSIZE_FORMAT, text, length);
        return false;
    }
    *out = value_copy(value_item(value, (gsize)key->integer));
    return true;
}

static bool strict_member(const struct value *value, const struct value *key, struct value *out,
                          bool *is_unknown, GError **error)
{
    if (value->kind == VALUE_ARRAY && key->kind == VALUE_NUMBER)
        return array_item(value, key, out, error);
    if (key->kind != VALUE_STRING) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s has no item under %s",
                    value_kind_text(value), value_kind_text(key));
        return false;
    }
    *is_unknown = value->kind != VALUE_NULL;
    return value->kind == VALUE_OBJECT ? object_member(value, key->string, out, error)
                                       : builtin_member(value, key->string, out, error);
}

const struct dialect dialect_strict = {
    .name = "strict",
    .has_arrays = true,
    .has_methods = true,
    .is_checking_skipped = true,
    .steps_max = EXPR_STEPS_MAX,
    .functions = strict_functions,
    .read_number = strict_read_number,
    .is_true = strict_is_true,
    .compare = strict_compare,
    .member = strict_member,
};
