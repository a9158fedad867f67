/* The functions of a template: Go's own and the CLI's. One row each. */
#include "mocks/commands/docker/go_template_private.h"

#include "base/limits.h"

#include <string.h>

typedef json_t *template_function(const GPtrArray *values, GError **error);

static json_t *refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static json_t *refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, text);
    return NULL;
}

static json_t *length_of(const GPtrArray *values, GError **error)
{
    json_t *value = go_value_at(values, 0);
    if (json_is_string(value))
        return json_integer((json_int_t)json_string_length(value));
    if (json_is_array(value))
        return json_integer((json_int_t)json_array_size(value));
    if (json_is_object(value))
        return json_integer((json_int_t)json_object_size(value));
    if (value == NULL || json_is_null(value))
        return json_integer(0); /* of nil slices and maps */
    return refuse(error, "len of type %s", json_is_integer(value) ? "int" : "bool");
}

static json_t *index_once(json_t *value, json_t *key, GError **error)
{
    if (json_is_object(value) && json_is_string(key)) {
        json_t *found = json_object_get(value, json_string_value(key));
        return found != NULL ? json_incref(found) : json_string("");
    }
    if (json_is_array(value) && json_is_integer(key)) {
        json_int_t i = json_integer_value(key);
        if (i < 0 || (size_t)i >= json_array_size(value))
            return refuse(error, "index out of range: %" JSON_INTEGER_FORMAT, i);
        return json_incref(json_array_get(value, (size_t)i));
    }
    if (json_is_string(value) && json_is_integer(key)) {
        json_int_t i = json_integer_value(key);
        if (i < 0 || (size_t)i >= json_string_length(value))
            return refuse(error, "index out of range: %" JSON_INTEGER_FORMAT, i);
        return json_integer((unsigned char)json_string_value(value)[i]);
    }
    if (value == NULL || json_is_null(value)) {
        if (json_is_string(key)) /* a nil map has no member */
            return json_string("");
        return refuse(error, "index of untyped nil");
    }
    if (json_is_array(value))
        return refuse(error, "cannot index slice/array with type string");
    return refuse(error, "can't index item of type %s",
                  json_is_integer(value)  ? "int"
                  : json_is_string(value) ? "string"
                                          : "bool");
}

static json_t *index_of(const GPtrArray *values, GError **error)
{
    json_t *found = go_value_at(values, 0);
    found = found != NULL ? json_incref(found) : json_null();
    for (guint i = 1; i < values->len && (found != NULL || i == 1); i++) {
        json_t *next = index_once(found, go_value_at(values, i), error);
        json_decref(found);
        found = next;
    }
    return found;
}

static json_t *slice(const GPtrArray *values, GError **error)
{
    json_t *value = go_value_at(values, 0);
    gsize size = json_is_string(value) ? json_string_length(value) : json_array_size(value);
    json_int_t first = values->len > 1 ? json_integer_value(go_value_at(values, 1)) : 0;
    json_int_t end =
        values->len > 2 ? json_integer_value(go_value_at(values, 2)) : (json_int_t)size;

    if (first < 0 || first > (json_int_t)size)
        return refuse(error, "index out of range: %" JSON_INTEGER_FORMAT, first);
    if (end < 0 || end > (json_int_t)size)
        return refuse(error, "index out of range: %" JSON_INTEGER_FORMAT, end);
    if (end < first)
        return refuse(error,
                      "invalid slice index: %" JSON_INTEGER_FORMAT " > %" JSON_INTEGER_FORMAT,
                      first, end);
    if (json_is_string(value)) {
        g_autofree char *cut = g_strndup(json_string_value(value) + first, (gsize)(end - first));
        return json_text_or_null(cut);
    }
    json_t *list = json_array();
    for (json_int_t i = first; i < end; i++)
        json_array_append(list, json_array_get(value, (size_t)i));
    return list;
}

static bool is_number(const json_t *value)
{
    return json_is_integer(value) || json_is_real(value);
}

/* null equals null, nothing else; false with an error when the kinds differ. */
static bool compare(json_t *left, json_t *right, int *order, GError **error)
{
    bool is_nil = left == NULL || json_is_null(left) || right == NULL || json_is_null(right);

    if (is_nil) {
        bool both = (left == NULL || json_is_null(left)) && (right == NULL || json_is_null(right));
        *order = both ? 0 : 1;
    } else if (json_is_string(left) && json_is_string(right)) {
        *order = strcmp(json_string_value(left), json_string_value(right));
    } else if (is_number(left) && is_number(right)) {
        double first = json_number_value(left);
        double second = json_number_value(right);
        *order = first < second ? -1 : first > second;
    } else if (json_is_boolean(left) && json_is_boolean(right)) {
        *order = json_is_true(left) != json_is_true(right);
    } else {
        refuse(error, "incompatible types for comparison");
        return false;
    }
    return true;
}

static json_t *equals(const GPtrArray *values, GError **error)
{
    bool is_equal = false;
    for (guint i = 1; i < values->len && !is_equal; i++) {
        int order = 0;
        if (!compare(go_value_at(values, 0), go_value_at(values, i), &order, error))
            return NULL;
        is_equal = order == 0;
    }
    return json_boolean(is_equal);
}

#define COMPARISON(name, condition)                                                                \
    static json_t *name(const GPtrArray *values, GError **error)                                   \
    {                                                                                              \
        int order = 0;                                                                             \
        if (!compare(go_value_at(values, 0), go_value_at(values, 1), &order, error))               \
            return NULL;                                                                           \
        return json_boolean(condition);                                                            \
    }
COMPARISON(differs, order != 0)
COMPARISON(is_less, order < 0)
COMPARISON(is_at_most, order <= 0)
COMPARISON(is_more, order > 0)
COMPARISON(is_at_least, order >= 0)

static json_t *negate(const GPtrArray *values, GError **error)
{
    (void)error;
    return json_boolean(!go_value_is_true(go_value_at(values, 0)));
}

static json_t *conjunction(const GPtrArray *values, GError **error)
{
    (void)error;
    guint i = 0;
    while (i + 1 < values->len && go_value_is_true(go_value_at(values, i)))
        i++;
    json_t *value = go_value_at(values, i);
    return value != NULL ? json_incref(value) : json_null();
}

static json_t *disjunction(const GPtrArray *values, GError **error)
{
    (void)error;
    guint i = 0;
    while (i + 1 < values->len && !go_value_is_true(go_value_at(values, i)))
        i++;
    json_t *value = go_value_at(values, i);
    return value != NULL ? json_incref(value) : json_null();
}

/* fmt.Sprint puts a blank between operands when neither is a string, Sprintln always. */
static GString *print_all(const GPtrArray *values, bool is_line)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < values->len; i++) {
        g_autofree char *one = go_value_text(go_value_at(values, i));
        bool is_apart = is_line || (i > 0 && !json_is_string(go_value_at(values, i)) &&
                                    !json_is_string(go_value_at(values, i - 1)));
        g_string_append_printf(text, "%s%s", i > 0 && is_apart ? " " : "", one);
    }
    return text;
}

static json_t *print(const GPtrArray *values, GError **error)
{
    (void)error;
    g_autoptr(GString) text = print_all(values, /* is_line= */ false);
    return json_string(text->str);
}

static json_t *print_line(const GPtrArray *values, GError **error)
{
    (void)error;
    g_autoptr(GString) text = print_all(values, /* is_line= */ true);
    g_string_append_c(text, '\n');
    return json_string(text->str);
}

static json_t *print_format(const GPtrArray *values, GError **error)
{
    (void)error;
    g_autofree char *text = go_printf(values);
    return json_text_or_null(text);
}

/* `docker version` sorts a component's details. */
static json_t *details_order(const GPtrArray *values, GError **error)
{
    (void)error;
    g_autoptr(GPtrArray) keys =
        go_value_sorted_keys(json_get_object(go_value_at(values, 0), "Details"));
    json_t *list = json_array();
    for (guint i = 0; i < keys->len; i++)
        json_array_append_new(list, json_string(g_ptr_array_index(keys, i)));
    return list;
}

static const struct function_row {
    const char *name;
    guint count_min;
    guint count_max;
    template_function *call;
    bool is_text_first;    /* wants a string as its first argument */
    bool passes_in_header; /* the head of a table gets the text as it is */
} functions[] = {
    {"json", 1, 1, go_to_json, false, true},
    {"split", 2, 2, go_split, true, true},
    {"join", 2, 2, go_join, false, true},
    {"title", 1, 1, go_title, true, true},
    {"lower", 1, 1, go_lower, true, true},
    {"upper", 1, 1, go_upper, true, true},
    {"pad", 3, 3, go_pad, true, false},
    {"truncate", 2, 2, go_truncate_text, true, true},
    {"len", 1, 1, length_of, false, false},
    {"index", 1, G_MAXUINT, index_of, false, false},
    {"slice", 1, 3, slice, false, false},
    {"eq", 2, G_MAXUINT, equals, false, false},
    {"ne", 2, 2, differs, false, false},
    {"lt", 2, 2, is_less, false, false},
    {"le", 2, 2, is_at_most, false, false},
    {"gt", 2, 2, is_more, false, false},
    {"ge", 2, 2, is_at_least, false, false},
    {"not", 1, 1, negate, false, false},
    {"and", 1, G_MAXUINT, conjunction, false, false},
    {"or", 1, G_MAXUINT, disjunction, false, false},
    {"print", 0, G_MAXUINT, print, false, false},
    {"println", 0, G_MAXUINT, print_line, false, false},
    {"printf", 1, G_MAXUINT, print_format, true, false},
    {"getDetailsOrder", 1, 1, details_order, false, false},
};

static const struct function_row *function_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(functions); i++)
        if (g_str_equal(functions[i].name, name))
            return &functions[i];
    return NULL;
}

bool go_function_exists(const char *name)
{
    return function_find(name) != NULL;
}

static const char *type_of(const json_t *value)
{
    if (json_is_integer(value))
        return "int";
    if (json_is_boolean(value))
        return "bool";
    if (json_is_array(value))
        return "[]string";
    return json_is_object(value) ? "map[string]string" : "string";
}

/* A row of a list: Label is a method and so no part of it. */
static json_t *row_to_json(json_t *value)
{
    g_autoptr(json_t) copy = json_copy(value);
    if (json_is_object(json_object_get(copy, "Label")))
        json_object_del(copy, "Label");
    g_autofree char *text = json_text(copy);
    g_autofree char *safe = go_html_safe(text);
    return json_string(safe);
}

json_t *go_function_call(const char *name, const GPtrArray *values,
                         const struct go_template_options *options, GError **error)
{
    const struct function_row *row = function_find(name);
    g_autoptr(GError) reason = NULL;

    if (values->len < row->count_min || values->len > row->count_max)
        return refuse(error, "wrong number of args for %s: want %s%u got %u", name,
                      row->count_max == G_MAXUINT ? "at least " : "", row->count_min, values->len);
    if (options->is_header && row->passes_in_header)
        return go_value_at(values, 0) != NULL ? json_incref(go_value_at(values, 0)) : json_null();
    if (row->call == go_to_json && options->is_by_json)
        return go_to_indented_json(go_value_at(values, 0));
    bool is_row = options->type_name != NULL && !options->is_typed;
    if (row->call == go_to_json && is_row && json_is_object(go_value_at(values, 0)))
        return row_to_json(go_value_at(values, 0));
    if (row->is_text_first && !json_is_string(go_value_at(values, 0)))
        return refuse(error, "wrong type for value; expected string; got %s",
                      type_of(go_value_at(values, 0)));
    json_t *answer = row->call(values, &reason);
    if (answer == NULL)
        refuse(error, "error calling %s: %s", name, reason != NULL ? reason->message : "nil");
    return answer;
}
