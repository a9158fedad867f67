/* Tokens of GitHub's expressions, each legal or not by the one before it
 * (actions-semantics.md 3.1).
 */
#include "expr/fold.h"
#include "expr/github_private.h"

#include <math.h>
#include <string.h>

#define AFTER(kind) (1u << (kind))

/* Behind these an operand begins. */
#define OPERAND_BEGINS                                                                             \
    (AFTER(GITHUB_START) | AFTER(GITHUB_SEPARATOR) | AFTER(GITHUB_START_GROUP) |                   \
     AFTER(GITHUB_START_PARAMETERS) | AFTER(GITHUB_START_INDEX) | AFTER(GITHUB_NOT) |              \
     AFTER(GITHUB_OPERATOR))
/* What may have members. */
#define HAS_MEMBERS                                                                                \
    (AFTER(GITHUB_END_GROUP) | AFTER(GITHUB_END_PARAMETERS) | AFTER(GITHUB_END_INDEX) |            \
     AFTER(GITHUB_WILDCARD) | AFTER(GITHUB_PROPERTY) | AFTER(GITHUB_NAMED_VALUE))
#define OPERAND_ENDED (HAS_MEMBERS | AFTER(GITHUB_LITERAL))

/* Behind which tokens each one is legal. */
static const guint32 legal_after[GITHUB_TOKEN_KIND_COUNT] = {
    [GITHUB_START_GROUP] = OPERAND_BEGINS,
    [GITHUB_END_GROUP] = OPERAND_ENDED,
    [GITHUB_START_INDEX] = HAS_MEMBERS,
    [GITHUB_END_INDEX] = OPERAND_ENDED,
    [GITHUB_START_PARAMETERS] = AFTER(GITHUB_FUNCTION),
    [GITHUB_END_PARAMETERS] = OPERAND_ENDED | AFTER(GITHUB_START_PARAMETERS),
    [GITHUB_SEPARATOR] = OPERAND_ENDED,
    [GITHUB_DEREFERENCE] = HAS_MEMBERS,
    [GITHUB_WILDCARD] = AFTER(GITHUB_START_INDEX) | AFTER(GITHUB_DEREFERENCE),
    [GITHUB_NOT] = OPERAND_BEGINS,
    [GITHUB_OPERATOR] = OPERAND_ENDED,
    [GITHUB_LITERAL] = OPERAND_BEGINS,
    [GITHUB_PROPERTY] = AFTER(GITHUB_DEREFERENCE),
    [GITHUB_FUNCTION] = OPERAND_BEGINS,
    [GITHUB_NAMED_VALUE] = OPERAND_BEGINS,
};

/* What closes or separates, and inside what. */
static const enum github_token_kind opener_of[GITHUB_TOKEN_KIND_COUNT] = {
    [GITHUB_END_GROUP] = GITHUB_START_GROUP,
    [GITHUB_END_INDEX] = GITHUB_START_INDEX,
    [GITHUB_END_PARAMETERS] = GITHUB_START_PARAMETERS,
    [GITHUB_SEPARATOR] = GITHUB_START_PARAMETERS,
};

struct symbol {
    const char *text;
    enum github_token_kind kind;
    enum expr_node_kind node_kind;
    enum expr_comparison comparison;
};

/* Longer ones first. Parentheses and points need a look at what stands before them. */
static const struct symbol symbols[] = {
    {"==", GITHUB_OPERATOR, EXPR_COMPARE, EXPR_EQUAL},
    {"!=", GITHUB_OPERATOR, EXPR_COMPARE, EXPR_UNEQUAL},
    {"<=", GITHUB_OPERATOR, EXPR_COMPARE, EXPR_LESS_OR_EQUAL},
    {">=", GITHUB_OPERATOR, EXPR_COMPARE, EXPR_GREATER_OR_EQUAL},
    {"&&", GITHUB_OPERATOR, EXPR_AND, 0},
    {"||", GITHUB_OPERATOR, EXPR_OR, 0},
    {"<", GITHUB_OPERATOR, EXPR_COMPARE, EXPR_LESS},
    {">", GITHUB_OPERATOR, EXPR_COMPARE, EXPR_GREATER},
    {"!", GITHUB_NOT, EXPR_NOT, 0},
    {"[", GITHUB_START_INDEX, 0, 0},
    {"]", GITHUB_END_INDEX, 0, 0},
    {",", GITHUB_SEPARATOR, 0, 0},
    {"*", GITHUB_WILDCARD, EXPR_WILDCARD, 0},
};

void github_lexer_init(struct github_lexer *lexer, const char *text)
{
    *lexer = (struct github_lexer){.text = text};
    lexer->unclosed = g_array_new(FALSE, FALSE, sizeof(enum github_token_kind));
}

void github_lexer_finish(struct github_lexer *lexer)
{
    g_array_unref(lexer->unclosed);
}

static gsize skip_white(const char *text, gsize offset)
{
    const char *at = text + offset;
    const char *start = at;
    while (character_is_white(text_next(&at)))
        start = at;
    return (gsize)(start - text);
}

/* Where the next boundary is, from `from` on. */
static gsize boundary_from(const char *text, gsize from, bool is_point_inside)
{
    const char *at = text + from;
    while (*at != '\0') {
        const char *here = at;
        gunichar character = text_next(&at);
        bool is_symbol = character < 0x80 && strchr("()[],.!><=&|", (char)character) != NULL;
        bool is_inside = is_point_inside && character == '.';
        if (!is_inside && (is_symbol || character_is_white(character)))
            return (gsize)(here - text);
    }
    return (gsize)(at - text);
}

static enum github_token_kind innermost(const struct github_lexer *lexer)
{
    guint count = lexer->unclosed->len;
    return count > 0 ? g_array_index(lexer->unclosed, enum github_token_kind, count - 1)
                     : GITHUB_START;
}

static void lex_number(const struct github_lexer *lexer, struct github_token *token)
{
    token->kind = GITHUB_LITERAL;
    token->end = boundary_from(lexer->text, token->start + 1, /* is_point_inside= */ true);
    g_autofree char *text = g_strndup(lexer->text + token->start, token->end - token->start);
    token->number = github_number_parse(text);
    if (isnan(token->number))
        token->fault = GITHUB_TOKEN_NO_TOKEN;
}

static void lex_string(const struct github_lexer *lexer, struct github_token *token)
{
    const char *end = lexer->text + token->start + 1;
    while (*end != '\0' && (*end != '\'' || end[1] == '\''))
        end += *end == '\'' ? 2 : 1;
    token->kind = GITHUB_LITERAL;
    token->fault = *end == '\'' ? GITHUB_TOKEN_FINE : GITHUB_TOKEN_NO_TOKEN;
    token->end = (gsize)(end - lexer->text) + (*end == '\'');
}

static bool is_keyword(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        bool is_letter = g_ascii_isalpha(text[i]) || text[i] == '_';
        if (!is_letter && (i == 0 || (!g_ascii_isdigit(text[i]) && text[i] != '-')))
            return false;
    }
    return length > 0;
}

/* Case counts in these. */
static bool is_literal_word(const char *text, gsize length)
{
    static const char *const words[] = {"true", "false", "null", "NaN", "Infinity"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strlen(words[i]) == length && strncmp(words[i], text, length) == 0)
            return true;
    return false;
}

static void lex_keyword(const struct github_lexer *lexer, struct github_token *token)
{
    const char *start = lexer->text + token->start;
    const char *after = start;
    text_next(&after);
    token->end =
        boundary_from(lexer->text, (gsize)(after - lexer->text), /* is_point_inside= */ false);
    if (!is_keyword(start, token->end - token->start))
        token->fault = GITHUB_TOKEN_NO_TOKEN;
    else if (lexer->last == GITHUB_DEREFERENCE)
        token->kind = GITHUB_PROPERTY;
    else if (is_literal_word(start, token->end - token->start))
        token->kind = GITHUB_LITERAL;
    else if (lexer->text[skip_white(lexer->text, token->end)] == '(')
        token->kind = GITHUB_FUNCTION;
    else
        token->kind = GITHUB_NAMED_VALUE;
}

static bool lex_symbol(const struct github_lexer *lexer, struct github_token *token)
{
    for (gsize i = 0; i < G_N_ELEMENTS(symbols); i++) {
        if (!g_str_has_prefix(lexer->text + token->start, symbols[i].text))
            continue;
        token->kind = symbols[i].kind;
        token->node_kind = symbols[i].node_kind;
        token->comparison = symbols[i].comparison;
        token->end = token->start + strlen(symbols[i].text);
        return true;
    }
    return false;
}

static void lex(const struct github_lexer *lexer, struct github_token *token)
{
    char first = lexer->text[token->start];
    token->end = token->start + 1;
    if (first == '(')
        token->kind = lexer->last == GITHUB_FUNCTION ? GITHUB_START_PARAMETERS : GITHUB_START_GROUP;
    else if (first == ')')
        token->kind =
            innermost(lexer) == GITHUB_START_PARAMETERS ? GITHUB_END_PARAMETERS : GITHUB_END_GROUP;
    else if (first == '.' && (AFTER(lexer->last) & OPERAND_BEGINS) == 0)
        token->kind = GITHUB_DEREFERENCE;
    else if (g_ascii_isdigit(first) || first == '-' || first == '+' || first == '.')
        lex_number(lexer, token);
    else if (first == '\'')
        lex_string(lexer, token);
    else if (lex_symbol(lexer, token))
        return;
    else if (first == '=' || first == '&' || first == '|') {
        token->end = boundary_from(lexer->text, token->end, /* is_point_inside= */ false);
        token->fault = GITHUB_TOKEN_NO_TOKEN;
    } else
        lex_keyword(lexer, token);
}

/* Opens and closes; false where something else is open. */
static bool track(struct github_lexer *lexer, enum github_token_kind kind)
{
    if (kind == GITHUB_START_GROUP || kind == GITHUB_START_INDEX ||
        kind == GITHUB_START_PARAMETERS) {
        g_array_append_val(lexer->unclosed, kind);
        return true;
    }
    if (opener_of[kind] == GITHUB_START)
        return true;
    if (innermost(lexer) != opener_of[kind])
        return false;
    if (kind != GITHUB_SEPARATOR)
        g_array_set_size(lexer->unclosed, lexer->unclosed->len - 1);
    return true;
}

struct github_token github_lexer_next(struct github_lexer *lexer)
{
    gsize start = skip_white(lexer->text, lexer->offset);
    struct github_token token = {.kind = GITHUB_END, .start = start, .end = start};

    if (lexer->text[start] == '\0')
        return token;
    lex(lexer, &token);
    if (token.fault == GITHUB_TOKEN_FINE &&
        ((legal_after[token.kind] & AFTER(lexer->last)) == 0 || !track(lexer, token.kind)))
        token.fault = GITHUB_TOKEN_OUT_OF_PLACE;
    lexer->last = token.kind;
    lexer->offset = token.end;
    return token;
}
