/* Splits a script into words and operators, and puts here-documents behind their operators. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

/* Longer ones first. */
static const char *const operators[] = {"<<<", "<<-", "<<", "<&", "<>", "&>>", "&>",
                                        ">>",  ">&",  ">|", "&&", "||", ";;",  ";",
                                        "&",   "|",   "(",  ")",  "<",  ">",   "\n"};

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

static struct shell_token *add(GPtrArray *tokens, bool is_operator, bool is_close, char *text)
{
    struct shell_token *token = g_new0(struct shell_token, 1);
    token->is_operator = is_operator;
    token->is_close = is_close;
    token->text = text;
    g_ptr_array_add(tokens, token);
    return token;
}

static const char *piece_end(const char *text, int depth);

/* Behind the quote that ends what begins here; NULL: there is none. */
static const char *quoted_end(const char *text, int depth)
{
    const char quote = *text++;
    while (text != NULL && *text != '\0' && *text != quote)
        text = quote == '"' ? piece_end(text, depth) : text + 1;
    return text != NULL && *text == quote ? text + 1 : NULL;
}

const char *shell_bracket_end(const char *text, int depth)
{
    const char open = text[1];
    const char close = open == '(' ? ')' : '}';
    int count = 1;

    if (depth >= SHELL_DEPTH_MAX)
        return NULL;
    for (text += 2; text != NULL && *text != '\0';) {
        count += (*text == open) - (*text == close);
        if (count == 0)
            return text + 1;
        bool is_quote = *text == '"' || *text == '\'';
        text = is_quote ? quoted_end(text, depth + 1) : piece_end(text, depth + 1);
    }
    return NULL;
}

/* Quotes apart: they mean nothing to one another. */
static const char *piece_end(const char *text, int depth)
{
    if (*text == '`')
        return quoted_end(text, depth);
    if (*text == '$' && (text[1] == '(' || text[1] == '{'))
        return shell_bracket_end(text, depth);
    if (*text == '\\')
        return text[1] != '\0' ? text + 2 : NULL;
    return text + 1;
}

static const char *word_end(const char *text)
{
    while (text != NULL && *text != '\0' && strchr(" \t\r", *text) == NULL &&
           operator_at(text) == NULL)
        text = *text == '"' || *text == '\'' ? quoted_end(text, 0) : piece_end(text, 0);
    return text;
}

/* Behind "((1 + 2))", which is one word; NULL: it is none. */
static const char *calculation_end(const char *text)
{
    const char *end = g_str_has_prefix(text, "((") ? strstr(text, "))") : NULL;
    return end != NULL && memchr(text, '\n', (gsize)(end - text)) == NULL ? end + 2 : NULL;
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

/* ---- here-documents ---- */

struct scanner {
    GPtrArray *tokens;
    GPtrArray *documents; /* struct shell_token, lent: the words that say where they end */
    GPtrArray *tabbed;    /* those of <<- */
};

/* The word without its quotes; whether it had any. */
static bool unquote(char *word)
{
    char *end = word;
    bool is_quoted = false;
    for (const char *text = word; *text != '\0'; text++) {
        bool is_quote = strchr("\"'\\", *text) != NULL;
        is_quoted |= is_quote;
        if (!is_quote)
            *end++ = *text;
    }
    *end = '\0';
    return is_quoted;
}

/* Behind the line that ends the document, which takes the place of the word; NULL: none does. */
static const char *read_document(struct shell_token *token, const char *text, bool is_tabbed)
{
    g_autoptr(GString) document = g_string_new(NULL);
    token->is_verbatim = unquote(token->text);

    while (*text != '\0') {
        text += is_tabbed ? strspn(text, "\t") : 0;
        gsize length = strcspn(text, "\n");
        const char *next = text + length + (text[length] == '\n');
        if (strlen(token->text) == length && strncmp(text, token->text, length) == 0) {
            g_free(token->text);
            token->text = g_strdup(document->str);
            return next;
        }
        g_string_append_len(document, text, next - text);
        text = next;
    }
    return NULL;
}

static const char *read_documents(struct scanner *scanner, const char *text)
{
    for (guint i = 0; i < scanner->documents->len && text != NULL; i++) {
        struct shell_token *token = g_ptr_array_index(scanner->documents, i);
        text = read_document(token, text, g_ptr_array_find(scanner->tabbed, token, NULL));
    }
    g_ptr_array_set_size(scanner->documents, 0);
    return text;
}

/* Whether the word is where a document ends. */
static void note_document(struct scanner *scanner, struct shell_token *token)
{
    guint count = scanner->tokens->len;
    const struct shell_token *before =
        count > 1 ? g_ptr_array_index(scanner->tokens, count - 2) : NULL;
    if (before == NULL || !before->is_operator || token->is_operator)
        return;
    bool is_tabbed = g_str_equal(before->text, "<<-");
    if (is_tabbed || g_str_equal(before->text, "<<"))
        g_ptr_array_add(scanner->documents, token);
    if (is_tabbed)
        g_ptr_array_add(scanner->tabbed, token);
}

/* One token; behind it, or NULL. */
static const char *scan(struct scanner *scanner, const char *text, bool is_close)
{
    const char *calculation = calculation_end(text);
    const char *join = calculation == NULL ? operator_at(text) : NULL;
    const char *end = calculation != NULL ? calculation
                      : join != NULL      ? text + strlen(join)
                                          : word_end(text);
    if (end == NULL || scanner->tokens->len >= SHELL_TOKENS_MAX)
        return NULL;
    struct shell_token *token =
        add(scanner->tokens, join != NULL, is_close, g_strndup(text, (gsize)(end - text)));
    note_document(scanner, token);
    return join != NULL && *join == '\n' ? read_documents(scanner, end) : end;
}

GPtrArray *shell_tokens(const char *script)
{
    g_autoptr(GPtrArray) tokens = g_ptr_array_new_with_free_func(token_free);
    g_autoptr(GPtrArray) documents = g_ptr_array_new();
    g_autoptr(GPtrArray) tabbed = g_ptr_array_new();
    struct scanner scanner = {.tokens = tokens, .documents = documents, .tabbed = tabbed};

    const char *end = NULL;
    for (const char *text = skip_blanks(script); *text != '\0'; text = skip_blanks(end)) {
        end = scan(&scanner, text, text == end);
        if (end == NULL)
            return NULL;
    }
    return documents->len == 0 ? g_steal_pointer(&tokens) : NULL;
}
