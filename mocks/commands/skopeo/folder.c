/* Blobs and manifests as files, of a folder or of an archive that is being written. */
#include "mocks/commands/skopeo/folder.h"

#include "base/archive.h"
#include "base/digest.h"
#include "base/limits.h"
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

const char *skopeo_folder_hex(const char *digest)
{
    const char *colon = strchr(digest, ':');
    return colon != NULL ? colon + 1 : digest;
}

bool skopeo_folder_take(GBytes *bytes, const char *digest, struct skopeo_blob *blob)
{
    if (bytes == NULL)
        return false;
    blob->digest = digest;
    blob->bytes = bytes;
    return true;
}

bool skopeo_folder_write(struct skopeo_target *target, const char *name, GBytes *bytes,
                         GError **error)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    if (target->archive != NULL) {
        if (length > (gsize)IMAGE_ARCHIVE_BYTES_MAX - target->archive_bytes)
            return skopeo_fail_unknown(error);
        target->archive_bytes += length;
        archive_writer_add_file(target->archive, name, 0644, data, length);
        return true;
    }
    g_autofree char *path = g_build_filename(target->place->path, name, NULL);
    return skopeo_path_write(target->run, path, bytes, error);
}

bool skopeo_folder_write_text(struct skopeo_target *target, const char *name, const char *text,
                              GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return skopeo_folder_write(target, name, bytes, error);
}

bool skopeo_folder_note(struct skopeo_target *target, const char *digest)
{
    return g_hash_table_add(target->written, g_strdup(digest));
}

/* By what was written, and in a layout by what was there. */
bool skopeo_folder_has(struct skopeo_target *target, struct skopeo_reuse *reuse, GError **error)
{
    const struct skopeo_place *place = target->place;
    (void)error;
    reuse->is_found = g_hash_table_contains(target->written, reuse->digest);
    if (reuse->is_found || place->kind != &skopeo_oci_kind || !digest_is_valid(reuse->digest))
        return true;
    g_autofree char *path =
        g_build_filename(place->path, "blobs/sha256", skopeo_folder_hex(reuse->digest), NULL);
    g_autofree char *host_path = command_host_path(target->run->call, path);
    reuse->is_found = host_path != NULL && g_file_test(host_path, G_FILE_TEST_IS_REGULAR);
    return true;
}

bool skopeo_folder_put(struct skopeo_target *target, const char *name, struct skopeo_blob *blob,
                       GError **error)
{
    return skopeo_prefixed(skopeo_blob_read(blob, error), error, "happened during read: ") &&
           (!skopeo_folder_note(target, blob->digest) ||
            skopeo_folder_write(target, name, blob->bytes, error));
}

GHashTable *skopeo_folder_digests(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}
