/* From a script's tokens to its commands. Whatever is not understood makes the whole NULL. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

/* ---- nodes ---- */

static void redirection_free(gpointer pointer)
{
    struct shell_redirection *redirection = pointer;
    g_free(redirection->word);
    g_free(redirection);
}

struct shell_node *shell_node_new(enum shell_kind kind)
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

const struct shell_token *shell_peek(const struct shell_parser *parser)
{
    return parser->at < parser->tokens->len ? g_ptr_array_index(parser->tokens, parser->at) : NULL;
}

bool shell_is_at(const struct shell_parser *parser, bool is_operator, const char *text)
{
    const struct shell_token *token = shell_peek(parser);
    return token != NULL && token->is_operator == is_operator && g_str_equal(token->text, text);
}

bool shell_take(struct shell_parser *parser, bool is_operator, const char *text)
{
    if (!shell_is_at(parser, is_operator, text))
        return false;
    parser->at++;
    return true;
}

void shell_skip_newlines(struct shell_parser *parser)
{
    while (shell_take(parser, true, "\n"))
        ;
}

/* ---- plain commands ---- */

static const struct {
    const char *text;
    int stream;
    bool appends;
    bool is_copy; /* the word is the number of a stream */
} redirection_rows[] = {
    {"<", 0, false, false},   {"<<", 0, false, false},  {"<<-", 0, false, false},
    {"<<<", 0, false, false}, {">", 1, false, false},   {">|", 1, false, false},
    {">>", 1, true, false},   {"&>", -1, false, false}, {"&>>", -1, true, false},
    {">&", 1, false, true},
};

/* "2" of `2>`, which the tokens give as a word before the operator. */
static int stream_before(struct shell_node *node, const struct shell_parser *parser)
{
    const struct shell_token *before =
        parser->at > 0 ? g_ptr_array_index(parser->tokens, parser->at - 1) : NULL;
    if (before == NULL || before->is_operator || !shell_peek(parser)->is_close ||
        node->words->len == 0 || strlen(before->text) != 1 || strchr("012", *before->text) == NULL)
        return -1;
    int stream = *before->text - '0';
    g_ptr_array_set_size(node->words, (gint)node->words->len - 1);
    return stream;
}

/* False: it is not understood. */
static bool parse_redirection(struct shell_parser *parser, struct shell_node *node)
{
    const struct shell_token *token = shell_peek(parser);
    gsize row = 0;
    while (row < G_N_ELEMENTS(redirection_rows) &&
           !g_str_equal(redirection_rows[row].text, token->text))
        row++;
    if (row == G_N_ELEMENTS(redirection_rows))
        return false;
    int said = stream_before(node, parser);
    parser->at++;
    const struct shell_token *target = shell_peek(parser);
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
    redirection->is_here = g_str_has_prefix(token->text, "<<");
    redirection->is_string = g_str_equal(token->text, "<<<");
    redirection->is_verbatim = target->is_verbatim;
    redirection->word = is_copy ? NULL : g_strdup(target->text);
    g_ptr_array_add(node->redirections, redirection);
    return true;
}

static bool ends_command(const struct shell_token *token)
{
    static const char *const ends[] = {";", ";;", "\n", "&&", "||", "|", ")", NULL};
    return token == NULL || (token->is_operator && g_strv_contains(ends, token->text));
}

static bool parse_redirections(struct shell_parser *parser, struct shell_node *node)
{
    while (!ends_command(shell_peek(parser)))
        if (!shell_peek(parser)->is_operator || !parse_redirection(parser, node))
            return false;
    return true;
}

static struct shell_node *parse_simple(struct shell_parser *parser)
{
    AUTO(shell_node) node = shell_node_new(SHELL_COMMAND);

    for (const struct shell_token *token = shell_peek(parser); !ends_command(token);
         token = shell_peek(parser)) {
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

bool shell_node_adopt(struct shell_node *parent, struct shell_node *child)
{
    if (child != NULL)
        g_ptr_array_add(parent->children, child);
    return child != NULL;
}

struct shell_node *shell_parse_command(struct shell_parser *parser)
{
    struct shell_node *compound = NULL;

    if (!shell_parse_compound(parser, &compound))
        return parse_simple(parser);
    AUTO(shell_node) node = compound;
    return node != NULL && parse_redirections(parser, node) ? g_steal_pointer(&node) : NULL;
}

static struct shell_node *parse_pipeline(struct shell_parser *parser)
{
    AUTO(shell_node) node = shell_node_new(SHELL_PIPELINE);

    node->is_negated = shell_take(parser, false, "!");
    do {
        shell_skip_newlines(parser);
        if (!shell_node_adopt(node, shell_parse_command(parser)))
            return NULL;
    } while (shell_take(parser, true, "|"));
    return g_steal_pointer(&node);
}

static bool is_end(const struct shell_parser *parser, const char *const *ends)
{
    const struct shell_token *token = shell_peek(parser);
    return token == NULL || shell_is_at(parser, true, ")") || shell_is_at(parser, true, ";;") ||
           (!token->is_operator && g_strv_contains(ends, token->text));
}

/* What stands between two pipelines. False: nothing that joins them. */
static bool take_join(struct shell_parser *parser, enum shell_when *when)
{
    bool is_joined = true;
    *when = SHELL_ALWAYS;
    if (shell_take(parser, true, "&&"))
        *when = SHELL_AFTER_SUCCESS;
    else if (shell_take(parser, true, "||"))
        *when = SHELL_AFTER_FAILURE;
    else
        is_joined = shell_take(parser, true, ";") || shell_take(parser, true, "\n");
    shell_skip_newlines(parser);
    return is_joined;
}

struct shell_node *shell_parse_list(struct shell_parser *parser, const char *const *ends)
{
    AUTO(shell_node) list = shell_node_new(SHELL_LIST);
    enum shell_when when = SHELL_ALWAYS;
    bool is_joined = true;

    if (parser->depth >= SHELL_DEPTH_MAX)
        return NULL;
    parser->depth++;
    for (shell_skip_newlines(parser); !is_end(parser, ends); is_joined = take_join(parser, &when)) {
        if (!is_joined || !shell_node_adopt(list, parse_pipeline(parser)))
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
    struct shell_parser parser = {.tokens = tokens};

    AUTO(shell_node) list = tokens != NULL ? shell_parse_list(&parser, none) : NULL;
    return list != NULL && parser.at == tokens->len ? g_steal_pointer(&list) : NULL;
}
