/* From events to the tree: anchors, tags, duplicate keys, ceilings. */
#include "base/limits.h"
#include "doc/doc_private.h"
#include "doc/event.h"

#include <string.h>

struct parser {
    struct doc *doc;
    struct event_reader *events;
    GHashTable *anchors; /* name -> struct node; NULL while the anchor's own value is being read */
    GPtrArray *open;     /* collections that are being read, outermost first */
    gsize node_count;
    bool is_ignoring_case;
    bool is_judging_keys;
    bool has_resets;
    GError **error;
};

static bool fail(struct parser *parser, enum base_error code, struct position position,
                 const char *format, ...) G_GNUC_PRINTF(4, 5);

static bool fail(struct parser *parser, enum base_error code, struct position position,
                 const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    error_set_at(parser->error, code, position, "%s", message);
    return false;
}

/* An unclosed bracket is reported where libfyaml gave up, lines later; say where it opened. */
static char *open_bracket_hint(const struct parser *parser)
{
    for (guint i = parser->open->len; i > 0; i--) {
        const struct node *node = g_ptr_array_index(parser->open, i - 1);
        if (node->style == NODE_FLOW)
            return g_strdup_printf("; the '%c' of line %d, column %d is still open",
                                   node->kind == NODE_SEQUENCE ? '[' : '{', node->position.line,
                                   node->position.column);
    }
    return g_strdup("");
}

static bool next(struct parser *parser, struct event *event)
{
    struct position position;
    if (event_reader_next(parser->events, event))
        return true;
    g_autofree char *hint = open_bracket_hint(parser);
    const char *fault = event_reader_fault(parser->events, &position);
    return fail(parser, BASE_ERROR_INVALID, position, "%s%s", fault, hint);
}

/* Counts what is about to be added; node_count and height are those of a whole alias. */
static bool check_ceilings(struct parser *parser, struct position position, gsize node_count,
                           gsize height)
{
    parser->node_count += node_count;
    if (parser->node_count > DOC_NODES_MAX)
        return fail(parser, BASE_ERROR_LIMIT, position,
                    "more than %d values, with aliases expanded", DOC_NODES_MAX);
    if (parser->open->len + height > DOC_DEPTH_MAX)
        return fail(parser, BASE_ERROR_LIMIT, position, "nested deeper than %d", DOC_DEPTH_MAX);
    return true;
}

struct tag {
    const char *name;
    enum node_kind kinds[2]; /* what a value with this tag may resolve to */
};

static const struct tag tags[] = {
    {"!!null", {NODE_NULL, NODE_NULL}},        {"!!bool", {NODE_BOOLEAN, NODE_BOOLEAN}},
    {"!!int", {NODE_INTEGER, NODE_INTEGER}},   {"!!float", {NODE_FLOAT, NODE_INTEGER}},
    {"!!str", {NODE_STRING, NODE_STRING}},     {"!", {NODE_STRING, NODE_STRING}},
    {"!!seq", {NODE_SEQUENCE, NODE_SEQUENCE}}, {"!!map", {NODE_MAPPING, NODE_MAPPING}},
};

/* "!reset" of anything; false: it is none of these tags. */
static bool mark_node(const struct parser *parser, const char *name, struct node *node)
{
    static const char *const marks[] = {TAG_RESET, TAG_OVERRIDE};
    for (gsize i = 0; parser->has_resets && i < G_N_ELEMENTS(marks); i++)
        if (strcmp(marks[i], name) == 0)
            node->tag = marks[i];
    return node->tag != NULL;
}

static bool apply_tag(struct parser *parser, const char *name, struct node *node)
{
    if (mark_node(parser, name, node))
        return true;
    for (gsize i = 0; i < G_N_ELEMENTS(tags); i++) {
        if (strcmp(tags[i].name, name) != 0)
            continue;
        if (tags[i].kinds[0] == NODE_STRING && node->text != NULL)
            node->kind = NODE_STRING;
        if (node->kind == tags[i].kinds[0] || node->kind == tags[i].kinds[1])
            return true;
        return fail(parser, BASE_ERROR_INVALID, node->position, "is %s, which is no %s",
                    node_kind_text(node), name);
    }
    return fail(parser, BASE_ERROR_INVALID, node->position, "tag '%s' is not known here", name);
}

static void remember_anchor(struct parser *parser, const char *name, struct node *node)
{
    if (name != NULL)
        g_hash_table_replace(parser->anchors, g_strdup(name), node);
}

static struct node *read_scalar(struct parser *parser, struct event *event)
{
    struct node *node = doc_add_node(parser->doc, NODE_STRING, event->position);
    node->style = event->style;
    node->text = event->text != NULL ? g_steal_pointer(&event->text) : g_strdup("");
    if (strlen(node->text) != event->text_bytes) {
        fail(parser, BASE_ERROR_INVALID, node->position, "a NUL character cannot be here");
        return NULL;
    }
    if (!g_utf8_validate(node->text, -1, NULL)) {
        fail(parser, BASE_ERROR_INVALID, node->position, "is no valid text");
        return NULL;
    }
    if (event->style == NODE_PLAIN)
        scalar_resolve(node);
    if (event->tag != NULL && !apply_tag(parser, event->tag, node))
        return NULL;
    remember_anchor(parser, event->anchor, node);
    return node;
}

static struct node *read_alias(struct parser *parser, const struct event *event)
{
    gpointer node = NULL;
    if (!g_hash_table_lookup_extended(parser->anchors, event->text, NULL, &node)) {
        fail(parser, BASE_ERROR_INVALID, event->position,
             "no anchor '&%s' stands before this alias", event->text);
        return NULL;
    }
    if (node == NULL) {
        fail(parser, BASE_ERROR_INVALID, event->position,
             "alias '*%s' stands inside its own anchor", event->text);
        return NULL;
    }
    const struct node *target = node;
    return check_ceilings(parser, event->position, target->node_count, target->height) ? node
                                                                                       : NULL;
}

static struct node *read_value(struct parser *parser, struct event *event);

static void adopt(struct node *parent, const struct node *child)
{
    parent->node_count += child->node_count;
    parent->height = MAX(parent->height, child->height + 1);
}

/* libfyaml 0.7.12 reads the lines after a block scalar of blank lines alone into it. */
static bool check_block(struct parser *parser, const struct event *event, int parent_column)
{
    if (event->kind != EVENT_SCALAR || event->style != NODE_BLOCK ||
        event->block_indent >= (gsize)parent_column)
        return true;
    return fail(parser, BASE_ERROR_INVALID, event->position,
                "a block of blank lines alone cannot stand before other lines; write ''");
}

static bool read_items(struct parser *parser, struct node *sequence)
{
    EVENT(event);
    while (next(parser, &event)) {
        if (event.kind == EVENT_END_OF_SEQUENCE)
            return true;
        if (event.position.line == 0)
            event.position = event_reader_place(parser->events);
        if (!check_block(parser, &event, sequence->position.column))
            return false;
        const struct node *item = read_value(parser, &event);
        if (item == NULL)
            return false;
        g_ptr_array_add(sequence->items, (gpointer)item);
        adopt(sequence, item);
    }
    return false;
}

static bool read_key(struct parser *parser, struct event *event, struct node_entry *entry)
{
    if (event->position.line == 0)
        event->position = event_reader_place(parser->events);
    entry->key_position = event->position;
    if (event->kind != EVENT_SCALAR || event->text == NULL)
        return fail(parser, BASE_ERROR_INVALID, event->position, "a key must be a plain text");
    const struct node *key = read_scalar(parser, event);
    if (key == NULL)
        return false;
    if (parser->is_judging_keys && key->style == NODE_PLAIN && strcmp(key->text, "<<") == 0)
        return fail(parser, BASE_ERROR_INVALID, key->position,
                    "merge keys ('<<') are not supported; repeat the keys, or use an alias for the "
                    "whole value");
    entry->key = g_strdup(key->text);
    return true;
}

/* A hash table, because comparing each key with each takes seconds for 10,000 of them. */
static bool check_unique(struct parser *parser, GHashTable *seen, const struct node *mapping,
                         const struct node_entry *entry)
{
    char *word = parser->is_ignoring_case ? g_utf8_casefold(entry->key, -1) : g_strdup(entry->key);
    gpointer first_index = NULL;
    bool is_known = g_hash_table_lookup_extended(seen, word, NULL, &first_index);

    if (!is_known) {
        g_hash_table_insert(seen, word, GUINT_TO_POINTER(mapping->entries->len));
        return true;
    }
    g_free(word);
    const struct node_entry *first = node_entry(mapping, GPOINTER_TO_UINT(first_index));
    return fail(parser, BASE_ERROR_INVALID, entry->key_position,
                "key '%s' is already there, in line %d, column %d", entry->key,
                first->key_position.line, first->key_position.column);
}

/* Adds the entry before its value is known, so that it is freed with the mapping in any case. */
static bool read_entry(struct parser *parser, struct node *mapping, GHashTable *seen,
                       struct event *event)
{
    struct node_entry entry = {0};
    if (!read_key(parser, event, &entry))
        return false;
    bool is_unique = !parser->is_judging_keys || check_unique(parser, seen, mapping, &entry);
    g_array_append_val(mapping->entries, entry);
    if (!is_unique || !next(parser, event))
        return false;
    if (event->position.line == 0)
        event->position = entry.key_position;
    if (!check_block(parser, event, entry.key_position.column))
        return false;
    const struct node *value = read_value(parser, event);
    if (value == NULL)
        return false;
    g_array_index(mapping->entries, struct node_entry, mapping->entries->len - 1).value = value;
    adopt(mapping, value);
    return true;
}

static bool read_entries(struct parser *parser, struct node *mapping)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    EVENT(event);
    while (next(parser, &event)) {
        if (event.kind == EVENT_END_OF_MAPPING)
            return true;
        if (!read_entry(parser, mapping, seen, &event))
            return false;
    }
    return false;
}

static struct node *read_collection(struct parser *parser, const struct event *event)
{
    bool is_sequence = event->kind == EVENT_SEQUENCE;
    struct node *node =
        doc_add_node(parser->doc, is_sequence ? NODE_SEQUENCE : NODE_MAPPING, event->position);
    node->style = event->style;
    if (event->tag != NULL && !apply_tag(parser, event->tag, node))
        return NULL;
    remember_anchor(parser, event->anchor, NULL);
    g_ptr_array_add(parser->open, node);
    if (is_sequence ? !read_items(parser, node) : !read_entries(parser, node))
        return NULL;
    g_ptr_array_set_size(parser->open, (gint)parser->open->len - 1);
    remember_anchor(parser, event->anchor, node);
    return node;
}

static struct node *read_value(struct parser *parser, struct event *event)
{
    if (event->kind == EVENT_ALIAS)
        return read_alias(parser, event);
    if (!check_ceilings(parser, event->position, 1, 1))
        return NULL;
    if (event->kind == EVENT_SCALAR)
        return read_scalar(parser, event);
    g_assert(event->kind == EVENT_SEQUENCE || event->kind == EVENT_MAPPING);
    return read_collection(parser, event);
}

static bool fail_empty(struct parser *parser)
{
    struct position position = {.source = parser->doc->source};
    return fail(parser, BASE_ERROR_INVALID, position, "the file is empty");
}

static bool read_document(struct parser *parser)
{
    EVENT(event);
    if (!next(parser, &event))
        return false;
    if (event.kind == EVENT_END_OF_STREAM)
        return fail_empty(parser);
    if (!next(parser, &event)) /* the value after the document's start */
        return false;
    if (event.kind == EVENT_SCALAR && event.text == NULL)
        return fail_empty(parser);
    if (event.kind == EVENT_SCALAR && event.style == NODE_BLOCK) /* libfyaml 0.7.12 reads one byte
                                                                    too far in some of these */
        return fail(parser, BASE_ERROR_INVALID, event.position,
                    "a file cannot be one block of text");
    parser->doc->root = read_value(parser, &event);
    if (parser->doc->root == NULL || !next(parser, &event) || !next(parser, &event))
        return false;
    if (event.kind == EVENT_END_OF_STREAM)
        return true;
    if (event.position.line == 0 && !next(parser, &event)) /* begins without `---` */
        return false;
    return fail(parser, BASE_ERROR_INVALID, event.position,
                "a second document begins here; a file holds one");
}

bool doc_parse(struct doc *doc, enum doc_flags flags, GError **error)
{
    AUTO(event_reader) events = event_reader_new(doc->source);
    g_autoptr(GHashTable) anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) open = g_ptr_array_new();
    struct parser parser = {
        .doc = doc,
        .events = events,
        .anchors = anchors,
        .open = open,
        .is_ignoring_case = (flags & DOC_KEYS_IGNORE_CASE) != 0,
        .is_judging_keys = (flags & DOC_KEYS_ARE_FREE) == 0,
        .has_resets = (flags & DOC_HAS_RESETS) != 0,
        .error = error,
    };
    return read_document(&parser);
}
