/* One image: its layers, its config, its manifest (copy/single.go, copy/manifest.go). */
#include "mocks/commands/skopeo/copying.h"

#include "base/digest.h"

#include <string.h>

void skopeo_copied_clear(struct skopeo_copied *copied)
{
    g_clear_pointer(&copied->bytes, g_bytes_unref);
    g_clear_pointer(&copied->digest, g_free);
}

void skopeo_say(const struct skopeo_copying *copying, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (!copying->is_quiet)
        command_print(copying->run->call, "%s", text);
}

static const char *target_digest(const struct skopeo_copying *copying)
{
    const struct image_reference *reference = copying->target->place->reference;
    return reference != NULL ? reference->digest : NULL;
}

const char *skopeo_unchangeable(const struct skopeo_copying *copying)
{
    if (copying->keeps_digests)
        return "Instructed to preserve digests";
    return target_digest(copying) != NULL ? "Destination specifies a digest" : NULL;
}

/* ---- what is copied ---- */

struct image {
    struct skopeo_document document;
    json_t *json;
    const char *type;
    char *digest;
};

static void image_clear(struct image *image)
{
    skopeo_document_clear(&image->document);
    g_clear_pointer(&image->json, json_decref);
    g_clear_pointer(&image->digest, g_free);
}

static bool load(struct skopeo_copying *copying, const char *digest, struct image *image,
                 GError **error)
{
    struct skopeo_source *source = copying->source;
    if (digest == NULL)
        image->document = (struct skopeo_document){g_bytes_ref(source->top.bytes),
                                                   g_strdup(source->top.media_type)};
    else if (!source->place->kind->manifest(source, digest, &image->document, error))
        return false;
    image->digest = digest_of_bytes(image->document.bytes);
    return digest == NULL || strcmp(digest, image->digest) == 0 ||
           skopeo_fail(error, "Manifest does not match provided manifest digest %s", digest);
}

/* Descriptors are objects; without layers there are none. */
static bool is_image_manifest(const json_t *manifest)
{
    const json_t *layers = json_object_get(manifest, "layers");
    const json_t *config = json_object_get(manifest, "config");
    size_t index;
    const json_t *layer;
    if (!json_is_object(manifest) || !(config == NULL || json_is_object(config)) ||
        !(layers == NULL || json_is_null(layers) || json_is_array(layers)))
        return false;
    json_array_foreach (layers, index, layer)
        if (!json_is_object(layer))
            return false;
    return true;
}

static bool understand(struct image *image, GError **error)
{
    image->type = skopeo_type_normalized(image->document.media_type);
    if (skopeo_type_is_list(image->type))
        return skopeo_fail(error, "Unexpectedly received a manifest list instead of a manifest for "
                                  "a single image");
    image->json = json_parse_gbytes(image->document.bytes, NULL);
    bool is_known = strcmp(image->type, SKOPEO_OCI_MANIFEST) == 0 ||
                    strcmp(image->type, SKOPEO_DOCKER_MANIFEST) == 0;
    return (is_known && is_image_manifest(image->json)) || skopeo_fail_unknown(error);
}

/* A target that names a digest takes that one only, or its list. */
static bool check_target(const struct skopeo_copying *copying, const struct image *image,
                         GError **error)
{
    const char *wanted = target_digest(copying);
    if (wanted == NULL || strcmp(wanted, image->digest) == 0)
        return true;
    g_autofree char *top = digest_of_bytes(copying->source->top.bytes);
    return strcmp(wanted, top) == 0 ||
           skopeo_fail(error, "Digest of source image's manifest would not match destination "
                              "reference");
}

/* ---- config and manifest ---- */

static const char *preferred_type(const struct skopeo_copying *copying, const struct image *image)
{
    if (skopeo_unchangeable(copying) != NULL)
        return image->type;
    if (copying->format != NULL)
        return copying->format;
    const char *only = copying->target->place->kind->only_type;
    return only != NULL ? only : image->type;
}

static bool read_config(struct skopeo_copying *copying, const char *digest, GBytes **bytes,
                        GError **error)
{
    SKOPEO_BLOB(blob);
    struct skopeo_source *source = copying->source;
    struct skopeo_blob_cache *cache = source->cache;
    /* Configs are no blobs that one would look for elsewhere. */
    source->cache = NULL;
    bool is_open = source->place->kind->blob(source, digest, &blob, error);
    source->cache = cache;
    if (!is_open)
        return false;
    GError *reason = NULL;
    if (!skopeo_blob_read(&blob, &reason)) {
        bool is_other = g_str_has_prefix(reason->message, "Digest did not match");
        g_propagate_error(error, reason);
        if (!is_other || blob.bytes == NULL)
            return false;
        g_autofree char *actual = digest_of_bytes(blob.bytes);
        g_clear_error(error);
        return skopeo_fail(error, "Download config.json digest %s does not match expected %s",
                           actual, digest);
    }
    *bytes = g_bytes_ref(blob.bytes);
    return true;
}

/* Docker's config as OCI has it: fields that it does not know are gone. */
static bool convert_config(struct skopeo_copying *copying, const struct image *image,
                           GBytes **converted, GError **error)
{
    g_autoptr(GBytes) bytes = NULL;
    const char *digest = json_get_string(json_get_object(image->json, "config"), "digest", "");
    if (!read_config(copying, digest, &bytes, error))
        return false;
    g_autoptr(json_t) config = json_parse_gbytes(bytes, NULL);
    if (!json_is_object(config))
        return skopeo_fail_unknown(error);
    g_autoptr(json_t) made = skopeo_config_as_oci(config);
    char *text = skopeo_json_compact(made);
    *converted = g_bytes_new_take(text, strlen(text));
    return true;
}

static bool has_changes(const struct image *image, const struct skopeo_layer *layers)
{
    size_t index;
    const json_t *layer;
    json_array_foreach (json_get_array(image->json, "layers"), index, layer)
        if (strcmp(json_get_string(layer, "digest", ""), layers[index].digest) != 0)
            return true;
    return false;
}

/* *manifest: what is to be written; *config: its config where that is another than the source's. */
static bool update(struct skopeo_copying *copying, const struct image *image, const char *type,
                   const struct skopeo_layer *layers, GBytes **manifest, GBytes **config,
                   GError **error)
{
    bool is_same = strcmp(type, image->type) == 0;
    bool is_changed = has_changes(image, layers);
    if (is_same && !is_changed) {
        *manifest = g_bytes_ref(image->document.bytes);
        return true;
    }
    bool is_to_oci = strcmp(type, SKOPEO_OCI_MANIFEST) == 0;
    if (!is_same && is_to_oci && !convert_config(copying, image, config, error))
        return false;
    *manifest = skopeo_manifest_rewrite(image->json, image->type, type, is_changed ? layers : NULL,
                                        *config, error);
    return *manifest != NULL;
}

static bool copy_config(struct skopeo_copying *copying, GBytes *manifest, GBytes *converted,
                        GError **error)
{
    g_autoptr(json_t) json = json_parse_gbytes(manifest, NULL);
    g_autoptr(GBytes) bytes = converted != NULL ? g_bytes_ref(converted) : NULL;
    const char *digest = json_get_string(json_get_object(json, "config"), "digest", NULL);
    if (digest == NULL)
        return true;
    skopeo_say(copying, "Copying config %s\n", digest);
    if (bytes == NULL && !skopeo_prefixed(read_config(copying, digest, &bytes, error), error,
                                          "reading config blob %s: ", digest))
        return false;
    struct skopeo_blob blob = {.digest = digest, .bytes = bytes};
    return skopeo_prefixed(copying->target->place->kind->put(copying->target, &blob,
                                                             /* is_known= */ true, error),
                           error, "writing blob: ");
}

/* A registry that does not want this type is offered others, schema 1 among them. */
static bool write_manifest(struct skopeo_copying *copying, GBytes *manifest, bool is_part,
                           GError **error)
{
    GError *reason = NULL;
    g_autofree char *digest = digest_of_bytes(manifest);
    skopeo_say(copying, "Writing manifest to image destination\n");
    if (copying->target->place->kind->put_manifest(copying->target, manifest,
                                                   is_part ? digest : NULL, &reason))
        return true;
    bool has_others = skopeo_unchangeable(copying) == NULL && copying->format == NULL;
    if (has_others && g_error_matches(reason, SKOPEO_ERROR, SKOPEO_ERROR_REJECTED)) {
        g_error_free(reason);
        return skopeo_fail_unknown(error);
    }
    g_propagate_error(error, reason);
    return skopeo_prefixed(false, error, "writing manifest: ");
}

static bool copy_rest(struct skopeo_copying *copying, const struct image *image,
                      const struct skopeo_layer *layers, bool is_part, struct skopeo_copied *copied,
                      GError **error)
{
    g_autoptr(GBytes) manifest = NULL;
    g_autoptr(GBytes) config = NULL;
    const char *type = preferred_type(copying, image);
    if (!skopeo_prefixed(update(copying, image, type, layers, &manifest, &config, error), error,
                         "creating an updated image manifest: ") ||
        !copy_config(copying, manifest, config, error) ||
        !write_manifest(copying, manifest, is_part, error))
        return false;
    *copied = (struct skopeo_copied){
        .bytes = g_bytes_ref(manifest), .type = type, .digest = digest_of_bytes(manifest)};
    return true;
}

bool skopeo_copy_image(struct skopeo_copying *copying, const char *digest, bool is_part,
                       struct skopeo_copied *copied, GError **error)
{
    __attribute__((cleanup(image_clear))) struct image image = {0};
    struct skopeo_layer *layers = NULL;
    if (!skopeo_prefixed(load(copying, digest, &image, error), error,
                         "determining manifest MIME type for %s: ", copying->source->place->name) ||
        !understand(&image, error) || !check_target(copying, &image, error))
        return false;
    if (!copying->drops_signatures)
        skopeo_say(copying, "Getting image source signatures\n");
    bool is_copied = skopeo_copy_layers(copying, image.json, image.type, &layers, error) &&
                     copy_rest(copying, &image, layers, is_part, copied, error);
    skopeo_layers_free(layers, json_array_size(json_get_array(image.json, "layers")));
    return is_copied;
}
