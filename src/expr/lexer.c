/* Tokens of expressions; the same for all dialects (actions-semantics.md 3.1). */
#include "expr/expr_private.h"

#include <string.h>

/* What ends a number or a name. */
static bool is_boundary(char c)
{
    return c == '\0' || g_ascii_isspace(c) || strchr("()[],.!><=&|", c) != NULL;
}

struct symbol {
    const char *text;
    enum token_kind kind;
    enum expr_comparison comparison;
};

/* Longer ones first. */
static const struct symbol symbols[] = {
    {"==", TOKEN_COMPARISON, EXPR_EQUAL},
    {"!=", TOKEN_COMPARISON, EXPR_UNEQUAL},
    {"<=", TOKEN_COMPARISON, EXPR_LESS_OR_EQUAL},
    {">=", TOKEN_COMPARISON, EXPR_GREATER_OR_EQUAL},
    {"<", TOKEN_COMPARISON, EXPR_LESS},
    {">", TOKEN_COMPARISON, EXPR_GREATER},
    {"&&", TOKEN_AND, 0},
    {"||", TOKEN_OR, 0},
    {"!", TOKEN_NOT, 0},
    {"(", TOKEN_OPEN, 0},
    {")", TOKEN_CLOSE, 0},
    {"[", TOKEN_OPEN_INDEX, 0},
    {"]", TOKEN_CLOSE_INDEX, 0},
    {".", TOKEN_DOT, 0},
    {",", TOKEN_COMMA, 0},
};

static bool lex_symbol(const char *at, struct token *token)
{
    for (gsize i = 0; i < G_N_ELEMENTS(symbols); i++) {
        if (!g_str_has_prefix(at, symbols[i].text))
            continue;
        token->kind = symbols[i].kind;
        token->comparison = symbols[i].comparison;
        token->end = token->start + strlen(symbols[i].text);
        return true;
    }
    return false;
}

static void lex_string(const char *at, struct token *token)
{
    const char *end = at + 1;
    while (*end != '\0' && (*end != '\'' || end[1] == '\''))
        end += *end == '\'' ? 2 : 1;
    token->kind = *end == '\'' ? TOKEN_STRING : TOKEN_UNKNOWN;
    token->end = token->start + (gsize)(end - at) + (*end == '\'');
}

/* A number reaches to the next boundary, points included: `1.2.3` is one bad number, not three. */
static void lex_number(const char *at, struct token *token)
{
    const char *end = at + 1;
    while (!is_boundary(*end) || *end == '.')
        end++;
    token->kind = TOKEN_NUMBER;
    token->end = token->start + (gsize)(end - at);
}

static bool is_name_start(char c)
{
    return g_ascii_isalpha(c) || c == '_';
}

static void lex_name(const char *at, struct token *token)
{
    const char *end = at;
    while (g_ascii_isalnum(*end) || *end == '_' || *end == '-')
        end++;
    token->kind = is_boundary(*end) ? TOKEN_NAME : TOKEN_UNKNOWN;
    while (!is_boundary(*end))
        end++;
    token->end = token->start + (gsize)(end - at);
}

static bool begins_number(const char *at, bool may_be_number)
{
    if (g_ascii_isdigit(*at))
        return true;
    return may_be_number && (*at == '-' || *at == '+' || (*at == '.' && g_ascii_isdigit(at[1])));
}

struct token lexer_next(const char *text, gsize offset, bool may_be_number)
{
    while (g_ascii_isspace(text[offset]))
        offset++;
    const char *at = text + offset;
    struct token token = {.kind = TOKEN_END, .start = offset, .end = offset};

    if (*at == '\0')
        return token;
    if (begins_number(at, may_be_number))
        lex_number(at, &token);
    else if (*at == '\'')
        lex_string(at, &token);
    else if (is_name_start(*at))
        lex_name(at, &token);
    else if (!lex_symbol(at, &token)) {
        token.kind = TOKEN_UNKNOWN;
        while (!is_boundary(text[token.end]))
            token.end++;
        token.end = MAX(token.end, offset + 1);
    }
    return token;
}

char *token_string(const char *text, const struct token *token)
{
    GString *content = g_string_new(NULL);
    for (gsize i = token->start + 1; i + 1 < token->end; i++) {
        g_string_append_c(content, text[i]);
        i += text[i] == '\''; /* the second of a pair */
    }
    return g_string_free(content, FALSE);
}
