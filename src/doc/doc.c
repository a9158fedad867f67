/* Documents: loading, checking the bytes before libfyaml sees them, owning the nodes. */
#include "doc/doc.h"

#include "base/limits.h"
#include "doc/doc_private.h"

#include <string.h>

static void node_free(void *argument)
{
    struct node *node = argument;
    g_free(node->text);
    g_clear_pointer(&node->items, g_ptr_array_unref);
    g_clear_pointer(&node->entries, g_array_unref);
    g_free(node);
}

static void entry_clear(void *argument)
{
    struct node_entry *entry = argument;
    g_free(entry->key);
}

struct node *doc_add_node(struct doc *doc, enum node_kind kind, struct position position)
{
    struct node *node = g_new0(struct node, 1);
    node->kind = kind;
    node->position = position;
    node->node_count = 1;
    node->height = 1;
    if (kind == NODE_SEQUENCE)
        node->items = g_ptr_array_new();
    if (kind == NODE_MAPPING) {
        node->entries = g_array_new(FALSE, FALSE, sizeof(struct node_entry));
        g_array_set_clear_func(node->entries, entry_clear);
    }
    g_ptr_array_add(doc->nodes, node);
    return node;
}

/* libfyaml loops for ever on some invalid bytes, drops others, and ends silently at a NUL. */
bool doc_check_text(struct source *source, GError **error)
{
    struct position position = {source, 1, 1};
    const char *end = source->text + source->length_bytes;
    const char *bad = end;
    bool is_valid = g_utf8_validate_len(source->text, source->length_bytes, &bad);

    if (is_valid)
        return true;
    for (const char *at = source->text; at < bad; at = g_utf8_next_char(at)) {
        position.line += *at == '\n';
        position.column = *at == '\n' ? 1 : position.column + 1;
    }
    if (*bad == '\0')
        error_set_at(error, BASE_ERROR_INVALID, position, "a NUL character cannot be here");
    else
        error_set_at(error, BASE_ERROR_INVALID, position, "byte 0x%02x is no UTF-8",
                     (unsigned char)*bad);
    return false;
}

/* libfyaml takes a trailing comma and other liberties even in JSON. */
static bool check_json(struct source *source, GError **error)
{
    json_error_t reason;
    if (!g_str_has_suffix(source->name, ".json"))
        return true;
    g_autoptr(json_t) value =
        json_loadb(source->text, source->length_bytes, JSON_DECODE_ANY, &reason);
    if (value != NULL)
        return true;
    struct position position = {source, reason.line, MAX(reason.column, 1)};
    error_set_at(error, BASE_ERROR_INVALID, position, "%s", reason.text);
    return false;
}

static struct doc *load(struct source *source, enum doc_flags flags, GError **error)
{
    AUTO(doc) doc = g_new0(struct doc, 1);
    doc->source = source_ref(source);
    doc->nodes = g_ptr_array_new_with_free_func(node_free);
    if (!doc_check_text(source, error) || !check_json(source, error) ||
        !doc_parse(doc, flags, error))
        return NULL;
    return g_steal_pointer(&doc);
}

struct doc *doc_load_file(const char *path, enum doc_flags flags, GError **error)
{
    AUTO(source) source = source_read(path, DOC_BYTES_MAX, error);
    return source != NULL ? load(source, flags, error) : NULL;
}

struct doc *doc_load_text(const char *name, const char *text, gsize length_bytes,
                          enum doc_flags flags, GError **error)
{
    if (length_bytes > DOC_BYTES_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                    "%s: has %" G_GSIZE_FORMAT " bytes, at most %d are read", name, length_bytes,
                    DOC_BYTES_MAX);
        return NULL;
    }
    AUTO(source) source = source_new(name, text, length_bytes);
    return load(source, flags, error);
}

void doc_free(struct doc *doc)
{
    if (doc == NULL)
        return;
    g_ptr_array_unref(doc->nodes);
    source_unref(doc->source);
    g_free(doc);
}

const struct node *doc_root(const struct doc *doc)
{
    return doc->root;
}

struct source *doc_source(const struct doc *doc)
{
    return doc->source;
}
