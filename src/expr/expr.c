/* Expressions as a whole: life, errors with their place, function tables. */
#include "expr/expr_private.h"

#include <string.h>

void expr_free(struct expr *expr)
{
    if (expr == NULL)
        return;
    expr_node_free(expr->root);
    source_unref(expr->source);
    g_free(expr->text);
    g_free(expr);
}

const char *expr_text(const struct expr *expr)
{
    return expr->text;
}

/* A quoted scalar's text begins behind its quote. */
struct expr *expr_parse_node(const struct dialect *dialect, const struct node *node, GError **error)
{
    struct position position = node->position;
    if (node->text == NULL) {
        node_error(error, node, "is %s, expected an expression", node_kind_text(node));
        return NULL;
    }
    position.column += node->style == NODE_QUOTED;
    return expr_parse(dialect, node->text, position, error);
}

struct position expr_position_at(const struct expr *expr, gsize offset)
{
    struct position position = expr->position;
    int first_column = MAX(position.column, 1);

    position.column = first_column;
    for (gsize i = 0; i < offset && expr->text[i] != '\0'; i++) {
        if (expr->text[i] == '\n') {
            position.line++;
            position.column = first_column;
        } else if (((unsigned char)expr->text[i + 1] & 0xc0) != 0x80) {
            position.column++;
        }
    }
    return position;
}

bool expr_fail(const struct expr *expr, enum base_error code, gsize offset, GError **error,
               const char *format, ...)
{
    struct position position = expr_position_at(expr, offset);
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (expr->dialect->fail != NULL) {
        expr->dialect->fail(expr, offset, message, error);
        return false;
    }
    if (expr->source != NULL)
        error_set_at(error, code, position, "%s", message);
    else
        g_set_error(error, BASE_ERROR, (int)code, "column %d: %s", position.column, message);
    return false;
}

bool expr_fail_with(const struct expr *expr, gsize offset, GError *reason, GError **error)
{
    bool is_limit = g_error_matches(reason, BASE_ERROR, BASE_ERROR_LIMIT);
    expr_fail(expr, is_limit ? BASE_ERROR_LIMIT : BASE_ERROR_INVALID, offset, error, "%s",
              reason->message);
    g_error_free(reason);
    return false;
}

const struct expr_function *function_find(const struct expr_function *table, const char *name,
                                          bool is_ignoring_case)
{
    for (; table != NULL && table->name != NULL; table++)
        if (strcmp(table->name, name) == 0 ||
            (is_ignoring_case && g_ascii_strcasecmp(table->name, name) == 0))
            return table;
    return NULL;
}

static char *count_text(const struct expr_function *function)
{
    if (function->arguments_min == function->arguments_max)
        return g_strdup_printf("%" G_GSIZE_FORMAT, function->arguments_min);
    return g_strdup_printf("%" G_GSIZE_FORMAT " to %" G_GSIZE_FORMAT, function->arguments_min,
                           function->arguments_max);
}

bool function_check_count(const struct expr_function *function, gsize count, GError **error)
{
    if (count >= function->arguments_min && count <= function->arguments_max)
        return true;
    g_autofree char *expected = count_text(function);
    bool is_one = function->arguments_max == 1;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "'%s' takes %s %s, not %" G_GSIZE_FORMAT,
                function->name, expected, is_one ? "argument" : "arguments", count);
    return false;
}

char *name_hint(const char *word, GPtrArray *known)
{
    const char *nearest = nearest_word(word, (const char *const *)known->pdata, known->len);
    return nearest != NULL ? g_strdup_printf("; did you mean '%s'?", nearest) : g_strdup("");
}

static void append_table_help(GString *text, const struct expr_function *table)
{
    for (; table != NULL && table->name != NULL; table++) {
        g_autofree char *count = count_text(table);
        g_string_append_printf(text, "%s(%s): %s\n", table->name, count, table->summary);
    }
}

char *expr_functions_help(const struct dialect *dialect)
{
    GString *text = g_string_new(NULL);
    append_table_help(text, dialect->functions);
    append_table_help(text, dialect->more_functions);
    return g_string_free(text, FALSE);
}
