/* POST /images/create: pulls, and imports of a tar; and how images get into the store. */
#include "mocks/dockerd/job.h"

#include "base/digest.h"
#include "base/gzip.h"
#include "base/limits.h"
#include "mocks/dockerd/manifest.h"
#include "mocks/puller/content.h"

#include <string.h>

/* ---- pulling ---- */

/* Layers that no image has are left by pulls that failed; none may go while another pull counts on
   them. */
static void end_pull(struct dockerd *dockerd)
{
    if (--dockerd->images.pull_count == 0)
        dockerd_give_disk(dockerd, DISK_IMAGES, image_store_sweep(&dockerd->images));
}

char *dockerd_mismatch_words(const struct dockerd *dockerd, const char *name, const char *actual,
                             const char *wanted)
{
    if (dockerd->personality->has_old_words)
        return g_strdup_printf("image with reference %s was found but does not match the specified "
                               "platform: wanted %s, actual: %s",
                               name, wanted, actual);
    return g_strdup_printf("image with reference %s was found but its platform (%s) does not match "
                           "the specified platform (%s)",
                           name, actual, wanted);
}

/* An image that is no index comes whatever was asked for; 20.10 looks without the tag and finds
   nothing to warn of, the containerd store does not look (capture 38; moby v24.0.9 and v28.0.4,
   daemon/images/image_pull.go). */
static void warn_of_platform(const struct dockerd *dockerd, const struct pulled_image *pulled,
                             const char *wanted, struct outlet *outlet)
{
    bool looks =
        !dockerd->images.has_containerd_layout && dockerd->personality->kind != PULLER_DOCKER_20_10;
    if (!looks || pulled->index != NULL || content_platform_fits(wanted, pulled->platform))
        return;
    bool is_whole = dockerd->personality->has_old_words; /* GetImage() shows what it was given */
    g_autofree char *name =
        is_whole ? reference_text(pulled->reference) : reference_familiar(pulled->reference);
    g_autofree char *words = dockerd_mismatch_words(dockerd, name, pulled->platform, wanted);
    g_autofree char *warning = g_strconcat("WARNING: ", words, NULL);
    job_tell(outlet, json_pack("{s:s}", "status", warning));
}

/* platform: NULL when nobody asks for one. */
static struct puller_wish wish_of(const struct dockerd *dockerd, const struct reference *reference,
                                  const char *platform)
{
    return (struct puller_wish){
        .reference = reference,
        .platform = platform != NULL ? platform : dockerd->options.profile->platform,
        .is_default_platform = platform == NULL,
    };
}

static bool pull(struct dockerd *dockerd, const struct puller_wish *wish,
                 const struct credentials *credentials, puller_progress_fn *progress, void *context,
                 struct pulled_image **pulled, GError **error)
{
    dockerd->images.pull_count++;
    bool is_pulled =
        puller_pull_wish(dockerd->puller, wish, credentials, progress, context, pulled, error);
    if (is_pulled) {
        struct image *image =
            image_store_add_pulled(&dockerd->images, *pulled, dockerd_unix_now(dockerd));
        g_autofree char *name = reference_familiar(wish->reference);
        dockerd_note(dockerd, "image", "pull", name, image->id);
    }
    end_pull(dockerd);
    return is_pulled;
}

static void ignore_progress(void *context, const struct pull_progress *progress)
{
    (void)context;
    (void)progress;
}

bool dockerd_pull(struct dockerd *dockerd, const char *reference_text, const char *platform,
                  const struct credentials *credentials, puller_progress_fn *progress,
                  void *context, GError **error)
{
    AUTO(reference) reference = reference_parse(reference_text, /* default_tag= */ true, error);
    AUTO(pulled_image) pulled = NULL;
    const struct puller_wish wish = wish_of(dockerd, reference, platform);
    return reference != NULL &&
           pull(dockerd, &wish, credentials, progress != NULL ? progress : ignore_progress, context,
                &pulled, error);
}

struct pull_request {
    struct dockerd *dockerd;
    struct reference *reference;
    const char *platform; /* or NULL */
    struct credentials *credentials;
};

static bool pull_job(void *context, struct outlet *outlet, GError **error)
{
    const struct pull_request *request = context;
    struct dockerd *dockerd = request->dockerd;
    AUTO(pulled_image) pulled = NULL;
    const struct puller_wish wish = wish_of(dockerd, request->reference, request->platform);

    if (!pull(dockerd, &wish, request->credentials, job_tell_progress, outlet, &pulled, error))
        return false;
    if (request->platform != NULL)
        warn_of_platform(dockerd, pulled, request->platform, outlet);
    return true;
}

/* fromImage and tag, where the tag may be a digest (capture 09f). */
static struct reference *parse_reference(const char *name, const char *tag, GError **error)
{
    g_autoptr(GError) reason = NULL;
    const char *separator = tag == NULL || *tag == '\0' ? "" : digest_is_valid(tag) ? "@" : ":";
    g_autofree char *text = g_strconcat(name, separator, tag, NULL);
    struct reference *reference = reference_parse(text, /* default_tag= */ true, &reason);
    if (reference == NULL)
        engine_fail(error, 400, "%s", reason->message);
    return reference;
}

/* NULL: none is asked for. */
static const char *platform_asked(struct request *request)
{
    const char *platform = exchange_query_value(request->exchange, "platform");
    return platform != NULL && *platform != '\0' ? platform : NULL;
}

static const char *platform_of(struct request *request)
{
    const char *platform = platform_asked(request);
    return platform != NULL ? platform : request->dockerd->options.profile->platform;
}

static bool create_by_pull(struct request *request, const char *name, GError **error)
{
    AUTO(reference)
    reference = parse_reference(name, exchange_query_value(request->exchange, "tag"), error);
    if (reference == NULL)
        return false;
    g_autofree char *familiar = reference_familiar_name(reference);
    if (g_str_equal(familiar, "scratch")) /* validateRepoName() */
        return engine_fail(error, 403, "'scratch' is a reserved name");
    struct pull_request pull_request = {
        .dockerd = request->dockerd,
        .reference = reference,
        .platform = platform_asked(request),
        .credentials = api_credentials(request),
    };
    bool is_done = job_run(request, pull_job, &pull_request, error);
    api_credentials_free(pull_request.credentials);
    return is_done;
}

/* ---- keeping what was not pulled ---- */

static int64_t new_layer_bytes(const struct dockerd *dockerd, GPtrArray *layers)
{
    const struct image_store *store = &dockerd->images;
    int64_t bytes = 0;
    for (guint i = 0; i < layers->len; i++) {
        const struct layer *layer = g_ptr_array_index(layers, i);
        if (image_store_find_layer(store, layer->digest) == NULL)
            bytes +=
                layer->unpacked_bytes + (store->has_containerd_layout ? layer->declared_bytes : 0);
    }
    return bytes;
}

bool dockerd_store_image(struct dockerd *dockerd, const char *const *tags, GBytes *config,
                         GPtrArray *layers, char **image_id, GError **error)
{
    if (!dockerd_take_disk(dockerd, DISK_IMAGES, "image layers", new_layer_bytes(dockerd, layers),
                           error))
        return false;
    struct image *image =
        image_store_add_built(&dockerd->images, config, layers, dockerd_unix_now(dockerd));
    for (gsize i = 0; tags != NULL && tags[i] != NULL; i++) {
        g_autofree char *familiar = image_familiar_name(tags[i], error);
        if (familiar == NULL)
            return false;
        image_store_tag(&dockerd->images, image, familiar);
        dockerd_note(dockerd, "image", "tag", familiar, image->id);
    }
    if (image_id != NULL)
        *image_id = g_strdup(image->id);
    return true;
}

bool dockerd_store_index(struct dockerd *dockerd, const char *const *tags, const GPtrArray *images,
                         char **image_id, GError **error)
{
    struct image *image = NULL;
    for (guint i = 0; i < images->len; i++) {
        const struct pulled_image *pulled = g_ptr_array_index(images, i);
        if (!dockerd_take_disk(dockerd, DISK_IMAGES, "image layers",
                               new_layer_bytes(dockerd, pulled->layers), error))
            return false;
        image = image_store_add_pulled(&dockerd->images, pulled, dockerd_unix_now(dockerd));
    }
    g_assert(image != NULL);
    for (gsize i = 0; tags != NULL && tags[i] != NULL; i++) {
        g_autofree char *familiar = image_familiar_name(tags[i], error);
        if (familiar == NULL)
            return false;
        image_store_tag(&dockerd->images, image, familiar);
        dockerd_note(dockerd, "image", "tag", familiar, image->id);
    }
    if (image_id != NULL)
        *image_id = g_strdup(image->id);
    return true;
}

bool dockerd_has_containerd_store(const struct dockerd *dockerd)
{
    return dockerd->images.has_containerd_layout;
}

static void layer_clear(struct layer *layer)
{
    g_free(layer->digest);
    g_free(layer->diff_id);
    g_clear_pointer(&layer->bytes, g_bytes_unref);
}

/* settings: the "config" of the image, or NULL. */
static bool store_single_layer(struct dockerd *dockerd, const char *tag, const char *platform,
                               const char *comment, json_t *settings, struct layer *layer,
                               char **image_id, GError **error)
{
    g_autoptr(GPtrArray) diff_ids = g_ptr_array_new();
    g_autoptr(GPtrArray) layers = g_ptr_array_new();
    g_autofree char *created = dockerd_time_text(dockerd_now_us(dockerd));
    const char *const tags[] = {tag, NULL};

    g_ptr_array_add(diff_ids, layer->diff_id);
    g_ptr_array_add(layers, layer);
    g_autoptr(GBytes) config = config_make(platform, created, comment, settings, diff_ids);
    return dockerd_store_image(dockerd, tags, config, layers, image_id, error);
}

bool dockerd_preload_if_fits(struct dockerd *dockerd, const char *reference, const char *platform,
                             int64_t size_bytes, GError **error)
{
    g_autofree char *what = g_strdup_printf("preloaded %s %s", reference, platform);
    struct layer layer = {
        .digest = digest_of(what, strlen(what)),
        .diff_id = digest_of(what, strlen(what)),
        .declared_bytes = size_bytes * 2 / 5, /* as the puller reckons the other way round */
        .unpacked_bytes = size_bytes,
    };
    bool is_stored =
        store_single_layer(dockerd, reference, platform, "", NULL, &layer, NULL, error);
    layer_clear(&layer);
    return is_stored;
}

void dockerd_preload(struct dockerd *dockerd, const char *reference, const char *platform,
                     int64_t size_bytes)
{
    g_autoptr(GError) error = NULL;
    if (!dockerd_preload_if_fits(dockerd, reference, platform, size_bytes, &error))
        g_error("%s does not fit %s: %s", reference, dockerd->options.machine, error->message);
}

/* ---- import ---- */

/* capture 03 */
static bool create_by_import(struct request *request, GError **error)
{
    struct dockerd *dockerd = request->dockerd;
    const char *repository = exchange_query_value(request->exchange, "repo");
    const char *tag = exchange_query_value(request->exchange, "tag");
    const char *message = exchange_query_value(request->exchange, "message");
    g_autoptr(json_t) changes = NULL;
    g_autoptr(GBytes) tar = NULL;
    g_autofree char *id = NULL;
    g_autofree char *name = tag == NULL || *tag == '\0' ? g_strdup(repository)
                                                        : g_strconcat(repository, ":", tag, NULL);

    if (!exchange_read_all(request->exchange, HTTP_BODY_BYTES_MAX, &tar, error) ||
        !import_changes(request, &changes, error))
        return false;
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    struct layer layer = {.diff_id = digest_of_bytes(tar),
                          .bytes = gzip_compress(bytes, length_bytes),
                          .unpacked_bytes = (int64_t)length_bytes};
    layer.digest = digest_of_bytes(layer.bytes);
    layer.declared_bytes = (int64_t)g_bytes_get_size(layer.bytes);
    bool is_stored =
        store_single_layer(dockerd, name, platform_of(request),
                           message == NULL || *message == '\0' ? "Imported from -" : message,
                           changes, &layer, &id, error);
    layer_clear(&layer);
    if (!is_stored)
        return false;
    g_autofree char *line = g_strdup_printf("{\"status\":\"%s\"}\r\n", id);
    exchange_reply_text(request->exchange, 200, "application/json", line);
    return true;
}

HANDLER(images_create)
{
    const char *name = exchange_query_value(request->exchange, "fromImage");
    const char *source = exchange_query_value(request->exchange, "fromSrc");

    if (name != NULL && *name != '\0')
        return create_by_pull(request, name, error);
    if (g_strcmp0(source, "-") == 0)
        return create_by_import(request, error);
    return engine_fail(error, 400, "invalid reference format");
}

/* ---- for others ---- */

bool dockerd_image_content(struct dockerd *dockerd, const char *reference, const char *platform,
                           GBytes **config, GPtrArray **layers)
{
    const struct image *image = image_store_find(&dockerd->images, reference);
    if (image == NULL)
        return false;
    const struct image_variant *variant =
        platform == NULL ? NULL : image_variant_for(image, platform);
    if (variant == NULL)
        variant = g_ptr_array_index(image->variants, 0);
    *config = variant->config;
    *layers = variant->layers;
    return true;
}

struct local_image_facts *dockerd_find_image(struct dockerd *dockerd, const char *reference)
{
    const struct image *image = image_store_find(&dockerd->images, reference);
    if (image == NULL)
        return NULL;
    const struct image_variant *variant = g_ptr_array_index(image->variants, 0);
    struct local_image_facts *facts = g_new0(struct local_image_facts, 1);
    facts->id = g_strdup(image->id);
    facts->platform = g_strdup(variant->platform);
    facts->size_bytes = image_size_bytes(image);
    return facts;
}

void local_image_facts_free(struct local_image_facts *facts)
{
    if (facts == NULL)
        return;
    g_free(facts->id);
    g_free(facts->platform);
    g_free(facts);
}

GPtrArray *dockerd_container_list(struct dockerd *dockerd)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < dockerd->containers->len; i++) {
        const struct container *container = g_ptr_array_index(dockerd->containers, i);
        g_ptr_array_add(list, g_strdup_printf("%s %s %s", container->name, container->image_name,
                                              container_state_text(container)));
    }
    return list;
}
