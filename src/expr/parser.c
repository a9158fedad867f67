/* From tokens to a tree, by precedence: || below && below == != below < <= > >= below !. */
#include "base/limits.h"
#include "expr/parser_private.h"

#include <string.h>

struct expr_node *expr_node_new(enum expr_node_kind kind, gsize start)
{
    struct expr_node *node = g_new0(struct expr_node, 1);
    node->kind = kind;
    node->start = start;
    node->height = 1;
    node->children = g_ptr_array_new_with_free_func((GDestroyNotify)expr_node_free);
    return node;
}

void expr_node_free(struct expr_node *node)
{
    if (node == NULL)
        return;
    g_free(node->name);
    value_clear(&node->literal);
    g_ptr_array_unref(node->children);
    g_free(node);
}

static bool ends_operand(enum token_kind kind)
{
    return kind == TOKEN_NUMBER || kind == TOKEN_STRING || kind == TOKEN_NAME ||
           kind == TOKEN_CLOSE || kind == TOKEN_CLOSE_INDEX || kind == TOKEN_DOT;
}

void parser_advance(struct parser *parser)
{
    enum token_kind kind = parser->token.kind;
    parser->last_end = parser->token.end;
    parser->token = lexer_next(parser->expr->text, parser->token.end, !ends_operand(kind));
}

bool parser_take(struct parser *parser, enum token_kind kind)
{
    if (parser->token.kind != kind)
        return false;
    parser_advance(parser);
    return true;
}

char *parser_token_text(const struct parser *parser)
{
    return g_strndup(parser->expr->text + parser->token.start,
                     parser->token.end - parser->token.start);
}

struct hint {
    char first;
    const char *text;
};

static const struct hint hints[] = {
    {'"', "; texts stand in single quotes"},
    {'\'', "; the text is not closed"},
    {'=', "; equality is '=='"},
    {'&', "; the operator is '&&'"},
    {'|', "; the operator is '||'"},
};

void parser_fail(struct parser *parser, const char *expected)
{
    const char *hint = "";
    g_autofree char *text = parser_token_text(parser);
    g_autofree char *wanted =
        expected != NULL ? g_strdup_printf(", expected %s", expected) : g_strdup("");

    if (parser->token.kind == TOKEN_END) {
        expr_fail(parser->expr, BASE_ERROR_INVALID, parser->token.start, parser->error,
                  "the expression ends too early%s", wanted);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(hints); i++)
        if (parser->token.kind == TOKEN_UNKNOWN && text[0] == hints[i].first)
            hint = hints[i].text;
    expr_fail(parser->expr, BASE_ERROR_INVALID, parser->token.start, parser->error,
              "unexpected %s%s%s", text, wanted, hint);
}

/* Takes child over; the height is what the depth ceiling counts. */
bool parser_add_child(struct parser *parser, struct expr_node *node, struct expr_node *child)
{
    if (child == NULL)
        return false;
    g_ptr_array_add(node->children, child);
    node->height = MAX(node->height, child->height + 1);
    node->end = parser->last_end;
    if (node->height <= EXPR_DEPTH_MAX)
        return true;
    return expr_fail(parser->expr, BASE_ERROR_LIMIT, node->start, parser->error,
                     "nested deeper than %d", EXPR_DEPTH_MAX);
}

bool parser_enter(struct parser *parser)
{
    if (++parser->nesting <= EXPR_DEPTH_MAX)
        return true;
    return expr_fail(parser->expr, BASE_ERROR_LIMIT, parser->token.start, parser->error,
                     "nested deeper than %d", EXPR_DEPTH_MAX);
}

static struct expr_node *parse_binary(struct parser *parser, int level);

struct expr_node *parse_whole(struct parser *parser)
{
    return parse_binary(parser, 0);
}

bool parser_expect(struct parser *parser, enum token_kind kind, const char *text)
{
    if (parser_take(parser, kind))
        return true;
    parser_fail(parser, text);
    return false;
}

static struct expr_node *parse_unary(struct parser *parser)
{
    gsize start = parser->token.start;
    if (!parser_take(parser, TOKEN_NOT))
        return parse_operand(parser);
    if (!parser_enter(parser))
        return NULL;
    AUTO(expr_node) node = expr_node_new(EXPR_NOT, start);
    if (!parser_add_child(parser, node, parse_unary(parser)))
        return NULL;
    parser->nesting--;
    return g_steal_pointer(&node);
}

enum {
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_EQUALITY,
    LEVEL_ORDER,
    LEVEL_COUNT,
};

static int level_of(const struct token *token)
{
    if (token->kind == TOKEN_OR)
        return LEVEL_OR;
    if (token->kind == TOKEN_AND)
        return LEVEL_AND;
    if (token->kind != TOKEN_COMPARISON)
        return -1;
    return token->comparison <= EXPR_UNEQUAL ? LEVEL_EQUALITY : LEVEL_ORDER;
}

static enum expr_node_kind kind_of_level(int level)
{
    if (level == LEVEL_OR)
        return EXPR_OR;
    return level == LEVEL_AND ? EXPR_AND : EXPR_COMPARE;
}

/* a && b && c is one node with three children, so that a long chain is not deep. */
static struct expr_node *parse_binary(struct parser *parser, int level)
{
    if (level == LEVEL_COUNT)
        return parse_unary(parser);
    AUTO(expr_node) left = parse_binary(parser, level + 1);
    bool is_chain = false;

    while (left != NULL && level_of(&parser->token) == level) {
        struct token operator_token = parser->token;
        parser_advance(parser);
        if (!is_chain || level >= LEVEL_EQUALITY) {
            AUTO(expr_node) node = expr_node_new(kind_of_level(level), left->start);
            node->comparison = operator_token.comparison;
            if (!parser_add_child(parser, node, g_steal_pointer(&left)))
                return NULL;
            left = g_steal_pointer(&node);
            is_chain = true;
        }
        if (!parser_add_child(parser, left, parse_binary(parser, level + 1)))
            return NULL;
    }
    return g_steal_pointer(&left);
}

static struct expr_node *parse_text(const struct expr *expr, GError **error)
{
    struct parser parser = {.expr = expr, .error = error};

    if (strlen(expr->text) > EXPR_BYTES_MAX) {
        expr_fail(expr, BASE_ERROR_LIMIT, 0, error, "an expression of more than %d bytes",
                  EXPR_BYTES_MAX);
        return NULL;
    }
    if (!g_utf8_validate(expr->text, -1, NULL)) {
        expr_fail(expr, BASE_ERROR_INVALID, 0, error, "the expression is no UTF-8");
        return NULL;
    }
    parser.token = lexer_next(expr->text, 0, /* may_be_number= */ true);
    AUTO(expr_node) root = parse_whole(&parser);
    if (root != NULL && parser.token.kind != TOKEN_END) {
        parser_fail(&parser, NULL);
        return NULL;
    }
    return g_steal_pointer(&root);
}

struct expr *expr_parse(const struct dialect *dialect, const char *text, struct position position,
                        GError **error)
{
    AUTO(expr) expr = g_new0(struct expr, 1);
    expr->dialect = dialect;
    expr->text = g_strdup(text);
    expr->position = position;
    expr->source = position.source != NULL ? source_ref(position.source) : NULL;
    expr->root = dialect->parse != NULL ? dialect->parse(expr, error) : parse_text(expr, error);
    return expr->root != NULL ? g_steal_pointer(&expr) : NULL;
}
