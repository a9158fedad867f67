/* Values by name, up to a size. */
#include "mocks/common_work.h"

struct common_work {
    GHashTable *items; /* looked up, never iterated */
    gsize taken_bytes, bytes_max;
};

struct item {
    void *value;
    GDestroyNotify drop;
};

static void item_free(gpointer pointer)
{
    struct item *item = pointer;
    item->drop(item->value);
    g_free(item);
}

struct common_work *common_work_new(gsize bytes_max)
{
    struct common_work *work = g_new0(struct common_work, 1);
    work->items = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, item_free);
    work->bytes_max = bytes_max;
    return work;
}

void common_work_free(struct common_work *work)
{
    if (work == NULL)
        return;
    g_hash_table_unref(work->items);
    g_free(work);
}

const void *common_work_find(const struct common_work *work, const char *name)
{
    const struct item *item = g_hash_table_lookup(work->items, name);
    return item != NULL ? item->value : NULL;
}

bool common_work_put(struct common_work *work, const char *name, void *value, gsize length_bytes,
                     GDestroyNotify drop)
{
    if (length_bytes > work->bytes_max - work->taken_bytes || common_work_find(work, name) != NULL)
        return false;
    struct item *item = g_new0(struct item, 1);
    *item = (struct item){value, drop};
    g_hash_table_insert(work->items, g_strdup(name), item);
    work->taken_bytes += length_bytes;
    return true;
}
