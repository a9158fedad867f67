/* The Engine's own BuildKit: its bases may be local images, its results are images of the Engine.
 */
#include "mocks/buildkit/media.h"

#include "base/digest.h"
#include "mocks/dockerd/image_store.h"
#include "mocks/dockerd/manifest.h"

#include <string.h>

/* ---- local images ---- */

static void layer_free(void *pointer)
{
    struct layer *layer = pointer;
    g_free(layer->digest);
    g_free(layer->diff_id);
    g_clear_pointer(&layer->bytes, g_bytes_unref);
    g_free(layer);
}

static struct layer *layer_of(struct stored_layer *stored)
{
    struct layer *layer = g_new0(struct layer, 1);
    layer->bytes = g_bytes_ref(stored_layer_bytes(stored));
    layer->digest = g_strdup(stored->digest);
    layer->diff_id = g_strdup(stored->diff_id);
    layer->declared_bytes = stored->declared_bytes;
    layer->unpacked_bytes = stored->unpacked_bytes;
    return layer;
}

/* Only of the wanted platform: another one is asked of the registry (moby builder-next, prefer
   local). */
bool base_find_local(struct base *base)
{
    struct buildkitd *daemon = base->build->daemon;
    g_autofree char *name = reference_familiar(base->reference);
    GBytes *config = NULL;
    GPtrArray *layers = NULL;
    const char *mode = build_command_option(base->build->command, "image-resolve-mode");
    if (!daemon->is_engine || g_strcmp0(mode, "pull") == 0 ||
        !dockerd_image_content(daemon->dockerd, name, base->platform, &config, &layers))
        return false;
    g_autofree char *platform = image_config_platform(config);
    if (g_strcmp0(platform, base->platform) != 0)
        return false;
    struct pulled_image *image = g_new0(struct pulled_image, 1);
    image->reference = reference_copy(base->reference);
    image->config = g_bytes_ref(config);
    image->config_digest = digest_of_bytes(config);
    image->top_digest = g_strdup(image->config_digest);
    image->manifest_digest = g_strdup(image->config_digest);
    image->platform = g_strdup(base->platform);
    image->layers = g_ptr_array_new_with_free_func(layer_free);
    for (guint i = 0; i < layers->len; i++)
        g_ptr_array_add(image->layers, layer_of(g_ptr_array_index(layers, i)));
    base->image = image;
    base->is_local = true;
    return true;
}

bool base_fetch_local(struct base *base, GError **error)
{
    for (guint i = 0; i < base->image->layers->len; i++) {
        const struct layer *layer = g_ptr_array_index(base->image->layers, i);
        if (!store_put_blob(base->build->daemon, layer->digest, layer->bytes, error))
            return false;
    }
    return true;
}

/* ---- results ---- */

static GPtrArray *layers_of(const struct target *target, GError **error)
{
    const struct stage_state *state =
        g_ptr_array_index(target->states, (guint)target->plan->target->index);
    struct buildkitd *daemon = target->build->daemon;
    g_autoptr(GPtrArray) layers = g_ptr_array_new_with_free_func(layer_free);
    for (guint i = 0; i < state->layers->len; i++) {
        const struct stored *stored = g_ptr_array_index(state->layers, i);
        GBytes *bytes = store_find_blob(daemon, stored->digest);
        if (bytes == NULL) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "content %s: not found", stored->digest);
            return NULL;
        }
        struct layer *layer = g_new0(struct layer, 1);
        layer->digest = g_strdup(stored->digest);
        layer->diff_id = g_strdup(stored->diff_id);
        layer->declared_bytes = stored->declared_bytes;
        layer->unpacked_bytes = stored->unpacked_bytes;
        layer->bytes = g_bytes_ref(bytes);
        g_ptr_array_add(layers, layer);
        dockerd_build_cache_share(daemon->dockerd, stored->digest);
    }
    return g_steal_pointer(&layers);
}

static struct pulled_image *image_of(const struct target *target, GBytes *index, const char *name,
                                     GError **error)
{
    AUTO(pulled_image) image = g_new0(struct pulled_image, 1);
    image->layers = layers_of(target, error);
    if (image->layers == NULL)
        return NULL;
    image->reference = reference_parse(name, /* default_tag= */ true, error);
    if (image->reference == NULL)
        return NULL;
    image->platform = g_strdup(target->platform);
    image->manifest = g_bytes_ref(target->manifest);
    image->manifest_digest = g_strdup(target->manifest_digest);
    image->config = g_bytes_ref(target->config);
    image->config_digest = g_strdup(target->config_digest);
    image->index = g_bytes_ref(index);
    image->top_digest = digest_of_bytes(index);
    return g_steal_pointer(&image);
}

static bool keep_index(struct build *build, char *const *names, GBytes *index, char **image_id,
                       GError **error)
{
    g_autoptr(GPtrArray) images = g_ptr_array_new_with_free_func((GDestroyNotify)pulled_image_free);
    if (names[0] == NULL) { /* nobody could find it: it stays content of the cache */
        *image_id = digest_of_bytes(index);
        return true;
    }
    for (guint i = 0; i < build->targets->len; i++) {
        struct pulled_image *image =
            image_of(g_ptr_array_index(build->targets, i), index, names[0], error);
        if (image == NULL)
            return false;
        g_ptr_array_add(images, image);
    }
    return dockerd_store_index(build->daemon->dockerd, (const char *const *)names, images, image_id,
                               error);
}

bool engine_keep_images(struct build *build, char *const *names, GBytes *index, char **image_id,
                        GError **error)
{
    const struct target *target = g_ptr_array_index(build->targets, 0);
    if (index != NULL)
        return keep_index(build, names, index, image_id, error);
    g_autoptr(GPtrArray) layers = layers_of(target, error);
    return layers != NULL && dockerd_store_image(build->daemon->dockerd, (const char *const *)names,
                                                 target->config, layers, image_id, error);
}
