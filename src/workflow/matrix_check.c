/* What can be said of a matrix before anything is evaluated. */
#include "workflow/literal.h"
#include "workflow/matrix.h"

#include <string.h>

static bool is_vector(const char *key)
{
    return strcmp(key, "include") != 0 && strcmp(key, "exclude") != 0;
}

static bool has_vector(const struct node *matrix, const char *key)
{
    for (gsize i = 0; i < node_length(matrix); i++) {
        const char *name = node_entry(matrix, i)->key;
        if (is_vector(name) && g_ascii_strcasecmp(name, key) == 0)
            return true;
    }
    return false;
}

static void check_exclude_item(const struct node *matrix, const struct node *item,
                               struct fault_list *faults)
{
    if (item->kind == NODE_MAPPING && node_length(item) == 0)
        fault_add_at(faults, item, "Matrix exclude filter must not be empty");
    for (gsize i = 0; item->kind == NODE_MAPPING && i < node_length(item); i++) {
        const struct node_entry *entry = node_entry(item, i);
        if (!has_vector(matrix, entry->key))
            fault_add(faults, entry->key_position,
                      "Matrix exclude key '%s' does not match any key within the matrix",
                      entry->key);
    }
}

static void check_include_item(const struct node *item, struct fault_list *faults)
{
    if (item->kind == NODE_MAPPING && node_length(item) == 0)
        fault_add_at(faults, item, "Matrix include mapping does not contain any values");
}

static void check_items(const struct node *matrix, struct fault_list *faults)
{
    const struct node *include = node_get(matrix, "include");
    const struct node *exclude = node_get(matrix, "exclude");
    for (gsize i = 0; include != NULL && i < node_length(include); i++)
        if (include->kind == NODE_SEQUENCE)
            check_include_item(node_item(include, i), faults);
    for (gsize i = 0; exclude != NULL && i < node_length(exclude); i++)
        if (exclude->kind == NODE_SEQUENCE)
            check_exclude_item(matrix, node_item(exclude, i), faults);
}

static bool has_legs(const struct node *matrix)
{
    for (gsize i = 0; i < node_length(matrix); i++) {
        const struct node_entry *entry = node_entry(matrix, i);
        if (literal_has_expression(entry->key) || is_vector(entry->key))
            return true;
        if (strcmp(entry->key, "include") == 0 &&
            (node_length(entry->value) > 0 || literal_is_dynamic(entry->value)))
            return true;
    }
    return false;
}

void matrix_check(const struct node *matrix, struct fault_list *faults)
{
    if (matrix->kind != NODE_MAPPING)
        return;
    for (gsize i = 0; i < node_length(matrix); i++) {
        const struct node_entry *entry = node_entry(matrix, i);
        if (is_vector(entry->key) && entry->value->kind == NODE_SEQUENCE &&
            node_length(entry->value) == 0)
            fault_add_at(faults, entry->value, "Matrix vector '%s' does not contain any values",
                         entry->key);
    }
    if (!has_legs(matrix))
        fault_add_at(faults, matrix, "Matrix must define at least one vector");
    if (!literal_is_dynamic(matrix))
        check_items(matrix, faults);
}
