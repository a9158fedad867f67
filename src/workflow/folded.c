/* Looking up without regard to case. */
#include "workflow/folded.h"

const struct node *folded_node(const struct node *mapping, const char *key)
{
    if (mapping == NULL || mapping->kind != NODE_MAPPING)
        return NULL;
    for (gsize i = 0; i < node_length(mapping); i++)
        if (g_ascii_strcasecmp(node_entry(mapping, i)->key, key) == 0)
            return node_entry(mapping, i)->value;
    return NULL;
}

json_t *folded_member(const json_t *object, const char *key)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)object, name, value) {
        if (g_ascii_strcasecmp(name, key) == 0)
            return value;
    }
    return NULL;
}
