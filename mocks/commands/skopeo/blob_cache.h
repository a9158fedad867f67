/*
 * What was seen where: containers/image keeps it for the next command (pkg/blobinfocache), so that
 * a blob that came from one repository is mounted into another, and one that was packed before is
 * not packed again. The file is where the real one has its database,
 * ~/.local/share/containers/cache/blob-info-cache-v1.sqlite, and holds JSON. Where a command may
 * not write there, it knows what it has seen itself.
 */
#pragma once

#include "mocks/commands/skopeo/skopeo_private.h"

struct skopeo_blob_cache;
struct skopeo_blob_cache *skopeo_blob_cache_open(const struct skopeo_run *run);
/* Writes what is new. */
void skopeo_blob_cache_close(struct skopeo_blob_cache *cache);
void skopeo_blob_cache_record(struct skopeo_blob_cache *cache, const char *host, const char *digest,
                              const char *path);
/* It was read whole, and so it is known how it is packed: only such blobs are looked for elsewhere.
 */
void skopeo_blob_cache_know(struct skopeo_blob_cache *cache, const char *digest);
/* The one is the other, packed. */
void skopeo_blob_cache_pair(struct skopeo_blob_cache *cache, const char *plain, const char *packed);

struct skopeo_candidate {
    char *digest;
    char *path; /* NULL: nobody has seen it on this host, but it may be where it is to go */
};
/* Repositories of the host that had the blob, the last seen first, or with may_be_packed what comes
   of it when it is packed; five at most. g_ptr_array_unref. */
GPtrArray *skopeo_blob_cache_find(const struct skopeo_blob_cache *cache, const char *host,
                                  const char *digest, bool may_be_packed);
