/* dir: one image to a folder (directory/). */
#include "mocks/commands/skopeo/folder.h"

#include "mocks/commands/docker/cli_private.h"

#include <string.h>
#include <unistd.h>

#define DIR_VERSION "Directory Transport Version: 1.1\n"

static bool parse_dir(const char *rest, struct skopeo_place *place, GError **error)
{
    (void)error;
    place->path = g_strdup(rest);
    place->name = g_strconcat("dir:", rest, NULL);
    return true;
}

static bool open_dir(struct skopeo_source *source, GError **error)
{
    source->files =
        skopeo_files_open(source->run, source->place->path, /* is_archive= */ false, error);
    return source->files != NULL;
}

static bool dir_manifest(struct skopeo_source *source, const char *digest,
                         struct skopeo_document *document, GError **error)
{
    g_autofree char *name = digest != NULL
                                ? g_strconcat(skopeo_folder_hex(digest), ".manifest.json", NULL)
                                : g_strdup("manifest.json");
    document->bytes = skopeo_files_read(source->files, name, error);
    if (document->bytes == NULL)
        return false;
    const char *type = skopeo_manifest_type(document->bytes);
    document->media_type = g_strdup(type != NULL ? type : "");
    return true;
}

static bool dir_blob(struct skopeo_source *source, const char *digest, struct skopeo_blob *blob,
                     GError **error)
{
    return skopeo_folder_take(skopeo_files_read(source->files, skopeo_folder_hex(digest), error),
                              digest, blob);
}

/* One image to a folder: what was there goes. False: there are folders in it. */
static bool empty_folder(const char *host_path)
{
    GDir *folder = g_dir_open(host_path, 0, NULL);
    const char *name;
    bool is_empty = folder != NULL;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *path = g_build_filename(host_path, name, NULL);
        is_empty = unlink(path) == 0 && is_empty;
    }
    g_clear_pointer(&folder, g_dir_close);
    return is_empty;
}

/* A folder that holds something else is left alone. */
static bool check_dir(struct skopeo_target *target, GError **error)
{
    g_autofree char *host_path = command_host_path(target->run->call, target->place->path);
    g_autofree char *path = g_build_filename(target->place->path, "version", NULL);
    if (host_path == NULL)
        return skopeo_fail_unknown(error);
    GDir *folder = g_dir_open(host_path, 0, NULL);
    bool is_empty = folder == NULL || g_dir_read_name(folder) == NULL;
    g_clear_pointer(&folder, g_dir_close);
    if (is_empty)
        return true;
    g_autoptr(GBytes) version = world_read_file(target->run->call, path, 1024, NULL);
    g_autoptr(GBytes) wanted = g_bytes_new_static(DIR_VERSION, strlen(DIR_VERSION));
    if (version == NULL || !g_bytes_equal(version, wanted))
        return skopeo_fail(error, "not a containers image directory, don't want to overwrite "
                                  "important data");
    return empty_folder(host_path) || skopeo_fail_unknown(error);
}

static bool begin_dir(struct skopeo_target *target, GError **error)
{
    target->written = skopeo_folder_digests();
    return check_dir(target, error) &&
           skopeo_folder_write_text(target, "version", DIR_VERSION, error);
}

static bool dir_put(struct skopeo_target *target, struct skopeo_blob *blob, bool is_known,
                    GError **error)
{
    (void)is_known;
    return skopeo_folder_put(target, skopeo_folder_hex(blob->digest), blob, error);
}

static bool dir_put_manifest(struct skopeo_target *target, GBytes *bytes, const char *digest,
                             GError **error)
{
    g_autofree char *name = digest != NULL
                                ? g_strconcat(skopeo_folder_hex(digest), ".manifest.json", NULL)
                                : g_strdup("manifest.json");
    return skopeo_folder_write(target, name, bytes, error);
}

static bool end_dir(struct skopeo_target *target, GError **error)
{
    (void)target;
    (void)error;
    return true;
}

const struct skopeo_kind skopeo_dir_kind = {
    .name = "dir",
    .parse = parse_dir,
    .open = open_dir,
    .manifest = dir_manifest,
    .blob = dir_blob,
    .begin = begin_dir,
    .has = skopeo_folder_has,
    .put = dir_put,
    .put_manifest = dir_put_manifest,
    .end = end_dir,
    .is_written_parallel = true,
};
