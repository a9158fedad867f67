/* The documents that docker manifest pushes. */
#include "mocks/commands/docker/manifest_list.h"

#include <string.h>

#define LIST_TYPE  "application/vnd.docker.distribution.manifest.list.v2+json"
#define INDEX_TYPE "application/vnd.oci.image.index.v1+json"

bool manifest_is_list(const char *media_type)
{
    return strstr(media_type, "manifest.list") != NULL || strstr(media_type, "image.index") != NULL;
}

char *manifest_list_text(const json_t *value)
{
    return json_dumps(value, JSON_INDENT(3));
}

json_t *manifest_list_entry(const json_t *descriptor)
{
    return json_pack("{s:s, s:I, s:s, s:O?}", "mediaType",
                     json_get_string(descriptor, "mediaType", ""), "size",
                     (json_int_t)json_get_integer(descriptor, "size", 0), "digest",
                     json_get_string(descriptor, "digest", ""), "platform",
                     json_get_object(descriptor, "platform"));
}

const char *manifest_list_type(const json_t *entries)
{
    const char *first = json_get_string(json_array_get(entries, 0), "mediaType", "");
    return strstr(first, ".oci.") != NULL ? INDEX_TYPE : LIST_TYPE;
}

json_t *manifest_list_document(json_t *entries)
{
    return json_pack("{s:i, s:s, s:o}", "schemaVersion", 2, "mediaType",
                     manifest_list_type(entries), "manifests", entries);
}
