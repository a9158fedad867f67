/* What stands in brackets: tuples, objects, for expressions, arguments of calls. */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

/* After an opening bracket: its inside may span lines. */
bool parser_open(struct parser *parser)
{
    parser->brackets++;
    return parser_skip(parser);
}

bool parser_close(struct parser *parser, const char *bracket, gsize start, const char *what)
{
    if (!parser_skip(parser))
        return false;
    if (!parser_takes(parser, bracket))
        return parser_refuse(parser, parser->at, parser->at + 1, what,
                             "Expected a closing %s for what begins at byte %zu.", bracket,
                             (size_t)start) != NULL;
    parser->brackets--;
    return true;
}

static void take_items(struct parser *parser, struct term *term, GPtrArray *items)
{
    term->count = items->len;
    term->items = bake_take(parser->bake->arena, items->len * sizeof *term->items);
    if (items->len > 0)
        memcpy(term->items, items->pdata, items->len * sizeof *term->items);
    term->end = parser->at;
}

static bool is_for(struct parser *parser)
{
    gsize at = parser->at;
    const char *word = parser_identifier(parser);
    bool is = word != NULL && strcmp(word, "for") == 0;
    if (!is)
        parser->at = at;
    return is;
}

/* After `for`: k, v in x : value if condition */
static struct term *parse_for(struct parser *parser, gsize start, bool is_object)
{
    struct term *term = parser_term(parser, TERM_FOR, start);
    if (!parser_skip(parser) || (term->value_name = parser_identifier(parser)) == NULL ||
        !parser_skip(parser))
        return parser_refuse(parser, parser->at, parser->at + 1, "Invalid 'for' expression",
                             "For expression requires variable name after 'for'.");
    if (parser_takes(parser, ",")) {
        term->name = term->value_name;
        if (!parser_skip(parser) || (term->value_name = parser_identifier(parser)) == NULL ||
            !parser_skip(parser))
            return parser_refuse(parser, parser->at, parser->at + 1, "Invalid 'for' expression",
                                 "For expression requires value variable name after comma.");
    }
    const char *word = parser_identifier(parser);
    if (word == NULL || strcmp(word, "in") != 0)
        return parser_refuse(
            parser, parser->at, parser->at + 1, "Invalid 'for' expression",
            "For expression requires the 'in' keyword after its name declarations.");
    term->left = parse_expression(parser);
    if (term->left == NULL || !parser_skip(parser))
        return NULL;
    if (!parser_takes(parser, ":"))
        return parser_refuse(parser, parser->at, parser->at + 1, "Invalid 'for' expression",
                             "For expression requires a colon after the collection expression.");
    term->right = parse_expression(parser);
    if (term->right == NULL || !parser_skip(parser))
        return NULL;
    if (parser_takes(parser, "=>")) {
        if (!is_object)
            return parser_refuse(parser, parser->at - 2, parser->at, "Invalid 'for' expression",
                                 "Key expression is not valid when building a tuple.");
        term->items = bake_take(parser->bake->arena, sizeof *term->items);
        term->items[0] = term->right;
        term->count = 1;
        term->right = parse_expression(parser);
        if (term->right == NULL || !parser_skip(parser))
            return NULL;
        term->is_flagged = parser_takes(parser, "...");
    } else if (is_object) {
        return parser_refuse(parser, parser->at, parser->at + 1, "Invalid 'for' expression",
                             "Key expression is required when building an object.");
    }
    gsize at = parser->at;
    word = parser_skip(parser) ? parser_identifier(parser) : NULL;
    if (word != NULL && strcmp(word, "if") == 0)
        term->third = parse_expression(parser);
    else
        parser->at = at;
    return parser->bake->error != NULL ? NULL : term;
}

struct term *parse_tuple(struct parser *parser)
{
    gsize start = parser->at++;
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    if (!parser_open(parser))
        return NULL;
    if (is_for(parser)) {
        struct term *term = parse_for(parser, start, false);
        if (term == NULL || !parser_close(parser, "]", start, "Invalid 'for' expression"))
            return NULL;
        term->end = parser->at;
        return term;
    }
    while (!parser_is(parser, "]")) {
        struct term *item = parse_expression(parser);
        if (item == NULL || !parser_skip(parser))
            return NULL;
        g_ptr_array_add(items, item);
        if (!parser_takes(parser, ",")) {
            if (!parser_is(parser, "]"))
                return parser_refuse(parser, parser->at, parser->at + 1, "Missing item separator",
                                     "Expected a comma to mark the beginning of the next item.");
            break;
        }
        if (!parser_skip(parser))
            return NULL;
    }
    if (!parser_close(parser, "]", start, "Unterminated tuple constructor expression"))
        return NULL;
    struct term *term = parser_term(parser, TERM_TUPLE, start);
    take_items(parser, term, items);
    return term;
}

/* A bare word before = or : is its own text. */
static struct term *parse_key(struct parser *parser)
{
    struct term *expression = parse_expression(parser);
    if (expression == NULL || expression->kind != TERM_VARIABLE)
        return expression;
    struct term *key = parser_term(parser, TERM_KEY, expression->start);
    key->name = expression->name;
    key->left = expression;
    key->end = expression->end;
    return key;
}

static bool parse_object_items(struct parser *parser, gsize start, GPtrArray *items)
{
    while (parser_skip_lines(parser) && !parser_is(parser, "}")) {
        struct term *key = parse_key(parser);
        if (key == NULL || !parser_skip_lines(parser))
            return false;
        if (!parser_takes(parser, "=") && !parser_takes(parser, ":"))
            return parser_refuse(parser, parser->at, parser->at + 1, "Missing attribute value",
                                 "Expected an attribute value, introduced by an equals sign "
                                 "(\"=\").") != NULL;
        int brackets = parser->brackets;
        parser->brackets = 0;
        struct term *value = parse_expression(parser);
        if (value == NULL || !parser_skip(parser))
            return false;
        parser->brackets = brackets;
        g_ptr_array_add(items, key);
        g_ptr_array_add(items, value);
        bool is_separated =
            parser_takes(parser, ",") || parser_is(parser, "\n") || parser_is(parser, "\r\n");
        if (!is_separated && !parser_is(parser, "}"))
            return parser_refuse(parser, parser->at, parser->at + 1, "Missing attribute separator",
                                 "Expected a newline or comma to mark the beginning of the next "
                                 "attribute.") != NULL;
    }
    if (parser->bake->error != NULL)
        return false;
    (void)start;
    return true;
}

struct term *parse_object(struct parser *parser)
{
    gsize start = parser->at++;
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    if (!parser_open(parser))
        return NULL;
    struct term *term = NULL;
    if (is_for(parser)) {
        term = parse_for(parser, start, true);
        if (term == NULL)
            return NULL;
    } else if (!parse_object_items(parser, start, items)) {
        return NULL;
    }
    if (!parser_close(parser, "}", start, "Unterminated object constructor expression"))
        return NULL;
    if (term == NULL) {
        term = parser_term(parser, TERM_OBJECT, start);
        take_items(parser, term, items);
    }
    term->end = parser->at;
    return term;
}

struct term *parse_call(struct parser *parser, const char *name, gsize start)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    parser->at++;
    bool is_expanded = false;
    if (!parser_open(parser))
        return NULL;
    while (!parser_is(parser, ")")) {
        struct term *item = parse_expression(parser);
        if (item == NULL || !parser_skip(parser))
            return NULL;
        g_ptr_array_add(items, item);
        is_expanded = parser_takes(parser, "...");
        if (!parser_skip(parser))
            return NULL;
        if (is_expanded || !parser_takes(parser, ","))
            break;
        if (!parser_skip(parser))
            return NULL;
    }
    if (!parser_is(parser, ")"))
        return parser_refuse(
            parser, parser->at, parser->at + 1, "Missing argument separator",
            "A comma is required to separate each function argument from the next.");
    if (!parser_close(parser, ")", start, "Unterminated function call"))
        return NULL;
    struct term *term = parser_term(parser, TERM_CALL, start);
    term->name = name;
    term->is_flagged = is_expanded;
    take_items(parser, term, items);
    return term;
}
