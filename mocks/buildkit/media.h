/* OCI documents as BuildKit writes them. */
#pragma once

#include "mocks/buildkit/build.h"

#define MEDIA_INDEX    "application/vnd.oci.image.index.v1+json"
#define MEDIA_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define MEDIA_CONFIG   "application/vnd.oci.image.config.v1+json"
#define MEDIA_LAYER    "application/vnd.oci.image.layer.v1.tar+gzip"

/* {"mediaType", "digest", "size"}, for a layer with what it stands for as annotations. */
json_t *media_descriptor(const char *media_type, GBytes *bytes);
json_t *media_layer(const struct stored *stored, gsize size_bytes);
/* Takes layers over. */
GBytes *media_manifest(GBytes *config, const char *config_type, json_t *layers);

/* Blobs of a push, each digest once; free with g_ptr_array_unref. */
GPtrArray *media_blobs_new(void);
void media_add_blob(GPtrArray *blobs, const char *digest, GBytes *bytes, int64_t declared_bytes,
                    char *mount_from);
/* Manifests of a push. */
GPtrArray *media_manifests_new(void);
void media_add_manifest(GPtrArray *manifests, GBytes *bytes, const char *media_type,
                        const char *reference);
