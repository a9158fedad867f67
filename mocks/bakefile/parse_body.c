/* HCL bodies: attributes and blocks, without judging their names. */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

static bool parse_body(struct parser *parser, struct body *body, bool is_root);
static bool parse_item(struct parser *parser, struct body *body, bool is_root);

struct attribute *body_attribute(const struct body *body, const char *name)
{
    for (guint i = 0; i < body->attributes->len; i++) {
        struct attribute *attribute = body->attributes->pdata[i];
        if (strcmp(attribute->name, name) == 0)
            return attribute;
    }
    return NULL;
}

/* The arrays die with the arena: their bodies are listed as its blocks. */
static struct body *body_new(struct parser *parser)
{
    struct body *body = bake_take(parser->bake->arena, sizeof *body);
    body->source = parser->source;
    body->attributes = g_ptr_array_new();
    body->blocks = g_ptr_array_new();
    g_ptr_array_add(parser->bake->bodies, body);
    return body;
}

static bool parse_line_end(struct parser *parser, const char *summary, const char *detail)
{
    if (!parser_skip(parser))
        return false;
    if (parser->at >= parser->end || parser_takes(parser, "\n"))
        return true;
    gsize start = parser->at;
    if (parser_identifier(parser) == NULL)
        parser->at++;
    return parser_refuse(parser, start, parser->at, summary, "%s", detail) != NULL;
}

static bool parse_attribute(struct parser *parser, struct body *body, const char *name, gsize start,
                            gsize name_end)
{
    if (body->attributes->len >= BAKE_ITEMS_MAX)
        return bake_fail(parser->bake, BAKEFILE_ERROR_LIMIT, "a block of more than %d arguments",
                         BAKE_ITEMS_MAX) != NULL;
    struct attribute *before = body_attribute(body, name);
    if (before != NULL) {
        g_autofree char *place = bake_range_text(body->source, before->start, before->name_end);
        return parser_refuse(parser, start, name_end, "Attribute redefined",
                             "The argument \"%s\" was already set at %s. Each argument may be set "
                             "only once.",
                             name, place) != NULL;
    }
    struct attribute *attribute = bake_take(parser->bake->arena, sizeof *attribute);
    attribute->name = name;
    attribute->start = start;
    attribute->name_end = name_end;
    attribute->term = parse_expression(parser);
    attribute->end = parser->at;
    g_ptr_array_add(body->attributes, attribute);
    return attribute->term != NULL;
}

/* "label" or label. */
static const char *parse_label(struct parser *parser)
{
    if (!parser_is(parser, "\""))
        return parser_identifier(parser);
    struct term *term = parse_quoted(parser);
    if (term == NULL)
        return NULL;
    if (term->kind == TERM_TEMPLATE && term->count == 0)
        return "";
    if (term->kind == TERM_LITERAL)
        return term->literal->text;
    return parser_refuse(parser, term->start, term->end, "Invalid string literal",
                         "Template sequences are not allowed in this string. To include a literal "
                         "\"$\", double it (as \"$$\") to escape it.");
}

static bool parse_labels(struct parser *parser, struct block *block)
{
    g_autoptr(GPtrArray) labels = g_ptr_array_new();
    while (parser_skip(parser) && !parser_is(parser, "{")) {
        gsize start = parser->at;
        const char *label = parse_label(parser);
        if (label == NULL)
            return parser_refuse(
                       parser, parser->at, parser->at + 1, "Invalid block definition",
                       "A block definition must have block content delimited by \"{\" and "
                       "\"}\", starting on the same line as the block header.") != NULL;
        if (labels->len == 0) {
            block->label_start = start;
            block->label_end = parser->at;
        }
        block->header_end = parser->at;
        g_ptr_array_add(labels, (char *)label);
    }
    block->label_count = labels->len;
    block->labels = bake_take(parser->bake->arena, labels->len * sizeof *block->labels);
    for (guint i = 0; i < labels->len; i++)
        block->labels[i] = labels->pdata[i];
    return parser->bake->error == NULL;
}

/* What begins on the line of its brace ends there, with one argument in it. */
static bool check_one_line(struct parser *parser)
{
    static const char summary[] = "Invalid single-argument block definition";
    if (!parser_skip(parser))
        return false;
    gsize at = parser->at;
    if (at >= parser->end || parser_is(parser, "}"))
        return true;
    if (parser_is(parser, "\n"))
        return parser_refuse(parser, at, at + 1, summary,
                             "An argument definition on the same line as its containing block "
                             "creates a single-line block definition, which must also be closed on "
                             "the same line. Place the block's closing brace immediately after the "
                             "argument definition.") != NULL;
    if (parser_is(parser, ","))
        return parser_refuse(parser, at, at + 1, summary,
                             "Single-line block syntax can include only one argument definition. "
                             "To define multiple arguments, use the multi-line block syntax with "
                             "one argument definition per line.") != NULL;
    return parser_refuse(parser, at, at + 1, summary,
                         "A single-line block definition must end with a closing brace immediately "
                         "after its single argument definition.") != NULL;
}

/* A nested block needs lines of its own. */
static bool parse_one_line(struct parser *parser, struct body *body)
{
    gsize start = parser->at;
    const char *name = parser_identifier(parser);
    gsize name_end = parser->at;
    if (name == NULL || !parser_skip(parser) || !parser_is(parser, "=") ||
        parser_is(parser, "==")) {
        parser->at = start;
        return parse_item(parser, body, /* is_root= */ false);
    }
    parser->at++;
    return parse_attribute(parser, body, name, start, name_end) && check_one_line(parser);
}

static bool parse_block_body(struct parser *parser, struct body *body)
{
    if (!parser_skip(parser))
        return false;
    bool is_one_line = parser->at < parser->end && !parser_is(parser, "\n") &&
                       !parser_is(parser, "\r") && !parser_is(parser, "}");
    return is_one_line ? parse_one_line(parser, body) : parse_body(parser, body, false);
}

static bool parse_block(struct parser *parser, struct body *body, const char *type, gsize start)
{
    struct block *block = bake_take(parser->bake->arena, sizeof *block);
    block->type = type;
    block->source = parser->source;
    block->start = start;
    block->type_end = block->header_end = parser->at;
    block->label_start = start;
    block->label_end = parser->at;
    if (!parse_labels(parser, block) || !parser_descend(parser))
        return false;
    gsize open = parser->at++;
    block->open = open;
    block->body = body_new(parser);
    g_ptr_array_add(body->blocks, block);
    if (!parse_block_body(parser, block->body))
        return false;
    if (!parser_takes(parser, "}"))
        return parser_refuse(parser, open, open + 1, "Unclosed configuration block",
                             "There is no closing brace for this block before the end of the file. "
                             "This may be caused by incorrect brace nesting elsewhere in this "
                             "file.") != NULL;
    /* A block of one line begins with its attribute. */
    const struct attribute *first =
        block->body->attributes->len > 0 ? block->body->attributes->pdata[0] : NULL;
    bool is_one_line =
        first != NULL && memchr(parser->source->text + open, '\n', first->start - open) == NULL;
    block->body->end = is_one_line ? first->start : open;
    parser->depth--;
    return true;
}

static bool parse_item(struct parser *parser, struct body *body, bool is_root)
{
    gsize start = parser->at;
    const char *name = parser_identifier(parser);
    if (name == NULL)
        return parser_refuse(parser, start, start + 1, "Argument or block definition required",
                             "An argument or block definition is required here.") != NULL;
    gsize name_end = parser->at;
    if (!parser_skip(parser))
        return false;
    bool is_attribute = parser_is(parser, "=") && !parser_is(parser, "==");
    if (is_attribute)
        parser->at++;
    else if (!parser_is(parser, "\"") && !parser_is(parser, "{") &&
             !g_ascii_isalpha(parser->at < parser->end ? parser->source->text[parser->at] : '\0'))
        return parser_refuse(
                   parser, start, name_end, "Argument or block definition required",
                   "An argument or block definition is required here. To set an argument, "
                   "use the equals sign \"=\" to introduce the argument value.") != NULL;
    if (is_attribute ? !parse_attribute(parser, body, name, start, name_end)
                     : !parse_block(parser, body, name, start))
        return false;
    if (!parser_skip(parser))
        return false;
    if (!is_root && parser_is(parser, "}"))
        return true;
    return is_attribute ? parse_line_end(parser, "Missing newline after argument",
                                         "An argument definition must end with a newline.")
                        : parse_line_end(parser, "Missing newline after block definition",
                                         "A block definition must end with a newline.");
}

static bool parse_body(struct parser *parser, struct body *body, bool is_root)
{
    while (parser_skip_lines(parser) && parser->at < parser->end) {
        if (!is_root && parser_is(parser, "}"))
            return true;
        if (!parse_item(parser, body, is_root))
            return false;
    }
    return parser->bake->error == NULL;
}

struct body *bake_parse_hcl(struct bake *bake, const struct bake_text *source)
{
    struct parser parser = {.bake = bake, .source = source, .end = source->length};
    if (g_str_has_prefix(source->text, "\xEF\xBB\xBF"))
        parser.at = 3;
    struct body *body = body_new(&parser);
    body->end = 0;
    return parse_body(&parser, body, true) ? body : NULL;
}
