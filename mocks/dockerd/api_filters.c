/* Filters of lists, as far as lists share them (moby api/types/filters). */
#include "mocks/dockerd/api.h"

#include <string.h>

bool api_filters_check(struct request *request, const char *const *keys, GError **error)
{
    const char *text = exchange_query_value(request->exchange, "filters");
    if (text == NULL || *text == '\0')
        return true;
    g_autoptr(json_t) filters = json_parse_bytes(text, strlen(text), NULL);
    const char *key;
    json_t *values;
    json_object_foreach (filters, key, values)
        if (!g_strv_contains(keys, key))
            return engine_fail(error, 400, "invalid filter '%s'", key);
    return true;
}

bool api_filter_matches(struct request *request, const char *key, const char *text)
{
    g_autoptr(GPtrArray) values = api_filter_values(request, key);
    for (guint i = 0; i < values->len; i++)
        if (g_regex_match_simple(g_ptr_array_index(values, i), text, 0, 0))
            return true;
    return values->len == 0;
}

bool api_filter_is(struct request *request, const char *key, const char *text)
{
    g_autoptr(GPtrArray) values = api_filter_values(request, key);
    return values->len == 0 || g_ptr_array_find_with_equal_func(values, text, g_str_equal, NULL);
}

static bool has_label(const json_t *labels, const char *wanted)
{
    g_auto(GStrv) parts = g_strsplit(wanted, "=", 2);
    const char *value = parts[0] == NULL ? NULL : json_get_string(labels, parts[0], NULL);
    return value != NULL && (parts[1] == NULL || g_str_equal(parts[1], value));
}

bool api_filter_labels(struct request *request, const json_t *labels)
{
    g_autoptr(GPtrArray) wanted = api_filter_values(request, "label");
    for (guint i = 0; i < wanted->len; i++)
        if (!has_label(labels, g_ptr_array_index(wanted, i)))
            return false;
    return true;
}

bool api_filter_truth(struct request *request, const char *key, bool truth)
{
    g_autoptr(GPtrArray) values = api_filter_values(request, key);
    for (guint i = 0; i < values->len; i++) {
        const char *value = g_ptr_array_index(values, i);
        bool is_wanted = g_str_equal(value, "true") || g_str_equal(value, "1");
        if (is_wanted != truth)
            return false;
    }
    return true;
}
