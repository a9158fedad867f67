/* How big images are, alone and together. */
#include "mocks/dockerd/image_store.h"

static int64_t sum_layers(const struct image *image, unsigned references_min)
{
    int64_t bytes = 0;
    for (guint i = 0; i < image->variants->len; i++) {
        const struct image_variant *variant = g_ptr_array_index(image->variants, i);
        for (guint j = 0; j < variant->layers->len; j++) {
            const struct stored_layer *layer = g_ptr_array_index(variant->layers, j);
            if (layer->reference_count >= references_min)
                bytes += layer->unpacked_bytes;
        }
    }
    return bytes;
}

int64_t image_size_bytes(const struct image *image)
{
    return sum_layers(image, 1);
}

int64_t image_shared_bytes(const struct image *image)
{
    return sum_layers(image, 2);
}

int64_t image_store_layer_bytes(const struct image_store *store)
{
    int64_t bytes = 0;
    for (guint i = 0; i < store->layers->len; i++)
        bytes += ((const struct stored_layer *)g_ptr_array_index(store->layers, i))->unpacked_bytes;
    return bytes;
}

int64_t image_store_disk_bytes(const struct image_store *store, const struct stored_layer *layer)
{
    return layer->unpacked_bytes + (store->has_containerd_layout ? layer->declared_bytes : 0);
}
