/* The operands of expressions: literals, names, calls, groups, lists and members of them. */
#include "expr/parser_private.h"

#include <string.h>

/* The values between an opening token, taken already, and a closing one. */
static bool parse_list(struct parser *parser, struct expr_node *node, enum token_kind close,
                       const char *expected)
{
    if (!parser_enter(parser))
        return false;
    if (parser->token.kind != close) {
        do {
            if (!parser_add_child(parser, node, parse_whole(parser)))
                return false;
        } while (parser_take(parser, TOKEN_COMMA));
    }
    parser->nesting--;
    if (!parser_expect(parser, close, expected))
        return false;
    node->end = parser->last_end;
    return true;
}

static struct expr_node *parse_number(struct parser *parser)
{
    g_autofree char *text = parser_token_text(parser);
    AUTO(expr_node) node = expr_node_new(EXPR_LITERAL, parser->token.start);

    if (!parser->expr->dialect->read_number(text, &node->literal)) {
        expr_fail(parser->expr, BASE_ERROR_INVALID, node->start, parser->error,
                  "'%s' is no number, duration or size", text);
        return NULL;
    }
    parser_advance(parser);
    node->end = parser->last_end;
    return g_steal_pointer(&node);
}

static struct expr_node *parse_string(struct parser *parser)
{
    g_autofree char *text = token_string(parser->expr->text, &parser->token);
    struct expr_node *node = expr_node_new(EXPR_LITERAL, parser->token.start);
    node->literal = value_of_string(text);
    parser_advance(parser);
    node->end = parser->last_end;
    return node;
}

/* The words are the same in all dialects, and case counts (actions-semantics.md 3.1). */
static bool read_word(const char *name, struct value *out)
{
    bool is_true = strcmp(name, "true") == 0;
    if (is_true || strcmp(name, "false") == 0)
        *out = value_of_boolean(is_true);
    else if (strcmp(name, "null") != 0)
        return false;
    return true;
}

static const struct expr_function *find_function(const struct parser *parser, const char *name)
{
    const struct dialect *dialect = parser->expr->dialect;
    const struct expr_function *found =
        function_find(dialect->functions, name, dialect->is_ignoring_case);
    return found != NULL ? found
                         : function_find(dialect->more_functions, name, dialect->is_ignoring_case);
}

static void add_function_names(GPtrArray *names, const struct expr_function *table)
{
    for (; table != NULL && table->name != NULL; table++)
        g_ptr_array_add(names, (gpointer)table->name);
}

static void fail_unknown_function(struct parser *parser, gsize start, const char *name)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    add_function_names(known, parser->expr->dialect->functions);
    add_function_names(known, parser->expr->dialect->more_functions);
    g_autofree char *hint = name_hint(name, known);
    expr_fail(parser->expr, BASE_ERROR_INVALID, start, parser->error, "unknown function '%s'%s",
              name, hint);
}

static struct expr_node *parse_call(struct parser *parser, gsize start, const char *name)
{
    GError *reason = NULL;
    AUTO(expr_node) node = expr_node_new(EXPR_CALL, start);

    node->function = find_function(parser, name);
    if (node->function == NULL) {
        fail_unknown_function(parser, start, name);
        return NULL;
    }
    parser_advance(parser);
    if (!parse_list(parser, node, TOKEN_CLOSE, "')'"))
        return NULL;
    if (!function_check_count(node->function, node->children->len, &reason)) {
        expr_fail_with(parser->expr, start, reason, parser->error);
        return NULL;
    }
    return g_steal_pointer(&node);
}

/* Only when the dialect's user has said which names there are. */
static bool check_name(struct parser *parser, gsize start, const char *name)
{
    const struct dialect *dialect = parser->expr->dialect;
    g_autoptr(GPtrArray) known = g_ptr_array_new();

    if (dialect->names == NULL)
        return true;
    for (gsize i = 0; dialect->names[i] != NULL; i++) {
        g_ptr_array_add(known, (gpointer)dialect->names[i]);
        if (strcmp(dialect->names[i], name) == 0 ||
            (dialect->is_ignoring_case && g_ascii_strcasecmp(dialect->names[i], name) == 0))
            return true;
    }
    g_autofree char *hint = name_hint(name, known);
    return expr_fail(parser->expr, BASE_ERROR_INVALID, start, parser->error, "unknown name '%s'%s",
                     name, hint);
}

static struct expr_node *parse_name(struct parser *parser)
{
    g_autofree char *name = parser_token_text(parser);
    gsize start = parser->token.start;
    VALUE(word);

    parser_advance(parser);
    if (parser->token.kind == TOKEN_OPEN)
        return parse_call(parser, start, name);
    bool is_word = read_word(name, &word);
    if (!is_word && !check_name(parser, start, name))
        return NULL;
    struct expr_node *node = expr_node_new(is_word ? EXPR_LITERAL : EXPR_NAME, start);
    node->literal = value_copy(&word);
    node->name = g_steal_pointer(&name);
    node->end = parser->last_end;
    return node;
}

static struct expr_node *parse_group(struct parser *parser)
{
    parser_advance(parser);
    if (!parser_enter(parser))
        return NULL;
    AUTO(expr_node) node = parse_whole(parser);
    parser->nesting--;
    if (node == NULL || !parser_expect(parser, TOKEN_CLOSE, "')'"))
        return NULL;
    return g_steal_pointer(&node);
}

static struct expr_node *parse_array(struct parser *parser)
{
    AUTO(expr_node) node = expr_node_new(EXPR_ARRAY, parser->token.start);
    parser_advance(parser);
    return parse_list(parser, node, TOKEN_CLOSE_INDEX, "']'") ? g_steal_pointer(&node) : NULL;
}

static struct expr_node *parse_primary(struct parser *parser)
{
    if (parser->token.kind == TOKEN_NUMBER)
        return parse_number(parser);
    if (parser->token.kind == TOKEN_STRING)
        return parse_string(parser);
    if (parser->token.kind == TOKEN_NAME)
        return parse_name(parser);
    if (parser->token.kind == TOKEN_OPEN)
        return parse_group(parser);
    if (parser->token.kind == TOKEN_OPEN_INDEX && parser->expr->dialect->has_arrays)
        return parse_array(parser);
    parser_fail(parser, NULL);
    return NULL;
}

/* x.name, x.name(…); takes value over. */
static struct expr_node *parse_dotted(struct parser *parser, struct expr_node *value)
{
    AUTO(expr_node) node = expr_node_new(EXPR_MEMBER, value->start);
    bool is_fine = parser_add_child(parser, node, value);

    if (!is_fine)
        return NULL;
    if (parser->token.kind != TOKEN_NAME) {
        parser_fail(parser, "a name");
        return NULL;
    }
    g_autofree char *name = parser_token_text(parser);
    struct expr_node *key = expr_node_new(EXPR_LITERAL, parser->token.start);
    key->literal = value_of_string(name);
    parser_advance(parser);
    key->end = parser->last_end;
    if (parser->token.kind != TOKEN_OPEN || !parser->expr->dialect->has_methods)
        return parser_add_child(parser, node, key) ? g_steal_pointer(&node) : NULL;

    expr_node_free(key);
    node->kind = EXPR_METHOD;
    node->name = g_steal_pointer(&name);
    parser_advance(parser);
    return parse_list(parser, node, TOKEN_CLOSE, "')'") ? g_steal_pointer(&node) : NULL;
}

/* x[key]; takes value over. */
static struct expr_node *parse_index(struct parser *parser, struct expr_node *value)
{
    AUTO(expr_node) node = expr_node_new(EXPR_MEMBER, value->start);
    if (!parser_add_child(parser, node, value) || !parser_enter(parser) ||
        !parser_add_child(parser, node, parse_whole(parser)))
        return NULL;
    parser->nesting--;
    if (!parser_expect(parser, TOKEN_CLOSE_INDEX, "']'"))
        return NULL;
    node->end = parser->last_end;
    return g_steal_pointer(&node);
}

struct expr_node *parse_operand(struct parser *parser)
{
    bool is_group = parser->token.kind == TOKEN_OPEN;
    struct expr_node *node = parse_primary(parser);
    if (node == NULL || (node->kind == EXPR_LITERAL && !is_group))
        return node; /* a literal has no members: actions-semantics.md 3.1 */
    while (node != NULL) {
        if (parser_take(parser, TOKEN_DOT))
            node = parse_dotted(parser, node);
        else if (parser_take(parser, TOKEN_OPEN_INDEX))
            node = parse_index(parser, node);
        else
            break;
    }
    return node;
}
