/* Inside an action: operands, commands, pipelines. */
#include "mocks/commands/docker/go_template_parser.h"

#include "base/limits.h"

#include <string.h>

static void operand_free(gpointer data);
void template_pipe_free(struct pipe *pipe)
{
    if (pipe == NULL)
        return;
    g_ptr_array_unref(pipe->variables);
    g_ptr_array_unref(pipe->commands);
    g_free(pipe);
}

static void operand_free(gpointer data)
{
    struct operand *operand = data;
    g_free(operand->text);
    g_ptr_array_unref(operand->chain);
    json_decref(operand->literal);
    template_pipe_free(operand->pipe);
    g_free(operand);
}

static void command_node_free(gpointer data)
{
    struct command_node *command = data;
    g_ptr_array_unref(command->operands);
    g_free(command);
}

void template_skip_blanks(struct parser *parser)
{
    while (parser->offset < parser->end && g_ascii_isspace(parser->text[parser->offset]))
        parser->offset++;
}

bool template_is_word(char byte)
{
    return g_ascii_isalnum(byte) || byte == '_' || (byte & 0x80) != 0;
}

static bool is_at_end(struct parser *parser)
{
    template_skip_blanks(parser);
    return parser->offset >= parser->end;
}

static char peek(const struct parser *parser)
{
    return parser->offset < parser->end ? parser->text[parser->offset] : '\0';
}

static char *take_word(struct parser *parser)
{
    gsize start = parser->offset;
    while (parser->offset < parser->end && template_is_word(parser->text[parser->offset]))
        parser->offset++;
    return g_strndup(parser->text + start, parser->offset - start);
}

/* ".A.B" behind a field, a variable or a parenthesis. */
static void take_chain(struct parser *parser, struct operand *operand)
{
    while (peek(parser) == '.' && parser->offset + 1 < parser->end &&
           template_is_word(parser->text[parser->offset + 1])) {
        if (operand->chain->len == 1 && operand->kind == OPERAND_FIELD)
            operand->offset = parser->offset;
        parser->offset++;
        g_ptr_array_add(operand->chain, take_word(parser));
    }
}

static char unescaped(char byte)
{
    switch (byte) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    default:
        return byte;
    }
}

static bool take_string(struct parser *parser, struct operand *operand, GError **error)
{
    char quote = peek(parser);
    g_autoptr(GString) text = g_string_new(NULL);

    for (parser->offset++; parser->offset < parser->end; parser->offset++) {
        char byte = parser->text[parser->offset];
        if (byte == quote) {
            parser->offset++;
            operand->literal = quote == '\'' ? json_integer(g_utf8_get_char(text->str))
                                             : json_text_or_null(text->str);
            return true;
        }
        if (byte == '\\' && quote != '`' && parser->offset + 1 < parser->end)
            byte = unescaped(parser->text[++parser->offset]);
        g_string_append_c(text, byte);
    }
    return FAIL(parser, error, "unterminated %s",
                quote == '`'   ? "raw quoted string"
                : quote == '"' ? "quoted string"
                               : "character constant");
}

static bool take_number(struct parser *parser, struct operand *operand, GError **error)
{
    gsize start = parser->offset;
    while (template_is_word(peek(parser)) || strchr("+-.", peek(parser)) != NULL) {
        if (peek(parser) == '\0')
            break;
        parser->offset++;
    }
    g_autofree char *word = g_strndup(parser->text + start, parser->offset - start);
    char *end = NULL;
    int64_t integer = g_ascii_strtoll(word, &end, 10);
    if (*end == '\0') {
        operand->literal = json_integer(integer);
        return true;
    }
    double real = g_ascii_strtod(word, &end);
    if (*end != '\0')
        return FAIL(parser, error, "bad number syntax: \"%s\"", word);
    operand->literal = json_real(real);
    return true;
}

static bool has_variable(const struct parser *parser, const char *name)
{
    return g_ptr_array_find_with_equal_func(parser->scopes, name, g_str_equal, NULL);
}

static bool take_variable(struct parser *parser, struct operand *operand, GError **error)
{
    parser->offset++;
    g_autofree char *word = take_word(parser);
    operand->kind = OPERAND_VARIABLE;
    operand->text = g_strconcat("$", word, NULL);
    if (*word != '\0' && !has_variable(parser, operand->text))
        return FAIL(parser, error, "undefined variable \"%s\"", operand->text);
    take_chain(parser, operand);
    return true;
}

static bool take_name(struct parser *parser, struct operand *operand, GError **error)
{
    operand->text = take_word(parser);
    operand->kind = OPERAND_LITERAL;
    if (g_str_equal(operand->text, "true"))
        operand->literal = json_true();
    else if (g_str_equal(operand->text, "false"))
        operand->literal = json_false();
    else if (g_str_equal(operand->text, "nil"))
        operand->literal = json_null();
    else
        operand->kind = OPERAND_FUNCTION;
    if (operand->kind == OPERAND_FUNCTION && !go_function_exists(operand->text))
        return FAIL(parser, error, "function \"%s\" not defined", operand->text);
    return true;
}

static bool fill_operand(struct parser *parser, struct operand *operand, GError **error)
{
    char first = peek(parser);

    if (first == '.') {
        operand->kind = OPERAND_FIELD;
        take_chain(parser, operand);
        if (operand->chain->len == 0)
            parser->offset++;
        return true;
    }
    if (first == '$')
        return take_variable(parser, operand, error);
    if (first == '"' || first == '`' || first == '\'')
        return take_string(parser, operand, error);
    if (g_ascii_isdigit(first) ||
        ((first == '-' || first == '+') && g_ascii_isdigit(parser->text[parser->offset + 1])))
        return take_number(parser, operand, error);
    if (first == '(') {
        parser->offset++;
        operand->kind = OPERAND_PIPE;
        operand->pipe = template_parse_pipe(parser, "parenthesized pipeline", ')', error);
        take_chain(parser, operand);
        return operand->pipe != NULL;
    }
    if (template_is_word(first))
        return take_name(parser, operand, error);
    if (first == '{' || first == '}')
        return FAIL(parser, error, "unexpected \"%c\" in operand", first);
    return FAIL(parser, error, "unexpected bad character U+%04X '%c' in command",
                (unsigned)(unsigned char)first, first);
}

static bool parse_operand(struct parser *parser, GPtrArray *operands, GError **error)
{
    struct operand *operand = g_new0(struct operand, 1);
    gsize start = parser->offset;

    operand->offset = start;
    operand->kind = OPERAND_LITERAL;
    operand->chain = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(operands, operand);
    if (!fill_operand(parser, operand, error))
        return false;
    if (operand->kind != OPERAND_FUNCTION) {
        g_free(operand->text);
        operand->text = g_strndup(parser->text + start, parser->offset - start);
    }
    return true;
}

/* "a b c" up to '|', the closing or the end. */
static bool parse_command(struct parser *parser, struct pipe *pipe, const char *purpose,
                          char closing, GError **error)
{
    struct command_node *command = g_new0(struct command_node, 1);
    command->operands = g_ptr_array_new_with_free_func(operand_free);
    g_ptr_array_add(pipe->commands, command);

    while (!is_at_end(parser) && peek(parser) != '|' && peek(parser) != closing)
        if (!parse_operand(parser, command->operands, error))
            return false;
    if (command->operands->len == 0)
        return FAIL(parser, error, "missing value for %s", purpose);
    return true;
}

/* "$a, $b := " or "$a = " in front of a pipeline; goes back when there is none. */
static void parse_variables(struct parser *parser, struct pipe *pipe)
{
    gsize start = parser->offset;

    for (template_skip_blanks(parser); peek(parser) == '$'; template_skip_blanks(parser)) {
        parser->offset++;
        g_autofree char *word = take_word(parser);
        g_ptr_array_add(pipe->variables, g_strconcat("$", word, NULL));
        template_skip_blanks(parser);
        if (peek(parser) != ',')
            break;
        parser->offset++;
    }
    bool is_declaration = g_str_has_prefix(parser->text + parser->offset, ":=");
    pipe->is_assignment = !is_declaration && peek(parser) == '=';
    if (pipe->variables->len > 0 && (is_declaration || pipe->is_assignment)) {
        parser->offset += is_declaration ? 2 : 1;
        return;
    }
    g_ptr_array_set_size(pipe->variables, 0);
    parser->offset = start;
}

struct pipe *template_parse_pipe(struct parser *parser, const char *purpose, char closing,
                                 GError **error)
{
    AUTO(pipe) pipe = g_new0(struct pipe, 1);
    pipe->variables = g_ptr_array_new_with_free_func(g_free);
    pipe->commands = g_ptr_array_new_with_free_func(command_node_free);

    if (++parser->depth > EXPR_DEPTH_MAX) {
        FAIL(parser, error, "max expression depth exceeded");
        return NULL;
    }
    parse_variables(parser, pipe);
    for (;;) {
        if (!parse_command(parser, pipe, purpose, closing, error))
            return NULL;
        if (peek(parser) != '|')
            break;
        parser->offset++;
    }
    if (closing != '\0' && peek(parser) != closing) {
        FAIL(parser, error, "unclosed left paren");
        return NULL;
    }
    if (closing != '\0')
        parser->offset++;
    parser->depth--;
    for (guint i = 0; i < pipe->variables->len; i++)
        g_ptr_array_add(parser->scopes, g_strdup(g_ptr_array_index(pipe->variables, i)));
    return g_steal_pointer(&pipe);
}
