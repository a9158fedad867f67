/* From a script's tokens to its commands. Whatever is not understood makes the whole NULL. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

struct parser {
    GPtrArray *tokens; /* struct shell_token */
    guint at;
    int depth;
};

static struct shell_node *parse_list(struct parser *parser, const char *const *ends);

/* ---- nodes ---- */

static void redirection_free(gpointer pointer)
{
    struct shell_redirection *redirection = pointer;
    g_free(redirection->word);
    g_free(redirection);
}

static struct shell_node *node_new(enum shell_kind kind)
{
    struct shell_node *node = g_new0(struct shell_node, 1);
    node->kind = kind;
    node->words = g_ptr_array_new_with_free_func(g_free);
    node->redirections = g_ptr_array_new_with_free_func(redirection_free);
    node->children = g_ptr_array_new_with_free_func((GDestroyNotify)shell_node_free);
    return node;
}

void shell_node_free(struct shell_node *node)
{
    if (node == NULL)
        return;
    g_ptr_array_unref(node->words);
    g_ptr_array_unref(node->redirections);
    g_ptr_array_unref(node->children);
    g_free(node);
}

/* ---- tokens ---- */

static const struct shell_token *peek(const struct parser *parser)
{
    return parser->at < parser->tokens->len ? g_ptr_array_index(parser->tokens, parser->at) : NULL;
}

static bool is_at(const struct parser *parser, bool is_operator, const char *text)
{
    const struct shell_token *token = peek(parser);
    return token != NULL && token->is_operator == is_operator && g_str_equal(token->text, text);
}

static bool take(struct parser *parser, bool is_operator, const char *text)
{
    if (!is_at(parser, is_operator, text))
        return false;
    parser->at++;
    return true;
}

static void skip_newlines(struct parser *parser)
{
    while (take(parser, true, "\n"))
        ;
}

/* ---- plain commands ---- */

static const struct {
    const char *text;
    int stream;
    bool appends;
    bool is_copy; /* the word is the number of a stream */
} redirection_rows[] = {
    {"<", 0, false, false}, {">", 1, false, false},   {">|", 1, false, false},
    {">>", 1, true, false}, {"&>", -1, false, false}, {"&>>", -1, true, false},
    {">&", 1, false, true},
};

/* "2" of `2>`, which the tokens give as a word before the operator. */
static int stream_before(struct shell_node *node, const struct parser *parser)
{
    const struct shell_token *before =
        parser->at > 0 ? g_ptr_array_index(parser->tokens, parser->at - 1) : NULL;
    if (before == NULL || before->is_operator || !peek(parser)->is_close || node->words->len == 0 ||
        strlen(before->text) != 1 || strchr("012", *before->text) == NULL)
        return -1;
    int stream = *before->text - '0';
    g_ptr_array_set_size(node->words, (gint)node->words->len - 1);
    return stream;
}

/* False: it is not understood. */
static bool parse_redirection(struct parser *parser, struct shell_node *node)
{
    const struct shell_token *token = peek(parser);
    gsize row = 0;
    while (row < G_N_ELEMENTS(redirection_rows) &&
           !g_str_equal(redirection_rows[row].text, token->text))
        row++;
    if (row == G_N_ELEMENTS(redirection_rows))
        return false;
    int said = stream_before(node, parser);
    parser->at++;
    const struct shell_token *target = peek(parser);
    if (target == NULL || target->is_operator)
        return false;
    parser->at++;
    bool is_copy = redirection_rows[row].is_copy;
    if (is_copy && !g_str_equal(target->text, "1") && !g_str_equal(target->text, "2"))
        return false;
    struct shell_redirection *redirection = g_new0(struct shell_redirection, 1);
    redirection->stream = said >= 0 ? said : redirection_rows[row].stream;
    redirection->from = is_copy ? *target->text - '0' : -1;
    redirection->appends = redirection_rows[row].appends;
    redirection->word = is_copy ? NULL : g_strdup(target->text);
    g_ptr_array_add(node->redirections, redirection);
    return true;
}

static bool ends_command(const struct shell_token *token)
{
    static const char *const ends[] = {";", "\n", "&&", "||", "|", ")", NULL};
    return token == NULL || (token->is_operator && g_strv_contains(ends, token->text));
}

static bool parse_redirections(struct parser *parser, struct shell_node *node)
{
    while (!ends_command(peek(parser)))
        if (!peek(parser)->is_operator || !parse_redirection(parser, node))
            return false;
    return true;
}

static struct shell_node *parse_simple(struct parser *parser)
{
    AUTO(shell_node) node = node_new(SHELL_COMMAND);

    for (const struct shell_token *token = peek(parser); !ends_command(token);
         token = peek(parser)) {
        if (token->is_operator) {
            if (!parse_redirection(parser, node))
                return NULL;
            continue;
        }
        g_ptr_array_add(node->words, g_strdup(token->text));
        parser->at++;
    }
    return node->words->len > 0 ? g_steal_pointer(&node) : NULL;
}

/* ---- what has commands in it ---- */

static bool adopt(struct shell_node *parent, struct shell_node *child)
{
    if (child != NULL)
        g_ptr_array_add(parent->children, child);
    return child != NULL;
}

/* Behind `if` or `elif`: to the `fi` that ends all of them. */
static struct shell_node *parse_if(struct parser *parser)
{
    static const char *const thens[] = {"then", NULL};
    static const char *const ends[] = {"elif", "else", "fi", NULL};
    static const char *const fis[] = {"fi", NULL};
    AUTO(shell_node) node = node_new(SHELL_IF);

    if (!adopt(node, parse_list(parser, thens)) || !take(parser, false, "then") ||
        !adopt(node, parse_list(parser, ends)))
        return NULL;
    if (take(parser, false, "elif"))
        return adopt(node, parse_if(parser)) ? g_steal_pointer(&node) : NULL;
    if (take(parser, false, "else") && !adopt(node, parse_list(parser, fis)))
        return NULL;
    return take(parser, false, "fi") ? g_steal_pointer(&node) : NULL;
}

static struct shell_node *parse_group(struct parser *parser, bool is_shell)
{
    static const char *const braces[] = {"}", NULL};
    static const char *const none[] = {NULL};
    AUTO(shell_node) node = node_new(is_shell ? SHELL_SUBSHELL : SHELL_BRACES);

    if (!adopt(node, parse_list(parser, is_shell ? none : braces)))
        return NULL;
    return take(parser, is_shell, is_shell ? ")" : "}") ? g_steal_pointer(&node) : NULL;
}

static bool is_reserved(const struct shell_token *token)
{
    static const char *const words[] = {"for",  "while",    "until", "case", "do",   "done",
                                        "esac", "function", "then",  "else", "elif", "fi",
                                        "time", "}",        "((",    NULL};
    return token != NULL && !token->is_operator && g_strv_contains(words, token->text);
}

static struct shell_node *parse_command(struct parser *parser)
{
    AUTO(shell_node) node = NULL;

    if (is_reserved(peek(parser)))
        return NULL;
    if (take(parser, false, "if"))
        node = parse_if(parser);
    else if (take(parser, false, "{"))
        node = parse_group(parser, /* is_shell= */ false);
    else if (take(parser, true, "("))
        node = parse_group(parser, /* is_shell= */ true);
    else
        return parse_simple(parser);
    return node != NULL && parse_redirections(parser, node) ? g_steal_pointer(&node) : NULL;
}

static struct shell_node *parse_pipeline(struct parser *parser)
{
    AUTO(shell_node) node = node_new(SHELL_PIPELINE);

    node->is_negated = take(parser, false, "!");
    do {
        skip_newlines(parser);
        if (!adopt(node, parse_command(parser)))
            return NULL;
    } while (take(parser, true, "|"));
    return g_steal_pointer(&node);
}

static bool is_end(const struct parser *parser, const char *const *ends)
{
    const struct shell_token *token = peek(parser);
    return token == NULL || (token->is_operator && g_str_equal(token->text, ")")) ||
           (!token->is_operator && g_strv_contains(ends, token->text));
}

/* What stands between two pipelines. False: nothing that joins them. */
static bool take_join(struct parser *parser, enum shell_when *when)
{
    bool is_joined = true;
    *when = SHELL_ALWAYS;
    if (take(parser, true, "&&"))
        *when = SHELL_AFTER_SUCCESS;
    else if (take(parser, true, "||"))
        *when = SHELL_AFTER_FAILURE;
    else
        is_joined = take(parser, true, ";") || take(parser, true, "\n");
    skip_newlines(parser);
    return is_joined;
}

/* Up to one of these words, a closing parenthesis or the end. */
static struct shell_node *parse_list(struct parser *parser, const char *const *ends)
{
    AUTO(shell_node) list = node_new(SHELL_LIST);
    enum shell_when when = SHELL_ALWAYS;
    bool is_joined = true;

    if (parser->depth >= SHELL_DEPTH_MAX)
        return NULL;
    parser->depth++;
    for (skip_newlines(parser); !is_end(parser, ends); is_joined = take_join(parser, &when)) {
        if (!is_joined || !adopt(list, parse_pipeline(parser)))
            return NULL;
        ((struct shell_node *)g_ptr_array_index(list->children, list->children->len - 1))->when =
            when;
    }
    parser->depth--;
    return list->children->len > 0 && when == SHELL_ALWAYS ? g_steal_pointer(&list) : NULL;
}

struct shell_node *shell_parse(const char *script)
{
    static const char *const none[] = {NULL};
    g_autoptr(GPtrArray) tokens = shell_tokens(script);
    struct parser parser = {.tokens = tokens};

    AUTO(shell_node) list = tokens != NULL ? parse_list(&parser, none) : NULL;
    return list != NULL && parser.at == tokens->len ? g_steal_pointer(&list) : NULL;
}
