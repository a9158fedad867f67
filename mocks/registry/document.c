/* Manifests and indexes as documents. */
#include "mocks/registry/document.h"

#include "base/digest.h"

#include <string.h>

#define INDEX_TYPE    "application/vnd.oci.image.index.v1+json"
#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"

enum {
    MEDIA_TYPE_BYTES_MAX = 255,
};

static bool refuse(GError **error, const char *what)
{
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, what);
    return false;
}

const char *descriptor_digest(const json_t *descriptor)
{
    return json_get_string(descriptor, "digest", NULL);
}

static bool check_descriptor(const json_t *descriptor, GError **error)
{
    if (!json_is_object(descriptor))
        return refuse(error, "a descriptor must be an object");
    if (json_get_string(descriptor, "mediaType", NULL) == NULL)
        return refuse(error, "a descriptor must have a mediaType");
    if (!digest_is_valid(descriptor_digest(descriptor)))
        return refuse(error, "a descriptor must have a valid digest");
    if (json_get_integer(descriptor, "size", -1) < 0)
        return refuse(error, "a descriptor must have a size");
    return true;
}

static bool check_descriptors(const json_t *array, GError **error)
{
    size_t index = 0;
    const json_t *descriptor = NULL;
    json_array_foreach (array, index, descriptor)
        if (!check_descriptor(descriptor, error))
            return false;
    return true;
}

static bool check_manifest(struct document *document, GError **error)
{
    document->config = json_object_get(document->root, "config");
    document->layers = json_get_array(document->root, "layers");
    if (document->layers == NULL)
        return refuse(error, "a manifest must have layers, an index manifests");
    return check_descriptor(document->config, error) && check_descriptors(document->layers, error);
}

static bool check_subject(struct document *document, GError **error)
{
    json_t *subject = json_object_get(document->root, "subject");
    if (subject == NULL || json_is_null(subject))
        return true;
    if (!check_descriptor(subject, error))
        return false;
    document->subject = descriptor_digest(subject);
    return true;
}

/* It becomes a header again: what no media type can hold must not get there (RFC 6838 4.2). */
static bool is_media_type(const char *text)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789!#$&-^_.+/";
    gsize length = strlen(text);
    return length > 0 && length <= MEDIA_TYPE_BYTES_MAX && strspn(text, characters) == length;
}

/* The Content-Type of the PUT, else the mediaType inside, else what the shape says. */
static bool settle_media_type(struct document *document, const char *content_type, GError **error)
{
    const char *inside = json_get_string(document->root, "mediaType", NULL);
    if (inside != NULL && content_type != NULL && strcmp(inside, content_type) != 0)
        return refuse(error, "the mediaType is not the Content-Type");
    document->media_type = content_type != NULL          ? content_type
                           : inside != NULL              ? inside
                           : document->manifests != NULL ? INDEX_TYPE
                                                         : MANIFEST_TYPE;
    return is_media_type(document->media_type) || refuse(error, "the mediaType is malformed");
}

bool document_parse(GBytes *bytes, const char *content_type, struct document *document,
                    GError **error)
{
    document->root = json_parse_gbytes(bytes, error);
    if (document->root == NULL)
        return false;
    if (json_get_integer(document->root, "schemaVersion", 0) != 2)
        return refuse(error, "the schemaVersion must be 2");
    document->manifests = json_get_array(document->root, "manifests");
    bool is_shaped = document->manifests != NULL ? check_descriptors(document->manifests, error)
                                                 : check_manifest(document, error);
    return is_shaped && check_subject(document, error) &&
           settle_media_type(document, content_type, error);
}

void document_clear(struct document *document)
{
    json_decref(document->root);
    document->root = NULL;
}

bool descriptor_is_foreign(const json_t *descriptor)
{
    const char *media_type = json_get_string(descriptor, "mediaType", "");
    return strstr(media_type, ".nondistributable.") != NULL ||
           strstr(media_type, ".foreign.") != NULL ||
           json_array_size(json_get_array(descriptor, "urls")) > 0;
}

int64_t descriptor_annotation_bytes(const json_t *descriptor, const char *key, int64_t otherwise)
{
    guint64 number = 0;
    const char *text = json_get_string(json_get_object(descriptor, "annotations"), key, NULL);
    if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &number, NULL))
        return otherwise;
    return (int64_t)number;
}

char *platform_text(const json_t *platform)
{
    const char *os = json_get_string(platform, "os", NULL);
    const char *architecture = json_get_string(platform, "architecture", NULL);
    const char *variant = json_get_string(platform, "variant", "");
    if (os == NULL || architecture == NULL || strcmp(os, "unknown") == 0)
        return NULL;
    /* Signatures, whose configuration names none. */
    if (*os == '\0' && *architecture == '\0')
        return NULL;
    if (strcmp(architecture, "arm64") == 0 && strcmp(variant, "v8") == 0)
        variant = "";
    return g_strconcat(os, "/", architecture, *variant != '\0' ? "/" : "", variant, NULL);
}

char *descriptor_platform(const json_t *descriptor)
{
    return platform_text(json_get_object(descriptor, "platform"));
}

json_t *document_referrer(const struct document *document, const char *digest, gsize size_bytes)
{
    json_t *entry = json_object();
    const char *artifact_type = json_get_string(
        document->root, "artifactType", json_get_string(document->config, "mediaType", NULL));
    json_t *annotations = json_get_object(document->root, "annotations");

    json_object_set_new(entry, "mediaType", json_string(document->media_type));
    json_object_set_new(entry, "digest", json_string(digest));
    json_object_set_new(entry, "size", json_integer((json_int_t)size_bytes));
    if (artifact_type != NULL)
        json_object_set_new(entry, "artifactType", json_string(artifact_type));
    if (annotations != NULL)
        json_object_set(entry, "annotations", annotations);
    return entry;
}
