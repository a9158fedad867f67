/* POST /images/load: a tar as `docker save` and BuildKit's docker and oci exporters write it. Every
   error is the last object of a 200 stream (moby api/server/router/image postImagesLoad). */
#include "mocks/dockerd/image_archive.h"
#include "mocks/dockerd/job.h"

#include "base/digest.h"
#include "base/limits.h"
#include "loop/fiber.h"
#include "mocks/dockerd/manifest.h"

#include <string.h>

/* The tar is unpacked and its layers are applied; assumed, as fast as a good disk. */
enum {
    LOADED_BYTES_PER_US = 500
};

struct load_request {
    struct dockerd *dockerd;
    GBytes *tar;
    bool is_quiet;
    char *platform; /* the one that is wanted: "linux/arm64"; NULL: all */
};

static bool is_first(const struct load_request *load)
{
    return load->dockerd->personality->kind == PULLER_DOCKER_20_10;
}

/* ---- what is told ---- */

static void say(struct outlet *outlet, const char *text)
{
    job_tell(outlet, json_pack("{s:s}", "stream", text));
}

static void tell_loaded(struct outlet *outlet, const char *const *tags)
{
    for (gsize i = 0; tags[i] != NULL; i++) {
        g_autofree char *familiar = image_familiar_name(tags[i], NULL);
        g_autofree char *text =
            g_strdup_printf("Loaded image: %s\n", familiar != NULL ? familiar : tags[i]);
        say(outlet, text);
    }
}

static void tell_ids(struct outlet *outlet, const GPtrArray *ids)
{
    for (guint i = 0; i < ids->len; i++) {
        g_autofree char *text =
            g_strdup_printf("Loaded image ID: %s\n", (const char *)ids->pdata[i]);
        say(outlet, text);
    }
}

static void tell_renamed(const struct load_request *load, struct outlet *outlet,
                         const char *const *tags, const char *id)
{
    for (gsize i = 0; tags[i] != NULL; i++) {
        g_autofree char *familiar = image_familiar_name(tags[i], NULL);
        const struct image *old =
            familiar != NULL ? image_store_find(&load->dockerd->images, familiar) : NULL;
        if (old == NULL || g_str_equal(old->id, id))
            continue;
        g_autofree char *text = g_strdup_printf(
            "The image %s already exists, renaming the old one with ID %s to empty string\n",
            familiar, old->id);
        say(outlet, text);
    }
}

static void tell_layer(struct outlet *outlet, const struct layer *layer)
{
    g_autofree char *id = g_strndup(layer->diff_id + strlen("sha256:"), 12);
    const struct pull_progress progress = {"Loading layer", id, layer->unpacked_bytes,
                                           layer->unpacked_bytes};
    job_tell_progress(outlet, &progress);
}

/* ---- the classic store ---- */

/* What the machine has of an image already, it keeps: layers are known by all below them. */
static void adopt_layers(const struct load_request *load, struct outlet *outlet, GPtrArray *layers)
{
    g_autofree char *chain = NULL;
    for (guint i = 0; i < layers->len; i++) {
        struct layer *layer = g_ptr_array_index(layers, i);
        g_autofree char *below = g_steal_pointer(&chain);
        chain = layer_chain_id(below, layer->diff_id);
        const struct stored_layer *known = image_store_find_chain(&load->dockerd->images, chain);
        if (known == NULL) {
            if (!load->is_quiet)
                tell_layer(outlet, layer);
            continue;
        }
        g_free(layer->digest);
        layer->digest = g_strdup(known->digest);
    }
}

/* Go's and runc's words for a disk that is full at this file; other errors pass as they are. */
static bool fail_full(const struct load_request *load, GError *reason, const char *path,
                      GError **error)
{
    g_autoptr(GError) owned = reason;
    if (owned->domain != DISK_ERROR) {
        g_propagate_error(error, g_steal_pointer(&owned));
        return false;
    }
    return engine_fail(error, 500, "%swrite /%s: %s",
                       is_first(load) ? "Error processing tar file(exit status 1): " : "", path,
                       owned->message);
}

/* The whole tar lies below the folder for temporary files while its layers are applied. */
static bool unpack(const struct load_request *load, const GPtrArray *images, int64_t *bytes,
                   GError **error)
{
    GError *reason = NULL;
    const char *path = "manifest.json";
    *bytes = 0;
    for (guint i = 0; i < images->len; i++) {
        const struct archived_image *image = g_ptr_array_index(images, i);
        *bytes += image->bytes;
        if (image->first_path != NULL)
            path = image->first_path;
    }
    g_autofree char *folder =
        g_strdup_printf("%s/tmp/docker-import", dockerd_data_root(load->dockerd));
    if (!dockerd_take_disk(load->dockerd, DISK_TEMPORARY, folder, *bytes, &reason)) {
        *bytes = 0;
        return fail_full(load, reason, path, error);
    }
    return fiber_sleep(load->dockerd->loop, *bytes / LOADED_BYTES_PER_US, error);
}

static bool keep_image(const struct load_request *load, struct outlet *outlet,
                       const struct archived_image *image, GPtrArray *ids, GError **error)
{
    const char *const *tags = (const char *const *)image->tags;
    g_autofree char *config_digest = digest_of_bytes(image->config);
    g_autofree char *id = NULL;
    GError *reason = NULL;
    adopt_layers(load, outlet, image->layers);
    tell_renamed(load, outlet, tags, config_digest);
    if (!dockerd_store_image(load->dockerd, tags, image->config, image->layers, &id, &reason))
        return fail_full(load, reason, "layer", error);
    dockerd_note(load->dockerd, "image", "load", id, NULL);
    tell_loaded(outlet, tags);
    if (tags[0] == NULL)
        g_ptr_array_add(ids, g_steal_pointer(&id));
    return true;
}

/* tarexport.Load() passes over images of other platforms without a word. */
static bool is_wanted(const struct load_request *load, GBytes *config)
{
    g_autofree char *platform = load->platform != NULL ? image_config_platform(config) : NULL;
    return load->platform == NULL || g_strcmp0(platform, load->platform) == 0;
}

static bool keep_images(const struct load_request *load, struct outlet *outlet,
                        const GPtrArray *images, GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < images->len; i++) {
        const struct archived_image *image = g_ptr_array_index(images, i);
        if (is_wanted(load, image->config) && !keep_image(load, outlet, image, ids, error))
            return false;
    }
    tell_ids(outlet, ids);
    return true;
}

static bool load_classic(const struct load_request *load, struct outlet *outlet,
                         const struct archive_files *files, GError **error)
{
    int64_t bytes = 0;
    g_autoptr(GPtrArray) images = archived_images_read(files, error);
    if (images == NULL)
        return false;
    bool is_done = unpack(load, images, &bytes, error) && keep_images(load, outlet, images, error);
    dockerd_give_disk(load->dockerd, DISK_TEMPORARY, bytes);
    return is_done;
}

/* ---- the containerd store ---- */

static bool keep_top(const struct load_request *load, const struct archived_top *top, char **id,
                     GError **error)
{
    const struct pulled_image *first = g_ptr_array_index(top->platforms, 0);
    const char *const *tags = (const char *const *)top->tags;
    GError *reason = NULL;
    bool is_kept =
        first->manifest == NULL
            ? dockerd_store_image(load->dockerd, tags, first->config, first->layers, id, &reason)
            : dockerd_store_index(load->dockerd, tags, top->platforms, id, &reason);
    if (is_kept)
        return true;
    if (reason->domain == DISK_ERROR)
        return engine_fail(error, 500, "failed to extract layer: %s", reason->message);
    g_propagate_error(error, reason);
    return false;
}

static int64_t top_bytes(const struct archived_top *top)
{
    int64_t bytes = 0;
    for (guint i = 0; i < top->platforms->len; i++) {
        const struct pulled_image *image = g_ptr_array_index(top->platforms, i);
        for (guint j = 0; j < image->layers->len; j++)
            bytes += ((const struct layer *)image->layers->pdata[j])->declared_bytes;
    }
    return bytes;
}

/* Leaves the wanted platform of an image; false: it has none of it. */
static bool choose_platform(const struct load_request *load, const struct archived_top *top)
{
    for (guint i = top->platforms->len; load->platform != NULL && i > 0; i--) {
        const struct pulled_image *image = g_ptr_array_index(top->platforms, i - 1);
        if (g_strcmp0(image->platform, load->platform) != 0)
            g_ptr_array_remove_index(top->platforms, i - 1);
    }
    return top->platforms->len > 0;
}

/* verifyImagesProvidePlatform(): it comes when all are imported. */
static bool choose_platforms(const struct load_request *load, const GPtrArray *tops, GError **error)
{
    g_autoptr(GString) without = g_string_new(NULL);
    guint count = 0;
    for (guint i = 0; i < tops->len; i++) {
        const struct archived_top *top = g_ptr_array_index(tops, i);
        if (choose_platform(load, top))
            continue;
        g_autofree char *name =
            top->tags[0] != NULL ? image_familiar_name(top->tags[0], NULL) : NULL;
        g_string_append_printf(without, "%s%s", count > 0 ? ", " : "", name != NULL ? name : "");
        count++;
    }
    if (count == 0)
        return true;
    return engine_fail(error, 404,
                       count == 1 ? "image %s was loaded, but doesn't provide the requested "
                                    "platform (%s)"
                                  : "images [%s] were loaded, but don't provide the requested "
                                    "platform (%s)",
                       without->str, load->platform);
}

static bool load_containerd(const struct load_request *load, struct outlet *outlet,
                            const struct archive_files *files, GError **error)
{
    g_autoptr(GPtrArray) tops = archived_tops_read(files, error);
    if (tops == NULL || !choose_platforms(load, tops, error))
        return false;
    for (guint i = 0; i < tops->len; i++) {
        const struct archived_top *top = g_ptr_array_index(tops, i);
        g_autofree char *id = NULL;
        g_autoptr(GPtrArray) ids = g_ptr_array_new();
        if (!fiber_sleep(load->dockerd->loop, top_bytes(top) / LOADED_BYTES_PER_US, error) ||
            !keep_top(load, top, &id, error))
            return false;
        dockerd_note(load->dockerd, "image", "load", id, NULL);
        tell_loaded(outlet, (const char *const *)top->tags);
        if (top->tags[0] == NULL)
            g_ptr_array_add(ids, id);
        tell_ids(outlet, ids);
    }
    return true;
}

/* ---- the job ---- */

static bool fail_unpack(const struct load_request *load, GError *reason, GError **error)
{
    if (is_first(load))
        g_prefix_error(&reason, "Error processing tar file(exit status 1): ");
    g_propagate_error(error, reason);
    return false;
}

static bool load_archive(const struct load_request *load, struct outlet *outlet, GError **error)
{
    struct archive_files files = {0};
    GError *reason = NULL;
    bool is_done = archive_files_read(&files, load->tar, &reason)
                       ? (load->dockerd->images.has_containerd_layout
                              ? load_containerd(load, outlet, &files, error)
                              : load_classic(load, outlet, &files, error))
                       : fail_unpack(load, reason, error);
    archive_files_clear(&files);
    return is_done;
}

static bool load_job(void *context, struct outlet *outlet, GError **error)
{
    const struct load_request *load = context;
    GError *reason = NULL;
    if (load_archive(load, outlet, &reason))
        return true;
    if (reason->domain == ENGINE_ERROR) {
        job_tell(outlet, json_pack("{s:{s:s}, s:s}", "errorDetail", "message", reason->message,
                                   "error", reason->message));
        g_error_free(reason);
        return true;
    }
    g_propagate_error(error, reason);
    return false;
}

/* API 1.48: ?platform={"os":…,"architecture":…}; Engines before it do not look at it. g_free. */
static char *wanted_platform(const struct request *request)
{
    const char *text = exchange_query_value(request->exchange, "platform");
    g_autoptr(json_t) platform = text != NULL ? json_parse_bytes(text, strlen(text), NULL) : NULL;
    const char *variant = json_get_string(platform, "variant", "");
    if (platform == NULL)
        return NULL;
    return g_strconcat(json_get_string(platform, "os", "linux"), "/",
                       json_get_string(platform, "architecture", ""), *variant != '\0' ? "/" : "",
                       variant, NULL);
}

HANDLER(images_load)
{
    const char *quiet = exchange_query_value(request->exchange, "quiet");
    struct load_request load = {.dockerd = request->dockerd,
                                .is_quiet = quiet == NULL || api_query_flag(request, "quiet"),
                                .platform = wanted_platform(request)};
    bool is_done =
        exchange_read_all(request->exchange, IMAGE_ARCHIVE_BYTES_MAX, &load.tar, error) &&
        job_run(request, load_job, &load, error);
    g_clear_pointer(&load.tar, g_bytes_unref);
    g_free(load.platform);
    return is_done;
}
