/* Values to and from text, JSON and document nodes. */
#include "base/units.h"
#include "expr/value.h"

#include <math.h>
#include <string.h>

const char *value_kind_text(const struct value *value)
{
    static const char *const texts[] = {
        [VALUE_NULL] = "null",       [VALUE_BOOLEAN] = "a boolean",   [VALUE_NUMBER] = "a number",
        [VALUE_STRING] = "a string", [VALUE_DURATION] = "a duration", [VALUE_SIZE] = "a size",
        [VALUE_ARRAY] = "a list",
    };
    return value->kind == VALUE_OBJECT ? value->type->kind_text : texts[value->kind];
}

enum {
    TEXT_BYTES_MAX = 400,
    TEXT_DEPTH_MAX = 4,
};

static void append_value(GString *text, const struct value *value, int depth);

static void append_number(GString *text, const struct value *value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    if (value->is_exact) {
        g_string_append_printf(text, "%" G_GINT64_FORMAT, value->integer);
        return;
    }
    g_ascii_formatd(digits, sizeof digits, "%.15g", value->number);
    if (g_ascii_strtod(digits, NULL) != value->number)
        g_ascii_dtostr(digits, sizeof digits, value->number);
    g_string_append(text, digits);
}

static void append_string(GString *text, const char *string)
{
    g_string_append_c(text, '\'');
    for (; *string != '\0'; string++) {
        if (*string == '\'')
            g_string_append_c(text, '\'');
        g_string_append_c(text, *string);
    }
    g_string_append_c(text, '\'');
}

/* Whatever follows would be cut away again. */
static bool is_full(const GString *text, int depth)
{
    return text->len > TEXT_BYTES_MAX || depth > TEXT_DEPTH_MAX;
}

static void append_items(GString *text, const struct value *value, int depth)
{
    g_string_append_c(text, '[');
    for (gsize i = 0; i < value_length(value) && !is_full(text, depth); i++) {
        g_string_append(text, i > 0 ? ", " : "");
        append_value(text, value_item(value, i), depth + 1);
    }
    g_string_append_c(text, ']');
}

static void append_members(GString *text, const struct value *value, int depth)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    value->type->list(value->self, names);
    g_string_append_c(text, '{');
    for (guint i = 0; i < names->len && !is_full(text, depth); i++) {
        const char *name = g_ptr_array_index(names, i);
        VALUE(member);
        if (!value->type->get(value->self, name, &member))
            continue;
        g_string_append_printf(text, "%s%s: ", i > 0 ? ", " : "", name);
        append_value(text, &member, depth + 1);
    }
    g_string_append_c(text, '}');
}

static void append_amount(GString *text, char *amount)
{
    g_string_append(text, amount);
    g_free(amount);
}

static void append_value(GString *text, const struct value *value, int depth)
{
    if (depth > TEXT_DEPTH_MAX) {
        g_string_append(text, "\xe2\x80\xa6");
        return;
    }
    switch (value->kind) {
    case VALUE_NULL:
        g_string_append(text, "null");
        break;
    case VALUE_BOOLEAN:
        g_string_append(text, value->boolean ? "true" : "false");
        break;
    case VALUE_NUMBER:
        append_number(text, value);
        break;
    case VALUE_STRING:
        append_string(text, value->string);
        break;
    case VALUE_DURATION:
        append_amount(text, duration_text(value->integer));
        break;
    case VALUE_SIZE:
        append_amount(text, size_text(value->integer));
        break;
    case VALUE_ARRAY:
        append_items(text, value, depth);
        break;
    case VALUE_OBJECT:
        append_members(text, value, depth);
        break;
    }
}

char *value_text(const struct value *value)
{
    GString *text = g_string_new(NULL);
    append_value(text, value, 0);
    if (text->len > TEXT_BYTES_MAX) {
        const char *end = text->str + TEXT_BYTES_MAX;
        while (((unsigned char)*end & 0xc0) == 0x80) /* not inside a character */
            end--;
        g_string_truncate(text, (gsize)(end - text->str));
        g_string_append(text, "\xe2\x80\xa6");
    }
    return g_string_free(text, FALSE);
}

static json_t *items_json(const struct value *value)
{
    json_t *json = json_array();
    for (gsize i = 0; i < value_length(value); i++)
        json_array_append_new(json, value_json(value_item(value, i)));
    return json;
}

static json_t *members_json(const struct value *value)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    json_t *json = json_object();
    value->type->list(value->self, names);
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        VALUE(member);
        if (value->type->get(value->self, name, &member))
            json_object_set_new(json, name, value_json(&member));
    }
    return json;
}

json_t *value_json(const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL:
        return json_null();
    case VALUE_BOOLEAN:
        return json_boolean(value->boolean);
    case VALUE_NUMBER:
        if (value->is_exact)
            return json_integer(value->integer);
        return isfinite(value->number) ? json_real(value->number) : json_null();
    case VALUE_STRING:
        return json_text_or_null(value->string);
    case VALUE_DURATION:
    case VALUE_SIZE:
        return json_integer(value->integer);
    case VALUE_ARRAY:
        return items_json(value);
    case VALUE_OBJECT:
        return members_json(value);
    }
    g_assert_not_reached();
}

static struct value map_from_json(const json_t *json)
{
    struct value map = value_of_map();
    const char *name;
    json_t *member;
    json_object_foreach ((json_t *)(uintptr_t)json, name, member) {
        value_set(&map, name, value_from_json(member));
    }
    return map;
}

static struct value array_from_json(const json_t *json)
{
    struct value array = value_of_array();
    for (gsize i = 0; i < json_array_size(json); i++)
        value_append(&array, value_from_json(json_array_get(json, i)));
    return array;
}

struct value value_from_json(const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_NULL:
        return (struct value){0};
    case JSON_TRUE:
    case JSON_FALSE:
        return value_of_boolean(json_is_true(json));
    case JSON_INTEGER:
        return value_of_integer(json_integer_value(json));
    case JSON_REAL:
        return value_of_number(json_real_value(json));
    case JSON_STRING:
        return value_of_string(json_string_value(json));
    case JSON_ARRAY:
        return array_from_json(json);
    case JSON_OBJECT:
        return map_from_json(json);
    }
    g_assert_not_reached();
}

struct value value_from_node(const struct node *node)
{
    if (node->kind == NODE_FLOAT)
        return value_of_number(node->number); /* JSON has no infinity */
    if (node->kind != NODE_SEQUENCE && node->kind != NODE_MAPPING) {
        g_autoptr(json_t) json = node_json(node);
        return value_from_json(json);
    }
    struct value value = node->kind == NODE_SEQUENCE ? value_of_array() : value_of_map();
    for (gsize i = 0; i < node_length(node); i++) {
        if (node->kind == NODE_SEQUENCE)
            value_append(&value, value_from_node(node_item(node, i)));
        else
            value_set(&value, node_entry(node, i)->key,
                      value_from_node(node_entry(node, i)->value));
    }
    return value;
}
