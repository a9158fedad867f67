/* Images and containers that are on a machine before its first job. */
#include "harness/left_behind.h"

#include "base/units.h"

#include <string.h>

#define IMAGE_BYTES (250 * MIB_BYTES)

/* One of them, in the order in which they come onto the disk. */
struct item {
    char *container; /* NULL: an image alone */
    char *image;     /* NULL: dangling */
    int64_t bytes;
    const struct node *node;
};

static void item_clear(void *data)
{
    struct item *item = data;
    g_free(item->container);
    g_free(item->image);
}

/* Of a list, its member; of a lone text, that. */
static const struct node *node_of(const struct setting_machine *machine, const char *key,
                                  gsize index)
{
    const struct node *list = node_get(machine->node, key);
    return list->kind == NODE_SEQUENCE ? node_item(list, index) : list;
}

static GArray *items_of(const struct setting_machine *machine)
{
    GArray *items = g_array_new(FALSE, FALSE, sizeof(struct item));
    g_array_set_clear_func(items, item_clear);
    for (gsize i = 0; machine->preload[i] != NULL; i++) {
        const struct item item = {.image = g_strdup(machine->preload[i]),
                                  .bytes = IMAGE_BYTES,
                                  .node = node_of(machine, "preload", i)};
        g_array_append_val(items, item);
    }
    if (machine->dangling_bytes > 0) {
        const struct item item = {.bytes = machine->dangling_bytes,
                                  .node = node_of(machine, "dangling", 0)};
        g_array_append_val(items, item);
    }
    for (gsize i = 0; machine->containers[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(machine->containers[i], " ", 2);
        const struct item item = {.container = g_strdup(words[0]),
                                  .image = g_strdup(words[1]),
                                  .bytes = IMAGE_BYTES,
                                  .node = node_of(machine, "containers", i)};
        g_array_append_val(items, item);
    }
    return items;
}

/* Lets the error stand at the item. */
static bool misfit(const struct item *item, int64_t free_bytes, GError **error)
{
    g_autofree char *bytes = size_text(item->bytes);
    g_autofree char *left = size_text(free_bytes);
    node_error(error, item->node, "%s of %s does not fit the machine's disk, of which %s are free",
               item->image != NULL ? item->image : "a dangling image", bytes, left);
    return false;
}

static bool check_use(const struct setting_machine *machine, int64_t disk_bytes, int64_t used_bytes,
                      GError **error)
{
    if (used_bytes <= disk_bytes)
        return true;
    const char *key = machine->disk_used_bytes > 0 ? "disk_used" : "disk";
    g_autofree char *used = size_text(used_bytes);
    g_autofree char *size = size_text(disk_bytes);
    node_error(error, node_of(machine, key, 0),
               "the machine's disk has %s, less than the %s that are used of it at the start", size,
               used);
    return false;
}

/* An image that is there already costs nothing. */
static bool check_items(const GArray *items, int64_t free_bytes, GError **error)
{
    g_autoptr(GHashTable) images = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < items->len; i++) {
        const struct item *item = &g_array_index(items, struct item, i);
        if (item->image != NULL && !g_hash_table_add(images, item->image))
            continue;
        if (item->bytes > free_bytes)
            return misfit(item, free_bytes, error);
        free_bytes -= item->bytes;
    }
    return true;
}

bool left_behind_check(const struct setting_machine *machine, const struct machine_profile *profile,
                       GError **error)
{
    int64_t disk_bytes = machine->disk_bytes > 0 ? machine->disk_bytes : profile->disk_bytes;
    int64_t used_bytes =
        machine->disk_used_bytes > 0 ? machine->disk_used_bytes : profile->disk_used_bytes;
    if (machine->node == NULL)
        return true; /* nothing was said */
    g_autoptr(GArray) items = items_of(machine);
    return check_use(machine, disk_bytes, used_bytes, error) &&
           check_items(items, disk_bytes - used_bytes, error);
}

static bool put(struct dockerd *dockerd, const struct item *item, const char *platform,
                GError **error)
{
    AUTO(local_image_facts)
    present = item->image != NULL ? dockerd_find_image(dockerd, item->image) : NULL;
    if (present == NULL &&
        !dockerd_preload_if_fits(dockerd, item->image, platform, item->bytes, error))
        return false;
    if (item->container != NULL)
        dockerd_leave_container(dockerd, item->container, item->image);
    return true;
}

bool left_behind_put(const struct setting_machine *machine, struct dockerd *dockerd,
                     const char *platform, GError **error)
{
    if (machine->node == NULL)
        return true;
    g_autoptr(GArray) items = items_of(machine);
    for (guint i = 0; i < items->len; i++) {
        const struct item *item = &g_array_index(items, struct item, i);
        g_autoptr(GError) full = NULL;
        if (put(dockerd, item, platform, &full))
            continue;
        node_error(error, item->node, "%s cannot be put on the machine: %s",
                   item->image != NULL ? item->image : "a dangling image", full->message);
        return false;
    }
    return true;
}
