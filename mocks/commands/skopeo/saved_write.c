/* Images written as `docker save` would: docker-archive:, and docker-daemon:, which gives one to an
   Engine (docker/internal/tarfile/writer.go). What Docker before 1.10 wants beside it, a folder for
   every layer, is left out. */
#include "mocks/commands/skopeo/folder.h"
#include "mocks/commands/skopeo/saved.h"

#include "base/archive.h"

#include <string.h>

static bool begin_saved(struct skopeo_target *target)
{
    target->written = skopeo_folder_digests();
    target->archive = archive_writer_new();
    return true;
}

/* A config is JSON, a layer never. */
bool skopeo_saved_put(struct skopeo_target *target, struct skopeo_blob *blob, bool is_known,
                      GError **error)
{
    gsize length = 0;
    (void)is_known;
    if (!skopeo_prefixed(skopeo_blob_read(blob, error), error, "happened during read: "))
        return false;
    const char *data = g_bytes_get_data(blob->bytes, &length);
    bool is_config = length > 0 && data[0] == '{';
    g_autofree char *name =
        g_strconcat(skopeo_folder_hex(blob->digest), is_config ? ".json" : ".tar", NULL);
    return skopeo_folder_put(target, name, blob, error);
}

static json_t *tags_of(const struct skopeo_target *target)
{
    json_t *tags = json_array();
    if (target->place->reference == NULL)
        return tags;
    g_autofree char *text = image_reference_text(target->place->reference);
    json_array_append_new(tags, json_string(text));
    return tags;
}

static char *file_of(const char *digest, const char *ending)
{
    return g_strconcat(skopeo_folder_hex(digest), ending, NULL);
}

bool skopeo_saved_put_manifest(struct skopeo_target *target, GBytes *bytes, const char *digest,
                               GError **error)
{
    g_autoptr(json_t) manifest = json_parse_gbytes(bytes, NULL);
    json_t *paths = json_array();
    size_t index;
    const json_t *layer;
    (void)digest;
    json_array_foreach (json_get_array(manifest, "layers"), index, layer) {
        g_autofree char *path = file_of(json_get_string(layer, "digest", ""), ".tar");
        json_array_append_new(paths, json_string(path));
    }
    g_autofree char *config =
        file_of(json_get_string(json_get_object(manifest, "config"), "digest", ""), ".json");
    g_autoptr(json_t) items = json_pack("[{s:s,s:o,s:o}]", "Config", config, "RepoTags",
                                        tags_of(target), "Layers", paths);
    g_autofree char *text = skopeo_json_compact(items);
    return skopeo_folder_write_text(target, "manifest.json", text, error);
}

/* ---- docker-archive: ---- */

bool skopeo_archive_begin(struct skopeo_target *target, GError **error)
{
    const char *path = target->place->path;
    g_autofree char *host_path = command_host_path(target->run->call, path);
    if (host_path == NULL)
        return skopeo_fail_unknown(error);
    g_autoptr(GBytes) old = skopeo_path_read(target->run, path, NULL);
    if (old != NULL && g_bytes_get_size(old) > 0)
        return skopeo_fail(error, "docker-archive doesn't support modifying existing images");
    return begin_saved(target);
}

bool skopeo_archive_end(struct skopeo_target *target, GError **error)
{
    g_autoptr(GBytes) bytes = archive_writer_finish(target->archive);
    return skopeo_path_write(target->run, target->place->path, bytes, error);
}

/* ---- docker-daemon: ---- */

bool skopeo_daemon_begin(struct skopeo_target *target, GError **error)
{
    (void)error;
    return begin_saved(target);
}

/* The answer is a stream of messages, each a line. */
static bool check_messages(GBytes *body, GError **error)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(body, &length);
    g_autofree char *text = g_strndup(data != NULL ? data : "", length);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_autoptr(json_t) message = json_parse_bytes(*line, strlen(*line), NULL);
        const char *said =
            json_get_string(json_get_object(message, "errorDetail"), "message", NULL);
        if (said != NULL)
            return skopeo_fail(error, "docker engine reported: %s", said);
    }
    return true;
}

bool skopeo_daemon_end(struct skopeo_target *target, GError **error)
{
    HTTP_RESPONSE(response);
    g_autoptr(GBytes) bytes = archive_writer_finish(target->archive);
    const struct skopeo_engine_call call = {
        .method = "POST", .path = "/images/load?quiet=1", .body = bytes};
    return skopeo_prefixed(skopeo_engine_ask(target->run, target->context, &call, &response, error),
                           error, "starting a load operation in docker engine: ") &&
           check_messages(response.body, error);
}
