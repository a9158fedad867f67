/* What dir: and oci: share: blobs and manifests as files. */
#pragma once

#include "mocks/commands/skopeo/manifest.h"
#include "mocks/commands/skopeo/place.h"

/* The hex digits of a digest; lent. */
const char *skopeo_folder_hex(const char *digest);
/* Makes a blob of bytes, taken over; false without any. */
bool skopeo_folder_take(GBytes *bytes, const char *digest, struct skopeo_blob *blob);
/* A file below the target's path, or of its archive. Errors are Go's; an archive above its ceiling
   is not modelled. */
bool skopeo_folder_write(struct skopeo_target *target, const char *name, GBytes *bytes,
                         GError **error);
bool skopeo_folder_write_text(struct skopeo_target *target, const char *name, const char *text,
                              GError **error);
/* False: the target has had a blob of this digest. */
bool skopeo_folder_note(struct skopeo_target *target, const char *digest);
/* A target's has(). */
bool skopeo_folder_has(struct skopeo_target *target, struct skopeo_reuse *reuse, GError **error);
/* Reads the blob and writes it, once. */
bool skopeo_folder_put(struct skopeo_target *target, const char *name, struct skopeo_blob *blob,
                       GError **error);
/* The set for a target's written; g_hash_table_unref. */
GHashTable *skopeo_folder_digests(void);
