/* The end of a build: "exporting to image", the push, the metadata file (captures 51-54). */
#include "mocks/buildkit/exporting.h"

#include "base/digest.h"
#include "base/units.h"

#include <string.h>

/* ---- what is pushed ---- */

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

static void add_small_blob(GPtrArray *blobs, GBytes *bytes)
{
    g_autofree char *digest = digest_of_bytes(bytes);
    media_add_blob(blobs, digest, bytes, (int64_t)g_bytes_get_size(bytes), NULL);
}

static void add_attestation(const struct target *target, GPtrArray *blobs)
{
    add_small_blob(blobs, target->statement);
    add_small_blob(blobs, target->attestation_config);
}

GPtrArray *exporting_make_blobs(const struct exporting *exporting,
                                const struct reference *reference, GError **error)
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
        if (target->attestation != NULL)
            add_attestation(target, blobs);
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
        if (target->attestation != NULL)
            media_add_manifest(manifests, target->attestation, MEDIA_MANIFEST,
                               target->attestation_digest);
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

double exporting_seconds_since(const struct exporting *exporting, int64_t started_us)
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
    g_autoptr(GPtrArray) blobs = exporting_make_blobs(exporting, reference, error);
    if (blobs == NULL)
        return false;
    g_autoptr(GPtrArray) manifests = make_manifests(exporting, reference);
    const struct push push = {.reference = reference, .blobs = blobs, .manifests = manifests};
    int64_t started_us = loop_now_us(build->daemon->loop);

    progress_line(build->progress, exporting->vertex, "pushing layers");
    if (!puller_push(build->daemon->puller, &push, credentials, on_push_progress, exporting, error))
        return false;
    double seconds = exporting_seconds_since(exporting, started_us);
    g_autofree char *full = reference_text(reference);
    progress_line(build->progress, exporting->vertex, "pushing layers %.1fs done", seconds);
    progress_line(build->progress, exporting->vertex, "pushing manifest for %s@%s %.1fs done", full,
                  exporting->digest, 0.0);
    build_note(build, NULL, full, "push");
    return true;
}

/* ---- exporting ---- */

/* Attributes "annotation.KEY" and those for one kind of document, "annotation-index.KEY". */
static json_t *annotations_of(const struct attributes *output, const char *const *prefixes)
{
    json_t *annotations = json_object();
    for (guint i = 0; i < output->pairs->len; i++) {
        g_auto(GStrv) pair = g_strsplit(g_ptr_array_index(output->pairs, i), "=", 2);
        for (gsize j = 0; prefixes[j] != NULL && pair[0] != NULL && pair[1] != NULL; j++)
            if (g_str_has_prefix(pair[0], prefixes[j]))
                json_object_set_new(annotations, pair[0] + strlen(prefixes[j]),
                                    json_string(pair[1]));
    }
    return annotations;
}

/* The document with the annotations; takes bytes over. */
static GBytes *annotate(GBytes *bytes, const struct attributes *output, const char *const *prefixes)
{
    g_autoptr(json_t) annotations = annotations_of(output, prefixes);
    if (json_object_size(annotations) == 0)
        return bytes;
    g_autoptr(GBytes) plain = bytes;
    g_autoptr(json_t) document = json_parse_gbytes(plain, NULL);
    json_object_set(document, "annotations", annotations);
    return json_bytes(document);
}

static bool make_target(const struct exporting *exporting, struct target *target, GError **error)
{
    static const char *const prefixes[] = {"annotation.", "annotation-manifest.", NULL};
    target_forget_image(target);
    if (!target_make_image(target, error))
        return false;
    target->manifest = annotate(target->manifest, exporting->output, prefixes);
    g_free(target->manifest_digest);
    target->manifest_digest = digest_of_bytes(target->manifest);
    if (exporting->has_attestations)
        target_make_attestation(target);
    return true;
}

static void tell_target(const struct exporting *exporting, const struct target *target)
{
    struct progress *progress = exporting->build->progress;
    progress_line(progress, exporting->vertex, "exporting manifest %s done",
                  target->manifest_digest);
    progress_line(progress, exporting->vertex, "exporting config %s done", target->config_digest);
    if (target->attestation != NULL)
        progress_line(progress, exporting->vertex, "exporting attestation manifest %s done",
                      target->attestation_digest);
}

/* The classic store of an Engine knows images by their configs alone. */
static bool is_for_classic_store(const struct build *build)
{
    return build->daemon->is_engine && !dockerd_has_containerd_store(build->daemon->dockerd);
}

/* Without an index nothing can have its annotations (writer.go). */
static bool check_annotations(const struct exporting *exporting, GError **error)
{
    static const char *const prefixes[] = {"annotation-index.", "annotation-index-descriptor.",
                                           NULL};
    g_autoptr(json_t) annotations = annotations_of(exporting->output, prefixes);
    bool has_index = exporting->build->targets->len > 1 || exporting->has_attestations;
    if (has_index || json_object_size(annotations) == 0 || is_for_classic_store(exporting->build))
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "index annotations not supported for single platform export");
    return false;
}

bool exporting_make_images(struct exporting *exporting, GError **error)
{
    static const char *const prefixes[] = {"annotation-index.", NULL};
    if (!check_annotations(exporting, error))
        return false;
    struct build *build = exporting->build;
    int64_t started_us = loop_now_us(build->daemon->loop);
    const struct target *first = g_ptr_array_index(build->targets, 0);
    for (guint i = 0; i < build->targets->len; i++)
        if (!make_target(exporting, g_ptr_array_index(build->targets, i), error))
            return false;
    progress_line(build->progress, exporting->vertex, "exporting layers %.1fs done",
                  exporting_seconds_since(exporting, started_us));
    exporting->digest =
        g_strdup(is_for_classic_store(build) ? first->config_digest : first->manifest_digest);
    if (is_for_classic_store(build))
        return true;
    for (guint i = 0; i < build->targets->len; i++)
        tell_target(exporting, g_ptr_array_index(build->targets, i));
    if (build->targets->len == 1 && !exporting->has_attestations)
        return true;
    exporting->index = annotate(build_make_index(build), exporting->output, prefixes);
    g_free(exporting->digest);
    exporting->digest = digest_of_bytes(exporting->index);
    progress_line(build->progress, exporting->vertex, "exporting manifest list %s done",
                  exporting->digest);
    return true;
}

static bool write_metadata(const struct exporting *exporting, const char *names, GError **error)
{
    const struct build *build = exporting->build;
    const struct target *first = g_ptr_array_index(build->targets, 0);
    bool is_index = exporting->index != NULL;
    if (build->command->metadata_file == NULL)
        return true;
    g_autoptr(json_t) metadata = json_object();
    /* An index, even of one platform with its attestations, stands for no config (writer.go). */
    if (!is_index)
        json_object_set_new(metadata, "containerimage.config.digest",
                            json_string(first->config_digest));
    if (!is_for_classic_store(build))
        json_object_set_new(metadata, "containerimage.descriptor",
                            media_descriptor(is_index ? MEDIA_INDEX : MEDIA_MANIFEST,
                                             is_index ? exporting->index : first->manifest));
    json_object_set_new(metadata, "containerimage.digest", json_string(exporting->digest));
    if (names != NULL)
        json_object_set_new(metadata, "image.name", json_string(names));
    if (exporting->declared_bytes > 0)
        json_object_set_new(metadata, "dev.seatrial.declared-bytes",
                            json_integer(exporting->declared_bytes));
    g_autofree char *text = json_pretty_text(metadata);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return container_write_file(build->daemon->container, build->command->metadata_file, bytes,
                                error);
}

/* Behind all outputs: an image of them has written the rest. */
static bool add_stand_ins(struct build *build, GError **error)
{
    const char *path = build->command->metadata_file;
    GBytes *before = path != NULL ? container_file(build->daemon->container, path) : NULL;
    g_autoptr(json_t) metadata = before != NULL ? json_parse_gbytes(before, NULL) : NULL;
    if (!build->has_given_stand_ins || path == NULL)
        return true;
    if (metadata == NULL)
        metadata = json_object();
    json_object_set_new(metadata, METADATA_STAND_INS, json_true());
    g_autofree char *text = json_pretty_text(metadata);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return container_write_file(build->daemon->container, path, bytes, error);
}

static bool is_true(const char *text)
{
    return text != NULL && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0 || *text == '\0');
}

/* ---- image ---- */

/* "naming to docker.io/library/t:bk" (capture 70) */
static bool keep_in_engine(struct exporting *exporting, char *const *names, GError **error)
{
    struct build *build = exporting->build;
    g_autofree char *id = NULL;
    if (!engine_keep_images(build, names, exporting->index, &id, error))
        return false;
    if (is_for_classic_store(build))
        progress_line(build->progress, exporting->vertex, "writing image %s done", id);
    for (gsize i = 0; names[i] != NULL; i++) {
        AUTO(reference) reference = reference_parse(names[i], /* default_tag= */ true, error);
        if (reference == NULL)
            return false;
        g_autofree char *full = reference_text(reference);
        progress_line(build->progress, exporting->vertex, "naming to %s done", full);
    }
    return true;
}

/* The classic store's exporter does not push: buildx does, through the Engine. */
static bool export_names(struct exporting *exporting, const char *names, GError **error)
{
    const struct build *build = exporting->build;
    g_auto(GStrv) list = g_strsplit(names != NULL ? names : "", ",", -1);
    if (!exporting_make_images(exporting, error))
        return false;
    if (build->daemon->is_engine && !keep_in_engine(exporting, list, error))
        return false;
    bool is_push = exporting->is_push && !is_for_classic_store(build);
    for (gsize i = 0; is_push && list[i] != NULL; i++)
        if (!push_name(exporting, list[i], error))
            return false;
    return true;
}

/* ---- the table ---- */

/* local is a tar here, which the client unpacks: it comes through the session file by file. */
static const struct exporter {
    const char *type;
    const char *vertex;
    bool holds_attestations;
    bool makes_image;
    bool (*export)(struct exporting *exporting, const char *names, GError **error);
} exporters[] = {
    {"image", "exporting to image", true, true, export_names},
    {"docker", "exporting to docker image format", false, true, exporting_write_layout},
    {"oci", "exporting to oci image format", true, true, exporting_write_layout},
    {"local", "exporting to client directory", false, false, exporting_write_files},
    {"tar", "exporting to client tarball", false, false, exporting_write_files},
};

static bool export_with(struct build *build, const struct exporter *exporter,
                        const struct attributes *output)
{
    const char *names = attributes_get(output, "name");
    struct exporting exporting = {
        .build = build,
        .output = output,
        .is_push = is_true(attributes_get(output, "push")),
        .is_by_digest = is_true(attributes_get(output, "push-by-digest")),
        .has_attestations = exporter->holds_attestations &&
                            build_has_attestations(build, strcmp(exporter->type, "image") == 0) &&
                            !is_for_classic_store(build),
    };
    GError *cause = NULL;

    exporting.vertex = progress_begin(build->progress, exporter->vertex, exporter->vertex);
    bool is_fine = exporter->export(&exporting, names, &cause);
    if (is_fine)
        progress_done(build->progress, exporting.vertex);
    is_fine = is_fine && (!exporter->makes_image || write_metadata(&exporting, names, &cause));
    g_clear_pointer(&exporting.index, g_bytes_unref);
    g_free(exporting.digest);
    return is_fine || build_fail(build, exporting.vertex, NULL, cause);
}

static const struct exporter *find_exporter(const char *type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(exporters); i++)
        if (g_strcmp0(exporters[i].type, type) == 0)
            return &exporters[i];
    return NULL;
}

bool build_export(struct build *build)
{
    for (guint i = 0; i < build->command->outputs->len; i++) {
        const struct attributes *output = g_ptr_array_index(build->command->outputs, i);
        const char *type = attributes_get(output, "type");
        const struct exporter *exporter = find_exporter(type);
        if (strcmp(type, "cacheonly") == 0)
            continue;
        if (exporter == NULL)
            return build_fail(build, NULL, NULL,
                              g_error_new(BASE_ERROR, BASE_ERROR_USAGE,
                                          "exporter \"%s\" could not be found", type));
        if (!export_with(build, exporter, output))
            return false;
    }
    GError *cause = NULL;
    return add_stand_ins(build, &cause) || build_fail(build, NULL, NULL, cause);
}
