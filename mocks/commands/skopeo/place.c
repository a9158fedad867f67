/* Names of images, and the table of transports (transports/alltransports). */
#include "mocks/commands/skopeo/place.h"

#include "base/archive.h"
#include "base/digest.h"

#include <string.h>

static const struct skopeo_kind *const kinds[] = {
    &skopeo_dir_kind,           &skopeo_docker_kind, &skopeo_docker_archive_kind,
    &skopeo_docker_daemon_kind, &skopeo_oci_kind,    &skopeo_oci_archive_kind,
};

/* Transports that nobody models. */
static const struct skopeo_kind others[] = {
    {.name = "atomic"},  {.name = "containers-storage"}, {.name = "ostree"}, {.name = "sif"},
    {.name = "tarball"},
};

static const struct skopeo_kind *find_kind(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (strcmp(others[i].name, name) == 0)
            return &others[i];
    return NULL;
}

const struct skopeo_kind *skopeo_kind_of(const char *text)
{
    g_autofree char *name = g_strndup(text, strcspn(text, ":"));
    return strchr(text, ':') != NULL ? find_kind(name) : NULL;
}

void skopeo_place_clear(struct skopeo_place *place)
{
    g_clear_pointer(&place->name, g_free);
    g_clear_pointer(&place->reference, image_reference_free);
    g_clear_pointer(&place->path, g_free);
    g_clear_pointer(&place->image, g_free);
}

bool skopeo_place_parse(const char *text, struct skopeo_place *place, GError **error)
{
    const char *colon = strchr(text, ':');
    if (colon == NULL)
        return skopeo_fail(error,
                           "Invalid image name \"%s\", expected colon-separated "
                           "transport:reference",
                           text);
    place->kind = skopeo_kind_of(text);
    if (place->kind == NULL)
        return skopeo_fail(error, "Invalid image name \"%s\", unknown transport \"%.*s\"", text,
                           (int)(colon - text), text);
    if (place->kind->parse == NULL)
        return skopeo_fail_unknown(error);
    return place->kind->parse(colon + 1, place, error);
}

/* ---- sources and targets ---- */

void skopeo_source_clear(struct skopeo_source *source)
{
    skopeo_document_clear(&source->top);
    skopeo_registry_clear(&source->registry);
    g_clear_pointer(&source->files, skopeo_files_free);
    g_clear_pointer(&source->index, json_decref);
    g_clear_pointer(&source->layers, json_decref);
}

bool skopeo_source_open(struct skopeo_source *source, const struct skopeo_run *run,
                        const struct skopeo_context *context, const struct skopeo_place *place,
                        GError **error)
{
    source->run = run;
    source->context = context;
    source->place = place;
    if (place->kind->open == NULL)
        return skopeo_fail_unknown(error);
    return place->kind->open(source, error);
}

bool skopeo_source_load(struct skopeo_source *source, GError **error)
{
    return source->top.bytes != NULL ||
           source->place->kind->manifest(source, NULL, &source->top, error);
}

void skopeo_target_clear(struct skopeo_target *target)
{
    skopeo_registry_clear(&target->registry);
    g_clear_pointer(&target->archive, archive_writer_free);
    g_clear_pointer(&target->written, g_hash_table_unref);
    g_clear_pointer(&target->index, json_decref);
}

/* ---- docker: ---- */

static bool parse_docker(const char *rest, struct skopeo_place *place, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (!g_str_has_prefix(rest, "//"))
        return skopeo_fail(error, "docker: image reference %s does not start with //", rest);
    place->reference = image_reference_parse(rest + 2, &reason);
    if (place->reference == NULL) {
        bool is_upper = strstr(reason->message, "must be lowercase") != NULL;
        return skopeo_fail(error, "%s",
                           is_upper ? "invalid reference format: repository name must be lowercase"
                                    : reason->message);
    }
    if (place->reference->tag != NULL && place->reference->digest != NULL)
        return skopeo_fail(error, "Docker references with both a tag and digest are currently not "
                                  "supported");
    if (image_reference_is_name_only(place->reference))
        place->reference->tag = g_strdup("latest");
    g_autofree char *shown = image_reference_familiar_text(place->reference);
    place->name = g_strconcat("docker://", shown, NULL);
    return true;
}

static bool open_docker(struct skopeo_source *source, GError **error)
{
    skopeo_registry_init(&source->registry, source->run, source->context, "pull");
    return skopeo_registry_open(&source->registry, source->place->reference, error) &&
           skopeo_registry_manifest(&source->registry, skopeo_registry_wanted(&source->registry),
                                    &source->top, error);
}

static bool docker_manifest(struct skopeo_source *source, const char *digest,
                            struct skopeo_document *document, GError **error)
{
    return skopeo_registry_manifest(
        &source->registry, digest != NULL ? digest : skopeo_registry_wanted(&source->registry),
        document, error);
}

static bool docker_blob(struct skopeo_source *source, const char *digest, struct skopeo_blob *blob,
                        GError **error)
{
    const struct image_reference *reference = source->place->reference;
    if (!skopeo_registry_open_blob(&source->registry, digest, blob, error))
        return false;
    if (source->cache != NULL)
        skopeo_blob_cache_record(source->cache, reference->domain, digest, reference->path);
    return true;
}

static bool begin_docker(struct skopeo_target *target, GError **error)
{
    skopeo_registry_init(&target->registry, target->run, target->context, "pull,push");
    return skopeo_registry_open(&target->registry, target->place->reference, error);
}

static void record(struct skopeo_target *target, const char *digest)
{
    const struct image_reference *reference = target->place->reference;
    skopeo_blob_cache_record(target->cache, reference->domain, digest, reference->path);
}

/* Whatever happens on the way ends only this attempt; a killed command's waits all fail. */
static bool try_place(struct skopeo_target *target, const struct skopeo_candidate *candidate,
                      int64_t *size_bytes)
{
    const char *own = target->place->reference->path;
    const char *path = candidate->path != NULL ? candidate->path : own;
    g_autofree char *scope = g_strdup_printf("repository:%s:pull", path);
    bool found = false;
    bool is_here = strcmp(path, own) == 0;
    return skopeo_registry_has_blob(&target->registry, path, candidate->digest, scope, &found,
                                    size_bytes, NULL) &&
           found &&
           (is_here || skopeo_registry_mount(&target->registry, path, candidate->digest, NULL));
}

/* Other places that had it, or had what comes of it. */
static bool find_elsewhere(struct skopeo_target *target, struct skopeo_reuse *reuse)
{
    const struct image_reference *reference = target->place->reference;
    g_autoptr(GPtrArray) candidates = skopeo_blob_cache_find(target->cache, reference->domain,
                                                             reuse->digest, reuse->may_be_packed);
    for (guint i = 0; i < candidates->len; i++) {
        const struct skopeo_candidate *candidate = g_ptr_array_index(candidates, i);
        bool is_same = strcmp(candidate->digest, reuse->digest) == 0;
        if ((is_same && g_strcmp0(candidate->path, reference->path) == 0) ||
            !try_place(target, candidate, &reuse->size_bytes))
            continue;
        reuse->packed = is_same ? NULL : g_strdup(candidate->digest);
        return true;
    }
    return false;
}

static bool docker_has(struct skopeo_target *target, struct skopeo_reuse *reuse, GError **error)
{
    const struct image_reference *reference = target->place->reference;
    if (!skopeo_registry_has_blob(&target->registry, reference->path, reuse->digest, NULL,
                                  &reuse->is_found, &reuse->size_bytes, error))
        return false;
    reuse->is_found = reuse->is_found || find_elsewhere(target, reuse);
    if (reuse->is_found)
        record(target, reuse->packed != NULL ? reuse->packed : reuse->digest);
    return true;
}

static bool docker_put(struct skopeo_target *target, struct skopeo_blob *blob, bool is_known,
                       GError **error)
{
    bool found = false;
    int64_t size_bytes = 0;
    if (is_known && !skopeo_registry_has_blob(&target->registry, target->place->reference->path,
                                              blob->digest, NULL, &found, &size_bytes, error))
        return false;
    if (!found && !skopeo_registry_put_blob(&target->registry, blob, error))
        return false;
    if (!found)
        skopeo_blob_cache_know(target->cache, blob->digest);
    record(target, blob->digest);
    return true;
}

static bool docker_put_manifest(struct skopeo_target *target, GBytes *bytes, const char *digest,
                                GError **error)
{
    return skopeo_registry_put_manifest(
        &target->registry, digest != NULL ? digest : skopeo_registry_wanted(&target->registry),
        bytes, error);
}

static bool docker_end(struct skopeo_target *target, GError **error)
{
    (void)target;
    (void)error;
    return true;
}

const struct skopeo_kind skopeo_docker_kind = {
    .name = "docker",
    .parse = parse_docker,
    .open = open_docker,
    .manifest = docker_manifest,
    .blob = docker_blob,
    .begin = begin_docker,
    .has = docker_has,
    .put = docker_put,
    .put_manifest = docker_put_manifest,
    .end = docker_end,
    .is_read_parallel = true,
    .is_written_parallel = true,
    .wants_packed = true,
};
