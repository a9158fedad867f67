/* A cache in a registry: an image manifest whose layers are those of the steps, or an image with an
   inline cache (cache/remotecache/registry, import.go, export.go). */
#include "mocks/buildkit/cache.h"

#include "base/digest.h"

#include <string.h>

#define IMPORTER "failed to configure registry cache importer: "
#define EXPORTER "failed to solve: failed to configure registry cache exporter: "

/* Minor versions of BuildKit. */
enum {
    IMAGE_MANIFEST_SINCE = 12,
    IMAGE_MANIFEST_DEFAULT_SINCE = 21,
};

static char *source(const struct attributes *attributes)
{
    const char *ref = attributes_get(attributes, "ref");
    return g_strdup(ref != NULL ? ref : "registry:0");
}

/* ---- import ---- */

/* The importer is there when the reference is resolved; what is read later fails without its name.
 */
static void word_import_failure(GError **error)
{
    static const char *const later[] = {"failed to copy", "failed to read expected",
                                        "failed commit"};
    for (gsize i = 0; i < G_N_ELEMENTS(later); i++)
        if (g_str_has_prefix((*error)->message, later[i]))
            return;
    if ((*error)->domain != FIBER_ERROR)
        g_prefix_error(error, IMPORTER);
}

static bool import_from(struct imported *imported, const char *ref, GError **error)
{
    struct build *build = imported->build;
    AUTO(reference) reference = reference_parse(ref, /* default_tag= */ true, error);
    if (reference == NULL)
        return false;
    struct base *base = base_obtain(build, ref, buildkitd_platform(build->daemon), NULL, error);
    if (base == NULL || !base_read(base, error))
        return false;
    json_t *records = json_get_object(base->config, CACHE_RECORDS_KEY);
    if (records != NULL)
        json_object_update(imported->records, records);
    imported->base = base;
    return true;
}

static bool import(struct imported *imported, GError **error)
{
    const char *ref = attributes_get(imported->attributes, "ref");
    GError *cause = NULL;
    if (import_from(imported, ref != NULL ? ref : "", &cause))
        return true;
    word_import_failure(&cause);
    g_propagate_error(error, cause);
    return false;
}

static bool fetch(struct imported *imported, const struct cache_layer *layer, GError **error)
{
    return base_fetch_layer(imported->base, layer->stored->digest, layer->vertex, error);
}

/* ---- export ---- */

static bool check(const struct build *build, const struct attributes *attributes, GError **error)
{
    const char *ref = attributes_get(attributes, "ref");
    (void)build;
    if (ref == NULL || *ref == '\0') {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "registry cache exporter requires ref");
        return false;
    }
    AUTO(reference) reference = reference_parse(ref, /* default_tag= */ true, error);
    if (reference == NULL)
        g_prefix_error(error, EXPORTER);
    return reference != NULL;
}

/* "error: …" and "retrying in 1s" of a layer */
static void on_progress(void *context, const struct pull_progress *progress)
{
    const struct cache_writing *writing = context;
    if (progress->id == NULL)
        progress_line(writing->build->progress, writing->vertex, "%s", progress->status);
}

/* Opt-in since v0.12 (moby/buildkit#3724), the default since v0.21 (#5892), but not with Docker's
   types (#5966). */
static bool is_image_manifest(const struct cache_writing *writing)
{
    const struct attributes *attributes = writing->attributes;
    const struct buildkitd *daemon = writing->build->daemon;
    bool is_docker = attributes_get(attributes, "oci-mediatypes") != NULL &&
                     !attributes_is_true(attributes, "oci-mediatypes");
    if (!buildkitd_is_since(daemon, IMAGE_MANIFEST_SINCE))
        return false;
    if (attributes_get(attributes, "image-manifest") != NULL)
        return attributes_is_true(attributes, "image-manifest");
    return !is_docker && buildkitd_is_since(daemon, IMAGE_MANIFEST_DEFAULT_SINCE);
}

/* Amazon ECR takes caches as image manifests alone (aws/containers-roadmap#876): it refuses the
   other kind when all layers are there, in these words (overhangio/tutor#1118). */
static bool is_refused(const struct cache_writing *writing, const struct reference *reference)
{
    return g_regex_match_simple("\\.dkr\\.ecr(-fips)?\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?$",
                                reference->domain, 0, 0) &&
           !is_image_manifest(writing);
}

static bool refuse(const struct reference *reference, const struct cache_document *document,
                   GError **error)
{
    g_autofree char *digest = digest_of_bytes(document->manifest);
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO,
                "error writing manifest blob: failed commit on ref \"%s\": unexpected status from "
                "PUT request to https://%s/v2/%s/manifests/%s: 400 Bad Request",
                digest, reference->domain, reference->path, reference->tag);
    return false;
}

static bool push_document(const struct cache_writing *writing, const struct reference *reference,
                          const struct cache_document *document, GError **error)
{
    g_autoptr(GPtrArray) manifests = media_manifests_new();
    g_autofree char *config_digest = digest_of_bytes(document->config);
    AUTO(credentials) credentials = credentials_of(writing->build, reference->domain);
    media_add_blob(document->blobs, config_digest, document->config,
                   (int64_t)g_bytes_get_size(document->config), NULL);
    /* Where it will be refused, the tag never comes to be. */
    g_autofree char *digest = digest_of_bytes(document->manifest);
    media_add_manifest(manifests, document->manifest, MEDIA_MANIFEST,
                       is_refused(writing, reference) ? digest : reference->tag);
    const struct push push = {
        .reference = reference, .blobs = document->blobs, .manifests = manifests, .is_cache = true};
    return puller_push(writing->build->daemon->puller, &push, credentials, on_progress,
                       (void *)writing, error);
}

/* Of the two kinds of documents the image manifest is OCI's alone (NewExportableCache). */
static bool check_kind(const struct attributes *attributes, GError **error)
{
    bool is_docker = attributes_get(attributes, "oci-mediatypes") != NULL &&
                     !attributes_is_true(attributes, "oci-mediatypes");
    if (!is_docker || !attributes_is_true(attributes, "image-manifest"))
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                "invalid configuration for remote cache, OCI mediatypes are required for "
                "image-manifest cache format");
    return false;
}

static bool export(const struct cache_writing *writing, GError **error)
{
    struct cache_document document = {0};
    const char *ref = attributes_get(writing->attributes, "ref");
    AUTO(reference) reference = reference_parse(ref, /* default_tag= */ true, error);
    if (reference == NULL || !check_kind(writing->attributes, error))
        return false;
    cache_document_make(writing, &document);
    bool is_fine = push_document(writing, reference, &document, error) &&
                   (!is_refused(writing, reference) || refuse(reference, &document, error));
    cache_document_clear(&document);
    return is_fine;
}

const struct cache_kind cache_registry = {
    .type = "registry",
    .export_name = "exporting cache to registry",
    .source = source,
    .import = import,
    .fetch = fetch,
    .check_export = check,
    .export = export,
};
