/* Reads files that are lists of records. */
#include "doc/list_file.h"

/* Without the mapping round it, so that both forms are read by one table. */
static bool read_items(struct list_file *file, const struct node *list,
                       const struct record_type *item, GError **error)
{
    file->records = g_ptr_array_new();
    for (gsize i = 0; i < node_length(list); i++) {
        void *record = g_malloc0(item->size);
        if (!record_read(item, node_item(list, i), record, error)) {
            g_free(record);
            return false;
        }
        g_ptr_array_add(file->records, record);
    }
    return true;
}

static bool read_root(struct list_file *file, const struct node *root,
                      const struct record_type *type, GError **error)
{
    if (root->kind == NODE_MAPPING)
        return record_read(type, root, file, error);
    if (root->kind == NODE_SEQUENCE)
        return read_items(file, root, type->fields[0].type, error);
    node_error(error, root, "the file is %s, expected a list or a mapping with '%s'",
               node_kind_text(root), type->fields[0].name);
    return false;
}

bool list_file_load(struct list_file *file, const char *path, const struct record_type *type,
                    GError **error)
{
    *file = (struct list_file){0};
    if (path == NULL) {
        file->records = g_ptr_array_new();
        return true;
    }
    AUTO(doc) doc = doc_load_file(path, DOC_DEFAULT, error);
    bool is_read = doc != NULL && read_root(file, doc_root(doc), type, error);
    if (is_read)
        file->doc = g_steal_pointer(&doc);
    else
        list_file_clear(file, type);
    return is_read;
}

void list_file_clear(struct list_file *file, const struct record_type *type)
{
    struct doc *doc = file->doc;
    record_clear(type, file);
    doc_free(doc);
}
