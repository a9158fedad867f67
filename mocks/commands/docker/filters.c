/* --filter KEY=VALUE, and how it goes to the Engine. */
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

void filters_add(json_t *filters, const char *key, const char *value)
{
    if (json_object_get(filters, key) == NULL)
        json_object_set_new(filters, key, json_object());
    json_object_set_new(json_object_get(filters, key), value, json_true());
}

json_t *filters_parse(const char *const *texts)
{
    g_autoptr(json_t) filters = json_object();

    for (gsize i = 0; texts[i] != NULL; i++) {
        const char *equals = strchr(texts[i], '=');
        if (*texts[i] == '\0')
            continue;
        g_assert(equals != NULL); /* FLAG_FILTER */
        g_autofree char *key = g_strndup(texts[i], (gsize)(equals - texts[i]));
        g_autofree char *lower = g_ascii_strdown(g_strstrip(key), -1);
        g_autofree char *value = g_strdup(equals + 1);
        filters_add(filters, lower, g_strstrip(value));
    }
    return g_steal_pointer(&filters);
}

void filters_append(GString *path, const json_t *filters)
{
    if (json_object_size(filters) == 0)
        return;
    g_autofree char *text = json_text(filters);
    docker_query_append(path, "filters", text);
}
