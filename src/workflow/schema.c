/* The walk over a document with its definitions, as GitHub's template reader does it. */
#include "workflow/schema.h"
#include "workflow/expression_check.h"
#include "workflow/literal.h"
#include "workflow/schema_parts.h"

#include <string.h>

enum {
    TABLES_MAX = 8
};

static void check_value(const struct definition *definition, const struct node *node,
                        unsigned contexts, struct fault_list *faults);

static bool is_word(const char *const *words, const char *text)
{
    return g_strv_contains(words, text);
}

static bool string_fits(const struct definition *definition, const char *text)
{
    if ((definition->shapes & SHAPE_STRING) == 0)
        return false;
    if (definition->words != NULL)
        return is_word(definition->words, text);
    return !definition->is_filled || text[0] != '\0';
}

static unsigned shape_of(const struct node *node)
{
    static const unsigned shapes[] = {
        [NODE_NULL] = SHAPE_NULL,       [NODE_BOOLEAN] = SHAPE_BOOLEAN,
        [NODE_INTEGER] = SHAPE_NUMBER,  [NODE_FLOAT] = SHAPE_NUMBER,
        [NODE_STRING] = SHAPE_STRING,   [NODE_SEQUENCE] = SHAPE_SEQUENCE,
        [NODE_MAPPING] = SHAPE_MAPPING,
    };
    return shapes[node->kind];
}

/* A scalar of another kind may still pass as the string that it reads as. */
static void check_literal(const struct definition *definition, const struct node *node,
                          const char *text, struct fault_list *faults)
{
    if (node->kind != NODE_STRING && (definition->shapes & shape_of(node)) != 0)
        return;
    if (!string_fits(definition, text))
        fault_add_at(faults, node, "Unexpected value '%s'", text);
}

/* What is no valid expression counts as the text that it is, as on GitHub. */
static void check_dynamic(const struct definition *definition, const struct node *node,
                          unsigned contexts, struct fault_list *faults)
{
    g_autofree char *literal = NULL;
    g_autofree char *problem = expression_check(node->text, contexts, &literal);
    if (problem != NULL)
        fault_add_at(faults, node, "%s", problem);
    if (problem != NULL || literal != NULL)
        check_literal(definition, node, literal != NULL ? literal : node->text, faults);
    else if (contexts == 0)
        fault_add_at(faults, node, "A template expression is not allowed in this context");
}

static void check_condition(const struct node *node, const char *text, unsigned contexts,
                            struct fault_list *faults)
{
    g_autofree char *problem = expression_check_condition(text, contexts);
    if (problem != NULL)
        fault_add_at(faults, node, "%s", problem);
}

/* GitHub reads these as 32 bits, and refuses the file for what is longer (YamlObjectReader.cs). */
static bool is_beyond_32_bits(const struct node *node)
{
    bool is_number = node->kind == NODE_INTEGER || node->kind == NODE_FLOAT;
    return is_number && node->number > (double)G_MAXUINT32 &&
           (g_str_has_prefix(node->text, "0x") || g_str_has_prefix(node->text, "0o"));
}

static void check_scalar(const struct definition *definition, const struct node *node,
                         unsigned contexts, struct fault_list *faults)
{
    g_autofree char *text = literal_text(node);
    if (is_beyond_32_bits(node))
        fault_add_at(faults, node,
                     "The value '%s' on line %d and column %d is invalid for the type "
                     "'tag:yaml.org,2002:int'",
                     node->text, node->position.line, node->position.column);
    else if (node->kind == NODE_STRING && literal_has_expression(text))
        check_dynamic(definition, node, contexts, faults);
    else if (definition->is_condition)
        check_condition(node, text, contexts, faults);
    else
        check_literal(definition, node, text, faults);
}

static void check_items(const struct definition *definition, const struct node *node,
                        unsigned contexts, struct fault_list *faults)
{
    if ((definition->shapes & SHAPE_SEQUENCE) == 0) {
        fault_add_at(faults, node, "A sequence was not expected");
        return;
    }
    for (gsize i = 0; i < node_length(node); i++)
        check_value(definition->item, node_item(node, i), contexts, faults);
}

/* What a mapping may still be, while its keys are read. */
struct candidates {
    const struct property *tables[TABLES_MAX];
    gsize count;
};

static const struct property *table_find(const struct property *table, const char *name)
{
    for (; table->name != NULL; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

static void candidates_init(struct candidates *candidates, const struct property *const *tables)
{
    candidates->count = 0;
    for (; tables != NULL && *tables != NULL; tables++) {
        g_assert(candidates->count < TABLES_MAX);
        candidates->tables[candidates->count++] = *tables;
    }
}

/* The definition of a key, or NULL; tables without it drop out when another has it. */
static const struct definition *candidates_choose(struct candidates *candidates, const char *key)
{
    struct candidates fitting = {.count = 0};
    const struct definition *definition = NULL;
    for (gsize i = 0; i < candidates->count; i++) {
        const struct property *property = table_find(candidates->tables[i], key);
        if (property == NULL)
            continue;
        if (definition == NULL)
            definition = property->definition;
        fitting.tables[fitting.count++] = candidates->tables[i];
    }
    if (definition != NULL)
        *candidates = fitting;
    return definition;
}

static int compare_words(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The keys that only one of the first tables has, sorted: each of them would settle it. */
static char *telling_keys(const struct definition *definition, const struct candidates *candidates)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    gsize told = definition->told_tables != 0 ? definition->told_tables : candidates->count;
    told = MIN(told, candidates->count);
    for (gsize i = 0; i < told; i++)
        for (const struct property *row = candidates->tables[i]; row->name != NULL; row++) {
            bool is_shared = false;
            for (gsize j = 0; j < told; j++)
                is_shared = is_shared || (j != i && table_find(candidates->tables[j], row->name));
            if (!is_shared)
                g_ptr_array_add(names, (gpointer)row->name);
        }
    g_ptr_array_sort(names, compare_words);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(", ", (char **)names->pdata);
}

static void check_complete(const struct definition *definition, const struct candidates *candidates,
                           const struct node *node, bool has_expression_key,
                           struct fault_list *faults)
{
    if (candidates->count > 1) {
        g_autofree char *names = telling_keys(definition, candidates);
        fault_add_at(faults, node,
                     "There's not enough info to determine what you meant. Add one of these "
                     "properties: %s",
                     names);
        return;
    }
    if (candidates->count == 0 || has_expression_key)
        return;
    for (const struct property *row = candidates->tables[0]; row->name != NULL; row++)
        if (row->is_required && node_find(node, row->name) == NULL)
            fault_add_at(faults, node, "Required property is missing: %s", row->name);
}

/* A key that is an expression: its value may be anything. */
static void check_expression_key(const struct node_entry *entry, unsigned contexts,
                                 struct fault_list *faults)
{
    g_autofree char *literal = NULL;
    g_autofree char *problem = expression_check(entry->key, contexts, &literal);
    if (problem != NULL) {
        fault_add(faults, entry->key_position, "%s", problem);
        return;
    }
    if (contexts == 0)
        fault_add(faults, entry->key_position,
                  "A template expression is not allowed in this context");
    else
        check_value(&schema_any, entry->value, contexts, faults);
}

static void check_plain_key(const struct definition *definition, struct candidates *candidates,
                            const struct node_entry *entry, unsigned contexts,
                            struct fault_list *faults)
{
    const struct definition *known = candidates_choose(candidates, entry->key);
    if (known == NULL && definition->value == NULL) {
        fault_add(faults, entry->key_position, "Unexpected value '%s'", entry->key);
        return;
    }
    if (known == NULL && entry->key[0] == '\0' && !definition->has_free_key)
        fault_add(faults, entry->key_position, "Unexpected value ''");
    check_value(known != NULL ? known : definition->value, entry->value, contexts, faults);
}

static void check_mapping(const struct definition *definition, const struct node *node,
                          unsigned contexts, struct fault_list *faults)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct candidates candidates;
    bool has_expression_key = false;

    if ((definition->shapes & SHAPE_MAPPING) == 0) {
        fault_add_at(faults, node, "A mapping was not expected");
        return;
    }
    candidates_init(&candidates, definition->tables);
    for (gsize i = 0; i < node_length(node); i++) {
        const struct node_entry *entry = node_entry(node, i);
        if (literal_has_expression(entry->key)) {
            has_expression_key = true;
            check_expression_key(entry, contexts, faults);
        } else if (!g_hash_table_add(seen, g_utf8_casefold(entry->key, -1))) {
            fault_add(faults, entry->key_position, "'%s' is already defined", entry->key);
        } else {
            check_plain_key(definition, &candidates, entry, contexts, faults);
        }
    }
    check_complete(definition, &candidates, node, has_expression_key, faults);
}

static void check_value(const struct definition *definition, const struct node *node,
                        unsigned contexts, struct fault_list *faults)
{
    contexts |= definition->contexts;
    if (node->kind == NODE_MAPPING)
        check_mapping(definition, node, contexts, faults);
    else if (node->kind == NODE_SEQUENCE)
        check_items(definition, node, contexts, faults);
    else
        check_scalar(definition, node, contexts, faults);
}

void schema_check(const struct definition *definition, const struct node *node,
                  struct fault_list *faults)
{
    check_value(definition, node, 0, faults);
}
