/* Config and layers of one image into a containerd store: fetched side by side, unpacked from the
   bottom as they come. */
#include "mocks/puller/resolver.h"

#include "base/digest.h"

#include <string.h>

struct part {
    struct parts *parts;
    const struct descriptor *descriptor;
    const char *kind;
    char *id;
    bool takes_slot;
    bool is_here; /* needs no fetching */
    bool is_over;
    GBytes *bytes;
};

/* The first failure ends the others. */
struct parts {
    struct pull *pull;
    struct resolver *resolver;
    struct fiber_group group;
    GPtrArray *layers; /* struct part, from the bottom */
    struct part *config;
    struct fiber_queue progress;
    GError *error;
};

static bool is_buildkit(const struct pull *pull)
{
    return pull->puller->options.kind == PULLER_BUILDKIT;
}

static bool has_layer(const struct pull *pull, const char *digest)
{
    const struct puller_options *options = &pull->puller->options;
    return options->has_layer != NULL && options->has_layer(options->context, digest);
}

/* ---- fetching ---- */

static void part_free(void *pointer)
{
    struct part *part = pointer;
    g_free(part->id);
    g_clear_pointer(&part->bytes, g_bytes_unref);
    g_free(part);
}

static struct part *part_new(struct parts *parts, const struct descriptor *descriptor,
                             const char *kind)
{
    struct part *part = g_new0(struct part, 1);
    bool has_long_id = is_buildkit(parts->pull);
    *part = (struct part){
        .parts = parts,
        .descriptor = descriptor,
        .kind = kind,
        .id = has_long_id ? g_strdup(descriptor->digest) : digest_short(descriptor->digest),
        .takes_slot = strcmp(kind, "layer") == 0,
    };
    return part;
}

static void part_say(const struct part *part, const char *status)
{
    struct pull *pull = part->parts->pull;
    if (pull->needs_layers)
        pull_say(pull, status, part->id, -1, -1);
}

static bool part_fetch(struct part *part, GError **error)
{
    struct pull *pull = part->parts->pull;
    struct puller *puller = pull->puller;
    const struct fetch fetch = {
        .resolver = part->parts->resolver,
        .pull = pull,
        .descriptor = part->descriptor,
        .kind = part->kind,
        .id = part->takes_slot ? part->id : NULL,
    };
    if (part->takes_slot &&
        !fiber_slots_take(puller->loop, &puller->downloads, "download slot", error))
        return false;
    bool is_fine = fetch_content(&fetch, &part->bytes, error);
    if (part->takes_slot)
        fiber_slots_give(&puller->downloads);
    if (is_fine)
        part_say(part, "Download complete");
    return is_fine;
}

static void part_main(void *argument)
{
    struct part *part = argument;
    struct parts *parts = part->parts;
    GError *cause = NULL;
    if (!part_fetch(part, &cause)) {
        if (parts->error == NULL)
            parts->error = g_steal_pointer(&cause);
        g_clear_error(&cause);
    }
    part->is_over = true;
    fiber_queue_wake_all(&parts->progress);
}

static void part_start(struct part *part)
{
    fiber_group_spawn(&part->parts->group, part->kind, part_main, part);
}

static void layer_start(struct part *part)
{
    const struct pull *pull = part->parts->pull;
    const char *digest = part->descriptor->digest;
    bool is_wanted = pull->layer_digest == NULL || strcmp(pull->layer_digest, digest) == 0;
    part->is_here = !is_wanted || has_layer(pull, digest);
    part->is_over = part->is_here;
    if (!is_wanted)
        return;
    part_say(part, part->is_here ? "Already exists" : "Pulling fs layer");
    if (!part->is_here)
        part_start(part);
}

/* BuildKit keeps configs it has resolved: a build that follows fetches the layers only (capture
   46). */
static void config_start(struct part *part)
{
    GBytes *known =
        g_hash_table_lookup(part->parts->pull->puller->configs, part->descriptor->digest);
    if (known == NULL) {
        part_start(part);
        return;
    }
    part->bytes = g_bytes_ref(known);
    part->is_over = true;
}

static bool part_wait(struct part *part, GError **error)
{
    struct parts *parts = part->parts;
    struct loop *loop = parts->pull->puller->loop;
    while (!part->is_over && parts->error == NULL)
        if (!fiber_queue_wait(loop, &parts->progress, "content", error))
            return false;
    if (parts->error == NULL)
        return true;
    g_propagate_error(error, g_error_copy(parts->error));
    return false;
}

/* ---- unpacking ---- */

struct unpack_voice {
    const struct part *part;
    int64_t started_us;
};

/* moby tells the seconds, without a total. */
static void say_unpacking(void *context, int64_t current, int64_t total)
{
    const struct unpack_voice *voice = context;
    struct pull *pull = voice->part->parts->pull;
    int64_t seconds = (loop_now_us(pull->puller->loop) - voice->started_us) / SECOND_US;
    (void)current;
    (void)total;
    pull_say(pull, "Extracting", voice->part->id, 1 + seconds, -1);
}

/* E3; the snapshot's key holds nanoseconds and chance, here it follows from the digest. */
static void prefix_extract(GError **error, const struct descriptor *descriptor)
{
    g_autofree char *digest = digest_of(descriptor->digest, strlen(descriptor->digest));
    mishap_prefix(error, "failed to extract layer (%s %s) to overlayfs as \"extract-%.9s-%.4s\": ",
                  descriptor->media_type, descriptor->digest, digest + 7, digest + 16);
}

static bool keep_blob(const struct part *part, GError **error)
{
    const struct puller *puller = part->parts->pull->puller;
    const struct puller_options *options = &puller->options;
    const struct descriptor *descriptor = part->descriptor;
    g_autoptr(GError) cause = NULL;

    if (disk_take(options->disk, options->account, descriptor->digest, descriptor->declared_bytes,
                  &cause))
        return true;
    disk_give(options->disk, options->account, descriptor->digest, descriptor->unpacked_bytes);
    if (cause->domain == DISK_ERROR)
        mishap_set(error, MISHAP_NO_SPACE, 0, "failed to copy: write %s/%s: %s", options->data_root,
                   options->ingest_folder, cause->message);
    else
        g_propagate_error(error, g_steal_pointer(&cause));
    return false;
}

static bool part_unpack(struct part *part, struct layer *layer, GError **error)
{
    struct puller *puller = part->parts->pull->puller;
    const struct puller_options *options = &puller->options;
    struct unpack_voice voice = {.part = part, .started_us = loop_now_us(puller->loop)};
    const struct unpacking unpacking = {
        .puller = puller,
        .descriptor = part->descriptor,
        .bytes = part->bytes,
        .step = say_unpacking,
        .context = &voice,
    };
    if (!unpack_layer(&unpacking, error)) {
        prefix_extract(error, part->descriptor);
        return false;
    }
    if (!keep_blob(part, error))
        return false;
    layer->bytes = g_bytes_ref(part->bytes);
    if (options->on_layer != NULL)
        options->on_layer(options->context, layer);
    part_say(part, "Pull complete");
    return true;
}

/* ---- the whole ---- */

static bool take_config(struct parts *parts, GError **error)
{
    struct pull *pull = parts->pull;
    struct part *config = parts->config;
    if (!part_wait(config, error) || !pull_take_config(pull, config->bytes, error))
        return false;
    if (is_buildkit(pull))
        g_hash_table_replace(pull->puller->configs, g_strdup(config->descriptor->digest),
                             g_bytes_ref(config->bytes));
    return true;
}

static bool take_layers(struct parts *parts, GError **error)
{
    struct pull *pull = parts->pull;
    for (guint i = 0; i < parts->layers->len; i++) {
        struct part *part = g_ptr_array_index(parts->layers, i);
        if (!part_wait(part, error))
            return false;
        bool is_needed = !part->is_here && !has_layer(pull, part->descriptor->digest);
        if (is_needed && !part_unpack(part, g_ptr_array_index(pull->layers, i), error))
            return false;
    }
    return true;
}

bool parts_fetch(struct pull *pull, struct resolver *resolver, GError **error)
{
    struct parts parts = {
        .pull = pull,
        .resolver = resolver,
        .layers = g_ptr_array_new_with_free_func(part_free),
    };
    const GPtrArray *layers = pull->manifest->layers;
    fiber_group_init(&parts.group, pull->puller->loop);
    parts.config = part_new(&parts, pull->manifest->config, "config");
    for (guint i = 0; pull->needs_layers && i < layers->len; i++)
        g_ptr_array_add(parts.layers, part_new(&parts, g_ptr_array_index(layers, i), "layer"));

    config_start(parts.config);
    for (guint i = 0; i < parts.layers->len; i++)
        layer_start(g_ptr_array_index(parts.layers, i));
    bool is_fine = take_config(&parts, error) && take_layers(&parts, error);

    fiber_group_finish(&parts.group);
    g_queue_clear(&parts.progress.waiters);
    part_free(parts.config);
    g_ptr_array_unref(parts.layers);
    g_clear_error(&parts.error);
    return is_fine;
}
