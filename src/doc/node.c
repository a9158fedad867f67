/* Reading the tree. */
#include "doc/doc.h"

#include <math.h>
#include <string.h>

gsize node_length(const struct node *node)
{
    if (node->kind == NODE_SEQUENCE)
        return node->items->len;
    return node->kind == NODE_MAPPING ? node->entries->len : 0;
}

const struct node *node_item(const struct node *node, gsize index)
{
    g_assert(node->kind == NODE_SEQUENCE && index < node->items->len);
    return g_ptr_array_index(node->items, index);
}

const struct node_entry *node_entry(const struct node *node, gsize index)
{
    g_assert(node->kind == NODE_MAPPING && index < node->entries->len);
    return &g_array_index(node->entries, struct node_entry, index);
}

const struct node_entry *node_find(const struct node *node, const char *key)
{
    if (node == NULL || node->kind != NODE_MAPPING)
        return NULL;
    for (gsize i = 0; i < node->entries->len; i++) {
        const struct node_entry *entry = node_entry(node, i);
        if (strcmp(entry->key, key) == 0)
            return entry;
    }
    return NULL;
}

const struct node *node_get(const struct node *node, const char *key)
{
    const struct node_entry *entry = node_find(node, key);
    return entry != NULL ? entry->value : NULL;
}

const char *node_kind_text(const struct node *node)
{
    static const char *const texts[] = {
        [NODE_NULL] = "empty",        [NODE_BOOLEAN] = "a boolean", [NODE_INTEGER] = "an integer",
        [NODE_FLOAT] = "a number",    [NODE_STRING] = "a string",   [NODE_SEQUENCE] = "a list",
        [NODE_MAPPING] = "a mapping",
    };
    return texts[node->kind];
}

static json_t *collection_json(const struct node *node)
{
    json_t *value = node->kind == NODE_SEQUENCE ? json_array() : json_object();
    for (gsize i = 0; i < node_length(node); i++) {
        if (node->kind == NODE_SEQUENCE)
            json_array_append_new(value, node_json(node_item(node, i)));
        else
            json_object_set_new(value, node_entry(node, i)->key,
                                node_json(node_entry(node, i)->value));
    }
    return value;
}

json_t *node_json(const struct node *node)
{
    switch (node->kind) {
    case NODE_NULL:
        return json_null();
    case NODE_BOOLEAN:
        return json_boolean(node->boolean);
    case NODE_INTEGER:
        return json_integer(node->integer);
    case NODE_FLOAT:
        return isfinite(node->number) ? json_real(node->number) : json_string(node->text);
    case NODE_STRING:
        return json_string(node->text);
    case NODE_SEQUENCE:
    case NODE_MAPPING:
        return collection_json(node);
    }
    g_assert_not_reached();
}

void node_error(GError **error, const struct node *node, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    error_set_at(error, BASE_ERROR_INVALID, node->position, "%s", message);
}
