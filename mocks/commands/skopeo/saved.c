/* Images as `docker save` writes them: docker-archive:, and docker-daemon:, which asks an Engine
   for one (docker/internal/tarfile, docker/archive, docker/daemon). */
#include "mocks/commands/skopeo/saved.h"
#include "mocks/commands/skopeo/folder.h"

#include "base/digest.h"
#include "base/gzip.h"
#include "base/limits.h"
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

/* ---- names ---- */

static bool parse_reference(const char *text, struct skopeo_place *place, GError **error)
{
    g_autoptr(GError) reason = NULL;
    place->reference = image_reference_parse(text, &reason);
    if (place->reference == NULL)
        return skopeo_fail(error, "%s", reason->message);
    return place->reference->digest == NULL || skopeo_fail_unknown(error);
}

static bool parse_archive(const char *rest, struct skopeo_place *place, GError **error)
{
    const char *colon = strchr(rest, ':');
    if (*rest == '\0')
        return skopeo_fail(error,
                           "docker-archive reference  isn't of the form <path>[:<reference>]");
    place->path = g_strndup(rest, strcspn(rest, ":"));
    place->name = g_strconcat("docker-archive:", place->path, NULL);
    if (colon == NULL)
        return true;
    if (colon[1] == '@')
        return skopeo_fail_unknown(error);
    if (!skopeo_prefixed(parse_reference(colon + 1, place, error), error,
                         "docker-archive parsing reference: "))
        return false;
    if (place->reference->tag == NULL)
        place->reference->tag = g_strdup("latest");
    g_autofree char *shown = image_reference_text(place->reference);
    g_free(place->name);
    place->name = g_strconcat("docker-archive:", place->path, ":", shown, NULL);
    return true;
}

static bool parse_daemon(const char *rest, struct skopeo_place *place, GError **error)
{
    if (g_str_has_prefix(rest, "sha256:"))
        return skopeo_fail_unknown(error);
    if (!parse_reference(rest, place, error))
        return false;
    g_autofree char *shown = image_reference_familiar_text(place->reference);
    place->name = g_strconcat("docker-daemon:", shown, NULL);
    return place->reference->tag != NULL ||
           skopeo_fail(error, "docker-daemon: reference %s has neither a tag nor a digest", shown);
}

/* ---- the list of images ---- */

static bool read_list(struct skopeo_source *source, GError **error)
{
    g_autoptr(GBytes) bytes = skopeo_files_read(source->files, "manifest.json", NULL);
    source->index = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
    return json_is_array(source->index) || skopeo_fail_unknown(error);
}

static bool has_tag(const json_t *item, const char *wanted)
{
    size_t index;
    const json_t *tag;
    json_array_foreach (json_get_array(item, "RepoTags"), index, tag) {
        const char *text = json_string_value(tag);
        AUTO(image_reference) reference = text != NULL ? image_reference_parse(text, NULL) : NULL;
        g_autofree char *full = reference != NULL ? image_reference_text(reference) : NULL;
        if (g_strcmp0(full, wanted) == 0)
            return true;
    }
    return false;
}

/* An archive of one image needs no name. */
static const json_t *choose_item(const struct skopeo_source *source, GError **error)
{
    size_t index;
    const json_t *item;
    const struct image_reference *reference = source->place->reference;
    if (source->place->kind == &skopeo_docker_daemon_kind || reference == NULL) {
        if (json_array_size(source->index) == 1)
            return json_array_get(source->index, 0);
        (void)skopeo_fail(error, "Unexpected tarball manifest.json: expected 1 item, got %zu",
                          json_array_size(source->index));
        return NULL;
    }
    g_autofree char *wanted = image_reference_text(reference);
    json_array_foreach (source->index, index, item)
        if (has_tag(item, wanted))
            return item;
    (void)skopeo_fail(error, "Tag \"%s\" not found", wanted);
    return NULL;
}

/* ---- one image ---- */

/* A layer's file, unpacked: its digest is that of the tar. */
static GBytes *read_layer(const struct skopeo_source *source, const char *path, GError **error)
{
    gsize length = 0;
    g_autoptr(GBytes) bytes = skopeo_files_read(source->files, path, error);
    if (bytes == NULL)
        return NULL;
    const void *data = g_bytes_get_data(bytes, &length);
    if (!gzip_is_compressed(data, length))
        return g_steal_pointer(&bytes);
    GBytes *plain = gzip_decompress(data, length, HTTP_BODY_BYTES_MAX, NULL);
    if (plain == NULL)
        (void)skopeo_fail_unknown(error);
    return plain;
}

static bool add_layer(struct skopeo_source *source, const char *path, const char *digest,
                      json_t *list, GError **error)
{
    g_autoptr(GBytes) bytes = read_layer(source, path, error);
    if (bytes == NULL)
        return false;
    json_t *entry = json_object();
    json_object_set_new(entry, "mediaType",
                        json_string("application/vnd.docker.image.rootfs.diff.tar.gzip"));
    json_object_set_new(entry, "size", json_integer((json_int_t)g_bytes_get_size(bytes)));
    json_object_set_new(entry, "digest", json_string(digest));
    json_array_append_new(list, entry);
    json_object_set_new(source->layers, digest, json_string(path));
    return true;
}

static bool add_layers(struct skopeo_source *source, const json_t *item, const json_t *config,
                       json_t *list, GError **error)
{
    const json_t *paths = json_get_array(item, "Layers");
    const json_t *digests = json_get_array(json_get_object(config, "rootfs"), "diff_ids");
    size_t index;
    const json_t *path;
    if (json_array_size(paths) != json_array_size(digests))
        return skopeo_fail(error, "Inconsistent layer count: %zu in manifest, %zu in config",
                           json_array_size(paths), json_array_size(digests));
    json_array_foreach (paths, index, path) {
        const char *name = json_string_value(path);
        const char *digest = json_string_value(json_array_get(digests, index));
        if (name == NULL || digest == NULL)
            return skopeo_fail_unknown(error);
        if (!add_layer(source, name, digest, list, error))
            return false;
    }
    return true;
}

/* The manifest that such an image would have, were its layers what they are not: packed. */
static bool saved_manifest(struct skopeo_source *source, const char *digest,
                           struct skopeo_document *document, GError **error)
{
    (void)digest;
    const json_t *item = choose_item(source, error);
    if (item == NULL)
        return false;
    const char *path = json_get_string(item, "Config", "");
    g_autoptr(GBytes) bytes = skopeo_files_read(source->files, path, error);
    g_autoptr(json_t) config = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
    if (config == NULL)
        return bytes != NULL ? skopeo_fail_unknown(error) : false;
    g_autofree char *own = digest_of_bytes(bytes);
    g_autoptr(json_t) layers = json_array();
    g_clear_pointer(&source->layers, json_decref);
    source->layers = json_object();
    if (!add_layers(source, item, config, layers, error))
        return false;
    json_object_set_new(source->layers, own, json_string(path));
    g_autoptr(json_t) manifest =
        json_pack("{s:i,s:s,s:{s:s,s:I,s:s},s:O}", "schemaVersion", 2, "mediaType",
                  SKOPEO_DOCKER_MANIFEST, "config", "mediaType", SKOPEO_DOCKER_CONFIG, "size",
                  (json_int_t)g_bytes_get_size(bytes), "digest", own, "layers", layers);
    char *text = skopeo_json_compact(manifest);
    document->bytes = g_bytes_new_take(text, strlen(text));
    document->media_type = g_strdup(SKOPEO_DOCKER_MANIFEST);
    return true;
}

static bool saved_blob(struct skopeo_source *source, const char *digest, struct skopeo_blob *blob,
                       GError **error)
{
    const char *path = json_get_string(source->layers, digest, NULL);
    if (path == NULL)
        return skopeo_fail(error, "Unknown blob %s", digest);
    blob->digest = digest;
    blob->bytes = read_layer(source, path, error);
    return blob->bytes != NULL;
}

/* ---- docker-archive: ---- */

static bool open_archive(struct skopeo_source *source, GError **error)
{
    const char *path = source->place->path;
    g_autoptr(GError) reason = NULL;
    g_autofree char *quoted = human_quote(path);
    if (!skopeo_has_path(source->run, path))
        return skopeo_fail_unknown(error);
    g_autoptr(GBytes) bytes =
        world_read_file(source->run->call, path, IMAGE_ARCHIVE_BYTES_MAX, &reason);
    if (bytes == NULL)
        return skopeo_fail(error, "opening file %s: %s", quoted, reason->message);
    source->files = skopeo_files_of_bytes(bytes, error);
    return skopeo_prefixed(source->files != NULL, error, "loading tar component manifest.json: ") &&
           read_list(source, error);
}

const struct skopeo_kind skopeo_docker_archive_kind = {
    .name = "docker-archive",
    .parse = parse_archive,
    .open = open_archive,
    .manifest = saved_manifest,
    .blob = saved_blob,
    .begin = skopeo_archive_begin,
    .has = skopeo_folder_has,
    .put = skopeo_saved_put,
    .put_manifest = skopeo_saved_put_manifest,
    .end = skopeo_archive_end,
    .is_read_parallel = true,
    .wants_unpacked = true,
    .only_type = SKOPEO_DOCKER_MANIFEST,
    .is_single = true,
};

/* ---- docker-daemon: ---- */

static bool fetch_archive(struct skopeo_source *source, GBytes **archive, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *name = image_reference_familiar_text(source->place->reference);
    g_autofree char *escaped = http_escape(name);
    g_autofree char *path = g_strconcat("/images/get?names=", escaped, NULL);
    const struct skopeo_engine_call call = {.method = "GET", .path = path};
    if (!skopeo_engine_ask(source->run, source->context, &call, &response, error))
        return false;
    *archive = g_bytes_ref(response.body);
    return true;
}

static bool open_daemon(struct skopeo_source *source, GError **error)
{
    g_autoptr(GBytes) archive = NULL;
    if (!skopeo_prefixed(fetch_archive(source, &archive, error), error,
                         "loading image from docker engine: "))
        return false;
    source->files = skopeo_files_of_bytes(archive, error);
    return source->files != NULL && read_list(source, error);
}

const struct skopeo_kind skopeo_docker_daemon_kind = {
    .name = "docker-daemon",
    .parse = parse_daemon,
    .open = open_daemon,
    .manifest = saved_manifest,
    .blob = saved_blob,
    .begin = skopeo_daemon_begin,
    .has = skopeo_folder_has,
    .put = skopeo_saved_put,
    .put_manifest = skopeo_saved_put_manifest,
    .end = skopeo_daemon_end,
    .is_read_parallel = true,
    .wants_unpacked = true,
    .only_type = SKOPEO_DOCKER_MANIFEST,
    .is_single = true,
};
