/* The functions that the CLI adds to Go's templates. */
#include "mocks/commands/docker/go_template_private.h"

#include <string.h>

json_t *go_value_at(const GPtrArray *values, guint i)
{
    return g_ptr_array_index(values, i);
}

const char *go_text_at(const GPtrArray *values, guint i)
{
    const char *text = json_string_value(go_value_at(values, i));
    return text != NULL ? text : "";
}

char *go_html_safe(const char *text)
{
    g_autoptr(GString) safe = g_string_new(text);
    g_string_replace(safe, "<", "\\u003c", 0);
    g_string_replace(safe, ">", "\\u003e", 0);
    g_string_replace(safe, "&", "\\u0026", 0);
    return g_string_free(g_steal_pointer(&safe), FALSE);
}

json_t *go_to_json(const GPtrArray *values, GError **error)
{
    (void)error;
    json_t *value = go_value_at(values, 0);
    g_autofree char *text = value == NULL ? g_strdup("null") : json_text(value);
    return json_string(text);
}

json_t *go_to_indented_json(json_t *value)
{
    char *text = json_dumps(value, JSON_INDENT(2) | JSON_ENCODE_ANY);
    json_t *answer = json_string(text != NULL ? text : "null");
    free(text);
    return answer;
}

/* strings.Split without a separator: the letters, one by one. */
static json_t *letters_of(const char *text)
{
    json_t *list = json_array();
    for (const char *next; *text != '\0'; text = next) {
        next = g_utf8_find_next_char(text, NULL);
        json_array_append_new(list, json_stringn(text, (size_t)(next - text)));
    }
    return list;
}

json_t *go_split(const GPtrArray *values, GError **error)
{
    (void)error;
    if (*go_text_at(values, 1) == '\0')
        return letters_of(go_text_at(values, 0));
    g_auto(GStrv) parts = g_strsplit(go_text_at(values, 0), go_text_at(values, 1), -1);
    json_t *list = json_array();
    for (gsize i = 0; parts[i] != NULL; i++)
        json_array_append_new(list, json_string(parts[i]));
    if (json_array_size(list) == 0)
        json_array_append_new(list, json_string(""));
    return list;
}

json_t *go_join(const GPtrArray *values, GError **error)
{
    (void)error;
    g_autoptr(GString) text = g_string_new(NULL);
    size_t i;
    json_t *value;
    json_array_foreach (go_value_at(values, 0), i, value) {
        g_autofree char *one = go_value_text(value);
        g_string_append_printf(text, "%s%s", i > 0 ? go_text_at(values, 1) : "", one);
    }
    return json_string(text->str);
}

json_t *go_title(const GPtrArray *values, GError **error)
{
    (void)error;
    g_autofree char *text = g_strdup(go_text_at(values, 0));
    for (char *byte = text; *byte != '\0'; byte++)
        if (byte == text || (!g_ascii_isalnum(byte[-1]) && byte[-1] != '_' && byte[-1] != '\''))
            *byte = g_ascii_toupper(*byte);
    return json_string(text);
}

json_t *go_lower(const GPtrArray *values, GError **error)
{
    (void)error;
    g_autofree char *text = g_utf8_strdown(go_text_at(values, 0), -1);
    return json_string(text);
}

json_t *go_upper(const GPtrArray *values, GError **error)
{
    (void)error;
    g_autofree char *text = g_utf8_strup(go_text_at(values, 0), -1);
    return json_string(text);
}

json_t *go_pad(const GPtrArray *values, GError **error)
{
    (void)error;
    const char *text = go_text_at(values, 0);
    gsize before = (gsize)CLAMP(json_integer_value(go_value_at(values, 1)), 0, 1000);
    gsize after = (gsize)CLAMP(json_integer_value(go_value_at(values, 2)), 0, 1000);
    if (*text == '\0')
        return json_string("");
    g_autofree char *left = g_strnfill(before, ' ');
    g_autofree char *right = g_strnfill(after, ' ');
    g_autofree char *padded = g_strconcat(left, text, right, NULL);
    return json_string(padded);
}

json_t *go_truncate_text(const GPtrArray *values, GError **error)
{
    (void)error;
    json_int_t length = json_integer_value(go_value_at(values, 1));
    const char *text = go_text_at(values, 0);
    g_autofree char *cut = g_strndup(text, (gsize)CLAMP(length, 0, (json_int_t)strlen(text)));
    return json_text_or_null(cut);
}
