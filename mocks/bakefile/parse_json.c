/* HCL's JSON syntax: every text is a template, objects become blocks where the schema has them. */
#include "mocks/bakefile/bakefile_private.h"

#include <stdlib.h>
#include <string.h>

static struct term *parse_value(struct parser *parser);

static void skip_spaces(struct parser *parser)
{
    while (parser->at < parser->end && strchr(" \t\r\n", parser->source->text[parser->at]) != NULL)
        parser->at++;
}

static void *wrong(struct parser *parser, const char *summary, const char *detail)
{
    return parser_refuse(parser, parser->at, parser->at + 1, summary, "%s", detail);
}

/* The content of a string; JSON's rules are jansson's. */
static const char *parse_text(struct parser *parser)
{
    gsize start = parser->at++;
    while (parser->at < parser->end && parser->source->text[parser->at] != '"')
        parser->at += parser->source->text[parser->at] == '\\' ? 2 : 1;
    if (parser->at >= parser->end) {
        parser->at = start;
        return wrong(parser, "Unclosed string", "A string must end with a quote.");
    }
    parser->at++;
    json_t *json =
        json_loadb(parser->source->text + start, parser->at - start, JSON_DECODE_ANY, NULL);
    if (json == NULL) {
        parser->at = start;
        return wrong(parser, "Invalid JSON string", "The string is not valid.");
    }
    const char *text =
        bake_take_text(parser->bake->arena, json_string_value(json), json_string_length(json));
    json_decref(json);
    return text;
}

static struct term *parse_string(struct parser *parser, const char **raw)
{
    gsize start = parser->at;
    const char *text = parse_text(parser);
    if (text == NULL)
        return NULL;
    if (raw != NULL)
        *raw = text;
    return parse_json_template(parser, text, start, parser->at);
}

static struct term *collection(struct parser *parser, enum term_kind kind, gsize start,
                               GPtrArray *items)
{
    struct term *term = parser_term(parser, kind, start);
    term->count = items->len;
    term->items = bake_take(parser->bake->arena, items->len * sizeof *term->items);
    for (guint i = 0; i < items->len; i++)
        term->items[i] = items->pdata[i];
    return term;
}

static bool parse_property(struct parser *parser, GPtrArray *items)
{
    if (!parser_is(parser, "\""))
        return wrong(parser, "Invalid JSON", "A property name must be a string.") != NULL;
    const char *raw = NULL;
    struct term *key = parse_string(parser, &raw);
    if (key == NULL)
        return false;
    key->value_name = raw;
    skip_spaces(parser);
    if (!parser_takes(parser, ":"))
        return wrong(parser, "Missing property value colon",
                     "JSON uses a colon between property name and value.") != NULL;
    struct term *value = parse_value(parser);
    g_ptr_array_add(items, key);
    g_ptr_array_add(items, value);
    return value != NULL;
}

static struct term *parse_collection(struct parser *parser, bool is_object)
{
    const char *close = is_object ? "}" : "]";
    gsize start = parser->at++;
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    if (!parser_descend(parser))
        return NULL;
    for (skip_spaces(parser); !parser_takes(parser, close); skip_spaces(parser)) {
        struct term *value = NULL;
        if (is_object ? !parse_property(parser, items) : (value = parse_value(parser)) == NULL)
            return NULL;
        if (!is_object)
            g_ptr_array_add(items, value);
        skip_spaces(parser);
        if (parser_takes(parser, close))
            break;
        if (!parser_takes(parser, ","))
            return wrong(parser,
                         is_object ? "Missing attribute separator" : "Missing item separator",
                         "Elements are separated by commas.");
        skip_spaces(parser);
        if (parser_is(parser, close))
            return wrong(parser, "Trailing comma in JSON",
                         "JSON does not permit a trailing comma.");
    }
    parser->depth--;
    return collection(parser, is_object ? TERM_OBJECT : TERM_TUPLE, start, items);
}

static struct term *parse_scalar(struct parser *parser)
{
    gsize start = parser->at;
    while (parser->at < parser->end && (g_ascii_isalnum(parser->source->text[parser->at]) ||
                                        strchr("+-.", parser->source->text[parser->at]) != NULL))
        parser->at++;
    json_t *json =
        json_loadb(parser->source->text + start, parser->at - start, JSON_DECODE_ANY, NULL);
    struct term *term = parser_term(parser, TERM_LITERAL, start);
    if (json_is_true(json) || json_is_false(json))
        term->literal = value_boolean(parser->bake, json_is_true(json));
    else if (json_is_null(json))
        term->literal = value_null(parser->bake);
    else if (json_is_number(json) && parser->at - start <= 18)
        term->literal = value_number(parser->bake, strtold(parser->source->text + start, NULL));
    else if (json_is_number(json))
        bake_unknown_term(parser->bake, term, "a number of more than 18 characters");
    else
        parser_refuse(parser, start, MAX(parser->at, start + 1), "Invalid JSON value",
                      "A JSON value was expected here.");
    json_decref(json);
    return parser->bake->error == NULL ? term : NULL;
}

static struct term *parse_value(struct parser *parser)
{
    skip_spaces(parser);
    if (parser_is(parser, "{"))
        return parse_collection(parser, true);
    if (parser_is(parser, "["))
        return parse_collection(parser, false);
    if (parser_is(parser, "\""))
        return parse_string(parser, NULL);
    return parse_scalar(parser);
}

/* Which keys of a body are blocks, and with how many labels. */
static int labels_of(const char *parent, const char *key)
{
    static const char *const blocks[] = {"group", "target", "variable", "function"};
    if (parent != NULL)
        return strcmp(parent, "variable") == 0 && strcmp(key, "validation") == 0 ? 0 : -1;
    for (gsize i = 0; i < G_N_ELEMENTS(blocks); i++)
        if (strcmp(key, blocks[i]) == 0)
            return 1;
    return -1;
}

static struct body *body_of(struct bake *bake, const struct term *term, const char *type);

static bool add_blocks(struct bake *bake, struct body *body, const struct term *key,
                       const struct term *value, const char *label, int labels)
{
    if (value->kind == TERM_TUPLE) {
        for (gsize i = 0; i < value->count; i++)
            if (!add_blocks(bake, body, key, value->items[i], label, labels))
                return false;
        return true;
    }
    if (value->kind == TERM_LITERAL && value->literal->kind == VALUE_NULL)
        return true;
    if (value->kind != TERM_OBJECT)
        return bake_fail_term(bake, value, "Incorrect JSON value type",
                              "Either a JSON object or a JSON array is required, representing the "
                              "contents of one or more \"%s\" blocks.",
                              key->value_name) != NULL;
    for (gsize i = 0; labels > 0 && i < value->count; i += 2)
        if (strcmp(value->items[i]->value_name, "//") != 0 &&
            !add_blocks(bake, body, key, value->items[i + 1], value->items[i]->value_name, 0))
            return false;
    if (labels > 0)
        return true;
    struct block *block = bake_take(bake->arena, sizeof *block);
    block->type = key->value_name;
    block->label_count = label == NULL ? 0 : 1;
    block->labels = bake_take(bake->arena, sizeof *block->labels);
    block->labels[0] = label;
    block->source = value->source;
    block->start = block->label_start = key->start;
    block->type_end = block->header_end = block->label_end = key->end;
    block->body = body_of(bake, value, key->value_name);
    g_ptr_array_add(body->blocks, block);
    return block->body != NULL;
}

static bool add_attribute(struct bake *bake, struct body *body, const struct term *key,
                          struct term *value)
{
    if (body->attributes->len >= BAKE_ITEMS_MAX)
        return bake_fail(bake, BAKEFILE_ERROR_LIMIT, "a block of more than %d arguments",
                         BAKE_ITEMS_MAX) != NULL;
    struct attribute *before = body_attribute(body, key->value_name);
    if (before != NULL) {
        g_autofree char *place = bake_range_text(key->source, before->start, before->name_end);
        return bake_fail_term(bake, key, "Duplicate argument",
                              "The argument \"%s\" was already set at %s.", key->value_name,
                              place) != NULL;
    }
    struct attribute *attribute = bake_take(bake->arena, sizeof *attribute);
    attribute->name = key->value_name;
    attribute->term = value;
    attribute->start = key->start;
    attribute->name_end = key->end;
    attribute->end = value->end;
    g_ptr_array_add(body->attributes, attribute);
    return true;
}

static bool fill_body(struct bake *bake, struct body *body, const struct term *term,
                      const char *type)
{
    for (gsize i = 0; i < term->count; i += 2) {
        const struct term *key = term->items[i];
        if (strcmp(key->value_name, "//") == 0)
            continue;
        int labels = labels_of(type, key->value_name);
        if (labels >= 0 ? !add_blocks(bake, body, key, term->items[i + 1], NULL, labels)
                        : !add_attribute(bake, body, key, term->items[i + 1]))
            return false;
    }
    return true;
}

static struct body *body_of(struct bake *bake, const struct term *term, const char *type)
{
    struct body *body = bake_take(bake->arena, sizeof *body);
    body->source = term->source;
    body->end = term->end;
    body->attributes = g_ptr_array_new();
    body->blocks = g_ptr_array_new();
    g_ptr_array_add(bake->bodies, body);
    return fill_body(bake, body, term, type) ? body : NULL;
}

struct body *bake_parse_json(struct bake *bake, const struct bake_text *source)
{
    struct parser parser = {.bake = bake, .source = source, .end = source->length};
    struct term *root = parse_value(&parser);
    skip_spaces(&parser);
    if (root == NULL)
        return NULL;
    if (parser.at < parser.end)
        return wrong(&parser, "Extra characters after JSON value",
                     "A JSON file may hold one value.");
    if (root->kind != TERM_OBJECT)
        return bake_fail_term(
            bake, root, "Root value must be object",
            "The root value in a JSON-based configuration must be a JSON object.");
    return body_of(bake, root, NULL);
}
