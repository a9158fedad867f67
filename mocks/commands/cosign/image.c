/* The image that is signed, and the manifests that stand beside it under tags of their own
   (pkg/oci/remote, pkg/oci/empty, pkg/oci/mutate of cosign 2.5.3). */
#include "mocks/commands/cosign/cosign_private.h"

#include "base/digest.h"

#include <string.h>

void cosign_image_clear(struct cosign_image *image)
{
    image_reference_free(image->reference);
    g_free(image->digest);
    g_clear_pointer(&image->manifest, g_bytes_unref);
}

bool cosign_image_parse(struct cosign_run *run, const char *text, bool warns,
                        struct cosign_image *image, GError **error)
{
    image->text = text;
    image->reference = image_reference_parse(text, NULL);
    if (image->reference == NULL)
        return cosign_fail(error, "parsing reference: could not parse reference: %s", text);
    if (image->reference->digest != NULL) {
        image->digest = g_strdup(image->reference->digest);
        return true;
    }
    if (warns)
        command_complain(run->call,
                         "WARNING: Image reference %s uses a tag, not a digest, to identify the "
                         "image to sign.\n"
                         "    This can lead you to sign a different image than the intended one. "
                         "Please use a\n"
                         "    digest (example.com/ubuntu@sha256:abc123...) rather than tag\n"
                         "    (example.com/ubuntu:latest) for the input to cosign. The ability to "
                         "refer to\n"
                         "    images by tag will be removed in a future release.\n\n",
                         text);
    return true;
}

char *cosign_tag_of(const char *digest, const char *suffix)
{
    const char *hex = strchr(digest, ':');
    return g_strdup_printf("%.*s-%s.%s", (int)(hex - digest), digest, hex + 1, suffix);
}

bool cosign_registry_open(struct ggcr *registry, const struct cosign_run *run,
                          const struct image_reference *reference, bool is_push, GError **error)
{
    const struct cosign_options *options = run->options;
    bool is_hub = g_str_equal(reference->domain, "docker.io");
    const char *host = is_hub ? "registry-1.docker.io" : reference->domain;
    if (options->has_host != NULL && !options->has_host(options->self, host))
        return cosign_fail_unknown(error);
    return ggcr_open(registry, &run->registries, reference, is_push, error);
}

static bool read_tag(struct ggcr *registry, const char *tag, struct ggcr_document *document,
                     bool *is_there, GError **error)
{
    g_autoptr(GError) reason = NULL;
    *is_there = ggcr_manifest(registry, tag, document, &reason);
    if (*is_there || g_error_matches(reason, GGCR_ERROR, GGCR_ERROR_NOT_FOUND))
        return true;
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

bool cosign_layers(struct ggcr *registry, const char *digest, const char *suffix, json_t *list,
                   GError **error)
{
    g_autofree char *tag = cosign_tag_of(digest, suffix);
    GGCR_DOCUMENT(document);
    bool is_there = false;
    if (!read_tag(registry, tag, &document, &is_there, error))
        return false;
    g_autoptr(json_t) manifest = is_there ? json_parse_gbytes(document.bytes, NULL) : NULL;
    json_t *layers = json_get_array(manifest, "layers");
    if (layers != NULL)
        json_array_extend(list, layers);
    return true;
}

/* Its layers are its own diff ids: nothing of it is compressed. */
static GBytes *config_of(const json_t *layers)
{
    g_autoptr(json_t) diff_ids = json_array();
    g_autoptr(json_t) history = json_array();
    size_t index;
    const json_t *layer;
    json_array_foreach (layers, index, layer) {
        json_array_append_new(diff_ids, json_string(json_get_string(layer, "digest", "")));
        json_array_append_new(history, json_pack("{s:s}", "created", "0001-01-01T00:00:00Z"));
    }
    g_autoptr(json_t) config =
        json_pack("{s:s, s:s, s:O, s:s, s:{s:s, s:O}, s:{}}", "architecture", "", "created",
                  "0001-01-01T00:00:00Z", "history", history, "os", "", "rootfs", "type", "layers",
                  "diff_ids", diff_ids, "config");
    return json_bytes(config);
}

static json_t *descriptor_of(const char *media_type, GBytes *bytes)
{
    g_autofree char *digest = digest_of_bytes(bytes);
    return json_pack("{s:s, s:I, s:s}", "mediaType", media_type, "size",
                     (json_int_t)g_bytes_get_size(bytes), "digest", digest);
}

static GBytes *manifest_of(GBytes *config, const json_t *layers)
{
    g_autoptr(json_t) descriptor =
        descriptor_of("application/vnd.oci.image.config.v1+json", config);
    g_autoptr(json_t) manifest = json_pack("{s:i, s:s, s:O, s:O}", "schemaVersion", 2, "mediaType",
                                           "application/vnd.oci.image.manifest.v1+json", "config",
                                           descriptor, "layers", layers);
    return json_bytes(manifest);
}

bool cosign_append_layer(struct ggcr *registry, const char *digest, const char *suffix,
                         const char *media_type, json_t *annotations, GBytes *blob, GError **error)
{
    g_autoptr(json_t) layers = json_array();
    g_autofree char *tag = cosign_tag_of(digest, suffix);
    if (!cosign_layers(registry, digest, suffix, layers, error))
        return false;
    json_t *layer = descriptor_of(media_type, blob);
    json_object_set(layer, "annotations", annotations);
    json_array_append_new(layers, layer);
    g_autoptr(GBytes) config = config_of(layers);
    g_autoptr(GBytes) manifest = manifest_of(config, layers);
    GBytes *const blobs[] = {config, blob};
    GGCR(target);
    return ggcr_open(&target, registry->options, registry->reference, /* is_push= */ true, error) &&
           ggcr_write(&target, tag, blobs, G_N_ELEMENTS(blobs), manifest, error);
}
