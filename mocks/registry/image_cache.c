/* Virtual images that several registries of one process share: each is generated once. */
#include "mocks/registry/image.h"

#include "base/limits.h"

struct image_cache {
    GHashTable *images; /* key of the recipe -> struct image */
};

static void free_image(void *image)
{
    image_free(image);
}

struct image_cache *image_cache_new(void)
{
    struct image_cache *cache = g_new0(struct image_cache, 1);
    cache->images = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_image);
    return cache;
}

void image_cache_free(struct image_cache *cache)
{
    if (cache == NULL)
        return;
    g_hash_table_unref(cache->images);
    g_free(cache);
}

gsize image_cache_count(const struct image_cache *cache)
{
    return g_hash_table_size(cache->images);
}

/* Real images are large, and only `serve` makes them, once. */
const struct image *image_cache_take(struct image_cache *cache, const struct recipe *recipe,
                                     struct image **owned)
{
    if (cache == NULL || !recipe->is_virtual)
        return *owned = image_generate(recipe);
    g_autofree char *key = recipe_key(recipe);
    struct image *image = g_hash_table_lookup(cache->images, key);
    if (image != NULL)
        return image;
    image = image_generate(recipe);
    if (g_hash_table_size(cache->images) < IMAGE_CACHE_IMAGES_MAX)
        g_hash_table_insert(cache->images, g_steal_pointer(&key), image);
    else
        *owned = image;
    return image;
}
