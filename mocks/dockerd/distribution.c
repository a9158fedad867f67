/* GET /distribution/NAME/json: what the registry has under a name, for buildx after its push. */
#include "mocks/dockerd/api.h"

static char *media_type_of(GBytes *document)
{
    g_autoptr(json_t) value = json_parse_gbytes(document, NULL);
    const char *type = json_get_string(value, "mediaType", "");
    return g_strdup(type);
}

static json_t *shape_of(const struct pulled_image *image)
{
    GBytes *top = image->index != NULL ? image->index : image->manifest;
    g_autofree char *media_type = media_type_of(top);
    g_auto(GStrv) parts = g_strsplit(image->platform, "/", 3);
    json_t *platform = json_pack("{s:s, s:s}", "architecture",
                                 parts[0] != NULL && parts[1] != NULL ? parts[1] : "", "os",
                                 parts[0] != NULL ? parts[0] : "");
    return json_pack("{s:{s:s, s:s, s:I}, s:[o]}", "Descriptor", "mediaType", media_type, "digest",
                     image->top_digest, "size", (json_int_t)g_bytes_get_size(top), "Platforms",
                     platform);
}

HANDLER(distribution_inspect)
{
    struct dockerd *dockerd = request->dockerd;
    g_autoptr(GError) reason = NULL;
    AUTO(pulled_image) image = NULL;
    AUTO(reference)
    reference = reference_parse(request->name, /* default_tag= */ true, &reason);
    if (reference == NULL)
        return engine_fail(error, 400, "%s", reason->message);
    struct credentials *credentials = api_credentials(request);
    bool is_found = puller_resolve(dockerd->puller, reference, dockerd->options.profile->platform,
                                   credentials, &image, error);
    api_credentials_free(credentials);
    if (!is_found)
        return false;
    api_reply_json(request, 200, shape_of(image));
    return true;
}
