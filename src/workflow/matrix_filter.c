/* How include and exclude find their combinations: every leaf of the item by an expression's `==`
   (actions-semantics.md 2.1, 3.4). */
#include "workflow/folded.h"
#include "workflow/literal.h"
#include "workflow/matrix_private.h"

#include <math.h>
#include <string.h>

static double number_of_radix(const char *digits, guint base)
{
    guint64 number = 0;
    return g_ascii_string_to_unsigned(digits, base, 0, G_MAXINT32, &number, NULL) ? (double)number
                                                                                  : NAN;
}

static double number_of_text(const char *text)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    char *rest = NULL;
    if (trimmed[0] == '\0')
        return 0;
    if (g_str_has_prefix(trimmed, "0x"))
        return number_of_radix(trimmed + 2, 16);
    if (g_str_has_prefix(trimmed, "0o"))
        return number_of_radix(trimmed + 2, 8);
    if (strcmp(trimmed, "Infinity") == 0)
        return INFINITY;
    if (strcmp(trimmed, "-Infinity") == 0)
        return -INFINITY;
    if (trimmed[strspn(trimmed, "+-.0123456789eE")] != '\0')
        return NAN;
    double number = g_ascii_strtod(trimmed, &rest);
    return *rest == '\0' ? number : NAN;
}

static double number_of(const json_t *value)
{
    if (value == NULL || json_is_null(value) || json_is_false(value))
        return 0;
    if (json_is_true(value))
        return 1;
    if (json_is_string(value))
        return number_of_text(json_string_value(value));
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool strings_are_equal(const char *left, const char *right)
{
    g_autofree char *first = g_utf8_strup(left, -1);
    g_autofree char *second = g_utf8_strup(right, -1);
    return strcmp(first, second) == 0;
}

static bool is_nothing(const json_t *value)
{
    return value == NULL || json_is_null(value);
}

/* leaf is a scalar; value may be anything or missing, which is null. */
static bool are_equal(const json_t *leaf, const json_t *value)
{
    if (is_nothing(leaf) && is_nothing(value))
        return true;
    if (json_is_string(leaf) && json_is_string(value))
        return strings_are_equal(json_string_value(leaf), json_string_value(value));
    return number_of(leaf) == number_of(value);
}

static bool object_fits(const json_t *filter, const json_t *value)
{
    const char *key;
    json_t *member;
    json_object_foreach ((json_t *)filter, key, member) {
        if (!matrix_filter_fits(member, json_is_object(value) ? folded_member(value, key) : NULL))
            return false;
    }
    return true;
}

bool matrix_filter_fits(const json_t *filter, const json_t *values)
{
    if (json_is_object(filter))
        return object_fits(filter, values);
    if (!json_is_array(filter))
        return are_equal(filter, values);
    for (gsize i = 0; i < json_array_size(filter); i++)
        if (!matrix_filter_fits(json_array_get(filter, i),
                                json_is_array(values) ? json_array_get(values, i) : NULL))
            return false;
    return true;
}

char *matrix_scalar_text(const json_t *value)
{
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "true" : "false");
    if (json_is_number(value))
        return literal_number_text(json_number_value(value));
    return g_strdup(json_is_string(value) ? json_string_value(value) : "");
}

void matrix_add_texts(const json_t *value, GPtrArray *texts)
{
    const char *key;
    json_t *member;
    if (json_is_object(value)) {
        json_object_foreach ((json_t *)value, key, member)
            matrix_add_texts(member, texts);
        return;
    }
    if (json_is_array(value)) {
        for (gsize i = 0; i < json_array_size(value); i++)
            matrix_add_texts(json_array_get(value, i), texts);
        return;
    }
    g_autofree char *text = matrix_scalar_text(value);
    if (text[0] != '\0')
        g_ptr_array_add(texts, g_steal_pointer(&text));
}
