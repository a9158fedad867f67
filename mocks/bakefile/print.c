/* `bake --print`: Go's MarshalIndent of groups and targets. */
#include "mocks/bakefile/bakefile_private.h"

#include <stdlib.h>
#include <string.h>

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *sorted(json_t *object)
{
    const char *key;
    json_t *value;
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    json_object_foreach (object, key, value)
        g_ptr_array_add(keys, (char *)key);
    g_ptr_array_sort(keys, by_name);
    json_t *copy = json_object();
    for (guint i = 0; i < keys->len; i++)
        json_object_set(copy, keys->pdata[i], json_object_get(object, keys->pdata[i]));
    return copy;
}

/* What would read as a template is written as text. */
static json_t *escaped(json_t *value)
{
    if (json_is_string(value)) {
        g_auto(GStrv) values = g_strsplit(json_string_value(value), "${", -1);
        g_autofree char *half = g_strjoinv("$${", values);
        g_auto(GStrv) directives = g_strsplit(half, "%{", -1);
        g_autofree char *whole = g_strjoinv("%%{", directives);
        return json_string(whole);
    }
    json_t *copy = json_copy(value);
    for (gsize i = 0; i < json_array_size(copy); i++)
        json_array_set_new(copy, i, escaped(json_array_get(copy, i)));
    const char *key;
    json_t *item;
    if (json_is_object(copy))
        json_object_foreach (copy, key, item)
            json_object_set_new(copy, key, json_is_null(item) ? json_null() : escaped(item));
    return copy;
}

static json_t *printed(const struct attribute_row *row, json_t *value)
{
    if (row->is_escaped) {
        g_autoptr(json_t) copy = escaped(value);
        return json_is_object(copy) ? sorted(copy) : json_incref(copy);
    }
    if (json_is_object(value))
        return sorted(value);
    if (row->kind < ATTRIBUTE_CACHES || row->kind == ATTRIBUTE_SECRETS ||
        row->kind == ATTRIBUTE_SSH)
        return json_incref(value);
    json_t *list = json_array();
    for (gsize i = 0; i < json_array_size(value); i++)
        json_array_append_new(list, sorted(json_array_get(value, i)));
    return list;
}

static json_t *target_json(json_t *attributes)
{
    gsize count = 0;
    const struct attribute_row *rows = bake_attribute_rows(&count);
    json_t *target = json_object();
    for (gsize i = 0; i < count; i++) {
        json_t *value = json_object_get(attributes, rows[i].name);
        bool is_empty = value == NULL || (json_is_array(value) && json_array_size(value) == 0) ||
                        (json_is_object(value) && json_object_size(value) == 0);
        if (!is_empty)
            json_object_set_new(target, rows[i].name, printed(&rows[i], value));
    }
    return target;
}

/* Go escapes what HTML could misread, and writes hex digits in lower case. */
static char *as_go_writes(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '<' || *at == '>' || *at == '&')
            g_string_append_printf(out, "\\u%04x", (unsigned)*at);
        else if (g_str_has_prefix(at, "\xE2\x80\xA8") || g_str_has_prefix(at, "\xE2\x80\xA9")) {
            g_string_append_printf(out, "\\u%04x", g_utf8_get_char(at));
            at += 2;
        } else if (*at == '\\' && at[1] == 'u') {
            for (int i = 0; i < 6; i++)
                g_string_append_c(out, g_ascii_tolower(at[i]));
            at += 5;
        } else if (*at == '\\') {
            g_string_append_len(out, at, 2);
            at++;
        } else {
            g_string_append_c(out, *at);
        }
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

char *bake_print(json_t *groups, const GPtrArray *targets)
{
    g_autoptr(json_t) all = json_object(), root = json_object();
    for (guint i = 0; i < targets->len; i++) {
        const struct bake_target *target = targets->pdata[i];
        json_object_set_new(all, target->name, target_json(target->attributes));
    }
    if (json_object_size(groups) > 0)
        json_object_set_new(root, "group", sorted(groups));
    json_object_set_new(root, "target", sorted(all));
    char *text = json_dumps(root, JSON_INDENT(2));
    char *go = as_go_writes(text);
    free(text);
    return go;
}
