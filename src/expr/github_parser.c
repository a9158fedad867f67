/*
 * GitHub's grammar, by two stacks instead of recursion: parentheses may nest as deep as the length
 * allows, and errors come in the order of the runner's (actions-semantics.md 3.2,
 * ExpressionParser.cs).
 */
#include "expr/fold.h"
#include "expr/github_private.h"

#include <math.h>
#include <string.h>

struct github_parser {
    const struct expr *expr;
    struct github_lexer lexer;
    GPtrArray *operands; /* struct expr_node */
    GArray *operators;   /* struct github_token */
    struct github_token last;
    bool is_too_deep;
    GError **error;
};

static bool fail_at(struct github_parser *parser, enum github_error_kind kind,
                    const struct github_token *token, const char *description)
{
    const char *text = parser->expr->text;
    g_autofree char *message =
        g_strdup_printf("%s: '%.*s'. Located at position %" G_GSIZE_FORMAT " within expression: %s",
                        description, (int)(token->end - token->start), text + token->start,
                        text_utf16_length(text, token->start) + 1, text);
    github_fail(parser->expr, kind, token->start, message, parser->error);
    return false;
}

static struct expr_node *pop_operand(struct github_parser *parser)
{
    return g_ptr_array_steal_index(parser->operands, parser->operands->len - 1);
}

static struct github_token *top_operator(struct github_parser *parser)
{
    guint count = parser->operators->len;
    return count > 0 ? &g_array_index(parser->operators, struct github_token, count - 1) : NULL;
}

static void drop_operator(struct github_parser *parser)
{
    g_array_set_size(parser->operators, parser->operators->len - 1);
}

/* A tree above the ceiling is cut, so that it never grows deep; the rest may have errors that come
   first. */
static void measure(struct github_parser *parser, struct expr_node *node)
{
    for (guint i = 0; i < node->children->len; i++) {
        const struct expr_node *child = g_ptr_array_index(node->children, i);
        node->height = MAX(node->height, child->height + 1);
    }
    if (node->height <= EXPR_DEPTH_MAX)
        return;
    parser->is_too_deep = true;
    g_ptr_array_set_size(node->children, 0);
}

static bool is_chain(const struct expr_node *node)
{
    return node->kind == EXPR_AND || node->kind == EXPR_OR;
}

/* Adds an operand of a chain; those of a chain of the same kind one by one. */
static void add_flat(struct expr_node *node, struct expr_node *operand)
{
    if (!is_chain(node) || operand->kind != node->kind) {
        g_ptr_array_add(node->children, operand);
        return;
    }
    GPtrArray *moved = operand->children;
    operand->children = g_ptr_array_new();
    g_ptr_array_extend_and_steal(node->children, moved);
    expr_node_free(operand);
}

static void push_binary(struct github_parser *parser, const struct github_token *token)
{
    struct expr_node *right = pop_operand(parser);
    struct expr_node *left = pop_operand(parser);
    struct expr_node *node = left;
    bool is_longer_chain =
        is_chain(left) && token->kind == GITHUB_OPERATOR && left->kind == token->node_kind;
    gsize end = right->end;

    if (!is_longer_chain) {
        node = expr_node_new(token->kind == GITHUB_OPERATOR ? token->node_kind : EXPR_MEMBER,
                             left->start);
        node->comparison = token->comparison;
        add_flat(node, left);
    }
    add_flat(node, right);
    node->end = end;
    measure(parser, node);
    g_ptr_array_add(parser->operands, node);
}

static void push_not(struct github_parser *parser, const struct github_token *token)
{
    struct expr_node *operand = pop_operand(parser);
    struct expr_node *node = expr_node_new(EXPR_NOT, token->start);
    node->end = operand->end;
    g_ptr_array_add(node->children, operand);
    measure(parser, node);
    g_ptr_array_add(parser->operands, node);
}

static void flush_top(struct github_parser *parser)
{
    struct github_token token = *top_operator(parser);
    drop_operator(parser);
    if (token.kind == GITHUB_NOT)
        push_not(parser, &token);
    else
        push_binary(parser, &token);
}

static bool is_opening(enum github_token_kind kind)
{
    return kind == GITHUB_START_GROUP || kind == GITHUB_START_INDEX ||
           kind == GITHUB_START_PARAMETERS;
}

static int precedence_of(const struct github_token *token)
{
    enum {
        MEMBER = 19,
        NOT = 16,
        ORDER = 11,
        EQUALITY = 10,
        AND = 6,
        OR = 5,
        CLOSING = 1
    };
    if (token->kind == GITHUB_NOT)
        return NOT;
    if (token->kind != GITHUB_OPERATOR)
        return is_opening(token->kind) || token->kind == GITHUB_DEREFERENCE ? MEMBER : CLOSING;
    if (token->node_kind != EXPR_COMPARE)
        return token->node_kind == EXPR_AND ? AND : OR;
    return token->comparison <= EXPR_UNEQUAL ? EQUALITY : ORDER;
}

/* Applies what binds at least as strongly, back to the innermost opening token or comma. */
static void flush_stronger(struct github_parser *parser, const struct github_token *token)
{
    for (;;) {
        const struct github_token *top = top_operator(parser);
        if (top == NULL || is_opening(top->kind) || top->kind == GITHUB_SEPARATOR ||
            precedence_of(token) > precedence_of(top))
            return;
        flush_top(parser);
    }
}

static void close_index(struct github_parser *parser, const struct github_token *token)
{
    struct github_token opening = *top_operator(parser);
    drop_operator(parser);
    push_binary(parser, &opening);
    struct expr_node *node = parser->operands->pdata[parser->operands->len - 1];
    node->end = token->end;
}

static bool check_count(struct github_parser *parser, const struct expr_function *function,
                        gsize count, const struct github_token *opening)
{
    const char *description = NULL;
    if (count < function->arguments_min)
        description = "Too few parameters supplied";
    else if (count > function->arguments_max)
        description = "Too many parameters supplied";
    else if (github_function_is_case(function) && count % 2 == 0)
        description = "Even number of parameters supplied, requires an odd number of parameters";
    return description == NULL || fail_at(parser, GITHUB_ERROR_PARSING, opening, description);
}

static bool close_parameters(struct github_parser *parser, const struct github_token *token)
{
    guint count = parser->last.kind == GITHUB_START_PARAMETERS ? 0 : 1;
    for (; top_operator(parser)->kind == GITHUB_SEPARATOR; count++)
        drop_operator(parser);
    struct github_token opening = *top_operator(parser);
    drop_operator(parser);

    guint first = parser->operands->len - count;
    struct expr_node *call = parser->operands->pdata[first - 1];
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(call->children, g_ptr_array_steal_index(parser->operands, first));
    call->end = token->end;
    if (!check_count(parser, call->function, count, &opening))
        return false;
    measure(parser, call);
    return true;
}

static bool push_operator(struct github_parser *parser, const struct github_token *token)
{
    if (token->kind != GITHUB_NOT && token->kind != GITHUB_START_GROUP)
        flush_stronger(parser, token);
    switch ((int)token->kind) {
    case GITHUB_END_GROUP:
        drop_operator(parser);
        return true;
    case GITHUB_END_INDEX:
        close_index(parser, token);
        return true;
    case GITHUB_END_PARAMETERS:
        return close_parameters(parser, token);
    default:
        g_array_append_val(parser->operators, *token);
        return true;
    }
}

static struct value literal_value(const char *text, const struct github_token *token)
{
    if (text[0] == '\'') {
        const struct token string = {.start = token->start, .end = token->end};
        g_autofree char *content = token_string(text - token->start, &string);
        return value_of_string(content);
    }
    if (g_str_has_prefix(text, "true") || g_str_has_prefix(text, "false"))
        return value_of_boolean(text[0] == 't');
    if (g_str_has_prefix(text, "null"))
        return (struct value){.kind = VALUE_NULL};
    if (g_str_has_prefix(text, "NaN"))
        return value_of_number(NAN);
    return value_of_number(text[0] == 'I' ? INFINITY : token->number);
}

static bool is_known_name(const struct dialect *dialect, const char *name)
{
    if (dialect->names == NULL)
        return true;
    for (gsize i = 0; dialect->names[i] != NULL; i++)
        if (text_equal_folded(dialect->names[i], name))
            return true;
    return false;
}

static const struct expr_function *find_function(const struct dialect *dialect, const char *name)
{
    const struct expr_function *found = function_find(dialect->functions, name, true);
    return found != NULL ? found : function_find(dialect->more_functions, name, true);
}

static const enum expr_node_kind node_kinds[GITHUB_TOKEN_KIND_COUNT] = {
    [GITHUB_WILDCARD] = EXPR_WILDCARD, [GITHUB_LITERAL] = EXPR_LITERAL,
    [GITHUB_PROPERTY] = EXPR_LITERAL,  [GITHUB_FUNCTION] = EXPR_CALL,
    [GITHUB_NAMED_VALUE] = EXPR_NAME,
};

static bool push_operand(struct github_parser *parser, const struct github_token *token)
{
    const struct dialect *dialect = parser->expr->dialect;
    const char *text = parser->expr->text + token->start;
    AUTO(expr_node) node = expr_node_new(node_kinds[token->kind], token->start);

    node->end = token->end;
    node->name = g_strndup(text, token->end - token->start);
    if (token->kind == GITHUB_LITERAL)
        node->literal = literal_value(text, token);
    else if (token->kind == GITHUB_PROPERTY)
        node->literal = value_of_string(node->name);
    else if (token->kind == GITHUB_FUNCTION) {
        node->function = find_function(dialect, node->name);
        if (node->function == NULL)
            return fail_at(parser, GITHUB_ERROR_PARSING, token, "Unrecognized function");
    } else if (token->kind == GITHUB_NAMED_VALUE && !is_known_name(dialect, node->name))
        return fail_at(parser, GITHUB_ERROR_PARSING, token, "Unrecognized named-value");
    g_ptr_array_add(parser->operands, g_steal_pointer(&node));
    return true;
}

static bool push(struct github_parser *parser, const struct github_token *token)
{
    bool is_operand = node_kinds[token->kind] != EXPR_LITERAL || token->kind == GITHUB_LITERAL ||
                      token->kind == GITHUB_PROPERTY;
    if (token->fault != GITHUB_TOKEN_FINE)
        return fail_at(parser,
                       token->fault == GITHUB_TOKEN_NO_TOKEN ? GITHUB_ERROR_LEXING
                                                             : GITHUB_ERROR_PARSING,
                       token, "Unexpected symbol");
    return is_operand ? push_operand(parser, token) : push_operator(parser, token);
}

/* Whether something must follow. */
static bool is_unfinished(const struct github_parser *parser)
{
    enum github_token_kind last = parser->last.kind;
    return parser->lexer.unclosed->len > 0 || last == GITHUB_DEREFERENCE || last == GITHUB_NOT ||
           last == GITHUB_OPERATOR;
}

static bool parse_tokens(struct github_parser *parser)
{
    for (;;) {
        struct github_token token = github_lexer_next(&parser->lexer);
        if (token.kind == GITHUB_END && token.fault == GITHUB_TOKEN_FINE)
            break;
        if (!push(parser, &token))
            return false;
        parser->last = token;
    }
    if (is_unfinished(parser))
        return fail_at(parser, GITHUB_ERROR_PARSING, &parser->last, "Unexpected end of expression");
    while (parser->operators->len > 0)
        flush_top(parser);
    return true;
}

static void fail_limit(const struct expr *expr, const char *what, int limit, GError **error)
{
    g_autofree char *message = g_strdup_printf("Exceeded max expression %s %d", what, limit);
    github_fail(expr, GITHUB_ERROR_PARSING, 0, message, error);
}

/* No token at all is null: CreateTree() gives no tree. */
static struct expr_node *take_root(struct github_parser *parser)
{
    if (parser->is_too_deep) {
        fail_limit(parser->expr, "depth", EXPR_DEPTH_MAX, parser->error);
        return NULL;
    }
    if (parser->operands->len == 0)
        return expr_node_new(EXPR_LITERAL, 0);
    return pop_operand(parser);
}

struct expr_node *github_parse(const struct expr *expr, GError **error)
{
    struct github_parser parser = {.expr = expr, .error = error};
    gsize length_bytes = strlen(expr->text);

    if (!g_utf8_validate(expr->text, (gssize)length_bytes, NULL)) {
        github_fail(expr, GITHUB_ERROR_LEXING, 0, "the expression is no UTF-8", error);
        return NULL;
    }
    if (text_utf16_length(expr->text, length_bytes) > GITHUB_EXPR_LENGTH_MAX) {
        fail_limit(expr, "length", GITHUB_EXPR_LENGTH_MAX, error);
        return NULL;
    }
    github_lexer_init(&parser.lexer, expr->text);
    parser.operands = g_ptr_array_new_with_free_func((GDestroyNotify)expr_node_free);
    parser.operators = g_array_new(FALSE, FALSE, sizeof(struct github_token));
    struct expr_node *root = parse_tokens(&parser) ? take_root(&parser) : NULL;
    g_array_unref(parser.operators);
    g_ptr_array_unref(parser.operands);
    github_lexer_finish(&parser.lexer);
    return root;
}
