/* HCL expressions to terms: operators by precedence, then operands with their traversals. */
#include "mocks/bakefile/bakefile_private.h"

#include <stdlib.h>
#include <string.h>

static const struct operator_row {
    const char *text;
    enum operator_code code;
    int precedence;
} operators[] = {
    /* Longer texts stand first. */
    {"||", OPERATOR_OR, 1},
    {"&&", OPERATOR_AND, 2},
    {"==", OPERATOR_EQUAL, 3},
    {"!=", OPERATOR_NOT_EQUAL, 3},
    {">=", OPERATOR_GREATER_EQUAL, 4},
    {"<=", OPERATOR_LESS_EQUAL, 4},
    {">", OPERATOR_GREATER, 4},
    {"<", OPERATOR_LESS, 4},
    {"+", OPERATOR_ADD, 5},
    {"-", OPERATOR_SUBTRACT, 5},
    {"*", OPERATOR_MULTIPLY, 6},
    {"/", OPERATOR_DIVIDE, 6},
    {"%", OPERATOR_MODULO, 6},
};

static struct term *parse_binary(struct parser *parser, int precedence);
static struct term *parse_operand(struct parser *parser);

static struct term *missing(struct parser *parser)
{
    return parser_refuse(
        parser, parser->at, parser->at + 1, "Invalid expression",
        "Expected the start of an expression, but found an invalid expression token.");
}

static struct term *parse_word(struct parser *parser)
{
    static const char *const literals[] = {"true", "false", "null"};
    gsize start = parser->at;
    const char *name = parser_identifier(parser);
    if (name == NULL)
        return missing(parser);
    gsize at = parser->at;
    if (!parser_skip(parser))
        return NULL;
    if (parser_is(parser, "("))
        return parse_call(parser, name, start);
    if (parser_is(parser, "::"))
        return parser_refuse(
            parser, parser->at, parser->at + 2, "Missing open parenthesis",
            "Function selector must be followed by an open parenthesis to begin the "
            "function call.");
    parser->at = at;
    struct term *term = parser_term(parser, TERM_VARIABLE, start);
    term->name = name;
    for (gsize i = 0; i < G_N_ELEMENTS(literals); i++) {
        if (strcmp(name, literals[i]) != 0)
            continue;
        term->kind = TERM_LITERAL;
        term->literal = i == 2 ? value_null(parser->bake) : value_boolean(parser->bake, i == 0);
    }
    return term;
}

static struct term *parse_number(struct parser *parser)
{
    const char *text = parser->source->text + parser->at;
    gsize start = parser->at, left = parser->end - parser->at, length = 0;
    while (length < left && g_ascii_isdigit(text[length]))
        length++;
    if (length + 1 < left && text[length] == '.' && g_ascii_isdigit(text[length + 1]))
        for (length++; length < left && g_ascii_isdigit(text[length]);)
            length++;
    gsize exponent = length + 1;
    if (length < left && (text[length] == 'e' || text[length] == 'E')) {
        if (exponent < left && (text[exponent] == '+' || text[exponent] == '-'))
            exponent++;
        if (exponent < left && g_ascii_isdigit(text[exponent]))
            for (length = exponent; length < left && g_ascii_isdigit(text[length]);)
                length++;
    }
    parser->at += length;
    struct term *term = parser_term(parser, TERM_LITERAL, start);
    if (length > 18)
        return bake_unknown_term(parser->bake, term, "a number of more than 18 characters");
    char digits[20] = "";
    memcpy(digits, text, length);
    term->literal = value_number(parser->bake, strtold(digits, NULL));
    return term;
}

static struct term *parse_primary(struct parser *parser)
{
    char c = parser->at < parser->end ? parser->source->text[parser->at] : '\0';
    gsize start = parser->at;
    if (c == '"')
        return parse_quoted(parser);
    if (c == '<' && parser_is(parser, "<<"))
        return parse_heredoc(parser);
    if (c == '[')
        return parse_tuple(parser);
    if (c == '{')
        return parse_object(parser);
    if (g_ascii_isdigit(c))
        return parse_number(parser);
    if (c != '(')
        return parse_word(parser);
    parser->at++;
    if (!parser_open(parser))
        return NULL;
    struct term *inner = parse_expression(parser);
    if (inner == NULL || !parser_close(parser, ")", start, "Unbalanced parentheses"))
        return NULL;
    struct term *term = parser_term(parser, TERM_PARENTHESES, start);
    term->left = inner;
    return term;
}

static struct term *attribute_of(struct parser *parser, struct term *left, const char *name)
{
    struct term *term = parser_term(parser, TERM_ATTRIBUTE, left->start);
    term->left = left;
    term->name = name;
    return term;
}

/* [*] and .*: what follows belongs to each item; after .* only attributes do. */
static struct term *parse_traversals(struct parser *parser, struct term *term,
                                     bool only_attributes);

static struct term *parse_splat(struct parser *parser, struct term *left, bool only_attributes)
{
    struct term *item = parser_term(parser, TERM_ITEM, parser->at);
    if (!parser_descend(parser))
        return NULL;
    struct term *each = parse_traversals(parser, item, only_attributes);
    parser->depth--;
    if (each == NULL)
        return NULL;
    struct term *term = parser_term(parser, TERM_SPLAT, left->start);
    term->left = left;
    term->right = each;
    return term;
}

static struct term *parse_dot(struct parser *parser, struct term *term, bool only_attributes)
{
    parser->at++;
    if (!parser_skip(parser))
        return NULL;
    if (!only_attributes && parser_takes(parser, "*"))
        return parse_splat(parser, term, true);
    if (parser->at < parser->end && g_ascii_isdigit(parser->source->text[parser->at])) {
        gsize start = parser->at;
        while (parser->at < parser->end && g_ascii_isdigit(parser->source->text[parser->at]))
            parser->at++;
        struct term *key = parser_term(parser, TERM_LITERAL, start);
        char digits[20] = "";
        memcpy(digits, parser->source->text + start, MIN(parser->at - start, sizeof digits - 1));
        key->literal = value_number(parser->bake, strtold(digits, NULL));
        struct term *index = parser_term(parser, TERM_INDEX, term->start);
        index->left = term;
        index->right = key;
        return index;
    }
    const char *name = parser_identifier(parser);
    if (name == NULL)
        return parser_refuse(parser, parser->at, parser->at + 1, "Invalid attribute name",
                             "An attribute name is required after a dot.");
    return attribute_of(parser, term, name);
}

static struct term *parse_index(struct parser *parser, struct term *left)
{
    gsize start = parser->at++;
    if (!parser_open(parser))
        return NULL;
    gsize at = parser->at;
    if (parser_takes(parser, "*") && parser_skip(parser) && parser_takes(parser, "]")) {
        parser->brackets--;
        return parse_splat(parser, left, false);
    }
    parser->at = at;
    struct term *key = parse_expression(parser);
    if (key == NULL || !parser_close(parser, "]", start, "Missing close bracket on index"))
        return NULL;
    struct term *term = parser_term(parser, TERM_INDEX, left->start);
    term->left = left;
    term->right = key;
    return term;
}

static struct term *parse_traversals(struct parser *parser, struct term *term, bool only_attributes)
{
    while (term != NULL) {
        gsize at = parser->at;
        if (!parser_skip(parser))
            return NULL;
        if (parser_is(parser, ".") && !parser_is(parser, "...")) {
            term = parse_dot(parser, term, only_attributes);
        } else if (!only_attributes && parser_is(parser, "[")) {
            term = parse_index(parser, term);
        } else {
            parser->at = at;
            return term;
        }
    }
    return NULL;
}

static struct term *parse_operand(struct parser *parser)
{
    if (!parser_skip(parser))
        return NULL;
    gsize start = parser->at;
    bool is_negation = parser_is(parser, "-");
    if (!is_negation && !(parser_is(parser, "!") && !parser_is(parser, "!=")))
        return parse_traversals(parser, parse_primary(parser), false);
    parser->at++;
    if (!parser_descend(parser))
        return NULL;
    struct term *left = parse_operand(parser);
    parser->depth--;
    if (left == NULL)
        return NULL;
    struct term *term = parser_term(parser, TERM_UNARY, start);
    term->operator_code = is_negation ? OPERATOR_NEGATE : OPERATOR_NOT;
    term->left = left;
    return term;
}

static const struct operator_row *next_operator(const struct parser *parser)
{
    if (parser_is(parser, "=>") || parser_is(parser, "~}"))
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(operators); i++)
        if (parser_is(parser, operators[i].text))
            return &operators[i];
    return NULL;
}

static struct term *parse_binary(struct parser *parser, int precedence)
{
    struct term *left = parse_operand(parser);
    while (left != NULL) {
        gsize at = parser->at;
        if (!parser_skip(parser))
            return NULL;
        const struct operator_row *row = next_operator(parser);
        if (row == NULL || row->precedence < precedence) {
            parser->at = at;
            return left;
        }
        parser->at += strlen(row->text);
        struct term *right = parse_binary(parser, row->precedence + 1);
        if (right == NULL)
            return NULL;
        struct term *term = parser_term(parser, TERM_BINARY, left->start);
        term->operator_code = (int)row->code;
        term->left = left;
        term->right = right;
        left = term;
    }
    return NULL;
}

/* condition ? yes : no */
struct term *parse_expression(struct parser *parser)
{
    if (!parser_descend(parser))
        return NULL;
    struct term *condition = parse_binary(parser, 1);
    if (condition == NULL)
        return NULL;
    gsize at = parser->at;
    if (!parser_skip(parser))
        return NULL;
    if (!parser_takes(parser, "?")) {
        parser->at = at;
        parser->depth--;
        return condition;
    }
    struct term *yes = parse_expression(parser);
    if (yes == NULL || !parser_skip(parser))
        return NULL;
    if (!parser_takes(parser, ":"))
        return parser_refuse(parser, parser->at, parser->at + 1,
                             "Missing false expression in conditional",
                             "The conditional operator (...?...:...) requires a false expression, "
                             "delimited by a colon.");
    struct term *no = parse_expression(parser);
    if (no == NULL)
        return NULL;
    struct term *term = parser_term(parser, TERM_CONDITIONAL, condition->start);
    term->left = condition;
    term->right = yes;
    term->third = no;
    parser->depth--;
    return term;
}
