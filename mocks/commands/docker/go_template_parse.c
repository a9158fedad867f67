/* From a template's text to its tree. */
#include "mocks/commands/docker/go_template_parser.h"

#include "base/limits.h"

#include <string.h>

static void template_node_free(gpointer data)
{
    struct template_node *node = data;
    g_free(node->text);
    template_pipe_free(node->pipe);
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
    template_skip_blanks(parser);
    if (strncmp(parser->text + parser->offset, keyword, length) != 0 ||
        parser->offset + length > parser->end ||
        template_is_word(parser->text[parser->offset + length]))
        return false;
    parser->offset += length;
    return true;
}

static bool parse_list(struct parser *parser, GPtrArray *nodes, bool is_inside, char **ended_by,
                       GError **error);

/* "if …" and its kin with their bodies; the action's pipeline is still to be read. */
static bool parse_control(struct parser *parser, struct template_node *node, gsize end,
                          GError **error)
{
    g_autofree char *ended_by = NULL;
    guint variable_count = parser->scopes->len;

    static const char *const purposes[] = {
        [NODE_IF] = "if", [NODE_RANGE] = "range", [NODE_WITH] = "with"};
    node->pipe = template_parse_pipe(parser, purposes[node->kind], '\0', error);
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
    node->pipe = template_parse_pipe(parser, "command", '\0', error);
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
        template_skip_blanks(parser);
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
