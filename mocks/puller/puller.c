/* The puller itself: its parts, its voice, and what its callers get to see of a failure. */
#include "mocks/puller/pull.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/limits.h"

#include <string.h>

#define DOCKER_HUB "docker.io"

GQuark puller_error_quark(void)
{
    return g_quark_from_static_string("seatrial-puller-error");
}

static void content_destroy(void *pointer)
{
    content_free(pointer);
}

struct puller *puller_new(const struct puller_options *options)
{
    struct puller *puller = g_new0(struct puller, 1);
    struct world *world = options->world;
    puller->options = *options;
    puller->options.machine = g_strdup(options->machine);
    puller->options.role = g_strdup(options->role);
    puller->options.data_root = g_strdup(options->data_root);
    puller->options.ingest_folder =
        g_strdup(options->ingest_folder != NULL ? options->ingest_folder
                                                : puller_habits_of(options->kind)->ingest_folder);
    puller->options.mirrors = (const char *const *)g_strdupv((char **)options->mirrors);
    puller->habits = puller_habits_of(options->kind);
    puller->loop = world_loop(world);
    puller->http =
        http_new(puller->loop, world_opener(world, puller->options.machine, puller->options.role),
                 puller->options.role);
    puller->downloads.free_count = MAX(options->download_slots, 1);
    puller->uploads.free_count = MAX(options->upload_slots, 1);
    puller->transfers = g_hash_table_new(g_str_hash, g_str_equal);
    puller->ingests = g_hash_table_new(g_str_hash, g_str_equal);
    puller->contents = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, content_destroy);
    puller->configs =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    return puller;
}

void puller_free(struct puller *puller)
{
    if (puller == NULL)
        return;
    g_assert(g_hash_table_size(puller->transfers) == 0);
    g_assert(g_hash_table_size(puller->ingests) == 0);
    g_hash_table_unref(puller->transfers);
    g_hash_table_unref(puller->ingests);
    g_hash_table_unref(puller->contents);
    g_hash_table_unref(puller->configs);
    g_queue_clear(&puller->downloads.queue.waiters);
    g_queue_clear(&puller->uploads.queue.waiters);
    http_free(puller->http);
    g_free((char *)puller->options.machine);
    g_free((char *)puller->options.role);
    g_free((char *)puller->options.data_root);
    g_free((char *)puller->options.ingest_folder);
    g_strfreev((char **)puller->options.mirrors);
    g_free(puller);
}

/* ---- what it says ---- */

void pull_say(struct pull *pull, const char *status, const char *id, int64_t current, int64_t total)
{
    const struct pull_progress progress = {
        .status = status, .id = id, .current = current, .total = total};
    pull->has_streamed = true;
    if (pull->progress != NULL)
        pull->progress(pull->context, &progress);
}

void pull_say_format(struct pull *pull, const char *id, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *status = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    pull_say(pull, status, id, -1, -1);
}

/* A name that is new counts as much as layers that are (capture 09g; moby distribution/pull_v2.go
   pullTag, daemon/containerd/image_pull.go). */
static bool is_newer(const struct pull *pull)
{
    const struct puller_options *options = &pull->puller->options;
    if (options->find_named == NULL)
        return pull->has_fetched;
    g_autofree char *named = options->find_named(options->context, pull->reference);
    const char *pulled =
        pull->puller->habits->is_classic ? pull->manifest->config->digest : pull->top->digest;
    return g_strcmp0(named, pulled) != 0;
}

void pull_say_status(struct pull *pull)
{
    g_autofree char *name = reference_familiar(pull->reference);
    pull_say_format(pull, NULL, "Digest: %s", pull->top->digest);
    pull_say_format(pull, NULL, "Status: %s for %s",
                    is_newer(pull) ? "Downloaded newer image" : "Image is up to date", name);
}

/* ---- where it asks ---- */

static char *mirror_host(const char *mirror)
{
    const char *start = strstr(mirror, "://");
    start = start != NULL ? start + strlen("://") : mirror;
    return g_strndup(start, strcspn(start, "/"));
}

GPtrArray *puller_hosts(const struct puller *puller, const char *domain)
{
    GPtrArray *hosts = g_ptr_array_new_with_free_func(g_free);
    const char *const *mirrors = puller->options.mirrors;

    for (gsize i = 0; mirrors != NULL && mirrors[i] != NULL; i++) {
        const char *equals = strchr(mirrors[i], '=');
        g_autofree char *of = equals != NULL ? g_strndup(mirrors[i], (gsize)(equals - mirrors[i]))
                                             : g_strdup(DOCKER_HUB);
        if (strcmp(of, domain) == 0)
            g_ptr_array_add(hosts, mirror_host(equals != NULL ? equals + 1 : mirrors[i]));
    }
    g_ptr_array_add(hosts, g_strdup(remote_host_of(domain)));
    return hosts;
}

struct remote *pull_remote(const struct pull *pull, const char *host)
{
    /* Credentials are for the registry, not for its mirrors. */
    bool is_own = strcmp(host, remote_host_of(pull->reference->domain)) == 0;
    const struct remote_target target = {
        .http = pull->puller->http,
        .habits = pull->puller->habits,
        .host = host,
        .repository = pull->reference->path,
        .actions = "pull",
        .credentials = is_own ? pull->credentials : NULL,
    };
    return remote_new(&target);
}

/* ---- what is here already ---- */

GBytes *puller_find_config(const struct puller *puller, const char *digest)
{
    const struct puller_options *options = &puller->options;
    return options->find_config != NULL ? options->find_config(options->context, digest) : NULL;
}

/* A manifest is kept as long as its image is (capture 10); BuildKit's store keeps it anyway. */
struct content *pull_find_content(struct pull *pull, const char *digest)
{
    struct puller *puller = pull->puller;
    struct content *content = g_hash_table_lookup(puller->contents, digest);
    if (content == NULL || puller->options.kind == PULLER_BUILDKIT)
        return content;
    if (content->is_index) {
        const struct descriptor *child = content_choose(content, pull->platform);
        return child != NULL && pull_find_content(pull, child->digest) != NULL ? content : NULL;
    }
    if (content->config == NULL)
        return NULL;
    g_autoptr(GBytes) config = puller_find_config(puller, content->config->digest);
    return config != NULL ? content : NULL;
}

struct content *puller_keep_content(struct puller *puller, struct content *content)
{
    struct content *known = g_hash_table_lookup(puller->contents, content->digest);
    if (known != NULL) {
        content_free(content);
        return known;
    }
    g_hash_table_insert(puller->contents, content->digest, content);
    return content;
}

/* ---- the weather ---- */

/* containerd's platforms.DefaultSpec() has a variant for ARM, platforms.Parse() drops arm64's. */
char *pull_platform_words(const struct pull *pull)
{
    bool has_variant = pull->is_default_platform && strcmp(pull->platform, "linux/arm64") == 0;
    return g_strconcat(pull->platform, has_variant ? "/v8" : "", NULL);
}

bool pull_suffer_resolve(struct pull *pull, const char *missing_words, GError **error)
{
    const struct puller_options *options = &pull->puller->options;
    g_autofree char *name = reference_text(pull->reference);
    const struct point_event event = {
        .point = POINT_IMAGE_RESOLVE,
        .machine = options->machine,
        .subject = name,
        .detail = pull->platform,
    };
    if (options->kind == PULLER_BUILDKIT && pull->needs_layers)
        return true;
    const struct point_effect effect = world_consult(options->world, &event);
    if (!world_suffer(options->world, &effect, error))
        return false;
    if (!effect.is_missing && !effect.is_failure)
        return true;
    mishap_set(error, MISHAP_NO_PLATFORM, 0, "%s",
               effect.message != NULL ? effect.message : missing_words);
    return false;
}

/* ---- results ---- */

struct layer *layer_new(const struct descriptor *descriptor, const char *diff_id)
{
    struct layer *layer = g_new0(struct layer, 1);
    layer->digest = g_strdup(descriptor->digest);
    layer->diff_id = g_strdup(diff_id);
    layer->declared_bytes = descriptor->declared_bytes;
    layer->unpacked_bytes = descriptor->unpacked_bytes;
    return layer;
}

void layer_free(struct layer *layer)
{
    if (layer == NULL)
        return;
    g_free(layer->digest);
    g_free(layer->diff_id);
    g_clear_pointer(&layer->bytes, g_bytes_unref);
    g_free(layer);
}

bool pull_take_config(struct pull *pull, GBytes *config, GError **error)
{
    const GPtrArray *layers = pull->manifest->layers;
    AUTO(image_config) parsed = image_config_read(config, error);
    if (parsed == NULL)
        return false;
    if (parsed->diff_ids->len != layers->len) {
        mishap_set(error, MISHAP_OTHER, 0, "layers from manifest don't match image configuration");
        return false;
    }
    for (guint i = 0; i < layers->len; i++)
        g_ptr_array_add(pull->layers, layer_new(g_ptr_array_index(layers, i),
                                                g_ptr_array_index(parsed->diff_ids, i)));
    pull->config = g_bytes_ref(config);
    pull->parsed = g_steal_pointer(&parsed);
    return true;
}

void pulled_image_free(struct pulled_image *image)
{
    if (image == NULL)
        return;
    reference_free(image->reference);
    g_free(image->top_digest);
    g_free(image->manifest_digest);
    g_free(image->config_digest);
    g_free(image->platform);
    g_clear_pointer(&image->index, g_bytes_unref);
    g_clear_pointer(&image->manifest, g_bytes_unref);
    g_clear_pointer(&image->config, g_bytes_unref);
    g_clear_pointer(&image->layers, g_ptr_array_unref);
    g_free(image);
}

static struct pulled_image *make_image(struct pull *pull)
{
    struct pulled_image *image = g_new0(struct pulled_image, 1);
    const char *platform = pull->parsed->platform;
    *image = (struct pulled_image){
        .reference = reference_copy(pull->reference),
        .top_digest = g_strdup(pull->top->digest),
        .manifest_digest = g_strdup(pull->manifest->digest),
        .config_digest = g_strdup(pull->manifest->config->digest),
        .platform = g_strdup(platform != NULL ? platform : pull->platform),
        .index = pull->top->is_index ? g_bytes_ref(pull->top->bytes) : NULL,
        .manifest = g_bytes_ref(pull->manifest->bytes),
        .config = g_bytes_ref(pull->config),
        .layers = g_steal_pointer(&pull->layers),
    };
    return image;
}

/* ---- the calls ---- */

static void pull_finish(struct pull *pull)
{
    g_clear_pointer(&pull->config, g_bytes_unref);
    g_clear_pointer(&pull->parsed, image_config_free);
    g_clear_pointer(&pull->layers, g_ptr_array_unref);
}

static void layer_destroy(void *pointer)
{
    layer_free(pointer);
}

static void trace_end_of(const struct pull *pull, const char *what, const GError *error)
{
    const struct puller_options *options = &pull->puller->options;
    g_autofree char *name = reference_text(pull->reference);
    struct trace *trace = world_trace(options->world);
    trace_begin(trace, what);
    trace_string(trace, "machine", options->machine);
    trace_string(trace, "role", options->role);
    trace_string(trace, "reference", name);
    trace_string(trace, "error", error != NULL ? error->message : NULL);
    trace_end(trace);
}

static bool run_pull(struct pull *pull, struct pulled_image **image, GError **error)
{
    GError *cause = NULL;
    pull->layers = g_ptr_array_new_with_free_func(layer_destroy);
    bool is_fine = pull->puller->habits->is_classic ? classic_pull(pull, &cause)
                                                    : containerd_pull(pull, &cause);
    if (is_fine)
        *image = make_image(pull);
    pull_translate(pull, &cause);
    trace_end_of(pull, pull->needs_layers ? "pull" : "resolve", cause);
    pull_finish(pull);
    if (cause != NULL)
        g_propagate_error(error, cause);
    return is_fine;
}

bool puller_pull_wish(struct puller *puller, const struct puller_wish *wish,
                      const struct credentials *credentials, puller_progress_fn *progress,
                      void *context, struct pulled_image **image, GError **error)
{
    struct pull pull = {
        .puller = puller,
        .reference = wish->reference,
        .platform = wish->platform,
        .is_default_platform = wish->is_default_platform,
        .credentials = credentials,
        .progress = progress,
        .context = context,
        .needs_layers = true,
        .layer_digest = wish->layer_digest,
    };
    return run_pull(&pull, image, error);
}

bool puller_pull(struct puller *puller, const struct reference *reference, const char *platform,
                 const struct credentials *credentials, puller_progress_fn *progress, void *context,
                 struct pulled_image **image, GError **error)
{
    const struct puller_wish wish = {.reference = reference, .platform = platform};
    return puller_pull_wish(puller, &wish, credentials, progress, context, image, error);
}

bool puller_resolve(struct puller *puller, const struct reference *reference, const char *platform,
                    const struct credentials *credentials, struct pulled_image **image,
                    GError **error)
{
    struct pull pull = {
        .puller = puller,
        .reference = reference,
        .platform = platform,
        .credentials = credentials,
    };
    return run_pull(&pull, image, error);
}

/* Every push error is in-stream: the first object is flushed before any traffic. */
bool puller_push(struct puller *puller, const struct push *push,
                 const struct credentials *credentials, puller_progress_fn *progress, void *context,
                 GError **error)
{
    struct pull voice = {
        .puller = puller,
        .reference = push->reference,
        .platform = "",
        .progress = progress,
        .context = context,
    };
    GError *cause = NULL;
    bool is_fine = puller->habits->is_classic
                       ? classic_push(puller, push, credentials, &voice, &cause)
                       : containerd_push(puller, push, credentials, &voice, &cause);
    push_translate(&voice, push->is_cache, &cause);
    trace_end_of(&voice, "push", cause);
    if (cause != NULL)
        g_propagate_error(error, cause);
    return is_fine;
}
