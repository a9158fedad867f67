/* The end of a build: "exporting to image", the push, the metadata file (captures 51-54). */
#include "mocks/buildkit/media.h"

#include "base/digest.h"
#include "base/units.h"

#include <string.h>

/* ---- what is pushed ---- */

static void blob_free(void *pointer)
{
    struct push_blob *blob = pointer;
    g_free(blob->digest);
    g_bytes_unref(blob->bytes);
    g_free(blob->mount_from);
    g_free(blob);
}

GPtrArray *media_blobs_new(void)
{
    return g_ptr_array_new_with_free_func(blob_free);
}

void media_add_blob(GPtrArray *blobs, const char *digest, GBytes *bytes, int64_t declared_bytes,
                    char *mount_from)
{
    for (guint i = 0; i < blobs->len; i++)
        if (strcmp(((struct push_blob *)g_ptr_array_index(blobs, i))->digest, digest) == 0) {
            g_free(mount_from);
            return;
        }
    struct push_blob *blob = g_new0(struct push_blob, 1);
    blob->digest = g_strdup(digest);
    blob->bytes = g_bytes_ref(bytes);
    blob->declared_bytes = declared_bytes;
    blob->mount_from = mount_from;
    g_ptr_array_add(blobs, blob);
}

static void manifest_free(void *pointer)
{
    struct push_manifest *manifest = pointer;
    g_bytes_unref(manifest->bytes);
    g_free(manifest->media_type);
    g_free(manifest->reference);
    g_free(manifest);
}

GPtrArray *media_manifests_new(void)
{
    return g_ptr_array_new_with_free_func(manifest_free);
}

void media_add_manifest(GPtrArray *manifests, GBytes *bytes, const char *media_type,
                        const char *reference)
{
    struct push_manifest *manifest = g_new0(struct push_manifest, 1);
    manifest->bytes = g_bytes_ref(bytes);
    manifest->media_type = g_strdup(media_type);
    manifest->reference = g_strdup(reference);
    g_ptr_array_add(manifests, manifest);
}

/* One name that the image is exported under. */
struct exporting {
    struct build *build;
    struct vertex *vertex;
    GBytes *index; /* NULL: one platform */
    char *digest;  /* of the top */
    bool is_push;
    bool is_by_digest;
};

/* A layer that came from another repository of the same registry is mounted from there. */
static char *mount_source(const struct stored *stored, const struct reference *reference)
{
    g_autofree char *prefix = g_strconcat(reference->domain, "/", NULL);
    if (stored->source == NULL || !g_str_has_prefix(stored->source, prefix))
        return NULL;
    const char *repository = stored->source + strlen(prefix);
    return strcmp(repository, reference->path) != 0 ? g_strdup(repository) : NULL;
}

/* A layer that was here when the image was made may have been pruned since. */
static bool add_target(const struct target *target, const struct reference *reference,
                       GPtrArray *blobs, GError **error)
{
    const struct stage_state *state =
        g_ptr_array_index(target->states, (guint)target->plan->target->index);
    for (guint i = 0; i < state->layers->len; i++) {
        const struct stored *stored = g_ptr_array_index(state->layers, i);
        GBytes *bytes = store_find_blob(target->build->daemon, stored->digest);
        if (bytes == NULL) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "content %s: not found", stored->digest);
            return false;
        }
        media_add_blob(blobs, stored->digest, bytes, stored->declared_bytes,
                       mount_source(stored, reference));
    }
    return true;
}

static GPtrArray *make_blobs(const struct exporting *exporting, const struct reference *reference,
                             GError **error)
{
    const GPtrArray *targets = exporting->build->targets;
    g_autoptr(GPtrArray) blobs = media_blobs_new();
    for (guint i = 0; i < targets->len; i++)
        if (!add_target(g_ptr_array_index(targets, i), reference, blobs, error))
            return NULL;
    for (guint i = 0; i < targets->len; i++) {
        const struct target *target = g_ptr_array_index(targets, i);
        media_add_blob(blobs, target->config_digest, target->config,
                       (int64_t)g_bytes_get_size(target->config), NULL);
    }
    return g_steal_pointer(&blobs);
}

static GPtrArray *make_manifests(const struct exporting *exporting,
                                 const struct reference *reference)
{
    const GPtrArray *targets = exporting->build->targets;
    const char *top = exporting->is_by_digest ? exporting->digest : reference->tag;
    GPtrArray *manifests = media_manifests_new();
    for (guint i = 0; i < targets->len; i++) {
        const struct target *target = g_ptr_array_index(targets, i);
        media_add_manifest(manifests, target->manifest, MEDIA_MANIFEST, target->manifest_digest);
    }
    /* BuildKit puts a lone manifest under its digest and under its tag (capture 52). */
    if (exporting->index != NULL)
        media_add_manifest(manifests, exporting->index, MEDIA_INDEX, top);
    else if (!exporting->is_by_digest)
        media_add_manifest(manifests, ((struct target *)targets->pdata[0])->manifest,
                           MEDIA_MANIFEST, top);
    return manifests;
}

static void on_push_progress(void *context, const struct pull_progress *progress)
{
    struct exporting *exporting = context;
    if (progress->id == NULL)
        progress_line(exporting->build->progress, exporting->vertex, "%s", progress->status);
}

static double seconds_since(const struct exporting *exporting, int64_t started_us)
{
    int64_t now_us = loop_now_us(exporting->build->daemon->loop);
    return (double)(now_us - started_us) / (double)SECOND_US;
}

static bool push_name(struct exporting *exporting, const char *name, GError **error)
{
    struct build *build = exporting->build;
    AUTO(reference) reference = reference_parse(name, !exporting->is_by_digest, error);
    if (reference == NULL)
        return false;
    AUTO(credentials) credentials = credentials_of(build, reference->domain);
    g_autoptr(GPtrArray) blobs = make_blobs(exporting, reference, error);
    if (blobs == NULL)
        return false;
    g_autoptr(GPtrArray) manifests = make_manifests(exporting, reference);
    const struct push push = {.reference = reference, .blobs = blobs, .manifests = manifests};
    int64_t started_us = loop_now_us(build->daemon->loop);

    progress_line(build->progress, exporting->vertex, "pushing layers");
    if (!puller_push(build->daemon->puller, &push, credentials, on_push_progress, exporting, error))
        return false;
    double seconds = seconds_since(exporting, started_us);
    g_autofree char *full = reference_text(reference);
    progress_line(build->progress, exporting->vertex, "pushing layers %.1fs done", seconds);
    progress_line(build->progress, exporting->vertex, "pushing manifest for %s@%s %.1fs done", full,
                  exporting->digest, 0.0);
    build_note(build, NULL, full, "push");
    return true;
}

/* ---- exporting ---- */

static bool make_images(struct exporting *exporting, GError **error)
{
    struct build *build = exporting->build;
    int64_t started_us = loop_now_us(build->daemon->loop);
    for (guint i = 0; i < build->targets->len; i++)
        if (!target_make_image(g_ptr_array_index(build->targets, i), error))
            return false;
    progress_line(build->progress, exporting->vertex, "exporting layers %.1fs done",
                  seconds_since(exporting, started_us));
    for (guint i = 0; i < build->targets->len; i++) {
        const struct target *target = g_ptr_array_index(build->targets, i);
        progress_line(build->progress, exporting->vertex, "exporting manifest %s done",
                      target->manifest_digest);
        progress_line(build->progress, exporting->vertex, "exporting config %s done",
                      target->config_digest);
        if (exporting->digest == NULL)
            exporting->digest = g_strdup(target->manifest_digest);
    }
    if (build->targets->len == 1)
        return true;
    exporting->index = build_make_index(build);
    g_free(exporting->digest);
    exporting->digest = digest_of_bytes(exporting->index);
    progress_line(build->progress, exporting->vertex, "exporting manifest list %s done",
                  exporting->digest);
    return true;
}

static bool write_metadata(const struct exporting *exporting, const char *name, GError **error)
{
    const struct build *build = exporting->build;
    const struct target *first = g_ptr_array_index(build->targets, 0);
    bool is_index = exporting->index != NULL;
    if (build->command->metadata_file == NULL)
        return true;
    g_autoptr(json_t) metadata = json_object();
    if (!is_index)
        json_object_set_new(metadata, "containerimage.config.digest",
                            json_string(first->config_digest));
    json_object_set_new(metadata, "containerimage.descriptor",
                        media_descriptor(is_index ? MEDIA_INDEX : MEDIA_MANIFEST,
                                         is_index ? exporting->index : first->manifest));
    json_object_set_new(metadata, "containerimage.digest", json_string(exporting->digest));
    if (name != NULL)
        json_object_set_new(metadata, "image.name", json_string(name));
    g_autofree char *text = json_pretty_text(metadata);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return container_write_file(build->daemon->container, build->command->metadata_file, bytes,
                                error);
}

static bool export_names(struct exporting *exporting, const char *names, GError **error)
{
    g_auto(GStrv) list = g_strsplit(names != NULL ? names : "", ",", -1);
    if (!make_images(exporting, error))
        return false;
    for (gsize i = 0; exporting->is_push && list[i] != NULL; i++)
        if (!push_name(exporting, list[i], error))
            return false;
    return true;
}

static bool is_true(const char *text)
{
    return text != NULL && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0 || *text == '\0');
}

static bool export_image(struct build *build, const struct attributes *output)
{
    const char *names = attributes_get(output, "name");
    struct exporting exporting = {
        .build = build,
        .is_push = is_true(attributes_get(output, "push")),
        .is_by_digest = is_true(attributes_get(output, "push-by-digest")),
    };
    GError *cause = NULL;

    exporting.vertex = progress_begin(build->progress, "exporting to image", "exporting to image");
    bool is_fine = export_names(&exporting, names, &cause);
    if (is_fine)
        progress_done(build->progress, exporting.vertex);
    is_fine = is_fine && write_metadata(&exporting, names, &cause);
    g_clear_pointer(&exporting.index, g_bytes_unref);
    g_free(exporting.digest);
    return is_fine || build_fail(build, exporting.vertex, NULL, cause);
}

bool build_export(struct build *build)
{
    for (guint i = 0; i < build->command->outputs->len; i++) {
        const struct attributes *output = g_ptr_array_index(build->command->outputs, i);
        const char *type = attributes_get(output, "type");
        if (strcmp(type, "image") == 0 ? export_image(build, output)
                                       : strcmp(type, "cacheonly") == 0)
            continue;
        if (build->error == NULL)
            build_fail(build, NULL, NULL,
                       g_error_new(BASE_ERROR, BASE_ERROR_USAGE,
                                   "exporter \"%s\" could not be found", type));
        return false;
    }
    return true;
}
