/* Text of scalars. */
#include "workflow/literal.h"

#include <math.h>
#include <string.h>

char *literal_number_text(double number)
{
    if (isnan(number))
        return g_strdup("NaN");
    if (isinf(number))
        return g_strdup(number > 0 ? "Infinity" : "-Infinity");
    if (number == 0)
        return g_strdup("0");
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup(g_ascii_formatd(text, sizeof text, "%.15G", number));
}

char *literal_text(const struct node *node)
{
    switch (node->kind) {
    case NODE_BOOLEAN:
        return g_strdup(node->boolean ? "true" : "false");
    case NODE_INTEGER:
    case NODE_FLOAT:
        return literal_number_text(node->number);
    case NODE_STRING:
        return g_strdup(node->text);
    case NODE_NULL:
    case NODE_SEQUENCE:
    case NODE_MAPPING:
        break;
    }
    return g_strdup("");
}

bool literal_has_expression(const char *text)
{
    return strstr(text, "${{") != NULL;
}

bool literal_is_dynamic(const struct node *node)
{
    if (node->kind == NODE_STRING)
        return literal_has_expression(node->text);
    for (gsize i = 0; i < node_length(node); i++) {
        bool is_mapping = node->kind == NODE_MAPPING;
        if (is_mapping && literal_has_expression(node_entry(node, i)->key))
            return true;
        if (literal_is_dynamic(is_mapping ? node_entry(node, i)->value : node_item(node, i)))
            return true;
    }
    return false;
}
