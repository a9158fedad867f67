/* Splits a script into words and operators. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

/* Longer ones first. */
static const char *const operators[] = {"<<", "<&", "<>", "&>>", "&>", ">>", ">&", ">|", "&&", "||",
                                        ";;", ";",  "&",  "|",   "(",  ")",  "<",  ">",  "\n"};

static const char *operator_at(const char *text)
{
    for (gsize i = 0; i < G_N_ELEMENTS(operators); i++)
        if (g_str_has_prefix(text, operators[i]))
            return operators[i];
    return NULL;
}

static void token_free(gpointer pointer)
{
    struct shell_token *token = pointer;
    g_free(token->text);
    g_free(token);
}

static void add(GPtrArray *tokens, bool is_operator, bool is_close, char *text)
{
    struct shell_token *token = g_new0(struct shell_token, 1);
    token->is_operator = is_operator;
    token->is_close = is_close;
    token->text = text;
    g_ptr_array_add(tokens, token);
}

/* Behind the quote that ends what begins here; NULL: there is none. */
static const char *quoted_end(const char *text)
{
    const char quote = *text;
    for (text++; *text != '\0' && *text != quote; text++)
        if (*text == '\\' && quote == '"' && text[1] != '\0')
            text++;
    return *text == quote ? text + 1 : NULL;
}

/* Behind the parenthesis that ends "$(" or "${". */
static const char *bracket_end(const char *text)
{
    const char open = text[1];
    const char close = open == '(' ? ')' : '}';
    int depth = 0;
    for (text++; *text != '\0'; text++) {
        depth += (*text == open) - (*text == close);
        if (depth == 0)
            return text + 1;
    }
    return NULL;
}

static const char *piece_end(const char *text)
{
    if (*text == '\'' || *text == '"' || *text == '`')
        return quoted_end(text);
    if (*text == '$' && (text[1] == '(' || text[1] == '{'))
        return bracket_end(text);
    if (*text == '\\')
        return text[1] != '\0' ? text + 2 : NULL;
    return text + 1;
}

static const char *word_end(const char *text)
{
    while (text != NULL && *text != '\0' && strchr(" \t\r", *text) == NULL &&
           operator_at(text) == NULL)
        text = piece_end(text);
    return text;
}

static const char *skip_blanks(const char *text)
{
    for (;;) {
        text += strspn(text, " \t\r");
        if (g_str_has_prefix(text, "\\\n"))
            text += 2;
        else if (*text == '#')
            text += strcspn(text, "\n");
        else
            return text;
    }
}

GPtrArray *shell_tokens(const char *script)
{
    g_autoptr(GPtrArray) tokens = g_ptr_array_new_with_free_func(token_free);

    const char *end = NULL;
    for (const char *text = skip_blanks(script); *text != '\0'; text = skip_blanks(text)) {
        const char *join = operator_at(text);
        const bool is_close = text == end;
        end = join != NULL ? text + strlen(join) : word_end(text);
        if (end == NULL || tokens->len >= SHELL_TOKENS_MAX)
            return NULL;
        add(tokens, join != NULL, is_close, g_strndup(text, (gsize)(end - text)));
        text = end;
    }
    return g_steal_pointer(&tokens);
}
