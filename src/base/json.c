/* JSON on the wire: jansson with a depth ceiling and fewer words. */
#include "base/json.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

/* Counts brackets outside strings; text that is no JSON is left to the parser. */
static bool is_too_deep(const char *text, gsize length_bytes)
{
    int depth = 0;
    bool is_in_string = false;

    for (gsize i = 0; i < length_bytes; i++) {
        char c = text[i];
        if (is_in_string && c == '\\')
            i++;
        else if (c == '"')
            is_in_string = !is_in_string;
        else if (!is_in_string && (c == '[' || c == '{') && ++depth > JSON_DEPTH_MAX)
            return true;
        else if (!is_in_string && (c == ']' || c == '}'))
            depth--;
    }
    return false;
}

json_t *json_parse_bytes(const void *bytes, gsize length_bytes, GError **error)
{
    json_error_t reason;

    if (length_bytes > JSON_BYTES_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "JSON of more than %d bytes",
                    JSON_BYTES_MAX);
        return NULL;
    }
    if (is_too_deep(bytes, length_bytes)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "JSON nested deeper than %d",
                    JSON_DEPTH_MAX);
        return NULL;
    }
    const char *text = length_bytes > 0 ? bytes : "";
    json_t *value = json_loadb(text, length_bytes, JSON_DECODE_ANY, &reason);
    if (value == NULL)
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "JSON line %d column %d: %s",
                    reason.line, reason.column, reason.text);
    return value;
}

json_t *json_parse_gbytes(GBytes *bytes, GError **error)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    return json_parse_bytes(data, length_bytes, error);
}

/* jansson allocates with malloc, the rest of the program with GLib. */
static char *dump(const json_t *value, size_t flags, const char *tail)
{
    char *text = json_dumps(value, flags | JSON_ENCODE_ANY);
    g_assert(text != NULL); /* only what is no UTF-8 cannot be printed, and jansson takes none in */
    char *copy = g_strconcat(text, tail, NULL);
    free(text);
    return copy;
}

char *json_text(const json_t *value)
{
    return dump(value, JSON_COMPACT, NULL);
}

GBytes *json_bytes(const json_t *value)
{
    char *text = json_text(value);
    return g_bytes_new_take(text, strlen(text));
}

char *json_pretty_text(const json_t *value)
{
    return dump(value, JSON_INDENT(2), "\n");
}

json_t *json_text_or_null(const char *text)
{
    if (text == NULL)
        return json_null();
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return json_string(valid);
}

const char *json_get_string(const json_t *object, const char *key, const char *otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? json_string_value(value) : otherwise;
}

int64_t json_get_integer(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool json_get_boolean(const json_t *object, const char *key, bool otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

json_t *json_get_object(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_object(value) ? value : NULL;
}

json_t *json_get_array(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_array(value) ? value : NULL;
}
