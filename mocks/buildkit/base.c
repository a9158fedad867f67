/* Base images: who they are, and their layers (capture 46; failures.md C, D). */
#include "mocks/buildkit/build.h"

#include "base/units.h"

#include <string.h>

void base_free(void *pointer)
{
    struct base *base = pointer;
    if (base == NULL)
        return;
    g_free(base->name);
    g_free(base->platform);
    reference_free(base->reference);
    pulled_image_free(base->image);
    json_decref(base->config);
    g_free(base);
}

struct base *base_obtain(struct build *build, const char *name, const char *platform,
                         const struct instruction *instruction, GError **error)
{
    for (guint i = 0; i < build->bases->len; i++) {
        struct base *base = g_ptr_array_index(build->bases, i);
        if (strcmp(base->name, name) == 0 && strcmp(base->platform, platform) == 0)
            return base;
    }
    g_autoptr(GError) cause = NULL;
    const char *other = build_named_image(build, name);
    const struct kept_image *kept = build_named_result(build, name, platform);
    struct reference *reference =
        reference_parse(other != NULL ? other : name, /* default_tag= */ true, &cause);
    if (reference == NULL && kept != NULL) /* a name that no image can have */
        reference = reference_parse("input", /* default_tag= */ true, NULL);
    if (reference == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "failed to parse stage name \"%s\": %s",
                    name, cause->message);
        return NULL;
    }
    struct base *base = g_new0(struct base, 1);
    base->build = build;
    base->name = g_strdup(name);
    base->platform = g_strdup(platform);
    base->reference = reference;
    base->instruction = instruction;
    if (kept != NULL)
        base_take_kept(base, kept);
    g_ptr_array_add(build->bases, base);
    return base;
}

/* ---- credentials ---- */

void credentials_free(struct credentials *credentials)
{
    if (credentials == NULL)
        return;
    g_free((char *)credentials->username);
    g_free((char *)credentials->password);
    g_free(credentials);
}

static json_t *read_docker_config(const struct build *build)
{
    const char *folder = g_environ_getenv((char **)build->process->environment, "DOCKER_CONFIG");
    g_autofree char *path =
        g_build_filename(folder != NULL ? folder : "/root/.docker", "config.json", NULL);
    GBytes *bytes = container_file(build->daemon->container, path);
    return bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
}

struct credentials *credentials_of(struct build *build, const char *domain)
{
    g_autoptr(json_t) config = read_docker_config(build);
    const json_t *auths = json_get_object(config, "auths");
    bool is_hub = strcmp(domain, "docker.io") == 0;
    const json_t *entry = json_get_object(auths, is_hub ? "https://index.docker.io/v1/" : domain);
    if (entry == NULL)
        entry = json_get_object(auths, domain);
    const char *encoded = json_get_string(entry, "auth", NULL);
    if (encoded == NULL)
        return NULL;
    gsize length_bytes;
    g_autofree guchar *decoded = g_base64_decode(encoded, &length_bytes);
    g_autofree char *text = g_strndup((char *)decoded, length_bytes);
    g_auto(GStrv) pair = g_strsplit(text, ":", 2);
    if (pair[0] == NULL || pair[1] == NULL)
        return NULL;
    struct credentials *credentials = g_new0(struct credentials, 1);
    credentials->username = g_strdup(pair[0]);
    credentials->password = g_strdup(pair[1]);
    build->has_used_credentials = true;
    return credentials;
}

/* ---- metadata ---- */

/* "[linux/amd64 internal] load metadata for docker.io/library/golang:1.22" */
static struct vertex *begin_metadata(struct base *base)
{
    bool is_multi = base->build->platforms[1] != NULL;
    g_autofree char *full = reference_text(base->reference);
    g_autofree char *name =
        g_strdup_printf("[%s%sinternal] load metadata for %s", is_multi ? base->platform : "",
                        is_multi ? " " : "", full);
    return progress_begin(base->build->progress, name, name);
}

bool base_read(struct base *base, GError **error)
{
    struct puller *puller = base->build->daemon->puller;
    AUTO(credentials) credentials = credentials_of(base->build, base->reference->domain);
    if (base->image == NULL && !base_find_local(base) &&
        !puller_resolve(puller, base->reference, base->platform, credentials, &base->image, error))
        return false;
    if (base->config == NULL)
        base->config = json_parse_gbytes(base->image->config, error);
    return base->config != NULL;
}

bool base_resolve(struct base *base)
{
    struct build *build = base->build;
    struct vertex *vertex = begin_metadata(base);
    GError *cause = NULL;

    if (base_read(base, &cause)) {
        progress_done(build->progress, vertex);
        return true;
    }
    if (cause->domain != FIBER_ERROR)
        progress_failed(build->progress, vertex, cause->message);
    g_autofree char *full = reference_text(base->reference);
    g_prefix_error(&cause, "%s: failed to resolve source metadata for %s: ", base->name, full);
    return build_fail(build, vertex, base->instruction, cause);
}

/* ---- layers ---- */

static char *full_name(const struct base *base)
{
    g_autofree char *full = reference_text(base->reference);
    if (base->reference->digest != NULL || base->is_local)
        return g_steal_pointer(&full);
    return g_strconcat(full, "@", base->image->top_digest, NULL);
}

static bool has_layers(const struct base *base)
{
    for (guint i = 0; i < base->image->layers->len; i++) {
        const struct layer *layer = g_ptr_array_index(base->image->layers, i);
        if (store_find_blob(base->build->daemon, layer->digest) == NULL)
            return false;
    }
    return true;
}

const struct build_files *base_files(const struct base *base)
{
    return base->kept != NULL ? base->kept->files : base->build->any_files;
}

void base_add_layers(const struct base *base, GPtrArray *layers)
{
    for (guint i = 0; base->kept != NULL && i < base->kept->layers->len; i++)
        g_ptr_array_add(layers, stored_copy(g_ptr_array_index(base->kept->layers, i)));
    if (base->kept != NULL)
        return;
    for (guint i = 0; i < base->image->layers->len; i++) {
        const struct layer *layer = g_ptr_array_index(base->image->layers, i);
        struct stored *stored = g_new0(struct stored, 1);
        stored->digest = g_strdup(layer->digest);
        stored->diff_id = g_strdup(layer->diff_id);
        stored->declared_bytes = layer->declared_bytes;
        stored->unpacked_bytes = layer->unpacked_bytes;
        stored->source = reference_name(base->reference);
        g_ptr_array_add(layers, stored);
    }
}

/* Speaks for one pull: sizes of layers come before their ends. */
struct pull_voice {
    struct progress *progress;
    struct vertex *vertex;
    GHashTable *totals; /* digest -> size text; looked up, never iterated */
};

static void on_pull_progress(void *context, const struct pull_progress *progress)
{
    struct pull_voice *voice = context;
    if (progress->id == NULL) { /* "error: …" and "retrying in 1s" */
        progress_line(voice->progress, voice->vertex, "%s", progress->status);
        return;
    }
    if (strcmp(progress->status, "Downloading") == 0) {
        g_hash_table_replace(voice->totals, g_strdup(progress->id),
                             progress_size(MAX(progress->total, progress->current)));
        return;
    }
    const char *size = g_hash_table_lookup(voice->totals, progress->id);
    if (strcmp(progress->status, "Download complete") == 0 && size != NULL)
        progress_line(voice->progress, voice->vertex, "%s %s / %s done", progress->id, size, size);
    if (strcmp(progress->status, "Pull complete") == 0)
        progress_line(voice->progress, voice->vertex, "extracting %s done", progress->id);
}

/* All that are not here, or the one of this digest. */
static bool pull_layers(struct base *base, const char *digest, struct vertex *vertex,
                        GError **error)
{
    struct build *build = base->build;
    g_autoptr(GHashTable) totals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    struct pull_voice voice = {build->progress, vertex, totals};
    AUTO(credentials) credentials = credentials_of(build, base->reference->domain);
    AUTO(reference) pinned = reference_copy(base->reference);
    struct pulled_image *image = NULL;

    if (pinned->digest == NULL)
        pinned->digest = g_strdup(base->image->top_digest);
    const struct puller_wish wish = {
        .reference = pinned, .platform = base->platform, .layer_digest = digest};
    if (!puller_pull_wish(build->daemon->puller, &wish, credentials, on_pull_progress, &voice,
                          &image, error))
        return false;
    pulled_image_free(image);
    return true;
}

bool base_fetch_layer(struct base *base, const char *digest, struct vertex *vertex, GError **error)
{
    return pull_layers(base, digest, vertex, error);
}

/* Somebody else of this build may be at it. */
static bool wait_for_fetch(struct base *base, GError **error)
{
    struct build *build = base->build;
    while (base->state == BASE_FETCHING)
        if (!fiber_queue_wait(build->daemon->loop, &build->base_over, "a base image", error))
            return false;
    return true;
}

bool base_fetch(struct base *base, const char *from_name)
{
    struct build *build = base->build;
    g_autofree char *full = full_name(base);
    g_autofree char *name = g_strconcat(from_name, full, NULL);
    g_autofree char *key = g_strconcat("from ", base->platform, " ", full, NULL);
    GError *cause = NULL;

    if (!wait_for_fetch(base, &cause))
        return build_fail(build, NULL, NULL, cause);
    if (base->state == BASE_FETCHED)
        return true;
    struct vertex *vertex = progress_begin(build->progress, key, name);
    progress_line(build->progress, vertex, "resolve %s done", full);
    bool was_here = has_layers(base);
    base->state = BASE_FETCHING;
    bool is_fine = was_here || (base->is_local ? base_fetch_local(base, &cause)
                                               : pull_layers(base, NULL, vertex, &cause));
    base->state = is_fine ? BASE_FETCHED : BASE_NOT_FETCHED;
    fiber_queue_wake_all(&build->base_over);
    if (!is_fine)
        return build_fail(build, vertex, base->instruction, cause);
    if (was_here)
        progress_cached(build->progress, vertex);
    else
        progress_done(build->progress, vertex);
    return true;
}
