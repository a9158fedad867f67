/* From a template's text to its tree. */
#include "mocks/commands/docker/go_template_private.h"

#include "base/limits.h"

#include <string.h>

struct parser {
    struct go_template *template;
    const char *text;
    gsize offset; /* the next byte */
    gsize end;    /* of the action that is being read: the place of "}}" */
    gsize action; /* where the action's first word stands */
    int depth;
    bool is_trimming;  /* the last action ended with "-}}" */
    GPtrArray *scopes; /* char*: variables in force */
};

static void operand_free(gpointer data);
static void template_node_free(gpointer data);

static void pipe_free(struct pipe *pipe)
{
    if (pipe == NULL)
        return;
    g_ptr_array_unref(pipe->variables);
    g_ptr_array_unref(pipe->commands);
    g_free(pipe);
}
CLEANUP(pipe, pipe_free)

static void operand_free(gpointer data)
{
    struct operand *operand = data;
    g_free(operand->text);
    g_ptr_array_unref(operand->chain);
    json_decref(operand->literal);
    pipe_free(operand->pipe);
    g_free(operand);
}

static void command_node_free(gpointer data)
{
    struct command_node *command = data;
    g_ptr_array_unref(command->operands);
    g_free(command);
}

static void template_node_free(gpointer data)
{
    struct template_node *node = data;
    g_free(node->text);
    pipe_free(node->pipe);
    g_clear_pointer(&node->body, g_ptr_array_unref);
    g_clear_pointer(&node->otherwise, g_ptr_array_unref);
    g_free(node);
}

void go_template_free(struct go_template *template)
{
    if (template == NULL)
        return;
    g_free(template->name);
    g_free(template->text);
    g_clear_pointer(&template->nodes, g_ptr_array_unref);
    g_free(template);
}

bool go_template_fail(const struct go_template *template, gsize offset, bool has_column,
                      GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    unsigned line = 1;
    gsize line_start = 0;
    for (gsize i = 0; i < offset && template->text[i] != '\0'; i++)
        if (template->text[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    if (has_column)
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "template: %s:%u:%" G_GSIZE_FORMAT ": %s", template->name, line,
                    offset - line_start, what);
    else
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "template: %s:%u: %s", template->name,
                    line, what);
    return false;
}

#define FAIL(parser, error, ...)                                                                   \
    go_template_fail((parser)->template, (parser)->offset, /* has_column= */ false, error,         \
                     __VA_ARGS__)

/* ---- inside an action ---- */

static void skip_blanks(struct parser *parser)
{
    while (parser->offset < parser->end && g_ascii_isspace(parser->text[parser->offset]))
        parser->offset++;
}

static bool is_word(char byte)
{
    return g_ascii_isalnum(byte) || byte == '_' || (byte & 0x80) != 0;
}

static bool is_at_end(struct parser *parser)
{
    skip_blanks(parser);
    return parser->offset >= parser->end;
}

static char peek(const struct parser *parser)
{
    return parser->offset < parser->end ? parser->text[parser->offset] : '\0';
}

static char *take_word(struct parser *parser)
{
    gsize start = parser->offset;
    while (parser->offset < parser->end && is_word(parser->text[parser->offset]))
        parser->offset++;
    return g_strndup(parser->text + start, parser->offset - start);
}

static struct pipe *parse_pipe(struct parser *parser, const char *purpose, char closing,
                               GError **error);

/* ".A.B" behind a field, a variable or a parenthesis. */
static void take_chain(struct parser *parser, struct operand *operand)
{
    while (peek(parser) == '.' && parser->offset + 1 < parser->end &&
           is_word(parser->text[parser->offset + 1])) {
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
    while (is_word(peek(parser)) || strchr("+-.", peek(parser)) != NULL) {
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
        operand->pipe = parse_pipe(parser, "parenthesized pipeline", ')', error);
        take_chain(parser, operand);
        return operand->pipe != NULL;
    }
    if (is_word(first))
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

    for (skip_blanks(parser); peek(parser) == '$'; skip_blanks(parser)) {
        parser->offset++;
        g_autofree char *word = take_word(parser);
        g_ptr_array_add(pipe->variables, g_strconcat("$", word, NULL));
        skip_blanks(parser);
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

static struct pipe *parse_pipe(struct parser *parser, const char *purpose, char closing,
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

/* ---- text and actions ---- */

/* The place of the "}}" that ends the action at offset, quotes minded; or the text's length, and
   then *quote is one that is open there. */
static gsize find_end(const char *text, gsize offset, char *quote)
{
    for (; text[offset] != '\0'; offset++) {
        char byte = text[offset];
        if (byte == '}' && text[offset + 1] == '}')
            return offset;
        if (byte != '"' && byte != '`')
            continue;
        for (offset++; text[offset] != '\0' && text[offset] != byte; offset++)
            if (byte == '"' && text[offset] == '\\' && text[offset + 1] != '\0')
                offset++;
        if (text[offset] == '\0') {
            *quote = byte;
            break;
        }
    }
    return offset;
}

static void add_text(struct parser *parser, GPtrArray *nodes, gsize end)
{
    g_autofree char *text = g_strndup(parser->text + parser->offset, end - parser->offset);
    const char *start = text;

    if (parser->is_trimming)
        while (g_ascii_isspace(*start))
            start++;
    if (g_str_has_prefix(parser->text + end, "{{-") && g_ascii_isspace(parser->text[end + 3]))
        g_strchomp(text);
    if (start > text + strlen(text) || *start == '\0')
        return;
    struct template_node *node = g_new0(struct template_node, 1);
    node->kind = NODE_TEXT;
    node->text = g_strdup(start);
    g_ptr_array_add(nodes, node);
}

/* Goes into the next action: offset behind "{{", end before "}}". False at the end of the text. */
static bool enter_action(struct parser *parser, GPtrArray *nodes, bool *has_action, GError **error)
{
    const char *open = strstr(parser->text + parser->offset, "{{");
    gsize length = strlen(parser->text);

    *has_action = open != NULL;
    add_text(parser, nodes, open != NULL ? (gsize)(open - parser->text) : length);
    parser->is_trimming = false;
    if (open == NULL) {
        parser->offset = parser->end = length;
        return true;
    }
    parser->offset = (gsize)(open - parser->text) + 2;
    if (parser->text[parser->offset] == '-' && g_ascii_isspace(parser->text[parser->offset + 1]))
        parser->offset++;
    char quote = '\0';
    parser->end = find_end(parser->text, parser->offset, &quote);
    if (parser->text[parser->end] == '\0')
        return FAIL(parser, error, "%s",
                    quote == '\0'  ? "unclosed action"
                    : quote == '"' ? "unterminated quoted string"
                                   : "unterminated raw quoted string");
    return true;
}

static void leave_action(struct parser *parser)
{
    parser->offset = parser->end + 2;
}

/* "-}}": the dash is not part of the action. */
static void note_trimming(struct parser *parser, gsize *end)
{
    *end = parser->end;
    if (parser->end > parser->offset + 1 && parser->text[parser->end - 1] == '-' &&
        g_ascii_isspace(parser->text[parser->end - 2])) {
        parser->is_trimming = true;
        parser->end--;
    }
}

static bool take_keyword(struct parser *parser, const char *keyword)
{
    gsize length = strlen(keyword);
    skip_blanks(parser);
    if (strncmp(parser->text + parser->offset, keyword, length) != 0 ||
        parser->offset + length > parser->end || is_word(parser->text[parser->offset + length]))
        return false;
    parser->offset += length;
    return true;
}

static bool parse_list(struct parser *parser, GPtrArray *nodes, bool is_inside, char **ended_by,
                       GError **error);

/* "if …" and its kin with their bodies; the action's pipeline is still to be read. */
static bool parse_control(struct parser *parser, struct template_node *node, gsize end, GError **error)
{
    g_autofree char *ended_by = NULL;
    guint variable_count = parser->scopes->len;

    static const char *const purposes[] = {
        [NODE_IF] = "if", [NODE_RANGE] = "range", [NODE_WITH] = "with"};
    node->pipe = parse_pipe(parser, purposes[node->kind], '\0', error);
    if (node->pipe == NULL)
        return false;
    parser->end = end;
    leave_action(parser);
    node->body = g_ptr_array_new_with_free_func(template_node_free);
    if (!parse_list(parser, node->body, true, &ended_by, error))
        return false;
    if (g_str_equal(ended_by, "else")) {
        node->otherwise = g_ptr_array_new_with_free_func(template_node_free);
        g_autofree char *last = NULL;
        if (!parse_list(parser, node->otherwise, true, &last, error))
            return false;
    } else if (!g_str_equal(ended_by, "end")) {
        struct template_node *nested = g_new0(struct template_node, 1);
        nested->kind = g_str_equal(ended_by, "else if") ? NODE_IF : NODE_WITH;
        node->otherwise = g_ptr_array_new_with_free_func(template_node_free);
        g_ptr_array_add(node->otherwise, nested);
        note_trimming(parser, &end);
        if (!parse_control(parser, nested, end, error))
            return false;
    }
    g_ptr_array_set_size(parser->scopes, (gint)variable_count);
    return true;
}

static bool parse_action(struct parser *parser, GPtrArray *nodes, gsize end, GError **error)
{
    static const struct {
        const char *word;
        enum template_node_kind kind;
    } controls[] = {{"if", NODE_IF}, {"range", NODE_RANGE}, {"with", NODE_WITH}};
    struct template_node *node = g_new0(struct template_node, 1);

    g_ptr_array_add(nodes, node);
    if (++parser->depth > EXPR_DEPTH_MAX)
        return FAIL(parser, error, "max expression depth exceeded");
    for (gsize i = 0; i < G_N_ELEMENTS(controls); i++)
        if (take_keyword(parser, controls[i].word)) {
            node->kind = controls[i].kind;
            bool is_fine = parse_control(parser, node, end, error);
            parser->depth--;
            return is_fine;
        }
    node->kind = NODE_ACTION;
    node->pipe = parse_pipe(parser, "command", '\0', error);
    if (node->pipe == NULL)
        return false;
    parser->end = end;
    leave_action(parser);
    parser->depth--;
    return true;
}

/* Nodes up to "end" or "else" (is_inside) or the end of the text. ended_by: "end", "else" (then
   behind its action), "else if" or "else with" (then inside it). */
static bool parse_list(struct parser *parser, GPtrArray *nodes, bool is_inside, char **ended_by,
                       GError **error)
{
    for (;;) {
        bool has_action = false;
        gsize end = 0;
        if (!enter_action(parser, nodes, &has_action, error))
            return false;
        if (!has_action)
            return !is_inside || FAIL(parser, error, "unexpected EOF");
        note_trimming(parser, &end);
        bool is_else = take_keyword(parser, "else");
        if (is_else || take_keyword(parser, "end")) {
            if (!is_inside)
                return FAIL(parser, error, "unexpected {{%s}}", is_else ? "else" : "end");
            const char *word = !is_else                       ? "end"
                               : take_keyword(parser, "if")   ? "else if"
                               : take_keyword(parser, "with") ? "else with"
                                                              : "else";
            bool is_more = strchr(word, ' ') != NULL;
            *ended_by = g_strdup(word);
            parser->end = end;
            if (is_more)
                parser->is_trimming = false;
            else
                leave_action(parser);
            return true;
        }
        skip_blanks(parser);
        if (g_str_has_prefix(parser->text + parser->offset, "/*")) {
            parser->end = end;
            leave_action(parser);
        } else if (!parse_action(parser, nodes, end, error)) {
            return false;
        }
    }
}

struct go_template *go_template_parse(const char *name, const char *text, GError **error)
{
    AUTO(go_template) template = g_new0(struct go_template, 1);
    g_autofree char *ended_by = NULL;
    g_autoptr(GPtrArray) scopes = g_ptr_array_new_with_free_func(g_free);

    template->name = g_strdup(name);
    template->text = g_utf8_make_valid(text, -1);
    template->nodes = g_ptr_array_new_with_free_func(template_node_free);
    struct parser parser = {.template = template, .text = template->text, .scopes = scopes};
    if (!parse_list(&parser, template->nodes, /* is_inside= */ false, &ended_by, error))
        return NULL;
    return g_steal_pointer(&template);
}
