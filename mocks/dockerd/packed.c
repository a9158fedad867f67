/* Keeps packed layers as work that machines have in common, by the digest of their files. */
#include "mocks/dockerd/packed.h"

#include "mocks/common_work.h"

/* Smaller ones are packed sooner than found. */
enum {
    KEPT_BYTES_MIN = 64 * 1024
};

static void drop(void *layer)
{
    packed_layer_clear(layer);
    g_free(layer);
}

static struct packed_layer copy_of(const struct packed_layer *layer)
{
    struct packed_layer copy = *layer;
    copy.bytes = g_bytes_ref(layer->bytes);
    copy.digest = g_strdup(layer->digest);
    copy.diff_id = g_strdup(layer->diff_id);
    return copy;
}

/* The digest of files says nothing of what they stand for. */
static char *name_of(const struct build_files *files)
{
    g_autofree char *digest = build_files_digest(files);
    return g_strdup_printf("layer %s %" G_GINT64_FORMAT, digest, build_files_bytes(files));
}

static void keep(struct world *world, const char *name, const struct packed_layer *layer)
{
    struct packed_layer *kept = g_new0(struct packed_layer, 1);
    *kept = copy_of(layer);
    if (!common_work_put(world_common_work(world), name, kept, g_bytes_get_size(kept->bytes), drop))
        drop(kept);
}

void packed_layer_get(struct world *world, const struct build_files *files,
                      struct packed_layer *layer)
{
    if (build_files_bytes(files) < KEPT_BYTES_MIN) {
        build_files_pack(files, layer);
        return;
    }
    g_autofree char *name = name_of(files);
    const struct packed_layer *known = common_work_find(world_common_work(world), name);
    if (known != NULL) {
        *layer = copy_of(known);
        return;
    }
    build_files_pack(files, layer);
    keep(world, name, layer);
}
