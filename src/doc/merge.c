/* Merge keys, resolved in a tree that is read already. */
#include "doc/merge.h"

#include "doc/doc_private.h"

#include <string.h>

static bool merge_node(struct node *node, GError **error);

static bool is_merge(const struct node_entry *entry)
{
    return strcmp(entry->key, "<<") == 0;
}

static bool take_mapping(struct node *node, GHashTable *keys, const struct node *source,
                         struct position position, GError **error)
{
    if (source == NULL || source->kind != NODE_MAPPING) {
        error_set_at(error, BASE_ERROR_INVALID, position,
                     "map merge requires map or sequence of maps as the value");
        return false;
    }
    /* Nodes are const for the readers of the tree alone. */
    if (!merge_node((struct node *)(uintptr_t)source, error))
        return false;
    for (gsize i = 0; i < node_length(source); i++) {
        struct node_entry entry = *node_entry(source, i);
        if (g_hash_table_contains(keys, entry.key))
            continue;
        entry.key = g_strdup(entry.key);
        g_array_append_val(node->entries, entry);
        g_hash_table_add(keys, entry.key);
    }
    return true;
}

static bool take_value(struct node *node, GHashTable *keys, const struct node_entry *merge,
                       GError **error)
{
    const struct node *value = merge->value;
    if (value->kind != NODE_SEQUENCE)
        return take_mapping(node, keys, value, merge->key_position, error);
    for (gsize i = 0; i < node_length(value); i++)
        if (!take_mapping(node, keys, node_item(value, i), merge->key_position, error))
            return false;
    return true;
}

/* Takes the merge keys out of the node, in their order; the caller frees their names. */
static GArray *take_merges(struct node *node)
{
    GArray *merges = g_array_new(FALSE, FALSE, sizeof(struct node_entry));
    guint kept = 0;
    for (guint i = 0; i < node->entries->len; i++) {
        struct node_entry entry = g_array_index(node->entries, struct node_entry, i);
        if (is_merge(&entry))
            g_array_append_val(merges, entry);
        else
            g_array_index(node->entries, struct node_entry, kept++) = entry;
    }
    node->entries->len = kept; /* the names went with their entries: nothing is cleared */
    return merges;
}

static bool merge_node(struct node *node, GError **error)
{
    bool is_fine = true;
    if (node->kind != NODE_MAPPING || node_find(node, "<<") == NULL)
        return true;
    g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal); /* lent, never walked */
    g_autoptr(GArray) merges = take_merges(node);
    for (guint i = 0; i < node->entries->len; i++)
        g_hash_table_add(keys, g_array_index(node->entries, struct node_entry, i).key);
    for (guint i = 0; i < merges->len; i++) {
        struct node_entry *merge = &g_array_index(merges, struct node_entry, i);
        is_fine = is_fine && take_value(node, keys, merge, error);
        g_free(merge->key);
    }
    return is_fine;
}

bool doc_merge_keys(struct doc *doc, GError **error)
{
    for (guint i = 0; i < doc->nodes->len; i++)
        if (!merge_node(g_ptr_array_index(doc->nodes, i), error))
            return false;
    return true;
}
