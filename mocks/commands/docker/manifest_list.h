/* Lists of manifests as docker manifest writes them (distribution manifestlist). */
#pragma once

#include "base/json.h"

/* Whether a media type is that of a list or an index. */
bool manifest_is_list(const char *media_type);
/* The entry of an image, from the descriptor that is kept of it; a new reference. */
json_t *manifest_list_entry(const json_t *descriptor);
/* Of a list of entries: of OCI manifests it is an index (manifestlist.FromDescriptors). */
const char *manifest_list_type(const json_t *entries);
/* Takes over the entries; a new reference. */
json_t *manifest_list_document(json_t *entries);
/* Indented by three blanks a level; free(). */
char *manifest_list_text(const json_t *value);
