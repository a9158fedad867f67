/* A search through the tree of a document; its depth has a ceiling (DOC_DEPTH_MAX). */
#include "doc/repeated.h"

#include <string.h>

static const struct node_entry *find(const struct node *node, const struct node_entry **before)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const struct node_entry *found = NULL;
    for (gsize i = 0; node->kind == NODE_SEQUENCE && found == NULL && i < node_length(node); i++)
        found = find(node_item(node, i), before);
    for (gsize i = 0; node->kind == NODE_MAPPING && found == NULL && i < node_length(node); i++) {
        const struct node_entry *entry = node_entry(node, i);
        *before = g_hash_table_lookup(seen, entry->key);
        if (*before != NULL && strcmp(entry->key, "<<") != 0)
            return entry;
        g_hash_table_insert(seen, entry->key, (gpointer)(guintptr)entry);
        found = find(entry->value, before);
    }
    return found;
}

const struct node_entry *doc_find_repeated(const struct doc *doc, const struct node_entry **before)
{
    return find(doc_root(doc), before);
}
