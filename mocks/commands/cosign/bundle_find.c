/* The bundles that stand beside an image (pkg/cosign/verify.go, GetBundles, of 3.0). */
#include "mocks/commands/cosign/bundle.h"

#include <string.h>

/* The bundle of a manifest; NULL without an error: it is something else. */
static json_t *read_bundle(struct ggcr *registry, const char *digest, GError **error)
{
    GGCR_DOCUMENT(document);
    g_autoptr(GBytes) bytes = NULL;
    if (!ggcr_manifest(registry, digest, &document, error))
        return NULL;
    g_autoptr(json_t) manifest = json_parse_gbytes(document.bytes, NULL);
    const json_t *layers = json_get_array(manifest, "layers");
    const json_t *layer = json_array_get(layers, 0);
    const char *type = json_get_string(layer, "mediaType", "");
    if (json_array_size(layers) != 1 ||
        !g_str_has_prefix(type, "application/vnd.dev.sigstore.bundle"))
        return NULL;
    if (!ggcr_blob(registry, json_get_string(layer, "digest", ""), &bytes, error))
        return NULL;
    return json_parse_gbytes(bytes, NULL);
}

/* What cannot be read is passed over. */
bool cosign_find_bundles(struct ggcr *registry, const char *digest, json_t *bundles, GError **error)
{
    g_autoptr(json_t) list = json_array();
    size_t index;
    const json_t *row;
    if (!ggcr_referrers(registry, digest, list, error))
        return false;
    json_array_foreach (list, index, row) {
        GError *reason = NULL;
        json_t *bundle = read_bundle(registry, json_get_string(row, "digest", ""), &reason);
        if (bundle != NULL)
            json_array_append_new(bundles, bundle);
        if (reason != NULL && reason->domain != GGCR_ERROR) {
            g_propagate_error(error, reason);
            return false;
        }
        g_clear_error(&reason);
    }
    return true;
}

char *cosign_bundle_statement(const json_t *bundle)
{
    const json_t *envelope = json_get_object(bundle, "dsseEnvelope");
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(json_get_string(envelope, "payload", ""), &length);
    return g_strndup((const char *)bytes, length);
}
