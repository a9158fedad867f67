/* Outputs for the client: tarballs of an image layout, files of a stage. */
#include "mocks/buildkit/exporting.h"

#include "base/archive.h"

#include <string.h>

/* A tarball on its way to the client; assumed, as fast as a good disk. */
enum {
    SENT_BYTES_PER_US = 500
};

/* ---- tar: oci and docker ---- */

static void add_to_layout(struct archive_writer *writer, const char *digest, GBytes *bytes)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    g_autofree char *name = g_strconcat("blobs/sha256/", strchr(digest, ':') + 1, NULL);
    archive_writer_add_file(writer, name, 0644, data, length_bytes);
}

static void add_document(struct archive_writer *writer, const char *name, json_t *document)
{
    g_autofree char *text = json_text(document);
    archive_writer_add_file(writer, name, 0644, text, strlen(text));
    json_decref(document);
}

static json_t *layout_index(const struct exporting *exporting, GBytes *top, const char *names)
{
    json_t *entry = media_descriptor(exporting->index != NULL ? MEDIA_INDEX : MEDIA_MANIFEST, top);
    if (names != NULL) {
        g_auto(GStrv) list = g_strsplit(names, ",", -1);
        g_autoptr(GString) full = g_string_new(NULL);
        for (gsize i = 0; list[i] != NULL; i++) {
            AUTO(reference) reference = reference_parse(list[i], /* default_tag= */ true, NULL);
            g_autofree char *text =
                reference != NULL ? reference_text(reference) : g_strdup(list[i]);
            g_string_append_printf(full, "%s%s", i > 0 ? "," : "", text);
        }
        json_object_set_new(entry, "annotations",
                            json_pack("{s:s}", "io.containerd.image.name", full->str));
    }
    return json_pack("{s:i, s:s, s:[o]}", "schemaVersion", 2, "mediaType", MEDIA_INDEX, "manifests",
                     entry);
}

static char *blob_path(const char *digest)
{
    return g_strconcat("blobs/sha256/", strchr(digest, ':') + 1, NULL);
}

/* A layer under its diff id, with what it stands for; the classic store reads no manifest. */
static void add_source(const struct target *target, json_t *sources, json_t *paths,
                       const struct stored *stored)
{
    g_autofree char *path = blob_path(stored->digest);
    GBytes *bytes = store_find_blob(target->build->daemon, stored->digest);
    json_array_append_new(paths, json_string(path));
    json_object_set_new(sources, stored->diff_id,
                        media_layer(stored, bytes != NULL ? g_bytes_get_size(bytes) : 0));
}

static json_t *familiar_names(const char *names)
{
    g_auto(GStrv) list = g_strsplit(names != NULL ? names : "", ",", -1);
    json_t *tags = json_array();
    for (gsize i = 0; list[i] != NULL; i++) {
        AUTO(reference) reference = reference_parse(list[i], /* default_tag= */ true, NULL);
        g_autofree char *text = reference != NULL ? reference_familiar(reference) : NULL;
        if (text != NULL)
            json_array_append_new(tags, json_string(text));
    }
    return tags;
}

/* What makes a layout one that every Engine loads (containerd core/images/archive). */
static void add_docker_manifest(struct archive_writer *writer, const struct target *target,
                                const char *names)
{
    const struct stage_state *state =
        g_ptr_array_index(target->states, (guint)target->plan->target->index);
    g_autofree char *config = blob_path(target->config_digest);
    json_t *sources = json_object();
    json_t *paths = json_array();
    for (guint i = 0; i < state->layers->len; i++)
        add_source(target, sources, paths, g_ptr_array_index(state->layers, i));
    add_document(writer, "manifest.json",
                 json_pack("[{s:s, s:o, s:o, s:o}]", "Config", config, "RepoTags",
                           familiar_names(names), "Layers", paths, "LayerSources", sources));
}

static bool is_docker(const struct exporting *exporting)
{
    return strcmp(attributes_get(exporting->output, "type"), "docker") == 0;
}

static GBytes *make_layout(struct exporting *exporting, GPtrArray *blobs, const char *names)
{
    const GPtrArray *targets = exporting->build->targets;
    const struct target *first = g_ptr_array_index(targets, 0);
    GBytes *top = exporting->index != NULL ? exporting->index : first->manifest;
    AUTO(archive_writer) writer = archive_writer_new();

    add_document(writer, "oci-layout", json_pack("{s:s}", "imageLayoutVersion", "1.0.0"));
    for (guint i = 0; i < blobs->len; i++) {
        const struct push_blob *blob = g_ptr_array_index(blobs, i);
        add_to_layout(writer, blob->digest, blob->bytes);
        exporting->declared_bytes += blob->declared_bytes;
    }
    for (guint i = 0; i < targets->len; i++) {
        const struct target *target = g_ptr_array_index(targets, i);
        add_to_layout(writer, target->manifest_digest, target->manifest);
        if (target->attestation != NULL)
            add_to_layout(writer, target->attestation_digest, target->attestation);
    }
    if (exporting->index != NULL)
        add_to_layout(writer, exporting->digest, top);
    add_document(writer, "index.json", layout_index(exporting, top, names));
    if (is_docker(exporting))
        add_docker_manifest(writer, first, names);
    return archive_writer_finish(writer);
}

/* What a client gets by the session: a file here. It takes the time of its declared bytes. */
static bool send_file(struct exporting *exporting, GBytes *bytes, const char *what, GError **error)
{
    const struct build *build = exporting->build;
    const char *path = attributes_get(exporting->output, "dest");
    int64_t started_us = loop_now_us(build->daemon->loop);
    if (path == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "dest file is required for %s exporter",
                    attributes_get(exporting->output, "type"));
        return false;
    }
    if (!fiber_sleep(build->daemon->loop, exporting->declared_bytes / SENT_BYTES_PER_US, error) ||
        !container_write_file(build->daemon->container, path, bytes, error))
        return false;
    progress_line(build->progress, exporting->vertex, "%s %.1fs done", what,
                  exporting_seconds_since(exporting, started_us));
    return true;
}

bool exporting_write_layout(struct exporting *exporting, const char *names, GError **error)
{
    AUTO(reference) any = reference_parse("layout", /* default_tag= */ true, error);
    if (any == NULL || !exporting_make_images(exporting, error))
        return false;
    g_autoptr(GPtrArray) blobs = exporting_make_blobs(exporting, any, error);
    if (blobs == NULL)
        return false;
    g_autoptr(GBytes) tar = make_layout(exporting, blobs, names);
    return send_file(exporting, tar, "sending tarball", error);
}

/* ---- files: local and tar ---- */

enum {
    FOLDER_MODE = 0755
};

static const struct stage_state *result_of(const struct target *target)
{
    return g_ptr_array_index(target->states, (guint)target->plan->target->index);
}

/* What nobody made here: files of base images and of RUN are missing, and those that COPY took of
   them have no content of their own. */
static bool has_stand_ins(const struct stage_state *state)
{
    for (guint i = 0; i < build_files_count(state->files); i++) {
        const struct build_file *file = build_files_at(state->files, i);
        if (file->declared_bytes != (int64_t)g_bytes_get_size(file->bytes))
            return true;
    }
    return build_files_is_open(state->files);
}

/* Several platforms lie in folders of their own, "linux_arm64". */
static char *result_name(const struct build *build, const struct target *target, const char *path)
{
    if (build->targets->len == 1)
        return g_strdup(path);
    g_autofree char *folder = g_strdelimit(g_strdup(target->platform), "/", '_');
    return g_strconcat(folder, "/", path, NULL);
}

static void add_folders(struct archive_writer *writer, const struct build *build,
                        const struct target *target)
{
    const struct build_files *files = result_of(target)->files;
    for (guint i = 0; i < build_files_folder_count(files); i++) {
        g_autofree char *name = result_name(build, target, build_files_folder_at(files, i));
        archive_writer_add_directory(writer, name, FOLDER_MODE);
    }
}

bool exporting_write_files(struct exporting *exporting, const char *names, GError **error)
{
    struct build *build = exporting->build;
    bool is_tar = strcmp(attributes_get(exporting->output, "type"), "tar") == 0;
    AUTO(archive_writer) writer = archive_writer_new();

    (void)names;
    for (guint i = 0; i < build->targets->len; i++) {
        const struct target *target = g_ptr_array_index(build->targets, i);
        const struct build_files *files = result_of(target)->files;
        build->has_given_stand_ins = build->has_given_stand_ins || has_stand_ins(result_of(target));
        for (guint j = 0; j < build_files_count(files); j++) {
            const struct build_file *file = build_files_at(files, j);
            gsize length_bytes = 0;
            const void *bytes = g_bytes_get_data(file->bytes, &length_bytes);
            g_autofree char *name = result_name(build, target, file->path);
            archive_writer_add_file(writer, name, file->mode, bytes, length_bytes);
        }
        add_folders(writer, build, target);
        exporting->declared_bytes += build_files_bytes(files);
    }
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    g_autofree char *size = progress_size(exporting->declared_bytes);
    g_autofree char *what =
        is_tar ? g_strdup("sending tarball") : g_strdup_printf("copying files %s", size);
    return send_file(exporting, tar, what, error);
}
