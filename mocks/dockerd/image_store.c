/* The images of one Engine: keeping and forgetting them. */
#include "mocks/dockerd/image_store.h"

#include "base/digest.h"
#include "base/json.h"
#include "mocks/dockerd/manifest.h"

#include <string.h>

static void stored_layer_free(gpointer pointer)
{
    struct stored_layer *layer = pointer;
    g_free(layer->digest);
    g_free(layer->diff_id);
    g_free(layer->chain_id);
    g_clear_pointer(&layer->bytes, g_bytes_unref);
    g_free(layer);
}

struct layer *layer_of_stored(const struct stored_layer *stored)
{
    struct layer *layer = g_new0(struct layer, 1);
    layer->digest = g_strdup(stored->digest);
    layer->diff_id = g_strdup(stored->diff_id);
    layer->declared_bytes = stored->declared_bytes;
    layer->unpacked_bytes = stored->unpacked_bytes;
    layer->bytes = stored->bytes != NULL ? g_bytes_ref(stored->bytes) : NULL;
    return layer;
}

static void variant_free(gpointer pointer)
{
    struct image_variant *variant = pointer;
    g_free(variant->platform);
    g_free(variant->manifest_digest);
    g_clear_pointer(&variant->manifest, g_bytes_unref);
    g_free(variant->config_digest);
    g_clear_pointer(&variant->config, g_bytes_unref);
    g_ptr_array_unref(variant->layers);
    g_free(variant);
}

static void image_free(gpointer pointer)
{
    struct image *image = pointer;
    g_free(image->id);
    g_ptr_array_unref(image->tags);
    g_ptr_array_unref(image->digests);
    g_ptr_array_unref(image->variants);
    g_clear_pointer(&image->index, g_bytes_unref);
    g_free(image);
}

void image_store_init(struct image_store *store, bool has_containerd_layout)
{
    store->images = g_ptr_array_new_with_free_func(image_free);
    store->layers = g_ptr_array_new_with_free_func(stored_layer_free);
    store->has_containerd_layout = has_containerd_layout;
}

void image_store_finish(struct image_store *store)
{
    g_ptr_array_unref(store->images);
    g_ptr_array_unref(store->layers);
}

/* ---- finding ---- */

struct image *image_store_find_id(const struct image_store *store, const char *id)
{
    for (guint i = 0; i < store->images->len; i++) {
        struct image *image = g_ptr_array_index(store->images, i);
        if (g_str_equal(image->id, id))
            return image;
    }
    return NULL;
}

struct stored_layer *image_store_find_layer(const struct image_store *store, const char *digest)
{
    for (guint i = 0; i < store->layers->len; i++) {
        struct stored_layer *layer = g_ptr_array_index(store->layers, i);
        if (g_str_equal(layer->digest, digest))
            return layer;
    }
    return NULL;
}

struct stored_layer *image_store_find_chain(const struct image_store *store, const char *chain_id)
{
    for (guint i = 0; i < store->layers->len; i++) {
        struct stored_layer *layer = g_ptr_array_index(store->layers, i);
        if (g_strcmp0(layer->chain_id, chain_id) == 0)
            return layer;
    }
    return NULL;
}

struct image_variant *image_variant_for(const struct image *image, const char *platform)
{
    for (guint i = 0; i < image->variants->len; i++) {
        struct image_variant *variant = g_ptr_array_index(image->variants, i);
        if (g_str_equal(variant->platform, platform))
            return variant;
    }
    return NULL;
}

static int64_t drop_layer(struct image_store *store, struct stored_layer *layer, GPtrArray *chains)
{
    int64_t freed_bytes = image_store_disk_bytes(store, layer);
    if (chains != NULL && layer->chain_id != NULL)
        g_ptr_array_add(chains, g_strdup(layer->chain_id));
    g_ptr_array_remove(store->layers, layer);
    return freed_bytes;
}

static int64_t release_layers(struct image_store *store, struct image_variant *variant,
                              GPtrArray *chains)
{
    int64_t freed_bytes = 0;
    for (guint i = variant->layers->len; i > 0; i--) {
        struct stored_layer *layer = g_ptr_array_index(variant->layers, i - 1);
        if (--layer->reference_count == 0 && store->pull_count == 0)
            freed_bytes += drop_layer(store, layer, chains);
    }
    return freed_bytes;
}

/* ---- keeping ---- */

char *image_config_platform(GBytes *config)
{
    g_autoptr(json_t) facts = json_parse_gbytes(config, NULL);
    const char *variant = json_get_string(facts, "variant", "");
    const char *processor = json_get_string(facts, "architecture", "amd64");
    if (g_str_equal(processor, "arm64") && g_str_equal(variant, "v8"))
        variant = "";
    return g_strdup_printf("%s/%s%s%s", json_get_string(facts, "os", "linux"), processor,
                           *variant != '\0' ? "/" : "", variant);
}

struct stored_layer *image_store_add_layer(struct image_store *store, const struct layer *layer)
{
    struct stored_layer *stored = g_new0(struct stored_layer, 1);
    stored->digest = g_strdup(layer->digest);
    stored->diff_id = g_strdup(layer->diff_id);
    stored->declared_bytes = layer->declared_bytes;
    stored->unpacked_bytes = layer->unpacked_bytes;
    stored->bytes = layer->bytes == NULL ? NULL : g_bytes_ref(layer->bytes);
    g_ptr_array_add(store->layers, stored);
    return stored;
}

static struct stored_layer *find_in_chain(const struct image_store *store, const char *digest,
                                          const char *chain)
{
    for (guint i = 0; i < store->layers->len; i++) {
        struct stored_layer *layer = g_ptr_array_index(store->layers, i);
        if (g_str_equal(layer->digest, digest) && g_strcmp0(layer->chain_id, chain) == 0)
            return layer;
    }
    return NULL;
}

/* The one of this chain, the one that a pull has just brought, or whichever has the same bytes. */
static struct stored_layer *obtain_layer(struct image_store *store, const struct layer *layer,
                                         const char *chain)
{
    struct stored_layer *stored = find_in_chain(store, layer->digest, chain);
    if (stored == NULL)
        stored = find_in_chain(store, layer->digest, NULL);
    if (stored == NULL)
        stored = image_store_find_layer(store, layer->digest);
    if (stored == NULL)
        stored = image_store_add_layer(store, layer);
    if (stored->chain_id == NULL)
        stored->chain_id = g_strdup(chain);
    return stored;
}

static struct image_variant *variant_new(struct image_store *store, GBytes *config,
                                         GPtrArray *layers)
{
    struct image_variant *variant = g_new0(struct image_variant, 1);
    g_autofree char *chain = NULL;

    variant->config = g_bytes_ref(config);
    variant->config_digest = digest_of_bytes(config);
    variant->platform = image_config_platform(config);
    variant->layers = g_ptr_array_new();
    for (guint i = 0; i < layers->len; i++) {
        const struct layer *layer = g_ptr_array_index(layers, i);
        g_autofree char *below = g_steal_pointer(&chain);
        chain = layer_chain_id(below, layer->diff_id);
        struct stored_layer *stored = obtain_layer(store, layer, chain);
        stored->reference_count++;
        g_ptr_array_add(variant->layers, stored);
    }
    return variant;
}

static int64_t config_time(GBytes *config, int64_t now_s)
{
    g_autoptr(json_t) facts = json_parse_gbytes(config, NULL);
    const char *created = json_get_string(facts, "created", "");
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(created, NULL);
    return time == NULL ? now_s : g_date_time_to_unix(time);
}

static struct image *image_new(struct image_store *store, const char *id, int64_t created_s)
{
    struct image *image = g_new0(struct image, 1);
    image->id = g_strdup(id);
    image->tags = g_ptr_array_new_with_free_func(g_free);
    image->digests = g_ptr_array_new_with_free_func(g_free);
    image->variants = g_ptr_array_new_with_free_func(variant_free);
    image->created_s = created_s;
    g_ptr_array_add(store->images, image);
    return image;
}

static void keep_manifest(struct image_variant *variant, const struct pulled_image *pulled)
{
    g_free(variant->manifest_digest);
    variant->manifest_digest = g_strdup(pulled->manifest_digest);
    g_clear_pointer(&variant->manifest, g_bytes_unref);
    if (pulled->manifest != NULL)
        variant->manifest = g_bytes_ref(pulled->manifest);
}

struct image *image_store_add_pulled(struct image_store *store, const struct pulled_image *pulled,
                                     int64_t now_s)
{
    const char *id = store->has_containerd_layout ? pulled->top_digest : pulled->config_digest;
    struct image *image = image_store_find_id(store, id);
    if (image == NULL)
        image = image_new(store, id, config_time(pulled->config, now_s));
    struct image_variant *variant = image_variant_for(image, pulled->platform);
    if (variant == NULL) {
        variant = variant_new(store, pulled->config, pulled->layers);
        g_ptr_array_add(image->variants, variant);
    }
    keep_manifest(variant, pulled);
    if (store->has_containerd_layout && image->index == NULL && pulled->index != NULL)
        image->index = g_bytes_ref(pulled->index);
    if (pulled->reference != NULL)
        image_store_name_pulled(store, image, pulled->reference, pulled->top_digest);
    return image;
}

/* The containerd store keeps a manifest of all it has; its image ids are manifest digests. */
static void make_manifest(struct image_variant *variant)
{
    variant->manifest = manifest_make(variant->config, variant->layers, /* is_oci= */ true);
    variant->manifest_digest = digest_of_bytes(variant->manifest);
}

struct image *image_store_add_built(struct image_store *store, GBytes *config, GPtrArray *layers,
                                    int64_t now_s)
{
    struct image_variant *variant = variant_new(store, config, layers);
    if (store->has_containerd_layout)
        make_manifest(variant);
    const char *id =
        store->has_containerd_layout ? variant->manifest_digest : variant->config_digest;
    struct image *image = image_store_find_id(store, id);
    if (image == NULL) {
        image = image_new(store, id, config_time(config, now_s));
        g_ptr_array_add(image->variants, variant);
        return image;
    }
    release_layers(store, variant, NULL);
    variant_free(variant);
    return image;
}

/* ---- forgetting ---- */

int64_t image_store_remove(struct image_store *store, struct image *image, GPtrArray *chains)
{
    int64_t freed_bytes = 0;
    for (guint i = 0; i < image->variants->len; i++)
        freed_bytes += release_layers(store, g_ptr_array_index(image->variants, i), chains);
    g_ptr_array_remove(store->images, image);
    return freed_bytes;
}

int64_t image_store_sweep(struct image_store *store)
{
    int64_t freed_bytes = 0;
    for (guint i = store->layers->len; i > 0; i--) {
        struct stored_layer *layer = g_ptr_array_index(store->layers, i - 1);
        if (layer->reference_count == 0)
            freed_bytes += drop_layer(store, layer, NULL);
    }
    return freed_bytes;
}
