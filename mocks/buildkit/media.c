/* Lists of what a push carries: blobs and manifests. */
#include "mocks/buildkit/media.h"

#include <string.h>

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
