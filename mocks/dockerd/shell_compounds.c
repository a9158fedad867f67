/* Commands that hold others: conditions, loops, choices, groups, functions. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

/* Behind `if` or `elif`: to the `fi` that ends all of them. */
static struct shell_node *parse_if(struct shell_parser *parser)
{
    static const char *const thens[] = {"then", NULL};
    static const char *const ends[] = {"elif", "else", "fi", NULL};
    static const char *const fis[] = {"fi", NULL};
    AUTO(shell_node) node = shell_node_new(SHELL_IF);

    if (!shell_node_adopt(node, shell_parse_list(parser, thens)) ||
        !shell_take(parser, false, "then") ||
        !shell_node_adopt(node, shell_parse_list(parser, ends)))
        return NULL;
    if (shell_take(parser, false, "elif"))
        return shell_node_adopt(node, parse_if(parser)) ? g_steal_pointer(&node) : NULL;
    if (shell_take(parser, false, "else") && !shell_node_adopt(node, shell_parse_list(parser, fis)))
        return NULL;
    return shell_take(parser, false, "fi") ? g_steal_pointer(&node) : NULL;
}

static struct shell_node *parse_group(struct shell_parser *parser, bool is_shell)
{
    static const char *const braces[] = {"}", NULL};
    static const char *const none[] = {NULL};
    AUTO(shell_node) node = shell_node_new(is_shell ? SHELL_SUBSHELL : SHELL_BRACES);

    if (!shell_node_adopt(node, shell_parse_list(parser, is_shell ? none : braces)))
        return NULL;
    return shell_take(parser, is_shell, is_shell ? ")" : "}") ? g_steal_pointer(&node) : NULL;
}

static struct shell_node *parse_braces(struct shell_parser *parser)
{
    return parse_group(parser, /* is_shell= */ false);
}

/* ---- loops ---- */

static bool parse_body(struct shell_parser *parser, struct shell_node *node)
{
    static const char *const dones[] = {"done", NULL};
    return shell_take(parser, false, "do") &&
           shell_node_adopt(node, shell_parse_list(parser, dones)) &&
           shell_take(parser, false, "done");
}

static struct shell_node *parse_conditional(struct shell_parser *parser, enum shell_kind kind)
{
    static const char *const dos[] = {"do", NULL};
    AUTO(shell_node) node = shell_node_new(kind);

    if (!shell_node_adopt(node, shell_parse_list(parser, dos)) || !parse_body(parser, node))
        return NULL;
    return g_steal_pointer(&node);
}

static struct shell_node *parse_while(struct shell_parser *parser)
{
    return parse_conditional(parser, SHELL_WHILE);
}

static struct shell_node *parse_until(struct shell_parser *parser)
{
    return parse_conditional(parser, SHELL_UNTIL);
}

static bool take_word(struct shell_parser *parser, struct shell_node *node)
{
    const struct shell_token *token = shell_peek(parser);
    if (token == NULL || token->is_operator)
        return false;
    g_ptr_array_add(node->words, g_strdup(token->text));
    parser->at++;
    return true;
}

/* What separates the head of a loop from its `do`. */
static void skip_head_end(struct shell_parser *parser)
{
    shell_take(parser, true, ";");
    shell_skip_newlines(parser);
}

/* for ((a; b; c)) */
static struct shell_node *parse_count(struct shell_parser *parser)
{
    const char *text = shell_peek(parser)->text;
    g_autofree char *inside = g_strndup(text + 2, strlen(text) - 4);
    g_auto(GStrv) parts = g_strsplit(inside, ";", -1);
    AUTO(shell_node) node = shell_node_new(SHELL_COUNT);

    if (g_strv_length(parts) != 3)
        return NULL;
    for (gsize i = 0; i < 3; i++)
        g_ptr_array_add(node->words, g_strdup(parts[i]));
    parser->at++;
    skip_head_end(parser);
    return parse_body(parser, node) ? g_steal_pointer(&node) : NULL;
}

static struct shell_node *parse_for(struct shell_parser *parser)
{
    const struct shell_token *token = shell_peek(parser);
    AUTO(shell_node) node = shell_node_new(SHELL_FOR);

    if (token != NULL && g_str_has_prefix(token->text, "(("))
        return parse_count(parser);
    if (!take_word(parser, node))
        return NULL;
    const char *name = g_ptr_array_index(node->words, 0);
    if (shell_name_length(name) == 0 || shell_name_length(name) != strlen(name))
        return NULL;
    shell_skip_newlines(parser);
    if (shell_is_at(parser, false, "in"))
        while (take_word(parser, node))
            ;
    skip_head_end(parser);
    return parse_body(parser, node) ? g_steal_pointer(&node) : NULL;
}

/* ---- choices ---- */

static struct shell_node *parse_item(struct shell_parser *parser)
{
    static const char *const esacs[] = {"esac", NULL};
    AUTO(shell_node) item = shell_node_new(SHELL_ITEM);

    shell_take(parser, true, "(");
    do
        if (!take_word(parser, item))
            return NULL;
    while (shell_take(parser, true, "|"));
    if (!shell_take(parser, true, ")"))
        return NULL;
    shell_skip_newlines(parser);
    bool is_empty = shell_is_at(parser, true, ";;") || shell_is_at(parser, false, "esac");
    if (!is_empty && !shell_node_adopt(item, shell_parse_list(parser, esacs)))
        return NULL;
    return shell_take(parser, true, ";;") || shell_is_at(parser, false, "esac")
               ? g_steal_pointer(&item)
               : NULL;
}

static struct shell_node *parse_case(struct shell_parser *parser)
{
    AUTO(shell_node) node = shell_node_new(SHELL_CASE);

    if (!take_word(parser, node))
        return NULL;
    shell_skip_newlines(parser);
    if (!shell_take(parser, false, "in"))
        return NULL;
    for (shell_skip_newlines(parser); !shell_take(parser, false, "esac");
         shell_skip_newlines(parser))
        if (!shell_node_adopt(node, parse_item(parser)))
            return NULL;
    return g_steal_pointer(&node);
}

/* ---- functions ---- */

/* Behind the name and its parentheses. */
static struct shell_node *parse_function_body(struct shell_parser *parser, const char *name)
{
    AUTO(shell_node) node = shell_node_new(SHELL_FUNCTION);

    if (parser->depth >= SHELL_DEPTH_MAX)
        return NULL;
    g_ptr_array_add(node->words, g_strdup(name));
    shell_skip_newlines(parser);
    parser->depth++;
    bool is_whole = shell_node_adopt(node, shell_parse_command(parser));
    parser->depth--;
    const struct shell_node *body = is_whole ? g_ptr_array_index(node->children, 0) : NULL;
    return is_whole && body->kind != SHELL_COMMAND ? g_steal_pointer(&node) : NULL;
}

/* `name ()`, which is a word and two operators. */
static bool is_function(const struct shell_parser *parser)
{
    const struct shell_token *name = shell_peek(parser);
    struct shell_parser ahead = *parser;

    ahead.at++;
    return name != NULL && !name->is_operator && shell_take(&ahead, true, "(") &&
           shell_take(&ahead, true, ")");
}

static struct shell_node *parse_function(struct shell_parser *parser)
{
    const struct shell_token *name = shell_peek(parser);
    if (name == NULL || name->is_operator)
        return NULL;
    parser->at++;
    if (shell_take(parser, true, "(") && !shell_take(parser, true, ")"))
        return NULL;
    return parse_function_body(parser, name->text);
}

static struct shell_node *parse_nothing(struct shell_parser *parser)
{
    (void)parser;
    return NULL;
}

/* Words that mean something where a command begins; those that end something are out of place. */
static const struct {
    const char *word;
    struct shell_node *(*parse)(struct shell_parser *parser);
} rows[] = {
    {"if", parse_if},
    {"{", parse_braces},
    {"while", parse_while},
    {"until", parse_until},
    {"for", parse_for},
    {"case", parse_case},
    {"function", parse_function},
    {"select", parse_nothing},
    {"do", parse_nothing},
    {"done", parse_nothing},
    {"esac", parse_nothing},
    {"then", parse_nothing},
    {"else", parse_nothing},
    {"elif", parse_nothing},
    {"fi", parse_nothing},
    {"time", parse_nothing},
    {"}", parse_nothing},
};

bool shell_parse_compound(struct shell_parser *parser, struct shell_node **node)
{
    if (shell_take(parser, true, "(")) {
        *node = parse_group(parser, /* is_shell= */ true);
        return true;
    }
    if (is_function(parser)) {
        *node = parse_function(parser);
        return true;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!shell_take(parser, false, rows[i].word))
            continue;
        *node = rows[i].parse(parser);
        return true;
    }
    return false;
}
