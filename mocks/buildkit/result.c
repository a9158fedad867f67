/* Results that other builds of the same client stand on: bake's `target:` contexts. The real client
   hands them over as inputs of the gateway (buildx build/build.go waitContextDeps); here the daemon
   keeps them under the name that both builds give. */
#include "mocks/buildkit/build.h"

#include "base/digest.h"
#include "base/limits.h"

#include <string.h>

struct daemon_result {
    GPtrArray *images; /* struct kept_image */
};

static void image_free(void *pointer)
{
    struct kept_image *image = pointer;
    g_free(image->platform);
    g_free(image->digest);
    g_bytes_unref(image->config);
    g_ptr_array_unref(image->layers);
    build_files_free(image->files);
    g_free(image);
}

void daemon_result_free(void *pointer)
{
    struct daemon_result *result = pointer;
    g_ptr_array_unref(result->images);
    g_free(result);
}

const struct kept_image *daemon_result_image(const struct buildkitd *daemon, const char *reference,
                                             const char *platform)
{
    const struct daemon_result *result = g_hash_table_lookup(daemon->kept, reference);
    if (result == NULL)
        return NULL;
    if (result->images->len == 1)
        return g_ptr_array_index(result->images, 0);
    for (guint i = 0; i < result->images->len; i++) {
        const struct kept_image *image = g_ptr_array_index(result->images, i);
        if (strcmp(image->platform, platform) == 0)
            return image;
    }
    return NULL;
}

/* ---- keeping ---- */

static char *digest_of_image(const struct stage_state *state, GBytes *config)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(config, &length_bytes);
    AUTO(hasher) hasher = hasher_new(DIGEST_SHA256);
    hasher_update(hasher, state->key, strlen(state->key) + 1);
    hasher_update(hasher, bytes, length_bytes);
    return hasher_digest(hasher);
}

static struct kept_image *image_of(const struct target *target, GError **error)
{
    const struct stage_state *state =
        g_ptr_array_index(target->states, (guint)target->plan->target->index);
    GBytes *config = target_make_config(target, error);
    if (config == NULL)
        return NULL;
    struct kept_image *image = g_new0(struct kept_image, 1);
    image->platform = g_strdup(target->platform);
    image->digest = digest_of_image(state, config);
    image->config = config;
    image->layers = g_ptr_array_new_with_free_func(stored_free);
    for (guint i = 0; i < state->layers->len; i++)
        g_ptr_array_add(image->layers, stored_copy(g_ptr_array_index(state->layers, i)));
    image->files = build_files_new();
    build_files_put_all(image->files, state->files);
    return image;
}

static bool has_room(const struct build *build, GError **error)
{
    if (g_hash_table_size(build->daemon->kept) < BUILD_RESULTS_MAX)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "more than %d results that other builds use",
                BUILD_RESULTS_MAX);
    return false;
}

static bool keep(struct build *build, const char *reference, GError **error)
{
    if (!has_room(build, error))
        return false;
    struct daemon_result *result = g_new0(struct daemon_result, 1);
    result->images = g_ptr_array_new_with_free_func(image_free);
    g_hash_table_insert(build->daemon->kept, g_strdup(reference), result);
    for (guint i = 0; i < build->targets->len; i++) {
        struct kept_image *image = image_of(g_ptr_array_index(build->targets, i), error);
        if (image == NULL)
            return false;
        g_ptr_array_add(result->images, image);
    }
    return true;
}

bool build_keep(struct build *build)
{
    const char *reference = build_command_option(build->command, "keep-result");
    GError *cause = NULL;
    return reference == NULL || keep(build, reference, &cause) ||
           build_fail(build, NULL, NULL, cause);
}

/* ---- standing on it ---- */

static void layer_free(void *pointer)
{
    struct layer *layer = pointer;
    g_free(layer->digest);
    g_free(layer->diff_id);
    g_free(layer);
}

static struct layer *layer_of(const struct stored *stored)
{
    struct layer *layer = g_new0(struct layer, 1);
    layer->digest = g_strdup(stored->digest);
    layer->diff_id = g_strdup(stored->diff_id);
    layer->declared_bytes = stored->declared_bytes;
    layer->unpacked_bytes = stored->unpacked_bytes;
    return layer;
}

void base_take_kept(struct base *base, const struct kept_image *kept)
{
    struct pulled_image *image = g_new0(struct pulled_image, 1);
    image->reference = reference_copy(base->reference);
    image->config = g_bytes_ref(kept->config);
    image->config_digest = digest_of_bytes(kept->config);
    image->top_digest = g_strdup(kept->digest);
    image->manifest_digest = g_strdup(kept->digest);
    image->platform = g_strdup(kept->platform);
    image->layers = g_ptr_array_new_with_free_func(layer_free);
    for (guint i = 0; i < kept->layers->len; i++)
        g_ptr_array_add(image->layers, layer_of(g_ptr_array_index(kept->layers, i)));
    base->image = image;
    base->config = json_parse_gbytes(kept->config, NULL);
    base->kept = kept;
    base->state = BASE_FETCHED;
}
